from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from tuning_laws import QUIET, Laws, fresh, logits, train
from tutelage.errors import BadInput
from tutelage.tune.intrinsic import Intrinsic
from tutelage.tune.modules import counted, trained
from tutelage.tune.prompt import Prompt

pytestmark = QUIET


class TestWeights(Laws):
    tuning = Intrinsic(dimension=300)
    rate = 1e-1


class TestPrompts(Laws):
    tuning = Intrinsic(space="prompts", tokens=4, dimension=20)
    rate = 1.0
    starts_as_base = False

    def test_it_saves_what_was_trained_and_no_more(self, run: Any, tmp_path: Path) -> None:
        self.tuning.save(run.model, tmp_path)
        size = sum(path.stat().st_size for path in tmp_path.rglob("*"))
        assert size < 4 * (20 + 4 * 32) + 400  # the code, where it starts, and the names

    def test_merged_is_plain_and_gives_the_same_logits(self, run: Any, tmp_path: Path) -> None:
        assert not self.tuning.served
        with pytest.raises(BadInput, match="cannot be merged"):
            self.tuning.merge(run.model)


@pytest.mark.parametrize("structured", [True, False])
def test_exactly_the_dimension_is_trained(structured: bool) -> None:
    model = Intrinsic(dimension=300, structured=structured).attach(fresh("llama"), seed=1)
    assert counted(model).trainable == 300
    assert set(trained(model)) == {"subspace.code", *(["subspace.scales"] if structured else [])}


def test_only_named_layers_move() -> None:
    model = Intrinsic(dimension=50, targets=("down_proj",)).attach(fresh("llama"), seed=1)
    assert len(model.subspace.scales) == 2


def test_another_seed_is_another_subspace() -> None:
    made = []
    for seed in (1, 2):
        model = Intrinsic(dimension=50).attach(fresh("llama"), seed=seed)
        with torch.no_grad():
            model.subspace.code.fill_(1.0)
        made.append(logits(model))
    assert not torch.allclose(*made, atol=1e-3)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"dimension": 14}, "dimension of 14 does not fit 14 layers"),
        ({"dimension": 10**9}, "does not fit"),
        ({"space": "prompts", "tokens": 2, "dimension": 65}, "more than the prompt's 64 numbers"),
        ({"targets": ("downproj",)}, "did you mean 'down_proj'"),
    ],
)
def test_what_does_not_fit_is_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        Intrinsic(**settings).attach(fresh("llama"), seed=1)


def test_the_space_must_be_the_saved_one(tmp_path: Path) -> None:
    tuning = Intrinsic(dimension=50)
    tuning.save(tuning.attach(fresh("llama"), seed=1), tmp_path)
    with pytest.raises(BadInput, match="moves weights, not prompts"):
        Intrinsic(space="prompts").restore(fresh("llama"), tmp_path)
    with pytest.raises(BadInput, match="was trained for 14 layers, and 2 are there"):
        Intrinsic(targets=("down_proj",)).restore(fresh("llama"), tmp_path)


def test_a_second_task_shares_the_first_ones_subspace(tmp_path: Path) -> None:
    first = Intrinsic(dimension=50)
    first.save(first.attach(fresh("llama"), seed=1), tmp_path)
    model = Intrinsic(shared_from=(tmp_path,)).attach(fresh("llama"), seed=99)
    assert counted(model).trainable == 50
    other = first.attach(fresh("llama"), seed=1)
    with torch.no_grad():
        for each in (model, other):
            each.subspace.code.fill_(0.5)
    assert torch.equal(logits(model), logits(other))


def test_a_space_learnt_from_prompts_is_tuned_by_its_code_alone(tmp_path: Path) -> None:
    folders = []
    for number in range(3):
        prompt = Prompt(tokens=4)
        model = prompt.attach(fresh("llama"), seed=number)
        folder = tmp_path / str(number) / "delta"
        folder.mkdir(parents=True)
        prompt.save(model, folder)
        folders.append(folder.parent)
    tuning = Intrinsic(space="prompts", shared_from=tuple(folders))
    model = tuning.attach(fresh("llama"), seed=5)
    assert counted(model).trainable == 2
    train(model, tuning, 1e-1)
    kept = tmp_path / "kept"
    kept.mkdir()
    tuning.save(model, kept)
    restored = Intrinsic(space="prompts").restore(fresh("llama"), kept)  # the three are not asked again
    assert torch.allclose(logits(model), logits(restored), atol=1e-6)
    again = Intrinsic(space="prompts", shared_from=(kept,)).attach(fresh("llama"), seed=6)
    assert counted(again).trainable == 2
