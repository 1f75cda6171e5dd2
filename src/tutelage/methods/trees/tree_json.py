"""JSON that a person has edited: read strictly, with the line where it is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tutelage.errors import BadInput
from tutelage.rows import read_text


def read_json(path: Path) -> Any:
    """The document of a UTF-8 file.

    Raises:
        BadInput: no such file, another encoding, or no strict JSON.
    """
    return parse_json(read_text(path), str(path))


def parse_json(text: str, where: str) -> Any:
    """The document that ``text`` holds.

    Raises:
        BadInput: it is empty, no JSON, nested beyond reading, names a field twice (the first would be lost),
            or holds half a surrogate pair (which no file can hold).
    """
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise BadInput("the file is empty", where=where, remedy='write {"name": "…", "children": []}')
    try:
        document = json.loads(text, object_pairs_hook=lambda pairs: _once(pairs, where))
        if "\\u" in text:
            json.dumps(document, ensure_ascii=False).encode("utf-8")
    except json.JSONDecodeError as error:
        near = text[max(0, error.pos - 20) : error.pos + 20].strip()
        raise BadInput(
            f"this is not valid JSON: {error.msg}, near {near!r}",
            where=f"{where}, line {error.lineno}, column {error.colno}",
            remedy="mend it there; often a comma or a quotation mark is missing",
        ) from error
    except RecursionError as error:
        raise BadInput(
            "this JSON is nested too deeply to be read", where=where, remedy="flatten it"
        ) from error
    except UnicodeEncodeError as error:
        raise BadInput(
            f"this holds half a surrogate pair: {error.object[error.start : error.end]!r}",
            where=where,
            remedy="write the whole character",
        ) from error
    return document


def _once(pairs: list[tuple[str, Any]], where: str) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        named = next((f" of '{value}'" for key, value in pairs if key in ("name", "raw_task_name")), "")
        raise BadInput(
            f"the field '{twice}'{named} stands there twice",
            where=where,
            remedy="make one of the two; only one would count",
        )
    return found
