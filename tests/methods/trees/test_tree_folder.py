"""Trees in the folders of Explore-Instruct."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tutelage.errors import BadInput
from tutelage.methods.trees.tree import read_tree
from tutelage.methods.trees.tree_folder import META_FILE, write_folder
from tutelage.methods.trees.tree_nodes import Node, Tree

POETRY = Tree(
    Node(
        "Poetry",
        extra={"licence": "CC0-1.0"},
        examples=[{"instruction": "Write a poem", "input": "", "output": "Rain.", "by": "a person"}],
        children=[
            Node("Haiku", "A strict form.", children=[Node("Winter haiku", "One season.")]),
            Node("Limericks", "Comic.", pruned="a person", children=[Node("Clean limericks")]),
            Node("俳句翻译", "中文也行。"),
        ],
    )
)


def test_names_that_fall_on_one_file_get_a_number(tmp_path: Path) -> None:
    tree = Tree(Node("tree meta info", children=[Node("C+"), Node("C#"), Node("x" * 90), Node("x" * 91)]))
    write_folder(tree, tmp_path)
    back = read_tree(tmp_path)
    assert [visit.node.name for visit in back.walk()] == [visit.node.name for visit in tree.walk()]
    assert (tmp_path / "c__2.json").is_file()
    write_folder(back, tmp_path / "again")
    assert read_tree(tmp_path / "again") == back


def _edited(folder: Path, **fields: Any) -> None:
    meta = json.loads((folder / META_FILE).read_text())
    meta["children"][0] |= fields
    (folder / META_FILE).write_text(json.dumps(meta))


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"config_filename": "haikus.json"}, "did you mean 'haiku.json'?"),
        ({"config_filename": "../out.json"}, "cannot be the file"),
        ({"config_filename": "/etc/passwd"}, "cannot be the file"),
        ({"config_filename": "..\\out.json"}, "cannot be the file"),
        ({"config_filename": META_FILE}, "cannot be the file"),
        ({"config_filename": 4}, "cannot be the file"),
        ({"config_filename": "poetry.json"}, "refers to itself"),
        ({"reason": "Another."}, "disagree on 'reason'"),
        ({"raw_task_name": "Poetry"}, "two tasks are called 'Poetry'"),
        ({"raw_task_name": None}, "must be a text"),
        ({"children": 4}, "'children' must be a list"),
        ({"children": ["Haiku"]}, "must be an object"),
    ],
    ids=str,
)
def test_broken_folders_are_refused(tmp_path: Path, fields: dict[str, Any], told: str) -> None:
    write_folder(POETRY, tmp_path)
    _edited(tmp_path, **fields)
    with pytest.raises(BadInput) as caught:
        read_tree(tmp_path)
    assert told in str(caught.value)


def test_files_that_are_not_there_or_not_readable(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="holds no tree_meta_info"):
        read_tree(tmp_path)
    with pytest.raises(BadInput, match="cannot be read"):
        read_tree(tmp_path / "none.json")
    (tmp_path / "t.json").write_text('{"name": "a"}', encoding="utf-16")
    with pytest.raises(BadInput, match="not UTF-8"):
        read_tree(tmp_path / "t.json")
    write_folder(POETRY, tmp_path / "tree")
    (tmp_path / "tree" / "haiku.json").write_text("[]")
    with pytest.raises(BadInput, match="must hold an object"):
        read_tree(tmp_path / "tree")


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    write_folder(POETRY, tmp_path / "tree")
    shutil.move(tmp_path / "tree" / "haiku.json", tmp_path / "secret.json")
    (tmp_path / "tree" / "haiku.json").symlink_to(tmp_path / "secret.json")
    with pytest.raises(BadInput, match="leads out"):
        read_tree(tmp_path / "tree")
