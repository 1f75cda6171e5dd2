"""Settings that a server refuses, learnt from its refusals so that the next request fits."""

from __future__ import annotations

import re
from typing import Any

from tutelage.teachers.wire import Refusal

_REFUSING = re.compile(
    r"unsupported|not support|unknown|unrecogni[sz]ed|not permitted|not allowed|not available|not accept"
    r"|only the default|deprecated|cannot both|cannot be (?:used|specified|set)"
    r"|unexpected|extra inputs|may only be set",
    re.IGNORECASE,
)
# In order of preference where a refusal names two: "temperature and top_p cannot both be specified".
_DROPPABLE: dict[str, tuple[str, ...]] = {
    "top_p": ("top_p",),
    "temperature": ("temperature",),
    "top_logprobs": ("logprobs", "top_logprobs"),
    "logprobs": ("logprobs", "top_logprobs"),
    "seed": ("seed",),
    "stop": ("stop", "stop_sequences"),
    "stop_sequences": ("stop", "stop_sequences"),
    "response_format": ("response_format",),
}


class Learnt:
    """What one teacher has learnt about its server in this process."""

    def __init__(self) -> None:
        self.dropped: set[str] = set()
        self.renamed: dict[str, str] = {}

    def fit(self, body: dict[str, Any]) -> dict[str, Any]:
        """``body`` changed in place into what the server is known to accept."""
        for name in self.dropped:
            body.pop(name, None)
        for old, new in self.renamed.items():
            if old in body:
                body[new] = body.pop(old)
        return body

    def learn(self, body: dict[str, Any], refusal: Refusal) -> str:
        """The field of ``body`` that was refused, or an empty string if it was not about a field.

        A field that is dropped is in no later body, so each can be learnt once; requests that were
        under way at that moment learn the same again.
        """
        text = f"{refusal.code} {refusal.message}"
        if "max_tokens" in body and "max_completion_tokens" in text:
            self.renamed["max_tokens"] = "max_completion_tokens"
            return "max_tokens"
        if not _REFUSING.search(text):
            return ""
        for name, fields in _DROPPABLE.items():
            named = refusal.param == name or re.search(rf"(?<![\w]){name}(?![\w])", text)
            if name in body and named:
                self.dropped.update(fields)
                return name
        return ""
