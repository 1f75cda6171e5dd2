"""Self-chat: dialogues of several turns about seed questions or topics.

Xu, Guo, Duan, McAuley, "Baize: An Open-Source Chat Model with Parameter-Efficient Tuning on Self-Chat Data",
EMNLP 2023 (arXiv:2304.01196), there by a transcript in one call or by two roles in turn. How a dialogue is
written stands in :mod:`.dialogues.dialogue`; here is what it is about. Our own words and program throughout.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from tutelage.asking import Desk
from tutelage.errors import BadInput
from tutelage.methods.dialogues.dialogue import Dialogues, planned_first
from tutelage.methods.method import Materials, State
from tutelage.methods.seeding.presets import preset
from tutelage.methods.seeding.seeds import Seed, read_seeds
from tutelage.records import Item


class SelfChat(Dialogues):
    """Settings of self-chat; see docs/kinds/methods/selfchat.md."""

    kind: ClassVar[str] = "selfchat"
    paper: ClassVar[str] = "https://arxiv.org/abs/2304.01196"

    seeds: tuple[str, ...] = ()
    """Questions or topics of your own."""
    seeds_file: Path | None = None
    preset: str = ""
    """The topics of a shipped domain, or its questions where ``seed_as`` is ``question``."""
    seed_as: Literal["topic", "question"] = "topic"
    """``topic``: the person opens in his own words; ``question``: with the seed, word for word."""
    per_seed: Annotated[int, Field(ge=1)] = 1
    """Dialogues about each seed."""

    @model_validator(mode="after")
    def _has_seeds(self) -> SelfChat:
        if not any((*(seed.strip() for seed in self.seeds), self.seeds_file, self.preset)):
            raise BadInput(
                "there is nothing to talk about",
                where="seeds",
                remedy="give seeds, seeds_file or preset",
            )
        if self.preset:
            self._of_preset()
        if self.seeds_file is not None and self.seeds_file.is_file():
            read_seeds(self.seeds_file)
        return self

    async def prepare(self, desk: Desk, seed: int) -> Materials:
        """The seeds; nothing is asked.

        Raises:
            BadInput: the file cannot be read, or holds no seed.
        """
        own = [Seed(text.strip()) for text in self.seeds if text.strip()]
        read = read_seeds(self.seeds_file) if self.seeds_file else []
        shipped = self._of_preset()
        found: dict[str, tuple[Seed, str]] = {}
        named = self.seeds_file.name if self.seeds_file else ""
        for seeds, source in ((own, "recipe"), (read, named), (shipped, self.preset)):
            for each in seeds:
                found.setdefault(each.id, (each, source))
        licences = {each.licence for each in (*read, *shipped)}
        return Materials(tuple(found.values()), licences=tuple(sorted(licences)))

    def _of_preset(self) -> Sequence[Seed]:
        if not self.preset:
            return ()
        domain = preset(self.preset, self.language)
        topics = [Seed(topic, licence="Apache-2.0") for topic in domain.topics]
        questions = [each.as_seed() for each in domain.seeds]
        wanted = questions if self.seed_as == "question" else topics or questions
        if not wanted:
            raise BadInput(
                f"the preset '{self.preset}' has no questions", where="preset", remedy="set seed_as: topic"
            )
        return wanted

    def plan(self, round: int, state: State) -> Iterable[Item]:
        """One dialogue a seed in the order of the seeds, then the second of each; what was planned first."""
        return planned_first(self._items(state), state.planned)

    def _items(self, state: State) -> Iterator[Item]:
        found: Sequence[tuple[Seed, str]] = state.materials.content
        for occurrence in range(self.per_seed):
            for seed, source in found:
                asks = self.seed_as == "question"
                cell = {"source": source} if asks else {"topic": seed.instruction}
                question = seed.question if asks else ""
                yield self.item(state.seed, cell, seed.question, question, occurrence)
