"""Exports loaded by the libraries that consume them: ``datasets`` and TRL. Each trap has its test."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tutelage.export.files import write_dataset
from tutelage.export.formats import FORMATS, TEXT_FORMATS
from tutelage.export.settings import DatasetFacts, ExportSettings
from tutelage.methods.selfchat import SelfChat
from tutelage.recipe.model import Recipe
from tutelage.records import Example
from tutelage.runs.stages import execute
from tutelage.store.reading import kept_examples
from tutelage.teachers.scripted import Scripted
from tutelage.teachers.teacher import Request

pytestmark = pytest.mark.consumers

Make = Callable[..., Example]
CONTAINERS = ["jsonl", "json", "parquet"]
END = "<|end|>"
# The separator stands before a turn, so that a turn ends with its end token and nothing else.
TEMPLATE = (
    "{% for m in messages %}{% if not loop.first %}{{ '\\n' }}{% endif %}"
    "{{ '<|start|>' + m['role'] + '\\n' + m['content'] + '<|end|>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '\\n<|start|>assistant\\n' }}{% endif %}"
)
CHATML = (
    "{% for m in messages %}{{ '<|start|>' + m['role'] + '\\n' + m['content'] + '<|end|>\\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|start|>assistant\\n' }}{% endif %}"
)


@pytest.fixture
def rows(example: Make) -> list[Example]:
    return [
        example("Name a colour.", "Blue.", id="1"),
        example("一加一？", "二。", "再加一？", "三。", id="2", system="Be brief."),
        example("Hi", "Hello", "And?", "That is all.", "Bye", "Bye!", id="3"),
    ]


def export(folder: Path, rows: list[Example], **settings: Any) -> Path:
    write_dataset(folder, rows, [], DatasetFacts(title="T"), ExportSettings(**settings))
    return folder


def self_chats(out: Path) -> list[Example]:
    """Two dialogues of three exchanges, with a system prompt, exported to ``out``/dataset."""

    def talk(request: Request) -> str:
        topic = "tea" if "tea" in str(request.messages) else "rye"
        said = sum(turn.role == "assistant" for turn in request.messages)
        if request.messages[0].content.startswith("You play"):
            return ["", "Is it about heat?", "What about time?"][said]
        return f"{topic}: {['warm', 'yes it is', 'ten minutes'][said]}."

    method: Any = SelfChat(
        seeds=("What about tea?", "What about rye?"), seed_as="question", rounds=3, system="Be brief."
    )
    teacher = Scripted.of(talk, label="talk")
    recipe = Recipe(name="chats", teacher=teacher, method=method, filters=(), target=2)
    asyncio.run(execute(recipe, out))
    return list(kept_examples(out))


class TestDatasets:
    @pytest.fixture(autouse=True)
    def cache(self, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
        datasets = pytest.importorskip("datasets")
        datasets.disable_progress_bars()
        self.load = datasets.load_dataset
        self.cached = str(tmp_path_factory.mktemp("cache"))

    def read(self, *place: str, **rest: Any) -> list[dict[str, Any]]:
        return list(self.load(*place, split="train", cache_dir=self.cached, **rest))

    @pytest.mark.parametrize("container", CONTAINERS)
    def test_the_folder_and_every_configuration_load(
        self, tmp_path: Path, rows: list[Example], container: str
    ) -> None:
        folder = str(export(tmp_path / "out", rows, container=container))
        assert self.read(folder) == self.read(folder, "prompt-completion")
        for name, layout in ((name, FORMATS[name]) for name in TEXT_FORMATS):
            wanted = [row for example in rows for row in layout.rows(example)]
            assert sorted(self.read(folder, name), key=str) == sorted(wanted, key=str)

    @pytest.mark.parametrize("container", CONTAINERS)
    @pytest.mark.parametrize("name", TEXT_FORMATS)
    def test_every_file_loads_alone(
        self, tmp_path: Path, rows: list[Example], container: str, name: str
    ) -> None:
        file = export(tmp_path / "out", rows, container=container) / f"{name}.{container}"
        reader = "parquet" if container == "parquet" else "json"
        wanted = [row for example in rows for row in FORMATS[name].rows(example)]
        assert sorted(self.read(reader, data_files=str(file)), key=str) == sorted(wanted, key=str)

    def test_side_files_load(self, tmp_path: Path, rows: list[Example]) -> None:
        folder = export(tmp_path / "out", rows)
        found = self.read("json", data_files=str(folder / "provenance.jsonl"))
        assert [row["id"] for row in found] == ["1", "2", "3"]

    def test_broken_unicode_loads(self, tmp_path: Path, example: Make) -> None:
        folder = export(tmp_path / "out", [example("half \ud83d", "nul \x00 line \u2028", id="1")])
        (row,) = self.read("json", data_files=str(folder / "alpaca.jsonl"))
        assert (row["instruction"], row["output"]) == ("half \ufffd", "nul \x00 line \u2028")

    def test_a_late_history_loads_because_it_leads(self, tmp_path: Path, example: Make) -> None:
        long = "x" * 20_000
        rows = [example("q", long, id=str(number)) for number in range(600)]  # beyond the 10 MB looked at
        rows.append(example("q1", "a1", "q2", "a2", id="last"))
        file = export(tmp_path / "out", rows, formats="alpaca") / "alpaca.jsonl"
        found = self.read("json", data_files=str(file))
        assert len(found) == 601
        assert found[0]["history"] == [["q1", "a1"]]

        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        file.write_text("".join(lines[1:] + lines[:1]), encoding="utf-8")
        with pytest.raises(Exception, match="generating the dataset"):  # the trap itself
            self.read("json", data_files=str(file))

    def test_texts_that_are_all_dates_stay_texts_in_parquet_only(self, tmp_path: Path, example: Make) -> None:
        rows = [example("When?", "2024-01-01", id="1")]
        jsonl = export(tmp_path / "jsonl", rows) / "alpaca.jsonl"
        (row,) = self.read("json", data_files=str(jsonl))
        assert row["output"] == datetime.datetime(2024, 1, 1)
        folder = export(tmp_path / "parquet", rows, container="parquet")
        assert self.read(str(folder), "alpaca")[0]["output"] == "2024-01-01"


# TRL's own default, of which transformers warns.
@pytest.mark.filterwarnings("ignore:`gradient_checkpointing` is deprecated:FutureWarning")
class TestTRL:
    """A Llama of one layer, a byte tokenizer, and the trainer's own labels."""

    @pytest.fixture(autouse=True)
    def libraries(self) -> None:
        for name in ("torch", "transformers", "trl", "datasets"):
            pytest.importorskip(name)
        import torch

        torch.set_num_threads(1)

    def tokenizer(self, template: str = TEMPLATE) -> Any:
        from tokenizers import Tokenizer, decoders, models, pre_tokenizers
        from transformers import PreTrainedTokenizerFast

        letters = sorted(pre_tokenizers.ByteLevel.alphabet())
        plain = Tokenizer(models.BPE(vocab={letter: n for n, letter in enumerate(letters)}, merges=[]))
        plain.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        plain.decoder = decoders.ByteLevel()
        whole = PreTrainedTokenizerFast(
            tokenizer_object=plain,
            eos_token=END,
            pad_token="<|pad|>",
            additional_special_tokens=["<|start|>"],
        )
        whole.chat_template = template
        return whole

    def trained(self, rows: list[dict[str, Any]], folder: Path, template: str = TEMPLATE) -> list[str]:
        """What of each row the trainer computes a loss on, decoded."""
        import torch
        from datasets import Dataset
        from transformers import LlamaConfig, LlamaForCausalLM
        from trl import SFTConfig, SFTTrainer

        tokenizer = self.tokenizer(template)
        config = LlamaConfig(
            vocab_size=len(tokenizer), hidden_size=8, intermediate_size=16, num_hidden_layers=1,
            num_attention_heads=1, num_key_value_heads=1, eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id, bos_token_id=None,
        )  # fmt: skip
        torch.manual_seed(0)
        trainer = SFTTrainer(
            model=LlamaForCausalLM(config),
            args=SFTConfig(
                output_dir=str(folder), report_to=[], use_cpu=True, max_length=512, disable_tqdm=True,
                per_device_train_batch_size=1, bf16=False,
            ),
            train_dataset=Dataset.from_list(rows),
            processing_class=tokenizer,
        )  # fmt: skip
        told = []
        for row in trainer.train_dataset:
            labels = trainer.data_collator([row])["labels"][0]
            told.append(tokenizer.decode(labels[labels != -100], skip_special_tokens=False))
        return told

    def exported(self, name: str, rows: list[Example]) -> list[dict[str, Any]]:
        return [row for example in rows for row in FORMATS[name].rows(example)]

    def test_prompt_completion_trains_each_answer_and_its_end_once(
        self, tmp_path: Path, rows: list[Example]
    ) -> None:
        told = self.trained(self.exported("prompt-completion", rows), tmp_path)
        answers = [turn.content for each in rows for turn in each.messages if turn.role == "assistant"]
        assert told == [answer + END for answer in answers]

    def test_the_exported_file_itself_trains_the_same(self, tmp_path: Path, rows: list[Example]) -> None:
        from datasets import load_dataset

        folder = export(tmp_path / "out", rows)
        loaded = load_dataset(str(folder), split="train", cache_dir=str(tmp_path / "cache"))
        told = self.trained(list(loaded), tmp_path)
        assert told[0] == "Blue." + END
        assert len(told) == 6

    def test_dialogues_of_self_chat_train_every_answer_once(self, tmp_path: Path) -> None:
        from datasets import load_dataset

        kept = self_chats(tmp_path / "run")
        folder = str(tmp_path / "run" / "dataset")
        loaded = load_dataset(folder, split="train", cache_dir=str(tmp_path / "cache"))
        answers = [turn.content + END for each in kept for turn in each.messages if turn.role == "assistant"]
        assert len(answers) == len(set(answers)) == 3 + 3
        assert sorted(self.trained(list(loaded), tmp_path)) == sorted(answers)

    def test_a_template_that_ends_a_turn_with_a_line_break_has_it_trained_too(
        self, tmp_path: Path, rows: list[Example]
    ) -> None:
        told = self.trained(self.exported("prompt-completion", rows[:1]), tmp_path, CHATML)
        assert told == ["Blue." + END + "\n"]

    def test_messages_train_on_the_user_too(self, tmp_path: Path, rows: list[Example]) -> None:
        (told,) = self.trained(self.exported("messages", rows[:1]), tmp_path)
        assert told == f"<|start|>user\nName a colour.{END}\n<|start|>assistant\nBlue.{END}"

    def test_sharegpt_teaches_the_wrong_names_of_roles(self, tmp_path: Path, rows: list[Example]) -> None:
        (told,) = self.trained(self.exported("sharegpt", rows[:1]), tmp_path)
        assert "<|start|>human" in told
        assert "<|start|>gpt" in told

    def test_alpaca_is_refused(self, tmp_path: Path, rows: list[Example]) -> None:
        with pytest.raises(KeyError, match="text"):
            self.trained(self.exported("alpaca", rows[:1]), tmp_path)

    def test_messages_beside_a_column_called_prompt_are_refused(
        self, tmp_path: Path, rows: list[Example]
    ) -> None:
        (row,) = self.exported("messages", rows[:1])
        with pytest.raises(KeyError, match="completion"):
            self.trained([{**row, "prompt": "metadata"}], tmp_path)
