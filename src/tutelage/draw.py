"""Chance that belongs to a place: the same seed and place give the same stream, in any order of work."""

from __future__ import annotations

import hashlib
import random


def draw(seed: int, place: str) -> random.Random:
    """An own random stream for ``(seed, place)``; never share one between two places.

    The stream is Python's Mersenne Twister seeded by a hash, so it is the same on every platform.
    """
    name = hashlib.blake2b(f"{seed}/{place}".encode(), digest_size=16).digest()
    return random.Random(int.from_bytes(name, "big"))
