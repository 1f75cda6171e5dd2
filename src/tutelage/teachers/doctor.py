"""Is the teacher there, and what can it really do? Each ability is tried with one small call."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tutelage.asking import Abilities, Sampling
from tutelage.errors import TutelageError
from tutelage.records import Reply, assistant, user
from tutelage.teachers.teacher import CallTrouble, Request, Teacher

_ADAPTATIONS = 8  # a server may refuse this many settings one after another
# Nothing in the prompt asks for JSON, so only a server that obeys the schema answers with it.
_SCHEMA = {
    "type": "object",
    "properties": {"greeting": {"type": "string", "enum": ["hello", "goodbye"]}},
    "required": ["greeting"],
    "additionalProperties": False,
}
_HELLO = (user("Say hello in one short sentence."),)
_SMALL = Sampling(max_tokens=256)
REMEDIES = {
    "auth": "check the key in the variable that api_key_env names, and that the account has credit",
    "missing": "check model and base_url; base_url usually ends in /v1",
    "network": "check base_url, and that the server runs",
    "timeout": "the server is slow or hangs; raise timeout, or look at its log",
    "bad_request": "the server refuses the simplest request; check model and extra",
    "invalid": "something else than a model server answers at base_url",
    "empty": "the model answers with nothing; try another model or a larger max_tokens",
    "rate": "the server is at its limit; wait, or raise the account's limit",
    "overloaded": "the server is overloaded; try later",
    "server": "the server fails; look at its log",
}


@dataclass(frozen=True, slots=True)
class Checkup:
    """What was found. ``latency_s`` is of the chat trial, in seconds; ``context`` in tokens.

    ``found`` are abilities as tried (``images`` as declared), ``why_not`` the reason for each that failed.
    """

    name: str
    reachable: bool
    found: Abilities
    latency_s: float | None = None
    context: int | None = None
    why_not: Mapping[str, str] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)
    sample: str = ""
    error: str = ""
    remedy: str = ""


async def probe(teacher: Teacher) -> Checkup:
    """Try ``teacher`` out: chat, raw completion, log-probabilities, JSON schema, scoring.

    Opens it; closing is the caller's. Never raises for a teacher that does not answer: that is a finding.
    """
    nothing = Abilities(chat=False)
    try:
        await teacher.open()
        started = time.perf_counter()
        hello = await _ask(teacher, Request(_SMALL, _HELLO))
        latency = time.perf_counter() - started
    except TutelageError as error:
        return Checkup(teacher.name, False, nothing, error=error.what, remedy=error.remedy)
    except CallTrouble as trouble:
        remedy = REMEDIES.get(trouble.trouble, "")
        reachable = trouble.trouble not in ("network", "timeout")
        return Checkup(teacher.name, reachable, nothing, error=trouble.message, remedy=remedy)
    details = await _details(teacher)
    found, why_not = await _abilities(teacher)
    context = details.pop("context", None)
    return Checkup(
        teacher.name, True, found, latency, context, why_not, details, sample=hello.text.strip()[:200]
    )


async def _details(teacher: Teacher) -> dict[str, Any]:
    try:
        return dict(await teacher.examine())
    except CallTrouble as trouble:
        return {"warning": f"the server does not describe itself: {trouble.message}"}


async def _abilities(teacher: Teacher) -> tuple[Abilities, dict[str, str]]:
    trials = {
        "raw": (Request(replace(_SMALL, max_tokens=8), prompt="The capital of France is"), _has_text),
        "logprobs": (Request(replace(_SMALL, logprobs=2), _HELLO), _has_logprobs),
        "schema": (Request(replace(_SMALL, schema=_SCHEMA), _HELLO), _obeys),
        "score": (Request(_SMALL, (*_HELLO, assistant("")), answer="Hello."), _has_score),
    }
    found, why_not = {}, {}
    for name, (request, judge) in trials.items():
        try:
            why = judge(await _ask(teacher, request))
        except CallTrouble as trouble:
            why = trouble.message
        found[name] = not why
        if why:
            why_not[name] = why
    return Abilities(chat=True, images=teacher.abilities.images, **found), why_not


async def _ask(teacher: Teacher, request: Request) -> Reply:
    for _ in range(_ADAPTATIONS):
        try:
            return await teacher.send(request)
        except CallTrouble as trouble:
            if trouble.trouble != "adapt":
                raise
    return await teacher.send(request)


def _has_text(reply: Reply) -> str:
    return "" if reply.text else "the completion was empty"


def _has_logprobs(reply: Reply) -> str:
    return "" if reply.logprobs else "the answer came without log-probabilities"


def _has_score(reply: Reply) -> str:
    return "" if reply.score is not None else "the answer came without a score"


def _obeys(reply: Reply) -> str:
    try:
        data = json.loads(reply.text)
    except ValueError:
        return "the schema was ignored: the answer is not JSON"
    right = isinstance(data, dict) and data.get("greeting") in ("hello", "goodbye")
    return "" if right else "the answer is JSON but does not fit the schema"
