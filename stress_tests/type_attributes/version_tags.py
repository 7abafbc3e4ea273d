"""What a class's version tags can run into: multiples of the cache's size, and the end of them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import repeat
from typing import Any

from harness.kernel import (
    Knobs,
    Order,
    OwnWrite,
    Scenario,
    Value,
    agree,
    fresh_class,
    fresh_subclass,
    lock_free,
    operation,
    prime,
    readers,
    rest,
    sharing,
)
from harness.kernel.objects import MAX_VERSIONS_PER_CLASS
from harness.kernel.tags import align_tags, tag_burners

ALIGNED_EVERY = 16
"""Stores; a burst begins there."""


class StoreUnderAlignedVersion(Scenario):
    """What is looked up while a store is under way is not kept beyond it, under no version tag (gh-118362).

    Sound: one writer, so counts only go up, and of two reads the second may not be older. A look-up that misses
    takes its place in the cache before the class has a version, as if that were 0; so what it leaves there wrongly
    is met again only where the version that the class then gets is a multiple of the cache's size. From 3.16 on a
    class's table has one version, and no place depends on it.
    """

    oracle = Order()
    dead_from = (3, 16)
    amplifiers = (readers, lock_free, rest)

    def prepare(self, knobs: Knobs) -> None:
        self.base = fresh_class(x=Value(0))
        self.stored = vars(self.base)
        self.share = sharing(knobs.lock_free)
        self.rests = range(knobs.rest)
        self.burners = tag_burners()
        prime(self.base)

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> None:
        if n % ALIGNED_EVERY == 1:
            align_tags(self.burners)
        value = Value(n)
        self.share(value)
        self.base.x = value
        for _ in self.rests:
            pass

    @operation(actor="reader")
    def read(self) -> Any:
        return self.stored["x"], self.base.x

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        yield from agree(self.stored["x"], "x", self.base)


class _Exhausted(Scenario):
    """``worn`` has no version left, whatever is asked of it; ``under`` is below it and had versions of its own."""

    amplifiers = (readers,)
    caches = False

    def prepare(self, knobs: Knobs) -> None:
        self.worn = fresh_class(x=Value(0))
        self.under = fresh_subclass(self.worn)
        self.thing = self.under()
        self.stored = vars(self.worn)
        for _ in repeat(None, MAX_VERSIONS_PER_CLASS + 1):
            self.worn.y = 0
            self.worn.x
        prime(self.worn, self.under)

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        yield from agree(self.stored["x"], "x", self.worn, self.under, self.thing)


class ExhaustedClass(_Exhausted):
    """A class that has used up its version tags is never cached again: reads keep their order (gh-113462).

    Sound: one writer, so counts only go up, and of two reads the second may not be older.
    """

    oracle = Order()

    @operation(actor="writer", stores=1, oracle=OwnWrite())
    def store(self, n: int) -> Any:
        value = Value(n)
        self.worn.x = value
        return value, self.worn.x

    @operation(actor="reader")
    def read(self) -> Any:
        return self.stored["x"], self.worn.x


class BelowExhaustedClass(_Exhausted):
    """What is stored into a class that has used up its version tags is what its subclass gives (gh-119462).

    Sound: one writer, so counts only go up, and of two reads the second may not be older.
    """

    oracle = Order()

    @operation(actor="writer", stores=1, oracle=OwnWrite())
    def store(self, n: int) -> Any:
        value = Value(n)
        self.worn.x = value
        return value, self.under.x

    @operation(actor="reader")
    def read(self) -> Any:
        return self.stored["x"], self.thing.x
