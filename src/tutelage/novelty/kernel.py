"""The compiled search: functions over flat arrays, which :mod:`.compiled` holds and lets grow.

One call of the kernel decides a batch in order; kept texts join the index inside it. Everything the index
holds lies in flat arrays that Python lets grow between two calls:

    flat, begin     tokens of the kept texts, one after the other; where text ``row`` begins
    first           token → element of its first occurrence in a text
    slots           open hashing of (token, occurrence) → element, for occurrences after the first
    head            element → its newest shelf
    shelves         for an element and a length of texts: the element's next shelf, where the postings stand,
                    how many there are, and for how many there is room
    posts           postings, those of a shelf one after the other: row, place among the rarest, signature

Shelves by length spare most of the work: late in a prefix, where the common elements stand, only short texts
can still have enough in common, and the shelves of the others are passed over.
"""

from __future__ import annotations

import numba as nb
import numpy as np

TABLE = 256
"""Lengths below this have their needs in a table; those of longer texts are computed when asked for."""

POST = np.dtype([("row", "i4"), ("place", "i4"), ("signature", "u8")])
SHELF = np.dtype([("length", "i4"), ("next", "i4"), ("at", "i8"), ("size", "i4"), ("room", "i4")])
ROWS, ELEMENTS, POSTS, FLAT, SLOTS, STAMP, SHELVES = range(7)

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
def needs_table(threshold, strict):  # type: ignore[no-untyped-def]  # compiled: types are inferred
    """The least LCS that is too similar, for all lengths below ``TABLE``."""
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
def put_all(old, new):  # type: ignore[no-untyped-def]  # compiled: types are inferred
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
            first[token] = count[ELEMENTS]
            count[ELEMENTS] += 1
        return first[token]
    key = (np.int64(token) << 31) | occurrence
    place = _place(key, slots)
    if slots[place, 0] < 0:
        slots[place, 0], slots[place, 1] = key, count[ELEMENTS]
        count[ELEMENTS] += 1
        count[SLOTS] += 1
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
def decide(  # type: ignore[no-untyped-def]  # compiled: types are inferred
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
            count[STAMP] += 1
            rows[text], commons[text] = _search(
                own, elements, prefix, signature, distinct, threshold, strict, table,
                flat, begin, head, shelves, posts, tried, slot_of, count[STAMP],
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
    needed, m = count[POSTS], elements.shape[0]
    for place in range(prefix):
        which = _shelf_of(elements[m - 1 - place], m, head, shelves)
        if which < 0:
            needed += 1
        elif shelves[which]["size"] == shelves[which]["room"]:
            needed += 2 * shelves[which]["room"]
    return needed <= posts.shape[0] and count[SHELVES] + prefix <= shelves.shape[0]


@_jit
def _keep(  # type: ignore[no-untyped-def]  # compiled: types are inferred
    own, elements, prefix, signature, flat, begin, head, shelves, posts, count
):
    """Add a text to the index."""
    row, m, end = count[ROWS], own.shape[0], count[FLAT]
    flat[end : end + m] = own
    begin[row + 1] = end + m
    for place in range(prefix):
        element = elements[m - 1 - place]
        which = _shelf_of(element, m, head, shelves)
        if which < 0:
            which = count[SHELVES]
            shelf = shelves[which]
            shelf["length"], shelf["next"], shelf["size"] = m, head[element], 0
            shelf["at"], shelf["room"] = count[POSTS], 1
            head[element] = which
            count[SHELVES] += 1
            count[POSTS] += 1
        shelf = shelves[which]
        size = shelf["size"]
        if size == shelf["room"]:
            new = count[POSTS]
            posts[new : new + size] = posts[shelf["at"] : shelf["at"] + size]
            shelf["at"], shelf["room"] = new, 2 * size
            count[POSTS] += 2 * size
        post = posts[shelf["at"] + size]
        post["row"], post["place"], post["signature"] = row, place, signature
        shelf["size"] = size + 1
    count[ROWS] += 1
    count[FLAT] += m
