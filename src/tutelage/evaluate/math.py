r"""Problems in mathematics, graded by whether the final answer means the right one.

The final answer is what stands in the last ``\boxed{…}``, or after "the answer is", in the answer as in the
reference solution. Sets of the form of MATH (Hendrycks et al. 2021, arXiv:2103.03874) are read as they
are; the
published program compares normalised strings, this one meaning: ½ is 0.5, x³ + 27 is (x + 3)(x² - 3x + 9).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

from pydantic import Field

from tutelage.asking import Ask
from tutelage.errors import BadInput
from tutelage.evaluate.accuracy import accuracy, by_group, macro
from tutelage.evaluate.bench import Answer, Evidence, Figures, Judgement, Question
from tutelage.evaluate.mathematics import final_answer, same
from tutelage.evaluate.question_files import REFERENCES, Columns, read_questions
from tutelage.evaluate.ruled import RULE, Graded, Ruled, all_lines, told

_TYPE, _LEVEL = "type", "level"
_SHOWN = 60  # characters of a reference that an error shows


class Math(Ruled):
    """Settings of the bench ``math``."""

    kind: ClassVar[str] = "math"
    paper: ClassVar[str] = "arXiv:2103.03874"
    headline: ClassVar[tuple[str, ...]] = ("accuracy", "interval", "accuracy_of_all")

    columns: Columns = Field(default=Columns(), description="which column holds what, where names differ")

    def questions(self) -> Sequence[Question]:
        """The problems; the category is the row's ``type`` where it has one, ``facts`` has the
        ``final`` answer and the ``level``."""
        return [self._checked(each) for each in read_questions(self.file(), self.columns)]

    def _checked(self, question: Question) -> Question:
        if not question.references:
            raise BadInput(
                f"there is no reference column: {', '.join(REFERENCES)} are looked for",
                where=f"{self.questions_file}, question '{question.id}'; its columns: "
                + ", ".join(name for name in question.facts if name != "row"),
                remedy=f"name it: --set {self.kind}.columns.reference=NAME",
            )
        right = final_answer(question.references[-1]).text
        if not right:
            shown = question.references[-1][-_SHOWN:]
            raise BadInput(
                f"no final answer can be read from the reference of this problem: …{shown!r}",
                where=f"{self.questions_file}, question '{question.id}'",
                remedy=r"write it as \boxed{…}, or name the column: columns: {reference: NAME}",
            )
        row = question.facts
        category = str(row[_TYPE]) if row.get(_TYPE) and not self.columns.category else question.category
        return replace(
            question, category=category, facts={"final": right, _LEVEL: str(row.get(_LEVEL) or "")}
        )

    async def judge(
        self, question: Question, answer: Answer, baseline: Answer | None, ask: Ask | None
    ) -> Sequence[Judgement]:
        """1 where the final answer means the right one, else 0; ``raw`` is the final answer found."""
        found = final_answer(answer.text)
        right = found.way != "none" and same(found.text, str(question.facts["final"]))
        facts = {"way": found.way, "right": question.facts["final"], "cut": answer.finish == "length"}
        return [Judgement(question.id, answer.model, float(right), judge=RULE, raw=found.text, facts=facts)]

    def figures(self, evidence: Evidence) -> Figures:
        """The accuracy of each model with its interval, in all and by type and level; how many answers
        named no final answer, and how many were cut off. In ``accuracy_of_all`` missing
        answers are wrong."""
        graded = self.graded(evidence)
        models = {model: _figures(each, evidence) for model, each in graded.items()}
        lines = []
        for model, found in models.items():
            lines.append(told("accuracy", model, found["accuracy"], found["interval"], found["n"]))
            if found["without_final"]:
                lines.append(
                    f"{model}: {found['without_final']} answers name no final answer; counted as wrong"
                )
        return Figures(self.kind, models, lines=all_lines(evidence, graded, lines))


def _figures(graded: Graded, evidence: Evidence) -> dict[str, Any]:
    outcomes = {name: bool(each.value) for name, each in graded.verdicts.items()}
    asked = evidence.questions
    types = by_group([(asked[name].category, right) for name, right in outcomes.items() if name in asked])
    levels = [
        (str(asked[name].facts.get(_LEVEL, "")), right) for name, right in outcomes.items() if name in asked
    ]
    facts = [each.facts for each in graded.verdicts.values()]
    return {
        **accuracy(list(outcomes.values())),
        "accuracy_of_all": sum(outcomes.values()) / (len(outcomes) + graded.missing),
        "missing": graded.missing,
        "without_final": sum(each.get("way") == "none" for each in facts),
        "cut": sum(bool(each.get("cut")) for each in facts),
        "macro": macro(types),
        "categories": types,
        "levels": by_group(levels),
    }
