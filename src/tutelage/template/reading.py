"""Where a template comes from: a tokenizer, a GGUF file, a file of Jinja, or a name.

    choose("auto", tokenizer)           its own; alpaca where it has none
    choose("chatml", tokenizer)         a named one with the tokenizer's tokens
    choose("mine.jinja", tokenizer)     a file of one's own

A tokenizer is any object with ``chat_template``, ``bos_token`` and ``eos_token``, as transformers' are.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tutelage.errors import BadInput, MissingExtra, nearest
from tutelage.template.named import NAMES, named
from tutelage.template.template import Template

DEFAULT = "alpaca"  # for a base model that brings none


def from_file(path: str | Path, *, bos: str = "", eos: str = "") -> Template:
    """The template in a file of Jinja, named after it.

    Raises:
        BadInput: the file cannot be read, or is no template.
    """
    path = Path(path)
    try:
        source = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        raise BadInput(
            f"the template cannot be read: {reason}",
            where=str(path),
            remedy=f"give a file of Jinja, or a name ({', '.join(NAMES)})",
        ) from error
    return Template(path.stem, source, bos=bos, eos=eos)


def of_tokenizer(tokenizer: Any) -> Template | None:
    """The template that a tokenizer brings, with its special tokens; of several the default.

    Raises:
        BadInput: it is no valid template.
    """
    source = getattr(tokenizer, "chat_template", None)
    if isinstance(source, Mapping):
        source = source.get("default")
    if not source:
        return None
    known = getattr(tokenizer, "special_tokens_map", None) or {}
    special = {name: str(token) for name, token in known.items() if not isinstance(token, list | tuple)}
    bos, eos = _tokens(tokenizer)
    special.pop("bos_token", None)
    special.pop("eos_token", None)
    return Template("own", str(source), bos=bos, eos=eos, special=special)


def of_gguf(path: str | Path) -> Template | None:
    """The template inside a GGUF file, with its special tokens.

    Raises:
        BadInput: the file is missing, damaged, or no GGUF file; or its template is not valid.
        MissingExtra: the package ``gguf`` is absent.
    """
    try:
        gguf = importlib.import_module("gguf")
    except ImportError as error:
        raise MissingExtra("reading the template of a GGUF file", extra="tune", package="gguf") from error
    try:
        fields = gguf.GGUFReader(str(path), "r").fields
        source = _field(fields, "chat_template")
        tokens = fields["tokenizer.ggml.tokens"] if source else None
        special = {
            f"{short}_token": str(tokens.contents(number))
            for short, name in (("bos", "bos"), ("eos", "eos"), ("unk", "unknown"), ("pad", "padding"))
            if tokens is not None and isinstance(number := _field(fields, f"ggml.{name}_token_id"), int)
        }
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise BadInput(
            f"the template cannot be read from this GGUF file: {error}",
            where=str(path),
            remedy="give a GGUF file that is whole; download or convert it again",
        ) from error
    if not isinstance(source, str) or not source:
        return None
    bos, eos = special.pop("bos_token", ""), special.pop("eos_token", "")
    return Template("own", source, bos=bos, eos=eos, special=special)


def choose(wanted: str, tokenizer: Any) -> Template:
    """The template that a recipe means: ``auto``, a name, or the path of a file, for this tokenizer.

    Raises:
        BadInput: there is no such template, or it ends answers with what is no token of the tokenizer.
    """
    bos, eos = _tokens(tokenizer)
    if wanted == "auto" and (own := of_tokenizer(tokenizer)):
        return own
    if wanted == "auto" or wanted in NAMES:
        name = DEFAULT if wanted == "auto" else wanted
        found = named(name, bos=bos if _adds_bos(tokenizer) else "", eos=eos)
    elif wanted.endswith((".jinja", ".jinja2", ".j2", ".txt")) or Path(wanted).is_file():
        found = from_file(wanted, bos=bos, eos=eos)
    else:
        raise BadInput(
            f"there is no template called '{wanted}'",
            where="template",
            remedy=f"{nearest(wanted, ('auto', *NAMES))} A file ends in .jinja.",
        )
    _refuse_unknown_end(found, tokenizer)
    return found


def _tokens(tokenizer: Any) -> tuple[str, str]:
    bos, eos = (getattr(tokenizer, name, None) for name in ("bos_token", "eos_token"))
    return str(bos or ""), str(eos or "")


def _adds_bos(tokenizer: Any) -> bool:
    """Whether texts of this model begin with its first token: some have one and never write it."""
    first = getattr(tokenizer, "bos_token_id", None)
    if first is None or not callable(tokenizer):
        return False
    return list(tokenizer("a")["input_ids"][:1]) == [first]


def _refuse_unknown_end(template: Template, tokenizer: Any) -> None:
    if not template.end:
        template.check(multi_turn=False)  # which says why: it fails, writes no answer, or there is no token
    if hasattr(tokenizer, "get_vocab") and template.end not in tokenizer.get_vocab():
        raise BadInput(
            f"the template ends an answer with {template.end!r}, which is no token of this tokenizer, so "
            "a server would not know where to stop",
            where=f"template '{template.name}'",
            remedy=f"template: {DEFAULT}, which ends it with the tokenizer's own token",
        )


def _field(fields: Mapping[str, Any], name: str) -> Any:
    found = fields.get(f"tokenizer.{name}")
    return None if found is None else found.contents()
