from __future__ import annotations

from pathlib import Path

import pytest

from tuning_laws import QUIET, fresh
from tutelage.errors import BadInput
from tutelage.tune.adapter import Adapter
from tutelage.tune.intrinsic import Intrinsic
from tutelage.tune.prompt import Prompt
from tutelage.tune.shared_space import of_prompts, of_weights
from tutelage.tune.tuning import Tuning

pytestmark = QUIET


def made(folder: Path, tuning: Tuning) -> Path:
    folder.mkdir()
    tuning.save(tuning.attach(fresh("llama"), seed=3), folder)
    return folder


def test_weights_are_shared_from_one_student_of_that_kind(tmp_path: Path) -> None:
    space = made(tmp_path / "space", Intrinsic(dimension=50, structured=False))
    assert of_weights([space], None) == of_weights([space], 50) == (50, 3, False)
    with pytest.raises(BadInput, match="from one student"):
        of_weights([space, space], None)
    with pytest.raises(BadInput, match="has the dimension 50, not 40"):
        of_weights([space], 40)
    with pytest.raises(BadInput, match="holds no subspace of weights: kind adapter"):
        of_weights([made(tmp_path / "other", Adapter(size=4))], None)


def test_prompts_are_learnt_from_students_with_prompts(tmp_path: Path) -> None:
    one = made(tmp_path / "one", Prompt(tokens=3))
    coded = made(tmp_path / "coded", Intrinsic(space="prompts", tokens=3, dimension=5))
    start, directions = of_prompts([one, coded], None)
    assert start.shape == (3, 32)
    assert directions.shape == (1, 96)
    assert of_prompts([coded], None)[1].shape == (5, 96)
    alone = made(tmp_path / "alone", Intrinsic(dimension=50))
    with pytest.raises(BadInput, match="one student's prompt spans no space"):
        of_prompts([alone], None)
    with pytest.raises(BadInput, match="holds no soft prompt"):
        of_prompts([one, made(tmp_path / "adapter", Adapter(size=4))], None)
    with pytest.raises(BadInput, match="has the dimension 5, not 4"):
        of_prompts([coded], 4)
