"""One stop: A is taken to a point, B does whole operations there, A goes on. And what kept B from doing so."""

from __future__ import annotations

import os
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass

from harness.kernel.sweep import B_SETTLES, GATE
from harness.record.coverage import CLEAN, HIT, LOCK, MISSED, SEQUENCE, WAITED, WORLD
from harness.sweep import ptrace
from harness.sweep.image import Code
from harness.sweep.points import Point
from harness.sweep.ptrace import Thread
from harness.sweep.stage import LIMIT_S, Hang, Stage

GLANCE_S = 0.0001
"""For B to finish, before the kernel is asked whether it sleeps; an operation takes some microseconds."""
SPIN_S = 0.001
"""After this B is stopped to see where it is, if it neither finished nor sleeps."""
SLOW_S = 0.25
"""After this A goes on in any case, and B shows whether it was A that it waited for."""
STACK_BYTES = 2048
"""Of a stack, searched for the functions that are being executed."""


@dataclass(frozen=True)
class Stop:
    """One stop. ``waits_in``: the functions that B was in when it waited, the innermost first."""

    how: str
    """One of ``coverage.OUTCOMES``."""
    waits_in: tuple[str, ...] = ()


WAITING = (
    ("stop_the_world", WORLD),
    ("_PySeqLock_BeginRead", SEQUENCE),
    ("_PyMutex_LockSlow", LOCK),
)
"""What B waits for, by a function that it is in; the first that fits."""
UNINTERESTING = frozenset(
    {
        "_PyMutex_LockSlow",
        "_PyMutex_LockTimed",
        "PyMutex_Lock",
        "_PyParkingLot_Park",
        "_PySemaphore_Wait",
        "_PySemaphore_PlatformWait",
        "PyEvent_WaitTimed",
        "PyEvent_Wait",
        "_PySeqLock_BeginRead",
        "stop_the_world",
        "_PyEval_StopTheWorld",
        "_PyCriticalSection_BeginSlow",
        "_PyCriticalSection2_BeginSlow",
    }
)
"""Functions that wait on behalf of others."""


class Stops:
    """Stops A of one stage. All methods raise Hang, Fatal and Ended as the stage does."""

    def __init__(self, stage: Stage, code: Code, stepping: bool) -> None:
        """``stepping``: without debug registers, an instruction at a time."""
        self.stage = stage
        self.code = code
        self.stepping = stepping

    def at(self, point: Point, turns: int) -> Stop:
        """One stop, with ``turns`` operations of B. A and B are left at their first gates."""
        stage = self.stage
        if not self.reach(stage.a, point):
            stage.let_a_end()
            stage.go(stage.a)
            stage.until_gate(stage.a)
            stage.after_b() if stage.wrong else None
            return Stop(MISSED)
        stage.begin_b(turns)
        kept = self.keeps_b()
        if kept is None:
            stage.let_a_end()
        else:
            # The lock is given back on the way to the second gate, where A waits for B.
            stage.go(stage.a)
            stage.until_gate(stage.a)
            stage.until_gate(stage.b)
        stage.go(stage.a)
        stage.until_gate(stage.a)
        wrong = stage.wrong
        if wrong or stage.page[B_SETTLES]:
            stage.after_b()
            wrong |= stage.wrong
        if wrong:
            return Stop(HIT, kept.waits_in if kept else ())
        return kept or Stop(CLEAN)

    def reach(self, thread: Thread, point: Point) -> bool:
        """Take A from its first gate to the point; False where it comes to its second gate without."""
        address = self.code.base + point.address
        stage = self.stage
        if not self.stepping:
            thread.break_at(address)
        stage.begin_a(step=self.stepping)
        met = 0
        while True:
            number = stage.until(thread, LIMIT_S)
            if number == GATE:
                return False
            if number is None:
                raise Hang(thread)
            if number == ptrace.SIGTRAP and thread.counter() == address:
                met += 1
                if met == point.occurrence:
                    thread.break_at(None)  # what comes later passes the same code again and again
                    return True
            if self.stepping:
                thread.step()
            else:
                stage.go(thread)

    def keeps_b(self) -> Stop | None:
        """Wait for B to finish. None where it did, else what it waits for, A still being at the point."""
        stage, thread = self.stage, self.stage.b
        began = time.monotonic()
        glance = GLANCE_S
        while True:
            number = stage.until(thread, glance)
            if number == GATE:
                return None
            if number is not None:  # an interruption that came when it had stopped already
                stage.go(thread)
                continue
            asleep = thread.asleep()
            if asleep is not None and asleep.call == stage.machine.futex:
                return _told(self.names(asleep.sp), LOCK)
            waited = time.monotonic() - began
            if waited > SPIN_S:
                names = self._where(thread)
                if names is None:
                    return None
                stop = _told(names, WAITED)
                if stop.how is not WAITED or waited > SLOW_S:
                    stage.go(thread)
                    return stop
                stage.go(thread)
            glance = min(2 * glance, SPIN_S)

    def _where(self, thread: Thread) -> tuple[str, ...] | None:
        """The functions that a running thread is in, which is stopped for that; None where it came to its gate."""
        stage = self.stage
        thread.interrupt()
        number = stage.until(thread, LIMIT_S)
        if number == GATE:
            return None
        if number is None:
            raise Hang(thread)
        return self.names(thread.stack_pointer(), thread.counter())

    def names(self, sp: int, counter: int | None = None) -> tuple[str, ...]:
        """The functions that are being executed, the innermost first, as far as return addresses on the stack say."""
        try:
            with open(f"/proc/{self.stage.pid}/mem", "rb", buffering=0) as memory:
                data = os.pread(memory.fileno(), STACK_BYTES, sp)
        except OSError:
            data = b""
        words = struct.unpack(f"<{len(data) // 8}Q", data[: len(data) // 8 * 8])
        found: dict[str, None] = {}
        for address in ([] if counter is None else [counter, *words]) or words:
            function = self.code.function_at(address)
            # A return address lies behind a call: never at a function's beginning.
            if function is not None and (address == counter or address - self.code.base != function.begin):
                found[function.plain] = None
        return tuple(found)


def _told(names: Sequence[str], otherwise: str) -> Stop:
    how = next((how for name, how in WAITING if name in names), otherwise)
    return Stop(how, tuple(name for name in names if name not in UNINTERESTING)[:6])
