"""The sandbox in which a chat template is rendered: transformers' conventions, within bounds.

What a template finds: ``messages``, ``add_generation_prompt``, ``tools`` and ``documents`` (none),
``bos_token``, ``eos_token`` and other special tokens, ``raise_exception``, ``strftime_now``, the filter
``tojson``, ``break`` and ``continue``, and the ``generation`` block, which writes its body. Messages are
plain and cannot be changed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from jinja2 import nodes
from jinja2.exceptions import TemplateError
from jinja2.ext import Extension, LoopControlExtension
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

from tutelage.template.bounded import BoundedSandbox, bounded
from tutelage.template.bounds import TooLong

_LONGEST_FORMAT = 100  # characters of a date's format
_WIDEST_INDENT = 16


class Refused(TemplateError):
    """The template itself says that it cannot write this conversation."""


class ChatSandbox(BoundedSandbox, ImmutableSandboxedEnvironment):
    """See the module text."""

    def __init__(self) -> None:
        super().__init__(trim_blocks=True, lstrip_blocks=True, extensions=[_Generation, LoopControlExtension])
        self.filters["tojson"] = bounded("tojson", _tojson)
        self.globals["raise_exception"] = _raise_exception


class _Generation(Extension):
    """``{% generation %}…{% endgeneration %}``, by which trainers mark answers: it writes what is inside."""

    tags = {"generation"}

    def parse(self, parser: Parser) -> nodes.Node:
        """The body in a scope of its own."""
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return nodes.Scope(body, lineno=line)


def clock(now: datetime) -> Mapping[str, Any]:
    """What tells a template the day: ``strftime_now``, at ``now``."""

    def strftime_now(form: str) -> str:
        if len(form) > _LONGEST_FORMAT:
            raise TooLong(f"the template asks for a date of {len(form):,} characters")
        return now.strftime(form)

    return {"strftime_now": strftime_now}


def _raise_exception(message: str) -> None:
    raise Refused(str(message))


def _tojson(
    value: Any,
    ensure_ascii: bool = False,
    indent: int | str | None = None,
    separators: tuple[str, str] | None = None,
    sort_keys: bool = False,
) -> str:
    """JSON without the escapes for HTML that Jinja2's own filter makes."""
    if indent is not None and (len(indent) if isinstance(indent, str) else indent) > _WIDEST_INDENT:
        raise TooLong(f"the template indents JSON by {indent!r}")
    return json.dumps(
        value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys
    )
