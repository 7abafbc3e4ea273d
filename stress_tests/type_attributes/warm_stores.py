"""Stores into instances that the interpreter has specialised, while their class gains and loses a setter."""

from __future__ import annotations

from collections.abc import Callable
from time import sleep
from typing import Any

from harness.kernel import (
    Absence,
    Knobs,
    Presence,
    Value,
    Warm,
    fresh_class,
    fresh_subclass,
    operation,
)


def taking(taken: list[list[Value | None]], value: Value) -> Callable[[Any, int], None]:
    """A setter that notes ``value`` for the thread whose number is stored."""

    def take(thing: Any, thread: int) -> None:
        taken[thread][0] = value

    return take


class _Stored(Warm):
    """Each reader stores into an instance of its own: a property of the name takes what is stored, while it is there.

    Sound: one writer changes the class. It publishes a count once the property is stored and withdraws it before it
    deletes, and another one once its delete has returned, withdrawn before it stores. Who takes the same count before
    and after its own store stored while the class stood so: with the property, that one or a newer takes the value;
    without, none does. What a thread notes, nobody else does.
    """

    oracle = Absence()

    def prepare(self, knobs: Knobs) -> None:
        self.pause = knobs.calm / 1e6
        self.base = self.holder()
        self.sub = fresh_subclass(self.base)
        self.things = [self.instance() for _ in range(knobs.readers)]
        self.taken: list[list[Value | None]] = [[None] for _ in self.things]
        self.there, self.gone = [0], [0]

    def holder(self) -> Any:
        return fresh_class()

    def instance(self) -> Any:
        return self.sub()

    @operation(actor="writer", stores=2)
    def come_and_go(self, n: int) -> None:
        self.gone[0] = 0
        self.sub.x = property(None, taking(self.taken, Value(n)))
        self.there[0] = n
        sleep(self.pause)
        self.there[0] = 0
        del self.sub.x
        self.gone[0] = n
        sleep(self.pause)

    @operation(actor="reader", oracle=Presence())
    def store_there(self, me: int) -> Any:
        taken, thing = self.taken[me], self.things[me]
        taken[0] = None
        before = self.there[0]
        thing.x = me
        after = self.there[0]
        return before, taken[0], after

    @operation(actor="reader")
    def store_gone(self, me: int) -> Any:
        taken, thing = self.taken[me], self.things[me]
        taken[0] = None
        before = self.gone[0]
        thing.x = me
        after = self.gone[0]
        return before, taken[0] is not None, after


class WarmInstanceStore(_Stored):
    """A specialised store into an instance goes to the property that its class has by then, and to no other.

    Sound: one writer changes the class, and says what it holds; each reader has an instance of its own.
    """


class WarmInstanceStoreIntoDict(_Stored):
    """A specialised store into an instance's dict goes to the property that its class has by then, and to no other.

    Sound: one writer changes the class, and says what it holds; each reader has an instance of its own.
    """

    def instance(self) -> Any:
        thing = self.sub()
        thing.__dict__ = {"x": None}
        return thing


class WarmSlotStore(_Stored):
    """A specialised store into a slot (``__slots__``) goes to the property that the class has by then, and to no other.

    Sound: one writer changes the class, and says what it holds; each reader has an instance of its own. The slot is in
    the base, the property in the instance's class.
    """

    def holder(self) -> Any:
        return fresh_class(__slots__=("x",))
