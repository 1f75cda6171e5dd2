"""Where skills and query types come from when nobody brings them: from the teacher, or from a dataset.

By asking (SDA, "seed-dataset agnostic"): topics → skills of each topic → query types.
From data (SDD): a sample of rows → skills of each row.
Then synonyms: batches of names → which of them mean the same.

Every question is an item of its own, named by its content (a topic, a row, the names of a batch), so that a
topic or a row that is added later costs its own call and, at most, those of the batches its skills fall into.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from tutelage.asking import Desk, Sampling
from tutelage.draw import draw
from tutelage.errors import BadInput, CallFailed
from tutelage.methods.method import Language
from tutelage.methods.mixing.near_forms import form, readable
from tutelage.methods.mixing.query_types import QueryType, parse_query_types
from tutelage.methods.mixing.skills import Skill, SkillList
from tutelage.methods.reading import NotRead, gathered, read
from tutelage.prompts import load
from tutelage.records import Example, Message, Rejection, Reply, digest, system, user
from tutelage.replies import Unreadable, bullets
from tutelage.rows import read_rows, to_example

T = TypeVar("T")

_LONGEST_NAME = 80  # characters; a longer line is a sentence, not a name
_MOST_WORDS = 10  # of a skill; two to four are asked for
_ECHO_WORDS = 4  # so many in a row that stand in the prompt are no chance
_ECHO_CHARACTERS = 8  # the same where words are not spaced
_ROW_CHARACTERS = 6_000  # of each part of a row that is shown
_ROUNDS_OF_TOPICS = 4
_BATCH = 40  # names in a batch of possible synonyms, on average
_LARGEST_BATCH = 120


@dataclass
class Extraction:
    """Asks for lists. ``rejections`` collects the replies that could not be used."""

    desk: Desk
    language: Language = "en"
    domain: str = ""
    system: str = ""
    prompts: Mapping[str, str] = field(default_factory=dict)
    retries: int = 1
    sampling: Sampling = Sampling()
    rejections: list[Rejection] = field(default_factory=list)

    async def topics(self, wanted: int) -> list[str]:
        """Up to ``wanted`` different topics; asks for the missing ones a few times, then makes do."""
        found: dict[str, str] = {}
        for _ in range(_ROUNDS_OF_TOPICS):
            missing = wanted - len(found)
            known = list(found.values())
            names = await self._ask(
                "topics", _names, {"wanted": missing, "domain": self.domain, "known": known}, [missing, known]
            )
            before = len(found)
            for name in names or ():
                found.setdefault(form(name), name)
            if len(found) >= wanted or len(found) == before:
                break
        return list(found.values())[:wanted]

    async def skills_of_topics(self, topics: Sequence[str], wanted: int) -> list[Skill]:
        """The skills of every topic, topic by topic, repetitions included."""
        found = await self.skills_by_topic(topics, wanted)
        return [skill for skills in found.values() for skill in skills]

    async def skills_by_topic(self, topics: Sequence[str], wanted: int) -> dict[str, list[Skill]]:
        """The skills of every topic, repetitions included; at most twice as many as ``wanted`` of each."""
        slots = {
            topic: {"topic": topic, "wanted": wanted, "domain": self.domain}
            for topic in dict.fromkeys(topics)
        }
        step = "skills_for_topic"
        asked = [self._ask(step, _names, own, [topic, wanted]) for topic, own in slots.items()]
        wording = load("skillmix", step, self.language, self.prompts)
        found = {}
        for (topic, own), names in zip(slots.items(), await gathered(asked), strict=True):
            fit = self._fit(names or (), wording.render(**own), digest(step, topic, wanted))
            found[topic] = [Skill(name) for name in fit[: 2 * wanted]]
        return found

    def _fit(self, names: Iterable[str], prompt: str, item: str) -> list[str]:
        """Names that can be names of skills; what is a sentence, or repeats the prompt, is refused."""
        fit = []
        for name in names:
            fault = _fault(name, prompt)
            if fault:
                self.rejections.append(Rejection(f"parse:{fault}", name, "this is no name of a skill", item))
            else:
                fit.append(name)
        return fit

    async def query_types(self, wanted: int) -> list[QueryType]:
        """The query types, as many as came, at most twice ``wanted``."""
        types = await self._ask("query_types", _types, {"wanted": wanted, "domain": self.domain}, [wanted])
        return (types or [])[: 2 * wanted]

    async def skills_of_rows(self, rows: Sequence[Example], wanted: int) -> list[Skill]:
        """The skills of every row, row by row, repetitions included; at most ``wanted`` a row."""
        asked = [
            self._ask(
                "skills_of_row",
                _names,
                {"instruction": _shown(question), "response": _shown(row.output), "wanted": wanted},
                [question, row.output, wanted],
            )
            for row in rows
            for question in [_question(row)]
        ]
        return [Skill(name) for names in await gathered(asked) for name in (names or ())[:wanted]]

    async def synonyms(self, skills: SkillList) -> SkillList:
        """``skills`` with those made one that the teacher holds for the same."""
        batches = [batch for batch in synonym_batches(skills.names) if len(batch) > 1]
        asked = [self._ask("merge_synonyms", _groups, {"names": batch}, batch) for batch in batches]
        groups: list[list[str]] = []
        for batch, found in zip(batches, await gathered(asked), strict=True):
            groups += self._plausible(batch, found or [])
        return skills.united(groups, "teacher")

    def _plausible(self, batch: Sequence[str], groups: Iterable[Sequence[str]]) -> list[list[str]]:
        """Groups of names of the batch. A name that was not asked about is ignored and counted; a group that
        swallows half of a batch comes from a model that did not understand, and is refused."""
        asked = {form(name): name for name in batch}
        kept = []
        for group in groups:
            names = list(dict.fromkeys(asked[form(name)] for name in group if form(name) in asked))
            strange = [name for name in group if form(name) not in asked]
            item = digest("merge_synonyms", batch)
            if strange:
                self.rejections.append(
                    Rejection(
                        "merge:unknown_name",
                        " = ".join(group),
                        f"not asked about: {', '.join(strange)}",
                        item,
                    )
                )
            if len(names) > max(3, len(batch) // 2):
                self.rejections.append(
                    Rejection("merge:too_many", " = ".join(group), "half of the batch as one", item)
                )
            elif len(names) > 1:
                kept.append(names)
        return kept

    async def _ask(
        self, step: str, parse: Callable[[Reply], T], slots: Mapping[str, object], content: Sequence[object]
    ) -> T | None:
        """One question of its own; ``None``, and a rejection more, where no usable answer came."""
        wording = load("skillmix", step, self.language, self.prompts)
        item = digest(step, *content)
        messages: list[Message] = [system(self.system)] if self.system else []
        messages.append(user(wording.render(**slots)))
        again = load("skillmix", "ask_again", self.language, self.prompts)
        try:
            found = await read(
                self.desk.at(f"skills/{step}", item),
                messages,
                turn="ask",
                parse=parse,
                again=lambda reason: again.render(problem=reason, labels=False),
                retries=self.retries,
                sampling=self.sampling,
            )
        except NotRead as error:
            self.rejections.append(error.rejection(item))
        except CallFailed as error:
            self.rejections.append(Rejection(f"call:{error.reason}", "", str(error), item))
        else:
            return found.value
        return None


def _names(reply: Reply) -> list[str]:
    """The names of a list; the last one of a reply that was cut off is dropped."""
    entries = bullets(reply.text)
    if reply.finish == "length" and len(entries) > 1:
        entries = entries[:-1]
    cut = (entry.split("：")[0].split(": ")[0].split(" - ")[0].split(" – ")[0] for entry in entries)
    names = [
        name for entry in cut if (name := readable(entry.replace("**", ""))) and len(name) <= _LONGEST_NAME
    ]
    if not names:
        raise Unreadable("no_list", "no entry is short enough for a name")
    return names


def _fault(name: str, prompt: str) -> str:
    """What is wrong with the name of a skill; empty if nothing is."""
    words = len(name.split())
    if words > _MOST_WORDS:
        return "sentence"
    if len(name) == 1 and name.isascii():
        return "letter"
    told = words >= _ECHO_WORDS or (not name.isascii() and len(name) >= _ECHO_CHARACTERS)
    return "echo" if told and form(name) in form(prompt) else ""


def _types(reply: Reply) -> list[QueryType]:
    try:
        found = parse_query_types(reply.text)
    except BadInput as error:
        raise Unreadable("no_query_types", error.what) from error
    types = [each for each in found if each.definition and len(each.name) <= _LONGEST_NAME]
    if not types:
        raise Unreadable("no_query_types", "no type has a definition")
    return types


def _groups(reply: Reply) -> list[list[str]]:
    """Groups of names joined by "="; no such line means that nothing was found to be the same."""
    lines = (
        line.replace("＝", "=").replace("==", "=")
        for line in reply.text.splitlines()
        if "=" in line or "＝" in line
    )
    groups = [
        [name for part in line.split("=") if (name := readable(part.replace("**", "")))] for line in lines
    ]
    return [group for group in groups if len(group) > 1]


def synonym_batches(names: Iterable[str]) -> list[list[str]]:
    """``names`` in alphabetical order, cut into batches of about 40 at places that the names decide.

    A cut comes after a name whose digest says so, hence a name that is added changes its own batch and no
    other (or splits it in two, once in 40 times); only a batch past 120 names is cut by count.
    """
    batches: list[list[str]] = [[]]
    for name in sorted(names, key=form):
        batches[-1].append(name)
        if int(digest("cut", form(name)), 16) % _BATCH == 0 or len(batches[-1]) >= _LARGEST_BATCH:
            batches.append([])
    return [batch for batch in batches if batch]


def sample_rows(paths: Iterable[Path], size: int, seed: int) -> list[Example]:
    """``size`` different rows of dataset files in their order; all of them where there are no more.

    Every row has a rank of its own by its content, and the lowest ranks are taken: a row that is added to a
    file takes at most one other's place.

    Raises:
        BadInput: a file or row that cannot be read.
    """
    chosen = heapq.nsmallest(size, _ranked(paths, seed), key=lambda one: one[:2])
    return [example for _, _, example in sorted(chosen, key=lambda one: one[1])]


def _ranked(paths: Iterable[Path], seed: int) -> Iterator[tuple[float, int, Example]]:
    """Rank, number and example of every row that asks something, each content once."""
    seen: set[str] = set()
    rows = (row for path in paths for row in read_rows(path))
    for number, row in enumerate(rows):
        example = to_example(row.data, row.place)
        key = digest(_question(example), example.output)
        if key not in seen and _question(example).strip():
            seen.add(key)
            yield draw(seed, f"skills/sample/{key}").random(), number, example


def _question(row: Example) -> str:
    asked = [message.content for message in row.messages if message.role == "user"]
    return asked[-1] if asked else row.instruction


def _shown(text: str) -> str:
    return text if len(text) <= _ROW_CHARACTERS else f"{text[:_ROW_CHARACTERS]} […]"
