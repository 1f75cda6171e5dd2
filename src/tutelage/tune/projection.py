"""A fixed random map from a short code to any number of weights, held nowhere: it follows from a seed.

Each weight reads one entry of the code, with a sign. Columns of such a map are orthogonal, so lengths are
kept up to one factor. Weights come in blocks: within a block, entries and signs are a table, hashed once from
the seed; each block reads the code rotated by a step of its own, with a sign of its own. So the map of 100
million weights takes the memory of one block, and the time of reading them. Any two weights are independent.

Tables and steps come from plain integer arithmetic: they are the same on every device and in every version of
torch.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import torch

from tutelage.draw import draw

BLOCK = 1 << 18
_MASK = (1 << 32) - 1


def salt(seed: int, name: str) -> int:
    """The 64-bit key of one weight's map: the upper half is the seed's alone, the lower the weight's."""
    common = draw(seed, "tune/intrinsic").getrandbits(32)
    return common << 32 | draw(seed, f"tune/intrinsic/{name}").getrandbits(32)


def _hashed(count: int, key: int) -> torch.Tensor:
    """A 32-bit hash of each number below ``count``, int64; no product leaves 63 bits."""
    value = torch.arange(count, dtype=torch.int64) ^ key
    for shift, factor in ((16, 0x7FEB352D), (15, 0x2C1B3C6D), (17, 0x297A2D39)):
        value = value ^ (value >> shift)
        value = value * factor & _MASK
    return value ^ (value >> 15)


@lru_cache(maxsize=4)
def _table(size: int, block: int, key: int, device: torch.device) -> torch.Tensor:
    """For each place of a block a number below 2 · ``size``: an entry, or an entry with the sign turned."""
    return (_hashed(block, key) * (2 * size) >> 32).to(device)


def _blocks(count: int, size: int, key: int) -> Iterator[tuple[int, int, int, int]]:
    """(start, end, step, sign) of each block of ``count`` weights."""
    number = -(-count // BLOCK)
    drawn = (_hashed(number, key & _MASK) * (2 * size) >> 32).tolist()
    for start, each in zip(range(0, count, BLOCK), drawn, strict=True):
        yield start, min(start + BLOCK, count), each >> 1, 1 - 2 * (each & 1)


def project(code: torch.Tensor, count: int, key: int) -> torch.Tensor:
    """``count`` numbers of the type of ``code`` (shape (d,)), each plus or minus an entry of it."""
    size = code.numel()
    table = _table(size, BLOCK, key >> 32, code.device)
    made = torch.empty(count, dtype=code.dtype, device=code.device)
    for start, end, step, sign in _blocks(count, size, key):
        turned = torch.roll(code, step) * sign
        torch.index_select(torch.cat([turned, -turned]), 0, table[: end - start], out=made[start:end])
    return made


def gather(values: torch.Tensor, size: int, key: int) -> torch.Tensor:
    """The transpose of :func:`project`: ``values`` (flat) summed, with signs, into ``size`` numbers."""
    flat = values.reshape(-1)
    table = _table(size, BLOCK, key >> 32, flat.device)
    summed = torch.zeros(size, dtype=torch.float32, device=flat.device)
    for start, end, step, sign in _blocks(flat.numel(), size, key):
        both = torch.bincount(table[: end - start], flat[start:end].float(), minlength=2 * size)
        summed += torch.roll((both[:size] - both[size:]) * sign, -step)
    return summed
