"""A tree of topics, sub-topics and questions: read from a file, and grown by asking.

    {"Cooking": {"Bread": ["Why does dough rise?", …], "Soup": []}, "Sleep": {}}

A person may edit and feed it back. What is empty is asked for, what is there stays as it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tutelage.asking import Desk
from tutelage.errors import BadInput, CallFailed
from tutelage.methods.dialogues.alternation import asking
from tutelage.methods.dialogues.spoken import Shown, question_of
from tutelage.methods.mixing.near_forms import form, readable
from tutelage.methods.prompted import Prompted, Session
from tutelage.methods.reading import NotRead, gathered
from tutelage.records import Rejection, Reply
from tutelage.replies import Unreadable, bullets, unwrap
from tutelage.rows import read_text
from tutelage.text import words

Tree = dict[str, dict[str, list[str]]]  # topic → sub-topic → questions

_LONGEST_NAME = 80  # characters; a longer line is a sentence, not a name
_NAME_WORDS = 10  # of a name that is asked for by itself; characters in Chinese
_LONGEST_QUESTION = 100  # words
_ROUNDS_OF_TOPICS = 4


def read_tree(path: Path) -> Tree:
    """The tree in a JSON file: topics with an object or a list of sub-topics, or a bare list of topics.

    Raises:
        BadInput: it cannot be read, is of another form, or holds no topic.
    """
    try:
        plain = json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise BadInput(
            f"the tree of topics is no JSON: {error}", where=str(path), remedy=f"write {_FORM}"
        ) from error
    tree = {
        _name(topic, str(path)): {
            _name(name, f"{path}, {topic}"): _texts(questions, f"{path}, {topic}, {name}")
            for name, questions in _below(below, f"{path}, {topic}").items()
        }
        for topic, below in _below(plain, str(path)).items()
    }
    if not tree:
        raise BadInput("the file names no topic", where=str(path), remedy=f"write {_FORM}")
    return tree


_FORM = '{"topic": {"sub-topic": ["question", …]}}'


def _below(plain: Any, place: str) -> Mapping[str, Any]:
    """An object, or a list of names as one; nothing said is empty."""
    if isinstance(plain, Mapping):
        return plain
    return dict.fromkeys(_texts(plain, place), None)


def _texts(plain: Any, place: str) -> list[str]:
    if plain is None:
        return []
    if not isinstance(plain, list) or not all(isinstance(each, str) and each.strip() for each in plain):
        shown = json.dumps(plain, ensure_ascii=False)[:80]
        raise BadInput(f"this is no list of texts: {shown}", where=place, remedy=f"write {_FORM}")
    return list(dict.fromkeys(each.strip() for each in plain))


def _name(name: str, place: str) -> str:
    if not name.strip():
        raise BadInput("a name is empty", where=place, remedy="name it, or take it out")
    return name.strip()


class TopicGrower:
    """Asks for what a tree lacks. ``rejections`` collects the replies that could not be used.

    Every list is an item of its own, named by what it is about: a topic that is added costs its own calls.
    """

    def __init__(self, method: Prompted, desk: Desk, domain: str, one_at_a_time: bool) -> None:
        self._method = method
        self._desk = desk
        self._domain = domain
        self._one_at_a_time = one_at_a_time
        self.rejections: list[Rejection] = []

    async def topics(self, wanted: int) -> list[str]:
        """Up to ``wanted`` different topics; asks for the missing ones a few times, then makes do."""
        found: dict[str, str] = {}
        for _ in range(_ROUNDS_OF_TOPICS):
            known, missing = list(found.values()), wanted - len(found)
            slots = {"wanted": missing, "known": known, "domain": self._domain}
            before = len(found)
            for name in await self._list("topics", slots, _names):
                found.setdefault(form(name), name)
            if len(found) >= wanted or len(found) == before:
                break
        return list(found.values())[:wanted]

    async def grown(self, tree: Mapping[str, Mapping[str, Sequence[str]]], names: int, asked: int) -> Tree:
        """``tree`` with ``names`` sub-topics under every topic without any, and ``asked`` questions under
        every sub-topic without any; a sub-topic that nothing could be had for stays empty."""
        bare = [topic for topic, below in tree.items() if not below]
        found = dict(zip(bare, await gathered(self._subtopics(topic, names) for topic in bare), strict=True))
        whole: Tree = {
            topic: {name: list(questions) for name, questions in below.items()}
            if below
            else {name: [] for name in found[topic]}
            for topic, below in tree.items()
        }
        open_ends = [
            (topic, name)
            for topic, below in whole.items()
            for name, questions in below.items()
            if not questions
        ]
        answers = await gathered(self._questions(topic, name, asked) for topic, name in open_ends)
        for (topic, name), questions in zip(open_ends, answers, strict=True):
            whole[topic][name] = questions
        return whole

    def _subtopics(self, topic: str, wanted: int) -> Coroutine[Any, Any, list[str]]:
        slots = {"topic": topic, "domain": self._domain, "wanted": wanted}
        if self._one_at_a_time:
            return self._one_by_one("subtopic", topic, wanted, _part_of(topic))
        return self._list("subtopics", slots, _names)

    def _questions(self, topic: str, name: str, wanted: int) -> Coroutine[Any, Any, list[str]]:
        if self._one_at_a_time:
            return self._one_by_one("first_question", f"{name} ({topic})", wanted, question_of)
        slots = {"topic": topic, "subtopic": name, "wanted": wanted}
        return self._list("questions", slots, _questions)

    async def _list(
        self, step: str, slots: Mapping[str, Any], parse: Callable[[Reply, Shown], list[str]]
    ) -> list[str]:
        """The entries of one reply, at most as many as are wanted; none where it could not be read."""
        session = self._method.at(self._desk, step, slots)
        shown = Shown([session.word(step, **_blank(slots))])
        found = await self._kept(
            session, session.word(step, **slots), step, lambda reply: parse(reply, shown)
        )
        wanted: int = slots["wanted"]
        return _distinct(found or [])[:wanted]

    async def _one_by_one(
        self, step: str, topic: str, wanted: int, parse: Callable[[Reply, Shown], str]
    ) -> list[str]:
        """``wanted`` replies with one entry each, repetitions taken out: chance must make them differ."""
        session = self._method.at(self._desk, step, topic)
        conversation, shown = asking(session, step, topic=topic)
        replies = [
            await self._kept(session, conversation, f"{step}-{number}", lambda reply: parse(reply, shown))
            for number in range(1, wanted + 1)
        ]
        return _distinct(reply for reply in replies if reply)

    async def _kept(self, session: Session, said: Any, turn: str, parse: Callable[[Reply], Any]) -> Any:
        """What was read, or ``None`` with a rejection."""
        try:
            return (await session.read(said, turn, parse)).value
        except NotRead as error:
            self.rejections.append(error.rejection(session.item.id))
        except CallFailed as error:
            self.rejections.append(session.rejection(f"call:{error.reason}", "", str(error)))
        return None


def _blank(slots: Mapping[str, Any]) -> dict[str, Any]:
    """Slots for wording that must not come back: numbers stay, texts are left out."""
    return {name: "…" if isinstance(value, str) else value for name, value in slots.items()}


def _distinct(entries: Iterable[str]) -> list[str]:
    """Entries in order, each form once."""
    found: dict[str, str] = {}
    for each in entries:
        found.setdefault(form(each), each)
    return list(found.values())


def _names(reply: Reply, shown: Shown) -> list[str]:
    entries = _entries(reply, shown)
    names = [name for each in entries if (name := readable(each)) and len(name) <= _LONGEST_NAME]
    if not names:
        raise Unreadable("no_names", "no line is a name")
    return names


def _part_of(topic: str) -> Callable[[Reply, Shown], str]:
    """A reader of one name, which is short and not the topic itself."""

    def parse(reply: Reply, shown: Shown) -> str:
        name = _names(reply, shown)[0]
        if form(name) == form(topic):
            raise Unreadable("same_name", f"{topic!r} is no part of itself")
        if words(name) > _NAME_WORDS:
            raise Unreadable("no_names", f"a name of {words(name)} words")
        return name

    return parse


def _questions(reply: Reply, shown: Shown) -> list[str]:
    entries = [each for each in _entries(reply, shown) if 1 < words(each) <= _LONGEST_QUESTION]
    if not entries:
        raise Unreadable("no_questions", "no line is a question")
    return entries


def _entries(reply: Reply, shown: Shown) -> list[str]:
    """The entries of a list, save the last of one that was cut off. A lone question may hold commas."""
    lines = [line for line in reply.text.splitlines() if line.strip()]
    entries = bullets(reply.text)
    if len(lines) == 1 < len(entries) and lines[0].rstrip().endswith(("?", "？")):
        entries = [unwrap(lines[0])]
    if reply.finish == "length" and len(entries) > 1:
        entries = entries[:-1]
    for entry in entries:
        shown.refuse(entry)
    return entries
