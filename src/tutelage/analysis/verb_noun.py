"""What the instructions ask to be done to what: the root verb of the first sentence and its direct object.

After Self-Instruct (Wang et al. 2023), whose figure Explore-Instruct (Wan et al. 2023) and others repeat.
Their notebook loads a constituency parser too, on which nothing that they read depends: the parse is spaCy's.
Where the root is no verb, they follow its first child alone, and that child's first child; the rule
``compat`` does the same. The rule ``search`` takes the highest verb with an object in the whole tree, and so
finds more.

A model parses one language. An instruction in another one is counted under its language, never as one
without a pair.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tutelage.analysis.figures import summary
from tutelage.analysis.parsing import MODEL, Parser, parsers
from tutelage.errors import MissingExtra
from tutelage.records import Example
from tutelage.text import FUNCTION_WORDS, language_of

Rule = Literal["compat", "search"]

TOP = 15

_BATCH = 256  # where spaCy is quickest on short texts
_VERBS, _NOUNS = 20, 4  # as in the originals' figure


@dataclass(frozen=True, slots=True)
class Pair:
    """A root verb and its direct object as lemmas, and how many instructions have them."""

    verb: str
    noun: str
    count: int


@dataclass(frozen=True, slots=True)
class VerbNounReport:
    """The verb-noun pairs of ``examples`` instructions, of which ``parsed`` are in a language with a model.

    ``pairs`` are all of them, the commonest first. ``mean`` and ``std`` are those of the occurrences of a
    unique pair (``std`` divides by the number of pairs); ``top15_share`` is the share of the 15 commonest
    pairs among all occurrences. They are ``None`` where nothing could be parsed. ``verb_only`` instructions
    have a verb without a noun for its object, ``no_verb`` ones have none, ``empty`` ones no letter;
    ``other_languages`` counts the rest by language, and ``unsupported`` says so in a sentence.
    """

    rule: Rule
    models: tuple[str, ...]
    examples: int
    parsed: int
    pairs: tuple[Pair, ...]
    verb_only: int
    no_verb: int
    empty: int
    unique: int | None
    mean: float | None
    std: float | None
    top15_share: float | None
    other_languages: Mapping[str, int]
    unsupported: str

    @property
    def with_pair(self) -> int:
        """How many instructions have a pair."""
        return sum(pair.count for pair in self.pairs)

    def by_verb(self, verbs: int = _VERBS, nouns: int = _NOUNS) -> list[tuple[str, int, list[Pair]]]:
        """The commonest ``verbs`` with their occurrences in pairs and their commonest ``nouns``: a sunburst's
        two rings."""
        counts: Counter[str] = Counter()
        for pair in self.pairs:
            counts[pair.verb] += pair.count
        commonest = sorted(counts.items(), key=lambda each: (-each[1], each[0]))[:verbs]
        return [
            (verb, count, [pair for pair in self.pairs if pair.verb == verb][:nouns])
            for verb, count in commonest
        ]

    def as_dict(self) -> dict[str, Any]:
        """JSON-able figures; ``verbs`` maps a verb to its occurrences and its commonest nouns."""
        return {
            "rule": self.rule,
            "models": list(self.models),
            "examples": self.examples,
            "parsed": self.parsed,
            "with_pair": self.with_pair,
            "verb_only": self.verb_only,
            "no_verb": self.no_verb,
            "empty": self.empty,
            "unique": self.unique,
            "mean": self.mean,
            "std": self.std,
            "top15_share": self.top15_share,
            "top": [[pair.verb, pair.noun, pair.count] for pair in self.pairs[:TOP]],
            "verbs": {
                verb: {"count": count, "nouns": {pair.noun: pair.count for pair in pairs}}
                for verb, count, pairs in self.by_verb()
            },
            "other_languages": dict(self.other_languages),
            "unsupported": self.unsupported,
        }


def measure_verb_noun(
    examples: Sequence[Example],
    *,
    rule: Rule = "compat",
    models: Sequence[str] = (MODEL,),
    batch: int = _BATCH,
) -> VerbNounReport:
    """The verb-noun pairs of the instructions of ``examples``.

    ``models`` names spaCy models (an installed package, or a folder), each for its own language; ``batch``
    changes the speed alone. A missing spaCy or standard model leaves the figures ``None`` and is told in
    ``unsupported``.

    Raises:
        BadInput: a model that was asked for by name cannot be loaded, or two are for one language.
    """
    try:
        installed = parsers(tuple(models))
    except MissingExtra as missing:
        return _report(rule, models, [], Counter(), len(examples), str(missing).replace("\n  to do:", ";"))
    texts: dict[str, list[str]] = {code: [] for code in installed}
    others: Counter[str] = Counter()
    for example in examples:
        language = language_of(example.instruction)
        code = _served(language, texts)
        if code:
            texts[code].append(example.instruction)
        else:
            others[language] += 1
    found = [each for code, parser in installed.items() for each in _found(parser, texts[code], rule, batch)]
    return _report(rule, models, found, others, len(examples))


def _report(
    rule: Rule,
    models: Sequence[str],
    found: Sequence[tuple[str, str]],
    others: Counter[str],
    examples: int,
    missing: str = "",
) -> VerbNounReport:
    """The figures from a verb and a noun (empty where there is none) for each instruction that was parsed."""
    counts = Counter((verb, noun) for verb, noun in found if noun)
    ranked = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    spread = summary(counts.values())
    total = sum(counts.values())
    verb_only = sum(1 for verb, noun in found if verb and not noun)
    empty = others.pop("", 0)
    return VerbNounReport(
        rule=rule,
        models=tuple(models),
        examples=examples,
        parsed=len(found),
        pairs=tuple(Pair(verb, noun, count) for (verb, noun), count in ranked),
        verb_only=verb_only,
        no_verb=len(found) - total - verb_only,
        empty=empty,
        unique=len(counts) if found else None,
        mean=spread.mean,
        std=spread.std,
        top15_share=sum(count for _, count in ranked[:TOP]) / total if total else None,
        other_languages=dict(sorted(others.items(), key=lambda each: (-each[1], each[0]))),
        unsupported=missing or _unsupported(others),
    )


def _unsupported(others: Mapping[str, int]) -> str:
    if not others:
        return ""
    counts = ", ".join(f"{count} in {name}" for name, count in sorted(others.items()))
    return f"no parser model is given for {sum(others.values())} instructions: {counts}"


def _served(language: str, codes: Mapping[str, object]) -> str:
    """The code of the model that parses ``language``. A text in Latin letters of which no more can be told
    (``Write a poem``) goes to the first model for a language that is written so."""
    if language in codes:
        return language
    if language != "Latin script":
        return ""
    return next((code for code in codes if code in FUNCTION_WORDS), "")


def _found(parser: Parser, texts: Sequence[str], rule: Rule, batch: int) -> Iterator[tuple[str, str]]:
    """A verb and its noun for each text, empty where there is none."""
    follow = _first_child if rule == "compat" else _breadth_first
    for root in parser.roots(texts, batch):
        yield follow(parser, root) if root is not None else ("", "")


def _first_child(parser: Parser, root: Any) -> tuple[str, str]:
    """The originals' rule: from a root that is no verb down the first children until there is one."""
    token = root
    while parser.word(token).pos != "VERB":
        token = next(iter(token.children), None)
        if token is None:
            return "", ""
    return parser.word(token).lemma, _object(parser, token)


def _breadth_first(parser: Parser, root: Any) -> tuple[str, str]:
    """The highest verb that has a noun for its object, else the highest verb."""
    waiting, highest = deque([root]), ""
    while waiting:
        token = waiting.popleft()
        pos, lemma = parser.word(token)
        if pos == "VERB":
            noun = _object(parser, token)
            if noun:
                return lemma, noun
            highest = highest or lemma
        waiting.extend(token.children)
    return highest, ""


def _object(parser: Parser, verb: Any) -> str:
    """The lemma of the verb's first direct object that is a noun (``dobj``, or ``obj`` in Universal
    Dependencies)."""
    for child in verb.children:
        if child.dep_ in ("dobj", "obj"):
            pos, lemma = parser.word(child)
            if pos == "NOUN":
                return lemma
    return ""
