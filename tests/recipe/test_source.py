from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tutelage.errors import BadInput
from tutelage.recipe.source import read, read_file

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)


@given(TREES)
def test_what_yaml_writes_is_read_back(tree: object) -> None:
    text = yaml.safe_dump(tree)
    assert read(text, "x").data == tree


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("1e6", 1e6),
        ("1_000_000", 1_000_000),
        ("12:30", "12:30"),
        ("2024-01-01", "2024-01-01"),
        ("010", "010"),
        ("0x1f", 31),
        ("~", None),
        ("1.5e-3", 1.5e-3),
        ("'7'", "7"),
        ("TRUE", True),
        ("中文", "中文"),
    ],
)
def test_scalars_follow_yaml_1_2(text: str, value: object) -> None:
    found = read(text, "x").data
    assert found == value
    assert type(found) is type(value)


def test_every_key_knows_its_line_and_column() -> None:
    source = read("a: 1\nb:\n  c: 2\n  d: [5, {e: 6}]\n", "r.yaml")
    assert source.at(("a",)) == "r.yaml:1:1"
    assert source.at(("b", "c")) == "r.yaml:3:3"
    assert source.at(("b", "d", 1, "e")) == "r.yaml:4:11"
    assert source.at(("b", "missing")) == "r.yaml:2:1"
    assert source.at(()) == "r.yaml"


@pytest.mark.parametrize(
    ("text", "place", "word"),
    [
        ("a: 1\nb: 2\na: 3\n", "x:3:1", "twice"),
        ("a:\n\tb: 1\n", "x:2:1", "not valid YAML"),
        ("a: [1, 2\n", "x:2:1", "not valid YAML"),
        ("a: 1\n---\nb: 2\n", "x:2:1", "not valid YAML"),
        ("a: !!python/object:os.system {}\n", None, None),
        ("a: !!python/name:os.system x\n", "x:1:4", "tag"),
        ("{a: 1}: 2\n", "x:1:1", "a key must be a word"),
        ("a: &here [*here]\n", "x:1:4", "nests"),
        ("a: !!int word\n", "x:1:4", "tag"),
    ],
)
def test_what_is_refused(text: str, place: str | None, word: str | None) -> None:
    if place is None:
        assert read(text, "x").data == {"a": {}}  # a tag on a mapping is not obeyed
        return
    with pytest.raises(BadInput) as caught:
        read(text, "x")
    assert caught.value.where == place
    assert word is not None
    assert word in caught.value.what
    assert caught.value.remedy


def test_a_tiny_file_cannot_become_huge() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    with pytest.raises(BadInput, match="repeats itself"):
        read("\n".join(lines), "x")


def test_a_control_character_is_named() -> None:
    with pytest.raises(BadInput, match="does not allow"):
        read("a: \x07", "x")


def test_files(tmp_path: Path) -> None:
    good = tmp_path / "notes.yaml"
    good.write_bytes(b"\xef\xbb\xbfname: x")
    assert read_file(good) == "name: x"
    with pytest.raises(BadInput) as missing:
        read_file(tmp_path / "note.yaml")
    assert "notes.yaml" in missing.value.remedy
    good.write_bytes(b"name: \xff")
    with pytest.raises(BadInput, match=r"not UTF-8 text \(byte 6\)"):
        read_file(good)
    with pytest.raises(BadInput, match="cannot be read"):
        read_file(tmp_path)
    with pytest.raises(BadInput) as nowhere:
        read_file(tmp_path / "none" / "x.yaml")
    assert "does not exist" in nowhere.value.remedy
