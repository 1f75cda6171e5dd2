"""What every test may use."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

# Importlib mode leaves this folder off the path; tests write `from loopback import Script, in_thread`.
sys.path.insert(0, str(Path(__file__).parent))
# Two threads on two busy cores are many times slower than one.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("MKL_NUM_THREADS", "1")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

import pytest
from hypothesis import settings

from loopback import Loopback, Script

# No property is timed: a busy machine takes as long as it takes.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data beside the checkout; tests that need it skip where it is absent."""
    folder = Path(os.environ.get("TUTELAGE_SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no shared data at {folder}; set TUTELAGE_SHARED_DATA")
    return folder


@pytest.fixture
async def loopback() -> AsyncIterator[Callable[..., Awaitable[Loopback]]]:
    """``await loopback(Script(...))`` starts a model server over real HTTP; all are closed at the end."""
    async with AsyncExitStack() as stack:

        async def start(script: Script | None = None) -> Loopback:
            return await stack.enter_async_context(Loopback(script))

        yield start
