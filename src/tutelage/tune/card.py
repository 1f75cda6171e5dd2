"""The model card: what the student is, what it was made of, what it came to, and how to serve it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from tutelage.models.student import Student
from tutelage.tune.result import TuneResult

FILE = "README.md"
_LICENCES = {"smollm2": "apache-2.0"}  # of bases that come with a package of ours


def base_licence(base: str, config: Mapping[str, Any] | None = None) -> str:
    """The licence of the base where it is known, else an empty string."""
    return str((config or {}).get("license") or _LICENCES.get(base, ""))


def card(student: Student, result: TuneResult, licence: str = "") -> str:
    """The card as Markdown with YAML front matter, as model hubs read it."""
    head: dict[str, Any] = {"base_model": _public(student.base), "library_name": "transformers"}
    head |= {"pipeline_tag": "text-generation", "tags": ["tutelage", "sft", str(student.method["kind"])]}
    if licence:
        head = {"license": licence, **head}
    about = f"{_public(student.base)}, tuned with {student.method['kind']} on {result.examples} examples"
    parts = [
        f"---\n{yaml.safe_dump(head, sort_keys=False, allow_unicode=True)}---",
        f"# {result.out.resolve().name}",
        f"A student of {about}.",
        _licence_note(student, licence),
        _figures(result),
        _checkpoints(result),
        _making(student, result),
        _serving(student, result.out.resolve().name),
        _limits(result),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _figures(result: TuneResult) -> str:
    rows = "held-out rows" if result.measured_on == "held_out" else "training rows (nothing was held out)"
    lines = [
        ("Loss before", f"{result.loss_before:.4f} ({rows}, nats a trained token)"),
        ("Loss after", f"{result.loss_after:.4f}"),
        ("Training loss before, after", f"{result.train_loss_before:.4f}, {result.train_loss_after:.4f}"),
        ("Trainable parameters", f"{result.trainable:,} of {result.parameters:,}"),
        ("Examples", f"{result.examples:,} trained on, {result.held_out:,} held out"),
        ("Left out", f"{result.dropped:,} dropped, {result.truncated:,} cut, {result.copies:,} near copies"),
        (
            "Updates",
            f"{result.steps:,}, of {result.tokens:,} tokens in all ({result.trained_tokens:,} trained)",
        ),
        ("Speed", f"{result.tokens_per_second:,.0f} tokens a second"),
    ]
    return f"## Figures\n\n{_table(('figure', 'value'), lines)}\n\n![The loss curve](curve.svg)"


def _checkpoints(result: TuneResult) -> str:
    if not result.scores:
        return ""
    scored = any("score" in line for line in result.scores)
    head = ["update", "held-out loss", "training loss", *(["score"] if scored else [])]
    lines = [
        [
            f"**{line['step']}**" if line["step"] == result.chosen else str(line["step"]),
            _number(line.get("held_out_loss")),
            _number(line.get("train_loss")),
            *([_number(line.get("score"))] if scored else []),
        ]
        for line in result.scores
    ]
    told = f"Update {result.chosen} was kept, by {result.chosen_by}."
    return f"## Checkpoints\n\n{told}{_selection(result.selection)}\n\n{_table(head, lines)}"


def _selection(found: Mapping[str, Any]) -> str:
    """What the best score is worth, given that it is the best of several."""
    if not found:
        return ""
    low, high = found["interval"]
    return (
        f" By {found['judge']} it wins {found['apparent']:.1f} % of {found['n']} held-out questions against"
        f" the reference answers. It was chosen as the best of {found['looks']} on the same questions;"
        f" corrected for that it is {found['corrected']:.1f} % (95 % interval {low:.1f} to {high:.1f})."
        f" A resample of the questions chooses the same one {found['stability']:.0%} of the time."
    )


def _making(student: Student, result: TuneResult) -> str:
    facts = {
        "base": {"name": _public(student.base), "digest": student.base_digest},
        "data": dict(student.data),
        "method": dict(student.method),
        "recipe": {key: value for key, value in student.recipe.items() if key not in ("base", "method")},
        "template": {key: student.template.get(key) for key in ("name", "bos", "eos")},
        "precision": result.dtype,
        "packing": result.packing,
    }
    return f"## How it was made\n\n```yaml\n{yaml.safe_dump(facts, sort_keys=False, allow_unicode=True)}```"


def _serving(student: Student, name: str) -> str:
    lines = [f"tutelage chat {name}", f"tutelage serve {name}"]
    if student.gguf:
        lines.append(f"llama-server -m {name}/{student.gguf} --jinja")
    told = "The template is in `template.jinja`; another one at serving time gives worse answers."
    if student.merged:
        told += " `model/` holds plain weights, which transformers and vLLM load."
    return "## How to serve it\n\n```sh\n" + "\n".join(lines) + f"\n```\n\n{told}"


def _limits(result: TuneResult) -> str:
    notes = [
        *result.notes,
        "A lower loss says that the student writes more like its data, not that it is better.",
    ]
    return "## Limits\n\n" + "\n".join(f"- {note}" for note in notes)


def _licence_note(student: Student, licence: str) -> str:
    if licence:
        return f"The base is under {licence}; the student inherits its terms, and those of its data."
    return f"The licence of {_public(student.base)} is not known here: look it up before you pass this on."


def _public(base: str) -> str:
    """The base without the folders of the machine on which it lay."""
    return Path(base).name if Path(base).is_absolute() else base


def _number(value: Any) -> str:
    return "–" if value is None else f"{value:.4f}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])
