"""IFEval: 25 types of instructions whose keeping a program can verify (Zhou et al. 2023, arXiv:2311.07911).

Strict asks of the answer as it stands; loose is content with any of eight readings of it (asterisks stripped,
first line, last line or both left out). Prompt-level counts prompts with all instructions kept,
instruction-level single instructions. The checks are in ``ifeval_checks``, with what departs from the
published program.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from tutelage.asking import Ask
from tutelage.errors import BadInput
from tutelage.evaluate.accuracy import accuracy, clustered
from tutelage.evaluate.bench import Answer, Evidence, Figures, Judgement, Question
from tutelage.evaluate.ifeval_checks import follows, follows_loosely, parameters_of
from tutelage.evaluate.measures import percent
from tutelage.evaluate.question_files import read_questions
from tutelage.evaluate.ruled import RULE, Graded, Ruled, all_lines
from tutelage.records import digest
from tutelage.rows import read_rows, write_rows

RULES = ("strict", "loose")
_OUTCOMES = "follow_instruction_list"


class IFEval(Ruled):
    """Settings of the bench ``ifeval``; the questions file is IFEval's ``input_data.jsonl`` or its like."""

    kind: ClassVar[str] = "ifeval"
    paper: ClassVar[str] = "arXiv:2311.07911"
    headline: ClassVar[tuple[str, ...]] = ("prompt_strict", "instruction_strict", "prompt_loose")
    measure: ClassVar[str] = "prompts kept strictly, in percent"

    def questions(self) -> Sequence[Question]:
        """One for each prompt; ``facts`` has its ``instructions``, pairs of type and parameters."""
        return [self._checked(each) for each in read_questions(self.file())]

    def _checked(self, question: Question) -> Question:
        place = f"{self.questions_file}, question '{question.id}'"
        kinds = question.facts.get("instruction_id_list")
        given = question.facts.get("kwargs")
        if (
            not isinstance(kinds, list)
            or not isinstance(given, list)
            or not kinds
            or len(kinds) != len(given)
        ):
            raise BadInput(
                "a question of IFEval has the lists 'instruction_id_list' and 'kwargs', equally long",
                where=place,
                remedy="give IFEval's input_data.jsonl, or a file with the same columns",
            )
        prompt = question.turns[0]
        pairs = [
            (kind, parameters_of(kind, dict(each or {}), prompt, place))
            for kind, each in zip(kinds, given, strict=True)
        ]
        return Question(question.id, question.turns, facts={"instructions": pairs})

    async def judge(
        self, question: Question, answer: Answer, baseline: Answer | None, ask: Ask | None
    ) -> Sequence[Judgement]:
        """One verdict: 1 where all instructions are kept strictly; ``facts`` has them all, by either rule."""
        pairs = question.facts["instructions"]
        strict = [follows(kind, want, answer.text) for kind, want in pairs]
        loose = [follows_loosely(kind, want, answer.text) for kind, want in pairs]
        facts = {"types": [kind for kind, _ in pairs], "strict": strict, "loose": loose}
        return [Judgement(question.id, answer.model, float(all(strict)), judge=RULE, facts=facts)]

    def credit(self, verdict: Judgement) -> float | None:
        """100 where all instructions were kept; ``None`` where only the loose verdicts are on record."""
        return percent(verdict.value)

    def figures(self, evidence: Evidence) -> Figures:
        """The four accuracies of each model with their intervals, and the accuracies of each type."""
        graded = self.graded(evidence)
        models = {model: _figures(each) for model, each in graded.items()}
        return Figures(
            self.kind,
            models,
            lines=all_lines(evidence, graded, [_told(model, each) for model, each in models.items()]),
        )

    def recorded(self, paths: Sequence[Path]) -> Evidence:
        """``eval_results_strict.jsonl`` and ``eval_results_loose.jsonl``, either or both; a model is named
        by the row, else by the folder. With a questions file, rows are joined to it by the text of the
        prompt."""
        known = {each.turns[0]: each for each in self.questions()} if self.questions_file else {}
        rows: dict[tuple[str, str], dict[str, Any]] = {}
        for path in map(Path, paths):
            rule = "loose" if "loose" in path.stem else "strict"
            for row in read_rows(path):
                prompt, kinds, kept = _recorded(row.data, row.place)
                model = str(row.data.get("model") or path.resolve().parent.name)
                facts = rows.setdefault((model, prompt), {"types": kinds})
                facts[rule] = kept
        questions = {prompt: known.get(prompt) or _question(prompt) for _, prompt in rows}
        return Evidence(
            {each.id: each for each in (known or questions).values()},
            judgements=[
                Judgement(
                    questions[prompt].id,
                    model,
                    float(all(facts["strict"])) if "strict" in facts else None,
                    judge=RULE,
                    facts=facts,
                )
                for (model, prompt), facts in rows.items()
            ],
        )

    def record(self, evidence: Evidence, folder: Path) -> Sequence[Path]:
        """``eval_results_strict.jsonl`` and ``eval_results_loose.jsonl`` for each model, in a folder of its
        own where there are several."""
        written = []
        models = sorted({each.model for each in evidence.judgements})
        for number, model in enumerate(models):
            place = folder / _folder(model, number) if len(models) > 1 else folder
            for rule in RULES:
                rows = [
                    _row(each, rule, evidence)
                    for each in evidence.judgements
                    if each.model == model and rule in each.facts
                ]
                if rows:
                    written.append(place / f"eval_results_{rule}.jsonl")
                    write_rows(written[-1], rows)
        return written


def _question(prompt: str) -> Question:
    return Question(digest(prompt), (prompt,))


def _folder(model: str, number: int) -> str:
    plain = "".join(each if each.isalnum() or each in "-_." else "_" for each in model).strip(".")
    return plain or f"model-{number + 1}"


def _recorded(data: Mapping[str, Any], place: str) -> tuple[str, list[str], list[bool]]:
    prompt, kinds, kept = data.get("prompt"), data.get("instruction_id_list"), data.get(_OUTCOMES)
    if (
        not isinstance(prompt, str)
        or not isinstance(kinds, list)
        or not isinstance(kept, list)
        or len(kinds) != len(kept)
        or not all(isinstance(each, bool) for each in kept)
    ):
        raise BadInput(
            f"a row of IFEval's results has 'prompt', 'instruction_id_list' and '{_OUTCOMES}' (true or "
            "false for each instruction)",
            where=place,
            remedy="give eval_results_strict.jsonl or eval_results_loose.jsonl",
        )
    return prompt, list(map(str, kinds)), kept


def _row(verdict: Judgement, rule: str, evidence: Evidence) -> dict[str, Any]:
    question = evidence.questions.get(verdict.question)
    answer = evidence.answers.get(verdict.model, {}).get(verdict.question)
    kept = list(verdict.facts[rule])
    return {
        "follow_all_instructions": all(kept),
        _OUTCOMES: kept,
        "instruction_id_list": list(verdict.facts["types"]),
        "prompt": question.turns[0] if question else verdict.question,
        "response": answer.text if answer else "",
        "model": verdict.model,
    }


def _figures(graded: Graded) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    intervals: dict[str, Any] = {}
    verdicts = list(graded.verdicts.values())
    for rule in RULES:
        groups = [each.facts[rule] for each in verdicts if rule in each.facts]
        if not groups:
            continue
        for level, found in (
            ("prompt", accuracy([all(each) for each in groups])),
            ("instruction", clustered(groups)),
        ):
            figures[f"{level}_{rule}"] = found["accuracy"]
            intervals[f"{level}_{rule}"] = found["interval"]
    return {
        **figures,
        "intervals": intervals,
        "n": len(verdicts),
        "instructions": sum(len(each.facts["types"]) for each in verdicts),
        "missing": graded.missing,
        "types": _types(verdicts),
    }


def _types(verdicts: Sequence[Judgement]) -> dict[str, dict[str, Any]]:
    """For each type how many instructions there were and the share kept, by either rule."""
    found: dict[str, dict[str, Any]] = {}
    for rule in RULES:
        by_type: dict[str, list[bool]] = {}
        for verdict in verdicts:
            for kind, kept in zip(verdict.facts["types"], verdict.facts.get(rule, ()), strict=False):
                by_type.setdefault(kind, []).append(kept)
        for kind, kept_all in sorted(by_type.items()):
            found.setdefault(kind, {"n": len(kept_all)})[rule] = sum(kept_all) / len(kept_all)
    return dict(sorted(found.items()))


def _told(model: str, figures: Mapping[str, Any]) -> str:
    held = figures["intervals"]
    parts = [
        f"{level}-level {rule} {figures[name]:.1%} ({held[name][0]:.1%} to {held[name][1]:.1%})"
        for rule in RULES
        for level in ("prompt", "instruction")
        if (name := f"{level}_{rule}") in figures
    ]
    return f"{model}: {'; '.join(parts)}; {figures['n']:,} prompts, {figures['instructions']:,} instructions"
