"""The dict of a class: copied, and changed past the class's own store, while names come and go."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from harness.kernel import (
    Knobs,
    OwnWrite,
    Permitted,
    Scenario,
    Value,
    agree,
    fresh_class,
    operation,
    prime,
    readers,
)

KEPT = tuple(f"kept_{number}" for number in range(20))
"""Names that are there all the time. Those that come and go were there before them, so each growth moves these."""
PASSING = tuple(f"passing_{number}" for number in range(12))


class CopyOfDict(Scenario):
    """A copy of ``vars(C)`` has all names that were there all the time, whatever comes and goes meanwhile (gh-118362).

    Sound: a dict is copied in one step, and nobody stores or deletes these names.
    """

    oracle = Permitted()
    amplifiers = (readers,)

    def prepare(self, knobs: Knobs) -> None:
        kept: dict[str, Any] = {name: Value(0, name) for name in KEPT}
        names: dict[str, Any] = dict.fromkeys(PASSING)
        self.base = fresh_class(**names, **kept)
        self.stored = vars(self.base)
        self.there = set(kept.items())

    @operation(actor="writer", stores=2)
    def come_and_go(self, n: int) -> None:
        name = PASSING[n % len(PASSING)]
        delattr(self.base, name)
        setattr(self.base, name, Value(n, name))

    @operation(actor="reader")
    def copy(self) -> Any:
        return self.there <= self.stored.copy().items(), (True,)

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        yield "names of the class", self.stored.keys() >= {*KEPT, *PASSING}, True


class SetterBesideNames(Scenario):
    """What a setter that changes the class's dict itself stores is there, while other names come and go (gh-118362).

    Sound: each name has one writer, which reads back what it has just stored.
    """

    oracle = OwnWrite()

    def prepare(self, knobs: Knobs) -> None:
        names: dict[str, Any] = dict.fromkeys(("__annotations__", *PASSING))
        self.base = fresh_class(**names)
        self.stored = vars(self.base)
        self.last: list[Any] = [None]
        prime(self.base)

    @operation(actor="writer", stores=2)
    def come_and_go(self, n: int) -> Any:
        name = PASSING[n % len(PASSING)]
        delattr(self.base, name)
        value = Value(n, name)
        setattr(self.base, name, value)
        return value, self.stored[name]

    @operation(actor="setter", stores=2)
    def set_and_delete(self, n: int) -> Any:
        del self.base.__annotations__
        value = Value(n, "__annotations__")
        self.base.__annotations__ = value
        self.last[0] = value
        return value, self.base.__annotations__

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        yield from agree(self.last[0], "__annotations__", self.base)
        yield "names of the class", self.stored.keys() >= {*PASSING}, True
        yield "doubles among the names", len(list(self.stored)), len(set(self.stored))
