"""A name is deleted and added again, so that the cache holds misses too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from harness.kernel import (
    Amplifier,
    Deletion,
    Knobs,
    Permitted,
    Presence,
    Scenario,
    Value,
    agree,
    class_depth,
    fan_out,
    fresh_chain,
    fresh_class,
    fresh_subclasses,
    lock_free,
    names,
    operation,
    prime,
    readers,
    rest,
    sharing,
)

DEPTH = 4
"""Classes of which any may hold the name."""


class _Deleted(Scenario):
    oracle = Deletion()
    amplifiers: ClassVar[tuple[Amplifier, ...]] = (readers, fan_out, class_depth, lock_free, rest)

    def prepare(self, knobs: Knobs) -> None:
        self.base = self.holder()
        self.leaf = fresh_chain(self.base, knobs.class_depth)[-1]
        self.thing = self.leaf()
        self.siblings = fresh_subclasses(self.base, knobs.fan_out)
        self.share = sharing(knobs.lock_free)
        self.rests = range(knobs.rest)
        self.there = [0]
        self.deleted = [0]
        prime(self.base, self.leaf, *self.siblings)

    def holder(self) -> Any:
        return fresh_class()

    @operation(actor="writer", stores=3)
    def add_and_delete(self, n: int) -> None:
        # Two stores: the name is there all through the second one, and that is when readers ask for it.
        value = Value(2 * n - 1)
        self.share(value)
        self.base.x = value
        self.there[0] = 2 * n - 1
        value = Value(2 * n)
        self.share(value)
        self.base.x = value
        for _ in self.rests:
            pass
        self.there[0] = 0
        del self.base.x
        self.deleted[0] = 2 * n
        for _ in self.rests:
            pass

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        yield from agree(None, "x", self.base, self.leaf, self.thing)


class DeletedFromClass(_Deleted):
    """A deleted name is not found again in the class, and one that is there is found.

    Sound: one writer. It publishes a count once its store has returned, withdraws it before it deletes, and
    publishes what it deleted once the delete has returned; counts never repeat.
    """

    @operation(actor="reader")
    def read_deleted(self) -> Any:
        return self.deleted[0], getattr(self.base, "x", None)

    @operation(actor="reader", oracle=Presence())
    def read_there(self) -> Any:
        return self.there[0], getattr(self.base, "x", None), self.there[0]


class DeletedFromBase(_Deleted):
    """A name deleted from a class is not found again through a subclass, and one that is there is found.

    Sound as for the class: one writer, counts that never repeat; the subclass has no such name of its own.
    """

    @operation(actor="reader")
    def read_deleted(self) -> Any:
        return self.deleted[0], getattr(self.leaf, "x", None)

    @operation(actor="reader", oracle=Presence())
    def read_there(self) -> Any:
        return self.there[0], getattr(self.leaf, "x", None), self.there[0]


class DeletedUnderInstance(_Deleted):
    """A name deleted from a class is not found again through an instance, and one that is there is found.

    Sound as for the class: one writer, counts that never repeat; the instance has no such name of its own.
    """

    @operation(actor="reader")
    def read_deleted(self) -> Any:
        return self.deleted[0], getattr(self.thing, "x", None)

    @operation(actor="reader", oracle=Presence())
    def read_there(self) -> Any:
        return self.there[0], getattr(self.thing, "x", None), self.there[0]


class DeletedReadBack(Scenario):
    """Who deletes a name looks for it in class, subclass and instance, and does not find it (gh-118362).

    Sound: the only thread. It has looked the name up just before, so that whatever keeps what was found holds it when
    it is deleted. With nobody to wait for it does so often enough to see the one delete in thousands that is not told.
    """

    oracle = Deletion()
    amplifiers = (class_depth,)
    needs_parallelism = False

    def prepare(self, knobs: Knobs) -> None:
        self.base = fresh_class()
        self.leaf = fresh_chain(self.base, knobs.class_depth)[-1]
        self.thing = self.leaf()

    @operation(actor="writer", stores=2)
    def add_and_delete(self, n: int) -> Any:
        self.base.x = Value(n)
        _ = self.base.x, self.leaf.x, self.thing.x
        del self.base.x
        left = (
            getattr(self.base, "x", None) or getattr(self.leaf, "x", None) or getattr(self.thing, "x", None)
        )
        return n, left


class DeletedAmongNames(_Deleted):
    """A name deleted from any of several bases is not found again among many that stay, and one that is there is found.

    Sound as for the class: one writer, counts that never repeat, the name in one base at a time. A class's table holds
    what was not found, too, and grows with the names that are asked for in between.
    """

    amplifiers = (readers, rest, names)
    minimum_version = (3, 16)

    def prepare(self, knobs: Knobs) -> None:
        self.holders = fresh_chain(fresh_class(), DEPTH)
        self.many = len(self.holders)
        self.base = self.holders[-1]
        self.thing = self.base()
        self.others = [f"other_{number}" for number in range(knobs.names)]
        self.permitted = [(Value(0, name),) for name in self.others]
        for name, (value,) in zip(self.others, self.permitted, strict=True):
            setattr(self.holders[0], name, value)
        self.asked = len(self.others)
        self.rests = range(knobs.rest)
        self.there = [0]
        self.deleted = [0]
        prime(self.base, names=("x", *self.others))

    @operation(actor="writer", stores=3)
    def add_and_delete(self, n: int) -> None:
        holder = self.holders[n % self.many]
        holder.x = Value(2 * n - 1)
        self.there[0] = 2 * n - 1
        holder.x = Value(2 * n)
        for _ in self.rests:
            pass
        self.there[0] = 0
        del holder.x
        self.deleted[0] = 2 * n
        for _ in self.rests:
            pass

    @operation(actor="reader")
    def read_deleted(self) -> Any:
        return self.deleted[0], getattr(self.base, "x", None)

    @operation(actor="reader", oracle=Permitted())
    def read_other(self, n: int, me: int) -> Any:
        index = (n + me) % self.asked
        return getattr(self.base, self.others[index]), self.permitted[index]

    @operation(actor="reader", oracle=Presence())
    def read_there(self) -> Any:
        return self.there[0], getattr(self.thing, "x", None), self.there[0]

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        yield from agree(None, "x", *self.holders, self.thing)
        for name, (value,) in zip(self.others, self.permitted, strict=True):
            yield from agree(value, name, self.base, self.thing)


class DeletedRevealsBase(_Deleted):
    """Deleting a name shows what a base holds under it; adding it hides that again. Something is always found.

    Sound: one writer, and nobody changes the base, which holds None. A look-up goes through all classes or none: it
    never raises AttributeError, and gives None only while the name is deleted.
    """

    def holder(self) -> Any:
        return fresh_class(fresh_class(x=None))

    @operation(actor="reader")
    def read_deleted(self) -> Any:
        return self.deleted[0], self.leaf.x

    @operation(actor="reader", oracle=Presence())
    def read_there(self) -> Any:
        return self.there[0], self.thing.x, self.there[0]
