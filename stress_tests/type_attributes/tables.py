"""The table that each type has from 3.16 on: it is filled, grows, and is dropped whole while others read it.

A table begins with 8 places, and doubles for the 7th name, the 13th, the 25th and the 49th; up to 65,536. It belongs to
one version of its class: whatever changes the class, or a base, drops it (``Python/typecache.c``).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import cache
from typing import Any

from harness.kernel import (
    Amplifier,
    Knobs,
    Order,
    OwnWrite,
    Permitted,
    Presence,
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
    readers,
    rest,
)
from harness.kernel.tables import NOT_HELD, SHOWN, held

try:
    from _testinternalcapi import type_cache_invalidate  # type: ignore[import-not-found]
except ImportError:  # a build without CPython's own test modules
    type_cache_invalidate = None

pause = Amplifier(
    "pause",
    (300, 30),
    "turns a writer idles in front of a look-up: readers that missed are at the table again",
)
few = Amplifier("readers", (1, 2), readers.widens)
POOL = tuple(f"table_{number}" for number in range(49))


class TableGrows(Scenario):
    """Names are found in a class's table, and those that are not there are not, while the table grows under readers.

    Sound: nothing is stored under these names, so each gives its own value, or nothing. The writer stores under
    another one, which drops the table, and looks all names up again, one by one: when one of them finds the table full,
    readers have long been at those in front of it.
    """

    oracle = Permitted()
    amplifiers = (few, names, pause)
    minimum_version = (3, 16)

    def prepare(self, knobs: Knobs) -> None:
        self.names = POOL[: knobs.names]
        self.many = len(self.names)
        state: dict[str, Any] = {name: Value(0, name) for name in self.names}
        self.permitted = [(state[name],) for name in self.names]
        self.nothing = (None,)
        self.base = fresh_class(**state)
        self.thing = self.base()
        self.pauses = range(knobs.pause)
        prime(self.base, names=self.names)

    @operation(actor="writer", stores=1)
    def refill(self, n: int) -> Any:
        self.base.other = n
        found = None
        for name in self.names:
            for _ in self.pauses:
                pass
            found = getattr(self.base, name)
        return found, self.permitted[-1]

    @operation(actor="reader")
    def read_class(self, n: int, me: int) -> Any:
        index = (n + me) % self.many
        return getattr(self.base, self.names[index]), self.permitted[index]

    @operation(actor="reader")
    def read_instance(self, n: int, me: int) -> Any:
        index = (n * 3 + me) % self.many
        return getattr(self.thing, self.names[index]), self.permitted[index]

    @operation(actor="reader")
    def read_absent(self) -> Any:
        # Goes along the table up to a free place, which there must be.
        return getattr(self.base, "absent", None), self.nothing

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        for name, (value,) in zip(self.names, self.permitted, strict=True):
            yield from agree(value, name, self.base, self.thing)
        yield from agree(None, "absent", self.base, self.thing)


class FirstStore(Scenario):
    """A name that a new class was asked for before it had it is found once it has been stored.

    Sound: one writer makes a class each turn and stores into it once. It publishes a count once its store has returned
    and withdraws it before it goes on to the next class: who takes the same count before and after its look-up looked
    while the name was there.
    """

    oracle = Presence()
    amplifiers = (readers, rest)

    def prepare(self, knobs: Knobs) -> None:
        self.base = fresh_class(fresh_class())
        self.newest: list[Any] = [fresh_subclass(self.base)]
        self.there = [0]
        self.rests = range(knobs.rest)

    @operation(actor="writer", stores=1, oracle=OwnWrite())
    def make_and_store(self, n: int) -> Any:
        cls = fresh_subclass(self.base)
        self.there[0] = 0
        self.newest[0] = cls
        for _ in self.rests:
            getattr(cls, "x", None)
        cls.x = value = Value(n)
        self.there[0] = n
        for _ in self.rests:
            pass
        return value, cls.x

    @operation(actor="reader")
    def read(self) -> Any:
        before = self.there[0]
        found = getattr(self.newest[0], "x", None)
        return before, found, self.there[0]


class MetaclassTable(Scenario):
    """Names that only the metaclass has are found through its classes, in order, while its table comes and goes.

    Sound: one writer, so the counts of each name only go up; a value carries the name it was stored under.
    """

    oracle = Order()
    amplifiers = (readers, names, fan_out, rest)
    minimum_version = (3, 16)

    def prepare(self, knobs: Knobs) -> None:
        self.names = POOL[: knobs.names]
        self.many = len(self.names)
        self.meta: Any = type("M", (type,), {name: Value(0, name) for name in self.names})
        self.cls = fresh_class(metaclass=self.meta)
        self.siblings = fresh_subclasses(self.meta, knobs.fan_out)
        self.stored = vars(self.meta)
        self.rests = range(knobs.rest)
        prime(self.cls, *self.siblings, names=self.names)

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> None:
        name = self.names[n % self.many]
        setattr(self.meta, name, Value(n, name))
        for _ in self.rests:
            pass

    @operation(actor="reader")
    def read_dict_first(self, n: int, me: int) -> Any:
        name = self.names[(n + me) % self.many]
        return self.stored[name], getattr(self.cls, name)

    @operation(actor="reader")
    def read_dict_last(self, n: int, me: int) -> Any:
        name = self.names[(n + me) % self.many]
        return getattr(self.cls, name), self.stored[name]

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        for name in self.names:
            yield from agree(self.stored[name], name, self.meta, self.cls)


MOST = 3 << 14
"""Names in the largest table: three in four of its 65,536 places are used."""
ASKED = 50_000
ASKED_AT_ONCE = 210


@cache
def many_names() -> tuple[str, ...]:
    """More interned names than any table holds. Free-threaded builds never free one: they are made once a process."""
    return tuple(sys.intern(f"asked_{number}") for number in range(ASKED))


class TableOfType(Scenario):
    """The table of ``type`` is bounded, however many names classes are asked for, and found in right while it grows.

    Each look-up on a class asks its metaclass first, and nothing ever changes ``type``: its table is never dropped.

    Sound: what readers ask for is in ``type`` and in no class, and nobody can store it; the other names are nowhere.
    The table is emptied before and after, so that one round is like another, and others find it as they left it.
    """

    oracle = Permitted()
    amplifiers = (readers,)
    minimum_version = (3, 16)
    swept = False

    def prepare(self, knobs: Knobs) -> None:
        self.asked = many_names()
        self.cls, self.other = fresh_class(), fresh_class()
        self.nothing = (None,)
        self.order, self.name, self.bases = (
            (self.other.__mro__,),
            (self.other.__name__,),
            (self.other.__bases__,),
        )
        forget()

    @operation(actor="asker", stores=4)
    def ask(self, n: int) -> Any:
        found = None
        for name in self.asked[(n - 1) * ASKED_AT_ONCE : n * ASKED_AT_ONCE]:
            found = found or getattr(self.cls, name, None)
        return found, self.nothing

    @operation(actor="reader")
    def read_order(self) -> Any:
        return self.other.__mro__, self.order

    @operation(actor="reader")
    def read_name(self) -> Any:
        return self.other.__name__, self.name

    @operation(actor="reader")
    def read_bases(self) -> Any:
        return self.other.__bases__, self.bases

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        if SHOWN:
            known = sum(held(type, name) is not NOT_HELD for name in self.asked)
            yield f"at most {MOST:,} names in the table of type", known <= MOST, True
        forget()


def forget() -> None:
    """Empty the table of ``type``, where the target can."""
    if type_cache_invalidate is not None:
        type_cache_invalidate(type)
