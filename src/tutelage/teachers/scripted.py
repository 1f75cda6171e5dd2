"""A teacher with fixed or rule-made replies: for tests, documentation and trying a recipe for nothing."""

from __future__ import annotations

import asyncio
import functools
import inspect
import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Literal

import yaml
from jinja2 import Template, TemplateError
from jinja2.sandbox import SandboxedEnvironment
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError, field_validator

from tutelage.asking import Abilities, Sampling
from tutelage.errors import BadInput
from tutelage.records import Finish, Reply, Usage, conversation, digest
from tutelage.teachers.samples import repeated
from tutelage.teachers.teacher import CallTrouble, Request, Teacher

Answer = str | Reply
Function = Callable[[Request], Answer | Awaitable[Answer]]


class Rule(BaseModel):
    """``reply`` to a request whose last user message holds a match of the regular expression ``when``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    when: str
    reply: str
    finish: Finish = "stop"
    thinking: str = ""

    @field_validator("when")
    @classmethod
    def _compiles(cls, value: str) -> str:
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from error
        return value


class Scripted(Teacher):
    """Replies made by rules; the first that matches decides, then ``default``.

    A reply may be a Jinja template over ``text`` (the last user message), ``groups`` (of the match, in
    order), the named groups by name, and ``turn`` (the number of user messages so far). ``file`` is a YAML
    list of further rules. The same request always gets the same reply, unless ``noise`` is on: then no two
    answers are alike. ``latency`` is in seconds. ``can`` names abilities beyond chat and raw text.
    """

    kind: ClassVar[str] = "scripted"

    rules: tuple[Rule, ...] = ()
    default: str | None = None
    file: Path | None = None
    latency: float = Field(0.0, ge=0)
    noise: bool = False
    label: str = ""
    can: tuple[Literal["schema", "logprobs", "score", "images"], ...] = ()

    _function: Function | None = PrivateAttr(None)
    _calls: int = PrivateAttr(0)

    @classmethod
    def of(cls, function: Function, **settings: Any) -> Scripted:
        """A teacher that answers with ``function(request)``: a text, a reply, or an awaitable of one.

        The function may raise :class:`CallTrouble`. ``settings`` are the fields of the kind.
        """
        made = cls(**settings)
        made._function = function
        return made

    @property
    def calls(self) -> int:
        """How often it was asked."""
        return self._calls

    @property
    def name(self) -> str:
        """The label, or ``scripted``."""
        return self.label or "scripted"

    @property
    def identity(self) -> str:
        """The label, or a digest of what decides the replies."""
        if self.label:
            return f"scripted:{self.label}"
        if self._function:
            return f"scripted:{getattr(self._function, '__qualname__', 'function')}"
        rules = [rule.model_dump() for rule in self._all_rules]
        return f"scripted:{digest(rules, self.default)}"

    @property
    def abilities(self) -> Abilities:
        """Chat, raw text, and what ``can`` adds."""
        return Abilities(raw=True, **dict.fromkeys(self.can, True))

    @property
    def defaults(self) -> Sampling:
        """Nothing said."""
        return Sampling()

    @functools.cached_property
    def _all_rules(self) -> tuple[Rule, ...]:
        return self.rules + (rules_from(self.file) if self.file else ())

    async def send(self, request: Request) -> Reply:
        """One reply; see :meth:`Teacher.send`."""
        self._calls += 1
        if self.latency:
            await asyncio.sleep(self.latency)
        return await repeated(request, self._answer)

    async def _answer(self, request: Request) -> Reply:
        said = self._function(request) if self._function else self._by_rule(request)
        answer = await said if inspect.isawaitable(said) else said
        reply = answer if isinstance(answer, Reply) else Reply(answer)
        if self.noise:
            reply = replace(reply, text=f"{reply.text} [{secrets.token_hex(8)}]")
        if not reply.usage.total:
            reply = replace(reply, usage=_usage(request, reply))
        return replace(reply, model=self.name)

    def _by_rule(self, request: Request) -> Reply:
        asked = [message.content for message in request.messages if message.role == "user"]
        text = request.prompt if request.prompt is not None else (asked[-1] if asked else "")
        facts = {"text": text, "turn": len(asked), "groups": ()}
        for rule in self._all_rules:
            if match := re.search(rule.when, text):
                groups = {"groups": match.groups(), **match.groupdict()}
                return Reply(_filled(rule.reply, facts | groups), rule.finish, thinking=rule.thinking)
        if self.default is None:
            raise CallTrouble("bad_request", f"no rule matches and there is no default: {text[:200]!r}")
        return Reply(_filled(self.default, facts))


def rules_from(file: Path) -> tuple[Rule, ...]:
    """The rules in a YAML file.

    Raises:
        BadInput: it cannot be read, or does not hold a list of rules.
    """
    try:
        plain = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadInput(
            f"the rules cannot be read: {error}", where=str(file), remedy="give a readable YAML file"
        ) from error
    if not isinstance(plain, list):
        raise BadInput("the file holds no list of rules", where=str(file), remedy=_EXAMPLE)
    try:
        return tuple(Rule.model_validate(entry) for entry in plain)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise BadInput(
            f"a rule is not right: {first['msg']}",
            where=f"{file}, {place}: {str(first['input'])[:100]!r}",
            remedy=_EXAMPLE,
        ) from error


_EXAMPLE = 'write rules such as  - {when: "capital of (\\\\w+)", reply: "I know {{ groups[0] }}."}'
_SANDBOX = SandboxedEnvironment(autoescape=False, keep_trailing_newline=True)


@functools.lru_cache(maxsize=512)
def _template(source: str) -> Template:
    return _SANDBOX.from_string(source)


def _filled(source: str, facts: dict[str, Any]) -> str:
    if "{{" not in source and "{%" not in source:
        return source
    try:
        return _template(source).render(facts)
    except TemplateError as error:
        raise CallTrouble(
            "bad_request", f"the reply's template is wrong: {error}; {source[:100]!r}"
        ) from error


def _usage(request: Request, reply: Reply) -> Usage:
    """Words, for want of tokens."""
    asked = request.prompt if request.prompt is not None else conversation(request.messages)
    thinking = len(reply.thinking.split())
    return Usage(len(asked.split()), len(reply.text.split()) + thinking, thinking)
