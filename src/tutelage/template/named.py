"""Templates by name: the formats that many models were tuned with, each as Jinja of our own.

    named("alpaca", bos="<s>", eos="</s>")

The wording of Alpaca is that of Taori et al. (2023) for a task without an input of its own: in a conversation
an input stands in the message, after the instruction and a line end, and nothing tells a server where one
ends and the other begins. Further turns repeat its two headings; a system prompt takes the preamble's place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tutelage.errors import BadInput, nearest
from tutelage.template.template import Template

_ALPACA = """\
{%- set preamble = namespace(text='Below is an instruction that describes a task. \
Write a response that appropriately completes the request.') -%}
{%- if messages and messages[0]['role'] == 'system' and messages[0]['content'] -%}
  {%- set preamble.text = messages[0]['content'] -%}
{%- endif -%}
{{- bos_token ~ preamble.text -}}
{%- for message in messages -%}
  {%- if message['role'] == 'user' -%}
    {{- '\\n\\n### Instruction:\\n' + message['content'] -}}
  {%- elif message['role'] == 'assistant' -%}
    {{- '\\n\\n### Response:\\n' + message['content'] ~ eos_token -}}
  {%- elif not loop.first -%}
    {{- raise_exception('a system message can only be the first') -}}
  {%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}
  {{- '\\n\\n### Response:\\n' -}}
{%- endif -%}
"""

_CHATML = """\
{{- bos_token -}}
{%- for message in messages -%}
  {{- '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' -}}
{%- endfor -%}
{%- if add_generation_prompt -%}
  {{- '<|im_start|>assistant\\n' -}}
{%- endif -%}
"""

_LLAMA3 = """\
{{- bos_token -}}
{%- for message in messages -%}
  {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n' -}}
  {{- message['content'] + '<|eot_id|>' -}}
{%- endfor -%}
{%- if add_generation_prompt -%}
  {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' -}}
{%- endif -%}
"""

# Mistral and Gemma have no system role: its text goes before that of the next user.
_HELD = """\
{{- bos_token -}}
{%- set held = namespace(text='') -%}
{%- for message in messages -%}
  {%- if message['role'] == 'system' -%}
    {%- if message['content'] -%}
      {%- set held.text = held.text + message['content'] + '\\n\\n' -%}
    {%- endif -%}
  {%- elif message['role'] == 'user' -%}
    {{- BEFORE_USER + held.text + message['content'] + AFTER_USER -}}
    {%- set held.text = '' -%}
  {%- else -%}
    {{- BEFORE_ANSWER + message['content'] ~ AFTER_ANSWER -}}
  {%- endif -%}
{%- endfor -%}
{%- if held.text -%}
  {{- raise_exception('a system message needs a user message after it') -}}
{%- endif -%}
"""

_ZEPHYR = """\
{{- bos_token -}}
{%- for message in messages -%}
  {{- '<|' + message['role'] + '|>\\n' + message['content'] ~ eos_token ~ '\\n' -}}
{%- endfor -%}
{%- if add_generation_prompt -%}
  {{- '<|assistant|>\\n' -}}
{%- endif -%}
"""

_PLAIN = """\
{{- bos_token -}}
{%- for message in messages -%}
  {%- if message['role'] == 'user' -%}
    {{- 'User: ' + message['content'] + '\\n\\n' -}}
  {%- elif message['role'] == 'assistant' -%}
    {{- 'Assistant: ' + message['content'] ~ eos_token ~ '\\n\\n' -}}
  {%- elif message['content'] -%}
    {{- message['content'] + '\\n\\n' -}}
  {%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}
  {{- 'Assistant:' -}}
{%- endif -%}
"""


def _held(before_user: str, after_user: str, before_answer: str, after_answer: str, asking: str = "") -> str:
    """The source of a family without a system role, from the Jinja of what stands around its turns."""
    parts = {
        "BEFORE_USER": before_user,
        "AFTER_USER": after_user,
        "BEFORE_ANSWER": before_answer,
        "AFTER_ANSWER": after_answer,
    }
    source = _HELD
    for slot, jinja in parts.items():
        source = source.replace(slot, jinja)
    if asking:
        source += f"{{%- if add_generation_prompt -%}}\n  {{{{- {asking} -}}}}\n{{%- endif -%}}\n"
    return source


@dataclass(frozen=True, slots=True)
class _Family:
    """A source, and the tokens of the models that it is known from."""

    source: str
    bos: str
    eos: str


_FAMILIES: Mapping[str, _Family] = {
    "alpaca": _Family(_ALPACA, "", "</s>"),
    "chatml": _Family(_CHATML, "", "<|im_end|>"),
    "gemma": _Family(
        _held(
            r"'<start_of_turn>user\n'",
            r"'<end_of_turn>\n'",
            r"'<start_of_turn>model\n'",
            r"'<end_of_turn>\n'",
            r"'<start_of_turn>model\n'",
        ),
        "<bos>",
        "<eos>",
    ),
    "llama3": _Family(_LLAMA3, "<|begin_of_text|>", "<|eot_id|>"),
    "mistral": _Family(_held("'[INST] '", "' [/INST]'", "' '", "eos_token"), "<s>", "</s>"),
    "plain": _Family(_PLAIN, "", "</s>"),
    "zephyr": _Family(_ZEPHYR, "", "</s>"),
}

NAMES = tuple(_FAMILIES)


def named(name: str, *, bos: str | None = None, eos: str | None = None) -> Template:
    """The template called ``name``; ``bos`` and ``eos`` in place of the tokens it is known with.

    Raises:
        BadInput: there is none of that name.
    """
    if name not in _FAMILIES:
        raise BadInput(
            f"there is no template called '{name}'", where="template", remedy=nearest(name, _FAMILIES)
        )
    family = _FAMILIES[name]
    return Template(
        name,
        family.source,
        bos=family.bos if bos is None else bos,
        eos=family.eos if eos is None else eos,
    )
