"""The header of a GGUF file: read as the reference package wrote it, refused wherever it was cut."""

from __future__ import annotations

import contextlib

import gguf
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tutelage.errors import BadInput
from tutelage.models.gguf_header import check


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """A small file of the reference package, with every shape of field."""
    path = tmp_path_factory.mktemp("gguf") / "small.gguf"
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("小模型")
    writer.add_block_count(2)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_add_bos_token(False)
    writer.add_chat_template("{{ messages }}")
    writer.add_token_list(["a", "b", "ç"])
    writer.add_token_types([1, 1, 1])
    writer.add_array("nested", [1.5, 2.5])
    for name, shape in (("first", (4, 8)), ("second", (16,)), ("third", (2, 2, 2))):
        writer.add_tensor(name, np.ones(shape, dtype=np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def test_the_header_is_what_the_reference_reads(file):
    header, reader = check(file), gguf.GGUFReader(file)
    assert header.tensors == len(reader.tensors) == 3
    assert header.data == reader.data_offset
    assert header.last == max(int(each.data_offset) for each in reader.tensors)
    assert header.fields["general.name"] == "小模型"
    assert header.fields["llama.block_count"] == 2
    assert header.fields["tokenizer.ggml.add_bos_token"] is False
    assert header.fields["tokenizer.chat_template"] == "{{ messages }}"
    assert header.fields["tokenizer.ggml.tokens"] is None


def test_a_file_that_was_cut_off_anywhere_before_its_last_tensor_is_refused(file, tmp_path):
    whole, last = file.read_bytes(), check(file).last
    cut = tmp_path / "cut.gguf"
    for length in range(0, last + 1, 7):
        cut.write_bytes(whole[:length])
        with pytest.raises(BadInput, match="GGUF file"):
            check(cut)
    cut.write_bytes(whole)
    assert check(cut).last == last


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(4, 900), byte=st.integers(0, 255))
def test_a_changed_byte_gives_a_header_or_a_refusal_never_a_traceback(file, tmp_path, place, byte):
    changed = bytearray(file.read_bytes())
    changed[min(place, len(changed) - 1)] = byte
    path = tmp_path / "changed.gguf"
    path.write_bytes(changed)
    with contextlib.suppress(BadInput):
        assert check(path).version in (2, 3)
