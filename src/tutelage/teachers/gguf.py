"""A GGUF model in this process, through llama.cpp: no server, no key, no GPU needed."""

from __future__ import annotations

import asyncio
import functools
import hashlib
import importlib
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import Field, PrivateAttr, field_validator, model_validator

from tutelage.asking import Abilities, Sampling
from tutelage.errors import BadInput, MissingExtra, TeacherRefused
from tutelage.models import embedded, student
from tutelage.records import Reply
from tutelage.teachers import llama, protocol
from tutelage.teachers.samples import repeated
from tutelage.teachers.teacher import CallTrouble, Request, Teacher

DEFAULT = "smollm2"
_HEAD = 1 << 20  # bytes hashed for the identity: GGUF's metadata and the first tensors
_PARTS, _PART = 64, 1 << 16  # and so many parts of so many bytes, spread evenly to the end


class GGUF(Teacher):
    """A model file run by llama.cpp.

    ``model`` is ``smollm2`` (the embedded default), the path of a ``.gguf`` file, a student's folder with
    such a file in it, or a file on the hub as ``org/repo:file.gguf``. ``parallel`` conversations are written
    at once, with ``context`` tokens each.
    ``threads`` of ``auto`` are chosen by a short trial when the model is loaded.
    """

    kind: ClassVar[str] = "gguf"

    model: str = Field(DEFAULT, min_length=1)
    threads: int | Literal["auto"] = "auto"
    parallel: int = Field(2, ge=1, le=256)
    context: int = Field(4096, ge=256)
    temperature: float | None = Field(None, ge=0)
    top_p: float | None = Field(None, gt=0, le=1)
    max_tokens: int = Field(1024, ge=1)
    seed: int | None = Field(None, ge=0)
    stop: tuple[str, ...] = ()
    extra: dict[str, Any] = {}
    label: str = ""

    _engine: Any = PrivateAttr(None)  # xllamacpp.Server, which has no types
    _workers: ThreadPoolExecutor | None = PrivateAttr(None)
    _loading: threading.Lock = PrivateAttr(default_factory=threading.Lock)
    _chosen: int = PrivateAttr(0)

    @model_validator(mode="before")
    @classmethod
    def _known_licence(cls, given: Any) -> Any:
        if isinstance(given, dict) and given.get("model", DEFAULT) == DEFAULT:
            return {"licence": embedded.LICENCE} | given
        return given

    @field_validator("threads")
    @classmethod
    def _some_thread(cls, value: int | str) -> int | str:
        if isinstance(value, int) and value < 1:
            raise ValueError("give 'auto' or a number from 1")
        return value

    @property
    def name(self) -> str:
        """The file's name without ``.gguf``, or the student's."""
        if self._is_student:
            return Path(self.model).expanduser().resolve().name
        return self._file_name.removesuffix(".gguf")

    @property
    def _is_student(self) -> bool:
        return self.model != DEFAULT and (Path(self.model).expanduser() / student.FILE).is_file()

    @property
    def _file_name(self) -> str:
        if self.model == DEFAULT:
            return embedded.NAME
        return self.model.rpartition(":")[2].rpartition("/")[2] if self._hub else Path(self.model).name

    @property
    def _hub(self) -> tuple[str, str] | None:
        """Repository and file on the hub, where ``model`` names one."""
        repository, colon, file = self.model.partition(":")
        is_hub = colon and repository.count("/") == 1 and file.endswith(".gguf")
        return (repository, file) if is_hub and not Path(self.model).exists() else None

    @functools.cached_property
    def identity(self) -> str:
        """``label``, or the file's name with what is in it: the same file elsewhere is the same teacher.

        Raises:
            BadInput: the file does not exist, or is no GGUF file.
        """
        if self.label:
            return self.label
        if self.model == DEFAULT:
            return f"gguf:{embedded.NAME}:{embedded.SHA256[:16]}"
        if self._hub:
            return f"gguf:{self.model}"
        path = _model_file(self.model)
        return f"gguf:{path.name}:{path.stat().st_size}:{_content(path)}"

    @property
    def abilities(self) -> Abilities:
        """Everything but scoring and pictures."""
        return Abilities(raw=True, logprobs=True, schema=True)

    @property
    def defaults(self) -> Sampling:
        """The sampling of the settings."""
        return Sampling(
            temperature=self.temperature,
            top_p=self.top_p,
            max_tokens=self.max_tokens,
            stop=self.stop,
            seed=self.seed,
            extra=self.extra,
        )

    @property
    def slots(self) -> int:
        """As many as run in parallel: more would only wait."""
        return self.parallel

    async def open(self) -> None:
        """Find or fetch the file and load it, without blocking the event loop.

        Raises:
            MissingExtra: ``xllamacpp`` is not installed.
            BadInput: there is no such file.
            TeacherRefused: it cannot be fetched, or llama.cpp cannot load it.
        """
        if self._engine is None:
            await asyncio.to_thread(self._load)

    def _load(self) -> None:
        with self._loading:
            if self._engine is not None:
                return
            library = llama.library()
            path = self._find()
            load = functools.partial(llama.loaded, library, path, self.parallel, self.context)
            if self.threads == "auto":
                self._engine, self._chosen = llama.fastest(load, llama.thread_choices())
            else:
                self._engine, self._chosen = load(self.threads), self.threads
            self._workers = ThreadPoolExecutor(self.parallel, thread_name_prefix="gguf")

    def _find(self) -> Path:
        if self.model == DEFAULT:
            return embedded.smollm2()
        return _from_hub(*self._hub) if self._hub else _model_file(self.model)

    async def close(self) -> None:
        """Wait for what is being written, then free the model's memory."""
        workers, self._workers = self._workers, None
        if workers:
            await asyncio.to_thread(workers.shutdown, wait=True, cancel_futures=True)
        self._engine = None

    async def send(self, request: Request) -> Reply:
        """One attempt; see :meth:`Teacher.send`."""
        await self.open()
        return await repeated(request, self._send_one)

    async def _send_one(self, request: Request) -> Reply:
        if request.answer is not None:
            raise CallTrouble("bad_request", "llama.cpp's server cannot score a given answer")
        filled = Request(request.sampling.over(self.defaults), request.messages, request.prompt)
        if filled.prompt is None:
            body, write = protocol.chat_body(self.name, filled), self._engine.handle_chat_completions
            return protocol.chat_reply(await self._run(write, body), filled)
        body, write = protocol.completion_body(self.name, filled), self._engine.handle_completions
        if filled.sampling.schema is not None:
            body["json_schema"] = dict(filled.sampling.schema)  # its word for it where there is no chat
        return protocol.completion_reply(await self._run(write, body), filled)

    async def _run(self, write: Callable[[dict[str, Any]], Any], body: dict[str, Any]) -> dict[str, Any]:
        loop = asyncio.get_running_loop()
        try:
            data = await loop.run_in_executor(self._workers, write, body)
        except (RuntimeError, ValueError) as error:
            # What llama.cpp throws rather than answers is about the request: a picture, a wrong schema.
            raise CallTrouble("bad_request", str(error)[:300]) from error
        if not isinstance(data, dict):
            raise CallTrouble("invalid", f"llama.cpp answered no object: {str(data)[:200]}")
        if wrong := data.get("error"):
            trouble = {400: "bad_request", 503: "overloaded"}.get(wrong.get("code"), "server")
            raise CallTrouble(trouble, str(wrong.get("message"))[:300])  # type: ignore[arg-type]  # literals
        return data

    async def examine(self) -> Mapping[str, Any]:
        """File, context per conversation, threads as chosen, conversations at once."""
        await self.open()
        return {
            "file": self._file_name,
            "context": self.context,
            "threads": self._chosen,
            "parallel": self.parallel,
        }


def _content(path: Path) -> str:
    """A digest of parts from all over the file: two students of one base may differ in any layer, and their
    heads (metadata, vocabulary, embeddings) are often the same."""
    size = path.stat().st_size
    found = hashlib.sha256()
    with path.open("rb") as file:
        found.update(file.read(_HEAD))
        for part in range(1, _PARTS + 1):
            file.seek(max(0, part * size // _PARTS - _PART))
            found.update(file.read(_PART))
    return found.hexdigest()[:16]


def _model_file(model: str) -> Path:
    path = Path(model).expanduser()
    if path.is_dir():
        path = student.gguf_file(path)
    try:
        with path.open("rb") as file:
            magic = file.read(4)
    except OSError as error:
        raise BadInput(
            f"the model file cannot be read: {error.strerror}",
            where=f"model: {model}",
            remedy=f"give a .gguf file, a student's folder, org/repo:file.gguf, or '{DEFAULT}'",
        ) from error
    if magic != b"GGUF":
        raise BadInput("this is no GGUF file", where=f"model: {model}", remedy="convert it with llama.cpp")
    return path


def _from_hub(repository: str, file: str) -> Path:
    try:
        hub = importlib.import_module("huggingface_hub")
    except ImportError as error:
        raise MissingExtra("a model from the hub", extra="tune", package="huggingface_hub") from error
    try:
        return Path(hub.hf_hub_download(repository, file))
    except (OSError, ValueError, hub.errors.HfHubHTTPError) as error:
        raise TeacherRefused(
            f"the model cannot be fetched from the hub: {str(error).splitlines()[0][:200]}",
            where=f"{repository}:{file}",
            remedy="check the name and the network; HF_HUB_OFFLINE must not be set unless it is cached",
        ) from error
