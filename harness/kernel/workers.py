"""The threads of a trial: made once, released together, parked together, drained."""

from __future__ import annotations

import gc
import math
import os
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from itertools import repeat

from harness.kernel.bystanders import NOBODY, Beside
from harness.kernel.delayed import empty_queue
from harness.kernel.hang import ASLEEP_LOOKS, Sleepers
from harness.kernel.nudges import nudged
from harness.kernel.rounds import Role, Round, race

WAKE_S = 0.1
STUCK_WAKES = 100
"""Wake-ups in a row in which no actor moved before a hang is believed. Wake-ups, not seconds: a machine that was
suspended, or starved this process, delays them too. Where all wait for one another fewer do: see ``hang.Sleepers``."""
DRAIN_TURNS = 200


class Stuck(Exception):
    """Actors did not come back, and did not move either."""

    def __init__(self, stuck: Sequence[threading.Thread], looks: int = STUCK_WAKES) -> None:
        inside = [thread.name for thread in stuck]
        super().__init__(f"{', '.join(inside)} did not return, and did nothing for {looks} looks in a row")
        self.inside = inside
        self.threads = [thread.native_id for thread in stuck if thread.native_id is not None]


class Workers:
    """Plays the roles, beside a bystander if there is one. A single role is played on the caller's own thread."""

    def __init__(self, roles: list[Role], alive: Callable[[], None], bystander: str = NOBODY) -> None:
        self.roles = roles
        self.alive = alive
        self.batch: list[Round] = []
        self.batches = -1
        """Rows of rounds before the one that is raced."""
        self.stopping = False
        self.start = threading.Barrier(len(roles) + 1)
        self.parked = threading.Semaphore(0)
        self.threads: list[threading.Thread] = []
        self.beside = Beside(bystander) if bystander != NOBODY else None
        if len(roles) > 1:
            self.threads = [
                threading.Thread(
                    target=self._work, args=(index,), name=f"{role.actor}-{role.me}", daemon=True
                )
                for index, role in enumerate(roles)
            ]
            for thread in self.threads:
                thread.start()

    def race(self, batch: list[Round], deadline: float, patience: float) -> float:
        """Race the rounds of ``batch``; seconds it took. Raises Stuck when actors hang.

        At ``deadline`` (of the monotonic clock) actors leave the round they are in, and those still to come; while
        they have not met, only when ``patience`` seconds more are over.
        """
        began = time.perf_counter()
        self.batch = batch
        self.batches += 1
        if self.beside:
            self.beside.start(batch)
        if not self.threads:
            for current in batch:
                race(current, self.roles[0], 0)
        else:
            self.start.wait()
            self._wait_parked(deadline, patience)
        if self.beside:
            self._wait_beside(self.beside)
        took = time.perf_counter() - began
        self.batch = []
        self._run_on_all()
        return took

    def drain(self) -> None:
        """Settle what is owed: values that others dropped, those that wait in a thread's queue of delayed frees, and
        those that only the collector frees.
        """
        self._run_on_all()
        gc.collect()  # it empties all threads' queues, too
        self._run_on_all()

    def _run_on_all(self) -> None:
        """Let every thread run on for a moment: values that others dropped are finalized on their owner's thread."""
        _run_on()
        if self.threads:
            self.start.wait()
            self._wait_parked(math.inf, 0.0)
            _run_on()

    def finish(self) -> None:
        """End the threads. Raises Stuck when one does not."""
        self.stopping = True
        if self.beside and not self.beside.finish(WAKE_S * STUCK_WAKES):
            raise Stuck([self.beside.thread])
        if not self.threads:
            return
        self.start.wait()
        for thread in self.threads:
            thread.join(WAKE_S * STUCK_WAKES)
        left = [thread for thread in self.threads if thread.is_alive()]
        if left:
            raise Stuck(left)

    def _work(self, index: int) -> None:
        role = self.roles[index]
        places = _places(index, len(self.roles))
        while True:
            self.start.wait()
            if self.stopping:
                return
            if places and self.batch:
                with suppress(OSError):  # a sandbox may forbid it: then the scheduler decides
                    os.sched_setaffinity(0, places[self.batches % len(places)])
            through: Callable[[], None] = partial(self._go_through, role, index)
            if self.batch and not (
                places and self.batches % len(places)
            ):  # each on its own core, or wherever it likes
                through = nudged(through, self.batches, index, len(self.roles))
            through()
            _run_on()
            self.parked.release()

    def _go_through(self, role: Role, index: int) -> None:
        for current in self.batch:
            race(current, role, index)

    def _wait_parked(self, deadline: float, patience: float) -> None:
        missing = len(self.threads)
        slow: Round | None = None
        idle = [0] * missing
        before: list[list[int]] = [[] for _ in self.threads]
        sleepers = Sleepers()
        while missing:
            if self.parked.acquire(timeout=WAKE_S):
                missing -= 1
                continue
            self.alive()
            late = time.monotonic() - deadline
            if late > patience or (late > 0 and self._met()):
                self._stop(self.batch)
            current = next((current for current in self.batch if True in current.pending), None)
            if current is slow and current is not None:
                self._stop([current])  # what it still has to show, a fresh state shows sooner
            slow = current
            for index in range(len(self.threads)):
                moved = [current.tallies[index][0] for current in self.batch]
                idle[index] = idle[index] + 1 if moved == before[index] else 0
                before[index] = moved
            racing = self._racing()
            asleep = sleepers.look("self", threading.get_native_id())
            enough = ASLEEP_LOOKS if asleep else STUCK_WAKES
            stuck = [self.threads[index] for index in racing if idle[index] >= enough]
            if stuck:
                stuck += self._stuck_beside()
                self._stop(self.batch)
                raise Stuck(stuck, enough)

    def _stuck_beside(self) -> list[threading.Thread]:
        """The bystander's thread, where it does nothing either."""
        if self.beside is None:
            return []
        before = self.beside.turns
        time.sleep(WAKE_S)
        return [self.beside.thread] if self.beside.turns == before else []

    def _wait_beside(self, beside: Beside) -> None:
        idle, before = 0, -1
        while not beside.parked.acquire(timeout=WAKE_S):
            self.alive()
            idle = idle + 1 if beside.turns == before else 0
            before = beside.turns
            if idle >= STUCK_WAKES:
                raise Stuck([beside.thread])

    def _met(self) -> bool:
        return any(observed for current in self.batch for _, observed in current.tallies)

    def _stop(self, rounds: list[Round]) -> None:
        for current in rounds:
            current.stop.append(True)
            current.pending[:] = [False] * len(current.pending)

    def _racing(self) -> list[int]:
        """Indices of the threads that have not gone through the whole batch."""
        if not self.batch:
            return list(range(len(self.threads)))
        return [index for index, span in enumerate(self.batch[-1].spans) if span == (0, 0)]


def _places(index: int, threads: int) -> list[set[int]]:
    """The cores on which a thread may run, in turn from one row of rounds to the next; empty: wherever it likes.

    Where there are just as many cores as threads, all run on a core of their own in one row, and on the same core in
    the next. Only threads on two cores are inside an operation at the same time, and the scheduler lets them share one
    as soon as anything else runs beside them. Only on a core that they share is a thread stopped in the middle of an
    operation while others go on, which shows memory that is used again too early; and on a quiet machine the
    scheduler keeps them apart. What it gains: docs/calibration.md.
    """
    if not hasattr(os, "sched_setaffinity"):
        return []
    cores = sorted(os.sched_getaffinity(0))
    return [{cores[index]}, {cores[0]}] if len(cores) == threads else []


def _run_on() -> None:
    for _ in repeat(None, DRAIN_TURNS):
        pass
    empty_queue()
