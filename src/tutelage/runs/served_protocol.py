"""The OpenAI protocol from the server's side: requests out of bodies, bodies out of replies, and errors.

No network here: a body that is not of the protocol raises :class:`Refused`, which says what a client is told.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tutelage.asking import Abilities, Sampling
from tutelage.errors import nearest
from tutelage.records import Message, Reply, Role, Usage
from tutelage.teachers.teacher import Request

MOST_CHOICES = 16
_ROLES: Mapping[str, Role] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
}
_FINISH = {"stop": "stop", "length": "length", "filter": "content_filter", "other": "stop"}
_UNSERVED = ("tools", "functions", "audio")


class Refused(Exception):
    """A request that is not answered: the HTTP status, and the error as the protocol words it."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        param: str | None = None,
        code: str | None = None,
        kind: str = "invalid_request_error",
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body: dict[str, Any] = {
            "error": {"message": message, "type": kind, "param": param, "code": code}
        }


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as understood. ``counted``: a stream ends with the usage."""

    request: Request
    chat: bool
    stream: bool = False
    counted: bool = False


def read_body(raw: bytes, *, chat: bool, served: tuple[str, ...], abilities: Abilities) -> Asked:
    """What the body of a request asks for.

    Raises:
        Refused: no JSON object, another model than those ``served``, or a field that cannot be met.
    """
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise Refused(400, f"the body is not JSON: {error}") from error
    if not isinstance(body, dict):
        raise Refused(400, "the body must be a JSON object")
    _check_model(body.get("model"), served)
    for name in _UNSERVED:
        if body.get(name):
            raise Refused(400, f"'{name}' is not served here", param=name)
    sampling = _sampling(body, chat, abilities)
    options = body.get("stream_options")
    counted = isinstance(options, dict) and options.get("include_usage") is True
    stream = _truth(body, "stream")
    if chat:
        return Asked(Request(sampling, _messages(body.get("messages"))), True, stream, counted)
    if not abilities.raw:
        raise Refused(400, "this model completes no raw text; ask /v1/chat/completions")
    return Asked(Request(sampling, prompt=_prompt(body.get("prompt"))), False, stream, counted)


def _check_model(name: Any, served: tuple[str, ...]) -> None:
    if not isinstance(name, str) or not name:
        raise Refused(400, f"name the model: {served[0]}", param="model")
    if name not in served:
        advice = nearest(name[:200], served)
        raise Refused(
            404,
            f"the model '{name[:200]}' is not served here; {advice}",
            param="model",
            code="model_not_found",
        )


def _messages(given: Any) -> tuple[Message, ...]:
    if not isinstance(given, list) or not given:
        raise Refused(400, "'messages' must be a list of at least one message", param="messages")
    found = []
    for number, each in enumerate(given):
        place = f"messages[{number}]"
        role = _ROLES.get(str(each.get("role"))) if isinstance(each, dict) else None
        if role is None:
            raise Refused(400, f"{place}: the role must be one of {', '.join(_ROLES)}", param=place)
        found.append(Message(role, _content(each.get("content"), place)))
    return tuple(found)


def _content(given: Any, place: str) -> str:
    if isinstance(given, str):
        return given
    texts = []
    for part in given if isinstance(given, list) else [None]:
        text = part.get("text") if isinstance(part, dict) and part.get("type") == "text" else None
        if not isinstance(text, str):
            raise Refused(400, f"{place}: the content must be text, or a list of text parts", param=place)
        texts.append(text)
    return "".join(texts)


def _prompt(given: Any) -> str:
    if isinstance(given, list) and len(given) == 1:
        given = given[0]
    if not isinstance(given, str) or not given:
        raise Refused(400, "'prompt' must be one text", param="prompt")
    return given


def _sampling(body: Mapping[str, Any], chat: bool, abilities: Abilities) -> Sampling:
    longest = body.get("max_completion_tokens", body.get("max_tokens"))
    logprobs = _logprobs(body, chat)
    if logprobs is not None and not abilities.logprobs:
        raise Refused(400, "this model tells no log-probabilities", param="logprobs")
    return Sampling(
        temperature=_number(body, "temperature", 0.0, 2.0),
        top_p=_number(body, "top_p", 0.0, 1.0, above=True),
        max_tokens=_whole({"max_tokens": longest}, "max_tokens", 1, 1 << 20),
        stop=_stop(body.get("stop")),
        seed=_whole(body, "seed", 0, (1 << 32) - 1),
        n=_whole(body, "n", 1, MOST_CHOICES) or 1,
        logprobs=logprobs,
        schema=_schema(body.get("response_format"), abilities),
    )


def _logprobs(body: Mapping[str, Any], chat: bool) -> int | None:
    if not chat:
        return _whole(body, "logprobs", 0, 20)
    return (_whole(body, "top_logprobs", 0, 20) or 0) if _truth(body, "logprobs") else None


def _schema(given: Any, abilities: Abilities) -> Mapping[str, Any] | None:
    kind = given.get("type") if isinstance(given, dict) else None
    if given is None or kind == "text":
        return None
    schema: Any = {"type": "object"} if kind == "json_object" else None
    if kind == "json_schema":
        form = given.get("json_schema")
        schema = form.get("schema") if isinstance(form, dict) else None
    if not isinstance(schema, dict):
        raise Refused(400, "'response_format' is text, json_object or json_schema", param="response_format")
    if not abilities.schema:
        raise Refused(400, "this model cannot be held to a schema", param="response_format")
    return schema


def _truth(body: Mapping[str, Any], name: str) -> bool:
    value = body.get(name)
    if value is not None and not isinstance(value, bool):
        raise Refused(400, f"'{name}' must be true or false", param=name)
    return bool(value)


def _number(
    body: Mapping[str, Any], name: str, least: float, most: float, *, above: bool = False
) -> float | None:
    value = body.get(name)
    if value is None:
        return None
    fits = isinstance(value, (int, float)) and not isinstance(value, bool) and least <= value <= most
    if not fits or (above and value == least):
        raise Refused(400, f"'{name}' must be a number from {least:g} to {most:g}", param=name)
    return float(value)


def _whole(body: Mapping[str, Any], name: str, least: int, most: int) -> int | None:
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise Refused(400, f"'{name}' must be a whole number from {least} to {most}", param=name)
    return value


def _stop(given: Any) -> tuple[str, ...]:
    stops = [given] if isinstance(given, str) else given or []
    if not isinstance(stops, list) or not all(isinstance(each, str) and each for each in stops):
        raise Refused(400, "'stop' must be a text, or a list of texts", param="stop")
    return tuple(stops)


def answer(asked: Asked, reply: Reply, model: str) -> dict[str, Any]:
    """The body that answers ``asked`` at once."""
    kind = "chat.completion" if asked.chat else "text_completion"
    texts = (reply.text, *reply.others)
    choices = [_choice(asked, reply, number, text) for number, text in enumerate(texts)]
    return {**_head(asked, kind, model), "choices": choices, "usage": _usage(reply.usage)}


def events(asked: Asked, reply: Reply, model: str) -> Iterator[bytes]:
    """The same as server-sent events: the whole answer in one piece, why it ended, the usage if wanted."""
    head = _head(asked, "chat.completion.chunk" if asked.chat else "text_completion", model)
    for number, text in enumerate((reply.text, *reply.others)):
        whole = _choice(asked, reply, number, text)
        finish = whole.pop("finish_reason")
        if asked.chat:
            whole["delta"] = whole.pop("message")
            last = {"index": number, "delta": {}, "finish_reason": finish}
        else:
            last = {"index": number, "text": "", "finish_reason": finish}
        yield _event({**head, "choices": [{**whole, "finish_reason": None}]})
        yield _event({**head, "choices": [last]})
    if asked.counted:
        yield _event({**head, "choices": [], "usage": _usage(reply.usage)})
    yield b"data: [DONE]\n\n"


def models(served: tuple[str, ...]) -> dict[str, Any]:
    """The answer of ``/v1/models``."""
    return {"object": "list", "data": [model(name) for name in served]}


def model(name: str) -> dict[str, Any]:
    """One entry of it."""
    return {"id": name, "object": "model", "created": 0, "owned_by": "tutelage"}


def _event(body: Mapping[str, Any]) -> bytes:
    return b"data: " + json.dumps(body, ensure_ascii=False).encode("utf-8", "replace") + b"\n\n"


def _head(asked: Asked, kind: str, model: str) -> dict[str, Any]:
    prefix = "chatcmpl" if asked.chat else "cmpl"
    return {
        "id": f"{prefix}-{secrets.token_hex(12)}",
        "object": kind,
        "created": int(time.time()),
        "model": model,
    }


def _choice(asked: Asked, reply: Reply, number: int, text: str) -> dict[str, Any]:
    """One choice; log-probabilities are known of the first only."""
    finish = _FINISH[reply.finish] if number == 0 else "stop"
    told = _tokens(asked, reply) if number == 0 and reply.logprobs else None
    if not asked.chat:
        return {"index": number, "text": text, "logprobs": told, "finish_reason": finish}
    message: dict[str, Any] = {"role": "assistant", "content": text}
    if number == 0 and reply.thinking:
        message["reasoning_content"] = reply.thinking
    return {"index": number, "message": message, "logprobs": told, "finish_reason": finish}


def _tokens(asked: Asked, reply: Reply) -> dict[str, Any]:
    found = reply.logprobs
    if not asked.chat:
        return {
            "tokens": [each.token for each in found],
            "token_logprobs": [each.logprob for each in found],
            "top_logprobs": [dict(each.top) for each in found],
        }
    content = [
        {**_token(each.token, each.logprob), "top_logprobs": [_token(*top) for top in each.top]}
        for each in found
    ]
    return {"content": content}


def _token(token: str, logprob: float) -> dict[str, Any]:
    return {"token": token, "logprob": logprob, "bytes": list(token.encode("utf-8", "replace"))}


def _usage(usage: Usage) -> dict[str, int]:
    return {
        "prompt_tokens": usage.prompt,
        "completion_tokens": usage.completion,
        "total_tokens": usage.total,
    }
