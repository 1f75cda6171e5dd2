"""Where templates come from."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tutelage.errors import BadInput, MissingExtra
from tutelage.records import assistant, system, user
from tutelage.template.named import named
from tutelage.template.reading import choose, from_file, of_gguf, of_tokenizer
from tutelage.template.template import Template

CHATML = named("chatml").source


class Tokens(SimpleNamespace):
    """What of a tokenizer is looked at."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**{"chat_template": None, "bos_token": None, "eos_token": None, **given})

    def get_vocab(self) -> dict[str, int]:
        return {"</s>": 0, "<s>": 1, "a": 2, "<|im_end|>": 3}

    def __call__(self, text: str) -> dict[str, list[int]]:
        return {"input_ids": [1, 2] if self.adds else [2]}

    adds = False
    bos_token_id = 1


def test_a_tokenizers_own_template_with_its_tokens():
    tokens = {"bos_token": "<s>", "pad_token": "<pad>", "additional_special_tokens": ["<x>"]}
    found = of_tokenizer(
        Tokens(
            chat_template="{{ bos_token }}" + CHATML,
            bos_token="<s>",
            eos_token="</s>",
            special_tokens_map=tokens,
        )
    )
    assert found is not None
    assert (found.bos, found.eos, dict(found.special)) == ("<s>", "</s>", {"pad_token": "<pad>"})
    assert found.end == "<|im_end|>"
    several = of_tokenizer(Tokens(chat_template={"tool_use": "x", "default": CHATML}))
    assert several is not None
    assert several.source == CHATML
    assert of_tokenizer(Tokens()) is None


def test_a_transformers_tokenizer_is_such_an_object(tmp_path: Path):
    from transformers import AutoTokenizer

    from tiny import tiny_tokenizer

    tokenizer = AutoTokenizer.from_pretrained(tiny_tokenizer(tmp_path))
    own = choose("auto", tokenizer)
    assert own.end == "<|im_end|>"
    own.check()
    messages = [system("S"), user("Q"), assistant("A")]
    assert own.render(messages) == tokenizer.apply_chat_template(
        [message.as_dict() for message in messages], tokenize=False
    )
    base = AutoTokenizer.from_pretrained(tiny_tokenizer(tmp_path / "base", template=None))
    assert choose("auto", base).name == "alpaca"
    assert choose("auto", base).end == "<|im_end|>"
    with pytest.raises(BadInput, match="no token of this tokenizer"):
        choose("gemma", base)


def test_choosing_by_name_file_or_nothing(tmp_path: Path):
    base = Tokens(bos_token="<s>", eos_token="</s>")
    assert choose("auto", base) == named("alpaca", bos="", eos="</s>")
    base.adds = True
    assert choose("auto", base) == named("alpaca", bos="<s>", eos="</s>")
    assert choose("zephyr", base).end == "</s>"
    path = tmp_path / "mine.jinja"
    path.write_text("{% for m in messages %}{{ m.content }}{{ eos_token }}{% endfor %}", "utf-8")
    assert choose(str(path), base) == from_file(path, bos="<s>", eos="</s>")
    assert choose(str(path), base).name == "mine"
    with pytest.raises(BadInput, match="did you mean 'chatml'"):
        choose("chatlm", base)
    with pytest.raises(BadInput, match="ends an answer with '<end_of_turn>'"):
        choose("gemma", base)
    with pytest.raises(BadInput, match="no end-of-sequence token"):
        choose("plain", Tokens())


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_file_that_cannot_be_read(tmp_path: Path, content: bytes | None):
    path = tmp_path / "gone.jinja"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadInput, match="cannot be read") as caught:
        from_file(path)
    assert caught.value.where == str(path)


def written_gguf(path: Path, template: str | None) -> Path:
    import gguf

    writer = gguf.GGUFWriter(path, "llama")
    writer.add_token_list(["<unk>", "<s>", "</s>", "a"])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    if template is not None:
        writer.add_chat_template(template)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def test_the_template_inside_a_gguf_file(tmp_path: Path):
    found = of_gguf(written_gguf(tmp_path / "a.gguf", named("zephyr").source))
    assert found == Template("own", named("zephyr").source, bos="<s>", eos="</s>")
    assert of_gguf(written_gguf(tmp_path / "b.gguf", None)) is None


@pytest.mark.parametrize("damage", ["gone", "text", "cut"])
def test_a_damaged_gguf_file(tmp_path: Path, damage: str):
    path = written_gguf(tmp_path / "a.gguf", CHATML)
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(b"no model" * 9 if damage == "text" else path.read_bytes()[:150])
    with pytest.raises(BadInput, match="cannot be read") as caught:
        of_gguf(path)
    assert caught.value.where == str(path)


def test_without_the_package_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "gguf", None)
    with pytest.raises(MissingExtra, match=r"tutelage\[tune\]"):
        of_gguf(tmp_path / "a.gguf")


@pytest.mark.slow
@pytest.mark.skipif("TUTELAGE_SMOLLM2" not in os.environ, reason="set TUTELAGE_SMOLLM2 to the GGUF file")
def test_smollm2s_own_template():
    found = of_gguf(os.environ["TUTELAGE_SMOLLM2"])
    assert found is not None
    found.check()
    assert (found.bos, found.eos, found.end) == ("<|im_start|>", "<|im_end|>", "<|im_end|>")
    told = (
        "<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n"
    )
    before, answer, after = found.pieces([user("Q"), assistant("A")])
    assert before.text == f"{told}<|im_start|>user\nQ<|im_end|>\n<|im_start|>assistant\n"
    assert (answer.text, answer.trained, after.text) == ("A<|im_end|>", True, "\n")


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("{{ raise_exception('only on Sundays') }}", "refuses this conversation: only on Sundays"),
        ("{{ messages[0].nope.deeper }}", "the template fails"),
        ("{% for m in messages if m.role == 'user' %}{{ m.content }}{% endfor %}", "does not write answers"),
    ],
)
def test_a_file_that_cannot_write_an_answer_is_refused_for_what_it_does(tmp_path, source, told):
    (tmp_path / "own.jinja").write_text(source)
    with pytest.raises(BadInput, match=told):
        choose(str(tmp_path / "own.jinja"), Tokens(eos_token="</s>"))
