"""The values that are stored: fresh objects that say which store made them, and whether they are still alive.

Small integers, literals and interned strings are immortal in the free-threaded build: such a value tests no
lifetime, and two stores of it cannot be told apart.
"""

from __future__ import annotations

from collections.abc import Callable
from weakref import ref


class Value:
    """What one store stored: the ``count`` of the store, the ``tag`` of the name, and the ``writer`` that made it."""

    __slots__ = ("__weakref__", "count", "tag", "writer")

    def __init__(self, count: int, tag: str = "x", writer: int = 0) -> None:
        self.count = count
        self.tag = tag
        self.writer = writer

    def __repr__(self) -> str:
        return f"{self.tag}#{self.count}" + (f" of writer {self.writer}" if self.writer else "")


def sharing(lock_free: int) -> Callable[[object], object]:
    """What a writer calls on a value before it stores it, for the amplifier ``lock_free``.

    Reference counts are biased: a thread that finds a value nobody else has referenced yet must take the lock of the
    dict that holds it, and so it waits for a store under way to end. A value that was referenced weakly once can be
    taken without. For plain values only: what has deferred references is taken without a lock in any case, which goes
    for functions in classes from 3.14.1 on, and from 3.15 on for all that has a ``__get__``.
    """
    return ref if lock_free else id


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
