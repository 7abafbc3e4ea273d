"""One specialised loop that meets instances of more than one class."""

from __future__ import annotations

from collections.abc import Iterator
from time import sleep
from typing import Any

from harness.kernel import Knobs, Permitted, Warm, agree, counted, fresh_class, operation, prime

IN_A_ROW = 128
"""Reads of one class's instance before the other's: enough for the instruction to be specialised on it again."""
VALUES = 8


class WarmTwoClasses(Warm):
    """An instruction specialised on one class gives an instance of another class that one's own value (gh-115999).

    Sound: the values of the one are never stored into the other. A version belongs to one class alone.
    """

    oracle = Permitted()

    def prepare(self, knobs: Knobs) -> None:
        self.pause = knobs.calm / 1e6
        self.values = [tuple(counted(number) for number in range(VALUES)) for _ in range(2)]
        self.classes = [fresh_class(x=values[0]) for values in self.values]
        self.in_turn = [(cls(), values) for cls, values in zip(self.classes, self.values, strict=True)]
        prime(*self.classes)

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> None:
        for cls, values in zip(self.classes, self.values, strict=True):
            cls.x = values[n % VALUES]
        sleep(self.pause)

    @operation(actor="reader")
    def read(self, n: int) -> Any:
        thing, values = self.in_turn[n // IN_A_ROW % 2]
        return thing.x, values

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        for cls, (thing, _) in zip(self.classes, self.in_turn, strict=True):
            yield from agree(vars(cls)["x"], "x", cls, thing)
