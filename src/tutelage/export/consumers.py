"""The files that tell LLaMA-Factory and axolotl how to read an export.

LLaMA-Factory: once ``columns`` or ``tags`` are given, whatever they leave out counts as absent: an unnamed
input column vanishes, and a system message without ``system_tag`` has its whole row skipped. So all are
named. ``formatting: openai`` would add a system prompt of its own; ``sharegpt`` with tags does not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import yaml

_ALPACA = {
    "formatting": "alpaca",
    "columns": {
        "prompt": "instruction",
        "query": "input",
        "response": "output",
        "system": "system",
        "history": "history",
    },
}
_TOOL_TAGS = {"observation_tag": "observation", "function_tag": "function_call", "system_tag": "system"}
_SHAREGPT = {
    "formatting": "sharegpt",
    "columns": {"messages": "conversations"},
    "tags": {
        "role_tag": "from",
        "content_tag": "value",
        "user_tag": "human",
        "assistant_tag": "gpt",
        **_TOOL_TAGS,
    },
}
_MESSAGES = {
    "formatting": "sharegpt",
    "columns": {"messages": "messages"},
    "tags": {
        "role_tag": "role",
        "content_tag": "content",
        "user_tag": "user",
        "assistant_tag": "assistant",
        **_TOOL_TAGS,
    },
}
_LLAMA_FACTORY: dict[str, dict[str, Any]] = {"messages": _MESSAGES, "alpaca": _ALPACA, "sharegpt": _SHAREGPT}

_AXOLOTL: dict[str, dict[str, Any]] = {
    "messages": {
        "field_messages": "messages",
        "message_property_mappings": {"role": "role", "content": "content"},
    },
    "sharegpt": {
        "field_messages": "conversations",
        "message_property_mappings": {"role": "from", "content": "value"},
    },
}


def slug(title: str) -> str:
    """``title`` as a plain name: lower-case ASCII letters, digits and single underscores."""
    return re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")[:60].strip("_") or "dataset"


def llama_factory(title: str, files: Mapping[str, str]) -> str:
    """The text of ``dataset_info.json`` for ``files`` (format → file name); empty if there is none for it."""
    entries = {
        f"{slug(title)}_{name}": {"file_name": files[name], **entry}
        for name, entry in _LLAMA_FACTORY.items()
        if name in files
    }
    return json.dumps(entries, indent=2, ensure_ascii=False) + "\n" if entries else ""


def axolotl(files: Mapping[str, str]) -> str:
    """The text of ``axolotl.yaml`` for ``files``; empty if neither messages nor sharegpt is among them.

    Alpaca is not offered: axolotl's reader of it knows no history.
    """
    name = next((each for each in _AXOLOTL if each in files), None)
    if name is None:
        return ""
    entry = {
        "path": files[name],
        "ds_type": "parquet" if files[name].endswith(".parquet") else "json",
        "type": "chat_template",
        **_AXOLOTL[name],
        "roles_to_train": ["assistant"],
        "train_on_eos": "turn",
    }
    snippet = yaml.safe_dump({"datasets": [entry], "chat_template": "tokenizer_default"}, sort_keys=False)
    return (
        "# Put this into your axolotl configuration; the path is as seen from where axolotl starts.\n"
        "# A base model without a chat template needs a named one, for example `chat_template: chatml`.\n"
        + snippet
    )
