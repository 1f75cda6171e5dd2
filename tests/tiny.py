"""Tiny random models with tokenizers of their own, made in a folder: what a hub would serve, in a second.

    tiny_llama(folder)   two layers, width 32, ChatML; Llama's names of modules, no biases unless asked for
    tiny_gpt2(folder)    two layers, width 32, no chat template; every layer has a bias

The weights come from ``seed`` alone, so that the same call gives the same folder.
"""

from __future__ import annotations

from pathlib import Path

CHATML = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
START, END, PAD = "<|im_start|>", "<|im_end|>", "<|endoftext|>"
TEXT = (
    "Name three fruits. Apples, pears and plums are fruits that grow on trees in the garden.",
    "Write a short note to a friend who could not come to the meeting on Monday morning.",
    "The answer is 42, because 6 times 7 is 42; 1 + 1 = 2 and 10 / 5 = 2.",
    "system user assistant instruction response input Below is an instruction that describes a task.",
    "请说出三种水果。苹果、梨和李子都是水果。",
)


def tiny_tokenizer(folder: Path, *, vocabulary: int = 400, template: str | None = CHATML) -> Path:
    """A byte-level BPE tokenizer with ChatML's special tokens, which any text survives both ways."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    plain = Tokenizer(models.BPE())
    plain.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    plain.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=[PAD, START, END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    plain.train_from_iterator(TEXT, trainer)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=plain, bos_token=START, eos_token=END, pad_token=PAD, unk_token=PAD
    )
    tokenizer.chat_template = template
    tokenizer.save_pretrained(folder)
    return folder


def tiny_llama(
    folder: Path,
    *,
    biases: bool = False,
    vocabulary: int = 400,
    template: str | None = CHATML,
    layers: int = 2,
    width: int = 32,
    spread: float = 0.02,
    seed: int = 0,
) -> Path:
    """A Llama of a few thousand weights and its tokenizer in ``folder``, as ``save_pretrained`` writes.

    ``spread`` is the weights' standard deviation: at 0.02 the model repeats its last token, at 0.3 it
    babbles.
    """
    import torch
    from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

    tiny_tokenizer(folder, vocabulary=vocabulary, template=template)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=width,
        intermediate_size=2 * width,
        num_hidden_layers=layers,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=2048,
        attention_bias=biases,
        mlp_bias=biases,
        initializer_range=spread,
        tie_word_embeddings=True,
        **_ends(tokenizer),
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        LlamaForCausalLM(config).save_pretrained(folder)
    return folder


def tiny_gpt2(
    folder: Path, *, vocabulary: int = 400, template: str | None = None, layers: int = 2, seed: int = 0
) -> Path:
    """A GPT-2 of a few thousand weights, with biases, and its tokenizer in ``folder``."""
    import torch
    from transformers import AutoTokenizer, GPT2Config, GPT2LMHeadModel

    tiny_tokenizer(folder, vocabulary=vocabulary, template=template)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    config = GPT2Config(
        vocab_size=len(tokenizer),
        n_positions=1024,
        n_embd=32,
        n_layer=layers,
        n_head=4,
        resid_pdrop=0.0,
        embd_pdrop=0.0,
        attn_pdrop=0.0,
        **_ends(tokenizer),
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        GPT2LMHeadModel(config).save_pretrained(folder)
    return folder


def _ends(tokenizer: object) -> dict[str, int]:
    names = ("bos_token_id", "eos_token_id", "pad_token_id")
    return {name: getattr(tokenizer, name) for name in names}
