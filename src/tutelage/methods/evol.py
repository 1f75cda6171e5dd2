"""Evol-Instruct: instructions grow harder, or branch off, from one generation to the next.

Xu et al., "WizardLM: Empowering Large Language Models to Follow Complex Instructions", ICLR 2024
(arXiv:2304.12244). A round is a generation. Each parent is rewritten by one operator, and the rewritten
instruction is answered; a failed evolution is eliminated, and its parent is tried again in the next round:

    rewrite → eliminate by looking → judge: anything new? → answer → eliminate by the answer

Departures from the paper: an operator that failed on a parent is not tried on it again before all others
were; what can be seen without a call is eliminated without one, and the judge speaks before the answer is
paid for; the released program eliminates nothing at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import Field, model_validator

from tutelage.asking import Desk, Sampling
from tutelage.draw import draw
from tutelage.errors import BadInput
from tutelage.methods.answering import answered
from tutelage.methods.elimination import Fault, fault_of_answer, fault_of_instruction
from tutelage.methods.generations import Parent, pool
from tutelage.methods.method import Materials, State
from tutelage.methods.prompted import SHARED, Prompted, Session
from tutelage.methods.reading import NotRead
from tutelage.methods.seeding.presets import Preset, preset
from tutelage.methods.seeding.seeds import distinct, read_seeds
from tutelage.prompts import load, material
from tutelage.records import (
    UNKNOWN_LICENCE,
    Example,
    Item,
    Message,
    Rejection,
    Reply,
    assistant,
    canonical,
    user,
)
from tutelage.replies import Unreadable, choice, sections, unfence, unwrap

Operator = Literal["constrain", "deepen", "concretise", "reason", "complicate", "broaden"]

_SAME = {
    "same": True,
    "not the same": False,
    "different": False,
    "相同": True,
    "不同": False,
    "不相同": False,
}
_CHARACTERS = 2  # of Chinese for a word of English
_DATA = 3  # times the usual growth, for an instruction that brings its data along


class Evol(Prompted):
    """Settings of Evol-Instruct; see docs/kinds/methods/evol.md."""

    kind: ClassVar[str] = "evol"
    paper: ClassVar[str] = "https://arxiv.org/abs/2304.12244"
    adaptive: ClassVar[bool] = True

    seeds_file: Path | None = None
    """Instructions to begin with; answers are not needed."""
    preset: str = ""
    """A shipped domain: its seeds, where no file is given, and its sentence."""
    domain: str = ""
    """What ``broaden`` stays within; the preset's where nothing is said."""
    rounds: Annotated[int, Field(ge=1)] = 4
    """Generations."""
    per_round: Annotated[int, Field(ge=1)] | None = None
    """Parents of a generation, drawn from the pool; all where nothing is said."""
    operators: Annotated[tuple[Operator, ...], Field(min_length=1)] = get_args(Operator)
    """Those that may be used."""
    retry: bool = True
    """Whether a parent whose child was eliminated stays in the pool."""
    judge: bool = True
    """Whether the teacher says if a child asks for anything new (one call)."""
    worked_examples: Annotated[int, Field(ge=0, le=3)] = 1
    """How often an operator is shown at work before it is asked for; a weak model needs all three."""
    added_words: Annotated[int, Field(ge=1)] = 20
    """How many the teacher may add."""
    most_added: Annotated[int, Field(ge=1)] = 100
    """A child that grew by more is eliminated; three times as many with ``complicate``."""

    @model_validator(mode="after")
    def _has_seeds(self) -> Evol:
        if self.seeds_file is None and not self.preset:
            raise BadInput(
                "there is nothing to evolve", remedy="give seeds_file (one instruction a line) or preset"
            )
        if self.preset and not self._preset.seeds and self.seeds_file is None:
            raise BadInput("this preset has no seeds", where="preset", remedy="give a seeds_file as well")
        if self.seeds_file is not None and self.seeds_file.is_file():
            read_seeds(self.seeds_file)
        return self

    @property
    def _preset(self) -> Preset:
        return preset(self.preset, self.language)

    @property
    def _domain(self) -> str:
        return self.domain or (self._preset.domain if self.preset else "")

    async def prepare(self, desk: Desk, seed: int) -> Materials:
        """The seeds, in their order.

        Raises:
            BadInput: the file cannot be read, or holds no seed.
        """
        if self.seeds_file is not None:
            seeds, files = read_seeds(self.seeds_file), {}
        else:
            seeds = distinct(each.as_seed() for each in self._preset.seeds)
            files = {"seeds.jsonl": "".join(canonical(each.as_dict()) + "\n" for each in seeds)}
        licences = {each.licence for each in seeds} - {UNKNOWN_LICENCE}
        return Materials(tuple(seeds), files=files, licences=tuple(sorted(licences)))

    # --- planning ------------------------------------------------------------------------------------

    def plan(self, round: int, state: State) -> Sequence[Item]:
        """One item a parent of this generation: those planned before first, as far as they still hold."""
        if round >= self.rounds:
            return []
        tried: Counter[tuple[str, str]] = Counter()
        for earlier in range(round):
            tried.update(map(_step, self._generation(earlier, state, (), tried)))
        return self._generation(round, state, state.planned, tried)

    def _generation(
        self, round: int, state: State, planned: Sequence[Item], tried: Counter[tuple[str, str]]
    ) -> list[Item]:
        """The items of a round; ``tried`` counts how often each parent met each operator before."""
        parents = pool(state.materials.content, state.accepted, round, retry=self.retry)
        items = [item for item in planned if self._holds(item, round, parents)][: self.per_round]
        taken = {item.payload["parent"] for item in items}
        rest = [parent for parent in parents.values() if parent.id not in taken]
        if self.per_round is not None:
            chance = {each.id: draw(state.seed, f"evol/{round}/{each.id}").random() for each in rest}
            rest = sorted(rest, key=lambda each: chance[each.id])[: self.per_round - len(items)]
        used = Counter(item.payload["operator"] for item in items)
        for parent in rest:
            operator = self._operator(parent, state.seed, tried, used)
            used[operator] += 1
            items.append(self._item(parent, operator, round))
        return items

    def _operator(
        self, parent: Parent, seed: int, tried: Counter[tuple[str, str]], used: Counter[str]
    ) -> str:
        """The operator least tried on this parent, then least used in this generation, then by chance."""
        known = sorted(set(self.operators))
        order = draw(seed, f"evol/operators/{parent.id}").sample(known, len(known))
        return min(order, key=lambda each: (tried[parent.id, each], used[each]))

    def _holds(self, item: Item, round: int, parents: Mapping[str, Parent]) -> bool:
        parent = parents.get(item.payload["parent"])
        if parent is None or parent.question != item.payload["instruction"]:
            return False
        operator = item.payload["operator"]
        return operator in self.operators and item.cell == _cell(operator, round)

    def _item(self, parent: Parent, operator: str, round: int) -> Item:
        payload = {
            "operator": operator,
            "parent": parent.id,
            "instruction": parent.question,
            "seed": parent.root,
        }
        return Item.make(self.kind, _cell(operator, round), payload)

    # --- writing -------------------------------------------------------------------------------------

    async def carry_out(self, session: Session) -> Sequence[Example | Rejection]:
        """Rewrite, look, judge, answer, look again; every elimination is a rejection with the raw text."""
        given = session.item.payload
        prompt = self._wanted(session, given["instruction"])
        rewritten = await session.read(prompt, "rewrite", self._instruction_in)
        child = rewritten.value
        fault = self._fault(session, child) or await self._nothing_new(session, child)
        if fault:
            return [session.rejection(f"eliminate:{fault.code}", rewritten.reply.text, fault.detail)]
        try:
            reply = await answered(session, child, "answer")
        except NotRead:  # an empty answer says nothing, as one of stop words does
            reply = Reply("")
        answer = reply.text.strip()
        if fault := fault_of_answer(answer, child):
            return [session.rejection(f"eliminate:{fault.code}", f"{child}\n\n{answer}", fault.detail)]
        lineage = {name: given[name] for name in ("parent", "seed", "operator")}
        lineage["parent_instruction"] = given["instruction"]
        return [session.single_turn(child, answer, finish=reply.finish, **lineage)]

    def _wanted(self, session: Session, instruction: str) -> list[Message]:
        """The operator's prompt, after worked examples as earlier turns."""
        messages = []
        for shown in self._shown(session.item):
            messages += [user(self._word(session, shown["before"])), assistant(shown["after"])]
        return [*messages, user(self._word(session, instruction))]

    def _shown(self, item: Item) -> Sequence[Mapping[str, str]]:
        examples: Mapping[str, Any] = material(self.kind, "worked_examples.json", self.language)
        shown: Sequence[Mapping[str, str]] = examples[item.payload["operator"]]
        return shown[: self.worked_examples]

    def _word(self, session: Session, instruction: str) -> str:
        allowed = self.added_words * (_CHARACTERS if self.language == "zh" else 1)
        operator = session.item.payload["operator"]
        return session.word(operator, instruction=instruction, domain=self._domain, words=allowed)

    def _instruction_in(self, reply: Reply) -> str:
        """The instruction in a reply that should hold nothing else.

        Raises:
            Unreadable: nothing is left, it was cut off, or an answer stands behind it.
        """
        text = unwrap(unfence(reply.text))
        parts = sections(text)
        if "instruction" in sections(f"{text.partition(chr(10))[0]}\n."):  # the first line is a label
            text = parts.get("instruction", "")
        elif "response" in parts:
            raise Unreadable("it_holds_an_answer", "a labelled answer stands in the reply")
        if not text:
            raise Unreadable("empty_instruction", "no instruction in the reply")
        if reply.finish == "length":
            raise Unreadable("cut_off", "the instruction reached the limit of tokens")
        return text

    def _fault(self, session: Session, child: str) -> Fault | None:
        operator, parent = session.item.payload["operator"], session.item.payload["instruction"]
        grows = _DATA if operator == "complicate" else 1
        again = load(SHARED, "ask_again", self.language).render(problem="")
        return fault_of_instruction(
            child,
            parent,
            prompt=f"{self._word(session, '')}\n{again}",
            shown=[each["after"] for each in self._shown(session.item)],
            most_added=self.most_added * grows * (_CHARACTERS if self.language == "zh" else 1),
            stays=operator != "broaden",
        )

    async def _nothing_new(self, session: Session, child: str) -> Fault | None:
        """Whether the teacher finds nothing new; a verdict that cannot be read condemns nobody."""
        if not self.judge:
            return None
        question = session.word("judge", before=session.item.payload["instruction"], after=child)
        try:
            found = await session.read(
                question, "judge", lambda reply: choice(reply.text, _SAME), Sampling(temperature=0.0)
            )
        except NotRead:
            return None
        return (
            Fault("nothing_new", f"judged: {found.reply.text.strip()[:200]}") if _SAME[found.value] else None
        )


def _step(item: Item) -> tuple[str, str]:
    return item.payload["parent"], item.payload["operator"]


def _cell(operator: Any, round: int) -> dict[str, str]:
    return {"operator": str(operator), "round": str(round)}
