"""When two names of skills are the same name: equal form, or equal but for spelling and inflection.

Conservative on purpose. A wrong merge loses a skill for good, a missed one only leaves a near twin, which
the teacher may still unite. So every rule looks at the two names alone (no counts, no neighbours: a name
added to a list never changes what becomes of the others), and words that mean a direction keep their order.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

_BULLET = re.compile(r"^\s*(?:[-*•·]\s+|\d{1,4}\s*[.)、．]\s+|\d{1,4}\s*、\s*)")
_CJK = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3040-\u30ff"
_BETWEEN_CJK = re.compile(rf"(?<=[{_CJK}])\s+(?=[{_CJK}])")
_EDGES = " \t\"'“”‘’`*.,;:!?。，；：！？、|"


def readable(name: str) -> str:
    """``name`` in plain words: no bullet, quotes, underscores, or doubled spaces. Case is kept.

    A bar is dropped at the edges and becomes a slash inside, because it joins aliases in files.
    """
    text = unicodedata.normalize("NFKC", _BULLET.sub("", name)).replace("_", " ").replace("|", "/")
    text = re.sub(r"[\x00-\x1f\x7f\u200b\u2060\ufeff\s]+", " ", text)
    text = re.sub(r"^(?:#+\s*)+", "", _BETWEEN_CJK.sub("", text).strip(_EDGES)).strip(_EDGES)
    again = _BULLET.sub("", text + " ").strip(_EDGES) if _BULLET.match(text + " ") else text
    return again if again == text else readable(again)


def form(name: str) -> str:
    """What two spellings of one name share: no case, no hyphens, underscores or spaces that matter."""
    text = readable(unicodedata.normalize("NFKC", name).casefold())
    text = re.sub(r"[\s\-‐‑‒–—_]+", " ", text).strip(_EDGES)
    return _BETWEEN_CJK.sub("", text)


_LINKS = {"and", "&", "of", "the", "a", "an", "in", "for", "skill", "skills", "ability", "abilities"}
_DIRECTED = {
    "to",
    "from",
    "into",
    "versus",
    "vs",
    "by",
    "with",
    "without",
    "against",
    "before",
    "after",
    "on",
    "as",
}
_SPELLINGS = (
    (re.compile(r"is(e|es|ed|ing|ation|ations)$"), r"iz\1"),
    (re.compile(r"ys(e|es|ed|ing)$"), r"yz\1"),
    (re.compile(r"([a-z]{2,})our(s|ed|ing|al|able)?$"), r"\1or\2"),
    (re.compile(r"([aeiou])ll(ing|ed)$"), r"\1l\2"),
    (re.compile(r"^programme$"), "program"),
)
_NOT_SPELLED = {
    "advise",
    "exercise",
    "precise",
    "expertise",
    "enterprise",
    "promise",
    "four",
    "hour",
    "tour",
    "pour",
}
_CJK_LINKS = re.compile(r"的|与|和|及")
_CJK_ENDINGS = re.compile(r"(?:能力|技能|技巧|本领)$")


def near_form(name: str) -> str:
    """What two inflections of one name share: plural and British forms, "of" and "and", word order."""
    text = form(name)
    if re.search(f"[{_CJK}]", text):
        short = _CJK_ENDINGS.sub("", _CJK_LINKS.sub("", text))
        return short if len(short) >= 2 else text
    words = text.split()
    if _DIRECTED.intersection(words):
        return " ".join(_stem(word) for word in words)
    content = [_stem(word) for word in words if word not in _LINKS]
    return " ".join(sorted(content)) if content else text


def _stem(word: str) -> str:
    """``word`` without a plural ending and in American spelling."""
    word = word.removesuffix("'s")
    if word not in _NOT_SPELLED:
        for pattern, american in _SPELLINGS:
            word = pattern.sub(american, word)
    if len(word) < 4 or not word.isalpha() or word.endswith(("ss", "us", "is", "ics", "news")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") else word


def near_groups(names: Iterable[str]) -> list[list[str]]:
    """Names of one near form, or one slip of the pen apart, together; each group in the order given.

    Only groups of two and more are returned.
    """
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(near_form(name), []).append(name)
    order = {key: number for number, key in enumerate(groups)}
    for key in list(groups):
        for slip in _slips(key):
            if slip in groups and slip != key:
                first, second = sorted((key, slip), key=order.__getitem__)
                groups[first] = groups[first] + groups.pop(second)
                break
    return [group for group in groups.values() if len(group) > 1]


_LONG = 8  # letters from which a word with one slip is taken for the same word


def _slips(key: str) -> Iterator[str]:
    """``key`` with one slip in one long word: a letter of a double lost, or a vowel lost.

    No letter is ever exchanged or a consonant added: complement and compliment, meditation and mediation
    are different words. The first three letters stay.
    """
    words = key.split()
    for number, word in enumerate(words):
        if len(word) < _LONG or not word.isascii():
            continue
        for at in range(3, len(word) - 1):
            if word[at] == word[at - 1] or word[at] in "aeiou":
                slipped = word[:at] + word[at + 1 :]
                yield " ".join(sorted([*words[:number], slipped, *words[number + 1 :]]))
