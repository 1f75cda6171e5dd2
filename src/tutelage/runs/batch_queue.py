"""A provider's batch queue as OpenAI defines it: a file of requests goes in, files of answers come out.

POST /files (JSONL) → POST /batches → GET /batches/ID, again and again → GET /files/ID/content
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from tutelage.records import Reply, digest
from tutelage.teachers.teacher import CallTrouble, Request
from tutelage.teachers.wire import Wire

WINDOW = "24h"
OURS = "tutelage"  # the metadata field that holds the digest of a batch's keys
_OVER = ("completed", "failed", "expired", "cancelled", "missing")
_ALIVE = ("validating", "in_progress", "finalizing", "completed")

Entry = Mapping[str, Any]  # one line of an output or error file


@runtime_checkable
class Batchable(Protocol):
    """A teacher whose provider has a batch queue."""

    async def wire(self) -> Wire:
        """The open connection to the provider."""
        ...

    def body(self, request: Request) -> tuple[str, dict[str, Any]]:
        """Path and body of one request."""
        ...

    def read(self, request: Request, data: Mapping[str, Any]) -> Reply:
        """The reply in the provider's answer."""
        ...

    def judged(self, body: dict[str, Any], trouble: CallTrouble) -> CallTrouble:
        """``trouble``, or ``adapt`` where the teacher has learnt how to ask otherwise."""
        ...


@dataclass(frozen=True, slots=True)
class BatchState:
    """Where a batch stands. ``explanation`` is the provider's, for a batch that failed as a whole."""

    status: str
    files: tuple[str, ...]
    explanation: str

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return self.status in _OVER


class BatchQueue:
    """The requests of the protocol. All raise :class:`CallTrouble`. ``known`` are batches that the run has
    on record."""

    def __init__(self, wire: Wire, known: Iterable[str]) -> None:
        self._wire = wire
        self._known = set(known)

    async def submit(self, path: str, lines: Mapping[str, str]) -> str:
        """Upload ``lines`` (key → JSON line), hand them to the queue, and return the batch's id.

        A batch of the very same keys that the provider holds already is taken instead: the process that
        submitted it died before it could write that down.
        """
        name = digest(sorted(lines))
        identity = await self._find(name) or await self._create(path, name, lines)
        self._known.add(identity)
        return identity

    async def _create(self, path: str, name: str, lines: Mapping[str, str]) -> str:
        data = "\n".join(lines.values()).encode()
        file = await self._wire.upload("/files", {"purpose": "batch"}, f"{name}.jsonl", data)
        body = {
            "input_file_id": _identity(file),
            "endpoint": f"/v1{path}",
            "completion_window": WINDOW,
            "metadata": {OURS: name},
        }
        return _identity(await self._wire.post("/batches", body))

    async def _find(self, name: str) -> str:
        listed = await self._wire.get("/batches")
        for batch in listed.get("data") or ():
            ours = (batch.get("metadata") or {}).get(OURS) == name
            if ours and batch.get("status") in _ALIVE and batch.get("id") not in self._known:
                return str(batch["id"])
        return ""

    async def state(self, identity: str) -> BatchState:
        """Where the batch stands; one that the provider no longer holds is over, without answers."""
        try:
            batch = await self._wire.get(f"/batches/{identity}")
        except CallTrouble as trouble:
            if trouble.trouble == "missing":
                return BatchState("missing", (), trouble.message)
            raise
        files = tuple(str(batch[name]) for name in ("output_file_id", "error_file_id") if batch.get(name))
        errors = (batch.get("errors") or {}).get("data") or ()
        explanation = "; ".join(str(error.get("message")) for error in errors[:3])
        return BatchState(str(batch.get("status", "")), files, explanation)

    async def entries(self, files: Sequence[str]) -> dict[str, Entry]:
        """The answers in ``files`` by key, in whatever order they stand; a deleted file holds none."""
        found: dict[str, Entry] = {}
        for file in files:
            try:
                found.update(_entries(await self._wire.download(f"/files/{file}/content")))
            except CallTrouble as trouble:
                if trouble.trouble != "missing":
                    raise
        return found

    def trouble(self, entry: Entry) -> CallTrouble | None:
        """What is wrong with one answer, where it is not a 200."""
        response = entry.get("response") or {}
        status = response.get("status_code")
        if status == 200 and isinstance(response.get("body"), dict):
            return None
        if isinstance(status, int) and status != 200:
            return self._wire.trouble(status, response.get("body") or {})
        error = entry.get("error") or {}
        return CallTrouble("server", f"{error.get('code', '')} {error.get('message', 'no answer')}".strip())


def unanswered(state: BatchState) -> Entry:
    """The entry of a call that its batch left without an answer."""
    message = f"the batch ended ({state.status}) without an answer. {state.explanation}".strip()
    return {"error": {"code": "unanswered", "message": message}}


def _identity(data: Mapping[str, Any]) -> str:
    if isinstance(data.get("id"), str):
        return str(data["id"])
    raise CallTrouble("invalid", f"the batch interface answered without an id: {str(data)[:200]}")


def _entries(data: bytes) -> Iterator[tuple[str, Entry]]:
    for line in data.splitlines():
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
            yield str(entry["custom_id"]), entry
        except (ValueError, KeyError, TypeError):
            continue  # its call counts as unanswered, and is asked again
