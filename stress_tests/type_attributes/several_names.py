"""Several names and several writers on one class, and names that share a place in the type cache."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator
from typing import Any, ClassVar

from harness.kernel import (
    Amplifier,
    Knobs,
    Order,
    Permitted,
    PerWriterOrder,
    Scenario,
    Value,
    agree,
    fan_out,
    fresh_class,
    fresh_subclass,
    fresh_subclasses,
    lock_free,
    names,
    operation,
    prime,
    readers,
    rest,
    sharing,
)

CACHES_BY_TYPE = sys.version_info >= (3, 16)
"""Whether each type has a table of its own; before, one of 4,096 slots was everybody's."""
PLACES = 64 if CACHES_BY_TYPE else 4096
"""Names collide when their places agree modulo this: in the slots of all, or in each table of up to so many."""
MOST = 49 if CACHES_BY_TYPE else 2
"""Names on one class, however many the amplifier asks for."""
ASKED = range(17)
"""How often a name is asked for in a row, that most look-ups find the entry as the first has left it."""
IN_A_ROW = 0 if CACHES_BY_TYPE else 4
"""Binary logarithm of how often a reader asks for one name before it goes on: the first look-ups may miss."""


def place(name: str) -> int:
    """Where the cache begins to look for ``name``.

    Each type's own table goes by the name's hash, and looks on in the next places. In the slots of all it is the
    class's version ^ (the name's address >> 3): on one class, names collide when these bits of their addresses agree.
    """
    return hash(name) if CACHES_BY_TYPE else id(name) >> 3


def colliding_names(wanted: int) -> tuple[str, ...]:
    """Interned names of one place in the type cache of every class."""
    by_place: dict[int, list[str]] = {}
    for number in itertools.count():
        name = sys.intern(f"colliding_{number}")
        names = by_place.setdefault(place(name) % PLACES, [])
        names.append(name)
        if len(names) == wanted:
            return tuple(names)
    raise AssertionError("count() does not end")


rivals = Amplifier("readers", (2, 4), "how many threads compete for one place: one alone has no rival")

PLAIN = tuple(f"name_{number}" for number in range(MOST))
COLLIDING = colliding_names(MOST)


class _Names(Scenario):
    oracle = Order()
    amplifiers: ClassVar[tuple[Amplifier, ...]] = (readers, fan_out, lock_free, rest, names)
    pool: tuple[str, ...] = PLAIN

    def prepare(self, knobs: Knobs) -> None:
        self.make(knobs, knobs.fan_out, knobs.lock_free, min(knobs.names, MOST))

    def make(self, knobs: Knobs, siblings: int, lock_free: int, many: int) -> None:
        """The classes and the values of a round."""
        self.many = many
        self.names = self.pool[:many]
        held: dict[str, Any] = {name: Value(0, name) for name in self.names}
        self.base = fresh_class(**held)
        self.sub = fresh_subclass(self.base)
        self.thing = self.sub()
        self.siblings = fresh_subclasses(self.base, siblings)
        self.stored = vars(self.base)
        self.share = sharing(lock_free)
        self.rests = range(knobs.rest)
        for value in held.values():
            self.share(value)
        prime(self.base, self.sub, *self.siblings, names=self.names)

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> None:
        name = self.names[n % self.many]
        value = Value(n, name)
        self.share(value)
        setattr(self.base, name, value)
        for _ in self.rests:
            pass

    @operation(actor="reader")
    def read_class(self, n: int, me: int) -> Any:
        name = self.names[((n >> IN_A_ROW) + me) % self.many]
        return self.stored[name], getattr(self.base, name)

    @operation(actor="reader")
    def read_instance(self, n: int, me: int) -> Any:
        name = self.names[((n >> IN_A_ROW) + me) % self.many]
        return getattr(self.thing, name), self.stored[name]

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        for name in self.names:
            yield from agree(self.stored[name], name, self.base, self.sub, self.thing)


class SeveralNames(_Names):
    """A store under one name disturbs no other: every name gives its own values, in order.

    Sound: one writer, so the counts of each name only go up; a value carries the name it was stored under.
    """


class _Colliding(_Names):
    amplifiers: ClassVar[tuple[Amplifier, ...]] = (rivals, fan_out, lock_free, rest, names)
    pool = COLLIDING


class CollidingNames(_Colliding):
    """Names that share a place in the type cache give their own values, in order, while they compete for it.

    Sound: one writer, so the counts of each name only go up; a value carries the name it was stored under. An entry
    that is read while it is being replaced would give one name's value for the other. From 3.16 on nobody is evicted:
    names of one place lie in a row, which readers go along while it is being filled.
    """


class CollidingNamesAtRest(_Colliding):
    """Names that share a slot of the type cache give their own values while nothing changes them.

    Sound: the names are stored once; the writer changes another class, so versions last and every read can hit. What
    is read is the one object stored under that name. From 3.16 on nobody is evicted, and nothing would happen.
    """

    amplifiers = (rivals, rest)
    dead_from = (3, 16)

    def prepare(self, knobs: Knobs) -> None:
        self.make(knobs, siblings=0, lock_free=1, many=2)
        self.other = fresh_class()

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> None:
        self.other.x = Value(n)
        for _ in self.rests:
            pass


def asked_in_a_row(cls: type, name: str, own: Value) -> Any:
    """What a class gives for a name, several times: the first that is not its own value, where one is not.

    A function, for what a scenario's loop has in a variable is held from one operation to the next, and seems to have
    been left behind.
    """
    for _ in ASKED:  # from the second time on the entry is this name's
        found = getattr(cls, name)
        if found is not own:
            return found
    return own


class EachItsOwnName(Scenario):
    """Two readers, each of one name, whose names share a slot of the type cache, get what is stored under theirs.

    Sound: nothing is stored while they read, and they keep nothing: read or not, each value is held by its class and
    by the scenario. An entry that is read while the other reader replaces it gives the other name's value where it is
    not looked at again, and where it is (gh-118362) what was taken at first has to be given back. From 3.16 on nobody
    is evicted, and nothing would happen.
    """

    oracle = Permitted()
    dead_from = (3, 16)

    def prepare(self, knobs: Knobs) -> None:
        self.one, self.other = COLLIDING[:2]
        self.under_one, self.under_other = (Value(0, self.one),), (Value(0, self.other),)
        self.unread = (Value(0, "unread"),)
        self.values = (*self.under_one, *self.under_other, *self.unread)
        state: dict[str, Any] = {value.tag: value for value in self.values}
        self.base = fresh_class(**state)
        prime(self.base, names=(self.one, self.other))

    @operation(actor="reader")
    def read(self) -> Any:
        return asked_in_a_row(self.base, self.one, self.under_one[0]), self.under_one

    @operation(actor="rival")
    def evict(self) -> Any:
        return asked_in_a_row(self.base, self.other, self.under_other[0]), self.under_other

    def unfinished(self) -> str | None:
        *counts, usual = map(sys.getrefcount, self.values)
        more = [count - usual for count in counts]
        if not any(more):
            return None
        return f"references to two values that were read, beyond those of one that was not: {more}"


class _Writers(Scenario):
    oracle = PerWriterOrder()
    threads: ClassVar[dict[str, int]] = {"writer": 2}
    amplifiers = (readers, fan_out, lock_free, rest)

    def prepare(self, knobs: Knobs) -> None:
        self.base = fresh_class(x=Value(0), y=Value(0, "y"))
        self.sub = fresh_subclass(self.base)
        self.thing = self.sub()
        self.siblings = fresh_subclasses(self.base, knobs.fan_out)
        self.stored = vars(self.base)
        self.share = sharing(knobs.lock_free)
        self.rests = range(knobs.rest)
        prime(self.base, self.sub, *self.siblings, names=("x", "y"))

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        for name in ("x", "y"):
            yield from agree(self.stored[name], name, self.base, self.sub, self.thing)


class SeveralWriters(_Writers):
    """Several threads store under one name: no reader sees one writer's values go back, in dict or class.

    Sound with any number of writers: each one's stores follow one another, and so do one reader's reads, whether it
    looks into the dict, the class or the subclass.
    """

    @operation(actor="writer", stores=1)
    def store(self, n: int, me: int) -> None:
        value = Value(n, "x", me)
        self.share(value)
        self.base.x = value
        for _ in self.rests:
            pass

    @operation(actor="reader")
    def read(self, n: int) -> Any:
        return self.stored["x"] if n % 3 == 0 else self.base.x if n % 3 == 1 else self.sub.x


class WritersOfTwoNames(_Writers):
    """Several threads store under two names: under neither does a reader see one writer's values go back.

    Sound with any number of writers, for each name by itself.
    """

    @operation(actor="writer", stores=2)
    def store(self, n: int, me: int) -> None:
        value = Value(n, "x", me)
        self.share(value)
        self.base.x = value
        value = Value(n, "y", me)
        self.share(value)
        self.base.y = value
        for _ in self.rests:
            pass

    @operation(actor="reader")
    def read_x(self, n: int) -> Any:
        return self.stored["x"] if n % 2 else self.sub.x

    @operation(actor="reader")
    def read_y(self, n: int) -> Any:
        return self.stored["y"] if n % 2 else self.thing.y
