"""What rule benches count besides right and wrong."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tutelage.asking import Ask
from tutelage.errors import BadInput
from tutelage.evaluate.bench import Answer, Evidence, Figures, Judgement, Question
from tutelage.evaluate.ruled import Ruled


class Plain(Ruled):
    """A bench of nothing."""

    kind = "plain"

    def questions(self) -> Sequence[Question]:
        return ()

    async def judge(
        self, question: Question, answer: Answer, baseline: Answer | None, ask: Ask | None
    ) -> Sequence[Judgement]:
        return ()

    def figures(self, evidence: Evidence) -> Figures:
        return Figures(self.kind, {})


QUESTIONS = {name: Question(name, ("?",)) for name in ("a", "b")}


def test_missing_twice_and_strangers_are_told():
    verdicts = [Judgement("a", "ada", 0.0), Judgement("a", "ada", 1.0), Judgement("z", "ada", 1.0)]
    found = Plain().graded(Evidence(QUESTIONS, judgements=verdicts))["ada"]
    assert found.verdicts == {"a": verdicts[1]}
    assert found.missing == 1
    assert [
        word in " ".join(found.lines) for word in ("1 question of 2", "not in this bench", "more than once")
    ]
    assert len(found.lines) == 3
    assert any("graded more than once, 1 of them with another verdict" in line for line in found.lines)


def test_verdicts_on_other_questions_alone_are_refused():
    with pytest.raises(BadInput, match="belongs to a question"):
        Plain().graded(Evidence(QUESTIONS, judgements=[Judgement("z", "ada", 1.0)]))


def test_no_verdict_at_all_is_refused():
    with pytest.raises(BadInput, match="no graded answer"):
        Plain().graded(Evidence(QUESTIONS))
