"""The tables of the report page on the texts: verbs and nouns, overlap, duplicates, languages and wording."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tutelage.analysis.duplicates import Repeats
from tutelage.analysis.figures import Summary
from tutelage.analysis.page_cells import row, spread
from tutelage.analysis.report import Analysis
from tutelage.analysis.wording import Lengths
from tutelage.charts import number, percent
from tutelage.pages.cells import Cell, Row, figure, share

_PARTS = {"instruction": "instruction", "input": "input", "output": "answer"}
Measures = list[tuple[str, str, Callable[[Analysis], Cell]]]
_LANGUAGES = 3  # that are named in a cell


def verb_noun_rows(analyses: Sequence[Analysis]) -> tuple[Row, ...]:
    """What the instructions ask to be done to what."""

    def told(show: Callable[[Analysis], Cell]) -> Callable[[Analysis], Cell]:
        def cell(each: Analysis) -> Cell:
            report = each.verb_noun
            return show(each) if report.parsed else Cell(report.unsupported or "no instruction", absent=True)

        return cell

    return (
        row(
            "unique verb-noun pairs",
            "different pairs of root verb and direct object; more is more varied, and grows with the rows",
            analyses,
            told(lambda each: figure(each.verb_noun.unique)),
        ),
        row(
            "occurrences of a pair",
            "mean, and standard deviation over pairs: a large one says that few pairs have most instructions",
            analyses,
            told(lambda each: _mean_and_std(each.verb_noun.mean, each.verb_noun.std)),
        ),
        row(
            "share of the 15 commonest pairs",
            "of all occurrences of pairs; smaller is more even",
            analyses,
            told(lambda each: share(each.verb_noun.top15_share, "no pair was found")),
        ),
        row(
            "instructions with a pair",
            "of those in a language with a parser",
            analyses,
            told(lambda each: share(each.verb_noun.with_pair / each.verb_noun.parsed)),
        ),
    )


def overlap_rows(analyses: Sequence[Analysis]) -> tuple[Row, ...]:
    """How much instructions repeat each other's words."""

    def reason(each: Analysis) -> str:
        return each.overlap.unsupported or "fewer than two instructions with words"

    rows: Measures = [
        (
            "mean ROUGE-L of two instructions",
            "with a 95 % interval where pairs were drawn; smaller is more varied",
            lambda each: _with_interval(each.overlap.mean, _drawn_interval(each), reason(each)),
        ),
        (
            "pairs scored",
            "drawn at random, or all where there are no more",
            lambda each: figure(each.overlap.pairs),
        ),
        (
            "mean ROUGE-L to the nearest other",
            "exact for every row that was looked at; grows with n, so compare it at equal n",
            lambda each: _with_interval(each.overlap.mean_max, each.overlap.mean_max_interval, reason(each)),
        ),
        (
            "nearest other: median",
            "with the middle nine tenths",
            lambda each: spread(each.overlap.maxima, reason(each)),
        ),
        ("rows looked at", "for their nearest other", lambda each: figure(each.overlap.rows)),
        ("n", "instructions that have words", lambda each: figure(each.overlap.n)),
        ("instructions without words", "not compared with any", lambda each: figure(each.overlap.no_tokens)),
    ]
    return tuple(row(label, meaning, analyses, cell) for label, meaning, cell in rows)


def _with_interval(value: float | None, interval: tuple[float, float] | None, reason: str) -> Cell:
    if value is None:
        return Cell(reason, absent=True)
    return Cell(number(value) + (f" [{number(interval[0])}, {number(interval[1])}]" if interval else ""))


def _drawn_interval(analysis: Analysis) -> tuple[float, float] | None:
    return None if analysis.overlap.every_pair else analysis.overlap.interval


def _mean_and_std(mean: float | None, std: float | None) -> Cell:
    return Cell("no pair was found", absent=True) if mean is None else Cell(f"{number(mean)} ± {number(std)}")


def length_rows(analyses: Sequence[Analysis]) -> tuple[Row, ...]:
    """Words and characters of the parts of a row, those that are empty apart."""

    def rows(label: str, cell: Callable[[Lengths], Cell]) -> tuple[Row, ...]:
        return tuple(
            Row(f"{label} {name}", "", tuple(cell(each.wording.lengths[part]) for each in analyses))
            for part, name in _PARTS.items()
        )

    return (
        *rows("words of the", lambda lengths: spread(lengths.words)),
        *rows("characters of the", lambda lengths: spread(lengths.characters)),
        *rows("rows with an empty", lambda lengths: figure(lengths.empty)),
    )


def duplicate_rows(analyses: Sequence[Analysis]) -> tuple[Row, ...]:
    """What a dataset says twice."""
    rows: Measures = [
        (
            "instructions nearly as an earlier one",
            "a novelty filter with this threshold would have refused them; their share of all rows",
            lambda each: _repeats(each.duplicates.near),
        ),
        (
            "rows equal to an earlier one",
            "in instruction, input, and answer, but for case and white space",
            lambda each: _repeats(each.duplicates.row),
        ),
        ("equal questions", "instruction and input", lambda each: _repeats(each.duplicates.question)),
        ("equal instructions", "", lambda each: _repeats(each.duplicates.instruction)),
        ("groups of near-duplicates", "", lambda each: figure(each.duplicates.near.groups)),
        (
            "largest group",
            "instructions, the first of them included",
            lambda each: figure(max(each.duplicates.sizes, default=None), "no group"),
        ),
        (
            "threshold",
            "ROUGE-L above which two instructions are near-duplicates, and the words it compares",
            lambda each: Cell(f"{number(each.duplicates.threshold)} ({each.duplicates.tokens})"),
        ),
        (
            "instructions without words",
            "not compared with any",
            lambda each: figure(each.duplicates.no_tokens),
        ),
    ]
    return tuple(row(label, meaning, analyses, cell) for label, meaning, cell in rows)


def wording_rows(analyses: Sequence[Analysis]) -> tuple[Row, ...]:
    """Languages, vocabulary, reading level."""
    spoken = ("instruction", "output")
    rows = [
        *(each for part in spoken for each in _words_of(part)),
        *(each for part in spoken for each in _level_of(part)),
    ]
    return tuple(row(label, meaning, analyses, cell) for label, meaning, cell in rows)


def _words_of(part: str) -> Measures:
    name = f"{_PARTS[part]}s"
    return [
        (
            f"languages of the {name}",
            "the commonest three",
            lambda each: _languages(each.wording.languages[part]),
        ),
        (
            f"type-token ratio of the {name}",
            "different words among 500 in a row, on average (MATTR); larger is more varied",
            lambda each: figure(each.wording.variety[part].mattr, "fewer words than a window"),
        ),
    ]


def _level_of(part: str) -> Measures:
    name = f"{_PARTS[part]}s"
    return [
        (f"different words of the {name}", "of all words", lambda each: _vocabulary(each, part)),
        (
            f"words that come once in the {name}",
            "of the different words",
            lambda each: share(each.wording.variety[part].hapax_share, "no words"),
        ),
        (
            f"reading level of the {name}",
            "Flesch-Kincaid grade of the English ones with ten words or more: US school years",
            lambda each: spread(
                each.wording.reading[part].grade,
                each.wording.reading[part].unsupported or "no English text of ten words",
            ),
        ),
        (
            f"characters of a sentence in the {name}",
            "in languages written without spaces",
            lambda each: _sentences(each.wording.reading[part].sentence_characters),
        ),
    ]


def _repeats(found: Repeats) -> Cell:
    return (
        Cell("no rows", absent=True)
        if found.share is None
        else Cell(f"{number(found.spare)} ({percent(found.share)})")
    )


def _languages(counts: Mapping[str, int]) -> Cell:
    total = sum(counts.values())
    if not total:
        return Cell("no rows", absent=True)
    told = [f"{name} {percent(count / total)}" for name, count in list(counts.items())[:_LANGUAGES]]
    return Cell(", ".join(told) + (", …" if len(counts) > _LANGUAGES else ""))


def _vocabulary(analysis: Analysis, part: str) -> Cell:
    variety = analysis.wording.variety[part]
    return Cell(f"{number(variety.unique)} of {number(variety.tokens)}")


def _sentences(spans: Mapping[str, Summary]) -> Cell:
    told = [f"{language}: {spread(summary).text}" for language, summary in spans.items()]
    return Cell("; ".join(told)) if told else Cell("no such language", absent=True)
