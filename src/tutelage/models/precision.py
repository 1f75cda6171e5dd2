"""How numbers are kept and how many threads work: what this machine does at full speed.

bf16 halves memory and is faster where the processor computes in it. Where it does not, it is emulated: slower
than 32 bits and less exact, for nothing.
"""

from __future__ import annotations

from typing import Any

from tutelage.errors import BadInput, nearest
from tutelage.models import libraries

NAMES = ("auto", "float32", "bfloat16", "float16")


def chosen(dtype: str) -> Any:
    """The torch dtype called ``dtype``; ``auto`` is bfloat16 where the machine has it, else float32.

    Raises:
        BadInput: there is no such name.
    """
    if dtype not in NAMES:
        raise BadInput(
            f"there is no dtype '{dtype}'", where=f"dtype: {dtype!r}", remedy=nearest(dtype, NAMES)
        )
    torch = libraries.torch()
    if dtype == "auto":
        return torch.bfloat16 if has_bfloat16() else torch.float32
    return getattr(torch, dtype)


def has_bfloat16() -> bool:
    """Whether the device that :func:`device` names computes in bfloat16 without emulation."""
    torch = libraries.torch()
    if device() == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    found = torch.cpu.get_capabilities()
    # Arm's extension is called bf16; AVX512-BF16 and AMX are x86's.
    return any(found.get(name, False) for name in ("avx512_bf16", "amx_bf16", "bf16"))


def device() -> str:
    """``cuda`` where torch sees a card, else ``cpu``."""
    return "cuda" if libraries.torch().cuda.is_available() else "cpu"


def use_threads(threads: int) -> None:
    """Let torch use this many threads, in the whole process.

    More threads than idle cores are many times slower than one, for they wait for one another by spinning.

    Raises:
        BadInput: the number is below one.
    """
    if threads < 1:
        raise BadInput(
            "at least one thread is needed", where=f"threads: {threads!r}", remedy="give 1 or more"
        )
    torch = libraries.torch()
    if torch.get_num_threads() != threads:
        torch.set_num_threads(threads)
