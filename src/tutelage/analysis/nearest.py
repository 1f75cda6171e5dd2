"""For each text its nearest other by ROUGE-L, exactly: what the novelty index does not ask.

The index needs one witness above a threshold; the nearest text may lie anywhere. With numpy and rapidfuzz all
pairs are scored, the upper triangle in blocks. Without them, texts that share the most words are scored
first, until no other can come closer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

from tutelage.novelty import Hit, rouge_l
from tutelage.novelty.rule import common

_BLOCK = 256
_PLAIN_ROWS = 3_000  # texts of which pure Python finds all nearest in some seconds
_PAIRS = 200_000_000  # that are scored in about as many
_ALL_ROWS = 20_000  # texts whose every pair is scored: as many as that

Tokens = Sequence[int]


def fast() -> bool:
    """Whether numpy and rapidfuzz (extra ``fast``) are installed."""
    return find_spec("numpy") is not None and find_spec("rapidfuzz") is not None


def affordable(texts: int) -> int:
    """How many of so many texts can have their nearest other found in some seconds."""
    if not fast():
        return texts if texts <= _PLAIN_ROWS else 0
    return texts if texts <= _ALL_ROWS else _PAIRS // texts


def nearest(texts: Sequence[Tokens], rows: Sequence[int]) -> list[Hit]:
    """For each of ``rows`` the other one of ``texts`` with the highest ROUGE-L F1, and that score.

    Texts are two or more sequences of numbered tokens, none of them empty. Where several are equally near,
    one of them is given, the same one every time.
    """
    if not fast():
        return _plain(texts, rows)
    return _every_pair(texts) if len(rows) == len(texts) else _against_all(texts, rows)


# --- numpy and rapidfuzz ----------------------------------------------------------------------------------


def _every_pair(texts: Sequence[Tokens]) -> list[Hit]:
    """The nearest other of every text: the upper triangle, a block of rows at a time."""
    import numpy as np  # noqa: PLC0415 - the extra `fast`

    strings, lengths = _strings(texts)
    best = np.full(len(texts), -1.0)
    other = np.zeros(len(texts), np.int64)
    for start in range(0, len(texts), _BLOCK):
        shares = _shares(strings[start : start + _BLOCK], strings[start:], lengths, start)
        count = len(shares)
        inside = np.arange(count)
        shares[inside, inside] = -1.0  # a text is no other than itself
        across, down = shares.argmax(axis=1), shares.argmax(axis=0)
        columns = np.arange(start, len(texts))
        for rows, near, value in (
            (columns[:count], across + start, shares[inside, across]),
            (columns, down + start, shares[down, np.arange(len(columns))]),
        ):
            nearer = value > best[rows]
            best[rows[nearer]] = value[nearer]
            other[rows[nearer]] = near[nearer]
    return [_scored(texts, row, near) for row, near in enumerate(other.tolist())]


def _against_all(texts: Sequence[Tokens], rows: Sequence[int]) -> list[Hit]:
    """The nearest others of some rows."""
    strings, lengths = _strings(texts)
    found: list[Hit] = []
    for start in range(0, len(rows), _BLOCK):
        block = rows[start : start + _BLOCK]
        shares = _shares([strings[row] for row in block], strings, lengths, 0)
        shares[range(len(block)), block] = -1.0
        found += [
            _scored(texts, row, near) for row, near in zip(block, shares.argmax(axis=1).tolist(), strict=True)
        ]
    return found


def _strings(texts: Sequence[Tokens]) -> tuple[list[str], Any]:
    """Texts as strings of one character a token, and their lengths."""
    import numpy as np  # noqa: PLC0415 - the extra `fast`

    from tutelage.novelty.brute import as_string  # noqa: PLC0415 - imports numpy and rapidfuzz

    return [as_string(text) for text in texts], np.array([len(text) for text in texts])


def _shares(some: Sequence[str], others: Sequence[str], lengths: Any, start: int) -> Any:
    """LCS / (m + n) of every pair: half the F1, up to rounding. ``others`` begin at row ``start``."""
    import numpy as np  # noqa: PLC0415 - the extra `fast`
    from rapidfuzz import process  # noqa: PLC0415 - the extra `fast`
    from rapidfuzz.distance import LCSseq  # noqa: PLC0415 - the extra `fast`

    lcs = process.cdist(some, others, scorer=LCSseq.similarity, dtype=np.int32, workers=1)
    own = np.array([len(text) for text in some])
    return lcs / (own[:, None] + lengths[None, start:])


def _scored(texts: Sequence[Tokens], row: int, other: int) -> Hit:
    first, second = texts[row], texts[other]
    return Hit(other, rouge_l(common(first, second), len(first), len(second)))


# --- pure Python ------------------------------------------------------------------------------------------


def _plain(texts: Sequence[Tokens], rows: Sequence[int]) -> list[Hit]:
    """The nearest others of ``rows``, candidates in order of what their bags of words promise."""
    bags = [_numbered(text) for text in texts]
    holders: dict[tuple[int, int], list[int]] = {}
    for row, bag in enumerate(bags):
        for element in bag:
            holders.setdefault(element, []).append(row)
    return [_nearest_plain(texts, row, bags[row], holders) for row in rows]


def _numbered(text: Tokens) -> list[tuple[int, int]]:
    """Tokens numbered by occurrence, so that the overlap of two bags is that of two sets."""
    seen: Counter[int] = Counter()
    elements = []
    for token in text:
        elements.append((token, seen[token]))
        seen[token] += 1
    return elements


def _nearest_plain(
    texts: Sequence[Tokens],
    row: int,
    bag: Sequence[tuple[int, int]],
    holders: dict[tuple[int, int], list[int]],
) -> Hit:
    overlap: Counter[int] = Counter()
    for element in bag:
        overlap.update(holders[element])
    del overlap[row]
    m = len(bag)
    promises = sorted((-rouge_l(shared, m, len(texts[other])), other) for other, shared in overlap.items())
    best = Hit(1 if row == 0 else 0, 0.0)
    for promise, other in promises:
        if -promise <= best.score:
            break
        scored = _scored(texts, row, other)
        if scored.score > best.score:
            best = scored
    return best
