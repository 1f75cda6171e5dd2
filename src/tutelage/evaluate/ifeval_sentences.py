"""Sentences and capital words as IFEval counts them, without the data files of NLTK.

IFEval counts sentences with NLTK's Punkt model for English (Kiss & Strunk 2006) and capital words among the
tokens of its Treebank tokeniser. Both are followed here by rules:

- a full stop, question or exclamation mark before white space ends a sentence, and so does an ellipsis before
  a capital; a line's end alone ends nothing (other than in ``constraints``, which reads lists line by line);
- a listed abbreviation or an initial ends one never, a number (``1.``) unless a small letter follows.

Where it departs: Punkt learned its abbreviations from a newspaper, ours are a list. Chinese and Japanese
marks end a sentence here; Punkt knows them not.
"""

from __future__ import annotations

import re

_END = re.compile(r"(\S*?)([.?!]+|…)[\"'”’)\]*_]*(?=\s+(\S))|[。！？]+[」』”’）]*(?=\s*(\S))")
_ABBREVIATED = (
    "mr mrs ms dr prof st sr jr vs etc inc ltd co corp fig vol gen gov sen rep rev hon capt col lt sgt "
    "maj jan feb mar apr jun jul aug sept sep oct nov dec mt ft ave blvd dept est e.g i.e a.m p.m u.s u.k "
    "u.n d.c ph.d m.d b.a m.a b.s m.s approx al cf"
)
_ABBREVIATIONS = frozenset(_ABBREVIATED.split())
_NUMBER = re.compile(r"[-(\[]?[\d.,]*\d")
_OPENING = "\"'“‘([*_#>-"

_CAPITALS = re.compile(
    r"""[;@\#$%&?!()\[\]{}<>"“”«»]|\.{3}|--     # always a token of its own
    |(?:(?![;@\#$%&?!()\[\]{}<>"“”«»\s]|\.{3}|--|[:,](?!\d)).)+""",
    re.VERBOSE,
)
_CONTRACTION = re.compile(r"(?<=[^'\s])(?=(?:'(?:ll|re|ve|s|m|d)|n't)(?!\w))", re.IGNORECASE)
_TWO_WORDS = re.compile(r"\b(?:CAN(?=NOT\b)|GIM(?=ME\b)|GON(?=NA\b)|GOT(?=TA\b)|LEM(?=ME\b)|WAN(?=NA\b))")


def sentence_count(text: str) -> int:
    """How many sentences Punkt would most likely find in ``text``; none where it is blank."""
    if not text.strip():
        return 0
    return 1 + sum(1 for found in _END.finditer(text.strip()) if _ends(found))


def _ends(found: re.Match[str]) -> bool:
    word, mark, following = found[1], found[2], found[3]
    if mark is None:  # a full-width mark
        return True
    if "?" in mark or "!" in mark:
        return True
    small = following.islower()
    bare = word.lstrip(_OPENING).lower()
    if mark in ("..", "...", "…") or mark.startswith(".."):
        return not small
    if bare in _ABBREVIATIONS or (len(bare) == 1 and bare.isalpha()):
        return False
    if _NUMBER.fullmatch(bare):
        return not small
    return True


def capital_words(text: str) -> int:
    """How many tokens of ``text`` are in capitals throughout. A hyphenated word is one token, ``I`` and ``A``
    are one each, and a contraction is two (``DON'T``), as the Treebank tokeniser has them."""
    apart = _CONTRACTION.sub(" ", _TWO_WORDS.sub(r"\g<0> ", text))
    return sum(1 for found in _CAPITALS.finditer(apart) if found[0].isupper())
