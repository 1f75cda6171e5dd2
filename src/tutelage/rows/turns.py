"""The turns of a row: roles, texts and images as the formats write them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tutelage.errors import BadInput, nearest
from tutelage.records import Message, Role

_ROLES: dict[str, Role] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "gpt": "assistant",
    "model": "assistant",
}
_IMAGE = "<image>"


def read_turns(value: Any, key: str, place: str) -> tuple[Message, ...]:
    """The turns in ``value``, found under ``key``: role / content or from / value, text or typed parts.

    Raises:
        BadInput: not a list of turns, a role that cannot be read, or a content that is no text.
    """
    if not isinstance(value, list) or not value:
        raise wrong_type(place, key, value, "a list of turns that is not empty")
    return tuple(_turn(turn, f"{key}[{number}]", place) for number, turn in enumerate(value))


def _turn(value: Any, key: str, place: str) -> Message:
    if not isinstance(value, Mapping):
        raise wrong_type(place, key, value, "an object such as {'role': 'user', 'content': '…'}")
    role_key = "role" if value.get("role") is not None else "from"
    name = value.get(role_key)
    if not isinstance(name, str) or name not in _ROLES:
        hint = nearest(name, _ROLES) if isinstance(name, str) else f"known: {', '.join(sorted(_ROLES))}"
        raise BadInput(
            f"{key} has the role {name!r}, which cannot be read", where=f"{place}, {key}", remedy=hint
        )
    text_key = "content" if value.get("content") is not None else "value"
    content, images = _content(value.get(text_key), f"{key}.{text_key}", place)
    stored = value.get("images") or []
    if not isinstance(stored, list) or not all(isinstance(each, str) for each in stored):
        raise wrong_type(place, f"{key}.images", stored, "a list of paths or addresses")
    return Message(_ROLES[name], content, (*images, *stored))


def _content(value: Any, key: str, place: str) -> tuple[str, list[str]]:
    """A turn's text and images; typed parts are joined, an image leaves its marker in the text."""
    if isinstance(value, str):
        return value, []
    if not isinstance(value, list):
        raise wrong_type(place, key, value, "a text")
    texts: list[str] = []
    images: list[str] = []
    for number, part in enumerate(value):
        known = part if isinstance(part, Mapping) else {}
        source = known.get("image_url") or known.get("url") or known.get("path") or known.get("image")
        source = source.get("url") if isinstance(source, Mapping) else source
        if isinstance(known.get("text"), str):
            texts.append(known["text"])
        elif isinstance(source, str):
            texts.append(_IMAGE)
            images.append(source)
        else:
            raise wrong_type(
                place, f"{key}[{number}]", part, "a part with a text, or an image with a path or url"
            )
    return "".join(texts), images


def with_images(messages: tuple[Message, ...], data: Mapping[str, Any], place: str) -> tuple[Message, ...]:
    """``messages`` with the images that the row names beside them (LLaVA, LLaMA-Factory), each at its marker.

    Raises:
        BadInput: as many images as markers there are not.
    """
    named = data.get("images") or data.get("image")
    if not named:
        return messages
    images = [named] if isinstance(named, str) else named
    if not isinstance(images, list) or not all(isinstance(each, str) for each in images):
        raise wrong_type(place, "images", named, "a list of paths or addresses")
    markers = sum(message.content.count(_IMAGE) for message in messages)
    if markers != len(images):
        raise BadInput(
            f"the row names {len(images)} images but its turns have {markers} markers {_IMAGE}",
            where=place,
            remedy=f"write one {_IMAGE} for every image",
        )
    rest = iter(images)
    return tuple(
        Message(each.role, each.content, tuple(next(rest) for _ in range(each.content.count(_IMAGE))))
        for each in messages
    )


def text_field(data: Mapping[str, Any], key: str, place: str) -> str:
    """A field that must be text; absent and null are empty.

    Raises:
        BadInput: it is something else.
    """
    value = data.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise wrong_type(place, key, value, "a text")
    return value


def wrong_type(place: str, key: str, value: Any, wanted: str) -> BadInput:
    """The error for a field of the wrong type, with the value found."""
    shown = repr(value)
    shown = shown if len(shown) <= 80 else shown[:80] + "…"
    return BadInput(
        f"'{key}' must be {wanted}, but it is {shown}", where=f"{place}, {key}", remedy="mend this row"
    )
