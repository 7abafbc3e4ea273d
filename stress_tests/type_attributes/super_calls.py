"""``super()`` in a method, called warm, while the class's base changes: its bases, or what they hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import sleep
from typing import Any

from harness.kernel import (
    Amplifier,
    Knobs,
    OwnWrite,
    Scenario,
    Value,
    fresh_class,
    operation,
    prime,
    readers,
)

calm = Amplifier("calm", (20, 0), "microseconds between two moves, in which a call can be specialised")
MOVE = 16
"""A move counts as so many stores: from 3.14 on it stops all other threads, and more than once."""


def answering(value: Value) -> Callable[[Any], Value]:
    """A method that returns ``value``."""

    def answer(thing: Any) -> Value:
        return value

    return answer


def calling_up(base: Any) -> Any:
    """A class below whose ``x`` calls the base's, and whose ``y`` takes it first."""

    class Below(base):  # type: ignore[misc]
        def x(self) -> Any:
            return super().x()

        def y(self) -> Any:
            method = super().x
            return method()

    return Below


class SuperBesideBases(Scenario):
    """``super()`` finds what the bases in force hold, once ``__bases__`` of a class between is assigned (gh-118362).

    Sound: one writer, which says which base is in force only after its assignment has returned, and says nothing
    before the next one. A reader that hears the same number before and after called while that base was in force.
    """

    oracle = OwnWrite()
    amplifiers = (calm, readers)
    needs_parallelism = False

    def prepare(self, knobs: Knobs) -> None:
        self.pause = knobs.calm / 1e6
        self.values = (Value(0), Value(1))
        self.bases = tuple((fresh_class(x=answering(value)),) for value in self.values)
        self.moving = fresh_class(*self.bases[0])
        self.thing = calling_up(self.moving)()
        self.which = [-1]
        prime(self.moving, type(self.thing))

    @operation(actor="writer", stores=MOVE)
    def move(self, n: int) -> Any:
        self.which[0] = -1
        self.moving.__bases__ = self.bases[n % 2]
        self.which[0] = n
        sleep(self.pause)
        return self.values[n % 2], self.thing.x()

    @operation(actor="reader")
    def call(self) -> Any:
        before = self.which[0]
        value = self.thing.x()
        return self.values[before % 2] if before > 0 and before == self.which[0] else value, value

    @operation(actor="reader")
    def take_and_call(self) -> Any:
        before = self.which[0]
        value = self.thing.y()
        return self.values[before % 2] if before > 0 and before == self.which[0] else value, value

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        due = self.values[self.bases.index(self.moving.__bases__)]
        for turn in range(1, 4):
            yield f"super().x(), {turn}", self.thing.x(), due
