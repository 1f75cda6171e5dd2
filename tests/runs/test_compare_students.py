from __future__ import annotations

from tutelage.runs.compare_inputs import StudentFacts
from tutelage.runs.compare_students import curve, student_rows


def test_facts_are_told_and_absent_ones_too() -> None:
    full = StudentFacts(
        "a", {"method": {"kind": "lora", "rank": 8}, "results": {"trainable": 10, "parameters": 100}}
    )
    poor = StudentFacts("b", {"method": "broken", "results": None})
    rows = {each.label: [cell.text for cell in each.cells] for each in student_rows([full, poor])}
    assert rows["method"] == ["lora (rank 8)", "not told"]
    assert rows["trainable parameters"] == ["10 (10%)", "not told"]


def test_the_curve_has_both_losses_where_they_are() -> None:
    points = [{"step": 0, "held_out_loss": 3.0}, {"step": 1, "loss": 2.0}, {"step": "x", "loss": 1.0}]
    drawn = curve(StudentFacts("a", {}, points))
    assert "training" in drawn
    assert "held out" in drawn
    assert curve(StudentFacts("a", {})) == ""
