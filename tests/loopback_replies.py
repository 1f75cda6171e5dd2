"""The bodies that the loopback server sends: chat, raw completion, Anthropic message, models, errors."""

from __future__ import annotations

import json
from typing import Any


def prompt_text(body: dict[str, Any]) -> str:
    """All text of a request, in order."""
    if "prompt" in body:
        return str(body["prompt"])
    parts = [str(body.get("system", ""))]
    for message in body.get("messages", ()):
        content = message["content"]
        parts.append(content if isinstance(content, str) else " ".join(_texts(content)))
    return "\n".join(parts)


def _texts(content: list[dict[str, Any]]) -> list[str]:
    return [part.get("text", "") for part in content]


def answer_text(script: Any, body: dict[str, Any], number: int) -> str:
    """The script's answer, or an instance of the schema where one is asked for and obeyed."""
    wanted = body.get("response_format", {}).get("json_schema", {}).get("schema")
    if wanted and script.schema:
        return json.dumps(instance(wanted))
    if script.reply:
        return str(script.reply(prompt_text(body), number))
    return str(script.text.replace("{n}", str(number)))


def instance(schema: dict[str, Any]) -> Any:
    """A small value that fits ``schema`` (objects, arrays, strings, numbers, booleans)."""
    if schema.get("enum"):
        return schema["enum"][0]
    kind = schema.get("type", "string")
    if kind == "object":
        return {name: instance(part) for name, part in schema.get("properties", {}).items()}
    if kind == "array":
        return [instance(schema.get("items", {}))]
    return {"integer": 1, "number": 1.0, "boolean": True}.get(kind, "loopback")


def success_body(script: Any, body: dict[str, Any], path: str, text: str, cut: bool) -> bytes:
    """A whole answer of the protocol that ``path`` speaks; ``cut`` stops it at half for its length."""
    if cut:
        text = text[: max(1, len(text) // 2)]
    make = {"/v1/completions": _completion, "/v1/messages": _message}.get(path, _chat)
    return json.dumps(make(script, body, text, cut)).encode()


def _usage(script: Any, body: dict[str, Any], text: str, copies: int) -> dict[str, Any]:
    prompt = max(1, len(prompt_text(body)) // 4)
    thinking = len(script.thinking.split())
    completion = (len(text.split()) + thinking) * copies
    usage: dict[str, Any] = {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    }
    if thinking:
        usage["completion_tokens_details"] = {"reasoning_tokens": thinking * copies}
    return usage


def _chat(script: Any, body: dict[str, Any], text: str, cut: bool) -> dict[str, Any]:
    copies = body.get("n", 1)
    choices = []
    for index in range(copies):
        message = {"role": "assistant", "content": text if index == 0 else f"{text} ({index + 1})"}
        if script.thinking and script.thinking_style == "field":
            message["reasoning_content"] = script.thinking
        elif script.thinking:
            message["content"] = f"<think>{script.thinking}</think>\n\n{message['content']}"
        choice = {"index": index, "message": message, "finish_reason": "length" if cut else "stop"}
        if body.get("logprobs"):
            choice["logprobs"] = {"content": [_token(word, body) for word in text.split()]}
        choices.append(choice)
    return {
        "id": "chatcmpl-loopback",
        "object": "chat.completion",
        "created": 0,
        "model": body.get("model", "loopback"),
        "choices": choices,
        "usage": _usage(script, body, text, copies),
    }


def _token(word: str, body: dict[str, Any]) -> dict[str, Any]:
    top = [{"token": word, "logprob": -0.25 * (place + 1)} for place in range(body.get("top_logprobs", 0))]
    return {"token": word, "logprob": -0.25, "bytes": None, "top_logprobs": top}


def _completion(script: Any, body: dict[str, Any], text: str, cut: bool) -> dict[str, Any]:
    copies = body.get("n", 1)
    choices = []
    for index in range(copies):
        choice = {"index": index, "text": text, "finish_reason": "length" if cut else "stop"}
        if body.get("logprobs") is not None:
            words = text.split()
            choice["logprobs"] = {
                "tokens": words,
                "token_logprobs": [-0.25] * len(words),
                "top_logprobs": [{word: -0.25} for word in words],
            }
        choices.append(choice)
    return {
        "id": "cmpl-loopback",
        "object": "text_completion",
        "model": body.get("model", "loopback"),
        "choices": choices,
        "usage": _usage(script, body, text, copies),
    }


def _message(script: Any, body: dict[str, Any], text: str, cut: bool) -> dict[str, Any]:
    content = [{"type": "thinking", "thinking": script.thinking, "signature": "s"}] if script.thinking else []
    if text:
        content.append({"type": "text", "text": text})
    usage = _usage(script, body, text, 1)
    return {
        "id": "msg_loopback",
        "type": "message",
        "role": "assistant",
        "model": body.get("model", "loopback"),
        "content": content,
        "stop_reason": "max_tokens" if cut else "end_turn",
        "usage": {"input_tokens": usage["prompt_tokens"], "output_tokens": usage["completion_tokens"]},
    }


def models_body(models: list[dict[str, Any]]) -> dict[str, Any]:
    """The list that /v1/models answers."""
    return {"object": "list", "data": models}


def error_body(message: str, status: int, code: str = "", param: str = "") -> dict[str, Any]:
    """An error as OpenAI words it (and near enough to Anthropic's)."""
    kind = {401: "authentication_error", 404: "not_found_error", 429: "rate_limit_error"}.get(
        status, "invalid_request_error" if status < 500 else "server_error"
    )
    return {
        "type": "error",
        "error": {"message": message, "type": kind, "code": code or None, "param": param or None},
    }
