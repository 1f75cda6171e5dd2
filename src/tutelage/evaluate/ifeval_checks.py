"""IFEval's 25 instruction types as checks of an answer (Zhou et al. 2023, arXiv:2311.07911).

Each check follows the published definition, oddities included, so that figures can be compared: a keyword
counts inside a longer word, a title stands anywhere, paragraphs are apart by ``***``. The
rules of the room ``constraints`` decide what is worth training on and are stricter on purpose (a keyword must
stand alone); ``docs/kinds/benches/ifeval.md`` has both side by side.

Departures: keywords are taken literally (the published checker reads them as patterns); languages, sentences
and capital words are told by our own rules (``ifeval_languages``, ``ifeval_sentences``); a missing parameter
is refused rather than drawn by chance.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from json import loads
from typing import Any

from tutelage.errors import BadInput, nearest
from tutelage.evaluate.ifeval_languages import in_language
from tutelage.evaluate.ifeval_sentences import capital_words, sentence_count

Check = Callable[[str, Mapping[str, Any]], bool]

CONSTRAINED = ("My answer is yes.", "My answer is no.", "My answer is maybe.")
REPEAT = "First repeat the request word for word without change"
_RELATIONS = ("less than", "at least")

_WORD = re.compile(r"\w+")
_PLACEHOLDER = re.compile(r"\[.*?\]")
_STAR_BULLET = re.compile(r"^\s*\*[^*].*$", re.MULTILINE)
_DASH_BULLET = re.compile(r"^\s*-.*$", re.MULTILINE)
_HIGHLIGHT = re.compile(r"\*[^\n*]*\*")
_BOLD = re.compile(r"\*\*[^\n*]*\*\*")
_DIVIDER = re.compile(r"\s?\*\*\*\s?")
_TITLE = re.compile(r"<<[^\n]+>>")
_FENCES = ("```json", "```Json", "```JSON", "```")
_POSTSCRIPTS = {"P.P.S": r"p\.\s?p\.\s?s", "P.S.": r"p\.\s?s\."}


def _related(number: int, relation: str, bound: int) -> bool:
    return number < bound if relation == "less than" else number >= bound


def _keywords(answer: str, want: Mapping[str, Any]) -> bool:
    return all(word.lower() in answer.lower() for word in want["keywords"])


def _frequency(answer: str, want: Mapping[str, Any]) -> bool:
    found = len(re.findall(re.escape(want["keyword"].strip()), answer, re.IGNORECASE))
    return _related(found, want["relation"], want["frequency"])


def _forbidden(answer: str, want: Mapping[str, Any]) -> bool:
    return not any(
        re.search(rf"\b{re.escape(word)}\b", answer, re.IGNORECASE) for word in want["forbidden_words"]
    )


def _letters(answer: str, want: Mapping[str, Any]) -> bool:
    found = answer.lower().count(want["letter"].strip().lower())
    return _related(found, want["let_relation"], want["let_frequency"])


def _language(answer: str, want: Mapping[str, Any]) -> bool:
    return in_language(answer, want["language"])


def _sentences(answer: str, want: Mapping[str, Any]) -> bool:
    return _related(sentence_count(answer), want["relation"], want["num_sentences"])


def _words(answer: str, want: Mapping[str, Any]) -> bool:
    return _related(len(_WORD.findall(answer)), want["relation"], want["num_words"])


def _paragraphs(answer: str, want: Mapping[str, Any]) -> bool:
    """Paragraphs between ``***``; an empty one may stand only at either end."""
    pieces = _DIVIDER.split(answer)
    empty = [number for number, piece in enumerate(pieces) if not piece.strip()]
    if any(number not in (0, len(pieces) - 1) for number in empty):
        return False
    return len(pieces) - len(empty) == int(want["num_paragraphs"])


def _first_word(answer: str, want: Mapping[str, Any]) -> bool:
    """The number of paragraphs between empty lines, and the first word of one of them.

    The place is counted among all pieces, the number among those that are not blank: so it was published.
    """
    pieces = answer.split("\n\n")
    filled = sum(1 for piece in pieces if piece.strip())
    nth = want["nth_paragraph"]
    if filled != want["num_paragraphs"] or not 1 <= nth <= filled or not pieces[nth - 1].strip():
        return False
    word = pieces[nth - 1].split()[0].lstrip("'").lstrip('"')
    return bool(re.split(r"[.,?!'\"]", word)[0].lower() == want["first_word"].lower())


def _placeholders(answer: str, want: Mapping[str, Any]) -> bool:
    return len(_PLACEHOLDER.findall(answer)) >= int(want["num_placeholders"])


def _postscript(answer: str, want: Mapping[str, Any]) -> bool:
    marker = want["postscript_marker"].strip()
    return re.search(_POSTSCRIPTS.get(marker, re.escape(marker.lower())), answer.lower()) is not None


def _bullets(answer: str, want: Mapping[str, Any]) -> bool:
    found = len(_STAR_BULLET.findall(answer)) + len(_DASH_BULLET.findall(answer))
    return found == int(want["num_bullets"])


def _constrained(answer: str, want: Mapping[str, Any]) -> bool:
    return any(option in answer for option in CONSTRAINED)


def _highlights(answer: str, want: Mapping[str, Any]) -> bool:
    found = sum(1 for piece in _HIGHLIGHT.findall(answer) if piece.strip("*").strip())
    found += sum(1 for piece in _BOLD.findall(answer) if piece[2:-2].strip())
    return found >= int(want["num_highlights"])


def _sections(answer: str, want: Mapping[str, Any]) -> bool:
    found = re.findall(rf"{re.escape(want['section_spliter'].strip())}\s?\d+", answer)
    return len(found) >= int(want["num_sections"])


def _json(answer: str, want: Mapping[str, Any]) -> bool:
    """Any JSON value, a code fence aside."""
    text = answer.strip()
    for fence in _FENCES:
        text = text.removeprefix(fence)
    try:
        loads(text.removesuffix("```").strip())
    except (ValueError, RecursionError):
        return False
    return True


def _title(answer: str, want: Mapping[str, Any]) -> bool:
    return any(title.lstrip("<").rstrip(">").strip() for title in _TITLE.findall(answer))


def _two_responses(answer: str, want: Mapping[str, Any]) -> bool:
    """Two texts apart by six asterisks; an empty piece may stand only at either end."""
    pieces = answer.split("******")
    if any(not piece.strip() for piece in pieces[1:-1]):
        return False
    filled = [piece.strip() for piece in pieces if piece.strip()]
    return len(filled) == 2 and filled[0] != filled[1]


def _repeat(answer: str, want: Mapping[str, Any]) -> bool:
    asked: str = want["prompt_to_repeat"]
    return answer.strip().lower().startswith(asked.strip().lower())


def _end(answer: str, want: Mapping[str, Any]) -> bool:
    return answer.strip().strip('"').lower().endswith(want["end_phrase"].strip().lower())


def _capital_words(answer: str, want: Mapping[str, Any]) -> bool:
    return _related(capital_words(answer), want["capital_relation"], want["capital_frequency"])


def _capitals(answer: str, want: Mapping[str, Any]) -> bool:
    return answer.isupper() and in_language(answer, "en")


def _small_letters(answer: str, want: Mapping[str, Any]) -> bool:
    return answer.islower() and in_language(answer, "en")


def _no_comma(answer: str, want: Mapping[str, Any]) -> bool:
    return "," not in answer


def _quotation(answer: str, want: Mapping[str, Any]) -> bool:
    text = answer.strip()
    return len(text) > 1 and text[0] == '"' == text[-1]


# Instruction type → check, and the names of its parameters with their types.
CHECKS: dict[str, tuple[Check, dict[str, type]]] = {
    "keywords:existence": (_keywords, {"keywords": list}),
    "keywords:frequency": (_frequency, {"keyword": str, "frequency": int, "relation": str}),
    "keywords:forbidden_words": (_forbidden, {"forbidden_words": list}),
    "keywords:letter_frequency": (_letters, {"letter": str, "let_frequency": int, "let_relation": str}),
    "language:response_language": (_language, {"language": str}),
    "length_constraints:number_sentences": (_sentences, {"num_sentences": int, "relation": str}),
    "length_constraints:number_paragraphs": (_paragraphs, {"num_paragraphs": int}),
    "length_constraints:number_words": (_words, {"num_words": int, "relation": str}),
    "length_constraints:nth_paragraph_first_word": (
        _first_word,
        {"first_word": str, "num_paragraphs": int, "nth_paragraph": int},
    ),
    "detectable_content:number_placeholders": (_placeholders, {"num_placeholders": int}),
    "detectable_content:postscript": (_postscript, {"postscript_marker": str}),
    "detectable_format:number_bullet_lists": (_bullets, {"num_bullets": int}),
    "detectable_format:constrained_response": (_constrained, {}),
    "detectable_format:number_highlighted_sections": (_highlights, {"num_highlights": int}),
    "detectable_format:multiple_sections": (_sections, {"section_spliter": str, "num_sections": int}),
    "detectable_format:json_format": (_json, {}),
    "detectable_format:title": (_title, {}),
    "combination:two_responses": (_two_responses, {}),
    "combination:repeat_prompt": (_repeat, {"prompt_to_repeat": str}),
    "startend:end_checker": (_end, {"end_phrase": str}),
    "change_case:capital_word_frequency": (
        _capital_words,
        {"capital_frequency": int, "capital_relation": str},
    ),
    "change_case:english_capital": (_capitals, {}),
    "change_case:english_lowercase": (_small_letters, {}),
    "punctuation:no_comma": (_no_comma, {}),
    "startend:quotation": (_quotation, {}),
}


def parameters_of(kind: str, given: Mapping[str, Any], prompt: str, place: str) -> dict[str, Any]:
    """The parameters of one instruction, checked. What is to be repeated is taken from the prompt where the
    file does not give it: all before the sentence that asks for it.

    Raises:
        BadInput: an unknown type, or a parameter that is missing or of another type.
    """
    if kind not in CHECKS:
        raise BadInput(f"there is no instruction type '{kind}'", where=place, remedy=nearest(kind, CHECKS))
    wanted = CHECKS[kind][1]
    found = {name: value for name, value in given.items() if value is not None and name in wanted}
    if kind == "combination:repeat_prompt" and "prompt_to_repeat" not in found:
        found["prompt_to_repeat"] = prompt.partition(REPEAT)[0].strip()
    for name, type_ in wanted.items():
        value = found.get(name)
        if type_ is int and isinstance(value, float) and value.is_integer():
            value = found[name] = int(value)  # the hub's tables hold numbers as floats
        if not isinstance(value, type_) or isinstance(value, bool) or value in ("", []):
            raise BadInput(
                f"the instruction '{kind}' needs '{name}' ({type_.__name__}), and has {value!r}",
                where=place,
                remedy="mend the kwargs of this row",
            )
        if name.endswith("relation") and value not in _RELATIONS:
            raise BadInput(
                f"'{value}' is no relation", where=f"{place}, {name}", remedy=nearest(str(value), _RELATIONS)
            )
    return found


def follows(kind: str, parameters: Mapping[str, Any], answer: str) -> bool:
    """Whether ``answer`` keeps to one instruction; a blank one keeps to none."""
    return bool(answer.strip()) and CHECKS[kind][0](answer, parameters)


def variants(answer: str) -> Sequence[str]:
    """The eight readings of the loose rule: asterisks stripped or not, times first line, last line, both or
    neither left out."""
    lines = answer.split("\n")
    cut = [answer, *("\n".join(each).strip() for each in (lines[1:], lines[:-1], lines[1:-1]))]
    return list(dict.fromkeys([*cut, *(each.replace("*", "") for each in cut)]))


def follows_loosely(kind: str, parameters: Mapping[str, Any], answer: str) -> bool:
    """Whether any of the :func:`variants` keeps to one instruction."""
    return any(follows(kind, parameters, each) for each in variants(answer))
