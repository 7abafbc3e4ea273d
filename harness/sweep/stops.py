"""One stop: A is taken to a point, B does whole operations there, A goes on. And what kept B from doing so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.kernel.page import GATE
from harness.record.coverage import CLEAN, HELD, HIT, LOCK, MISSED, SEQUENCE, WAITED, WORLD
from harness.sweep import ptrace
from harness.sweep.held import Held, Patience
from harness.sweep.image import is_eval
from harness.sweep.points import Point
from harness.sweep.program import Program
from harness.sweep.stage import Hang, Stage
from harness.sweep.unwind import Unwinder

GLANCE_S = 0.0001
"""For B to finish, before the kernel is asked whether it sleeps; an operation takes some microseconds."""
SPIN_S = 0.001
"""When B has run for so long it is stopped to see where it is, if it neither finished nor sleeps."""
SPIN_TIMES = 10
"""The same when it has got a core so often: who gives way to others may run for a microsecond each time."""
SLOW_S = 0.25
"""After this A goes on in any case, and B shows whether it was A that it waited for."""


@dataclass(frozen=True)
class Stop:
    """One stop. ``waits_in``: the functions that B was in when it waited, the innermost first."""

    how: str
    """One of ``coverage.OUTCOMES``."""
    waits_in: tuple[str, ...] = ()


STOPPING = ("stop_the_world", "_PyEval_StopTheWorld", "_PyEval_StopTheWorldAll")
WAITING = {
    **dict.fromkeys(("_PyMutex_LockTimed", "PyMutex_Lock", "_PyMutex_LockSlow"), LOCK),
    **dict.fromkeys(("_PyThreadState_Attach", "tstate_wait_attach"), HELD),
    **dict.fromkeys(STOPPING, WORLD),
    "_PySeqLock_BeginRead": SEQUENCE,
}
"""What B waits for, by the innermost of these functions that it is in. They are functions of their own in 3.13 to 3.16,
or lie in the one that stands beside them here: ``tests/sweep/test_waiting.py`` looks."""
UNINTERESTING = frozenset(
    {
        *WAITING,
        "_PyParkingLot_Park",
        "_PySemaphore_Wait",
        "_PySemaphore_PlatformWait",
        "PyEvent_WaitTimed",
        "PyEvent_Wait",
        "_PyCriticalSection_BeginSlow",
        "_PyCriticalSection2_BeginSlow",
    }
)
"""Functions that wait on behalf of others."""


class Stops:
    """Stops A of one stage. All methods raise Hang, Fatal and Ended as the stage does."""

    def __init__(self, stage: Stage, program: Program, stepping: bool) -> None:
        """``stepping``: without debug registers, an instruction at a time."""
        self.stage = stage
        self.program = program
        self.stepping = stepping
        self.unwinder = Unwinder(stage.pid, stage.machine)
        self.stopped: int | None = None
        self.calls: tuple[str, ...] = ()
        """The functions that A stood in, the innermost first, where that was looked at."""

    def at(self, point: Point, turns: int, look: bool = False) -> Stop:
        """One stop, with ``turns`` operations of B. A and B are left at their first gates. ``look``, where they are
        traced: ``calls`` is then what A stood in.
        """
        stage = self.stage
        self.calls = ()
        if not stage.is_traced:
            return self._within(point, turns)
        self._begin_a(point)
        if self._arrive(stage.a, point) is not None:
            return self._missed()
        if look:
            self.calls = self.names(stage.a)
        stage.begin_b(turns)
        kept = self._keeps(stage.b)
        if kept is None:
            stage.let_a_end()
        else:
            self._a_first()
        return self._end(kept)

    def _within(self, point: Point, turns: int) -> Stop:
        """The same where A stops within itself, and lets B go and is let go by B without this process."""
        stage = self.stage
        stage.aim(self.program.address(point.address), point.occurrence, turns)
        stage.begin_a()
        kept = self._stands()
        if stage.quiet:
            return self._told(kept, stage.end_both())
        return self._missed() if kept is None else self._end(kept)

    def _stands(self) -> Stop | None:
        """Wait until A has come to a gate again, from its point or not having been there: what kept B at the stop."""
        stage = self.stage
        patience = Patience(stage.a, stage.limit_s)
        glance = GLANCE_S
        while stage.until(stage.a, glance) is None:
            if stage.stands:
                kept = self._keeps(stage.b, glance=0.0)  # it has had its time
                if kept is not None:
                    self._a_first()
                else:
                    stage.until_gate(stage.a)
                return kept
            if patience.is_over():
                raise Hang(stage.a)
            glance = SPIN_S
        return None

    def at_both(self, point: Point, other: Point) -> Stop:
        """Two stops: A at ``point``, then B at ``other``; A to its end, B to its end. Left as by ``at``."""
        stage = self.stage
        self._begin_a(point)
        if self._arrive(stage.a, point) is not None:
            return self._missed()
        if not self.stepping:
            stage.b.break_at(self.program.address(other.address))
        stage.begin_b(1, step=self.stepping)
        there = self._arrive(stage.b, other)
        if there is None:
            stage.go(stage.a)
            kept = self._keeps(stage.a)
            stage.go(stage.b)
            if kept is not None:
                stage.go(stage.a)
                stage.until_gate(stage.a)
            stage.until_gate(stage.b)
        else:
            kept = there
            if there.how == MISSED:  # B has come to its gate
                stage.let_a_end()
            else:
                self._a_first()
        return self._end(kept)

    def _a_first(self) -> None:
        """B, which is stopped, waits for A: it stands still until A's operation is over, so that nothing is left to
        chance. Where A gets no further without B (one that stops the world, one that was handed the lock), both run.
        """
        stage = self.stage
        stage.b.break_at(None)
        stage.go(stage.a)
        waits = self._keeps(stage.a)
        stage.go(stage.b)
        if waits is not None:
            stage.go(stage.a)
            stage.until_gate(stage.a)
        stage.until_gate(stage.b)

    def _begin_a(self, point: Point) -> None:
        if not self.stepping:
            self.stage.a.break_at(self.program.address(point.address))
        self.stage.begin_a(step=self.stepping)

    def _missed(self) -> Stop:
        """A came to its second gate without having been at its point."""
        self.stage.let_b_pass()
        return Stop(HIT if self.stage.end_turn() else MISSED)

    def _end(self, kept: Stop | None) -> Stop:
        """A goes on from where it is to its first gate, and B's turn ends."""
        return self._told(kept, self.stage.end_turn())

    def _told(self, kept: Stop | None, wrong: bool) -> Stop:
        if wrong:
            return Stop(HIT, kept.waits_in if kept else ())
        return kept or Stop(CLEAN)

    def _arrive(self, thread: Held, point: Point) -> Stop | None:
        """Take a thread that has begun to the point: None when it is there, else what became of it instead.

        A has nothing that could hold it up. B may wait for A: then it is stopped where it waits, its breakpoint set.
        """
        address = self.program.address(point.address)
        stage = self.stage
        met = 0
        while True:
            if thread is stage.a:
                number = stage.until(thread, stage.limit_s)
                if number is None:
                    raise Hang(thread)
            else:
                kept = self._keeps(thread)
                if kept is not None:
                    return kept
                number = self.stopped
            if number == GATE:
                thread.break_at(None)
                return Stop(MISSED)
            if (
                number == ptrace.SIGTRAP
                and stage.traced(thread).counter() == address
                and stage.inside(thread)
            ):
                met += 1
                if met == point.occurrence:
                    thread.break_at(None)  # what comes later passes the same code again and again
                    return None
            if self.stepping:
                stage.traced(thread).step()
            else:
                stage.go(thread)

    def _keeps(self, thread: Held, glance: float = GLANCE_S) -> Stop | None:
        """Wait for a thread to stop, at its gate or a breakpoint. None where it did, else what it waits for: then it
        has been stopped there. The other one stands still meanwhile. ``stopped`` is the signal that stopped it.
        """
        stage = self.stage
        patience = Patience(thread, SLOW_S)
        began = thread.had_a_core()
        before = ""
        while True:
            number = stage.until(thread, glance)
            if number in (GATE, ptrace.SIGTRAP):
                self.stopped = number
                return None
            if number is not None:  # an interruption that came when it had stopped already
                stage.go(thread)
                continue
            sleeps = thread.asleep() == stage.machine.futex
            if sleeps or _had_its_time(thread, began) or patience.is_over():
                names = self._where(thread)
                if names is None:
                    return None
                # Who sleeps in nothing of the target's is at its gate, and has got no core yet.
                stop = told(names, LOCK if sleeps and names else WAITED)
                # Who waits for a mutex, or to be let in, sleeps soon. Who does not may just have lost its core there.
                # So may who reads under a sequence lock, but not twice.
                passing = not sleeps and (stop.how in (LOCK, HELD) or stop.how == SEQUENCE != before)
                if (stop.how != WAITED and not passing) or patience.is_over():
                    return stop
                stage.go(thread)
                began, before = thread.had_a_core(), stop.how
            glance = min(max(2 * glance, GLANCE_S), SPIN_S)

    def _where(self, thread: Held) -> tuple[str, ...] | None:
        """The functions that a thread is in, which is stopped for that; None where it stopped by itself."""
        stage = self.stage
        thread.interrupt()
        number = stage.until(thread, stage.limit_s)
        if number in (GATE, ptrace.SIGTRAP):
            thread.release()
            self.stopped = number
            return None
        if number is None:
            raise Hang(thread)
        return self.names(thread)

    def names(self, thread: Held) -> tuple[str, ...]:
        """The functions of the target's own files that a stopped thread is in, the innermost first.

        The interpreter's loop is the last: behind it stands what called the operation.
        """
        found: dict[str, None] = {}
        for counter in self.unwinder.counters(thread):
            function = self.program.function_at(counter)
            if function is not None:
                found[function.plain] = None
                if is_eval(function):
                    break
        return tuple(found)


def _had_its_time(thread: Held, began: tuple[float, int]) -> bool:
    """Whether a thread has had a core for as long, or as often, as an operation needs. On a busy machine that may take
    many times as long; one that is stopped again whenever it gets a core comes nowhere.
    """
    ran_s, times = thread.had_a_core()
    return ran_s - began[0] > SPIN_S or times - began[1] > SPIN_TIMES


def told(names: Sequence[str], otherwise: str) -> Stop:
    """What a thread waits for that is in these functions, the innermost first; ``otherwise``: in none that is known."""
    how = next((WAITING[name] for name in names if name in WAITING), otherwise)
    if how == LOCK and any(name in STOPPING for name in names):
        how = HELD  # the lock of who stops the world: A has it
    return Stop(how, tuple(name for name in names if name not in UNINTERESTING)[:6])
