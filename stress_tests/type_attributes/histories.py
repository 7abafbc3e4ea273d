"""Stores and reads of one name are recorded with their times, and the whole history is judged afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from harness.kernel import (
    Knobs,
    Linearizable,
    Scenario,
    Value,
    agree,
    fan_out,
    fresh_class,
    fresh_subclass,
    fresh_subclasses,
    lock_free,
    operation,
    prime,
    readers,
    rest,
    sharing,
)


class _Recorded(Scenario):
    oracle = Linearizable()
    amplifiers = (readers, fan_out, lock_free, rest)

    def prepare(self, knobs: Knobs) -> None:
        self.base = fresh_class(x=Value(0))
        self.sub = fresh_subclass(self.base)
        self.thing = self.sub()
        self.siblings = fresh_subclasses(self.base, knobs.fan_out)
        self.stored = vars(self.base)
        self.share = sharing(knobs.lock_free)
        self.rests = range(knobs.rest)
        prime(self.base, self.sub, *self.siblings)

    @operation(actor="writer", stores=1, oracle=Linearizable.write())
    def store(self, n: int, me: int) -> Any:
        value = Value(n, "x", me)
        self.share(value)
        self.base.x = value
        return value

    @operation(actor="writer")
    def idle(self, n: int) -> None:  # not part of the store: what is recorded should be short
        for _ in self.rests:
            pass

    @operation(actor="reader")
    def read_class(self) -> Any:
        return self.base.x

    @operation(actor="reader")
    def read_dict(self) -> Any:
        return self.stored["x"]

    @operation(actor="reader")
    def read_subclass(self) -> Any:
        return self.sub.x

    @operation(actor="reader")
    def read_instance(self) -> Any:
        return self.thing.x

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        yield from agree(self.stored["x"], "x", self.base, self.sub, self.thing)


class HistoryOfOneWriter(_Recorded):
    """Some order of all stores and reads explains what every reader saw, whatever it read through (gh-118362).

    Class, ``__dict__``, subclass and instance are one register. Sound: a correct class takes a store at one moment
    between its call and its return; operations whose times overlap are never compared. Unlike the order of one
    reader's two reads, this also compares what one reader saw with what another one saw later.
    """


class HistoryOfTwoWriters(_Recorded):
    """Some order of the stores of two threads explains what every reader saw, whatever it read through (gh-118362).

    Sound with any number of writers: each value says which store made it, so every read tells which store it saw. A
    store that comes back after another one replaced it is seen here, and not in the order of either writer's own.
    """

    threads = {"writer": 2}
