"""Pictures in a conversation: from paths and URLs to what servers read."""

from __future__ import annotations

import base64
import mimetypes
from pathlib import Path

from tutelage.records import Message
from tutelage.teachers.teacher import CallTrouble

MARKER = "<image>"


def pieces(message: Message) -> list[tuple[str, str]]:
    """``("text", …)`` and ``("image", path or URL)`` in reading order.

    Each marker in the text is replaced by the next image; images without a marker come first.
    """
    texts = message.content.split(MARKER)
    spare = max(0, len(message.images) - (len(texts) - 1))
    found = [("image", image) for image in message.images[:spare]]
    waiting = iter(message.images[spare:])
    for place, text in enumerate(texts):
        if place:
            image = next(waiting, None)
            found.append(("image", image) if image else ("text", MARKER))
        if text.strip():
            found.append(("text", text.strip("\n")))
    return found


def is_url(image: str) -> bool:
    """Whether the server can fetch the picture itself, or already holds it as a data URL."""
    return image.startswith(("http://", "https://", "data:"))


def read(path: str) -> tuple[str, str]:
    """Media type and base64 content of a picture file.

    Raises:
        CallTrouble: ``bad_request``: it cannot be read or is no picture, which costs this call alone.
    """
    media = mimetypes.guess_type(path)[0] or ""
    if not media.startswith("image/"):
        raise CallTrouble("bad_request", f"not a picture by its name: {path!r}")
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise CallTrouble("bad_request", f"cannot read the picture {path!r}: {error.strerror}") from error
    return media, base64.b64encode(data).decode()
