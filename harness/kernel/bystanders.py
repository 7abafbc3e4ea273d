"""Bystanders: threads that a trial adds beside a scenario's actors, and that the scenario's code knows nothing of.

Each keeps busy what the actors need of the interpreter. It has a state of its own and touches nothing of the
scenario's, so it never changes what is allowed: an oracle that is sound without it is sound with it. One does reach
into the scenario, ``invalidator``, which empties the caches of its classes; why that is no more than a correct
interpreter may do at any time stands there.

They are parked with the actors: nothing runs beside a question at quiescence.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Sequence
from typing import Any

from harness.kernel.amplifiers import Knobs
from harness.kernel.compiler import compile_operation
from harness.kernel.delayed import CHUNK, empty_queue, queue_entries
from harness.kernel.objects import fresh_class, prime
from harness.kernel.rounds import Round
from harness.kernel.scenario import Scenario, classes_of, operation, operations
from harness.kernel.values import Value

try:
    from _testinternalcapi import type_cache_invalidate  # type: ignore[import-not-found]
except ImportError:  # not main, or a build without CPython's own test modules
    type_cache_invalidate = None

NOBODY = "none"
STOP_REST_S = 0.0001
"""Between two stops, without which the actors get nothing done: to run on they need a core again."""


class Bystander(Scenario):
    """One operation, which no oracle judges, on a state of its own."""

    bystanders = ()
    theirs: tuple[type, ...] = ()
    """The classes of the scenario that it stands beside: whoever starts it sets them."""


class Stopper(Bystander):
    """Stops the world, again and again: to store a class's name takes that (from 3.14.1 on)."""

    def prepare(self, knobs: Knobs) -> None:
        self.renamed = fresh_class()
        self.rest_s = STOP_REST_S

    @operation(actor="stopper")
    def rename(self) -> None:
        self.renamed.__name__ = "C"
        time.sleep(self.rest_s)


class Invalidator(Bystander):
    """Drops the caches of the scenario's own classes without a change: every look-up must find the same again (main).

    Allowed at any time: what is cached of a class is what a look-up without a cache finds.
    """

    def prepare(self, knobs: Knobs) -> None:
        self.invalidate = type_cache_invalidate

    @operation(actor="invalidator")
    def drop(self) -> None:
        for cls in self.theirs:
            self.invalidate(cls)


class Leaver(Bystander):
    """Threads that end with a queue of delayed frees that is not empty: the others empty it, with its finalizers."""

    def prepare(self, knobs: Knobs) -> None:
        self.left = fresh_class(x=Value(0))
        prime(self.left)
        self.leave = leaving

    @operation(actor="leaver")
    def come_and_go(self) -> None:
        thread = threading.Thread(target=self.leave, args=(self.left,))
        thread.start()
        thread.join()


class Reading(Value):
    """A value whose finalizer reads the class that it was stored into."""

    __slots__ = ("owner",)

    def __init__(self, count: int, owner: Any) -> None:
        super().__init__(count)
        self.owner = owner

    def __del__(self) -> None:
        self.owner.x  # noqa: B018


def leaving(owner: Any) -> None:
    """A thread's whole life: half a queue of entries, one of them with a finalizer."""
    holder = fresh_class()()
    holder.__dict__ = {"value": Reading(0, owner)}
    holder.__dict__ = {}
    queue_entries(CHUNK // 2)


KINDS: dict[str, type[Bystander]] = {
    "stopper": Stopper,
    "invalidator": Invalidator,
    "leaver": Leaver,
}


def why_idle(name: str) -> str | None:
    """Why a bystander has nothing to do on this interpreter, or None."""
    if getattr(sys, "_is_gil_enabled", lambda: True)():
        return "needs threads that run in parallel, and the GIL is on"
    if name == "invalidator" and type_cache_invalidate is None:
        return "needs Python 3.16 and its _testinternalcapi"
    return None


class Beside:
    """A bystander's thread: it goes through a row of rounds with the actors, and is parked with them."""

    def __init__(self, kind: str) -> None:
        self.kind = KINDS[kind]
        (declared,) = operations(self.kind)
        self.bind = compile_operation(self.kind, declared)
        self.batch: Sequence[Round] = ()
        self.turns = 0
        self.raised: list[BaseException] = []
        self.stopping = False
        self.go = threading.Semaphore(0)
        self.parked = threading.Semaphore(0)
        self.thread = threading.Thread(target=self._work, name=kind, daemon=True)
        self.thread.start()

    def start(self, batch: Sequence[Round]) -> None:
        """Let it run until the last of these rounds is over."""
        self.batch = batch
        self.go.release()

    def finish(self, patience_s: float) -> bool:
        """End its thread; whether it has ended in time."""
        self.stopping = True
        self.go.release()
        self.thread.join(patience_s)
        return not self.thread.is_alive()

    def _work(self) -> None:
        while True:
            self.go.acquire()
            if self.stopping:
                return
            try:
                for current in self.batch:
                    self._stand(current)
            except BaseException as error:  # noqa: BLE001  # every exception beside a race is recorded
                self.raised.append(error)
            self.batch, current = (), None  # type: ignore[assignment]  # a parked thread must not hold a state
            empty_queue()
            self.parked.release()

    def _stand(self, current: Round) -> None:
        state = self.kind()
        state.theirs = classes_of(current.scenario)
        state.prepare(Knobs())
        operate = self.bind(state)
        while True in current.pending and not current.stop:
            operate(self.turns, 0)
            self.turns += 1
