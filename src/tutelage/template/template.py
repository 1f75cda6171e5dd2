"""The template: how a conversation becomes text, for training, export, serving and evaluation alike.

    template.prompt(messages)    → the text as served: it ends where the model writes
    template.render(messages)    → the whole conversation as trained
    template.pieces(messages)    → the same text in pieces; trained are the answers with their end token
    template.check()             → refuses a template that trains on another text than it serves

It is Jinja by the conventions of transformers, so one source serves there and in llama.cpp; it is rendered
within bounds, because it comes with a model that somebody downloaded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import Any

from jinja2.exceptions import SecurityError, TemplateError

from tutelage.errors import BadInput
from tutelage.records import Message, digest
from tutelage.template.bounded import TooManySteps
from tutelage.template.bounds import LONGEST, TooLong
from tutelage.template.ending import NO_END, PROBE, Ending, ending_of, with_end
from tutelage.template.probes import probes
from tutelage.template.sandbox import ChatSandbox, Refused, clock

# What a template may do wrong by itself, beside Jinja2's own errors.
_AT_FAULT = (
    TemplateError,
    TypeError,
    ValueError,
    ArithmeticError,
    LookupError,
    AttributeError,
    MemoryError,
    RecursionError,
)
_STOPPED = (TooLong, TooManySteps, MemoryError, RecursionError)
_BEFORE, _AFTER = 40, 80  # characters that are shown around a difference

_SANDBOX = ChatSandbox()


class Refusal(BadInput):
    """The template itself says that it cannot write this conversation, as where it knows no system role."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a conversation's text; ``trained`` ones count in the loss."""

    text: str
    trained: bool


@dataclass(frozen=True)
class Template:
    """A Jinja ``source`` with the tokens that it names.

    ``special`` holds further special tokens by name (``pad_token``); ``date`` is what the template takes for
    today (ISO; empty: the day it is rendered). A source that writes nothing after an answer, by which a
    server would know that it has ended, is extended so that it writes ``eos`` there.

    Raises:
        BadInput: the source is no Jinja template, or ``date`` is no date.
    """

    name: str
    source: str
    bos: str = ""
    eos: str = ""
    special: Mapping[str, str] = field(default_factory=dict, hash=False)
    date: str = ""

    def __post_init__(self) -> None:
        self._compiled()
        self._now()
        if self.eos and not self._ending.end and with_end(self.source) != self.source:
            object.__setattr__(self, "source", with_end(self.source))
            del self.__dict__["_ending"]

    def render(self, messages: Sequence[Message]) -> str:
        """The whole conversation, as it is trained on.

        Raises:
            Refusal: the template itself refuses it.
            BadInput: the template fails, does not end, or a message holds images.
        """
        return self._text(messages, self._now(), answering=False)

    def prompt(self, messages: Sequence[Message]) -> str:
        """The conversation as it is served: the text ends where the model writes.

        Raises:
            Refusal: the template itself refuses it.
            BadInput: the template fails, does not end, or a message holds images.
        """
        return self._text(messages, self._now(), answering=True)

    def pieces(self, messages: Sequence[Message]) -> tuple[Piece, ...]:
        """The text of :meth:`render` in pieces: each answer with its end token is trained, the rest is not.

        What stands before an answer is to the letter what a server shows the model when it asks for it.

        Raises:
            Refusal: the template itself refuses the conversation.
            BadInput: it cannot be rendered; or training and serving text differ, which shows both.
        """
        now, found, written = self._now(), [], ""
        for number, message in enumerate(messages):
            if message.role != "assistant":
                continue
            before = self._text(messages[:number], now, answering=True)
            after = self._text(messages[: number + 1], now, answering=False)
            self._begins(before, written, "the template changes earlier turns when others follow")
            self._begins(after, before, "the template writes a given answer elsewhere than it asks for one")
            trained = after[len(before) : self._end_of(after, len(before))]
            found += [Piece(before[len(written) :], False), Piece(trained, True)]
            written = before + trained
        whole = self._text(messages, now, answering=False)
        self._begins(whole, written, "the template changes earlier turns when others follow")
        found.append(Piece(whole[len(written) :], False))
        return tuple(piece for piece in found if piece.text)

    @property
    def end(self) -> str:
        """The token that ends an answer, at which a server has to stop: the template's own, or ``eos``."""
        return self._ending.end

    def check(self, multi_turn: bool = True) -> None:
        """Render probe conversations (English, Chinese, spaces, an empty system prompt, several turns).

        A role that the template refuses is no fault, unless no conversation is left.

        Raises:
            BadInput: training and serving text differ, an answer is lost, or nothing can be rendered.
        """
        refusals: list[Refusal] = []
        rendered = 0
        for probe in probes(multi_turn):
            try:
                pieces = self.pieces(probe)
            except Refusal as refusal:
                refusals.append(refusal)
                continue
            rendered += 1
            trained = [piece.text for piece in pieces if piece.trained]
            answers = [message.content.strip() for message in probe if message.role == "assistant"]
            for answer, text in zip(answers, trained, strict=True):
                if answer not in text:
                    raise BadInput(
                        f"the template does not write the answer {answer!r} as it was given",
                        where=f"template '{self.name}', which writes {text!r}",
                        remedy="choose another template; named ones: tutelage tune --help",
                    )
        if not rendered:
            raise refusals[0]

    @cached_property
    def fingerprint(self) -> str:
        """The digest of all that decides what it writes."""
        return digest(self.source, self.bos, self.eos, dict(self.special), self.date)

    def as_dict(self) -> dict[str, Any]:
        """JSON-able fields."""
        return asdict(self)

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Template:
        """The inverse of :meth:`as_dict`.

        Raises:
            BadInput: the fields are not those of a template.
        """
        try:
            return cls(**plain)
        except TypeError as error:
            raise BadInput(
                f"these are not the fields of a template: {error}",
                where=f"template with {', '.join(map(repr, plain))}",
                remedy="write it again with the version of Tutelage that reads it",
            ) from error

    @cached_property
    def _ending(self) -> Ending:
        """How it ends an answer; none where it cannot write the probe, which :meth:`check` tells of."""
        try:
            written = self._text(PROBE, self._now(), answering=False)
        except BadInput:
            return NO_END
        return ending_of(written, (self.eos, *self.special.values()))

    def _now(self) -> datetime:
        try:
            today = date.fromisoformat(self.date) if self.date else datetime.now()
        except ValueError as error:
            raise BadInput(
                f"{self.date!r} is no date", where=f"template '{self.name}', date", remedy="date: 2026-01-31"
            ) from error
        return datetime(today.year, today.month, today.day)

    def _compiled(self) -> Any:
        if len(self.source) > LONGEST:
            raise BadInput(
                f"the template is {len(self.source):,} characters long; the most is {LONGEST:,}",
                where=f"template '{self.name}'",
                remedy="give the Jinja source of a chat template",
            )
        try:
            return _compile(self.source)
        except (*_AT_FAULT, SyntaxError) as error:
            line = getattr(error, "lineno", None)
            raise BadInput(
                f"the template is not valid: {error.args[0] if error.args else error}",
                where=f"template '{self.name}'" + (f", line {line}" if line else ""),
                remedy="write it as Jinja, by the conventions of transformers' chat templates",
            ) from error

    def _text(self, messages: Sequence[Message], now: datetime, *, answering: bool) -> str:
        tokens = {"bos_token": self.bos, "eos_token": self.eos}
        given = {
            **self.special,
            **{name: token for name, token in tokens.items() if token},
            **clock(now),
            "messages": list(self._plain(messages)),
            "tools": None,
            "documents": None,
            "add_generation_prompt": answering,
        }
        try:
            return _SANDBOX.rendered(self._compiled(), given)
        except _AT_FAULT as error:
            raise self._failed(error, messages) from error

    def _plain(self, messages: Sequence[Message]) -> Iterator[dict[str, str]]:
        for number, message in enumerate(messages):
            if message.images:
                raise BadInput(
                    f"message {number + 1} holds images, which a template for text cannot write",
                    where=f"template '{self.name}', image {message.images[0]!r}",
                    remedy="leave out rows with images",
                )
            if len(message.content) > LONGEST:
                raise BadInput(
                    f"the message is too long: {len(message.content):,} characters; the most is {LONGEST:,}",
                    where=f"message {number + 1}, of the role {message.role}",
                    remedy="shorten it, or leave it out",
                )
            yield {"role": message.role, "content": message.content}

    def _failed(self, error: Exception, messages: Sequence[Message]) -> BadInput:
        where = (
            f"template '{self.name}', on messages of the roles: {', '.join(each.role for each in messages)}"
        )
        said = str(error)[:300] or type(error).__name__
        if isinstance(error, Refused):
            return Refusal(
                f"the template refuses this conversation: {said}",
                where=where,
                remedy="leave out what it refuses, or choose another template",
            )
        if isinstance(error, _STOPPED):
            what = f"the template was stopped: {said}"
        elif isinstance(error, SecurityError):
            what = f"the template does what no template may: {said}"
        else:
            what = f"the template fails: {said}"
        return BadInput(what, where=where, remedy="choose another template, or mend this one")

    def _end_of(self, text: str, start: int) -> int:
        """Where the answer that begins at ``start`` has ended, its end token included."""
        if not self.end and self.eos:
            raise BadInput(
                "the template does not write answers, so there is nothing to train on",
                where=f"template '{self.name}', which writes {text[-_AFTER:]!r}",
                remedy="write the content of assistant's messages too, or choose another template",
            )
        if not self.end:
            raise BadInput(
                "nothing tells a server that an answer has ended: the template writes no token for it, and "
                "no end-of-sequence token is given",
                where=f"template '{self.name}'",
                remedy="give the tokenizer an eos token, or choose another template",
            )
        stop = self._ending.stop(text, start)
        if stop is None:
            raise BadInput(
                f"the template ends this answer without {self.end!r}, by which it ends others",
                where=f"template '{self.name}', which writes {text[start:][-_AFTER:]!r}",
                remedy="choose another template",
            )
        return stop

    def _begins(self, text: str, beginning: str, why: str) -> None:
        """Refuse ``text`` unless it begins with ``beginning``, showing both around the difference."""
        if text.startswith(beginning):
            return
        pairs = zip(text, beginning, strict=False)
        at = next((number for number, (one, two) in enumerate(pairs) if one != two), len(text))
        first = max(0, at - _BEFORE)
        raise BadInput(
            f"training and serving text differ for a conversation: {why}",
            where=f"template '{self.name}', after {at:,} characters: {beginning[first : at + _AFTER]!r} "
            f"becomes {text[first : at + _AFTER]!r}",
            remedy="choose another template (chatml changes nothing), or cut conversations to one answer",
        )


@lru_cache(maxsize=64)
def _compile(source: str) -> Any:
    return _SANDBOX.compiled(source)
