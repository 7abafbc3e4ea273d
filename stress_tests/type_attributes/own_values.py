"""Classes that hold instances of themselves, as an enumeration does, read warm.

From 3.15 on the read of such an attribute is specialised although its value is of a class that can change: that class
is the one whose version is looked at anyway (gh-95004).
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Flag
from time import sleep
from typing import Any, ClassVar

from harness.kernel import (
    Amplifier,
    Knobs,
    Oracle,
    Order,
    OwnWrite,
    Permitted,
    Presence,
    Scenario,
    Value,
    agree,
    fresh_class,
    operation,
    readers,
)

calm = Amplifier("calm", (20, 0), "microseconds between two stores, in which a read can be specialised")
WARM = 100
"""Reads after which one is specialised."""


class Plain(type):
    """A metaclass that can change, as an enumeration's: the read then looks at its version too."""


class Answer(Value):
    """A ``__get__`` that answers with itself."""

    __slots__ = ()

    def __call__(self, *_: object) -> Answer:
        return self


class _OwnValue(Scenario):
    oracle: ClassVar[Oracle | None] = Order()
    amplifiers = (calm, readers)
    needs_parallelism = False

    def prepare(self, knobs: Knobs) -> None:
        self.pause = knobs.calm / 1e6
        self.base = fresh_class(Value)
        self.base.x = self.base(0)
        self.other = fresh_class(Value, metaclass=Plain)
        self.other.x = self.other(0)
        self.stored = vars(self.base)
        self.stored_in_other = vars(self.other)


class OwnValueStored(_OwnValue):
    """A specialised read of a class's own instance from the class is never older than what the dict held before.

    Sound: one writer stores instances that carry counts; of two reads the second may not be older.
    """

    @operation(actor="writer", stores=2)
    def store(self, n: int) -> None:
        self.base.x = self.base(n)
        self.other.x = self.other(n)
        sleep(self.pause)

    @operation(actor="reader")
    def read(self) -> Any:
        return self.stored["x"], self.base.x

    @operation(actor="reader")
    def read_with_metaclass(self) -> Any:
        return self.stored_in_other["x"], self.other.x

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        yield from agree(self.stored["x"], "x", self.base)
        yield from agree(self.stored_in_other["x"], "x", self.other)


class OwnValueGains(_OwnValue):
    """While a class has a ``__get__``, a specialised read of its own instance from it calls that (gh-95004).

    Sound: one writer. It publishes a count once its store has returned and withdraws it before it deletes; a reader
    that finds the same count before and after read while that ``__get__`` was there. Without one the read gives the
    instance, which counts as missing.
    """

    oracle = Presence()

    def prepare(self, knobs: Knobs) -> None:
        super().prepare(knobs)
        self.there = [0]

    @operation(actor="writer", stores=2)
    def come_and_go(self, n: int) -> None:
        self.base.__get__ = Answer(n)
        self.there[0] = n
        sleep(self.pause)
        self.there[0] = 0
        del self.base.__get__
        sleep(self.pause)

    @operation(actor="reader")
    def read(self) -> Any:
        before = self.there[0]
        found = self.base.x
        value = found if type(found) is Answer else None
        return before, value, self.there[0]


class OwnValueChangesClass(Scenario):
    """A class's own instance that is given a class with a ``__get__`` is read from the class through that (gh-95004).

    Sound: one writer, which reads after its own assignment. What others read is the instance, or what ``__get__``
    answers.
    """

    oracle = Permitted()
    amplifiers = (readers,)
    needs_parallelism = False

    def prepare(self, knobs: Knobs) -> None:
        self.answer = Answer(0)
        self.base = fresh_class()
        self.classes = (self.base, fresh_class(__get__=self.answer))
        self.value = self.base()
        self.base.x = self.value
        self.due = (self.value, self.answer)
        self.turns = range(WARM)

    @operation(actor="writer", stores=8, oracle=OwnWrite())
    def change(self, n: int) -> Any:
        found = None
        for turn in self.turns:
            if turn == WARM - 1:
                self.value.__class__ = self.classes[n % 2]
            found = self.base.x
        return self.due[n % 2], found

    @operation(actor="reader")
    def read(self) -> Any:
        return self.base.x, self.due

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        turn = self.classes.index(type(self.value))
        for again in range(1, 4):
            yield f"x, read {again}", self.base.x, self.due[turn]


class FlagsCombined(Scenario):
    """A combination of flags that several threads make for the first time at once is one object for all of them.

    Sound: the members of an enumeration are compared by ``is``, and so are combinations: ``enum`` keeps the first one
    that is made, and gives that to all.
    """

    oracle = OwnWrite()
    threads: ClassVar[dict[str, int]] = {"combiner": 2}

    def prepare(self, knobs: Knobs) -> None:
        names = {f"FLAG_{number}": 1 << number for number in range(10)}
        make: Any = Flag
        self.flags = make("Flags", names)
        self.kept: dict[int, Any] = {}

    @operation(actor="combiner", stores=1)
    def combine(self, n: int) -> Any:
        found = self.flags(n)
        return self.kept.setdefault(n, found), found

    @operation(actor="combiner")
    def look_up(self) -> Any:
        return self.flags.FLAG_3, self.flags(8)
