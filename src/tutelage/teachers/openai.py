"""Any server that speaks the OpenAI chat protocol: OpenAI, vLLM, SGLang, llama.cpp, Ollama, routers."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, PrivateAttr, field_validator

from tutelage.asking import Abilities, Sampling
from tutelage.errors import TeacherRefused, nearest
from tutelage.records import Reply
from tutelage.teachers import protocol
from tutelage.teachers.adaptation import Learnt
from tutelage.teachers.teacher import CallTrouble, Request, Teacher
from tutelage.teachers.wire import Refusal, Wire, checked_key_name, checked_url, is_private

OFFICIAL = "https://api.openai.com/v1"
_NO_RAW = {"api.openai.com", "generativelanguage.googleapis.com", "api.anthropic.com"}
_NO_LOGPROBS = {"generativelanguage.googleapis.com", "api.anthropic.com"}
_OURS = {"model", "messages", "prompt", "stream"}


def _switch(value: Any) -> Any:
    # YAML reads a bare on or off as a truth value.
    return {True: "on", False: "off"}.get(value, value) if isinstance(value, bool) else value


Switch = Annotated[Literal["auto", "on", "off"], BeforeValidator(_switch)]


class OpenAI(Teacher):
    """A model behind an OpenAI-compatible server.

    ``api_key_env`` names the environment variable with the key, which is read when a run opens and kept in
    memory alone. The switches say what the server can do; ``auto`` guesses from its address, and
    ``tutelage doctor`` finds out. Timeouts are in seconds.
    """

    kind: ClassVar[str] = "openai"

    model: str = Field(min_length=1)
    base_url: str = Field(
        default_factory=lambda: os.environ.get("OPENAI_BASE_URL") or OFFICIAL, validate_default=True
    )
    api_key_env: str = "OPENAI_API_KEY"
    label: str = ""
    temperature: float | None = Field(None, ge=0)
    top_p: float | None = Field(None, gt=0, le=1)
    max_tokens: int = Field(2048, ge=1)
    seed: int | None = None
    stop: tuple[str, ...] = ()
    extra: dict[str, Any] = {}
    timeout: float = Field(300.0, gt=0)
    connect_timeout: float = Field(10.0, gt=0)
    schema_output: Switch = "auto"
    raw: Switch = "auto"
    logprobs: Switch = "auto"
    images: Switch = "auto"

    _wire: Wire | None = PrivateAttr(None)
    _learnt: Learnt = PrivateAttr(default_factory=Learnt)

    @field_validator("base_url")
    @classmethod
    def _url(cls, value: str) -> str:
        return checked_url(value)

    @field_validator("api_key_env")
    @classmethod
    def _key_name(cls, value: str) -> str:
        return checked_key_name(value)

    @field_validator("extra")
    @classmethod
    def _extra_is_extra(cls, value: dict[str, Any]) -> dict[str, Any]:
        if taken := sorted(_OURS & value.keys()):
            raise ValueError(f"'{taken[0]}' is filled for every request and cannot be set here")
        return value

    @property
    def name(self) -> str:
        """The model as the server calls it."""
        return self.model

    @property
    def identity(self) -> str:
        """``label``, or address and model: set a label to keep answers when a server moves."""
        return self.label or f"openai:{self.base_url}:{self.model}"

    @property
    def abilities(self) -> Abilities:
        """From the switches, less what the server has refused since."""
        host = urlsplit(self.base_url).hostname or ""
        official = host == "api.openai.com"
        gone = self._learnt.dropped
        return Abilities(
            raw=_on(self.raw, host not in _NO_RAW),
            logprobs=_on(self.logprobs, host not in _NO_LOGPROBS) and "logprobs" not in gone,
            schema=_on(self.schema_output, official) and "response_format" not in gone,
            images=_on(self.images, official),
        )

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

    async def open(self) -> None:
        """Read the key and make the session; nothing is sent.

        Raises:
            TeacherRefused: a public server, and no key in the environment.
        """
        if self._wire and self._wire.loop is asyncio.get_running_loop():
            return
        key = os.environ.get(self.api_key_env, "").strip()
        if not key and not is_private(self.base_url):
            raise TeacherRefused(
                f"there is no API key for {self.base_url}",
                where=f"environment variable {self.api_key_env}",
                remedy=f"export {self.api_key_env}=…, or name another variable in api_key_env",
            )
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._wire = Wire(
            self.base_url, headers, timeout=self.timeout, connect_timeout=self.connect_timeout, secret=key
        )

    async def close(self) -> None:
        """Let go of the connections."""
        wire, self._wire = self._wire, None
        if wire:
            await wire.close()

    async def wire(self) -> Wire:
        """The open connection to the server, opened now if need be."""
        wire = self._wire  # read once: private attributes of a pydantic model are slow
        if wire is not None and wire.loop is asyncio.get_running_loop():
            return wire
        await self.open()
        assert self._wire is not None
        return self._wire

    def body(self, request: Request) -> tuple[str, dict[str, Any]]:
        """Path and body of ``request`` as this server is known to accept it.

        Raises:
            CallTrouble: ``bad_request`` for a score, or for a picture that cannot be read.
        """
        if request.answer is not None:
            raise CallTrouble("bad_request", "servers of this protocol cannot score a given answer")
        filled = Request(request.sampling.over(self.defaults), request.messages, request.prompt)
        if filled.prompt is None:
            return "/chat/completions", self._learnt.fit(protocol.chat_body(self.model, filled))
        return "/completions", self._learnt.fit(protocol.completion_body(self.model, filled))

    def read(self, request: Request, data: Mapping[str, Any]) -> Reply:
        """The reply in the server's answer to ``request``.

        Raises:
            CallTrouble: ``invalid`` or ``empty``.
        """
        read = protocol.chat_reply if request.prompt is None else protocol.completion_reply
        return read(data, request)

    def judged(self, body: dict[str, Any], trouble: CallTrouble) -> CallTrouble:
        """``trouble``, or ``adapt`` if it refused a field of ``body`` that is left out from now on."""
        if isinstance(trouble, Refusal) and (field := self._learnt.learn(body, trouble)):
            message = f"the server refuses '{field}' and is asked without it: {trouble.message}"
            return CallTrouble("adapt", message, status=trouble.status)
        return trouble

    async def send(self, request: Request) -> Reply:
        """One attempt; see :meth:`Teacher.send`."""
        wire = await self.wire()
        path, body = self.body(request)
        try:
            data = await wire.post(path, body)
        except Refusal as refusal:
            raise self.judged(body, refusal) from None
        return self.read(request, data)

    async def examine(self) -> Mapping[str, Any]:
        """Context size and the models on offer, as far as the server tells."""
        wire = await self.wire()
        listed = (await wire.get("/models")).get("data") or []
        models = {entry["id"]: entry for entry in listed if isinstance(entry, dict) and "id" in entry}
        found: dict[str, Any] = {"base_url": self.base_url, "models": sorted(models)[:20]}
        entry = models.get(self.model) or (next(iter(models.values())) if len(models) == 1 else {})
        if models and self.model not in models:
            found["warning"] = f"'{self.model}' is not listed: {nearest(self.model, models)}"
        context = await self._context(wire, entry)
        return found | ({"context": context} if context else {})

    async def _context(self, wire: Wire, entry: Mapping[str, Any]) -> int | None:
        """Tokens of context: what the server gives one request before what the model was trained for."""
        meta = entry.get("meta") or {}
        told = entry.get("max_model_len") or entry.get("context_length") or entry.get("max_context_length")
        if not told and is_private(self.base_url):
            try:
                props = await wire.get("/props", root=True)
                told = (props.get("default_generation_settings") or {}).get("n_ctx") or props.get("n_ctx")
            except CallTrouble:
                told = None  # only llama.cpp's server has this page
        told = told or meta.get("n_ctx_train")
        return int(told) if told else None


def _on(switch: str, guess: bool) -> bool:
    return guess if switch == "auto" else switch == "on"
