from __future__ import annotations

from analyses import analysis, verbs
from tutelage.analysis.page_tables import (
    Row,
    coverage_rows,
    difficulty_rows,
    glance,
    overlap_rows,
    verb_noun_rows,
    yield_rows,
)
from tutelage.analysis.yields import RunFacts, StageCalls


def told(rows: tuple[Row, ...]) -> dict[str, list[str]]:
    return {row.label: [cell.text for cell in row.cells] for row in rows}


def test_every_row_has_a_cell_for_each_input() -> None:
    run = analysis(run=RunFacts("r", "finished", accepted=1))
    inputs = [run, analysis("b", cells=False, verb_noun=verbs([], "no parser")), analysis("c", ())]
    parts = [part.rows for part in glance(inputs)]
    rows = [verb_noun_rows(inputs), overlap_rows(inputs), difficulty_rows(inputs), yield_rows(inputs)]
    for row in [row for each in [*parts, *rows, coverage_rows(inputs, "topic")] for row in each]:
        assert len(row.cells) == 3
        assert all(cell.text for cell in row.cells)


def test_coverage_is_that_of_the_key() -> None:
    rows = told(coverage_rows([analysis(wanted=("never",)), analysis(cells=False)], "topic"))
    assert rows["values"] == ["9", "no row has this key"]
    assert rows["evenness"][0] == "1"
    assert rows["unseen mass"][0] == "0%"
    assert rows["of the wanted values"][0] == "0 of 1 (0%)"
    assert "of the wanted values" not in told(coverage_rows([analysis()], "topic"))


def test_a_run_tells_its_costs_and_a_file_that_it_is_none() -> None:
    facts = RunFacts(
        "r", "stopped", reason="budget", target=10, accepted=4, rejected={"copy": 1},
        stages={"write": StageCalls(8, 400, 0.2), "judge": StageCalls(2, 100, 0.2)},
    )  # fmt: skip
    rows = told(yield_rows([analysis(run=facts), analysis()]))
    assert rows["state"] == ["stopped: budget", "a dataset, not a run"]
    assert rows["accepted"][0] == "4 of 10"
    assert rows["acceptance"][0] == "80%"
    assert rows["tokens per accepted row"][0] == "125"
    assert rows["cost per accepted row"][0] == "0.1"
    assert yield_rows([analysis()]) == ()
