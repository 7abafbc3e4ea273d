"""A look-up and a store that wait for the lock of all types are handed it one after the other.

Who has waited for a mutex for a millisecond is handed it by whoever lets go of it (``Python/lock.c``); who asks again
at once, as for a second step of the same look-up, comes after all who wait. So where a look-up and a store queue up
behind somebody that holds the lock that long, the store goes in between two steps of the look-up, if it has two.
Without that, it takes a thread that is stopped between two instructions.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from time import perf_counter_ns, sleep
from typing import Any

from harness.kernel import (
    Knobs,
    Order,
    Scenario,
    Value,
    agree,
    fresh_class,
    lock_free,
    operation,
    prime,
    readers,
    sharing,
)
from harness.kernel.tags import Tags

FAIR_NS = 1_500_000
"""How long the lock is held once all have queued up: more than what makes a mutex fair."""
LONGEST_NS = 30_000_000
"""How long it is held for those who do not come."""
LOOK_S = 0.0001
"""Between two looks at whether it is one's turn; and between a thread's word that it queues up, and that it has."""
PATIENCE = 100
"""Looks before one goes on without the others."""
TURN = 16
"""Stores that the budget of versions is told of for each turn of the writer, which takes a few milliseconds."""


class LookQueuedBeforeStore(Scenario):
    """What is found by a look-up that a store waits for is not kept beyond the store (gh-118362).

    Sound: one writer, so counts only go up, and of two reads the second may not be older.
    """

    oracle = Order()
    amplifiers = (readers, lock_free)
    swept = False

    def prepare(self, knobs: Knobs) -> None:
        self.base = fresh_class(x=Value(0))
        self.stored = vars(self.base)
        self.asked, self.held, self.looking, self.storing = [0], [0], [0], [0]
        self.hold = lock_keeper(self.held, self.storing)
        # Below 3.16 what a first look-up leaves wrongly is met only under such versions: see Tags.
        self.align = Tags().align if sys.version_info < (3, 16) else prime
        self.share = sharing(knobs.lock_free)
        prime(self.base)

    @operation(actor="writer", stores=TURN)
    def store(self, n: int) -> None:
        self.align()
        value = Value(2 * n - 1)
        self.share(value)
        self.base.x = value
        self.asked[0] = n  # from here on the class has no version, and nobody looks before the lock is held
        wait_for(self.looking, n)
        sleep(LOOK_S)
        self.storing[0] = n
        self.base.x = Value(2 * n)

    @operation(actor="keeper")
    def hold_lock(self) -> None:
        if self.held[0] == self.asked[0]:
            sleep(LOOK_S)
        else:
            self.hold(self.asked[0])

    @operation(actor="reader")
    def read(self) -> Any:
        wait_for(self.held, self.looking[0] + 1)
        self.looking[0] = self.held[0]
        self.base.x
        return self.stored["x"], self.base.x

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        yield from agree(self.stored["x"], "x", self.base)


def wait_for(counter: list[int], least: int) -> None:
    """Until ``counter`` has come so far, or nobody moves it any more."""
    for _ in range(PATIENCE):
        if counter[0] >= least:
            return
        sleep(LOOK_S)


def lock_keeper(held: list[int], storing: list[int]) -> Callable[[int], None]:
    """A function that holds the lock of all types until somebody who wants it, too, has said so and waited.

    ``held`` says for which turn, ``storing`` is where they say so. The lock is held while ``__bases__`` are assigned,
    and with it while the class's own ``mro`` is asked for. What that does needs no look-up that takes the lock: to wait
    for one's own lock is to let go of it.
    """
    orders: list[tuple[type, ...]] = [()]
    turn = [0]

    def mro(cls: type) -> Any:
        if not turn[0]:  # while the classes are made
            return type.mro(cls)
        held[0] = turn[0]
        began = perf_counter_ns()
        while storing[0] < turn[0] and perf_counter_ns() < began + LONGEST_NS:
            pass
        began = perf_counter_ns()
        while perf_counter_ns() < began + FAIR_NS:
            pass
        return orders[0]

    one, other = fresh_class(), fresh_class()
    moved = type("Holding", (type,), {"mro": mro})("C", (one,), {})

    def hold(count: int) -> None:
        turn[0] = count
        base = other if count % 2 else one
        orders[0] = (moved, base, object)
        moved.__bases__ = (base,)

    return hold
