"""Functions whose ``__code__`` is replaced while they are called, cold and warm."""

from __future__ import annotations

from collections.abc import Iterator
from time import sleep
from types import FunctionType
from typing import Any, ClassVar

from harness.kernel import (
    Amplifier,
    Knobs,
    Oracle,
    OwnWrite,
    Permitted,
    Scenario,
    fresh_class,
    operation,
    readers,
)

calm = Amplifier("calm", (20, 0), "microseconds between two stores, in which a call can be specialised")
SIZES = (0, 200, 3)
"""Local variables of each code: the next call's frame needs as much memory."""


def coded(answer: int) -> Any:
    """A code that answers with that number, and has so many local variables."""
    names = "".join(f"    local_{number} = thing\n" for number in range(SIZES[answer]))
    space: dict[str, Any] = {}
    exec(f"def give(thing=None):\n{names}    return {answer}\n", space)
    return space["give"].__code__


class CodeReplaced(Scenario):
    """A function called while its ``__code__`` is replaced runs one of the codes it had, from end to end.

    Sound: one writer, which says which code is in force only after its store has returned, and says nothing before
    the next one. A reader that hears the same number before and after called while that code was in force; each
    code answers with a number of its own.
    """

    oracle: ClassVar[Oracle | None] = OwnWrite()
    amplifiers = (calm, readers)
    needs_parallelism = False

    def prepare(self, knobs: Knobs) -> None:
        self.pause = knobs.calm / 1e6
        self.answers = tuple(range(len(SIZES)))
        self.codes = [coded(answer) for answer in self.answers]
        self.function = FunctionType(self.codes[0], {}, argdefs=(None,))
        self.thing = fresh_class(x=self.function)()
        self.which = [-1]

    @operation(actor="writer", stores=4)
    def replace(self, n: int) -> Any:
        self.which[0] = -1
        self.function.__code__ = self.codes[n % 3]
        self.which[0] = n
        sleep(self.pause)
        return n % 3, self.function()

    @operation(actor="reader")
    def call(self) -> Any:
        before = self.which[0]
        found = self.function()
        return before % 3 if before > 0 and before == self.which[0] else found, found

    @operation(actor="reader")
    def call_method(self) -> Any:
        before = self.which[0]
        found = self.thing.x()
        return before % 3 if before > 0 and before == self.which[0] else found, found

    @operation(actor="reader", oracle=Permitted())
    def call_any(self) -> Any:
        return self.function(), self.answers

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        answer = self.codes.index(self.function.__code__)
        for turn in range(1, 4):
            yield f"a call, {turn}", self.function(), answer
            yield f"a method call, {turn}", self.thing.x(), answer
