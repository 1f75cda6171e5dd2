"""The page of a comparison: verdicts, figures, judges, categories, evidence, datasets, students.

How it is escaped, styled and shut off from the network is :mod:`tutelage.pages.shell`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tutelage.analysis import page_figures, page_tables
from tutelage.analysis.report import Analysis
from tutelage.charts import Dot, dots, number, percent
from tutelage.evaluate.canaries import PREFIX
from tutelage.evaluate.comparing import Compared
from tutelage.evaluate.headlines import Headline, by_category, headlines
from tutelage.evaluate.pairs import Pair
from tutelage.evaluate.shown import Shown
from tutelage.pages import shell
from tutelage.pages.cells import Cell, Row
from tutelage.runs.compare_inputs import StudentFacts
from tutelage.runs.compare_students import curve, student_rows

SECTIONS = {
    "verdicts": "Verdicts",
    "figures": "Figures",
    "judge": "Judges and sanity models",
    "categories": "By category",
    "evidence": "Evidence",
    "datasets": "Datasets",
    "students": "Students",
}
_DRAWN = 3  # figures of a bench that are drawn; the table has all
_NONE = Cell("not told", absent=True)


def render_page(
    studies: Sequence[Compared],
    shown: Sequence[Sequence[Sequence[Shown]]],
    datasets: Sequence[Analysis],
    students: Sequence[StudentFacts],
    not_compared: Sequence[str],
) -> str:
    """One self-contained HTML page; ``shown`` goes with ``studies`` and their pairs."""
    curves = [(f"Loss of {each.name}", curve(each)) for each in students]
    return shell.render(
        "tutelage.pages",
        "compare.html.jinja",
        title=_title(studies, datasets, students),
        sections=SECTIONS.items(),
        not_compared=not_compared,
        studies=[_study(each, of) for each, of in zip(studies, shown, strict=True)],
        datasets=[each.name for each in datasets],
        glance=page_tables.glance(datasets) if datasets else (),
        dataset_drawings=_dataset_drawings(datasets),
        students=[each.name for each in students],
        student_rows=student_rows(students),
        curves=[(name, svg) for name, svg in curves if svg],
    )


def _title(
    studies: Sequence[Compared], datasets: Sequence[Analysis], students: Sequence[StudentFacts]
) -> str:
    models = [name for each in studies for name in each.study.models]
    others = [*(each.name for each in students), *(each.name for each in datasets)]
    names = list(dict.fromkeys(models or others))
    return "Comparison of " + " and ".join(names) if names else "Comparison"


def _study(compared: Compared, shown: Sequence[Sequence[Shown]]) -> dict[str, Any]:
    study, judge = compared.study, compared.judge
    against = f" against {study.baseline}" if study.baseline else ""
    graded = f", judged by {study.judge}" if study.judge and study.judge != "rule" else ""
    models = [name for name in study.figures if not name.startswith(PREFIX)]
    told = {name: headlines(study.figures[name]) for name in models}
    return {
        "title": f"{study.bench}{against}{graded}",
        "bench": study.bench,
        "judge": study.judge,
        "measure": compared.measure,
        "notes": [*study.notes, *compared.notes],
        "models": models,
        "figures": _figure_rows(compared, told),
        "drawings": [*_differences(compared), *_drawings(told)],
        "pair_names": [f"{_name(pair)}, {pair.found.measure}" for pair in compared.pairs],
        "pair_rows": _pair_rows(compared.pairs),
        "pairs": [
            {"name": _name(pair), "word": pair.said.word, "sentence": pair.said.sentence, "shown": of}
            for pair, of in zip(compared.pairs, shown, strict=True)
        ],
        "judge_lines": judge.lines if judge else (),
        "judge_rows": _judge_rows(compared),
        "canaries": _canary_rows(compared),
        "categories": _category_rows(compared, models),
    }


def _name(pair: Pair) -> str:
    return f"{pair.found.model} against {pair.found.other}"


def _told(each: Headline | None) -> Cell:
    if each is None:
        return _NONE
    return Cell(number(each.value) + _span(each.low, each.high))


def _span(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f" [{number(low)}, {number(high)}]"


def _figure_rows(compared: Compared, told: dict[str, list[Headline]]) -> list[Row]:
    rows = [
        Row(
            name,
            "",
            tuple(_told(next((one for one in of if one.name == name), None)) for of in told.values()),
        )
        for name in dict.fromkeys(one.name for of in told.values() for one in of)
    ]
    for key, label in (("n", "questions"), ("missing", "questions without a figure")):
        values = [compared.study.figures[name].get(key) for name in told]
        if any(isinstance(value, int) for value in values):
            cells = (Cell(number(value)) if isinstance(value, int) else _NONE for value in values)
            rows.append(Row(label, "", tuple(cells)))
    return rows


def _drawings(told: dict[str, list[Headline]]) -> list[tuple[str, str]]:
    names = list(dict.fromkeys(one.name for of in told.values() for one in of))[:_DRAWN]
    made = []
    for name in names:
        rows = [
            Dot(model, one.value, one.low, one.high, place)
            for place, (model, of) in enumerate(told.items())
            for one in of
            if one.name == name
        ]
        made.append((name, dots(name, rows, description="Estimates and their 95 % intervals.")))
    return made


def _differences(compared: Compared) -> list[tuple[str, str]]:
    """The name and drawing of each measure: they differ in their units."""
    made = []
    for measure in compared.measures:
        rows = [
            Dot(_name(pair), pair.found.difference, pair.found.low, pair.found.high)
            for pair in compared.pairs
            if pair.found.measure == measure.name
        ]
        if rows:
            drawing = dots(
                "Paired differences", rows, unit=measure.name, mark=0.0, width=560.0,
                description="An interval on one side of the line at 0 shows a difference.",
            )  # fmt: skip
            made.append((f"Differences on common questions, in {measure.name}", drawing))
    return made


def _pair_rows(pairs: Sequence[Pair]) -> list[Row]:
    if not pairs:
        return []
    rows = [
        Row(
            "difference",
            "with an interval whose level holds for all pairs of the table together",
            tuple(Cell(number(p.found.difference) + _span(p.found.low, p.found.high)) for p in pairs),
        ),
        Row("common questions", "", tuple(Cell(number(p.found.questions)) for p in pairs)),
        Row("questions of one alone", "left out", tuple(Cell(number(sum(p.only))) for p in pairs)),
        Row("questions that each does better", "first : second, ties", tuple(map(_signs, pairs))),
        Row("sign test", "exact p", tuple(Cell(number(p.signs.get("p"))) for p in pairs)),
        Row(
            "smallest detectable difference",
            "with a power of 80 %",
            tuple(Cell(number(p.found.detectable)) for p in pairs),
        ),
    ]
    if any(pair.controlled for pair in pairs):
        meaning = "both refitted to the same resampled questions"
        rows.append(Row("difference of length-controlled rates", meaning, tuple(map(_controlled, pairs))))
    return rows


def _signs(pair: Pair) -> Cell:
    signs = pair.signs
    if not signs:
        return _NONE
    return Cell(f"{signs['for_first']} : {signs['for_second']}, {signs['ties']}")


def _controlled(pair: Pair) -> Cell:
    found = pair.controlled
    return Cell(number(found["difference"]) + _span(*found["interval"])) if found else _NONE


def _judge_rows(compared: Compared) -> list[Row]:
    details = compared.judge.details if compared.judge else {}
    rows = [
        ("sensitivity", "of the answers that are worse by construction, those that it saw", percent),
        ("specificity", "of identical answers, those that came out equal", percent),
        ("position_bias", "points by which it favours the answer shown first", number),
        ("length_bias", "points by which polite filler raises the preference", number),
    ]
    found = [
        Row(key.replace("_", " "), meaning, (Cell(show(details[key])),))
        for key, meaning, show in rows
        if details.get(key) is not None
    ]
    for key, interval, label in (
        ("first_position", "first_position_interval", "first place chosen, %"),
        ("flip_rate", "flip_interval", "verdicts that change with the order, %"),
    ):
        if compared.habits.get(key) is not None:
            low, high = compared.habits.get(interval) or (None, None)
            found.append(Row(label, "", (Cell(number(compared.habits[key]) + _span(low, high)),)))
    return found


def _canary_rows(compared: Compared) -> list[Row]:
    if compared.judge is None:
        return []
    return [
        Row(
            name,
            "",
            (
                Cell(number(each.get("n"))),
                Cell(number(each.get("preference"))),
                Cell(percent(each.get("detected", each.get("equal")))),
            ),
        )
        for name, each in compared.judge.models.items()
    ]


def _category_rows(compared: Compared, models: Sequence[str]) -> list[Row]:
    told = [by_category(compared.study.figures[name]) for name in models]
    names = list(dict.fromkeys(name for each in told for name in each))
    return [Row(name, "", tuple(_category(each.get(name)) for each in told)) for name in names]


def _category(found: tuple[float | None, int | None] | None) -> Cell:
    if found is None or found[0] is None:
        return _NONE
    value, n = found
    return Cell(number(value) + (f" (n = {n:,})" if n is not None else ""))


def _dataset_drawings(datasets: Sequence[Analysis]) -> list[tuple[str, str]]:
    if not datasets:
        return []
    figures = page_figures.shared(datasets)
    chosen = (("verb_noun", "The commonest verb-noun pairs"), ("answer_words", "Words of the answer"))
    return [(name, figures[key]) for key, name in chosen if figures[key]]
