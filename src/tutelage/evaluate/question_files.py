"""Any file of questions as a bench: which column holds what.

    bench:
      kind: mt-bench
      questions_file: mine.csv
      columns: {id: key, question: [first, second], category: topic, reference: [answer_1, answer_2]}

Without ``columns`` the names that published sets use are found by themselves: MT-Bench's ``question_id`` and
``turns``, AlpacaEval's ``instruction`` and ``dataset``, WildBench's ``session_id`` and
``conversation_input``, Explore-Instruct's ``question``, ``class`` and ``std_answer``, and plain ``id``,
``prompt``, ``category``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from tutelage.errors import BadInput, nearest
from tutelage.evaluate.bench import Question
from tutelage.records import Message, digest
from tutelage.rows import Row, read_rows

_KNOWN: Mapping[str, tuple[str, ...]] = {
    "id": ("question_id", "session_id", "id", "key"),
    "question": ("conversation_input", "turns", "instruction", "question", "prompt"),
    "category": ("category", "dataset", "primary_tag", "class"),
    "reference": ("reference", "std_answer"),
}
REFERENCES = _KNOWN["reference"]
_SHOWN = 60  # characters of a value that an error shows


def _listed(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_listed)]


class Columns(BaseModel):
    """Column names; several for ``question`` or ``reference`` are one for each turn."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(default="", description="column of the question's id; none: the digest of its text")
    question: Names = Field(default=(), description="column, or one for each turn; a list in it is turns too")
    category: str = Field(default="", description="column of the category")
    reference: Names = Field(default=(), description="column of the reference answer, or one for each turn")


_KNOWN_NAMES = Columns()


def read_questions(path: Path, columns: Columns = _KNOWN_NAMES) -> tuple[Question, ...]:
    """The questions of a file, in its order.

    Raises:
        BadInput: the file cannot be read, or as :func:`questions_from`.
    """
    return questions_from(read_rows(path), columns)


def questions_from(rows: Iterable[Row], columns: Columns = _KNOWN_NAMES) -> tuple[Question, ...]:
    """Rows as questions; ``facts`` is the row as it stands, with its ``row`` number from 0.

    Raises:
        BadInput: a column is missing, a question is empty, or an id is there twice.
    """
    questions: list[Question] = []
    places: dict[str, str] = {}
    for number, row in enumerate(rows):
        question = _question(row, columns, number)
        if question.id in places:
            raise BadInput(
                f"two questions have the id '{question.id}'",
                where=f"{places[question.id]} and {row.place}",
                remedy="give every question an id of its own; without ids, their texts must differ",
            )
        places[question.id] = row.place
        questions.append(question)
    return tuple(questions)


def _question(row: Row, columns: Columns, number: int) -> Question:
    context, turns = _asked(row, columns)
    if not turns or not all(turn.strip() for turn in turns):
        raise BadInput(
            "this question is empty", where=row.place, remedy="fill the question in or delete the row"
        )
    name = _column(row, "id", columns.id)
    category = _column(row, "category", columns.category)
    return Question(
        id=_text(row, name) if name else digest(*turns) if not context else digest(_plain(context), *turns),
        turns=turns,
        context=context,
        category=_text(row, category) if category else "",
        references=_references(row, columns),
        facts={**row.data, "row": number},
    )


def _plain(context: Sequence[Message]) -> list[dict[str, Any]]:
    return [message.as_dict() for message in context]


def _asked(row: Row, columns: Columns) -> tuple[tuple[Message, ...], tuple[str, ...]]:
    """What was said before, and the turns of the question."""
    if len(columns.question) > 1:
        return (), tuple(_text(row, _own(row, name)) for name in columns.question)
    name = _column(row, "question", columns.question[0] if columns.question else "")
    if not name:
        raise BadInput(
            f"no column of this row is known to hold a question: {', '.join(row.data)}",
            where=row.place,
            remedy="name it: columns: {question: NAME}",
        )
    value = row.data[name]
    if not isinstance(value, list):
        return (), (_text(row, name),)
    if value and all(isinstance(each, str) for each in value):
        return (), tuple(value)
    return _conversation(value, f"{row.place}, {name}")


def _conversation(value: Sequence[Any], place: str) -> tuple[tuple[Message, ...], tuple[str, ...]]:
    """Messages up to the last user turn, and that turn."""
    said = []
    for each in value:
        role = each.get("role") if isinstance(each, Mapping) else None
        if role not in ("system", "user", "assistant") or not isinstance(each.get("content"), str):
            raise BadInput(
                f"a turn must be a text or a message with role and content, not {str(each)[:_SHOWN]!r}",
                where=place,
                remedy='write turns like ["…", "…"] or [{"role": "user", "content": "…"}]',
            )
        said.append(Message(role, each["content"]))
    if not said or said[-1].role != "user":
        raise BadInput("this conversation does not end with a user's turn", where=place)
    return tuple(said[:-1]), (said[-1].content,)


def _references(row: Row, columns: Columns) -> tuple[str, ...]:
    if len(columns.reference) > 1:
        return tuple(_text(row, _own(row, name)) for name in columns.reference)
    name = _column(row, "reference", columns.reference[0] if columns.reference else "")
    value = row.data[name] if name else None
    if isinstance(value, list):
        return tuple(str(each) for each in value)
    return (str(value),) if value not in (None, "") else ()


def _column(row: Row, role: str, own: str) -> str:
    """The column that plays ``role``: the user's ``own``, else the first known one that the row has."""
    if own:
        return _own(row, own)
    return next((name for name in _KNOWN[role] if row.data.get(name) not in (None, "", [])), "")


def _own(row: Row, name: str) -> str:
    if name not in row.data:
        raise BadInput(f"this row has no column '{name}'", where=row.place, remedy=nearest(name, row.data))
    return name


def _text(row: Row, name: str) -> str:
    value = row.data[name]
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise BadInput(
            f"'{name}' must be a text, and it is {str(value)[:_SHOWN]!r}",
            where=row.place,
            remedy="mend this row, or name another column",
        )
    return str(value)
