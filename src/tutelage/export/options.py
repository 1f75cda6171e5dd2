"""Rows that are scored by rank classification: a question, its options, and which of them is right.

What a method knows of them stands in an example's lineage, as ``integrate`` writes it: ``answer_choices`` and
``answer``, the number of the right one. The bench ``choices`` reads such rows.
"""

from __future__ import annotations

from typing import Any

from tutelage.records import Example

MOST = 26  # options: each has a letter where a student is shown them


def options_objection(example: Example) -> tuple[str, str] | None:
    """Why ``example`` is no question with options, as a reason code and a sentence; ``None`` if it is one."""
    found = _options(example)
    right = example.lineage.get("answer")
    if not 2 <= len(found) <= MOST:
        return "options", f"it has {len(found)} options, and a row of this format has 2 to {MOST}"
    if len(set(found)) < len(found) or not all(each.strip() for each in found):
        return "options", f"two of its options are alike, or one is empty: {', '.join(map(repr, found))}"[
            :200
        ]
    if isinstance(right, bool) or not isinstance(right, int) or not 0 <= right < len(found):
        return "options", f"nothing says which of its options is right: answer is {right!r}"
    if found[right] != example.output:
        return "options", f"its answer {example.output[:60]!r} is not the option {found[right]!r} alone"
    return None


def options_row(example: Example) -> dict[str, Any]:
    """The row of a question without objection; its category is the template that asked."""
    return {
        "id": example.id,
        "question": [{"role": message.role, "content": message.content} for message in example.messages[:-1]],
        "options": _options(example),
        "answer": example.lineage["answer"],
        "category": str(example.cell.get("template", "")),
    }


def _options(example: Example) -> list[str]:
    found = example.lineage.get("answer_choices")
    return [str(each) for each in found] if isinstance(found, list | tuple) else []
