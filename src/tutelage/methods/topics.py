"""Topics: from broad topics to finer ones, to questions, to one dialogue for each question.

Ding, Chen, Xu, Qin, Zheng, Hu, Liu, Sun, Zhou, "Enhancing Chat Language Models by Scaling High-quality
Instructional Conversations" (UltraChat), EMNLP 2023 (arXiv:2305.14233). Topics, sub-topics and questions are
gathered before planning; every question is an item of its own, so a bad dialogue costs one question. How a
dialogue is written stands in :mod:`.dialogues.dialogue`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Annotated, ClassVar, NamedTuple, TypeVar

from pydantic import Field, model_validator

from tutelage.asking import Desk
from tutelage.errors import BadInput, TutelageError
from tutelage.methods.dialogues.dialogue import Dialogues, planned_first
from tutelage.methods.dialogues.topic_tree import TopicGrower, Tree, read_tree
from tutelage.methods.method import Materials, State
from tutelage.methods.seeding.presets import preset
from tutelage.records import Item

T = TypeVar("T")


class Opening(NamedTuple):
    """A question with where it belongs."""

    topic: str
    subtopic: str
    question: str


class Topics(Dialogues):
    """Settings of topics; see docs/kinds/methods/topics.md."""

    kind: ClassVar[str] = "topics"
    paper: ClassVar[str] = "https://arxiv.org/abs/2305.14233"

    topics: Annotated[int, Field(ge=1)] | tuple[str, ...] = 10
    """How many to ask for, or your own."""
    topics_file: Path | None = None
    """``topics.json`` of a run, or one of your own; what it leaves open is asked for."""
    preset: str = ""
    """The topics of a shipped domain."""
    domain: str = ""
    """What all topics have to do with."""
    subtopics: Annotated[int, Field(ge=1)] = 10
    questions: Annotated[int, Field(ge=1)] = 10
    """Of each sub-topic."""
    one_at_a_time: bool = False
    """Ask for one sub-topic and one question a call, not for lists (for weak models)."""

    @model_validator(mode="after")
    def _sound(self) -> Topics:
        if isinstance(self.topics, tuple) and not any(topic.strip() for topic in self.topics):
            raise BadInput(
                "the list of topics is empty", where="topics", remedy="name a topic, or how many are wanted"
            )
        if self.preset:
            preset(self.preset, self.language)
        if self.topics_file is not None and self.topics_file.is_file():
            read_tree(self.topics_file)
        return self

    # --- before planning -----------------------------------------------------------------------------

    async def prepare(self, desk: Desk, seed: int) -> Materials:
        """Topics, sub-topics and questions: given or asked for.

        Raises:
            BadInput: the file cannot be read.
            TutelageError: no question could be had.
        """
        grower = TopicGrower(self, desk, self._domain, self.one_at_a_time)
        tree = self._given()
        if not tree:
            assert isinstance(self.topics, int)
            tree = {topic: {} for topic in await grower.topics(self.topics)}
        tree = await grower.grown(tree, self.subtopics, self.questions)
        if not any(questions for below in tree.values() for questions in below.values()):
            last = grower.rejections[-1] if grower.rejections else None
            raise TutelageError(
                "the teacher gave no question to begin a dialogue with",
                where=f"{last.reason}: {last.text[:200] or last.detail}" if last else "",
                remedy="give a topics_file with questions, set one_at_a_time, or take a larger model",
            )
        text = json.dumps(tree, ensure_ascii=False, indent=2) + "\n"
        return Materials(tree, files={"topics.json": text}, rejections=tuple(grower.rejections))

    @property
    def _domain(self) -> str:
        return self.domain or (preset(self.preset, self.language).domain if self.preset else "")

    def _given(self) -> Tree:
        """What need not be asked for: of the file, the recipe, the preset, the first that is there."""
        if self.topics_file is not None:
            return read_tree(self.topics_file)
        if isinstance(self.topics, tuple):
            return {topic.strip(): {} for topic in self.topics if topic.strip()}
        if self.preset:
            return {topic: {} for topic in preset(self.preset, self.language).topics}
        return {}

    # --- planning ------------------------------------------------------------------------------------

    def plan(self, round: int, state: State) -> Iterable[Item]:
        """One dialogue a question, topics and sub-topics in turn; what was planned first."""
        tree: Tree = state.materials.content
        items = (
            self.item(
                state.seed,
                {"topic": each.topic, "subtopic": each.subtopic},
                each.subtopic,
                each.question,
            )
            for each in in_turn(tree)
        )
        return planned_first(items, state.planned)


def in_turn(tree: Tree) -> Iterator[Opening]:
    """Every question of ``tree``, so that wherever the list is cut topics, then sub-topics, are even."""
    return _in_turn(
        [
            list(_in_turn([[Opening(topic, name, each) for each in asked] for name, asked in below.items()]))
            for topic, below in tree.items()
        ]
    )


def _in_turn(rows: Sequence[Sequence[T]]) -> Iterator[T]:
    """The first of every row, then the second of every row, and so on."""
    return (each for column in zip_longest(*rows) for each in column if each is not None)
