"""Instances of classes with ``__slots__``: stored into, deleted from and read, cold and warm."""

from __future__ import annotations

from collections.abc import Iterator
from time import sleep
from typing import Any, ClassVar

from harness.kernel import (
    Amplifier,
    Deletion,
    Knobs,
    Ledger,
    Lifetime,
    MortalValue,
    Oracle,
    OwnWrite,
    Permitted,
    PerWriterOrder,
    Presence,
    Scenario,
    Value,
    agree,
    fresh_class,
    fresh_subclass,
    operation,
    readers,
)

calm = Amplifier("calm", (0, 20), "microseconds between two stores, in which a read can be specialised")
CAPACITY = 1024
"""Above the number of stores in a round."""


class _Slotted(Scenario):
    """A class with a slot, and an instance of a class below it."""

    oracle: ClassVar[Oracle | None] = PerWriterOrder()
    amplifiers = (readers, calm)
    needs_parallelism = False
    caches = False

    def prepare(self, knobs: Knobs) -> None:
        self.pause = knobs.calm / 1e6
        self.base = fresh_class(__slots__=("x",))
        self.sub = fresh_subclass(self.base, __slots__=("y",))
        self.thing = self.sub()
        self.thing.x = Value(0)


class SlotValueStored(_Slotted):
    """A value stored into a slot is read in its writer's order, whatever another writer stores (gh-118362).

    Sound: a reader never sees one writer's counts go down.
    """

    threads: ClassVar[dict[str, int]] = {"writer": 2}

    @operation(actor="writer", stores=1)
    def store(self, n: int, me: int) -> None:
        self.thing.x = Value(n, "x", me)
        sleep(self.pause)

    @operation(actor="reader")
    def read(self) -> Any:
        return self.thing.x

    @operation(actor="reader")
    def read_by_name(self) -> Any:
        return getattr(self.thing, "x")  # noqa: B009


class SlotValueReplaced(_Slotted):
    """A value that a store into a slot replaces, while readers take references to it, is alive wherever it is read.

    Sound: who has read a value holds a reference, and a value is finalized once its last reference is gone; each
    exactly once.
    """

    oracle = Lifetime()

    def prepare(self, knobs: Knobs) -> None:
        super().prepare(knobs)
        self.ledger = Ledger(CAPACITY)
        self.thing.x = MortalValue(0, self.ledger)

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> None:
        self.thing.x = MortalValue(n, self.ledger)
        sleep(self.pause)

    @operation(actor="reader")
    def read(self) -> Any:
        return self.thing.x, "x"

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        yield "a value was finalized twice", bool(self.ledger.twice()), False

    def unfinished(self) -> str | None:
        missing = self.ledger.missing(self.thing.x.count, None)
        return f"values that were replaced and never finalized: {missing[:10]}" if missing else None


class SlotValueDeleted(_Slotted):
    """A value deleted from a slot is not found again, and one that is there is found.

    Sound: one writer. It publishes a count once its store has returned, withdraws it before it deletes, and publishes
    what it deleted once the delete has returned; counts never repeat.
    """

    oracle = Deletion()

    def prepare(self, knobs: Knobs) -> None:
        super().prepare(knobs)
        del self.thing.x
        self.there = [0]
        self.deleted = [0]

    @operation(actor="writer", stores=3)
    def add_and_delete(self, n: int) -> None:
        self.thing.x = Value(2 * n - 1)
        self.there[0] = 2 * n - 1
        self.thing.x = Value(2 * n)
        sleep(self.pause)
        self.there[0] = 0
        del self.thing.x
        self.deleted[0] = 2 * n

    @operation(actor="reader")
    def read_deleted(self) -> Any:
        return self.deleted[0], getattr(self.thing, "x", None)

    @operation(actor="reader", oracle=Presence())
    def read_there(self) -> Any:
        return self.there[0], getattr(self.thing, "x", None), self.there[0]

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        yield from agree(None, "x", self.thing)


class SlotBehindProperty(_Slotted):
    """A slot's value is read, or what a property answers that takes the slot's place in the class, and nothing else.

    Sound: both are data descriptors, and the class has one of them at any time; the look-up asks the class once. The
    only writer finds what it has just put there, and the slot's value as it was.
    """

    oracle = Permitted()

    def prepare(self, knobs: Knobs) -> None:
        super().prepare(knobs)
        self.values = (self.thing.x, Value(1))
        answered = self.values[1]
        self.places = (vars(self.base)["x"], property(lambda thing: answered))

    @operation(actor="writer", stores=1, oracle=OwnWrite())
    def replace(self, n: int) -> Any:
        self.base.x = self.places[n % 2]
        found = self.thing.x
        sleep(self.pause)
        return self.values[n % 2], found

    @operation(actor="reader")
    def read(self) -> Any:
        return self.thing.x, self.values

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        yield from agree(self.values[self.places.index(vars(self.base)["x"])], "x", self.thing)


class SlotValueOfMovedInstance(_Slotted):
    """A slot's value is read in its writer's order while the instance is given another class with the same slots.

    Sound: the slots lie in the same place in both, and a class keeps what is in them; one writer stores.
    """

    def prepare(self, knobs: Knobs) -> None:
        super().prepare(knobs)
        self.classes = (self.sub, fresh_subclass(self.base, __slots__=("y",)))

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> None:
        self.thing.x = Value(n)
        sleep(self.pause)

    @operation(actor="mover", stores=2, oracle=OwnWrite())
    def move(self, n: int) -> Any:
        self.thing.__class__ = self.classes[n % 2]
        return self.classes[n % 2], type(self.thing)

    @operation(actor="reader")
    def read(self) -> Any:
        return self.thing.x
