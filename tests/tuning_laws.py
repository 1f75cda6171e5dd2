"""What holds for every way to tune, on tiny models: a test class inherits the laws and names its kind.

    class TestLoRA(Laws):
        tuning = LoRA(rank=4)
        rate = 1e-2

The models are trained by a plain loop here: the laws are the kind's own, not the trainer's.
"""

from __future__ import annotations

import copy
import hashlib
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import pytest
import torch
from transformers import AutoModelForCausalLM

from tiny import tiny_gpt2, tiny_llama
from tutelage.errors import BadInput
from tutelage.tune.modules import counted, put_back, trained
from tutelage.tune.tuning import Tuning

torch.set_num_threads(1)
# PEFT asks transformers by an old name.
QUIET = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")
BASES = ("llama", "gpt2")
STEPS = 8
SEED = 7


@cache
def folder_of(name: str) -> Path:
    """The folder of a tiny base, made once a process."""
    folder = Path(tempfile.mkdtemp(prefix=f"tiny-{name}-"))
    return tiny_llama(folder) if name == "llama" else tiny_gpt2(folder)


def fresh(name: str, tuning: Tuning | None = None) -> Any:
    """A copy of a base, loaded as ``tuning`` wants it."""
    return AutoModelForCausalLM.from_pretrained(folder_of(name), **(tuning.loading() if tuning else {}))


def ids() -> torch.Tensor:
    """Four rows of sixteen tokens, always the same."""
    return torch.randint(3, 300, (4, 16), generator=torch.Generator().manual_seed(1))


def logits(model: Any) -> torch.Tensor:
    """The logits of the sixteen real tokens, in evaluation mode."""
    was = model.training
    model.eval()
    with torch.no_grad():
        made = model(input_ids=ids()).logits[:, -16:]
    model.train(was)
    return made


def loss(model: Any) -> torch.Tensor:
    return model(input_ids=ids(), attention_mask=torch.ones(4, 16, dtype=torch.long), labels=ids()).loss


def train(model: Any, tuning: Tuning, rate: float, steps: int = STEPS) -> None:
    """``steps`` updates on the same rows."""
    optimizer = tuning.optimizer(model, learning_rate=rate, weight_decay=0.0)
    if optimizer is None:
        free = [each for each in model.parameters() if each.requires_grad]
        optimizer = torch.optim.AdamW(free, lr=rate, weight_decay=0.0)
    model.train()
    for _ in range(steps):
        loss(model).backward()
        optimizer.step()
        optimizer.zero_grad()
    model.eval()


def hashes(model: Any) -> dict[str, str]:
    """The digest of every tensor that is not trained."""
    free = set(trained(model))
    tensors = {**dict(model.named_parameters()), **dict(model.named_buffers())}
    return {
        name: hashlib.sha256(each.detach().cpu().contiguous().view(torch.uint8).numpy().tobytes()).hexdigest()
        for name, each in tensors.items()
        if name not in free and each.ndim
    }


@dataclass
class Tuned:
    base: str
    model: Any
    at_base: torch.Tensor
    at_start: torch.Tensor
    before: float
    after: float
    frozen_before: dict[str, str]
    frozen_after: dict[str, str]
    start: dict[str, torch.Tensor]


def tuned(base: str, tuning: Tuning, rate: float) -> Tuned:
    """A base, attached and trained, with what was seen on the way."""
    model = fresh(base, tuning)
    at_base = logits(model)
    model = tuning.attach(model, seed=SEED)
    at_start, start = logits(model), {name: each.clone() for name, each in trained(model).items()}
    frozen = hashes(model)
    with torch.no_grad():
        before = float(loss(model))
    train(model, tuning, rate)
    with torch.no_grad():
        after = float(loss(model))
    return Tuned(base, model, at_base, at_start, before, after, frozen, hashes(model), start)


class Laws:
    """Inherit, and set ``tuning``, ``rate``, and ``starts_as_base``: attaching leaves the logits alone."""

    tuning: ClassVar[Tuning]
    rate: ClassVar[float]
    starts_as_base: ClassVar[bool] = True
    tolerance: ClassVar[float] = 1e-4
    pytestmark = QUIET

    @pytest.fixture(scope="class", params=BASES)
    @classmethod
    def run(cls, request: pytest.FixtureRequest) -> Tuned:
        return tuned(request.param, cls.tuning, cls.rate)

    def test_only_what_is_named_changes(self, run: Tuned) -> None:
        assert run.frozen_before == run.frozen_after
        assert run.start
        changed = [
            name for name, each in trained(run.model).items() if not torch.equal(each, run.start[name])
        ]
        assert changed

    def test_the_loss_falls_on_repeated_data(self, run: Tuned) -> None:
        assert run.after < run.before - 0.01

    def test_attaching_alone_leaves_the_logits(self, run: Tuned) -> None:
        same = torch.allclose(run.at_base, run.at_start, atol=1e-6)
        assert same is self.starts_as_base

    def test_saved_and_restored_gives_the_same_logits(self, run: Tuned, tmp_path: Path) -> None:
        self.tuning.save(run.model, tmp_path)
        restored = self.tuning.restore(fresh(run.base, self.tuning), tmp_path)
        assert not restored.training
        assert torch.allclose(logits(run.model), logits(restored), atol=1e-6)
        assert not torch.allclose(run.at_start, logits(restored), atol=1e-5)

    def test_it_saves_what_was_trained_and_no_more(self, run: Tuned, tmp_path: Path) -> None:
        self.tuning.save(run.model, tmp_path)
        size = sum(path.stat().st_size for path in tmp_path.rglob("*"))
        assert size <= 4 * counted(run.model).trainable + 10_000
        assert not list(tmp_path.rglob("*.bin"))

    def test_merged_is_plain_and_gives_the_same_logits(self, run: Tuned, tmp_path: Path) -> None:
        if not self.tuning.merges:
            assert not self.tuning.served
            with pytest.raises(BadInput, match="cannot be merged"):
                self.tuning.merge(run.model)
            return
        expected = logits(run.model)
        merged = self.tuning.merge(copy.deepcopy(run.model))
        assert type(merged) is type(fresh(run.base))
        assert torch.allclose(expected, logits(merged), atol=self.tolerance)
        merged.save_pretrained(tmp_path)
        again = AutoModelForCausalLM.from_pretrained(tmp_path)
        assert torch.allclose(expected, logits(again), atol=self.tolerance)

    def test_one_seed_gives_one_result(self, run: Tuned) -> None:
        torch.manual_seed(run.base == "llama")  # the surroundings' own chance must not matter
        again = tuned(run.base, self.tuning, self.rate)
        mine, other = trained(run.model), trained(again.model)
        assert mine.keys() == other.keys()
        assert all(torch.equal(each, other[name]) for name, each in mine.items())

    def test_what_is_trained_can_be_put_back(self, run: Tuned) -> None:
        other = self.tuning.attach(fresh(run.base, self.tuning), seed=SEED)
        put_back(other, trained(run.model))
        assert torch.allclose(logits(run.model), logits(other), atol=1e-6)

    def test_a_folder_without_it_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(BadInput):
            self.tuning.restore(fresh("llama", self.tuning), tmp_path)
