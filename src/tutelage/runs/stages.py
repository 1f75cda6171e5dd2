"""A run from recipe to dataset: prepare, write and judge, export. Resuming is running again.

Whatever happens on the way (Ctrl-C, a budget reached, a teacher that refuses), what was decided is written
down and exported before the run returns or raises.
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tutelage import __version__
from tutelage.errors import BadInput, BudgetReached, TutelageError
from tutelage.filters.filter import Chain
from tutelage.methods.constrained import Constrained
from tutelage.methods.method import Materials, Method
from tutelage.recipe.changes import Change, changes
from tutelage.recipe.model import Recipe, data_part
from tutelage.runs.assessing import Assessor, asking, check_judges
from tutelage.runs.flow import Counts, Flow
from tutelage.runs.gateway import Gateway, Stopped
from tutelage.runs.progress import Listener, Snapshot
from tutelage.runs.publishing import Published, publish, write_materials
from tutelage.runs.result import RunResult
from tutelage.store.calls import Calls
from tutelage.store.database import Database
from tutelage.store.examples import Ledger
from tutelage.store.runs import Run, RunState

TICK = 0.5  # seconds between two snapshots
DONE: tuple[RunState, ...] = ("finished", "short")

Note = Callable[[str], None]


async def execute(
    recipe: Recipe,
    out: Path,
    *,
    limit: int | None = None,
    replay: bool = False,
    listener: Listener | None = None,
    note: Note = lambda text: None,
) -> RunResult:
    """Carry ``recipe`` out in the folder ``out``, going on where an earlier execution stopped.

    ``limit`` decides that many items only (a preview) and exports nothing; ``replay`` answers from the store
    alone. ``listener`` hears snapshots, ``note`` what a person should know, such as a changed recipe.

    Raises:
        BadInput: the teacher cannot do what the method needs, or the folder cannot be written.
        RunLocked: another process works on this run.
        TeacherRefused, StoreFailed: the run cannot go on; what was decided is exported.
    """
    check_abilities(recipe)
    with closing(Database(out / "run.db")) as database:
        return await _Execution(recipe, out, database, limit=limit, replay=replay).run(listener, note)


def check_abilities(recipe: Recipe) -> None:
    """Refuse a method or filter whose model cannot do what it needs, before anything is asked."""
    if recipe.constraints:
        recipe.constraints.check_language(recipe.method.language)
    for need in recipe.needs:
        if not getattr(recipe.teacher.abilities, need):
            raise BadInput(
                f"the method '{recipe.method.kind}' needs a teacher that can do '{need}',"
                f" and {recipe.teacher.name} ({recipe.teacher.kind}) cannot",
                where="teacher",
                remedy="bind another teacher, or another method (`tutelage kinds` lists them)",
            )
    check_judges(recipe.filters, recipe.roles())


def _writing_method(recipe: Recipe) -> Method | Constrained:
    """The recipe's method, with its constraints around it where there are any."""
    if recipe.constraints is None:
        return recipe.method
    return Constrained(recipe.method, recipe.constraints, recipe.seed)


def _told(change: Change) -> str:
    return f"{change.path}: {change.old!r} became {change.new!r} ({change.touches})"


class _Execution:
    """One execution: drives the flow over the open store and leaves everything written down."""

    def __init__(
        self, recipe: Recipe, out: Path, database: Database, *, limit: int | None, replay: bool
    ) -> None:
        self._recipe = recipe
        self._out = out
        self._limit = limit
        self._database = database
        self._run = Run(database)
        self._before = self._run.row()
        self._began = time.monotonic()
        self._interrupted = False
        self._materials = Materials()
        self._method = _writing_method(recipe)
        self._flow: Flow | None = None
        self._gateway = Gateway(
            Calls(database),
            recipe.roles(),
            budget=recipe.budget,
            pace=recipe.pace,
            prices=recipe.prices,
            replay_only=replay,
            finished=self._is_finished(),
        )

    def _is_finished(self) -> bool:
        """A finished run asks nothing again, not even what failed in passing, until its recipe changes."""
        before = self._before
        if before is None or before.state != "finished":
            return False
        return data_part(before.recipe) == data_part(self._recipe.tree())

    async def run(self, listener: Listener | None, note: Note) -> RunResult:
        number = self._begin(note)
        ledger = Ledger(self._database, number)
        try:
            with self._interruptible(), self._watched(listener):
                state, reason = await self._carry_out(ledger)
        except BudgetReached as error:
            state, reason = "short", error.what
        except TutelageError as error:
            self._end(number, "failed", error.what)
            raise
        if state in DONE:
            ledger.clear_older()
        return self._end(number, state, reason)

    def _begin(self, note: Note) -> int:
        recipe = self._recipe
        before = self._before
        tree = recipe.tree()
        said = [_told(change) for change in changes(before.recipe, tree)] if before else []
        for line in said:
            note(line)
        return self._run.begin(
            name=recipe.name,
            version=__version__,
            recipe=tree,
            fingerprint=recipe.fingerprint,
            changes=said,
        )

    async def _carry_out(self, ledger: Ledger) -> tuple[RunState, str]:
        recipe = self._recipe
        async with self._gateway:
            try:
                self._materials = await self._method.prepare(self._gateway, recipe.seed)
            except Stopped:
                return "interrupted", "interrupted"
            write_materials(self._out, self._materials)
            self._flow = Flow(
                method=self._method,
                chain=Chain(recipe.filters),
                gateway=self._gateway,
                ledger=ledger,
                materials=self._materials,
                seed=recipe.seed,
                target=recipe.target,
                patience=recipe.patience,
                licence=recipe.teacher.licence,
                limit=self._limit,
                assessor=self._assessor(),
            )
            if self._interrupted:
                return "interrupted", "interrupted"
            reason = await self._flow.run()
        if self._interrupted:
            return "interrupted", "interrupted"
        if self._limit is not None:
            return "previewed", reason
        return ("short", reason) if reason else ("finished", "")

    def _assessor(self) -> Assessor | None:
        recipe = self._recipe
        return Assessor(recipe.filters, self._gateway, recipe.roles()) if asking(recipe.filters) else None

    def _end(self, number: int, state: RunState, reason: str) -> RunResult:
        self._run.end(number, *self._lasting(state, reason))
        if self._limit is not None or self._flow is None:
            return self._result(state, reason, Published())
        return self._result(state, reason, publish(self._out, self._recipe, self._materials, reason))

    def _lasting(self, state: RunState, reason: str) -> tuple[RunState, str]:
        """A preview of a run that came to its end leaves it ended."""
        if state == "previewed" and self._before is not None and self._before.state in DONE:
            return self._before.state, self._before.reason
        return state, reason

    def _result(self, state: RunState, reason: str, published: Published) -> RunResult:
        counts = self._flow.counts if self._flow else Counts()
        tally = self._gateway.tally
        return RunResult(
            state=state,
            reason=reason,
            out=self._out,
            target=self._recipe.target,
            accepted=counts.accepted,
            surplus=counts.surplus,
            rejected=dict(counts.rejected.most_common()),
            sent=tally.sent,
            replayed=tally.replayed,
            failed=tally.failed,
            tokens=tally.usage.total,
            cost=tally.cost,
            seconds=time.monotonic() - self._began,
            files=published.files,
            findings=published.findings,
        )

    def snapshot(self) -> Snapshot:
        """Where the execution stands."""
        counts = self._flow.counts if self._flow else Counts()
        tally = self._gateway.tally
        seconds = time.monotonic() - self._began
        missing = self._recipe.target - counts.accepted
        hopeful = counts.accepted > 0 and self._limit is None
        return Snapshot(
            stage="generate" if self._flow else "prepare",
            accepted=counts.accepted,
            target=self._recipe.target,
            decided=counts.decided,
            rejected=counts.rejected,
            sent=tally.sent,
            replayed=tally.replayed,
            tokens=tally.usage.total,
            cost=tally.cost,
            in_flight=self._gateway.in_flight,
            failed_attempts=tally.failed_attempts,
            last_trouble=tally.last_trouble,
            limit=self._gateway.wanted,
            seconds=seconds,
            seconds_left=seconds * missing / counts.accepted if hopeful else None,
        )

    @contextmanager
    def _watched(self, listener: Listener | None) -> Iterator[None]:
        """Tell the listener where the execution stands, now and then, and once at the end."""
        if listener is None:
            yield
            return

        async def tell() -> None:
            while True:
                listener(self.snapshot())
                await asyncio.sleep(TICK)

        telling = asyncio.get_running_loop().create_task(tell())
        try:
            yield
        finally:
            telling.cancel()
            listener(self.snapshot())

    @contextmanager
    def _interruptible(self) -> Iterator[None]:
        """The first Ctrl-C stops sending and finishes writing; the second one stops at once."""
        loop = asyncio.get_running_loop()

        def interrupt() -> None:
            loop.remove_signal_handler(signal.SIGINT)
            self._interrupted = True
            if self._flow is not None:
                self._flow.interrupt()
            else:
                self._gateway.stop()

        try:
            loop.add_signal_handler(signal.SIGINT, interrupt)
        except (RuntimeError, ValueError, NotImplementedError):  # not the main thread: the caller's affair
            yield
            return
        try:
            yield
        finally:
            loop.remove_signal_handler(signal.SIGINT)
