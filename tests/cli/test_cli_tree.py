"""``tutelage tree``: both ways, both forms, and nothing overwritten that is not ours."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tutelage.cli.tree import command
from tutelage.errors import BadInput
from tutelage.methods.trees.tree import Node, Tree, read_tree, render_tree

TREE = Tree(
    Node(
        "Poetry",
        children=[
            Node("Haiku", "Short.", [{"instruction": "i", "input": "", "output": "o"}]),
            Node("Odes", pruned="me", children=[Node("Odes to food", pruned="true")]),
        ],
    )
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    place = tmp_path / "tree.json"
    place.write_text(render_tree(TREE), encoding="utf-8")
    return place


def call(*words: object) -> Result:
    return CliRunner().invoke(command, [str(word) for word in words], catch_exceptions=False)


def test_the_demo_tree(shared_data: Path, tmp_path: Path) -> None:
    source = shared_data / "explore-instruct" / "demo_domain"
    out = tmp_path / "tree.json"
    told = json.loads(call("import", source, "--out", out, "--json").stdout.splitlines()[-1])
    assert told == {"tasks": 9, "examples": 4433, "depth": 1, "out": str(out)}
    call("export", out, "--out", tmp_path / "folder", "--json")
    for each in source.iterdir():
        assert json.loads((tmp_path / "folder" / each.name).read_text()) == json.loads(each.read_text())


def test_a_person_gets_a_drawing(file: Path) -> None:
    assert call("import", file).stdout.splitlines() == [
        "Poetry",
        "  Haiku (1 example)",
        "  Odes (pruned: me)",
        "    Odes to food (pruned)",
        "4 tasks, 1 example, depth 2",
    ]


def test_either_form_by_name_or_by_option(file: Path, tmp_path: Path) -> None:
    for out, form in (("a", ()), ("b.json", ()), ("c", ("--form", "json")), ("d.json", ("--form", "folder"))):
        assert call("export", file, "--out", tmp_path / out, *form).exit_code == 0
        assert read_tree(tmp_path / out) == TREE
    assert (tmp_path / "a").is_dir()
    assert (tmp_path / "b.json").is_file()
    assert (tmp_path / "c").is_file()
    assert (tmp_path / "d.json").is_dir()


def test_an_old_export_is_replaced_whole(file: Path, tmp_path: Path) -> None:
    call("export", file, "--out", tmp_path / "folder")
    (tmp_path / "folder" / "notes.txt").write_text("mine")
    file.write_text(render_tree(Tree(Node("Prose"))))
    call("export", file, "--out", tmp_path / "folder")
    assert {each.name for each in (tmp_path / "folder").iterdir()} == {
        "notes.txt",
        "prose.json",
        "tree_meta_info.json",
    }


def test_sources_and_foreign_places_are_left_alone(file: Path, tmp_path: Path) -> None:
    before = file.read_text()
    folder = tmp_path / "folder"
    call("export", file, "--out", folder)
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "thesis.txt").write_text("mine")
    for source, out in (
        (file, file),
        (folder, folder),
        (folder, folder / "inside"),
        (folder / "tree_meta_info.json", folder / "haiku.json"),
        (file, foreign),
    ):
        with pytest.raises(BadInput) as caught:
            call("export", source, "--out", out)
        assert caught.value.where == str(out)
    with pytest.raises(BadInput, match="a file of that name"):
        call("export", folder, "--out", file, "--form", "folder")
    with pytest.raises(BadInput, match="written over"):
        call("import", file, "--out", file)
    assert file.read_text() == before
    assert [each.name for each in foreign.iterdir()] == ["thesis.txt"]


def test_a_broken_tree_writes_nothing(tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text('{"tasks": [{"name": "a", "parent": "b"}, {"name": "b", "parent": "a"}]}')
    with pytest.raises(BadInput, match="circle"):
        call("import", broken, "--out", tmp_path / "tree.json")
    assert not (tmp_path / "tree.json").exists()
