"""The named formats, to the letter."""

from __future__ import annotations

import pytest

from tutelage.errors import BadInput
from tutelage.records import assistant, system, user
from tutelage.template.named import NAMES, named

PREAMBLE = (
    "Below is an instruction that describes a task. "
    "Write a response that appropriately completes the request."
)
TALK = (system("S"), user("Q"), assistant("A"), user("R"), assistant("B"))
WRITTEN = {
    "alpaca": "S\n\n### Instruction:\nQ\n\n### Response:\nA</s>"
    "\n\n### Instruction:\nR\n\n### Response:\nB</s>",
    "chatml": "<|im_start|>system\nS<|im_end|>\n"
    "<|im_start|>user\nQ<|im_end|>\n<|im_start|>assistant\nA<|im_end|>\n"
    "<|im_start|>user\nR<|im_end|>\n<|im_start|>assistant\nB<|im_end|>\n",
    "gemma": "<bos><start_of_turn>user\nS\n\nQ<end_of_turn>\n<start_of_turn>model\nA<end_of_turn>\n"
    "<start_of_turn>user\nR<end_of_turn>\n<start_of_turn>model\nB<end_of_turn>\n",
    "llama3": "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nS<|eot_id|>"
    "<|start_header_id|>user<|end_header_id|>\n\nQ<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n"
    "A<|eot_id|>"
    "<|start_header_id|>user<|end_header_id|>\n\nR<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n"
    "B<|eot_id|>",
    "mistral": "<s>[INST] S\n\nQ [/INST] A</s>[INST] R [/INST] B</s>",
    "plain": "S\n\nUser: Q\n\nAssistant: A</s>\n\nUser: R\n\nAssistant: B</s>\n\n",
    "zephyr": "<|system|>\nS</s>\n"
    "<|user|>\nQ</s>\n<|assistant|>\nA</s>\n<|user|>\nR</s>\n<|assistant|>\nB</s>\n",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_conversation_is_written_as_the_family_writes_it(name: str):
    assert named(name).render(TALK) == WRITTEN[name]


def test_alpacas_preamble_stands_where_there_is_no_system_prompt():
    for messages in ([user("Q")], [system(""), user("Q")]):
        assert named("alpaca").prompt(messages) == f"{PREAMBLE}\n\n### Instruction:\nQ\n\n### Response:\n"


def test_tokens_are_the_models_own():
    assert named("alpaca", bos="<b>", eos="<e>").render(TALK).startswith("<b>S\n")
    assert named("alpaca", bos="<b>", eos="<e>").end == "<e>"
    assert named("llama3", bos="").prompt([user("Q")]).startswith("<|start_header_id|>")


@pytest.mark.parametrize(
    ("name", "messages"), [("mistral", [user("Q"), system("S")]), ("alpaca", [user("Q"), system("S")])]
)
def test_a_system_prompt_is_never_lost(name: str, messages: list[object]):
    with pytest.raises(BadInput, match="a system message"):
        named(name).prompt(messages)  # type: ignore[arg-type]  # messages all


def test_an_unknown_name_is_told_its_neighbour():
    with pytest.raises(BadInput, match="did you mean 'alpaca'"):
        named("alpacca")
