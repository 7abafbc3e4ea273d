"""A look-up and a store that wait for the lock of all types are handed it one after the other.

Who has waited for a mutex for a millisecond is handed it by whoever lets go of it (``Python/lock.c``); who asks again
at once, as for a second step of the same look-up, comes after all who wait. So where a look-up and a store queue up
behind somebody that holds the lock that long, the store goes in between two steps of the look-up, if it has two.
Without that, it takes a thread that is stopped between two instructions.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
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
    readers,
    sharing,
)
from harness.kernel.tags import align_tags, tag_burners

FAIR_NS = 1_500_000
"""How long the lock is held once all have queued up: more than what makes a mutex fair."""
LONGEST_NS = 30_000_000
"""How long it is held for those who do not come."""
LOOK_S = 0.0001
"""Between two looks at whether it is one's turn; and between a thread's word that it queues up, and that it has."""
PATIENCE_NS = 15_000_000
"""Until one goes on without the others."""
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
        self.asked, self.held, self.looking, self.until_ns = [0], [0], [0], [0]
        self.moved, self.orders = lock_holder(self.asked, self.held, self.until_ns)
        self.burners = tag_burners()
        self.share = sharing(knobs.lock_free)

    @operation(actor="writer", stores=TURN)
    def store(self, n: int) -> None:
        if sys.version_info < (
            3,
            16,
        ):  # what a first look-up leaves wrongly is met there only under such versions
            align_tags(self.burners)
        value = Value(2 * n - 1)
        self.share(value)
        self.base.x = value
        self.asked[0] = n  # from here on the class has no version, and nobody looks before the lock is held
        wait_for(self.looking, n)
        sleep(LOOK_S)
        self.until_ns[0] = perf_counter_ns() + FAIR_NS
        self.base.x = Value(2 * n)

    @operation(actor="keeper")
    def hold_lock(self) -> None:
        wait_for(self.asked, self.held[0] + 1)
        self.orders.reverse()
        self.moved.__bases__ = self.orders[0][1:2]

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
    until = perf_counter_ns() + PATIENCE_NS
    while counter[0] < least and perf_counter_ns() < until:
        sleep(LOOK_S)


def lock_holder(asked: list[int], held: list[int], until_ns: list[int]) -> tuple[type, list[Any]]:
    """A class that holds the lock of all types while its bases are assigned, and its orders to choose from.

    It does until the time that somebody who wants the lock, too, has said, or for long. ``asked`` has the turn for
    which it does, ``held`` is where that is said. While ``__bases__`` are assigned the class's own ``mro`` is asked
    for, and what that does needs no look-up that takes the lock: to wait for one's own lock is to let go of it.
    """

    def mro(cls: type) -> Any:
        if not asked[0]:  # while the class is made
            return type.mro(cls)
        until_ns[0], held[0] = perf_counter_ns() + LONGEST_NS, asked[0]
        while perf_counter_ns() < until_ns[0]:
            pass
        return orders[0]

    moved = type("Holding", (type,), {"mro": mro})("C", (fresh_class(),), {})
    orders = [(moved, fresh_class(), object) for _ in range(2)]
    return moved, orders
