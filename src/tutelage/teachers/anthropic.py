"""Anthropic's Messages API, spoken natively."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from pydantic import Field, PrivateAttr, field_validator, model_validator

from tutelage.asking import Abilities, Sampling
from tutelage.errors import TeacherRefused
from tutelage.records import Finish, Message, Reply, Usage
from tutelage.teachers import images, reasoning
from tutelage.teachers.adaptation import Learnt
from tutelage.teachers.samples import repeated
from tutelage.teachers.teacher import CallTrouble, Request, Teacher
from tutelage.teachers.wire import Refusal, Wire, checked_key_name, checked_url, is_private

OFFICIAL = "https://api.anthropic.com"
_FINISH: dict[str, Finish] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "tool_use": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "filter",
}
_FORM = "reply"  # the name of the tool through which structured output is asked for


class Anthropic(Teacher):
    """A Claude model.

    ``thinking_tokens`` turns extended thinking on with that budget (at least 1024), which counts within
    ``max_tokens``. The API has no seed. Timeouts are in seconds; the key is handled as for ``openai``.
    """

    kind: ClassVar[str] = "anthropic"

    model: str = Field(min_length=1)
    base_url: str = Field(
        default_factory=lambda: os.environ.get("ANTHROPIC_BASE_URL") or OFFICIAL, validate_default=True
    )
    api_key_env: str = "ANTHROPIC_API_KEY"
    version: str = "2023-06-01"
    label: str = ""
    temperature: float | None = Field(None, ge=0, le=1)
    top_p: float | None = Field(None, gt=0, le=1)
    max_tokens: int = Field(2048, ge=1)
    stop: tuple[str, ...] = ()
    thinking_tokens: int | None = Field(None, ge=1024)
    extra: dict[str, Any] = {}
    timeout: float = Field(300.0, gt=0)
    connect_timeout: float = Field(10.0, gt=0)

    _wire: Wire | None = PrivateAttr(None)
    _loop: asyncio.AbstractEventLoop | None = PrivateAttr(None)
    _learnt: Learnt = PrivateAttr(default_factory=Learnt)

    @field_validator("base_url")
    @classmethod
    def _url(cls, value: str) -> str:
        # Written with and without /v1 in the wild; the path below has it.
        return checked_url(value).removesuffix("/v1")

    @field_validator("api_key_env")
    @classmethod
    def _key_name(cls, value: str) -> str:
        return checked_key_name(value)

    @model_validator(mode="after")
    def _room_to_answer(self) -> Anthropic:
        if self.thinking_tokens and self.thinking_tokens >= self.max_tokens:
            raise ValueError("max_tokens includes the thinking; make it larger than thinking_tokens")
        return self

    @property
    def name(self) -> str:
        """The model as the API calls it."""
        return self.model

    @property
    def identity(self) -> str:
        """``label``, or address and model, and the thinking budget, which changes answers."""
        thinking = f":thinking={self.thinking_tokens}" if self.thinking_tokens else ""
        return self.label or f"anthropic:{self.base_url}:{self.model}{thinking}"

    @property
    def abilities(self) -> Abilities:
        """Chat, pictures and structured output (by a forced tool, which thinking rules out)."""
        return Abilities(schema=self.thinking_tokens is None, images=True)

    @property
    def defaults(self) -> Sampling:
        """The sampling of the settings."""
        return Sampling(
            temperature=self.temperature,
            top_p=self.top_p,
            max_tokens=self.max_tokens,
            stop=self.stop,
            extra=self.extra,
        )

    async def open(self) -> None:
        """Read the key and make the session; nothing is sent.

        Raises:
            TeacherRefused: a public server, and no key in the environment.
        """
        loop = asyncio.get_running_loop()
        if self._wire and self._loop is loop:
            return
        key = os.environ.get(self.api_key_env, "").strip()
        if not key and not is_private(self.base_url):
            raise TeacherRefused(
                f"there is no API key for {self.base_url}",
                where=f"environment variable {self.api_key_env}",
                remedy=f"export {self.api_key_env}=…, or name another variable in api_key_env",
            )
        headers = {"anthropic-version": self.version} | ({"x-api-key": key} if key else {})
        self._loop = loop
        self._wire = Wire(
            self.base_url, headers, timeout=self.timeout, connect_timeout=self.connect_timeout, secret=key
        )

    async def close(self) -> None:
        """Let go of the connections."""
        wire, self._wire = self._wire, None
        if wire:
            await wire.close()

    def body(self, request: Request) -> dict[str, Any]:
        """The body of ``request`` as the model is known to accept it.

        Raises:
            CallTrouble: ``bad_request`` for raw text, scores and log-probabilities, which the API lacks.
        """
        if request.prompt is not None or request.answer is not None:
            raise CallTrouble("bad_request", "the Messages API has neither raw completions nor scores")
        sampling = request.sampling.over(self.defaults)
        if sampling.logprobs is not None:
            raise CallTrouble("bad_request", "the Messages API gives no log-probabilities")
        body: dict[str, Any] = {
            "model": self.model,
            "max_tokens": sampling.max_tokens,
            "messages": [_message(message) for message in request.messages if message.role != "system"],
        }
        if above := [message.content for message in request.messages if message.role == "system"]:
            body["system"] = "\n\n".join(above)
        if sampling.temperature is not None:
            body["temperature"] = sampling.temperature
        if sampling.top_p is not None:
            body["top_p"] = sampling.top_p
        if sampling.stop:
            body["stop_sequences"] = list(sampling.stop)
        if self.thinking_tokens:
            body["thinking"] = {"type": "enabled", "budget_tokens": self.thinking_tokens}
        if sampling.schema is not None:
            form = {"name": _FORM, "description": "Give the reply.", "input_schema": dict(sampling.schema)}
            body |= {"tools": [form], "tool_choice": {"type": "tool", "name": _FORM}}
        return self._learnt.fit(body | dict(sampling.extra))

    async def send(self, request: Request) -> Reply:
        """One attempt; see :meth:`Teacher.send`."""
        return await repeated(request, self._send_one)

    async def _send_one(self, request: Request) -> Reply:
        await self.open()
        assert self._wire is not None
        body = self.body(request)
        try:
            data = await self._wire.post("/v1/messages", body)
        except Refusal as refusal:
            if field := self._learnt.learn(body, refusal):
                message = f"the model refuses '{field}' and is asked without it: {refusal.message}"
                raise CallTrouble("adapt", message, status=refusal.status) from refusal
            raise
        return read(data)

    async def examine(self) -> Mapping[str, Any]:
        """The models on offer."""
        await self.open()
        assert self._wire is not None
        listed = (await self._wire.get("/v1/models")).get("data") or []
        names = sorted(str(entry.get("id")) for entry in listed if isinstance(entry, dict))
        return {"base_url": self.base_url, "models": names[:20]}


def read(data: Mapping[str, Any]) -> Reply:
    """The reply in an answer of the Messages API.

    Raises:
        CallTrouble: ``invalid`` if it has another shape, ``empty`` if nothing was said.
    """
    try:
        blocks = data["content"]
        text = "".join(block["text"] for block in blocks if block["type"] == "text")
        forms = [block["input"] for block in blocks if block["type"] == "tool_use"]
        thinking = "\n\n".join(block["thinking"] for block in blocks if block["type"] == "thinking")
        finish = _FINISH.get(data["stop_reason"], "other")
        usage = _usage(data["usage"], thinking, text)
    except (KeyError, TypeError, ValueError) as error:
        message = f"the answer is JSON but not of the protocol; its fields: {', '.join(sorted(data))[:200]}"
        raise CallTrouble("invalid", message, status=200, maybe_paid=True) from error
    if forms:
        text = json.dumps(forms[0], ensure_ascii=False)
    if not text.strip() and finish in ("stop", "other"):
        raise CallTrouble("empty", "the answer holds no text", status=200, maybe_paid=True)
    reply = Reply(text=text, finish=finish, usage=usage, thinking=thinking)
    return replace(reply, model=str(data.get("model") or ""))


def _usage(given: Mapping[str, Any], thinking: str, text: str) -> Usage:
    """All prompt tokens, cached or not, and the completion with its thinking, which is not counted apart."""
    cached = ("cache_creation_input_tokens", "cache_read_input_tokens")
    prompt = int(given["input_tokens"]) + sum(int(given.get(name) or 0) for name in cached)
    completion = int(given["output_tokens"])
    return Usage(prompt, completion, reasoning.share(thinking, text, completion))


def _message(message: Message) -> dict[str, Any]:
    if not message.images:
        return {"role": message.role, "content": message.content}
    return {"role": message.role, "content": [_part(*piece) for piece in images.pieces(message)]}


def _part(kind: str, value: str) -> dict[str, Any]:
    if kind == "text":
        return {"type": "text", "text": value}
    if value.startswith(("http://", "https://")):
        return {"type": "image", "source": {"type": "url", "url": value}}
    if value.startswith("data:"):
        media, _, data = value.removeprefix("data:").partition(";base64,")
    else:
        media, data = images.read(value)
    return {"type": "image", "source": {"type": "base64", "media_type": media, "data": data}}
