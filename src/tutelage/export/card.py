"""The dataset card: a README.md that says what a dataset is, how it was made, and what it must not do.

Its head is the YAML of the Hugging Face hub. Whatever comes from a model or a user is escaped, so that no
name can break the head, a table or the page.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from tutelage.export.consumers import slug
from tutelage.export.formats import FORMATS, Column
from tutelage.export.licences import cautions, most_restrictive, read_licence
from tutelage.export.markdown import escaped, one_line, table
from tutelage.export.settings import DatasetFacts, ExportSettings
from tutelage.export.tally import Tally, ranked

LICENCE_FILE = "LICENSE.md"
_SHOWN = 15  # values of a cell key on the card


def card_title(facts: DatasetFacts, settings: ExportSettings) -> str:
    """The first title that somebody gave, on one line."""
    given = settings.title or facts.title or facts.recipe_name
    return one_line(given) or "Untitled dataset"


def card_licence(facts: DatasetFacts, settings: ExportSettings, tally: Tally) -> str:
    """The licence that was set, or else the most restrictive one of examples and parts."""
    return (settings.licence or "").strip() or most_restrictive([*tally.licences, *facts.parts.values()])


def stated_licence(text: str) -> str:
    """The licence in the head of the card ``text``; empty if it has none that can be read."""
    head = re.match(r"---\n(.*?)\n---\n", text, re.DOTALL)
    try:
        stated = yaml.safe_load(head[1]) if head else None
    except yaml.YAMLError:
        return ""
    if not isinstance(stated, dict):
        return ""
    return str(stated.get("license_name") or stated.get("license") or "")


def size_category(examples: int) -> str:
    """The hub's name for a size."""
    names = ("n<1K", "1K<n<10K", "10K<n<100K", "100K<n<1M", "1M<n<10M", "10M<n<100M", "100M<n<1B")
    return next((name for power, name in enumerate(names, start=3) if examples < 10**power), "n>1B")


def _feature(name: str, column: Column) -> dict[str, Any]:
    if column == "text":
        return {"name": name, "dtype": "string"}
    if column == "number":
        return {"name": name, "dtype": "int64"}
    if column == "texts":
        return {"name": name, "list": "string"}
    if column == "pairs":
        return {"name": name, "list": {"list": "string"}}
    return {"name": name, "list": [{"name": key, "dtype": "string"} for key in column]}


def card_head(facts: DatasetFacts, settings: ExportSettings, tally: Tally) -> dict[str, Any]:
    """The hub's metadata. Features are declared, so that ``datasets`` need not guess them."""
    licence = read_licence(card_licence(facts, settings, tally))
    made = _by_a_model(facts, tally)
    head: dict[str, Any] = {"license": licence.hub}
    if licence.hub == "other":
        head |= {"license_name": slug(licence.name).replace("_", "-"), "license_link": LICENCE_FILE}
    languages = list(settings.language) or ([facts.language] if facts.language else [])
    if languages:
        head["language"] = [one_line(code) for code in languages]
    head |= {
        "pretty_name": card_title(facts, settings),
        "tags": [
            *(["synthetic"] if made else []),
            "instruction-tuning",
            "tutelage",
            *_method_tags(facts, tally),
        ],
        "task_categories": ["image-text-to-text" if "llava" in tally.files else "text-generation"],
        "size_categories": [size_category(tally.examples)],
    }
    if made:
        head |= {"annotations_creators": ["machine-generated"], "language_creators": ["machine-generated"]}
    head["configs"] = [
        {
            "config_name": name,
            **({"default": True} if position == 0 else {}),
            "data_files": [{"split": "train", "path": file}],
        }
        for position, (name, file) in enumerate(tally.files.items())
    ]
    head["dataset_info"] = [
        {"config_name": name, "features": [_feature(*column) for column in FORMATS[name].columns.items()]}
        for name in tally.files
    ]
    return head


def _by_a_model(facts: DatasetFacts, tally: Tally) -> bool:
    """Whether a method or teacher is known; of a file from elsewhere nobody can say who wrote it."""
    return bool(facts.method or facts.teachers or tally.methods or tally.teachers)


def _method_tags(facts: DatasetFacts, tally: Tally) -> list[str]:
    methods = {facts.method, *tally.methods} - {""}
    return sorted(slug(name).replace("_", "-") for name in methods)


def card(facts: DatasetFacts, settings: ExportSettings, tally: Tally) -> str:
    """The whole card."""
    head = yaml.safe_dump(card_head(facts, settings, tally), sort_keys=False, allow_unicode=True)
    sections = [
        f"# {escaped(card_title(facts, settings))}",
        _summary(facts, tally),
        _warnings(facts, settings, tally),
        _making(facts, tally),
        _files(tally),
        _coverage(facts, tally),
        _rejections(tally),
        _licences(facts, settings, tally),
        _limits(tally),
        _loading(tally),
    ]
    return f"---\n{head}---\n\n" + "\n\n".join(section for section in sections if section) + "\n"


def _summary(facts: DatasetFacts, tally: Tally) -> str:
    turns = f", {tally.multi_turn:,} of them with several turns" if tally.multi_turn else ""
    noun = "example" if tally.examples == 1 else "examples"
    recipe = f" from the recipe {escaped(facts.recipe_name)}" if facts.recipe_name else ""
    written = f"written by a language model{recipe}" if _by_a_model(facts, tally) else "of unknown origin"
    return f"{tally.examples:,} {noun} for instruction tuning{turns}, {written}."


def _warnings(facts: DatasetFacts, settings: ExportSettings, tally: Tally) -> str:
    found = _cautions(facts, settings, tally)
    if not found:
        return ""
    return "\n".join(["> **Licence warning**", ">", *(f"> - {escaped(each, 600)}" for each in found)])


def _cautions(facts: DatasetFacts, settings: ExportSettings, tally: Tally) -> list[str]:
    parts = [*tally.licences, *facts.parts.values()]
    return cautions(parts, card_licence(facts, settings, tally))


def _making(facts: DatasetFacts, tally: Tally) -> str:
    method = facts.method or ", ".join(name for name, _ in ranked(tally.methods))
    teachers = list(facts.teachers) or [name for name, _ in ranked(tally.teachers)]
    money = "" if facts.cost is None else f"{facts.cost:.4f} {facts.currency}"
    told = {
        "Method": method,
        "Paper": facts.paper,
        "Teacher": ", ".join(teachers),
        "Recipe": facts.recipe_name,
        "Recipe fingerprint": facts.recipe_fingerprint,
        "Filters": ", ".join(facts.filters),
        "Examples wanted": "" if facts.target is None else f"{facts.target:,}",
        "Stopped": facts.stopped,
        "Calls": "" if facts.calls is None else f"{facts.calls:,}",
        "Tokens": "" if facts.tokens is None else f"{facts.tokens:,}",
        "Cost": money,
        "Tutelage": facts.version,
    }
    rows = [(name, escaped(value, 400)) for name, value in told.items() if value]
    return "## How it was made\n\n" + table(("", ""), rows) if rows else ""


def _files(tally: Tally) -> str:
    rows = [
        (f"`{name}`", f"`{file}`", f"{tally.rows[name]:,}", FORMATS[name].purpose)
        for name, file in tally.files.items()
    ]
    shown = table(("configuration", "file", "rows", "for"), rows, numbers=(2,))
    lacking = [f"{count:,} from `{name}`" for name, count in tally.refused.items()]
    but = f" Left out, since a layout cannot carry them: {', '.join(lacking)}." if lacking else ""
    return (
        f"## What is in it\n\nEvery configuration holds the same examples in another layout.{but} "
        "`id` joins a row to `provenance.jsonl`, which says where it comes from; `rejected.jsonl` holds "
        f"what was not kept, and why.\n\n{shown}"
    )


def _coverage(facts: DatasetFacts, tally: Tally) -> str:
    if not tally.cells and not facts.findings:
        return ""
    parts = ["## What it covers"]
    told = [f"- {escaped(label)}: {escaped(text, 400)}" for label, text in facts.findings.items()]
    if told:
        parts.append("\n".join(told))
    for key in sorted(tally.cells):
        counts = ranked(tally.cells[key])
        rows = [(escaped(value), f"{count:,}") for value, count in counts[:_SHOWN]]
        rest = counts[_SHOWN:]
        if rest:
            rows.append((f"*{len(rest):,} more*", f"{sum(count for _, count in rest):,}"))
        parts.append(f"**{escaped(key)}**: {len(counts):,} different")
        parts.append(table((escaped(key), "examples"), rows, numbers=(1,)))
    return "\n\n".join(parts)


def _rejections(tally: Tally) -> str:
    refused = sum(tally.rejected.values())
    total = refused + tally.examples
    if not refused:
        return ""
    rows = [("written", f"{total:,}", "100.0 %")]
    rows += [(f"− {escaped(reason)}", f"{n:,}", _share(n, total)) for reason, n in ranked(tally.rejected)]
    rows.append(("**kept**", f"**{tally.examples:,}**", _share(tally.examples, total)))
    return "## What was rejected\n\n" + table(("", "count", "share"), rows, numbers=(1, 2))


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %"


def _licences(facts: DatasetFacts, settings: ExportSettings, tally: Tally) -> str:
    chosen = escaped(card_licence(facts, settings, tally))
    how = "set by hand" if (settings.licence or "").strip() else "the most restrictive of its parts"
    rows = [(f"{count:,} examples", escaped(name or "unknown")) for name, count in ranked(tally.licences)]
    rows += [(escaped(part), escaped(licence or "unknown")) for part, licence in sorted(facts.parts.items())]
    listed = "\n\n" + table(("part", "licence"), rows) if rows else ""
    return f"## Licences\n\nThe whole: **{chosen}** ({how}).{listed}"


def licence_note(facts: DatasetFacts, settings: ExportSettings, tally: Tally) -> str:
    """The text of the licence file, which the hub wants where a licence is none of its own."""
    notes = "".join(f"\n- {escaped(each, 600)}" for each in _cautions(facts, settings, tally))
    return _licences(facts, settings, tally).replace("## ", "# ", 1) + f"\n{notes}\n"


def _limits(tally: Tally) -> str:
    known = [
        "Text from a language model can be wrong, biased, or out of date; no person has checked every row.",
        "The terms of the teacher may limit what a model trained on its answers may be used for.",
        "No check against test sets was made here; make one before you report a benchmark.",
    ]
    if tally.unseen:
        known.insert(
            0,
            f"In {tally.unseen:,} of the examples the text was written from captions and boxes by a text "
            "model that did not see the image. What they leave out it cannot know, and it may have made "
            "things up.",
        )
    if tally.repaired:
        known.append(
            "Half a surrogate pair, which no UTF-8 file can hold, was replaced by U+FFFD in "
            f"{tally.repaired:,} of the examples."
        )
    return "## Known limits\n\n" + "\n".join(f"- {each}" for each in known)


def _loading(tally: Tally) -> str:
    snippets = [f"`datasets`: `load_dataset(FOLDER, {name!r})`" for name in list(tally.files)[:1]]
    if "prompt-completion" in tally.files:
        snippets.append(
            "TRL: give `SFTTrainer` the configuration `prompt-completion`; its loss is on the answers alone. "
            "On `messages` it would also train on what the user says."
        )
    if tally.files.keys() & {"messages", "alpaca", "sharegpt"}:
        snippets.append("LLaMA-Factory: `dataset_dir: FOLDER`, and a name from its `dataset_info.json`.")
    if "llava" in tally.files:
        snippets.append(
            "LLaVA: `--data_path` is the file (`export.container: json`), `--image_folder` the folder that "
            "the paths in `image` start from. The images are not part of this dataset."
        )
    if tally.files.keys() & {"messages", "sharegpt"}:
        snippets.append("axolotl: put `axolotl.yaml` into your configuration.")
    return "## How to load it\n\n" + "\n".join(f"- {each}" for each in snippets)
