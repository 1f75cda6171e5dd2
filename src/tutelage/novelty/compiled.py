"""The search compiled by numba: the same decisions as :mod:`.plain`, at a few microseconds a text.

One call of the kernel decides a batch in order; kept texts join the index inside it. Everything the index
holds lies in flat arrays that Python lets grow between two calls:

    flat, begin     tokens of the kept texts, one after the other; where text ``row`` begins
    first           token → element of its first occurrence in a text
    slots           open hashing of (token, occurrence) → element, for occurrences after the first
    head            element → its newest shelf
    shelves         for an element and a length of texts: the element's next shelf, where the postings stand, how
                    many there are, and for how many there is room
    posts           postings, those of a shelf one after the other: row, place among the rarest, signature

Shelves by length spare most of the work: late in a prefix, where the common elements stand, only short texts can
still have enough in common, and the shelves of the others are passed over.

The extra ``fast`` brings numba. What is compiled is cached beside this file, or in numba's own cache folder.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any

import numba as nb
import numpy as np

from tutelage.novelty.rule import Hit, NeedsByLength, rouge_l

TABLE = 256
"""Lengths below this have their needs in a table; those of longer texts are computed when asked for."""

_POST = np.dtype([("row", "i4"), ("place", "i4"), ("signature", "u8")])
_SHELF = np.dtype([("length", "i4"), ("next", "i4"), ("at", "i8"), ("size", "i4"), ("room", "i4")])
_ROWS, _ELEMENTS, _POSTS, _FLAT, _SLOTS, _STAMP, _SHELVES = range(7)
_FEW = 64  # entries that an empty array has room for

Array = np.ndarray[Any, Any]

_jit = nb.njit(cache=True, nogil=True)


@_jit
def _need(m, n, threshold, strict):  # type: ignore[no-untyped-def]  # compiled: types are inferred
    """The least LCS of texts of ``m`` and ``n`` tokens that is too similar; more than there is for none."""
    shorter = min(m, n)
    lcs = max(1, int(threshold * (m + n) / 2) - 1)
    while lcs <= shorter:
        precision, recall = lcs / m, lcs / n
        score = 2 * precision * recall / (precision + recall)
        if score > threshold or (not strict and score == threshold):
            return lcs
        lcs += 1
    return m + n


@_jit
def _needs_table(threshold, strict):  # type: ignore[no-untyped-def]  # compiled: types are inferred
    table = np.empty((TABLE, TABLE), np.int32)
    for m in range(TABLE):
        for n in range(TABLE):
            table[m, n] = _need(m, n, threshold, strict) if m and n else m + n + 1
    return table


@_jit
def _bits(word):  # type: ignore[no-untyped-def]  # compiled: types are inferred
    """How many of the 64 bits are set."""
    word = word - ((word >> np.uint64(1)) & np.uint64(0x5555555555555555))
    word = (word & np.uint64(0x3333333333333333)) + ((word >> np.uint64(2)) & np.uint64(0x3333333333333333))
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((word * np.uint64(0x0101010101010101)) >> np.uint64(56))


@_jit
def _place(key, slots):  # type: ignore[no-untyped-def]  # compiled: types are inferred
    """Where ``key`` stands in the open hashing, or the free place where it belongs."""
    mask = slots.shape[0] - 1
    place = ((key * 0x9E3779B97F4A7C1) >> 13) & mask
    while slots[place, 0] >= 0 and slots[place, 0] != key:
        place = (place + 1) & mask
    return place


@_jit
def _put_all(old, new):  # type: ignore[no-untyped-def]  # compiled: types are inferred
    """Enter all of one open hashing into a larger one."""
    for at in range(old.shape[0]):
        if old[at, 0] >= 0:
            place = _place(old[at, 0], new)
            new[place, 0], new[place, 1] = old[at, 0], old[at, 1]


@_jit
def _element(token, occurrence, first, slots, count):  # type: ignore[no-untyped-def]  # compiled
    """The element of the ``occurrence``-th ``token`` in a text, numbered when first met."""
    if occurrence == 0:
        if first[token] < 0:
            first[token] = count[_ELEMENTS]
            count[_ELEMENTS] += 1
        return first[token]
    key = (np.int64(token) << 31) | occurrence
    place = _place(key, slots)
    if slots[place, 0] < 0:
        slots[place, 0], slots[place, 1] = key, count[_ELEMENTS]
        count[_ELEMENTS] += 1
        count[_SLOTS] += 1
    return slots[place, 1]


@_jit
def _lcs(masks, other, slot_of):  # type: ignore[no-untyped-def]  # compiled: types are inferred
    """Length of the longest common subsequence: a zero marks a step up (Hyyrö 2004), 64 positions a word."""
    width = masks.shape[1]
    row = np.full(width, ~np.uint64(0), np.uint64)
    for token in other:
        slot = slot_of[token]
        if slot < 0:
            continue
        carry = np.uint64(0)
        for word in range(width):
            now = row[word]
            steps = now & masks[slot, word]
            total = now + steps
            over = np.uint64(total < now)
            total += carry
            over |= np.uint64(total < carry)
            row[word] = total | (now - steps)
            carry = over
    ones = 0
    for word in range(width):
        ones += _bits(row[word])
    return 64 * width - ones  # positions past the end stay one


@_jit
def _masks(own, distinct, slot_of):  # type: ignore[no-untyped-def]  # compiled: types are inferred
    """For each distinct token of a text the bits of its positions."""
    masks = np.zeros((distinct, (own.shape[0] + 63) // 64), np.uint64)
    for place in range(own.shape[0]):
        masks[slot_of[own[place]], place // 64] |= np.uint64(1) << np.uint64(place % 64)
    return masks


@_jit
def _elements(own, first, slots, slot_of, count):  # type: ignore[no-untyped-def]  # compiled
    """The sorted elements of a text, its signature, and its count of distinct tokens; marks ``slot_of``."""
    m, distinct = own.shape[0], 0
    elements, met = np.empty(m, np.int32), np.zeros(m, np.int64)
    signature = np.uint64(0)
    for place in range(m):
        token = own[place]
        if slot_of[token] < 0:
            slot_of[token] = distinct
            distinct += 1
        slot = slot_of[token]
        element = _element(token, met[slot], first, slots, count)
        met[slot] += 1
        elements[place] = element
        signature ^= np.uint64(1) << np.uint64((np.int64(element) * 0x9E3779B1 >> 7) & 63)
    elements.sort()
    return elements, signature, distinct


@_jit
def _search(  # type: ignore[no-untyped-def]  # compiled: types are inferred
    own, elements, prefix, signature, distinct, threshold, strict, table,
    flat, begin, head, shelves, posts, tried, slot_of, stamp,
):  # fmt: skip
    """The first row that is too similar to a text, or -1, and the LCS with it."""
    m = own.shape[0]
    masks = np.zeros((0, 0), np.uint64)
    best, common = -1, 0
    for place in range(prefix):
        which = head[elements[m - 1 - place]]  # the rarest come first: those that were met last
        while which >= 0:
            shelf = shelves[which]
            which, n = shelf["next"], np.int64(shelf["length"])
            need = table[m, n] if m < TABLE and n < TABLE else _need(m, n, threshold, strict)
            if need > m - place or need > n:
                continue
            for at in range(shelf["at"], shelf["at"] + shelf["size"]):
                post = posts[at]
                if post["place"] > n - need or m + n - _bits(signature ^ post["signature"]) < 2 * need:
                    continue
                row = post["row"]
                if tried[row] == stamp:
                    continue
                if best >= 0 and row > best:
                    break  # rows stand in order
                tried[row] = stamp
                if masks.shape[0] == 0:
                    masks = _masks(own, distinct, slot_of)
                lcs = _lcs(masks, flat[begin[row] : begin[row + 1]], slot_of)
                if lcs >= need:
                    best, common = row, lcs
                    break
    return best, common


@_jit
def _decide(  # type: ignore[no-untyped-def]  # compiled: types are inferred
    tokens, starts, prefixes, begin_at, searching, keeping, threshold, strict, table,
    flat, begin, first, slots, head, shelves, posts, tried, slot_of, count, rows, commons,
):  # fmt: skip
    """Texts in order: ``rows`` gets the condemning row or -1, ``commons`` the LCS with it.

    Returns how many were decided: fewer than there are where ``posts`` or ``shelves`` is full.
    """
    for text in range(begin_at, starts.shape[0] - 1):
        own, prefix = tokens[starts[text] : starts[text + 1]], prefixes[text]
        elements, signature, distinct = _elements(own, first, slots, slot_of, count)
        rows[text], commons[text] = -1, 0
        if searching:
            count[_STAMP] += 1
            rows[text], commons[text] = _search(
                own, elements, prefix, signature, distinct, threshold, strict, table,
                flat, begin, head, shelves, posts, tried, slot_of, count[_STAMP],
            )  # fmt: skip
        for token in own:
            slot_of[token] = -1
        if keeping and rows[text] < 0:
            if not _has_room(elements, prefix, head, shelves, posts, count):
                return text
            _keep(own, elements, prefix, signature, flat, begin, head, shelves, posts, count)
    return starts.shape[0] - 1


@_jit
def _shelf_of(element, length, head, shelves):  # type: ignore[no-untyped-def]  # compiled
    """The shelf of an element for texts of a length, or -1."""
    which = head[element]
    while which >= 0 and shelves[which]["length"] != length:
        which = shelves[which]["next"]
    return which


@_jit
def _has_room(elements, prefix, head, shelves, posts, count):  # type: ignore[no-untyped-def]  # compiled
    """Whether the postings of a text fit, those that have to move to a larger shelf included."""
    needed, m = count[_POSTS], elements.shape[0]
    for place in range(prefix):
        which = _shelf_of(elements[m - 1 - place], m, head, shelves)
        if which < 0:
            needed += 1
        elif shelves[which]["size"] == shelves[which]["room"]:
            needed += 2 * shelves[which]["room"]
    return needed <= posts.shape[0] and count[_SHELVES] + prefix <= shelves.shape[0]


@_jit
def _keep(  # type: ignore[no-untyped-def]  # compiled: types are inferred
    own, elements, prefix, signature, flat, begin, head, shelves, posts, count
):
    """Add a text to the index."""
    row, m, end = count[_ROWS], own.shape[0], count[_FLAT]
    flat[end : end + m] = own
    begin[row + 1] = end + m
    for place in range(prefix):
        element = elements[m - 1 - place]
        which = _shelf_of(element, m, head, shelves)
        if which < 0:
            which = count[_SHELVES]
            shelf = shelves[which]
            shelf["length"], shelf["next"], shelf["size"] = m, head[element], 0
            shelf["at"], shelf["room"] = count[_POSTS], 1
            head[element] = which
            count[_SHELVES] += 1
            count[_POSTS] += 1
        shelf = shelves[which]
        size = shelf["size"]
        if size == shelf["room"]:
            new = count[_POSTS]
            posts[new : new + size] = posts[shelf["at"] : shelf["at"] + size]
            shelf["at"], shelf["room"] = new, 2 * size
            count[_POSTS] += 2 * size
        post = posts[shelf["at"] + size]
        post["row"], post["place"], post["signature"] = row, place, signature
        shelf["size"] = size + 1
    count[_ROWS] += 1
    count[_FLAT] += m


class CompiledSearch:
    """The search whose work the kernel does. Tokens are small integers, numbered by first appearance."""

    def __init__(self, threshold: float, strict: bool) -> None:
        self._rule = (threshold, strict)
        self._needs = NeedsByLength(threshold, strict)
        self._table = _needs_table(threshold, strict)
        self._count = np.zeros(7, np.int64)
        self._flat = np.empty(_FEW, np.int32)
        self._begin = np.zeros(_FEW, np.int64)
        self._first = np.full(_FEW, -1, np.int32)
        self._slots = np.full((_FEW, 2), -1, np.int64)
        self._head = np.full(_FEW, -1, np.int32)
        self._shelves = np.empty(_FEW, _SHELF)
        self._posts = np.empty(_FEW, _POST)
        self._tried = np.zeros(_FEW, np.int64)
        self._slot_of = np.full(_FEW, -1, np.int32)
        self._single = (
            np.zeros(2, np.int64), np.zeros(1, np.int32), np.zeros(1, np.int32), np.zeros(1, np.int32)
        )  # fmt: skip

    def find(self, tokens: Sequence[int]) -> Hit | None:
        """The first sequence added that is too similar to ``tokens``, which is not empty."""
        return self._one(tokens, searching=True, keeping=False)

    def add(self, tokens: Sequence[int]) -> None:
        """Keep ``tokens``, which gets the next number."""
        self._one(tokens, searching=False, keeping=True)

    def decide(self, texts: Sequence[Sequence[int]]) -> list[Hit | None]:
        """Decide ``texts``, none of them empty, in order; those that nothing condemns are kept."""
        lengths = [len(text) for text in texts]
        starts = np.zeros(len(texts) + 1, np.int64)
        np.cumsum(lengths, out=starts[1:])
        tokens = np.frombuffer(b"".join([_flat(text) for text in texts]), np.int32)
        prefixes = np.array([self._needs[each].prefix for each in lengths], np.int32)
        rows, commons = np.empty(len(texts), np.int32), np.empty(len(texts), np.int32)
        vocabulary = int(tokens.max(initial=0)) + 1
        self._run(tokens, starts, prefixes, rows, commons, vocabulary, searching=True, keeping=True)
        return [
            self._hit(row, common, m)
            for row, common, m in zip(rows.tolist(), commons.tolist(), lengths, strict=True)
        ]

    def _one(self, text: Sequence[int], *, searching: bool, keeping: bool) -> Hit | None:
        """A batch of one text, in arrays that lie ready: making them would take longer than the search."""
        starts, prefixes, rows, commons = self._single
        starts[1], prefixes[0] = len(text), self._needs[len(text)].prefix
        tokens = np.frombuffer(_flat(text), np.int32)
        self._run(
            tokens, starts, prefixes, rows, commons, max(text) + 1, searching=searching, keeping=keeping
        )
        return self._hit(int(rows[0]), int(commons[0]), len(text))

    def _hit(self, row: int, common: int, m: int) -> Hit | None:
        if row < 0:
            return None
        return Hit(row, rouge_l(common, m, int(self._begin[row + 1] - self._begin[row])))

    def _run(
        self,
        tokens: Array,
        starts: Array,
        prefixes: Array,
        rows: Array,
        commons: Array,
        vocabulary: int,
        *,
        searching: bool,
        keeping: bool,
    ) -> None:
        self._make_room(len(prefixes), len(tokens), vocabulary)
        done = 0
        while done < len(prefixes):
            done = _decide(
                tokens, starts, prefixes, done, searching, keeping, *self._rule, self._table,
                self._flat, self._begin, self._first, self._slots, self._head, self._shelves, self._posts,
                self._tried, self._slot_of, self._count, rows, commons,
            )  # fmt: skip
            if done < len(prefixes):
                self._posts = _grown(self._posts, len(self._posts) * 3 // 2 + int(starts[-1]))
                self._shelves = _grown(self._shelves, len(self._shelves) + int(starts[-1]))

    def _make_room(self, texts: int, tokens: int, vocabulary: int) -> None:
        """Let the arrays grow so that the kernel cannot run past their ends."""
        rows, elements, _, flat, slots, _, _ = self._count.tolist()
        if flat + tokens > len(self._flat):
            self._flat = _grown(self._flat, flat + tokens)
        if rows + texts >= len(self._tried):
            self._begin = _grown(self._begin, rows + texts + 1)
            self._tried = _grown(self._tried, rows + texts + 1, 0)
        if elements + tokens > len(self._head):
            self._head = _grown(self._head, elements + tokens, -1)
        if vocabulary > len(self._first):
            self._first = _grown(self._first, vocabulary, -1)
            self._slot_of = _grown(self._slot_of, vocabulary, -1)
        if 2 * (slots + tokens) > len(self._slots):
            self._slots = _rehashed(self._slots, 4 * (slots + tokens))


def _flat(text: Sequence[int]) -> array[int]:
    """``text`` as 32-bit integers that lie one after the other."""
    return text if isinstance(text, array) and text.typecode == "i" else array("i", text)


def _grown(old: Array, needed: int, filler: int | None = None) -> Array:
    """A copy of ``old`` with room for ``needed`` entries, and for at least half again as many as it had."""
    larger = np.empty(max(needed, len(old) * 3 // 2), old.dtype)
    larger[: len(old)] = old
    if filler is not None:
        larger[len(old) :] = filler
    return larger


def _rehashed(slots: Array, least: int) -> Array:
    """The open hashing with at least ``least`` places, a power of two."""
    size = 1 << (least - 1).bit_length()
    larger = np.full((size, 2), -1, np.int64)
    _put_all(slots, larger)
    return larger
