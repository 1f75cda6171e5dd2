"""LLaVA's way to visual instructions: a text model writes about pictures that it only reads about.

Liu, Li, Wu, Lee, "Visual Instruction Tuning", NeurIPS 2023 (arXiv:2304.08485). The teacher is shown captions
and boxes as text and writes, as if it saw the picture, one of three kinds:

    conversation     several questions and answers
    description      a detailed description, for a request drawn from a shipped list
    reasoning        a question that needs thought, and its answer step by step

What gives the source away (a caption, a box, a coordinate), says that nothing can be seen, or shares no word
with what is known of the picture is refused. The model never saw the picture: every example says so in its
lineage, and the card of its dataset says it too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import Field, field_validator, model_validator

from tutelage.asking import Desk
from tutelage.draw import draw
from tutelage.methods.answering import answered
from tutelage.methods.dialogues.dialogue import planned_first
from tutelage.methods.dialogues.spoken import Shown, question_of
from tutelage.methods.method import Materials, State
from tutelage.methods.prompted import Prompted, Session
from tutelage.methods.scenes import Scene, read_scenes
from tutelage.prompts import material
from tutelage.records import Example, Finish, Item, Message, Rejection, Reply, assistant, digest
from tutelage.replies import Unreadable, exchanges, transcript, unwrap

View = Literal["conversation", "description", "reasoning"]
VIEWS: tuple[View, ...] = ("conversation", "description", "reasoning")
MARKER = "<image>"

_SOURCE = re.compile(
    r"\b(?:captions?|bounding[ -]?box(?:es)?|coordinates?)\b|"
    r"\bthe (?:given|provided) (?:descriptions?|sentences?|text|information|list|objects)\b|"
    r"[\[(]\s*[01]?\.\d+\s*,|\b[01]\.\d+\s*,\s*[01]\.\d+|"
    r"图注|字幕|说明文字|图片说明|标注框|边界框|检测框|包围框|坐标|(?:给出|提供)的(?:描述|文字|信息|句子)",
    re.IGNORECASE,
)
_UNSEEN = re.compile(
    r"(?:\bcannot|\bcan['’]t|\bcan not|\bunable to|\bnot able to|\bdo(?:n['’]t| not)) (?:\w+ )?"
    r"(?:see|view|access) (?:the|any|an|this|your)?\s*(?:image|picture|photo)|"
    r"(?:无法|不能|看不到|没法).{0,4}(?:图片|图像|照片)",
    re.IGNORECASE,
)

_Exchange = tuple[str, str]


class _Refused(Exception):
    """A text that may not become an example."""

    def __init__(self, code: str, text: str, detail: str) -> None:
        super().__init__(code)
        self.code, self.text, self.detail = code, text, detail


class Visual(Prompted):
    """Settings of LLaVA's way; see docs/kinds/methods/visual.md."""

    kind: ClassVar[str] = "visual"
    paper: ClassVar[str] = "https://arxiv.org/abs/2304.08485"

    data_file: Path
    """Rows with an image's path, captions, and boxes; see the module ``scenes``."""
    kinds: Annotated[tuple[View, ...], Field(min_length=1)] = VIEWS
    """What is written about each picture; which comes first is drawn for each."""
    rounds: Annotated[int, Field(ge=1, le=10)] = 3
    """Exchanges of a conversation."""
    parts: Literal["together", "apart"] = "together"
    """``apart`` asks for one question and one answer at a time (for weak models)."""
    boxes: Literal["numbers", "words"] = "numbers"
    """How boxes are told: as four numbers, or as left, middle, right and so on."""
    check_files: bool = True
    """Whether every image must be there."""

    @field_validator("kinds")
    @classmethod
    def _each_once(cls, kinds: tuple[View, ...]) -> tuple[View, ...]:
        return tuple(dict.fromkeys(kinds))

    @model_validator(mode="after")
    def _readable(self) -> Visual:
        if self.data_file.is_file():
            read_scenes(self.data_file, check_files=self.check_files)
        return self

    async def prepare(self, desk: Desk, seed: int) -> Materials:
        """The scenes of the file; nothing is asked.

        Raises:
            BadInput: a row is at fault.
        """
        scenes = read_scenes(self.data_file, check_files=self.check_files)
        return Materials(scenes, licences=tuple(sorted({scene.licence for scene in scenes})))

    def plan(self, round: int, state: State) -> Iterator[Item]:
        """Every picture once, then every picture again with another kind, until each has had all."""
        scenes: Sequence[Scene] = state.materials.content
        orders = [self._order(scene, state.seed) for scene in scenes]
        every = (
            self._item(scene, order[turn], state.seed)
            for turn in range(len(self.kinds))
            for scene, order in zip(scenes, orders, strict=True)
        )
        return planned_first(every, state.planned)

    def _order(self, scene: Scene, seed: int) -> list[View]:
        return draw(seed, f"visual/order/{digest(scene.as_dict())}").sample(self.kinds, len(self.kinds))

    def _item(self, scene: Scene, view: View, seed: int) -> Item:
        payload = {**scene.as_dict(), "kind": view, "request": ""}
        if view == "description":
            requests: list[str] = material(self.kind, "requests.json", self.language)
            payload["request"] = draw(seed, f"visual/request/{digest(scene.as_dict())}").choice(requests)
        return Item.make(self.kind, {"kind": view}, payload)

    async def carry_out(self, session: Session) -> Sequence[Example | Rejection]:
        """The example of one picture, or why there is none."""
        view: View = session.item.payload["kind"]
        try:
            if view == "description":
                found, finish = await self._answered(session, session.item.payload["request"], [])
            elif self.parts == "together":
                found, finish = await self._together(session, view)
            else:
                found, finish = await self._apart(session, view)
            self._check_subject(session, found)
        except _Refused as refused:
            return [session.rejection(f"visual:{refused.code}", refused.text, refused.detail)]
        return [self._example(session, found, finish)]

    async def _together(self, session: Session, view: View) -> tuple[list[_Exchange], Finish]:
        """Questions and answers in one reply."""
        wanted = self.rounds if view == "conversation" else 1
        shown = Shown([session.word(view, scene="", rounds=wanted)])

        def parse(reply: Reply) -> list[_Exchange]:
            found = exchanges(transcript(reply.text), cut_off=reply.finish == "length")[:wanted]
            if len(found) < min(wanted, 2):
                raise Unreadable("too_few_exchanges", f"{len(found)} complete exchanges of {wanted}")
            for exchange in found:
                shown.refuse("\n".join(exchange))
            return found

        asked = session.word(view, scene=self._told(session), rounds=wanted)
        read = await session.read(asked, view, parse)
        for exchange in read.value:
            _check("\n".join(exchange), read.reply.text)
        return read.value, "other" if read.reply.finish == "other" else "stop"

    async def _apart(self, session: Session, view: View) -> tuple[list[_Exchange], Finish]:
        """One question, its answer, the next question, …"""
        found: list[_Exchange] = []
        finish: Finish = "stop"
        for number in range(self.rounds if view == "conversation" else 1):
            slots = {"kind": view, "earlier": [question for question, _ in found]}
            shown = Shown([session.word("question", scene="", **{**slots, "earlier": []})])
            asked = session.word("question", scene=self._told(session), **slots)
            read = await session.read(asked, f"question-{number}", partial(question_of, shown=shown))
            _check(read.value, read.value)
            if read.value in slots["earlier"]:
                raise _Refused("repeated_question", read.value, "asked before in this conversation")
            found, finish = await self._answered(session, read.value, found)
        return found, finish

    async def _answered(
        self, session: Session, question: str, earlier: Sequence[_Exchange]
    ) -> tuple[list[_Exchange], Finish]:
        """The exchanges so far and the one with the answer to ``question``."""
        view = session.item.payload["kind"]
        slots = {"question": question, "kind": view, "earlier": list(earlier)}
        reply = await answered(
            session, session.word("answer", scene=self._told(session), **slots), f"answer-{len(earlier)}"
        )
        answer = unwrap(reply.text)
        _check(answer, reply.text)
        _refuse_echo(answer, session.word("answer", scene="", **{**slots, "question": "", "earlier": []}))
        return [*earlier, (question, answer)], reply.finish

    def _check_subject(self, session: Session, found: Sequence[_Exchange]) -> None:
        text = "\n\n".join(f"{asked}\n{said}" for asked, said in found)
        if not Scene.from_dict(session.item.payload).shares_a_word(text):
            raise _Refused("other_subject", text, "it shares no word with the captions and boxes")

    def _told(self, session: Session) -> str:
        scene = Scene.from_dict(session.item.payload)
        return session.word(
            "scene", captions=scene.captions, things=scene.things, numbers=self.boxes == "numbers"
        )

    def _example(self, session: Session, found: Sequence[_Exchange], finish: Finish) -> Example:
        payload = session.item.payload
        (first, answer), *rest = found
        turns = [Message("user", f"{MARKER}\n{first}", (payload["image"],)), assistant(answer)]
        for asked, said in rest:
            turns += [Message("user", asked), assistant(said)]
        told = {name: payload[name] for name in ("image", "captions", "things")}
        return session.dialogue(turns, finish=finish, image_seen=False, **told)


def _check(text: str, raw: str) -> None:
    """Refuse what a model that saw the picture would not write.

    Raises:
        _Refused: ``mentions_source``, ``unseen`` or ``marker``.
    """
    if found := _SOURCE.search(text):
        raise _Refused("mentions_source", raw, f"it says {found[0]!r}")
    if found := _UNSEEN.search(text):
        raise _Refused("unseen", raw, f"it says {found[0]!r}")
    if MARKER in text:
        raise _Refused("marker", raw, f"it holds the marker {MARKER}, which stands for a picture")


def _refuse_echo(text: str, prompt: str) -> None:
    try:
        Shown([prompt]).refuse(text)
    except Unreadable as error:
        raise _Refused(error.reason, text, error.detail) from error
