from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from toy import answering
from tutelage.errors import BadInput
from tutelage.filters.duplicate import Duplicate
from tutelage.methods.integrate import Integrate
from tutelage.methods.method import Materials, State
from tutelage.recipe.model import Recipe
from tutelage.recipe.reading import parse
from tutelage.records import Example, Item, Rejection
from tutelage.runs.stages import execute
from tutelage.store.reading import kept_examples
from tutelage.teachers.scripted import Scripted

LABELS = ("ham", "spam")


def csv(folder: Path, count: int = 12, name: str = "mail.csv") -> Path:
    path = folder / name
    rows = [f"letter number {number},{LABELS[number % 2]}" for number in range(count)]
    path.write_text("text,label\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def jsonl(folder: Path, rows: Sequence[dict[str, Any]], name: str = "rows.jsonl") -> Path:
    path = folder / name
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def integrate(path: Path, **settings: Any) -> Integrate:
    return Integrate(data_file=path, **{"family": "classification", "labels": LABELS, **settings})


def items(method: Integrate, seed: int = 1) -> list[Item]:
    return list(method.plan(0, State(seed, 10, Materials())))


def results(method: Integrate, seed: int = 1) -> list[Example | Rejection]:
    return [result for item in items(method, seed) for result in method.rendered(item)]


def examples(method: Integrate, seed: int = 1) -> list[Example]:
    return [each for each in results(method, seed) if isinstance(each, Example)]


def reasons(method: Integrate) -> Counter[str]:
    return Counter(each.reason for each in results(method) if isinstance(each, Rejection))


def test_every_row_becomes_an_example_with_its_origin(tmp_path: Path) -> None:
    found = examples(integrate(csv(tmp_path), licence="MIT", dataset="mail", subset="new"))
    assert [each.output for each in found] == list(LABELS) * 6
    first = found[0]
    assert first.cell["dataset"] == "mail"
    assert first.cell["subset"] == "new"
    assert first.licence == "MIT"
    assert first.teacher == ""
    told = first.lineage
    assert (told["row"], told["answer_choices"], told["answer"]) == ("mail.csv:2", list(LABELS), 0)
    assert told["metrics"] == ["accuracy"]
    assert told["template"]["id"] == first.cell["template"]
    assert len(told["template"]["fingerprint"]) == 32


def test_the_minus_one_trap_end_to_end(tmp_path: Path) -> None:
    """An unlabelled row must never be taught with the last choice as its answer."""
    bad = [-1, None, "", 2, -2, "1", 1.0, "eggs"]
    path = jsonl(tmp_path, [{"text": f"letter {number}", "label": each} for number, each in enumerate(bad)])
    method = integrate(path, templates="all", inverse="also", options="both")
    assert examples(method) == []
    assert set(reasons(method)) == {"label:unlabelled", "label:out_of_range"}
    templates = len(method.bank.templates)
    assert reasons(method)["label:unlabelled"] == 3 * templates


def test_ids_follow_from_content_never_from_the_row_number(tmp_path: Path) -> None:
    path = csv(tmp_path)
    before = {each.instruction: each.id for each in examples(integrate(path))}
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([lines[0], "a new one,ham", *lines[1:]]) + "\n", encoding="utf-8")
    after = {each.instruction: each.id for each in examples(integrate(path))}
    assert before.items() <= after.items()
    assert len(after) == len(before) + 1


def test_equal_rows_have_items_of_their_own(tmp_path: Path) -> None:
    path = jsonl(tmp_path, [{"text": "a", "label": 0}] * 3)
    found = items(integrate(path, templates="all"))
    assert len({item.id for item in found}) == len(found)


def test_how_many_templates_a_row_gets(tmp_path: Path) -> None:
    path = csv(tmp_path, 30)
    assert len(items(integrate(path))) == 30
    assert len({item.cell["template"] for item in items(integrate(path))}) > 2
    assert len(items(integrate(path, templates=2))) == 60
    assert len(items(integrate(path, templates="all"))) == 150
    named = items(integrate(path, templates=("filing", "which_label")))
    assert Counter(item.cell["template"] for item in named) == {"filing": 30, "which_label": 30}
    assert [item.id for item in items(integrate(path))] == [item.id for item in items(integrate(path))]


def test_a_cap_is_split_over_templates_and_holds_for_each_dataset(tmp_path: Path) -> None:
    paths = (csv(tmp_path, 60, "a.csv"), csv(tmp_path, 60, "b.csv"))
    method = Integrate(data_files=paths, family="classification", labels=LABELS, templates="all", cap=12)
    counts = Counter((item.cell["dataset"], item.cell["template"]) for item in items(method))
    for dataset in ("a", "b"):
        shares = [count for (name, _), count in counts.items() if name == dataset]
        assert sum(shares) == 12
        assert max(shares) - min(shares) <= 1
    assert [item.id for item in items(method)] == [item.id for item in items(method)]
    rows = [item.payload["place"] for item in items(method) if item.cell["dataset"] == "a"]
    assert (
        int(max(rows, key=lambda each: int(each.split(":")[1])).split(":")[1]) > 30
    )  # not the first rows only


def test_options_shown_hidden_or_drawn(tmp_path: Path) -> None:
    path = csv(tmp_path, 40)
    modes = ("show", "hide", "both")
    made = {mode: examples(integrate(path, options=mode)) for mode in modes}
    shown = {mode: [each.lineage["options"] for each in made[mode]] for mode in modes}
    assert all(shown["show"])
    assert not any(shown["hide"])
    assert 5 < sum(shown["both"]) < 35
    hidden = examples(integrate(path, options="hide"))
    assert not any("Options:" in each.instruction for each in hidden)
    assert all("ham" in each.instruction for each in examples(integrate(path, options="show")))


def test_worked_examples_are_other_rows_through_the_same_template(tmp_path: Path) -> None:
    rows = [{"text": f"letter <{number % 9}>", "label": number % 9 % 2} for number in range(18)]
    method = integrate(jsonl(tmp_path, rows), shots=3, templates="all", options="show")
    keys = {item.id: item for item in items(method)}
    for each in examples(method):
        own = keys[each.item].payload["row"]["text"]
        assert each.instruction.count(own) == 1  # never the row itself, nor its equal
        assert each.instruction.count("letter <") == 4
        assert len(set(each.lineage["shots"])) == 3
    assert examples(method)[0].instruction == examples(method)[0].instruction
    assert [e.instruction for e in examples(method, 1)] != [e.instruction for e in examples(method, 2)]


def test_a_lone_row_has_no_worked_example(tmp_path: Path) -> None:
    assert reasons(integrate(jsonl(tmp_path, [{"text": "a", "label": 0}] * 2), shots=1)) == {
        "shots:none_fits": 2
    }


def test_question_and_answer_turned_around(tmp_path: Path) -> None:
    (first, *_) = examples(integrate(csv(tmp_path), inverse="only"))
    assert first.output == "letter number 0"
    assert "ham" in first.instruction
    assert first.lineage["answer_choices"] == []


def test_the_way_to_the_answer(tmp_path: Path) -> None:
    rows = [{"text": "a", "label": 0, "why": "It is short."}, {"text": "b", "label": 1, "why": ""}]
    method = integrate(jsonl(tmp_path, rows), rationale="why")
    assert [each.output for each in examples(method)] == ["It is short.\n\nThe answer is: ham"]
    assert reasons(method) == {"template:missing_field": 1}


def test_chinese(tmp_path: Path) -> None:
    rows = [{"评论": f"第{number}封信写得很好", "标签": number % 2} for number in range(20)]
    method = integrate(
        jsonl(tmp_path, rows),
        language="zh",
        labels=("负面", "正面"),
        columns={"text": "评论", "label": "标签"},
        shots=1,
        options="show",
    )
    found = examples(method)
    assert len(found) == 20
    assert [each.output for each in found] == ["负面", "正面"] * 10
    assert all("选项：" in each.instruction or "负面还是正面" in each.instruction for each in found)


def test_multiple_choice_from_a_table(tmp_path: Path) -> None:
    path = tmp_path / "quiz.tsv"
    path.write_text("q\tA\tB\tkey\n2+2?\t3\t4\tB\nSky?\tblue\tred\tA\nWhat?\tx\ty\tC\n", encoding="utf-8")
    columns = {"question": "q", "choices": ("A", "B"), "label": "key"}
    method = Integrate(data_file=path, family="multiple_choice", columns=columns)
    assert [each.output for each in examples(method)] == ["4", "blue"]
    assert reasons(method) == {"label:out_of_range": 1}


def test_promptsource_templates_by_dataset(tmp_path: Path, shared_data: Path) -> None:
    path = tmp_path / "reviews.csv"
    path.write_text("text,label\nFine.,1\nAwful.,0\nNobody knows.,-1\n", encoding="utf-8")
    folder = shared_data / "promptsource"
    method = Integrate(data_file=path, templates_files=(folder,), dataset="imdb", templates="all")
    assert len(method.bank.templates) == 11
    assert len(examples(method)) == 22
    assert reasons(method) == {"label:unlabelled": 11}
    assert all(each.lineage["metrics"] == ["Accuracy"] for each in examples(method))
    with pytest.raises(BadInput, match="for 12 datasets"):
        Integrate(data_file=path, templates_files=(folder,)).check()


def test_tasks_of_super_natural_instructions(tmp_path: Path) -> None:
    path = tmp_path / "task7_add.json"
    shown = [{"input": f"{n} {n}", "output": f"{2 * n}", "explanation": "so"} for n in range(5)]
    task = {
        "Definition": ["Add the numbers."],
        "Positive Examples": shown,
        "Instances": [{"input": "1 1", "output": ["2", "two"]}, {"input": "9 9", "output": ["18"]}],
        "Instance License": ["MIT"],
    }
    path.write_text(json.dumps(task), encoding="utf-8")
    first, last = examples(Integrate(data_file=path, shots=2))
    assert first.instruction.startswith("Add the numbers.\n\nInput: 0 0\nOutput: 0\n\nInput: 2 2")
    assert first.instruction.endswith("Input: 1 1\nOutput:")
    assert (first.output, last.output, first.licence) == ("2", "18", "MIT")
    assert first.cell["dataset"] == "task7_add"
    every = examples(Integrate(data_file=path, targets="every"))
    assert [each.output for each in every] == ["2", "two", "18"]
    assert len({each.id for each in every}) == 3


def check(method: Integrate) -> None:
    asyncio.run(method.prepare(None, 1))  # type: ignore[arg-type]  # it asks nobody


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"labels": ()}, "names of the labels"),
        ({"family": "summarise"}, "no template fits the columns"),
        ({"templates": ("nope",)}, "no template called 'nope'"),
        ({"family": ""}, "cannot be read as a task"),
        ({"family": "", "templates_file": Path("nowhere.yaml")}, "no such file of templates"),
    ],
)
def test_what_cannot_work_is_told_before_anything_is_written(
    tmp_path: Path, settings: Any, said: str
) -> None:
    with pytest.raises(BadInput, match=said):
        check(integrate(csv(tmp_path), **settings))


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"family": "clasification"}, "no task family"),
        ({"templates_file": Path("a.yaml")}, "given twice"),
        ({"data_file": None}, "no data"),
        ({"prompts": {"optons": "x"}}, "no step called 'optons'"),
    ],
)
def test_settings_that_contradict(tmp_path: Path, settings: Any, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        Integrate(**{"data_file": csv(tmp_path), "family": "classification", **settings})


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16", "gb18030"])
def test_wrong_encodings_are_told(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "mail.csv"
    path.write_bytes("text,label\nnaïve 信,ham\n".encode(encoding, "ignore"))
    with pytest.raises(BadInput, match=r"not UTF-8|is UTF-16") as caught:
        check(integrate(path))
    assert str(path) in caught.value.where


def test_templates_that_loop_or_raise_cost_their_row_only(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(
        "loops: {prompt: '{% for a in range(9999) %}{% for b in range(99) %}{% endfor %}{% endfor %}',"
        " target: x}\n"
        "raises: {prompt: '{{ 1 / (text | length - text | length) }}', target: x}\n"
        "long: {prompt: '{{ text * 9000 }}', target: x}\n"
        "good: {prompt: '{{ text }}', target: '{{ label }}'}\n",
        encoding="utf-8",
    )
    method = integrate(csv(tmp_path, 2), family="", templates_file=path, templates="all")
    assert len(examples(method)) == 2
    assert reasons(method) == {
        "template:too_many_steps": 2,
        "template:failed": 2,
        "template:too_long": 2,
    }


def recipe(path: Path, **settings: Any) -> Recipe:
    teacher = Scripted.of(answering(), label="never asked", licence="MIT")
    return Recipe(
        name="mail",
        teacher=teacher,
        method=integrate(path, **settings),
        filters=(Duplicate(on="row"),),
        target=8,
    )


def test_a_whole_run_asks_nobody_and_claims_no_licence_of_the_teacher(tmp_path: Path) -> None:
    result = asyncio.run(execute(recipe(csv(tmp_path), shots=1), tmp_path / "run"))
    assert (result.state, result.accepted, result.sent) == ("finished", 8, 0)
    kept = list(kept_examples(tmp_path / "run"))
    assert [each.output for each in kept] == list(LABELS) * 4
    assert {each.licence for each in kept} == {"unknown"}
    card = (tmp_path / "run" / "dataset" / "README.md").read_text(encoding="utf-8")
    assert "never asked" not in card
    again = asyncio.run(execute(recipe(csv(tmp_path), shots=1), tmp_path / "again"))
    assert [each.id for each in kept_examples(again.out)] == [each.id for each in kept]


def test_a_recipe_needs_no_teacher(tmp_path: Path) -> None:
    csv(tmp_path)
    method = "{kind: integrate, data_file: mail.csv, family: classification, labels: [ham, spam]}"
    parsed = parse(f"target: 3\nmethod: {method}\n", "recipe.yaml", folder=tmp_path)
    assert isinstance(parsed.method, Integrate)
    assert parsed.method.data_file == (tmp_path / "mail.csv").resolve()


def test_a_blank_field_is_refused_by_name(tmp_path: Path) -> None:
    rows = [{"text": each, "label": 1} for each in ("", " \n", None, "a letter")]
    method = integrate(jsonl(tmp_path, rows), templates="all")
    assert len(examples(method)) == len(method.bank.templates)
    assert reasons(method) == {"template:empty_field": 3 * len(method.bank.templates)}
    assert "'text' is ''" in next(each.detail for each in results(method) if isinstance(each, Rejection))


def test_a_wrong_column_is_named_with_the_nearest(tmp_path: Path) -> None:
    path = jsonl(tmp_path, [{"message": "Buy now!", "label": 1}])
    with pytest.raises(BadInput, match="no column 'mesage' for 'text' among 'label', 'message'") as caught:
        integrate(path, columns={"text": "mesage"})
    assert "message" in caught.value.remedy
    with pytest.raises(BadInput, match="'text' is not among 'label', 'message'") as caught:
        integrate(path)
    assert "labels" not in str(caught.value)
