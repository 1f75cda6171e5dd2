"""Chat templates that behave as those of known families do, in our own Jinja."""

from __future__ import annotations

# Earlier answers lose their thoughts, and the last one has thoughts even where there are none.
THINKING = """\
{%- set ns = namespace(last=0) -%}
{%- for m in messages if m.role == 'user' -%}{%- set ns.last = messages.index(m) -%}{%- endfor -%}
{%- for m in messages -%}
  {%- set content = m.content.split('</think>')[-1].lstrip('\\n') -%}
  {{- '<|im_start|>' + m.role + '\\n' -}}
  {%- if m.role == 'assistant' and loop.index0 > ns.last -%}
    {%- set parts = m.content.split('</think>') -%}
    {%- set thought = parts[0].split('<think>')[-1].strip() if parts | length > 1 -%}
    {{- '<think>\\n' ~ thought ~ '\\n</think>\\n\\n' -}}
  {%- endif -%}
  {{- content + '<|im_end|>\\n' -}}
{%- endfor -%}
{%- if add_generation_prompt -%}{{- '<|im_start|>assistant\\n' -}}{%- endif -%}
"""

# A date in a system turn that is always there; contents are trimmed.
DATED = """\
{%- if not date_string is defined -%}
  {%- if strftime_now is defined -%}{%- set date_string = strftime_now('%d %b %Y') -%}
  {%- else -%}{%- set date_string = '26 Jul 2024' -%}{%- endif -%}
{%- endif -%}
{%- set told = '' -%}
{%- if messages[0]['role'] == 'system' -%}
  {%- set told = messages[0]['content'] | trim -%}{%- set messages = messages[1:] -%}
{%- endif -%}
{{- bos_token + '<|start_header_id|>system<|end_header_id|>\\n\\nToday Date: ' + date_string + '\\n\\n' -}}
{{- told + '<|eot_id|>' -}}
{%- for m in messages -%}
  {{- '<|start_header_id|>' + m['role'] + '<|end_header_id|>\\n\\n' + m['content'] | trim + '<|eot_id|>' -}}
{%- endfor -%}
{%- if add_generation_prompt -%}{{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' -}}{%- endif -%}
"""

# No system role, turns that alternate.
STRICT = """\
{{ bos_token }}{% if messages[0]['role'] == 'system' %}
{{ raise_exception('System role not supported') }}{% endif %}
{% for m in messages %}
{% if (m['role'] == 'user') != (loop.index0 % 2 == 0) %}
{{ raise_exception('Roles must alternate') }}
{% endif %}
{% set role = 'model' if m['role'] == 'assistant' else m['role'] %}
{{ '<start_of_turn>' + role + '\\n' + m['content'] | trim + '<end_of_turn>\\n' }}{% endfor %}
{% if add_generation_prompt %}{{ '<start_of_turn>model\\n' }}{% endif %}
"""

# An end of turn, and at the end of all an end of text.
TWO_ENDS = """\
{% for m in messages %}{{ '<|' + m.role + '|>\\n' + m.content + '<|end|>\\n' }}{% endfor %}
{% if add_generation_prompt %}{{ '<|assistant|>\\n' }}{% else %}{{ eos_token }}{% endif %}
"""

# Nothing ends an answer.
OPEN = """\
{% for m in messages %}{{ m.role | capitalize + ': ' + m.content + '\\n' }}{% endfor %}
{% if add_generation_prompt %}{{ 'Assistant:' }}{% endif %}
"""

# What trainers mark answers with.
MARKED = """\
{%- for m in messages -%}
  {%- if m.role == 'assistant' -%}
    {{- '<|assistant|>' -}}{%- generation -%}{{- m.content ~ eos_token -}}{%- endgeneration -%}
  {%- else -%}{{- '<|' ~ m.role ~ '|>' ~ m.content -}}{%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}{{- '<|assistant|>' -}}{%- endif -%}
"""
