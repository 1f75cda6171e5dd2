"""Self-Instruct: a pool of tasks grows out of few seeds, each with instances of its input and output.

Wang et al., "Self-Instruct: Aligning Language Models with Self-Generated Instructions", ACL 2023
(arXiv:2212.10560). Every request shows six seeds and two tasks that the model wrote before; then, each task:

    is it a classification? → class labels, then an input for each; else input, then output

A round is one item: all its requests are read before the first instance is paid, so that every new task is
compared with all seeds, with everything accepted before, and with those before it in its own round. The pool
is frozen when the round is planned. With a ``domain`` or ``preset`` it is the domain-aware Self-Instruct that
Explore-Instruct (Wan et al. 2023) is measured against.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, PrivateAttr

from tutelage.asking import Sampling
from tutelage.draw import draw
from tutelage.methods.answering import answered
from tutelage.methods.method import State
from tutelage.methods.prompted import Session
from tutelage.methods.reading import gathered
from tutelage.methods.seeding.seeded import Proposal, Seeded
from tutelage.methods.seeding.task_instances import Instance, Instances, read_instances
from tutelage.novelty import Index
from tutelage.prompts import material
from tutelage.records import Example, Item, Rejection, Reply
from tutelage.replies import choice
from tutelage.text import normalise

Results = Sequence[Example | Rejection]
Shown = Mapping[str, str]  # id and text of an instruction that a request shows

_GREEDY = Sampling(temperature=0.0)  # the paper's, wherever there is one right reply
_ANSWERS = {"yes": True, "no": False, "是": True, "否": False, "不是": False}
_LEAST_LABELS = 3  # asked for even where fewer instances are kept, or every label would be the first
_COPIED = 20  # characters of a worked example from which on a part of it is no chance


class SelfInstruct(Seeded):
    """Settings of ``selfinstruct``; see docs/kinds/methods/selfinstruct.md."""

    kind: ClassVar[str] = "selfinstruct"
    paper: ClassVar[str] = "https://arxiv.org/abs/2212.10560"
    adaptive: ClassVar[bool] = True

    per_call: Annotated[int, Field(ge=1, le=50)] = 7
    """New instructions wanted of one request; 1 is the way for weak models."""
    requests: Annotated[int, Field(ge=1)] = 5
    """Of one round."""
    rounds: Annotated[int, Field(ge=1)] = 10_000
    """At most so many; the target or the patience of the recipe ends most runs before."""
    human: Annotated[int, Field(ge=1)] = 6
    """Seeds that a request shows; more while the model has written nothing."""
    machine: Annotated[int, Field(ge=0)] = 2
    """Accepted instructions that a request shows."""
    instances: Annotated[int, Field(ge=1, le=20)] | Literal["plain"] = 1
    """Of each instruction; ``plain`` answers it as it stands, with no question of inputs and classes."""

    _pool: Index | None = PrivateAttr(None)
    _pooled: tuple[str, ...] = PrivateAttr(())

    # --- planning ------------------------------------------------------------------------------------

    def plan(self, round: int, state: State) -> Sequence[Item]:
        """One item: the requests of the round, each with what it shows. The pool is frozen here."""
        if round >= self.rounds:
            return []
        self._freeze(state.accepted)
        human = [{"id": seed.id, "text": seed.instruction} for seed in self.seeds]
        first = {example.instruction: example.id for example in reversed(state.accepted)}
        machine = [{"id": first[text], "text": text} for text in reversed(first)]
        known = {each["id"] for each in human + machine}
        for item in state.planned:
            if all(shown["id"] in known for request in item.payload["requests"] for shown in request):
                return [item]
        requests = [
            self._shown(human, machine, draw(state.seed, f"{self.kind}/{round}/{number}"))
            for number in range(self.requests)
        ]
        payload = {"requests": requests, "seed": state.seed}
        return [Item.make(self.kind, {"round": str(round)}, payload)]

    def _shown(self, human: Sequence[Shown], machine: Sequence[Shown], chance: Random) -> list[Shown]:
        written = chance.sample(machine, min(self.machine, len(machine)))
        wanted = self.human + self.machine - len(written)
        shown = [*chance.sample(human, min(wanted, len(human))), *written]
        chance.shuffle(shown)
        return shown

    def _freeze(self, accepted: Sequence[Example]) -> Index:
        """The index of all seeds and all of ``accepted``: that of the last round, which grows, if it can.

        It follows from the arguments alone, so a round that is planned again is judged by the same pool.
        """
        ids = tuple(example.id for example in accepted)
        if self._pool is None or ids[: len(self._pooled)] != self._pooled:
            self._pool, self._pooled = self.seed_index(), ()
        for example in accepted[len(self._pooled) :]:
            self._pool.add(example.id, example.instruction)
        self._pooled = ids
        return self._pool

    # --- writing -------------------------------------------------------------------------------------

    async def carry_out(self, session: Session) -> Results:
        """The round: requests at once, new instructions judged in order, their instances at once."""
        pool = self._pool or self._freeze(())
        asked = [
            self._request(session.part(f"request-{number}"), shown, f"request-{number}")
            for number, shown in enumerate(session.item.payload["requests"], start=1)
        ]
        proposals = self.sift([each for found in await gathered(asked) for each in found], pool)
        new = [each for each in proposals if isinstance(each, Proposal)]
        work = [each.session.spare(self._written(each)) for each in new]
        written = iter(await gathered(work))
        results: list[Example | Rejection] = []
        for each in proposals:
            results += next(written) if isinstance(each, Proposal) else [each]
        return results

    async def _request(
        self, session: Session, shown: Sequence[Shown], turn: str
    ) -> Sequence[Proposal | Rejection]:
        return await session.spare(self.propose(session, [each["text"] for each in shown], turn))

    async def _written(self, proposal: Proposal) -> Results:
        part = proposal.session.part(proposal.name)
        round = part.item.cell["round"]
        if self.instances == "plain":
            wanted = part.word("answer", question=proposal.text, **self.theme)
            reply = await answered(part, wanted, f"answer-{proposal.name}")
            return [self.finished(part, proposal.text, reply.text.strip(), finish=reply.finish)]
        is_classification = await self._classified(part, proposal)
        found = await self._instances(part, proposal, is_classification)
        kept, left = self._chosen(found.good, draw(part.item.payload["seed"], proposal.name))
        cell = {"classification": "yes" if is_classification else "no", "round": round}
        faulty = [*found.faulty, *(("beyond_number", each) for each in left)]
        return [
            *(self.finished(part, proposal.text, each.output, input=each.input, cell=cell) for each in kept),
            *(part.rejection(f"instance:{reason}", f"{proposal.text}\n\n{each}") for reason, each in faulty),
        ]

    async def _classified(self, part: Session, proposal: Proposal) -> bool:
        worked = self._worked["classify"]
        wanted = part.word("classify", instruction=proposal.text, worked=worked)
        found = await part.read(wanted, f"classify-{proposal.name}", _yes_or_no, _GREEDY)
        return found.value

    async def _instances(self, part: Session, proposal: Proposal, is_classification: bool) -> Instances:
        """What the reply holds, copies of a worked example aside."""
        step = "output_first" if is_classification else "input_first"
        number = int(self.instances)
        wanted = part.word(
            step,
            instruction=proposal.text,
            wanted=max(number, _LEAST_LABELS) if is_classification else number,
            worked=self._worked[step],
            **self.theme,
        )
        read = await part.read(
            wanted,
            f"instances-{proposal.name}",
            lambda reply: read_instances(reply, labels_first=is_classification),
            _GREEDY,
        )
        shown = normalise(str(self._worked[step]))
        copied = [each for each in read.value.good if _is_copied(each, shown)]
        good = [each for each in read.value.good if each not in copied]
        return Instances(good, [*read.value.faulty, *(("copied_example", each) for each in copied)])

    def _chosen(self, good: Sequence[Instance], chance: Random) -> tuple[list[Instance], list[Instance]]:
        """As many as are wanted, drawn and in their order, and the others."""
        wanted = min(int(self.instances), len(good))
        drawn = set(chance.sample(range(len(good)), wanted))
        kept = [each for number, each in enumerate(good) if number in drawn]
        return kept, [each for number, each in enumerate(good) if number not in drawn]

    @property
    def _worked(self) -> Mapping[str, Any]:
        worked: Mapping[str, Any] = material(self.kind, "worked.json", self.language)
        return worked


def _yes_or_no(reply: Reply) -> bool:
    return _ANSWERS[choice(reply.text, _ANSWERS)]


def _is_copied(each: Instance, shown: str) -> bool:
    parts = (normalise(each.input), normalise(each.output))
    return any(len(part) > _COPIED and part in shown for part in parts)
