"""Methods that show a few instructions and ask for new ones: their seeds, their theme, and the asking."""

from __future__ import annotations

import functools
from abc import ABC
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import Field, model_validator

from tutelage.asking import Desk
from tutelage.methods.boxing import boxed
from tutelage.methods.method import Materials
from tutelage.methods.prompted import SHARED, Prompted, Session
from tutelage.methods.seeding.new_instructions import entries, fault, only_entry
from tutelage.methods.seeding.presets import Preset, preset
from tutelage.methods.seeding.seeds import Seed, distinct, read_seeds
from tutelage.novelty import Index
from tutelage.prompts import material
from tutelage.records import (
    UNKNOWN_LICENCE,
    Example,
    Message,
    Rejection,
    assistant,
    canonical,
    digest,
    system,
    user,
)
from tutelage.text import normalise


class Proposal(NamedTuple):
    """A new instruction and the session that tells where it is from."""

    session: Session
    text: str

    @property
    def name(self) -> str:
        """What its turns are named after: never its place in a list."""
        return digest(self.text)[:12]


class Seeded(Prompted, ABC):
    """Settings of a method that goes out from seeds."""

    seeds_file: Path | None = None
    """Seeds in any format; a text file has one instruction a line."""
    preset: str = ""
    """A domain by name: its sentence, and its seeds where no file is given."""
    domain: str = ""
    """A sentence in place of the preset's."""
    per_call: Annotated[int, Field(ge=1, le=50)] = 5
    """New instructions wanted of one reply; 1 is the way for weak models."""
    threshold: Annotated[float, Field(gt=0, le=1)] = 0.7
    """The ROUGE-L F1 to what is there that a new instruction may not exceed."""

    @model_validator(mode="after")
    def _has_its_seeds(self) -> Seeded:
        if self.preset:
            preset(self.preset, self.language)
        if self.seeds_file is not None and self.seeds_file.is_file():
            read_seeds(self.seeds_file)
        return self

    async def prepare(self, desk: Desk, seed: int) -> Materials:
        """No call: the seeds' licences, and the seeds themselves where they are not the user's own.

        Raises:
            BadInput: the file of seeds cannot be read.
        """
        licences = {each.licence for each in self.seeds} - {UNKNOWN_LICENCE}
        lines = "".join(canonical(each.as_dict()) + "\n" for each in self.seeds)
        return Materials(
            files={} if self.seeds_file else {"seeds.jsonl": lines}, licences=tuple(sorted(licences))
        )

    @functools.cached_property
    def seeds(self) -> tuple[Seed, ...]:
        """Those of the file, else of the preset, else the shipped ones; each content once."""
        if self.seeds_file is not None:
            return tuple(read_seeds(self.seeds_file))
        if self._theme and self._theme.seeds:
            return tuple(distinct(each.as_seed() for each in self._theme.seeds))
        shipped = material(SHARED, "seeds.json", self.language)
        return tuple(Seed(**each, licence="Apache-2.0") for each in shipped)

    @property
    def source(self) -> str:
        """Where the seeds are from, in a word."""
        return self.seeds_file.name if self.seeds_file else self.preset or "shipped"

    @property
    def theme(self) -> Mapping[str, Any]:
        """The slots of a prompt that tell of the domain."""
        theme = self._theme
        return {
            "domain": self.domain or (theme.domain if theme else ""),
            "rule": theme.rule if theme else "",
            "boxed": bool(theme and theme.boxed),
        }

    @property
    def _theme(self) -> Preset | None:
        return preset(self.preset, self.language) if self.preset else None

    # --- asking --------------------------------------------------------------------------------------

    async def propose(self, session: Session, shown: Sequence[str], turn: str) -> list[Proposal | Rejection]:
        """New instructions after those that are ``shown``, in the order of the reply.

        Raises:
            NotRead: no list in any reply.
            CallFailed: a call could not be answered.
        """
        parse = entries if self.per_call > 1 else only_entry
        found = await session.read(self._wanted(session, shown), turn, parse)
        texts, cut = found.value
        wording = normalise(self._wording(session))
        results: list[Proposal | Rejection] = []
        for number, text in enumerate(texts):
            reason = fault(text, self.language)
            if number >= self.per_call:
                reason = "beyond_number"
            elif not reason and normalise(text) in wording:
                reason = "echo"
            results.append(
                session.rejection(f"instruction:{reason}", text) if reason else Proposal(session, text)
            )
        if cut:
            results.append(session.rejection("instruction:cut_off", cut))
        return results

    def _wanted(self, session: Session, shown: Sequence[str]) -> list[Message]:
        """One request for a list; or, for one instruction, those shown as earlier turns: a small model goes
        on in their manner."""
        if self.per_call > 1:
            return [user(session.word("request", shown=list(shown), wanted=self.per_call, **self.theme))]
        opening = session.word("one_system", **self.theme)
        wanted = user(session.word("one", **self.theme))
        turns = [turn for each in shown for turn in (wanted, assistant(each))]
        return [system(f"{self.system}\n\n{opening}".strip()), *turns, wanted]

    def _wording(self, session: Session) -> str:
        """The prompt without what it shows: an entry found in it is an echo."""
        if self.per_call > 1:
            return session.word("request", shown=[], wanted=self.per_call, **self.theme)
        return session.word("one_system", **self.theme) + "\n" + session.word("one", **self.theme)

    def sift(self, proposals: Sequence[Proposal | Rejection], pool: Index) -> list[Proposal | Rejection]:
        """``proposals`` with refusals in place of those too similar to ``pool`` or to one before them."""
        before = Index(self.threshold)
        results: list[Proposal | Rejection] = []
        for each in proposals:
            if isinstance(each, Proposal):
                match = pool.find(each.text) or before.find(each.text)
                if match:
                    detail = f"ROUGE-L {match.score:.3f} (against {match.key})"
                    each = each.session.rejection("novelty:too_similar", each.text, detail, match.score)
                else:
                    before.add(f"{each.text!r}, earlier in this item", each.text)
            results.append(each)
        return results

    def seed_index(self) -> Index:
        """A fresh index of the seeds, of each without and with its input."""
        index = Index(self.threshold)
        for seed in self.seeds:
            for text in dict.fromkeys((seed.instruction, seed.question)):
                index.add(f"the seed {seed.instruction!r}", text)
        return index

    def finished(self, session: Session, instruction: str, output: str, **rest: Any) -> Example | Rejection:
        """The example, with its final answer in a box where the preset wants that.

        ``rest`` goes to :meth:`Session.single_turn`.
        """
        wanted = boxed(output) if self.theme["boxed"] else output
        if wanted is None:
            text = f"{instruction}\n\n{output}"
            return session.rejection("parse:not_boxed", text, "the answer has no final answer")
        return session.single_turn(instruction, wanted, **rest)
