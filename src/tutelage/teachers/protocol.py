"""The OpenAI chat protocol without a network: bodies from requests, replies from answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tutelage.asking import Sampling
from tutelage.records import Finish, Message, Reply, TokenLogprob, Usage
from tutelage.teachers import images, reasoning
from tutelage.teachers.teacher import CallTrouble, Request

_FINISH: dict[str, Finish] = {
    "stop": "stop",
    "eos": "stop",
    "eos_token": "stop",
    "stop_sequence": "stop",
    "length": "length",
    "max_tokens": "length",
    "content_filter": "filter",
    "safety": "filter",
}


def chat_body(model: str, request: Request) -> dict[str, Any]:
    """The body for ``/chat/completions``."""
    sampling = request.sampling
    body: dict[str, Any] = {"model": model, "messages": [_message(message) for message in request.messages]}
    _add_settings(body, sampling)
    if sampling.logprobs is not None:
        body["logprobs"] = True
        body["top_logprobs"] = sampling.logprobs
    if sampling.extra:
        body.update(sampling.extra)
    return body


def completion_body(model: str, request: Request) -> dict[str, Any]:
    """The body for ``/completions``: raw text, no template."""
    body: dict[str, Any] = {"model": model, "prompt": request.prompt}
    _add_settings(body, request.sampling)
    if request.sampling.logprobs is not None:
        body["logprobs"] = request.sampling.logprobs
    if request.sampling.extra:
        body.update(request.sampling.extra)
    return body


def _add_settings(body: dict[str, Any], sampling: Sampling) -> None:
    if sampling.max_tokens is not None:
        body["max_tokens"] = sampling.max_tokens
    if sampling.temperature is not None:
        body["temperature"] = sampling.temperature
    if sampling.top_p is not None:
        body["top_p"] = sampling.top_p
    if sampling.seed is not None:
        body["seed"] = sampling.seed
    if sampling.stop:
        body["stop"] = list(sampling.stop)
    if sampling.n != 1:
        body["n"] = sampling.n
    if sampling.schema is not None:
        form = {"name": "reply", "strict": True, "schema": dict(sampling.schema)}
        body["response_format"] = {"type": "json_schema", "json_schema": form}


def _message(message: Message) -> dict[str, Any]:
    if not message.images:
        return {"role": message.role, "content": message.content}
    return {"role": message.role, "content": [_part(*piece) for piece in images.pieces(message)]}


def _part(kind: str, value: str) -> dict[str, Any]:
    if kind == "text":
        return {"type": "text", "text": value}
    url = value if images.is_url(value) else "data:{};base64,{}".format(*images.read(value))
    return {"type": "image_url", "image_url": {"url": url}}


def chat_reply(data: Mapping[str, Any], request: Request) -> Reply:
    """The reply in an answer of ``/chat/completions``.

    Raises:
        CallTrouble: ``invalid`` if it has another shape, ``empty`` if nothing was said.
    """
    try:
        choices = data["choices"]
        read = [_said(choice["message"]) for choice in choices]
        finish = _finish(choices[0], refused=bool(choices[0]["message"].get("refusal")))
        logprobs = _logprobs(choices[0])
        thinking, text = read[0]
    except (KeyError, IndexError, TypeError, AttributeError, ValueError) as error:
        raise _misshapen(data) from error
    others = tuple(other for _, other in read[1:])
    return _reply(data, request, text, finish, thinking, others, logprobs)


def completion_reply(data: Mapping[str, Any], request: Request) -> Reply:
    """The reply in an answer of ``/completions``; its text is left exactly as it is.

    Raises:
        CallTrouble: as for :func:`chat_reply`.
    """
    try:
        choices = data["choices"]
        texts = [_text(choice["text"]) for choice in choices]
        finish = _finish(choices[0], refused=False)
        logprobs = _logprobs(choices[0])
        text = texts[0]
    except (KeyError, IndexError, TypeError, AttributeError, ValueError) as error:
        raise _misshapen(data) from error
    return _reply(data, request, text, finish, "", tuple(texts[1:]), logprobs)


def _reply(
    data: Mapping[str, Any],
    request: Request,
    text: str,
    finish: Finish,
    thinking: str,
    others: tuple[str, ...],
    logprobs: tuple[TokenLogprob, ...],
) -> Reply:
    if not text.strip() and finish in ("stop", "other"):
        raise CallTrouble("empty", "the answer holds no text", status=200, maybe_paid=True)
    usage = _usage(data.get("usage"), request, thinking, text, others)
    return Reply(
        text=text,
        finish=finish,
        usage=usage,
        thinking=thinking,
        others=others,
        logprobs=logprobs,
        model=str(data.get("model") or ""),
    )


def _misshapen(data: Mapping[str, Any]) -> CallTrouble:
    fields = ", ".join(sorted(map(str, data)))[:200]
    message = f"the answer is JSON but not of the protocol; its fields: {fields or 'none'}"
    return CallTrouble("invalid", message, status=200, maybe_paid=True)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("text expected")
    return value


def _said(message: Mapping[str, Any]) -> tuple[str, str]:
    """Thinking and answer of one message, wherever the server puts the thinking."""
    content = message.get("content")
    if content is None:
        content = message.get("refusal") or ""
    apart = message.get("reasoning_content") or message.get("reasoning") or ""
    if isinstance(content, list):
        apart = apart or "".join(_texts(content, "thinking"))
        content = "".join(_texts(content, "text"))
    thinking, text = reasoning.split(_text(content))
    return (apart if isinstance(apart, str) and apart else thinking), text


def _texts(parts: list[dict[str, Any]], kind: str) -> list[str]:
    found = []
    for part in parts:
        if part.get("type") == kind:
            value = part.get(kind) or ""
            found += _texts(value, "text") if isinstance(value, list) else [_text(value)]
    return found


def _finish(choice: Mapping[str, Any], *, refused: bool) -> Finish:
    reason = choice.get("finish_reason")
    if reason == "error":
        raise CallTrouble("server", f"the model failed while writing: {choice.get('error')}", maybe_paid=True)
    if refused:
        return "filter"
    return _FINISH.get(str(reason).lower(), "other") if reason else "stop"


def _logprobs(choice: Mapping[str, Any]) -> tuple[TokenLogprob, ...]:
    found = choice.get("logprobs")
    if not found:
        return ()
    if found.get("content") is not None:
        return tuple(
            TokenLogprob(
                entry["token"],
                float(entry["logprob"]),
                tuple((top["token"], float(top["logprob"])) for top in entry.get("top_logprobs") or ()),
            )
            for entry in found["content"]
        )
    tokens, values = found.get("tokens") or [], found.get("token_logprobs") or []
    tops = found.get("top_logprobs") or [None] * len(tokens)
    return tuple(
        TokenLogprob(token, float(value), tuple((top or {}).items()))
        for token, value, top in zip(tokens, values, tops, strict=True)
        if value is not None
    )


def _usage(given: Any, request: Request, thinking: str, text: str, others: tuple[str, ...]) -> Usage:
    """Tokens as the server counts them.

    A server that does not count, or not in numbers, is estimated from above (three bytes a token), lest a
    budget think its calls free.
    """
    try:
        return _counted(given, thinking, text)
    except (KeyError, TypeError, ValueError, AttributeError):
        asked = request.prompt or "".join(message.content for message in request.messages)
        return Usage(_estimate(asked), _estimate(thinking + text + "".join(others)), _estimate(thinking))


def _counted(given: Any, thinking: str, text: str) -> Usage:
    """Some servers leave thinking out of ``completion_tokens`` but not out of the total."""
    prompt = int(given["prompt_tokens"])
    completion = max(int(given.get("completion_tokens") or 0), int(given.get("total_tokens") or 0) - prompt)
    details = given.get("completion_tokens_details") or {}
    thought = int(details.get("reasoning_tokens") or 0)
    if thinking and not thought:
        thought = reasoning.share(thinking, text, completion)
    return Usage(prompt, completion, min(thought, completion))


def _estimate(text: str) -> int:
    return -(-len(text.encode("utf-8", "surrogatepass")) // 3)
