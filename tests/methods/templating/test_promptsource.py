from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tutelage.errors import BadInput
from tutelage.methods.templating.promptsource import is_promptsource
from tutelage.methods.templating.template_files import read_templates
from tutelage.methods.templating.templates import NotRendered, Template

# Rows that we made up, in the shape of each dataset.
ROWS: dict[str, list[dict[str, Any]]] = {
    "ag_news": [{"text": "A team won the cup.", "label": 1}],
    "common_gen": [{"concepts": ["dog", "ball", "park"], "target": "A dog fetches a ball in the park."}],
    "commonsense_qa": [
        {
            "question": "Where does one keep milk?",
            "choices": {"label": ["A", "B", "C"], "text": ["shelf", "fridge", "oven"]},
            "answerKey": "B",
        }
    ],
    "dbpedia_14": [{"title": "Oak", "content": "An oak is a tree.", "label": 10}],
    "gigaword": [{"document": "the mill burnt down on friday .", "summary": "mill burns"}],
    "glue/mrpc": [{"sentence1": "He ran.", "sentence2": "He was running.", "label": 1}],
    "glue/rte": [{"sentence1": "A cat sleeps.", "sentence2": "An animal sleeps.", "label": 0}],
    "imdb": [{"text": "I liked every minute.", "label": 1}],
    "squad": [
        {
            "context": "The bridge is 40 m long.",
            "question": "How long is the bridge?",
            "answers": {"text": ["40 m"], "answer_start": [14]},
        }
    ],
    "super_glue/boolq": [{"passage": "Frogs swim.", "question": "do frogs swim", "label": 1}],
    "trec": [
        {"text": "Which river is longest?", "label_coarse": coarse, "label_fine": fine}
        for coarse, fine in ((5, 14), (4, 45), (1, 19), (0, 7), (2, 3), (3, 4))
    ],
    "xsum": [{"document": "A long report about rain.", "summary": "It rained."}],
}


@pytest.fixture(scope="module")
def by_dataset(shared_data: Path) -> dict[str, list[Template]]:
    found: dict[str, list[Template]] = {}
    for template in read_templates(shared_data / "promptsource"):
        name = "/".join(part for part in (template.dataset, template.subset) if part)
        found.setdefault(name, []).append(template)
    return found


def outcome(template: Template, row: dict[str, Any]) -> str:
    try:
        done = template.render(row, random.Random(1))
    except NotRendered as refused:
        return refused.reason
    assert done.prompt
    assert all(done.targets)
    return "rendered"


def test_every_template_renders_on_a_row_of_its_shape(by_dataset: dict[str, list[Template]]) -> None:
    assert by_dataset.keys() == ROWS.keys()
    assert sum(map(len, by_dataset.values())) == 101
    for name, templates in by_dataset.items():
        for template in templates:
            outcomes = Counter(outcome(template, row) for row in ROWS[name])
            assert outcomes["rendered"], (name, template.name, outcomes)
            assert set(outcomes) <= {"rendered", "template:skips_row"}


def test_every_template_refuses_rows_without_a_label(by_dataset: dict[str, list[Template]]) -> None:
    refused = 0
    for name, templates in by_dataset.items():
        for template in templates:
            for label in template.needs.indices:
                for value in (-1, None, 99, -7, "1", 1.5):
                    outcomes = {outcome(template, {**row, label: value}) for row in ROWS[name]}
                    assert "rendered" not in outcomes, (name, template.name, value)
                    assert outcomes <= {"label:unlabelled", "label:out_of_range", "template:skips_row"}
                    refused += 1
    assert refused > 250


def test_every_template_names_a_field_that_is_missing(by_dataset: dict[str, list[Template]]) -> None:
    for templates in by_dataset.values():
        for template in templates:
            assert outcome(template, {}) == "template:missing_field"


def test_metadata_is_kept(by_dataset: dict[str, list[Template]]) -> None:
    first = next(each for each in by_dataset["imdb"] if each.name == "Reviewer Opinion bad good choices")
    assert (first.metrics, first.original, first.shows_choices) == (("Accuracy",), True, True)
    assert not all(each.original for each in by_dataset["squad"])
    assert len({each.id for templates in by_dataset.values() for each in templates}) == 101


def test_no_field_is_cut(by_dataset: dict[str, list[Template]]) -> None:
    text = "word " * 2_000
    done = by_dataset["xsum"][0].render({"document": text, "summary": "s"}, random.Random(1))
    assert text.strip() in done.prompt


TAGS = """\
dataset: letters
templates:
  one: !Template
    answer_choices: no ||| yes
    jinja: "{{ text }} ||| {{ answer_choices[label] }}"
    metadata: !TemplateMetadata {choices_in_prompt: null, metrics: [], original_task: true}
    name: NAME
"""


def test_the_tags_need_no_package(tmp_path: Path) -> None:
    path = tmp_path / "templates.yaml"
    path.write_text(TAGS, encoding="utf-8")
    (template,) = read_templates(path)
    assert (template.name, template.dataset, template.subset, template.own) == ("NAME", "letters", "", False)


def test_no_other_tag_is_carried_out(tmp_path: Path) -> None:
    path = tmp_path / "templates.yaml"
    path.write_text("a: !!python/object/apply:os.getcwd []\n", encoding="utf-8")
    with pytest.raises(BadInput, match="could not determine a constructor"):
        read_templates(path)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("    name: NAME\n", "", "lacks a text"),
        ("{{ text }}", "{{ text", "template 'NAME' is not valid"),
        ("{{ text }}", "{% for %}", "template 'NAME' is not valid"),
    ],
)
def test_a_bad_template_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = tmp_path / "templates.yaml"
    path.write_text(TAGS.replace(old, new), encoding="utf-8")
    with pytest.raises(BadInput, match=said) as caught:
        read_templates(path)
    assert str(path) in caught.value.where


def test_our_own_format_is_not_taken_for_it() -> None:
    assert not is_promptsource({"templates": {"prompt": "a", "target": "b"}})
    assert not is_promptsource(["a"])
