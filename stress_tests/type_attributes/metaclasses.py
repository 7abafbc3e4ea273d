"""Attributes of a metaclass, plain and data descriptors, against those of its class."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from harness.kernel import (
    Deletion,
    Knobs,
    Ledger,
    MortalValue,
    Order,
    Permitted,
    Presence,
    Scenario,
    Value,
    agree,
    fan_out,
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

CAPACITY = 1024
"""Above the number of stores in a round."""
COUNTED = replace(lock_free, dead_from=(3, 15))
"""Descriptors in classes are counted late from 3.15 on: nobody needs a lock for them."""


class Carrying:
    """A data descriptor that gives the value it was made with."""

    def __init__(self, value: Value) -> None:
        self.value = value

    def __get__(self, thing: object, owner: object = None) -> Value:
        return self.value

    def __set__(self, thing: object, value: object) -> None:
        raise AttributeError("read only")


def fresh_metaclass(**attributes: object) -> Any:
    """A new metaclass with ``attributes``."""
    return type("M", (type,), dict(attributes))


class MetaclassAttribute(Scenario):
    """What is stored into a metaclass is what its classes give, where they have no such name of their own.

    Sound: one writer, so counts only go up, and of two reads the second may not be older.
    """

    oracle = Order()
    amplifiers = (readers, fan_out, lock_free, rest)

    def prepare(self, knobs: Knobs) -> None:
        self.meta = fresh_metaclass(x=Value(0))
        self.below = fresh_subclass(self.meta)
        self.cls = fresh_class(metaclass=self.meta)
        self.other = fresh_class(metaclass=self.below)
        self.siblings = fresh_subclasses(self.meta, 0) + [
            fresh_class(metaclass=self.meta) for _ in range(knobs.fan_out)
        ]
        self.stored = vars(self.meta)
        self.share = sharing(knobs.lock_free)
        self.rests = range(knobs.rest)
        prime(self.meta, self.below, self.cls, self.other, *self.siblings)

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> None:
        value = Value(n)
        self.share(value)
        self.meta.x = value
        for _ in self.rests:
            pass

    @operation(actor="reader")
    def read_dict_first(self) -> Any:
        return self.stored["x"], self.cls.x

    @operation(actor="reader")
    def read_dict_last(self) -> Any:
        return self.other.x, self.stored["x"]

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        yield from agree(self.stored["x"], "x", self.meta, self.below, self.cls, self.other)


class ClassOverMetaclass(Scenario):
    """A class attribute hides the metaclass's plain one while it is there, and no longer.

    Sound: one writer changes the class, nobody the metaclass, which holds None. A look-up never raises
    AttributeError and gives None only while the class has no such name; what was deleted does not come back.
    """

    oracle = Deletion()
    amplifiers = (readers, fan_out, lock_free, rest)

    def prepare(self, knobs: Knobs) -> None:
        self.meta = fresh_metaclass(x=None)
        self.cls = fresh_class(metaclass=self.meta)
        self.sub = fresh_subclass(self.cls)
        self.siblings = fresh_subclasses(self.cls, knobs.fan_out)
        self.share = sharing(knobs.lock_free)
        self.rests = range(knobs.rest)
        self.there = [0]
        self.deleted = [0]
        prime(self.meta, self.cls, self.sub, *self.siblings)

    @operation(actor="writer", stores=3)
    def add_and_delete(self, n: int) -> None:
        # Two stores: the name is there all through the second one, and that is when readers ask for it.
        value = Value(2 * n - 1)
        self.share(value)
        self.cls.x = value
        self.there[0] = 2 * n - 1
        value = Value(2 * n)
        self.share(value)
        self.cls.x = value
        for _ in self.rests:
            pass
        self.there[0] = 0
        del self.cls.x
        self.deleted[0] = 2 * n
        for _ in self.rests:
            pass

    @operation(actor="reader")
    def read_deleted(self) -> Any:
        return self.deleted[0], self.sub.x

    @operation(actor="reader", oracle=Presence())
    def read_there(self) -> Any:
        return self.there[0], self.cls.x, self.there[0]

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        yield from agree(None, "x", self.cls, self.sub)


class MetaclassDescriptorReplaced(Scenario):
    """A data descriptor on the metaclass goes before the class's own attribute, whichever descriptor it is just now.

    Sound: one writer stores descriptors that carry counts; the descriptor's value is fixed when it is made, so the
    order in which descriptors are found is the order of the values. The class's own value has a tag of its own.
    """

    oracle = Order()
    amplifiers = (readers, fan_out, COUNTED, rest)

    def prepare(self, knobs: Knobs) -> None:
        self.meta = fresh_metaclass(x=Carrying(Value(0)))
        self.cls = fresh_class(metaclass=self.meta, x=Value(0, "hidden"))
        self.siblings = [fresh_class(metaclass=self.meta) for _ in range(knobs.fan_out)]
        self.stored = vars(self.meta)
        self.share = sharing(knobs.lock_free)
        self.rests = range(knobs.rest)
        prime(self.meta, self.cls, *self.siblings)

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> None:
        descriptor = Carrying(Value(n))
        self.share(descriptor)
        self.meta.x = descriptor
        for _ in self.rests:
            pass

    @operation(actor="reader")
    def read_dict_first(self) -> Any:
        return self.stored["x"].value, self.cls.x

    @operation(actor="reader")
    def read_dict_last(self) -> Any:
        return self.cls.x, self.stored["x"].value

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        yield from agree(self.stored["x"].value, "x", self.cls)


class MetaclassDescriptorComesAndGoes(Scenario):
    """A name is now a data descriptor on the metaclass, now a plain value there: a read gives one of two objects.

    Sound: while the metaclass holds the descriptor the class gives its value, while it holds a plain value or none
    the class's own. The metaclass is looked up once a read, so nothing else can come out: not the plain value, and
    not AttributeError.
    """

    oracle = Permitted()
    amplifiers = (readers, fan_out, COUNTED, rest)

    def prepare(self, knobs: Knobs) -> None:
        own, carried = Value(1, "own"), Value(2, "carried")
        self.permitted = (own, carried)
        self.meta = fresh_metaclass()
        self.cls = fresh_class(metaclass=self.meta, x=own)
        self.sub = fresh_subclass(self.cls)
        self.siblings = [fresh_class(metaclass=self.meta) for _ in range(knobs.fan_out)]
        self.descriptor = Carrying(carried)
        sharing(knobs.lock_free)(self.descriptor)
        self.rests = range(knobs.rest)
        self.plain = Value(3, "plain")
        prime(self.meta, self.cls, self.sub, *self.siblings)

    @operation(actor="writer", stores=3)
    def come_and_go(self, n: int) -> None:
        self.meta.x = self.descriptor
        for _ in self.rests:
            pass
        self.meta.x = self.plain
        for _ in self.rests:
            pass
        del self.meta.x
        for _ in self.rests:
            pass

    @operation(actor="reader")
    def read_class(self) -> Any:
        return self.cls.x, self.permitted

    @operation(actor="reader")
    def read_subclass(self) -> Any:
        return self.sub.x, self.permitted

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        yield from agree(self.permitted[0], "x", self.cls, self.sub)


class ValueBehindClass(Scenario):
    """A metaclass's value that its class hides is found for nobody, and released when it is replaced (gh-118362).

    Sound: who looks the name up on the class gets the class's own value, so nobody holds one of the metaclass's
    beyond the look-up; each is finalized once, when every thread has run on.
    """

    oracle = Permitted()
    amplifiers = (readers, fan_out)

    def prepare(self, knobs: Knobs) -> None:
        self.ledger = Ledger(CAPACITY)
        self.meta = fresh_metaclass(x=MortalValue(0, self.ledger))
        self.value = Value(0)
        self.cls = fresh_class(metaclass=self.meta, x=self.value)
        self.siblings = [fresh_class(metaclass=self.meta) for _ in range(knobs.fan_out)]
        self.stored = vars(self.meta)
        prime(self.meta, self.cls, *self.siblings)

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> Any:
        self.meta.x = MortalValue(n, self.ledger)
        return self.cls.x, (self.value,)

    @operation(actor="reader")
    def read(self) -> Any:
        return self.cls.x, (self.value,)

    def unfinished(self) -> str | None:
        missing = self.ledger.missing(self.stored["x"].count, None)
        return f"values that were replaced and never finalized: {missing[:10]}" if missing else None
