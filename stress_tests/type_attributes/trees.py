"""A base is changed and read through the classes below it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from harness.kernel import (
    Amplifier,
    Knobs,
    Order,
    OwnWrite,
    Scenario,
    Value,
    agree,
    fan_out,
    fresh_chain,
    fresh_class,
    fresh_subclass,
    fresh_subclasses,
    lock_free,
    operation,
    prime,
    readers,
    rest,
    sharing,
)

WIDE = Amplifier("fan_out", (100, 30, 300), fan_out.widens)
DEPTH = 8
"""Classes from the one that is stored into down to the one that is read."""


class _Tree(Scenario):
    oracle = Order()

    def prepare(self, knobs: Knobs) -> None:
        self.base = fresh_class(x=Value(0))
        self.stored = vars(self.base)
        self.share = sharing(knobs.lock_free)
        self.rests = range(knobs.rest)

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> None:
        value = Value(n)
        self.share(value)
        self.base.x = value
        for _ in self.rests:
            pass


class DeepSubclass(_Tree):
    """What is stored into a class is what a class many levels below gives from then on (gh-118362).

    Sound: one writer, and no class between has the name, so counts only go up.
    """

    amplifiers = (readers, fan_out, lock_free, rest)

    def prepare(self, knobs: Knobs) -> None:
        super().prepare(knobs)
        self.chain = fresh_chain(self.base, DEPTH)
        self.leaf = self.chain[-1]
        self.siblings = fresh_subclasses(self.chain[0], knobs.fan_out)
        prime(self.base, *self.chain, *self.siblings)

    @operation(actor="reader")
    def read_leaf(self) -> Any:
        return self.stored["x"], self.leaf.x

    @operation(actor="reader")
    def read_upwards(self) -> Any:
        return self.leaf.x, self.base.x

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        yield from agree(self.stored["x"], "x", self.base, *self.chain, self.leaf())


class WideTree(_Tree):
    """What is stored into a class is what each of its many subclasses gives from then on (gh-118362).

    Sound: one writer, and no subclass has the name. One actor keeps reading all subclasses, so that they have live
    versions: an invalidation walks them before it clears the base's own.
    """

    amplifiers = (WIDE, readers, lock_free, rest)

    def prepare(self, knobs: Knobs) -> None:
        super().prepare(knobs)
        self.siblings = fresh_subclasses(self.base, knobs.fan_out)
        self.many = len(self.siblings)
        self.last = self.siblings[-1]
        prime(self.base, *self.siblings)

    @operation(actor="reader")
    def read_class(self) -> Any:
        return self.stored["x"], self.base.x

    @operation(actor="reader")
    def read_last(self) -> Any:
        return self.stored["x"], self.last.x

    @operation(actor="refresher")
    def refresh(self, n: int) -> Any:
        return self.stored["x"], self.siblings[n % self.many].x

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        yield from agree(self.stored["x"], "x", self.base, *self.siblings[:30])


class Diamond(_Tree):
    """A class below two branches gives what is stored into their common base, while both branches change.

    Sound: one writer stores the name; the other stores different names into the branches, which invalidates the
    class below at full speed and changes nothing that is read here.
    """

    amplifiers = (readers, fan_out, lock_free, rest)

    def prepare(self, knobs: Knobs) -> None:
        super().prepare(knobs)
        self.left = fresh_subclass(self.base)
        self.right = fresh_subclass(self.base)
        self.below = fresh_class(self.left, self.right)
        self.siblings = fresh_subclasses(self.base, knobs.fan_out)
        prime(self.base, self.left, self.right, self.below, *self.siblings)

    @operation(actor="disturber", stores=1, oracle=OwnWrite())
    def disturb(self, n: int) -> Any:
        value = Value(n, "y")
        self.right.y = value
        return value, self.below.y

    @operation(actor="reader")
    def read(self) -> Any:
        return self.stored["x"], self.below.x

    @operation(actor="reader")
    def read_branch(self) -> Any:
        return self.below.x, self.left.x

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        yield from agree(self.stored["x"], "x", self.base, self.left, self.right, self.below, self.below())
