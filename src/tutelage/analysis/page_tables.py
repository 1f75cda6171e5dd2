"""The tables of the report page on coverage, difficulty and yield, and what is told at a glance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tutelage.analysis.coverage import KeyCoverage
from tutelage.analysis.difficulty import NO_STUDENT
from tutelage.analysis.evenness import gini, pielou, richness, unseen_mass
from tutelage.analysis.page_cells import row, spread, with_figures
from tutelage.analysis.page_text_tables import (
    duplicate_rows,
    length_rows,
    overlap_rows,
    verb_noun_rows,
    wording_rows,
)
from tutelage.analysis.report import Analysis
from tutelage.analysis.yields import YieldReport
from tutelage.charts import number, percent
from tutelage.pages.cells import Cell, Part, Row, figure, share

_YIELD_AT_A_GLANCE = ("state", "accepted", "rejected", "acceptance", "cost")


def coverage_rows(analyses: Sequence[Analysis], key: str) -> tuple[Row, ...]:
    """The figures of one key of the cells."""
    absent = Cell("no row has this key", absent=True)

    def told(show: Callable[[KeyCoverage, list[int]], Cell]) -> Callable[[Analysis], Cell]:
        def cell(each: Analysis) -> Cell:
            found = each.coverage.keys.get(key)
            return show(found, [count for _, count in found.counts]) if found else absent

        return cell

    built = [row(label, meaning, analyses, told(show)) for label, meaning, show in _OF_A_KEY]
    return with_figures(built)


def key_rows(analyses: Sequence[Analysis]) -> tuple[Row, ...]:
    """A row for each key of the cells: its values and how evenly they occur."""
    keys = dict.fromkeys(key for each in analyses for key in each.coverage.keys)
    return tuple(
        Row(key, "", tuple(_values_of(each.coverage.keys.get(key)) for each in analyses)) for key in keys
    )


def difficulty_rows(analyses: Sequence[Analysis]) -> tuple[Row, ...]:
    """What the examples ask for at once, and how long they are."""
    rows: list[tuple[str, str, Callable[[Analysis], Cell]]] = [
        ("skills", "to be exercised at once", lambda each: spread(each.difficulty.skills)),
        ("constraints", "that an answer must satisfy", lambda each: spread(each.difficulty.constraints)),
        ("words of the question", "its input included", lambda each: spread(each.difficulty.question_words)),
        ("words of the answer", "", lambda each: spread(each.difficulty.answer_words)),
        ("characters of the answer", "", lambda each: spread(each.difficulty.answer_characters)),
        ("user turns", "", lambda each: spread(each.difficulty.turns)),
        (
            "a student's loss on the answer",
            "nats a token; more is harder for this student",
            lambda each: spread(each.difficulty.loss, NO_STUDENT),
        ),
    ]
    return tuple(row(label, meaning, analyses, cell) for label, meaning, cell in rows)


def yield_rows(analyses: Sequence[Analysis]) -> tuple[Row, ...]:
    """What became of the work of runs; empty where no input is a run."""
    if not any(each.yields for each in analyses):
        return ()

    def told(show: Callable[[YieldReport, dict[str, Any]], Cell]) -> Callable[[Analysis], Cell]:
        def cell(each: Analysis) -> Cell:
            if each.yields is None:
                return Cell("a dataset, not a run", absent=True)
            return show(each.yields, each.yields.as_dict())

        return cell

    rows: list[tuple[str, str, Callable[[YieldReport, dict[str, Any]], Cell]]] = [
        (
            "state",
            "",
            lambda report, told: Cell(": ".join(filter(None, (report.facts.state, report.facts.reason)))),
        ),
        ("method", "", lambda report, told: Cell(report.facts.method or "–")),
        ("accepted", "", lambda report, told: Cell(_of_target(report))),
        (
            "surplus",
            "written, but no longer needed: in no export",
            lambda report, told: figure(report.facts.surplus),
        ),
        ("rejected", "", lambda report, told: figure(report.rejections)),
        ("acceptance", "accepted of accepted and rejected", lambda report, told: share(report.acceptance)),
        ("calls", "answered, of all stages", lambda report, told: figure(report.calls.calls)),
        ("tokens", "of these calls", lambda report, told: figure(report.calls.tokens)),
        ("cost", "in the unit of the price table", lambda report, told: figure(report.calls.cost)),
        ("calls per accepted row", "", lambda report, told: figure(told["calls_per_accepted"])),
        ("tokens per accepted row", "", lambda report, told: figure(told["tokens_per_accepted"])),
        ("cost per accepted row", "", lambda report, told: figure(told["cost_per_accepted"])),
    ]
    return tuple(row(label, meaning, analyses, told(show)) for label, meaning, show in rows)


def _whole(value: float | None) -> float | None:
    return None if value is None else float(round(value))


def _values_of(found: KeyCoverage | None) -> Cell:
    if found is None or not found.counts:
        return Cell("none", absent=True)
    evenness = pielou([count for _, count in found.counts])
    even = "" if evenness is None else f", evenness {number(evenness)}"
    return Cell(f"{number(found.values)} {'value' if found.values == 1 else 'values'}{even}")


def _of_possible(found: KeyCoverage) -> Cell:
    if not found.possible:
        return Cell("their number is not known", absent=True)
    return Cell(f"{percent(found.values / found.possible)} of {number(found.possible)}")


def _of_wanted(found: KeyCoverage) -> Cell:
    wanted = found.wanted
    if wanted is None:
        return Cell("none were named", absent=True)
    return Cell(f"{number(wanted.covered)} of {number(wanted.names)} ({percent(wanted.share)})")


def _of_target(report: YieldReport) -> str:
    target = report.facts.target
    return number(report.facts.accepted) + (f" of {number(target)}" if target else "")


# Each measure of a key with what it means, from the key's coverage and the counts of its values.
_OF_A_KEY: tuple[tuple[str, str, Callable[[KeyCoverage, list[int]], Cell]], ...] = (
    ("rows that have it", "", lambda found, counts: figure(found.examples)),
    ("values", "different values that occur", lambda found, counts: figure(found.values)),
    (
        "evenness",
        "Pielou's: 1 where all values are equally common, towards 0 where one has nearly all",
        lambda found, counts: figure(pielou(counts), "fewer than two values"),
    ),
    (
        "Gini coefficient",
        "0 where all values are equally common, towards 1 where one has nearly all",
        lambda found, counts: figure(gini(counts), "no values"),
    ),
    (
        "unseen mass",
        "Good and Turing's estimate of the chance that another row like these has a value not seen yet",
        lambda found, counts: share(unseen_mass(counts), "no values"),
    ),
    (
        "values there are, at least",
        "Chao's lower bound, the unseen included",
        lambda found, counts: figure(_whole(richness(counts)), "no values"),
    ),
    (
        "of the possible values",
        "as far as their number is known",
        lambda found, counts: _of_possible(found),
    ),
    ("of the wanted values", "names that were to be covered", lambda found, counts: _of_wanted(found)),
)


def tables(analyses: Sequence[Analysis]) -> dict[str, tuple[Row, ...]]:
    """The full table of every section but coverage, which has one for each key."""
    return {
        "verb_noun": verb_noun_rows(analyses),
        "overlap": overlap_rows(analyses),
        "lengths": length_rows(analyses),
        "duplicates": duplicate_rows(analyses),
        "wording": wording_rows(analyses),
        "difficulty": difficulty_rows(analyses),
        "yields": yield_rows(analyses),
    }


def glance(analyses: Sequence[Analysis]) -> tuple[Part, ...]:
    """The measures that tell most, of every section."""
    full = tables(analyses)
    parts = (
        Part("verbs and nouns", full["verb_noun"][:3]),
        Part("overlap", (full["overlap"][0], full["overlap"][2])),
        Part("lengths in words: median, and where nine tenths lie", with_figures(full["lengths"][:3])),
        Part("near-duplicates", full["duplicates"][:2]),
        Part("languages and wording", with_figures(full["wording"][:4])),
        Part("coverage: values of the cells", key_rows(analyses)),
        Part("difficulty: median, and where nine tenths lie", with_figures(full["difficulty"][:2])),
        Part("yield", tuple(each for each in full["yields"] if each.label in _YIELD_AT_A_GLANCE)),
    )
    return tuple(part for part in parts if part.rows)
