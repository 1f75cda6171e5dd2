"""The figures of the report: of one input for a file of its own, of several for the page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from tutelage.analysis.report import Analysis
from tutelage.charts import Branch, bars, histogram, key_of, lines, percent, sunburst

SHOWN = 20  # values of a key, verbs, or reasons that have a bar
_VERBS, _NOUNS = 20, 4  # of the sunburst, as in the papers that show one
_FILE_NAME = re.compile(r"[^a-z0-9]+")


def ring_of(analysis: Analysis) -> str:
    """The sunburst of verbs and nouns; empty where there is no pair."""
    branches = [
        Branch(verb, count, tuple((pair.noun, pair.count) for pair in pairs))
        for verb, count, pairs in analysis.verb_noun.by_verb(_VERBS, _NOUNS)
    ]
    total = analysis.verb_noun.with_pair
    if not total:
        return ""
    shown = percent(sum(branch.weight for branch in branches) / total)
    return sunburst(
        f"Verbs and their nouns in {analysis.name}",
        branches,
        description=f"The {len(branches)} commonest verbs ({shown} of all instructions with a pair), "
        f"and of each its {_NOUNS} commonest nouns.",
    )


def verb_bars(analyses: Sequence[Analysis]) -> str:
    """The commonest pairs as shares of all; empty where there is none."""
    shares: dict[str, dict[str, float]] = {}
    for name, each in _several(analyses).items():
        total = each.verb_noun.with_pair
        if total:
            shares[name] = {f"{pair.verb} {pair.noun}": pair.count / total for pair in each.verb_noun.pairs}
    return _share_bars(
        "The commonest verb-noun pairs", shares, "Shares of all instructions with a pair.", analyses
    )


def pair_scores(analyses: Sequence[Analysis]) -> str:
    """ROUGE-L of pairs of instructions; empty where none was scored."""
    named = _lettered(analyses)
    if not any(sum(each.overlap.pair_values.counts) for each in named.values()):
        return ""
    return histogram(
        "ROUGE-L of pairs of instructions",
        {name: each.overlap.pair_values for name, each in named.items()},
        description="Random pairs, or all where there are few. Areas are shares of the pairs of an input.",
        unit="ROUGE-L F1",
        marks={name: {"mean": each.overlap.mean} for name, each in named.items()},
    )


def nearest_scores(analyses: Sequence[Analysis]) -> str:
    """ROUGE-L to the most similar other instruction; empty where none was looked for."""
    named = _lettered(analyses)
    if not any(sum(each.overlap.max_values.counts) for each in named.values()):
        return ""
    return histogram(
        "ROUGE-L to the most similar other instruction",
        {name: each.overlap.max_values for name, each in named.items()},
        description="Exact for every row that was looked at. Areas are shares of these rows.",
        unit="ROUGE-L F1 to the nearest other",
        marks={name: {"mean": each.overlap.mean_max} for name, each in named.items()},
    )


def word_lengths(analyses: Sequence[Analysis], part: str, name: str) -> str:
    """Words of one part of the rows; empty where all are empty."""
    named = _lettered(analyses)
    lengths = {label: each.wording.lengths[part] for label, each in named.items()}
    if not any(sum(each.word_histogram.counts) for each in lengths.values()):
        return ""
    return histogram(
        f"Words of the {name}",
        {label: each.word_histogram for label, each in lengths.items()},
        description="Areas are shares of the rows of an input; empty texts are left out.",
        unit="words",
        marks={label: {"median": each.words.median} for label, each in lengths.items()},
    )


def language_bars(analyses: Sequence[Analysis]) -> str:
    """Languages of the instructions, as shares; empty where all inputs have one and the same."""
    shares: dict[str, dict[str, float]] = {}
    for name, each in _several(analyses).items():
        counts = each.wording.languages["instruction"]
        if counts:
            shares[name] = {code: count / sum(counts.values()) for code, count in counts.items()}
    if len({code for each in shares.values() for code in each}) < 2:
        return ""
    return _share_bars("Languages of the instructions", shares, "Shares of all instructions.", analyses)


def value_bars(analyses: Sequence[Analysis], key: str) -> str:
    """The commonest values of a key of the cells, as shares of its occurrences; empty where there is none."""
    shares: dict[str, dict[str, float]] = {}
    for name, each in _several(analyses).items():
        found = each.coverage.keys.get(key)
        total = sum(count for _, count in found.counts) if found else 0
        if found and total:
            shares[name] = {value: count / total for value, count in found.counts}
    return _share_bars(
        f"The commonest values of {key}", shares, f"Shares of all occurrences of {key}.", analyses
    )


def value_ranks(analyses: Sequence[Analysis], key: str) -> str:
    """How often the first, second … commonest value occurs; empty where every value has a bar already."""
    ranks = {
        name: [(float(rank), float(count)) for rank, (_, count) in enumerate(found.counts, start=1)]
        for name, each in _several(analyses).items()
        if (found := each.coverage.keys.get(key)) and found.counts
    }
    if max(map(len, ranks.values()), default=0) <= SHOWN:
        return ""
    return lines(
        f"How evenly the values of {key} occur",
        ranks,
        description="A flat line is even coverage; the end of a line is the number of values.",
        across="values, the commonest first",
        up="rows",
        log=True,
        places=_places(analyses, ranks),
    )


def rejection_bars(analyses: Sequence[Analysis]) -> str:
    """Rejections by reason, as shares of what was decided; empty where there is none."""
    shares: dict[str, dict[str, float]] = {}
    for name, each in _several(analyses).items():
        if each.yields and each.yields.rejections:
            decided = each.yields.facts.accepted + each.yields.rejections
            shares[name] = {reason: count / decided for reason, count in each.yields.facts.rejected.items()}
    return _share_bars(
        "Rejections by reason", shares, "Shares of everything that was accepted or rejected.", analyses
    )


def shared(analyses: Sequence[Analysis]) -> dict[str, str]:
    """The figures that compare inputs, by name; empty texts for those without data."""
    return {
        "verb_noun": verb_bars(analyses),
        "overlap": pair_scores(analyses),
        "nearest": nearest_scores(analyses),
        "instruction_words": word_lengths(analyses, "instruction", "instruction"),
        "input_words": word_lengths(analyses, "input", "input"),
        "answer_words": word_lengths(analyses, "output", "answer"),
        "languages": language_bars(analyses),
        "rejections": rejection_bars(analyses),
    }


def _several(analyses: Sequence[Analysis]) -> dict[str, Analysis]:
    """Inputs by name; a name that two of them have is told apart by a number."""
    found: dict[str, Analysis] = {}
    for each in analyses:
        name, number = each.name, 1
        while name in found:
            number += 1
            name = f"{each.name} ({number})"
        found[name] = each
    return found


def _lettered(analyses: Sequence[Analysis]) -> dict[str, Analysis]:
    """As :func:`_several`, with the letters before the names where there are several."""
    named = _several(analyses)
    if len(named) == 1:
        return named
    return {f"{key_of(place)} {name}": each for place, (name, each) in enumerate(named.items())}


def _places(analyses: Sequence[Analysis], chosen: Iterable[str]) -> list[int] | None:
    """The numbers of those inputs that are ``chosen``: letter and colour are one input's throughout the
    report. Without another input there is none."""
    places = {name: place for place, name in enumerate(_several(analyses))}
    return [places[name] for name in chosen] if len(places) > 1 else None


def _share_bars(
    title: str, shares: Mapping[str, Mapping[str, float]], description: str, analyses: Sequence[Analysis]
) -> str:
    """Bars of the labels that are commonest in any input; a label that one of them lacks has 0 there."""
    most: dict[str, float] = {}
    for each in shares.values():
        for label, value in each.items():
            most[label] = max(value, most.get(label, 0.0))
    labels = sorted(most, key=lambda label: (-most[label], label))[:SHOWN]
    if not labels:
        return ""
    series = {name: [each.get(label, 0.0) for label in labels] for name, each in shares.items()}
    return bars(
        title, labels, series, description=description, show=percent, places=_places(analyses, shares)
    )


def file_names(keys: Sequence[str]) -> dict[str, str]:
    """A part of a file name for each of ``keys``, which may be anything: short, plain, each its own."""
    names: dict[str, str] = {}
    for key in keys:
        plain = _FILE_NAME.sub("-", key.lower())[:40].strip("-") or "key"
        name, number = plain, 1
        while name in names.values():
            number += 1
            name = f"{plain}-{number}"
        names[key] = name
    return names
