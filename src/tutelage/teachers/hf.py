"""A model of transformers in this process: a base, or a student in its folder, however it was tuned."""

from __future__ import annotations

import asyncio
import functools
import math
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Literal

from pydantic import Field, PrivateAttr, model_validator

from tutelage.asking import Abilities, Sampling
from tutelage.errors import BadInput
from tutelage.models import embedded, finding, loading, precision, scoring, writing
from tutelage.records import Reply, Usage, assistant
from tutelage.teachers.samples import repeated
from tutelage.teachers.teacher import CallTrouble, Request, Teacher
from tutelage.teachers.together import Together
from tutelage.text import clean

DEFAULT = finding.SMOLLM2


class HF(Teacher):
    """A model run by torch.

    ``model`` is ``smollm2``, a folder of transformers, a student's folder, a ``.gguf`` file (unpacked once),
    or ``org/name`` on the hub. Up to ``batch`` requests that arrive together are written together.
    ``template`` is ``auto`` (the student's, else the model's own, else alpaca), a name, or a file.
    """

    kind: ClassVar[str] = "hf"

    model: str = Field(DEFAULT, min_length=1)
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    template: str = "auto"
    threads: int = Field(1, ge=1)
    batch: int = Field(8, ge=1, le=1024)
    temperature: float = Field(0.0, ge=0)
    top_p: float | None = Field(None, gt=0, le=1)
    max_tokens: int = Field(1024, ge=1)
    seed: int | None = Field(None, ge=0)
    stop: tuple[str, ...] = ()
    label: str = ""

    _loaded: loading.Loaded | None = PrivateAttr(None)
    _together: Together[Request, Reply] | None = PrivateAttr(None)
    _opening: asyncio.Lock = PrivateAttr(default_factory=asyncio.Lock)
    _halt: threading.Event = PrivateAttr(default_factory=threading.Event)

    @model_validator(mode="before")
    @classmethod
    def _known_licence(cls, given: Any) -> Any:
        if isinstance(given, dict) and given.get("model", DEFAULT) == DEFAULT:
            return {"licence": embedded.LICENCE} | given
        return given

    @functools.cached_property
    def name(self) -> str:
        """The folder's or file's name, or the repository's."""
        if self.model == DEFAULT:
            return embedded.NAME.removesuffix(".gguf")
        return finding.find(self.model).name

    @functools.cached_property
    def identity(self) -> str:
        """``label``, or the name with the content's digest: the same weights elsewhere are the same teacher.

        A repository of the hub is its name, so that nothing is fetched to plan a run. A template or number
        format that the recipe names belongs to it, because both change answers.

        Raises:
            BadInput: there is no such model.
        """
        if self.label:
            return self.label
        chosen = "".join(f":{each}" for each in (self.template, self.dtype) if each != "auto")
        if self.model == DEFAULT:
            return f"hf:{embedded.NAME}:{embedded.SHA256[:16]}{chosen}"
        found = finding.find(self.model)
        content = "" if found.kind == "hub" else f":{loading.digest_of(found)[:16]}"
        return f"hf:{found.name}{content}{chosen}"

    @property
    def abilities(self) -> Abilities:
        """Everything but structured output and pictures."""
        return Abilities(raw=True, score=True, logprobs=True)

    @property
    def defaults(self) -> Sampling:
        """The sampling of the settings."""
        return Sampling(
            temperature=self.temperature,
            top_p=self.top_p,
            max_tokens=self.max_tokens,
            stop=self.stop,
            seed=self.seed,
        )

    @property
    def slots(self) -> int:
        """A batch: more would only wait."""
        return self.batch

    async def open(self) -> None:
        """Find or fetch the model and load it, without blocking the event loop.

        Raises:
            MissingExtra: the ``tune`` extra is not installed.
            BadInput: there is no such model, or it is damaged.
            TeacherRefused: it cannot be fetched.
        """
        async with self._opening:
            if self._loaded is None:
                together: Together[Request, Reply] = Together(self._work, self.batch)
                try:
                    self._loaded = await asyncio.to_thread(self._load)
                except BaseException:
                    await together.close()
                    raise
                self._together = together
                self._halt.clear()

    def _load(self) -> loading.Loaded:
        loaded = loading.load(self.model, dtype=self.dtype, template=self.template)
        if not getattr(loaded.model, "is_quantized", False):  # a quantised one stands where it was put
            loaded.model.to(precision.device())
        return loaded

    async def close(self) -> None:
        """End what is being written, then free the model's memory."""
        self._halt.set()
        together, self._together = self._together, None
        if together:
            await together.close()
        self._loaded = None

    async def send(self, request: Request) -> Reply:
        """One attempt; see :meth:`Teacher.send`."""
        await self.open()
        assert self._together is not None
        return await repeated(request, self._together.ask, together=True)

    def _work(self, requests: Sequence[Request]) -> list[Reply | Exception]:
        """Answers to a batch, in the worker's thread."""
        assert self._loaded is not None
        precision.use_threads(self.threads)
        answers: list[Reply | Exception] = [CallTrouble("server", "not answered")] * len(requests)
        written: dict[int, writing.Row] = {}
        scored: dict[int, scoring.Pair] = {}
        for number, request in enumerate(requests):
            try:
                if request.answer is None:
                    written[number] = self._row(self._loaded, request)
                else:
                    scored[number] = self._pair(self._loaded, request)
            except CallTrouble as trouble:
                answers[number] = trouble
            except BadInput as wrong:  # the template refuses this conversation
                answers[number] = CallTrouble("bad_request", wrong.what)
        try:
            replies = writing.write(self._loaded, list(written.values()), halt=self._halt)
            sums = scoring.scores(self._loaded, list(scored.values()))
        except RuntimeError as error:  # torch's class for all that fails on a device, memory included
            raise CallTrouble("server", f"torch failed: {str(error).splitlines()[0][:300]}") from error
        for number, reply in zip(written, replies, strict=True):
            answers[number] = self._reply(written[number], reply)
        for number, total in zip(scored, sums, strict=True):
            answers[number] = self._scored(scored[number], total)
        return answers

    def _row(self, loaded: loading.Loaded, request: Request) -> writing.Row:
        sampling = request.sampling.over(self.defaults)
        if sampling.schema is not None:
            raise CallTrouble("bad_request", "a teacher of kind hf cannot keep to a schema; use kind gguf")
        if sampling.extra:
            names = ", ".join(sampling.extra)
            raise CallTrouble("bad_request", f"a teacher of kind hf has no further fields: {names}")
        ids = _prompt_ids(loaded, request)
        room = _room(loaded) - len(ids)
        if room < 1:
            raise CallTrouble(
                "bad_request",
                f"the prompt has {len(ids):,} tokens, and the model's context is {_room(loaded):,}",
            )
        return writing.Row(
            ids=ids,
            max_tokens=min(sampling.max_tokens or self.max_tokens, room),
            temperature=sampling.temperature or 0.0,
            top_p=1.0 if sampling.top_p is None else sampling.top_p,
            seed=sampling.seed,
            stop=tuple(each for each in sampling.stop if each),
            logprobs=sampling.logprobs,
        )

    def _pair(self, loaded: loading.Loaded, request: Request) -> scoring.Pair:
        """Prompt and answer as trained: the answer's tokens, and the end token that the template puts."""
        assert request.answer is not None
        prompt = _prompt_ids(loaded, request)
        whole = [*_said(request), assistant(clean(request.answer))]
        trained = [piece.text for piece in loaded.template.pieces(whole) if piece.trained][-1]
        answer = loaded.tokenizer.encode(trained, add_special_tokens=False)
        if len(prompt) + len(answer) > _room(loaded):
            tokens = len(prompt) + len(answer)
            raise CallTrouble("bad_request", f"prompt and answer have {tokens} tokens, beyond the context")
        return prompt, answer

    def _reply(self, row: writing.Row, written: writing.Written) -> Reply | Exception:
        if self._halt.is_set():
            return CallTrouble("server", "the teacher was closed while it wrote")
        if not written.text.strip() and written.finish == "stop":
            return CallTrouble("empty", "the answer holds no text")
        usage = Usage(len(row.ids), written.tokens)
        return Reply(written.text, written.finish, usage=usage, logprobs=written.logprobs, model=self.name)

    def _scored(self, pair: scoring.Pair, total: float) -> Reply | Exception:
        if not math.isfinite(total):
            return CallTrouble("bad_request", f"the score is {total}: the model's weights are damaged")
        return Reply("", usage=Usage(len(pair[0]), len(pair[1])), score=total, model=self.name)

    async def examine(self) -> Mapping[str, Any]:
        """Context, number format, device, template, threads, batch, and what was tuned."""
        await self.open()
        loaded = self._loaded
        assert loaded is not None
        weight = next(loaded.model.parameters())
        facts = {
            "context": _room(loaded),
            "dtype": str(weight.dtype).removeprefix("torch."),
            "device": str(weight.device),
            "template": loaded.template.name,
            "threads": self.threads,
            "batch": self.batch,
        }
        return facts | ({"tuned by": loaded.method} if loaded.method else {})


def _said(request: Request) -> list[Any]:
    """The conversation before the answer: an empty turn of the assistant at its end only asks for one.

    Tokenizers take no halves of surrogate pairs.
    """
    messages = [replace(each, content=clean(each.content)) for each in request.messages]
    while messages and messages[-1].role == "assistant" and not messages[-1].content:
        messages.pop()
    return messages


def _prompt_ids(loaded: loading.Loaded, request: Request) -> tuple[int, ...]:
    """The prompt's tokens: by the template, or for raw text with the tokenizer's own marks."""
    if any(message.images for message in request.messages):
        raise CallTrouble("bad_request", "a teacher of kind hf reads no pictures")
    if request.prompt is not None:
        ids = loaded.tokenizer.encode(clean(request.prompt))
    else:
        text = loaded.template.prompt(_said(request))
        ids = loaded.tokenizer.encode(text, add_special_tokens=False)
    if not ids:  # nothing to stand on: the mark of a text's beginning, or its end
        start = loaded.tokenizer.bos_token_id
        ids = [loaded.tokenizer.eos_token_id if start is None else start]
    return tuple(ids)


def _room(loaded: loading.Loaded) -> int:
    """Tokens of the model's context, less those that soft prompts take."""
    bound = writing.context(loaded.model)
    return 1 << 20 if bound is None else bound
