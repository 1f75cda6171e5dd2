"""Few instructions into many: some seeds are shown, new instructions asked for, and each is answered.

After InstructWild (Ni et al. 2023), where five of 429 prompts that people had sent stood in every request.
There is no input field: an instruction holds all that it needs. Only seeds are ever shown, so the plan is a
stream, and what the model wrote cannot lead it away from what people ask.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Annotated, ClassVar

from pydantic import Field, PrivateAttr

from tutelage.draw import draw
from tutelage.methods.answering import answered
from tutelage.methods.method import State
from tutelage.methods.prompted import Session
from tutelage.methods.reading import gathered
from tutelage.methods.seeding.seeded import Proposal, Seeded
from tutelage.novelty import Index
from tutelage.records import Example, Item, Rejection, digest


class Expand(Seeded):
    """Settings of ``expand``; see docs/kinds/methods/expand.md."""

    kind: ClassVar[str] = "expand"
    paper: ClassVar[str] = "https://github.com/XueFuzhao/InstructionWild"

    demonstrations: Annotated[int, Field(ge=1, le=50)] = 5
    """Seeds that a request shows."""
    requests: Annotated[int, Field(ge=1)] = 10_000
    """At most so many requests; the target or the patience of the recipe ends most runs before."""

    _index: Index | None = PrivateAttr(None)

    # --- planning ------------------------------------------------------------------------------------

    def plan(self, round: int, state: State) -> Iterator[Item]:
        """Requests drawn by their number; those of ``state.planned`` first, if all their seeds are there."""
        known = {seed.question for seed in self.seeds}
        kept = [item for item in state.planned if known.issuperset(item.payload["shown"])]
        yield from kept
        names = {item.id for item in kept}
        fresh = (item for item in self._drawn(state.seed) if item.id not in names)
        yield from islice(fresh, max(0, self.requests - len(kept)))

    def _drawn(self, seed: int) -> Iterator[Item]:
        texts = list(dict.fromkeys(each.question for each in self.seeds))
        wanted = min(self.demonstrations, len(texts))
        occurrences: dict[str, int] = {}
        for number in range(self.requests):
            payload = {"shown": draw(seed, f"{self.kind}/{number}").sample(texts, wanted)}
            name = digest(payload)
            occurrence = occurrences[name] = occurrences.get(name, -1) + 1
            yield Item.make(self.kind, {"source": self.source}, payload, occurrence)

    # --- writing -------------------------------------------------------------------------------------

    async def carry_out(self, session: Session) -> Sequence[Example | Rejection]:
        """An example for every new instruction of one request."""
        shown: list[str] = session.item.payload["shown"]
        proposals = self.sift(await self.propose(session, shown, "request"), self._seeds_known)
        work = [each.session.spare(self._answer(each, shown)) for each in _new(proposals)]
        answers = iter(await gathered(work))
        results: list[Example | Rejection] = []
        for each in proposals:
            results += next(answers) if isinstance(each, Proposal) else [each]
        return results

    @property
    def _seeds_known(self) -> Index:
        """Asked only, never added to: the same for every item."""
        if self._index is None:
            self._index = self.seed_index()
        return self._index

    async def _answer(self, proposal: Proposal, shown: Sequence[str]) -> Sequence[Example | Rejection]:
        part = proposal.session.part(proposal.name)
        wanted = part.word("answer", question=proposal.text, **self.theme)
        reply = await answered(part, wanted, f"answer-{proposal.name}")
        said = {"finish": reply.finish, "shown": list(shown)}
        return [self.finished(part, proposal.text, reply.text.strip(), **said)]


def _new(proposals: Sequence[Proposal | Rejection]) -> list[Proposal]:
    return [each for each in proposals if isinstance(each, Proposal)]
