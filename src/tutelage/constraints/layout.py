"""How an answer is laid out: points, paragraphs, a title, highlights, gaps to fill, quotes, case, commas."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from tutelage.constraints.rule import Amount, Finding, Nothing, Rule, Subject

_BULLET = re.compile(r"^\s*[-*•·]\s+\S", re.MULTILINE)
_NUMBERED = re.compile(r"^\s*(\d{1,3})(?:[.)）](?!\d)\s*|[、．]\s*)\S", re.MULTILINE)
_TITLE = re.compile(r"\A\s*#{1,6}[ \t]+\S[^\n]*\n+\s*\S")
_PARAGRAPH_END = re.compile(r"\n\s*\n")
_HIGHLIGHT = re.compile(r"(?<![*A-Za-z0-9])(\*{1,2})(?=[^\s*])[^\n*]*[^\s*]\1(?![*A-Za-z0-9])")
_PLACEHOLDER = re.compile(r"\[[^\[\]\n]*\w[^\[\]\n]*\](?!\()")  # no link
_QUOTES = (('"', '"'), ("“", "”"), ("「", "」"), ("«", "»"))
_COMMAS = re.compile("[,，]")


def paragraphs(text: str) -> int:
    """How many paragraphs ``text`` has: stretches between empty lines."""
    return sum(1 for piece in _PARAGRAPH_END.split(text) if piece.strip())


def _bullets(answer: str, wanted: Amount) -> Finding:
    return wanted.found(len(_BULLET.findall(answer)), "bullet point")


def _numbered(answer: str, wanted: Amount) -> Finding:
    """Only numbers that count up from 1 make a list."""
    numbers = [int(number) for number in _NUMBERED.findall(answer)]
    found = wanted.found(len(numbers), "numbered point")
    if numbers != list(range(1, len(numbers) + 1)):
        return Finding(False, found.measured, f"points numbered {numbers}, wanted 1, 2, 3, …")
    return found


def _paragraphs(answer: str, wanted: Amount) -> Finding:
    return wanted.found(paragraphs(answer), "paragraph")


def _title(answer: str, wanted: Nothing) -> Finding:
    first = answer.strip().partition("\n")[0][:80]
    detail = f"begins {first!r}, wanted a heading marked with # and a text below it"
    return Finding(bool(_TITLE.match(answer)), first, detail)


def _highlights(answer: str, wanted: Amount) -> Finding:
    """``*this*`` and ``**this**`` are one each; a point of a list is none."""
    return wanted.found(len(_HIGHLIGHT.findall(answer)), "highlighted part")


def _placeholders(answer: str, wanted: Amount) -> Finding:
    """``[address]`` is one; a link and an empty box are none."""
    return wanted.found(len(_PLACEHOLDER.findall(answer)), "placeholder")


def _quoted(answer: str, wanted: Nothing) -> Finding:
    text = answer.strip()
    edges = f"{text[:1]}…{text[-1:]}"
    met = len(text) > 2 and (text[0], text[-1]) in _QUOTES
    return Finding(met, edges, f"begins and ends {edges}, wanted quotation marks around all of it")


def _upper_case(answer: str, wanted: Nothing) -> Finding:
    small = sum(letter != letter.upper() for letter in answer)
    return Finding(not small, str(small), f"{small} small letters, wanted none")


def _lower_case(answer: str, wanted: Nothing) -> Finding:
    capitals = sum(letter != letter.lower() for letter in answer)
    return Finding(not capitals, str(capitals), f"{capitals} capital letters, wanted none")


def _no_commas(answer: str, wanted: Nothing) -> Finding:
    commas = len(_COMMAS.findall(answer))
    return Finding(not commas, str(commas), f"{commas} commas, wanted none")


def _exactly(low: int, high: int) -> Callable[[Random, Subject], Amount]:
    def draw(chance: Random, subject: Subject) -> Amount:
        return Amount(relation="exactly", count=chance.randint(low, high))

    return draw


def _at_least(low: int, high: int) -> Callable[[Random, Subject], Amount]:
    def draw(chance: Random, subject: Subject) -> Amount:
        return Amount(relation="at_least", count=chance.randint(low, high))

    return draw


def _nothing(chance: Random, subject: Subject) -> Nothing:
    return Nothing()


RULES = (
    Rule("format_bullets", Amount, _bullets, _exactly(2, 5)),
    Rule("format_numbered", Amount, _numbered, _exactly(3, 6)),
    Rule("format_paragraphs", Amount, _paragraphs, _exactly(2, 4)),
    Rule("format_title", Nothing, _title, _nothing),
    Rule("format_highlights", Amount, _highlights, _at_least(1, 3)),
    Rule("format_placeholders", Amount, _placeholders, _at_least(1, 3)),
    Rule("format_quoted", Nothing, _quoted, _nothing),
    Rule("format_upper_case", Nothing, _upper_case, _nothing, languages=("en",)),
    Rule("format_lower_case", Nothing, _lower_case, _nothing, languages=("en",)),
    Rule("format_no_commas", Nothing, _no_commas, _nothing),
)
