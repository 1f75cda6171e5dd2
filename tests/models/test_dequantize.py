"""GGUF to a folder: once, whole or not at all, the same numbers."""

from __future__ import annotations

import multiprocessing

import gguf
import numpy as np
import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from tutelage.errors import BadInput, TutelageError
from tutelage.models import dequantize
from tutelage.models.dequantize import as_folder, converted_folder

WIDTH, HEADS, VOCABULARY = 32, 4, 64


def write_gguf(path, seed=0):
    """A Llama of one layer as llama.cpp would keep it, all in float32, by the reference package."""
    numbers = np.random.default_rng(seed)
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_context_length(128)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(1)
    writer.add_feed_forward_length(2 * WIDTH)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(VOCABULARY)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    letters = [chr(code) for code in range(ord("!"), ord("!") + VOCABULARY - 3)]
    writer.add_token_list(["<|im_start|>", "<|im_end|>", *letters, "!#"])
    writer.add_token_types([3, 3] + [1] * (len(letters) + 1))
    writer.add_token_merges(["! #"])
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(1)
    writer.add_unk_token_id(0)
    writer.add_chat_template("{{ messages }}")
    shapes = {
        "token_embd": (VOCABULARY, WIDTH),
        "output_norm": (WIDTH,),
        "blk.0.attn_norm": (WIDTH,),
        "blk.0.ffn_norm": (WIDTH,),
        **{f"blk.0.attn_{part}": (WIDTH, WIDTH) for part in ("q", "k", "v", "output")},
        "blk.0.ffn_gate": (2 * WIDTH, WIDTH),
        "blk.0.ffn_up": (2 * WIDTH, WIDTH),
        "blk.0.ffn_down": (WIDTH, 2 * WIDTH),
    }
    for name, shape in shapes.items():
        writer.add_tensor(f"{name}.weight", numbers.normal(size=shape).astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("TUTELAGE_CACHE", str(tmp_path / "cache"))


def made() -> list[str]:
    """What stands in the cache beside locks."""
    return sorted(each.name for each in converted_folder().iterdir() if each.suffix != ".lock")


def test_it_is_unpacked_once_and_another_file_is_another_folder(tmp_path, monkeypatch):
    file = write_gguf(tmp_path / "tiny.gguf")
    folder = as_folder(file)
    model = AutoModelForCausalLM.from_pretrained(folder)
    assert model.dtype is torch.float32
    assert not getattr(model, "is_quantized", False)
    tensors = {each.name: each.data for each in gguf.GGUFReader(file).tensors}
    weight = model.model.layers[0].mlp.up_proj.weight.detach().numpy()
    np.testing.assert_array_equal(weight, tensors["blk.0.ffn_up.weight"])
    assert AutoTokenizer.from_pretrained(folder).chat_template == "{{ messages }}"

    def again(*_):
        raise AssertionError("unpacked twice")

    with monkeypatch.context() as patch:
        patch.setattr(dequantize, "_read", again)
        moved = tmp_path / "elsewhere"
        moved.mkdir()
        assert as_folder(file.rename(moved / "renamed.gguf")) == folder
    other = as_folder(write_gguf(tmp_path / "tiny.gguf", seed=1))
    assert made() == sorted([folder.name, other.name])


def test_half_of_one_is_never_left_nor_used(tmp_path, monkeypatch):
    file = write_gguf(tmp_path / "tiny.gguf")

    class Full:
        def save_pretrained(self, folder):
            (folder / "config.json").write_text("{}")
            raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(dequantize, "_read", lambda _: (Full(), Full()))
        with pytest.raises(TutelageError, match="No space left") as caught:
            as_folder(file)
        assert "TUTELAGE_CACHE" in caught.value.remedy
        assert made() == []
    killed = converted_folder() / ".unpack-killed"  # as a process that was killed leaves it
    (killed / "model").mkdir(parents=True)
    folder = as_folder(file)
    assert (folder / "model.safetensors").is_file()


def test_a_folder_that_cannot_be_written_is_told(tmp_path, monkeypatch):
    file = write_gguf(tmp_path / "tiny.gguf")
    (tmp_path / "cache").write_text("a file where a folder should be")
    with pytest.raises(TutelageError, match="cannot be kept"):
        as_folder(file)


def test_a_damaged_file_is_refused_and_nothing_is_left(tmp_path):
    file = write_gguf(tmp_path / "tiny.gguf")
    whole = file.read_bytes()
    file.write_bytes(whole[:-WIDTH])  # within the last tensor, where the header cannot tell
    with pytest.raises(BadInput, match="cannot be unpacked") as caught:
        as_folder(file)
    assert "tiny.gguf" in caught.value.where
    assert made() == []
    file.write_bytes(whole[: len(whole) // 4])
    with pytest.raises(BadInput, match="damaged or cut off"):
        as_folder(file)


def test_an_unknown_architecture_is_refused(tmp_path):
    file = tmp_path / "odd.gguf"
    writer = gguf.GGUFWriter(file, "no-such-architecture")
    writer.add_tensor("t", np.ones((4,), dtype=np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    with pytest.raises(BadInput, match="cannot be unpacked") as caught:
        as_folder(file)
    assert "transformers cannot read" in caught.value.remedy


class Counted:
    """A model that writes down that it was unpacked."""

    def __init__(self, log) -> None:
        self.log = log

    def save_pretrained(self, folder):
        with self.log.open("a") as file:
            file.write("x")


def test_several_processes_unpack_once(tmp_path, monkeypatch):
    file, log = write_gguf(tmp_path / "tiny.gguf"), tmp_path / "log"
    monkeypatch.setattr(dequantize, "_read", lambda _: (Counted(log), Counted(log)))
    fork = multiprocessing.get_context("fork")
    workers = [fork.Process(target=as_folder, args=(file,)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    assert log.read_text() == "xx"  # the model and the tokenizer of one process


def test_it_says_so_once_and_where_it_is_told_to(tmp_path, capfd):
    file = write_gguf(tmp_path / "tiny.gguf")
    said: list[str] = []
    as_folder(file, say=said.append)
    assert capfd.readouterr() == ("", "")  # no bar of transformers either
    assert len(said) == 1
    assert "unpacking tiny.gguf" in said[0]
    as_folder(file, say=said.append)
    assert len(said) == 1
