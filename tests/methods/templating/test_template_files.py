from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any

import pytest

from tutelage.errors import BadInput
from tutelage.methods.templating.template_files import (
    FAMILIES,
    INVERSE,
    TASK,
    family,
    of_dataset,
    read_templates,
)
from tutelage.methods.templating.templates import Template

FIELDS: dict[str, dict[str, Any]] = {
    "classification": {"text": "See you at noon.", "label": 1, "labels": ["spam", "ham"]},
    "pair_classification": {"first": "A", "second": "B", "label": 0, "labels": ["same", "other"]},
    "multiple_choice": {"question": "2 + 2?", "choices": ["3", "4", "5"], "label": "B"},
    "extractive_qa": {"context": "The mill is old.", "question": "What is old?", "answer": "The mill"},
    "summarise": {"document": "It rained all day long.", "summary": "Rain."},
    "translate": {
        "source": "Good day",
        "translation": "你好",
        "source_language": "English",
        "target_language": "Chinese",
    },
    "generate": {"data": ["dog", "ball"], "text": "The dog has a ball."},
    "rewrite": {"text": "gimme that", "rewritten": "Please give it to me.", "style": "polite"},
    TASK: {"definition": "Add.", "input": "1 1", "outputs": ["2", "two"], "examples": []},
}
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def render(template: Template, fields: dict[str, Any]) -> Any:
    return template.render(fields, random.Random(1), lambda choices: "|".join(choices))


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", [*FAMILIES, TASK])
def test_every_template_that_we_ship_renders(name: str, language: str) -> None:
    templates = family(name, language)
    for template in templates:
        done = render(template, FIELDS[name])
        assert not re.search(r"\n\n\n", done.prompt), template.name
        assert done.answer is not None or not template.metrics or "accuracy" not in template.metrics
        if template.ranked and template.choices:
            assert done.targets == (done.choices[1 if name != "pair_classification" else 0],)
        assert language == "zh" or not CHINESE.search(template.text)
    chinese = [bool(CHINESE.search(each.text)) for each in templates]
    assert (language == "zh") == (sum(chinese) > len(chinese) / 2)
    if name != TASK:
        plain = [each for each in templates if not each.name.endswith(INVERSE)]
        assert 4 <= len(plain) <= 8
        assert len(templates) > len(plain)
        assert len({render(each, FIELDS[name]).prompt for each in plain}) == len(plain)


@pytest.mark.parametrize("name", [*FAMILIES, TASK])
def test_both_languages_have_the_same_templates(name: str) -> None:
    english, chinese = family(name, "en"), family(name, "zh")
    assert [(each.name, each.needs, each.metrics) for each in english] == [
        (each.name, each.needs, each.metrics) for each in chinese
    ]


def test_style_may_be_left_out() -> None:
    fields = {name: value for name, value in FIELDS["rewrite"].items() if name != "style"}
    for template in family("rewrite", "en"):
        assert "polite" not in render(template, fields).prompt


def test_every_right_output_of_a_task() -> None:
    (template,) = family(TASK, "en")
    assert render(template, FIELDS[TASK]).targets == ("2", "two")


def test_an_unknown_family_has_a_neighbour() -> None:
    with pytest.raises(BadInput) as caught:
        family("sumarise", "en")
    assert "summarise" in caught.value.remedy


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "own.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_our_own_format(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "mood:\n  prompt: 'Mood of {{ text }}?'\n  target: '{{ answer_choices[label] }}'\n"
        "  choices: [bad, 'good {x}', 'so {{so}}']\n  metrics: [accuracy]\n"
        "  inverse: {prompt: 'Write.', target: '{{ text }}'}\n",
    )
    mood, inverse = read_templates(path)
    done = render(mood, {"text": "x", "label": 2})
    assert (done.prompt, done.targets, done.choices) == (
        "Mood of x?",
        ("so {{so}}",),
        ("bad", "good {x}", "so {{so}}"),
    )
    turned = render(inverse, {"text": "x", "label": 1})
    assert (inverse.name, turned.targets, turned.choices) == (f"mood{INVERSE}", ("x",), ())
    assert (mood.original, inverse.original) == (True, False)


@pytest.mark.parametrize(
    ("text", "said", "remedy"),
    [
        ("", "holds no templates", ""),
        ("- a\n", "holds no templates", ""),
        ("a: [\n", "not valid YAML", ""),
        ("a: b\n", "'a' cannot be read", "prompt and target"),
        ("a: {prompt: x}\n", "target: Field required", ""),
        ("a: {prompt: x, target: y, chioces: [p]}\n", "chioces", "did you mean 'choices'"),
        ("a: {prompt: x, target: y, choices: [yes, no]}\n", "found True", "quotation marks"),
        ("a: {prompt: '{{ x', target: y}\n", "'a' is not valid", ""),
    ],
)
def test_bad_files_are_told(tmp_path: Path, text: str, said: str, remedy: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(BadInput, match=re.escape(said)) as caught:
        read_templates(path)
    assert str(path) in caught.value.where
    assert remedy in caught.value.remedy


def test_other_encodings_and_missing_files(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_bytes("a: {prompt: é, target: y}\n".encode("latin-1"))
    with pytest.raises(BadInput, match="cannot be read"):
        read_templates(path)
    with pytest.raises(BadInput) as caught:
        read_templates(tmp_path / "onw.yaml")
    assert "own.yaml" in caught.value.remedy
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadInput, match="folder holds no templates"):
        read_templates(tmp_path / "empty")


def test_of_several_datasets_one_is_meant() -> None:
    three = [
        Template("a", "x", dataset="glue", subset="rte"),
        Template("b", "x", dataset="glue", subset="mrpc"),
    ]
    three.append(Template("c", "x", dataset="imdb"))
    assert [each.name for each in of_dataset(three, "imdb", "")] == ["c"]
    assert [each.name for each in of_dataset(three, "glue", "rte")] == ["a"]
    assert of_dataset(three[:1], "", "") == three[:1]
    for dataset in ("", "glue", "squad"):
        with pytest.raises(BadInput, match="for 3 datasets"):
            of_dataset(three, dataset, "")
