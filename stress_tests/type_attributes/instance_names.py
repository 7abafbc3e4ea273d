"""Attributes of instances that are new to their class, beside warm calls of what the class holds, and stores into it.

Instances of a class share one table of the names that they have (at most 30). From 3.16 on a name that is new in it
ends the class's version (``insert_split_key``, ``Objects/dictobject.c``), because a specialised call of a method does
not look whether the instance has something of its own under the name.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from time import sleep
from typing import Any

from harness.kernel import Amplifier, Knobs, Order, Scenario, Value, fresh_class, operation, readers
from harness.kernel.objects import VERSION_BUDGET

calm = Amplifier("calm", (20, 100, 0), "microseconds between two stores, in which a call can be specialised")
CLASSES = 24
"""In a round, one after the other: a name is new to a class but once."""
NAMES = 30
"""That the instances of a class may have in their common table."""
STORES = 4
"""Of the writer beside each new name."""
SHORT_INTERVAL = 1e-5
USUAL_INTERVAL = sys.getswitchinterval()


def answering(value: Value) -> Callable[..., Value]:
    """A function that returns ``value``, as a method and as an instance's own."""

    def answer(thing: object = None) -> Value:
        return value

    return answer


class _Warm(Scenario):
    oracle = Order()
    amplifiers = (calm, readers)
    needs_parallelism = False

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        sys.setswitchinterval(USUAL_INTERVAL)
        yield from ()


class OwnAttributeOverMethod(_Warm):
    """An attribute stored into an instance hides the method of that name, also from calls that are specialised.

    Sound: one writer. It says so only once its store has returned, and a reader that has heard it calls after that: it
    may not get what the class holds. Another instance, that has no such attribute, goes on to give what the class
    holds, and after a store into the class that has returned nothing older.
    """

    def prepare(self, knobs: Knobs) -> None:
        sys.setswitchinterval(SHORT_INTERVAL)
        self.pause = knobs.calm / 1e6
        self.methods = [Value(0) for _ in range(CLASSES)]
        self.classes = [fresh_class(x=answering(value)) for value in self.methods]
        self.things = [cls() for cls in self.classes]
        self.others = [cls() for cls in self.classes]
        self.told = list(self.methods)
        self.told_of_class = list(self.methods)
        self.turn = [0]

    @operation(actor="writer", stores=VERSION_BUDGET // CLASSES)
    def store(self, n: int) -> None:
        at = n - 1
        self.turn[0] = at
        sleep(self.pause)
        own = Value(1)
        self.things[at].x = answering(own)
        self.told[at] = own
        sleep(self.pause)
        method = Value(2)
        self.classes[at].x = answering(method)
        self.told_of_class[at] = method
        sleep(self.pause)

    @operation(actor="reader")
    def call_own(self) -> Any:
        at = self.turn[0]
        return self.told[at], self.things[at].x()

    @operation(actor="reader")
    def call_method(self) -> Any:
        at = self.turn[0]
        return self.told_of_class[at], self.others[at].x()

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        yield from super().quiescence()
        for at, thing in enumerate(self.things):
            yield "the instance's own", thing.x().count, min(self.told[at].count, 1)
            yield "the class's", self.others[at].x(), self.told_of_class[at]


class NamesNewToTheClass(_Warm):
    """A call gives what the class held before it, or newer, while other instances get names that are new to the class.

    Sound: one writer stores functions that return counts; of two calls the second may not give an older one. What the
    other instances are given has other names, and each reads it back.
    """

    def prepare(self, knobs: Knobs) -> None:
        sys.setswitchinterval(SHORT_INTERVAL)
        self.pause = knobs.calm / 1e6
        self.base = fresh_class(x=answering(Value(0)))
        self.stored = vars(self.base)
        self.thing = self.base()
        self.others = [self.base() for _ in range(NAMES + 1)]

    @operation(actor="namer", stores=VERSION_BUDGET // NAMES - STORES)
    def name(self, n: int) -> Any:
        first = Value(n, "own")
        setattr(self.others[n - 1], f"name_{n}", first)
        found = getattr(self.others[n - 1], f"name_{n}")
        self.others[n].own = found
        sleep(self.pause)
        return first, self.others[n].own

    @operation(actor="writer", stores=STORES)
    def store(self, n: int) -> None:
        for count in range(STORES * n - STORES + 1, STORES * n + 1):
            self.base.x = answering(Value(count))
            sleep(self.pause)

    @operation(actor="reader")
    def call(self) -> Any:
        return self.stored["x"](), self.thing.x()

    @operation(actor="reader")
    def call_and_read_dict(self) -> Any:
        return self.thing.x(), self.stored["x"]()

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        yield from super().quiescence()
        for turn in range(1, 4):
            yield f"a call, {turn}", self.thing.x(), self.stored["x"]()
