"""One thread stores into a class; others read the name in every way there is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from harness.kernel import (
    Knobs,
    Order,
    OwnWrite,
    Scenario,
    Value,
    agree,
    class_depth,
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

BESIDE = 3
"""Subclasses of the class, beside the chain below it."""


class _Stored(Scenario):
    oracle = Order()
    amplifiers = (readers, fan_out, lock_free, rest)

    def prepare(self, knobs: Knobs) -> None:
        self.base = fresh_class(x=Value(0))
        self.sub = fresh_subclass(self.base)
        self.thing = self.base()
        self.siblings = fresh_subclasses(self.base, knobs.fan_out)
        self.stored = vars(self.base)
        self.share = sharing(knobs.lock_free)
        self.rests = range(knobs.rest)
        prime(self.base, self.sub, *self.siblings)

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> None:
        value = Value(n)
        self.share(value)
        self.base.x = value
        for _ in self.rests:
            pass

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        yield from agree(self.stored["x"], "x", self.base, self.sub, self.thing)


class ReadByAttribute(_Stored):
    """``C.x`` is never older than ``C.__dict__["x"]`` read before it, nor newer than the one read after (gh-118362).

    Sound: one writer, so counts only go up, and of two reads the second may not be older. At quiescence the class,
    its subclass and an instance give what the dict holds.
    """

    @operation(actor="reader")
    def read_dict_first(self) -> Any:
        return self.stored["x"], self.base.x

    @operation(actor="reader")
    def read_dict_last(self) -> Any:
        return self.base.x, self.stored["x"]


class ReadByGetattr(_Stored):
    """``getattr(C, "x")`` and ``C.__dict__["x"]`` keep the order in which they are read (gh-118362).

    Sound: one writer, so counts only go up, and of two reads the second may not be older.
    """

    @operation(actor="reader")
    def read_dict_first(self) -> Any:
        return self.stored["x"], getattr(self.base, "x")  # noqa: B009

    @operation(actor="reader")
    def read_dict_last(self) -> Any:
        return getattr(self.base, "x"), self.stored["x"]  # noqa: B009


class ReadByDict(_Stored):
    """``C.__dict__`` taken anew for each read never goes back, neither alone nor beside ``C.x``.

    Sound: one writer, and every proxy is a view of the same dict. The look-up of ``__dict__`` itself goes through
    the cache of the metaclass, which nobody changes.
    """

    @operation(actor="reader")
    def read_twice(self) -> Any:
        return self.base.__dict__["x"], self.base.__dict__["x"]

    @operation(actor="reader")
    def read_dict_last(self) -> Any:
        return self.base.x, self.base.__dict__["x"]


class ReadByInstance(_Stored):
    """``C().x`` and ``C.__dict__["x"]`` keep the order in which they are read (gh-118362).

    Sound: one writer; the instance has no such name of its own, so it gives what its class holds.
    """

    @operation(actor="reader")
    def read_dict_first(self) -> Any:
        return self.stored["x"], self.thing.x

    @operation(actor="reader")
    def read_dict_last(self) -> Any:
        return self.thing.x, self.stored["x"]


class ReadBySubclass(_Stored):
    """What is stored into a class is what its subclass gives from then on (gh-118362).

    Sound: one writer; the subclass has no such name of its own, so it gives what the base holds.
    """

    @operation(actor="reader")
    def read_dict_first(self) -> Any:
        return self.stored["x"], self.sub.x

    @operation(actor="reader")
    def read_dict_last(self) -> Any:
        return self.sub.x, self.stored["x"]


class StoresReadBack(Scenario):
    """What is stored into a class is what it, each of its subclasses and an instance give at once (gh-118362).

    Sound: the only thread. With nobody to wait for it stores often enough to see the one in thousands that is not told.
    """

    oracle = OwnWrite()
    amplifiers = (class_depth,)
    needs_parallelism = False

    def prepare(self, knobs: Knobs) -> None:
        self.base = fresh_class(x=Value(0))
        chain = fresh_chain(self.base, knobs.class_depth)
        self.below = (*chain, *fresh_subclasses(self.base, BESIDE), chain[-1]())

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> Any:
        value = Value(n)
        self.base.x = value
        return value, next((one.x for one in self.below if one.x is not value), self.base.x)


class ReadBack(_Stored):
    """The only writer reads back what it has just stored, through class, subclass and instance (gh-118362).

    Sound: nobody else stores, so look-ups after the store must find its value, by identity. The readers try to fill
    the cache with the value before it.
    """

    @operation(actor="writer", stores=1, oracle=OwnWrite())
    def store(self, n: int) -> Any:
        value = Value(n)
        self.share(value)
        self.base.x = value
        return value, self.base.x

    @operation(actor="writer", oracle=OwnWrite())
    def read_back_subclass(self) -> Any:
        return self.stored["x"], self.sub.x

    @operation(actor="writer", oracle=OwnWrite())
    def read_back_instance(self, n: int) -> Any:
        for _ in self.rests:
            pass
        return self.stored["x"], self.thing.x

    @operation(actor="reader")
    def read(self) -> Any:
        return self.base.x, self.sub.x
