"""The OpenAI batch protocol for the loopback server: files in, a batch that ripens by polls, files out."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Answer = Callable[[str, dict[str, Any]], tuple[int, dict[str, Any]]]


@dataclass(slots=True)
class Batches:
    """Files and batches of one server. ``answer(path, body)`` gives status and body for one line."""

    answer: Answer
    files: dict[str, bytes] = field(default_factory=dict)
    batches: dict[str, dict[str, Any]] = field(default_factory=dict)
    polls: dict[str, int] = field(default_factory=dict)

    async def serve(self, request: web.BaseRequest, patience: int) -> web.Response:
        """Answer one request below /v1/files or /v1/batches; ``patience`` is polls per unfinished state."""
        parts = request.path.removeprefix("/v1/").split("/")
        if parts == ["files"] and request.method == "POST":
            return await self._upload(request)
        if parts == ["batches"] and request.method == "POST":
            return self._create(await request.json())
        if parts == ["batches"]:
            return web.json_response(
                {"object": "list", "data": list(self.batches.values()), "has_more": False}
            )
        if parts[0] == "files" and len(parts) > 1 and parts[1] in self.files:
            return self._file(parts)
        if parts[0] == "batches" and len(parts) > 1 and parts[1] in self.batches:
            return self._batch(parts, patience)
        return _error(f"no such object: {request.path}", 404)

    async def _upload(self, request: web.BaseRequest) -> web.Response:
        form = await request.post()
        upload = form["file"]
        if form.get("purpose") != "batch" or not isinstance(upload, web.FileField):
            return _error("purpose must be 'batch' and file a file", 400)
        data = upload.file.read()
        return web.json_response(self._keep(data, upload.filename))

    def _keep(self, data: bytes, name: str) -> dict[str, Any]:
        key = f"file-{len(self.files) + 1}"
        self.files[key] = data
        return {"id": key, "object": "file", "bytes": len(data), "filename": name, "purpose": "batch"}

    def _file(self, parts: list[str]) -> web.Response:
        data = self.files[parts[1]]
        if parts[-1] == "content":
            return web.Response(body=data, content_type="application/octet-stream")
        return web.json_response({"id": parts[1], "object": "file", "bytes": len(data), "purpose": "batch"})

    def _create(self, body: dict[str, Any]) -> web.Response:
        if body.get("input_file_id") not in self.files:
            return _error("no such input file", 400)
        key = f"batch_{len(self.batches) + 1}"
        self.batches[key] = {
            "id": key,
            "object": "batch",
            "endpoint": body["endpoint"],
            "input_file_id": body["input_file_id"],
            "completion_window": body.get("completion_window", "24h"),
            "status": "validating",
            "output_file_id": None,
            "error_file_id": None,
            "metadata": body.get("metadata"),
            "request_counts": {"total": 0, "completed": 0, "failed": 0},
        }
        self.polls[key] = 0
        return web.json_response(self.batches[key])

    def _batch(self, parts: list[str], patience: int) -> web.Response:
        batch = self.batches[parts[1]]
        if parts[-1] == "cancel":
            batch["status"] = "cancelled"
        elif batch["status"] in ("validating", "in_progress"):
            self.polls[parts[1]] += 1
            if self.polls[parts[1]] > 2 * patience:
                self._finish(batch)
            elif self.polls[parts[1]] > patience:
                batch["status"] = "in_progress"
        return web.json_response(batch)

    def _finish(self, batch: dict[str, Any]) -> None:
        good, bad = [], []
        lines = [line for line in self.files[batch["input_file_id"]].splitlines() if line.strip()]
        for line in reversed(lines):  # the protocol promises no order, so give none back
            entry = json.loads(line)
            status, body = self.answer(entry["url"], entry["body"])
            row = {
                "id": f"req-{entry['custom_id']}",
                "custom_id": entry["custom_id"],
                "response": {"status_code": status, "request_id": "r", "body": body},
                "error": None,
            }
            (good if status == 200 else bad).append(json.dumps(row))
        batch["request_counts"] = {"total": len(lines), "completed": len(good), "failed": len(bad)}
        if good:
            batch["output_file_id"] = self._keep("\n".join(good).encode(), "output.jsonl")["id"]
        if bad:
            batch["error_file_id"] = self._keep("\n".join(bad).encode(), "error.jsonl")["id"]
        batch["status"] = "completed"


def _error(message: str, status: int) -> web.Response:
    body = {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": None}}
    return web.json_response(body, status=status)
