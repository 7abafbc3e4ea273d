"""The values that are stored: fresh objects that say which store made them, and whether they are still alive.

Small integers, literals and interned strings are immortal in the free-threaded build: such a value tests no
lifetime, and two stores of it cannot be told apart.
"""

from __future__ import annotations


class Value:
    """What one store stored: the ``count`` of the store, the ``tag`` of the name, and the ``writer`` that made it."""

    __slots__ = ("count", "tag", "writer")

    def __init__(self, count: int, tag: str = "x", writer: int = 0) -> None:
        self.count = count
        self.tag = tag
        self.writer = writer

    def __repr__(self) -> str:
        return f"{self.tag}#{self.count}" if self.writer == 0 else f"{self.tag}#{self.count} of writer {self.writer}"


class Ledger:
    """How often each value was finalized, one byte a value: no lock, no shared counter.

    Two threads never finalize the same value in a correct interpreter, so a plain store is enough; a byte above
    one is a value finalized twice.
    """

    __slots__ = ("deaths",)

    def __init__(self, capacity: int) -> None:
        self.deaths = bytearray(capacity)

    def twice(self) -> list[int]:
        """Counts of the values that were finalized more than once."""
        return [count for count, deaths in enumerate(self.deaths) if deaths > 1]

    def missing(self, made: int, current: int | None) -> list[int]:
        """Counts below ``made`` of values that were replaced but never finalized; ``current`` is still held."""
        return [count for count in range(made) if not self.deaths[count] and count != current]


class MortalValue(Value):
    """A value that notes its own death: ``alive`` turns False, and its byte in the ledger goes up."""

    __slots__ = ("alive", "deaths")

    def __init__(self, count: int, ledger: Ledger, tag: str = "x", writer: int = 0) -> None:
        self.count = count
        self.tag = tag
        self.writer = writer
        self.deaths = ledger.deaths
        self.alive = True

    def __del__(self) -> None:
        self.alive = False
        self.deaths[self.count] += 1
