"""What a run's database tells an analysis."""

from __future__ import annotations

from pathlib import Path

import pytest

from toy import answering, recipe_of
from tutelage.errors import BadInput
from tutelage.records import Reply
from tutelage.runs.run_facts import EXCERPT, run_facts
from tutelage.runs.stages import execute
from tutelage.store import reading
from tutelage.teachers.scripted import Scripted
from tutelage.teachers.teacher import Request


async def test_the_facts_are_those_of_the_store(tmp_path: Path) -> None:
    recipe = recipe_of(Scripted.of(answering(share_bad=0.3)), target=12, toy={"gather": True})
    result = await execute(recipe, tmp_path)
    facts = run_facts(tmp_path)
    assert (facts.name, facts.state, facts.method, facts.target) == ("toy", "finished", "toy", 12)
    assert (facts.accepted, facts.surplus) == (result.accepted, result.surplus)
    assert facts.rejected == result.rejected
    assert facts.rejected["parse:bad"] > 0
    assert facts.refusals["parse:bad"].text == "bad"
    assert set(facts.stages) == {"gather", "generate"}
    assert sum(stage.calls for stage in facts.stages.values()) == result.sent
    assert sum(stage.tokens for stage in facts.stages.values()) == result.tokens
    assert facts.totals["sent"] == result.sent


async def test_one_refusal_is_shown_for_a_reason_drawn_by_the_seed_and_cut(tmp_path: Path) -> None:
    def answer(request: Request) -> Reply:
        good = answering(share_bad=0.5)(request)
        return Reply("bad " + request.messages[-1].content + "x" * 999) if good.text == "bad" else good

    await execute(recipe_of(Scripted.of(answer), target=12), tmp_path)
    texts = [rejection.text for rejection in reading.rejections(tmp_path)]
    shown = {run_facts(tmp_path, seed).refusals["parse:bad"].text for seed in range(9)}
    assert 1 < len(shown) <= len(texts)
    assert shown <= {text[:EXCERPT] + "…" for text in texts}
    assert run_facts(tmp_path, 3) == run_facts(tmp_path, 3)


def test_no_run(tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        run_facts(tmp_path)
