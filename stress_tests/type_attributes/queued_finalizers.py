"""Finalizers that a thread's queue of delayed frees runs, in the middle of something that has nothing to do with them.

From 3.14 on an entry of the queue may be a reference to drop, and whatever puts in the 254th entry runs the finalizers
of those before it (``free_delayed`` in ``Objects/obmalloc.c``). A class's dict that grows is such an entry, and on main
each cache that a store drops, each one that grows, and every value that a store replaces. There is one thread: what
these finalizers do belongs to it, and whatever they met in the middle must be as it should once it is done.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from harness.kernel import (
    Amplifier,
    Knobs,
    Oracle,
    OwnWrite,
    Scenario,
    Value,
    agree,
    fan_out,
    fresh_class,
    fresh_subclass,
    fresh_subclasses,
    names,
    operation,
    prime,
)

NEW_NAMES = [sys.intern(f"new_{number}") for number in range(100)]
"""A class's dict has room for 5 names, then 10, 21, 42 and 85."""
PER_NAME = 7
"""Entries in the queue for each new name: no divisor of 254, so that growth meets every place in it."""


class _Holder:
    """Its instances have a dict."""


class Looking(Value):
    """Reads from the classes that it was given the names that it was given."""

    __slots__ = ("holders", "names")

    def __init__(self, holders: tuple[Any, ...], names: Sequence[str]) -> None:
        self.holders = holders
        self.names = names

    def __del__(self) -> None:
        prime(*self.holders, names=self.names)


class Storing(Value):
    """Stores into the class that is looked at, or gives an instance of it an attribute."""

    __slots__ = ("targets",)

    def __init__(self, targets: list[Any]) -> None:
        self.targets = targets

    def __del__(self) -> None:
        for target in self.targets:
            target.other = None


class NothingFound(Oracle):
    """A name that was never stored is not found. Sound always."""

    name = "nothing found"

    @staticmethod
    def judge(found: Any) -> bool:
        return found is not None

    def explain(self, *seen: Any) -> str:
        return f"the name was never stored in the class, and the look-up gave {seen[0]!r}"


class _Queued(Scenario):
    oracle: ClassVar[Oracle] = OwnWrite()
    amplifiers: ClassVar[tuple[Amplifier, ...]] = (fan_out,)
    needs_parallelism = False

    def prepare(self, knobs: Knobs) -> None:
        self.unrelated = fresh_class(y=None)
        self.holder = _Holder()


class QueuedFinalizerReads(_Queued):
    """What is stored into a class is found in it, in its subclasses and instances, whatever was read in the middle.

    Sound: the only thread. The finalizers belong to values of another class and only read: a look-up in the middle of
    the store may give the old value or the new one, and after the store only the new one (gh-118362).
    """

    def prepare(self, knobs: Knobs) -> None:
        super().prepare(knobs)
        self.base = fresh_class(x=Value(0))
        self.sub = fresh_subclass(self.base)
        self.below = fresh_subclass(self.sub)
        self.siblings = fresh_subclasses(self.base, knobs.fan_out)
        self.thing = self.below()
        self.stored = vars(self.base)
        self.holders = (self.base, self.sub, self.below, *self.siblings[:2])
        prime(self.base, self.sub, self.below, *self.siblings)

    @operation(actor="writer", stores=2)
    def store(self, n: int) -> Any:
        self.unrelated.y = Looking(self.holders, "x")
        self.base.x = Value(n)
        return self.stored["x"], self.base.x

    @operation(actor="writer")
    def read_below(self) -> Any:
        return self.stored["x"], self.sub.x

    @operation(actor="writer")
    def read_instance(self) -> Any:
        return self.stored["x"], self.thing.x

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        yield from agree(self.stored["x"], "x", *self.holders, self.thing)


class QueuedFinalizerLooksForNewName(_Queued):
    """A name that is new to a class is found once it is stored, although a finalizer looked for it in the middle.

    Sound: the only thread. Another one has read the class's dict before and is gone, so that the dict's old table is
    freed with a delay when it grows.
    """

    amplifiers = ()

    def prepare(self, knobs: Knobs) -> None:
        super().prepare(knobs)
        self.base = fresh_class()
        self.coming = iter(NEW_NAMES)
        self.looked_for: list[str] = [""]
        stored = vars(self.base)
        reader = threading.Thread(target=lambda: stored["__module__"])
        reader.start()
        reader.join()

    @operation(actor="writer", stores=10)
    def store(self, n: int) -> Any:
        name = self.looked_for[0] = next(self.coming)
        for _ in range(PER_NAME):
            self.holder.__dict__ = {"looking": Looking((self.base,), self.looked_for)}
        value = Value(n)
        setattr(self.base, name, value)
        return value, getattr(self.base, name, None)


class QueuedFinalizerStoresInLookup(_Queued):
    """A class has no names but its own, whatever was stored in the middle of a look-up in another one.

    Sound: the only thread. A class that was just made holds none of the names that are asked of the other.
    """

    oracle = NothingFound()
    amplifiers = (names,)
    minimum_version = (3, 16)

    def prepare(self, knobs: Knobs) -> None:
        super().prepare(knobs)
        self.names = tuple(NEW_NAMES[: knobs.names])
        self.targets: list[Any] = []

    @operation(actor="writer", stores=60)
    def look_everywhere(self) -> Any:
        base: Any = type("C", (), {"other": None} | {name: Value(0, name) for name in self.names})
        self.targets[:] = [base]
        found = None
        for name in self.names:
            self.unrelated.y = Storing(self.targets)
            getattr(base, name)
            found = found or getattr(fresh_class(), name, None)
        return found


class QueuedFinalizerExtendsInstances(_Queued):
    """An instance has the attribute that is new to its class once it is set, whatever another instance was given.

    Sound: the only thread, and each instance is asked for its own attribute only.
    """

    amplifiers = ()

    def prepare(self, knobs: Knobs) -> None:
        super().prepare(knobs)
        self.targets: list[Any] = []

    @operation(actor="writer", stores=2)
    def extend(self, n: int) -> Any:
        cls = fresh_class()
        prime(cls, names=("new", "other"))
        thing = cls()
        self.targets[:] = [cls()]
        self.unrelated.y = Storing(self.targets)
        value = Value(n)
        thing.new = value
        return value, thing.new
