from __future__ import annotations

import itertools
from collections import Counter
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tutelage.export.card import card, card_head, size_category, stated_licence
from tutelage.export.markdown import escaped, one_line, table
from tutelage.export.settings import DatasetFacts, ExportSettings
from tutelage.export.tally import Tally

FILES = {"prompt-completion": "prompt-completion.jsonl", "alpaca": "alpaca.jsonl"}


def tally(**changes: Any) -> Tally:
    return Tally(**({"examples": 2, "files": FILES, "rows": Counter(alpaca=2)} | changes))


def head_of(text: str) -> dict[str, Any]:
    start, head, _ = text.split("---\n", 2)
    assert start == ""
    parsed = yaml.safe_load(head)
    assert isinstance(parsed, dict)
    return parsed


def tokens(markdown: str) -> list[Any]:
    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown)


def cells(markdown: str) -> list[str]:
    found = tokens(markdown)
    return [
        "".join(child.content if child.type == "text" else f"<{child.type}>" for child in token.children)
        for before, token in itertools.pairwise(found)
        if before.type in ("td_open", "th_open")
    ]


def test_the_head_has_what_the_hub_wants() -> None:
    facts = DatasetFacts(title="Notes", method="skillmix", language="no", parts={"teacher": "MIT"})
    head = head_of(card(facts, ExportSettings(), tally(licences=Counter({"apache-2.0": 2}))))
    assert head["license"] == "apache-2.0"
    assert head["language"] == ["no"]  # quoted, for in YAML 1.1 it would be false
    assert head["pretty_name"] == "Notes"
    assert {"synthetic", "skillmix"} <= set(head["tags"])
    assert head["task_categories"] == ["text-generation"]
    assert head["size_categories"] == ["n<1K"]
    assert head["annotations_creators"] == head["language_creators"] == ["machine-generated"]
    assert head["configs"] == [
        {
            "config_name": "prompt-completion",
            "default": True,
            "data_files": [{"split": "train", "path": "prompt-completion.jsonl"}],
        },
        {"config_name": "alpaca", "data_files": [{"split": "train", "path": "alpaca.jsonl"}]},
    ]
    assert [part["config_name"] for part in head["dataset_info"]] == list(FILES)


def test_who_wrote_a_file_from_elsewhere_is_not_guessed() -> None:
    text = card(DatasetFacts(), ExportSettings(), tally())
    assert "of unknown origin" in text
    assert "synthetic" not in head_of(text)["tags"]
    assert "annotations_creators" not in head_of(text)


def test_a_licence_that_the_hub_does_not_know_gets_a_name_and_a_file() -> None:
    head = card_head(DatasetFacts(), ExportSettings(licence="Acme Data Terms v2"), tally())
    assert head["license"] == "other"
    assert head["license_name"] == "acme-data-terms-v2"
    assert head["license_link"] == "LICENSE.md"


def test_an_unknown_part_is_warned_of_even_when_a_licence_was_set() -> None:
    text = card(DatasetFacts(), ExportSettings(licence="mit"), tally(licences=Counter({"unknown": 2})))
    assert head_of(text)["license"] == "mit"
    assert "> **Licence warning**" in text
    assert "unknown" in text.split("Licence warning")[1].split("## ")[0]
    assert "set by hand" in text


def test_known_licences_need_no_warning() -> None:
    text = card(DatasetFacts(), ExportSettings(), tally(licences=Counter({"mit": 2})))
    assert "warning" not in text


def test_the_waterfall_adds_up() -> None:
    refused = Counter({"novelty:too_similar": 5, "parse:no_answer": 3})
    text = card(DatasetFacts(), ExportSettings(), tally(rejected=refused))
    part = text.split("## What was rejected")[1].split("## ")[0]
    rows = [line.split(" | ") for line in part.splitlines() if line.startswith("| ")][2:]
    counts = [int(row[1].strip("* ")) for row in rows]
    assert counts[0] == 10 == sum(counts[1:])
    assert counts[1:-1] == [5, 3]
    assert rows[-1][2].startswith("20.0 %")


def test_values_of_a_cell_are_counted_and_the_rest_summed() -> None:
    skills = Counter({f"skill {number:02}": 20 - number for number in range(18)})
    text = card(DatasetFacts(), ExportSettings(), tally(cells={"skills": skills}))
    assert "18 different" in text
    assert "| skill 00 | 20 |" in text
    assert "| *3 more* | 12 |" in text
    assert "skill 15" not in text


def test_what_was_not_told_is_not_shown() -> None:
    text = card(DatasetFacts(), ExportSettings(), tally())
    for word in ("Cost", "Calls", "Stopped", "None", "Recipe fingerprint"):
        assert word not in text
    told = card(DatasetFacts(calls=5, cost=0.25, stopped="budget"), ExportSettings(), tally())
    for line in ("| Calls | 5 |", "| Cost | 0.2500 USD |", "| Stopped | budget |"):
        assert line in told


@given(data=st.data())
def test_no_name_breaks_head_tables_or_page(hostile: Any, data: st.DataObject) -> None:
    name = data.draw(hostile)
    facts = DatasetFacts(
        title=name, recipe_name=name, method=name, teachers=[name], parts={name: name}, language=name
    )
    counts = Counter({name: 2})
    plain = card(DatasetFacts(), ExportSettings(), tally(cells={"k": Counter(v=2)}, rejected=Counter(r=2)))
    text = card(facts, ExportSettings(), tally(cells={name: counts}, rejected=counts, licences=counts))
    assert head_of(text)["configs"] == head_of(plain)["configs"]
    assert head_of(text)["pretty_name"] == (one_line(name) or "Untitled dataset")
    text.encode("utf-8")
    body = text.split("---\n", 2)[2]
    kinds = {child.type for token in tokens(body) for child in token.children or [token]}
    assert not kinds & {"html_inline", "html_block", "image", "link_open", "s_open", "em_open"}
    assert [t.content for t in tokens(body) if t.type == "heading_open" and t.tag == "h1"] == [""]


@given(data=st.data())
def test_escaped_text_is_shown_as_it_is_in_a_table(hostile: Any, data: st.DataObject) -> None:
    name = data.draw(hostile)
    assert cells(table(("a", "b"), [(escaped(name), "x")])) == ["a", "b", one_line(name), "x"]


def test_long_text_is_cut_with_an_ellipsis() -> None:
    assert one_line("x" * 500, 10) == "x" * 9 + "…"


@pytest.mark.parametrize(
    ("count", "name"),
    [(0, "n<1K"), (999, "n<1K"), (1_000, "1K<n<10K"), (99_999, "10K<n<100K"), (10**9, "n>1B")],
)
def test_size_categories(count: int, name: str) -> None:
    assert size_category(count) == name


def test_the_licence_of_a_card_can_be_read_back() -> None:
    settings = ExportSettings(licence="Acme Terms")
    assert stated_licence(card(DatasetFacts(), settings, tally())) == "acme-terms"
    assert stated_licence(card(DatasetFacts(), ExportSettings(licence="MIT"), tally())) == "mit"
    for text in ("", "no head", "---\n: [\n---\n", "---\n- a\n---\n"):
        assert stated_licence(text) == ""
