"""What ``type.__setattr__`` does with names that are not plain interned strings."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any, ClassVar

from harness.kernel import (
    Amplifier,
    Knobs,
    Oracle,
    Order,
    OwnWrite,
    Permitted,
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

CACHES_BY_TYPE = sys.version_info >= (3, 16)
"""Whether each type has a table of its own, which takes interned names only, of any length."""
empty_cache = getattr(sys, "_clear_internal_caches", None) or getattr(sys, "_clear_type_cache")
"""What CPython offers for this moved in 3.13, and does nothing from 3.16 on."""


class Name(str):
    """A name of a type of its own: never cached, and copied by ``type.__setattr__`` before it is stored."""

    __slots__ = ()


class Inside(threading.local):
    """Whether this thread is inside a comparison that looks: looking compares too."""

    looking = False


class Looking(str):
    """A name that runs Python code when it is compared: it reads the attribute of that name from a class, twice.

    ``watched`` holds the class, once there is one.
    """

    watched: list[Any]
    inside = Inside()

    def __eq__(self, other: object) -> bool:
        if not self.inside.looking:
            self.inside.looking = True
            for cls in self.watched:
                prime(cls)
            self.inside.looking = False
        return str.__eq__(self, str(other))

    __hash__ = str.__hash__


LONG = "_".join(["long"] * 25)
"""Never cached: longer than the 100 characters up to which names were until 3.16, and not interned."""
# A store interns its name. Where an equal string is interned already it takes that one, and ours stays as it is.
sys.intern(LONG[:1] + LONG[1:])


class _Named(Scenario):
    oracle = Order()
    amplifiers: ClassVar[tuple[Amplifier, ...]] = (readers, fan_out, lock_free, rest)
    name = "x"

    def prepare(self, knobs: Knobs) -> None:
        self.key = str(self.name)
        self.base = self.holder()
        self.sub = fresh_subclass(self.base)
        self.thing = self.sub()
        self.siblings = fresh_subclasses(self.base, knobs.fan_out)
        self.stored = vars(self.base)
        self.share = sharing(knobs.lock_free)
        self.rests = range(knobs.rest)
        prime(self.base, self.sub, *self.siblings, names=(self.key,))

    def holder(self) -> Any:
        held: dict[str, Any] = {self.key: Value(0)}
        return fresh_class(**held)

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        yield from agree(self.stored[self.key], self.key, self.base, self.sub, self.thing)


class NameNotInterned(_Named):
    """A class attribute under names made at run time, a new string object each time: reads keep their order.

    Sound: one writer; equal strings are one name. The cache compares names by address: entries are filled under
    strings that die, and whose address the next one may have. From 3.16 on such names are looked up in the dicts.
    """

    caches = not CACHES_BY_TYPE

    def prepare(self, knobs: Knobs) -> None:
        super().prepare(knobs)
        self.start, self.end = "na", "me"

    name = "name"

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> None:
        value = Value(n)
        self.share(value)
        setattr(self.base, self.start + self.end, value)
        for _ in self.rests:
            pass

    @operation(actor="reader")
    def read_made(self) -> Any:
        return self.stored["name"], getattr(self.base, self.start + self.end)

    @operation(actor="reader")
    def read_plain(self) -> Any:
        return getattr(self.sub, self.start + self.end), self.thing.name


class NamesComeAndGo(Scenario):
    """A name that is there is found, also where a name that is not had the same address before (gh-118362).

    Sound: the only thread; the class never changes. The cache compares names by address, so an entry keeps its name
    alive: here every look-up is made under a new string, which dies at once if nothing else holds it. From 3.16 on
    only interned names are cached.
    """

    oracle = OwnWrite()
    needs_parallelism = False
    dead_from = (3, 16)

    def prepare(self, knobs: Knobs) -> None:
        self.value = Value(0)
        held: dict[str, Any] = {"a_name_that_is_there" + "_by_its_length_cached": self.value}
        self.cls = fresh_class(**held)
        self.there, self.missing, self.end = (
            "a_name_that_is_there",
            "a_name_that_is_lost_",
            "_by_its_length_cached",
        )

    @operation(actor="reader")
    def read(self) -> Any:
        getattr(self.cls, self.missing + self.end[1:], None)
        return self.value, getattr(self.cls, self.there + self.end, None)


class NamesReleased(Scenario):
    """A name that was looked up is released once nothing holds it: not by the cache for ever (gh-113743).

    Sound: the only thread. The cache holds each name that is in it; emptied, it holds none, and a name that was
    looked up is referenced as often as one that was not. From 3.16 on such names are not cached, and nothing empties
    the tables.
    """

    oracle = Permitted()
    needs_parallelism = False
    dead_from = (3, 16)

    def prepare(self, knobs: Knobs) -> None:
        self.value = Value(0)
        self.cls = fresh_class()
        self.names: list[str] = []
        self.never_asked = ["_".join(("never", "asked"))]

    @operation(actor="reader", stores=1)
    def read(self, n: int) -> Any:
        name = f"name_{n}"
        self.names.append(name)
        return getattr(self.cls, name, self.value), (self.value,)

    def unfinished(self) -> str | None:
        empty_cache()
        (usual,) = map(sys.getrefcount, self.never_asked)
        counts = map(sys.getrefcount, self.names)
        held = [index for index, count in enumerate(counts) if count > usual]
        return f"names that were looked up and never released: number {held[:10]}" if held else None


class NameOfStrSubclass(_Named):
    """A class attribute stored and read under an instance of a ``str`` subclass: reads keep their order.

    Sound: one writer; the name is equal to the plain string, under which the class, the subclass and the instance
    are read too.
    """

    def prepare(self, knobs: Knobs) -> None:
        super().prepare(knobs)
        self.special = Name("x")

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> None:
        value = Value(n)
        self.share(value)
        setattr(self.base, self.special, value)
        for _ in self.rests:
            pass

    @operation(actor="reader")
    def read_special(self) -> Any:
        return self.stored["x"], getattr(self.base, self.special)

    @operation(actor="reader")
    def read_plain(self) -> Any:
        return getattr(self.sub, self.special), self.thing.x


class LongName(_Named):
    """A class attribute whose name is too long for the type cache, and not interned: reads keep their order.

    Sound: one writer. A control: every look-up goes through the dicts, so a finding here is not the cache's.
    """

    name = LONG
    caches = False

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> None:
        value = Value(n)
        self.share(value)
        setattr(self.base, self.key, value)
        for _ in self.rests:
            pass

    @operation(actor="reader")
    def read_dict_first(self) -> Any:
        return self.stored[self.key], getattr(self.sub, self.key)

    @operation(actor="reader")
    def read_dict_last(self) -> Any:
        return getattr(self.thing, self.key), self.stored[self.key]


class KeyOfStrSubclass(_Named):
    """A class whose dict holds its name as an instance of a ``str`` subclass: reads keep their order.

    Sound: one writer, storing under the plain string, which is equal to the key; the dict keeps the key it has.
    """

    def holder(self) -> Any:
        names: dict[str, object] = {Name("x"): Value(0), Name("y"): Value(0, "y")}
        return type("C", (), names)

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> None:
        value = Value(n)
        self.share(value)
        self.base.x = value
        for _ in self.rests:
            pass

    @operation(actor="reader")
    def read_dict_first(self) -> Any:
        return self.stored["x"], self.base.x

    @operation(actor="reader")
    def read_dict_last(self) -> Any:
        return self.thing.x, self.stored["x"]


class _KeyLooks(_Named):
    def prepare(self, knobs: Knobs) -> None:
        super().prepare(knobs)
        # The cache may give a value that was dropped. Kept alive, it can be told; freed, it is a crash.
        self.kept = [self.stored["x"]]

    def holder(self) -> Any:
        watched: list[Any] = []
        key = Looking("x")
        key.watched = watched
        names: dict[str, object] = {key: Value(0)}
        cls = type("C", (), names)
        watched.append(cls)
        return cls

    @operation(actor="writer", stores=1, oracle=OwnWrite())
    def store(self, n: int) -> Any:
        for _ in self.rests:
            pass
        value = Value(n)
        self.share(value)
        self.kept.append(value)
        self.base.x = value
        return value, self.base.x


class KeyLooks(_KeyLooks):
    """A key that reads the class when it is compared, inside the store: the only thread reads back what it stored.

    Sound: nothing runs beside it, and after the store has returned every look-up must find its value. The key is
    compared inside the store, so its look-up may fill the cache in the middle of it, as a finalizer did (gh-118492).
    """

    amplifiers = (fan_out, lock_free, rest)
    needs_parallelism = False


class KeyLooksBesideReaders(_KeyLooks):
    """A key that reads the class when it is compared: the only writer reads back what it stored, beside readers.

    Sound: one writer; reads by others, and by the key, must not leave what was there before in the cache. A reader
    asks for the order of two reads only.
    """

    @operation(actor="reader")
    def read(self) -> Any:
        return self.stored["x"], self.base.x


class Meddling(str):
    """A key that has the hash of ``x`` and is another name, and does something each time it is compared with one."""

    meddle: Callable[[], None]

    def __eq__(self, other: object) -> bool:
        self.meddle()
        return False

    def __hash__(self) -> int:
        return hash("x")


class Refused(Exception):
    """What a comparison of keys raises on purpose."""


class _KeyMeddles(Scenario):
    """The class that is read has a meddling key in front of the name, which is found in its base."""

    oracle: ClassVar[Oracle] = OwnWrite()
    amplifiers = (fan_out,)
    needs_parallelism = False

    def prepare(self, knobs: Knobs) -> None:
        self.base = fresh_class(x=Value(0))
        self.siblings = fresh_subclasses(self.base, knobs.fan_out)
        key = Meddling("key")
        key.meddle = self.meddle
        names: dict[str, object] = {key: None}
        self.sub: Any = type("D", (self.base,), names)
        prime(self.base, self.sub)

    def meddle(self) -> None:
        """What happens while keys are compared."""


class KeyRaises(_KeyMeddles):
    """A look-up that ended with an error leaves nothing behind: the next one finds what was stored (gh-118362).

    Sound: the only thread. The look-up during which the comparison raises finds nothing; once keys compare again,
    the name is found in the base.
    """

    def prepare(self, knobs: Knobs) -> None:
        self.armed: list[bool] = []
        super().prepare(knobs)

    def meddle(self) -> None:
        if self.armed:
            raise Refused

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> Any:
        value = Value(n)
        self.base.x = value
        self.armed.append(True)
        for _ in range(2):
            getattr(self.sub, "x", None)
        self.armed.clear()
        return value, self.sub.x


ONLY_COLLECTED = sys.version_info >= (3, 14)
"""Whether a class's ``__mro__`` that was replaced is freed by the collector, and by nothing else."""
COLLECTED_EVERY = 16
"""Look-ups: a collection takes as long as hundreds of them."""
MADE = 300 if ONLY_COLLECTED else 20
"""Tuples: memory that a collection has freed is used again after all other that is free, not before."""


class KeyAssignsBases(_KeyMeddles):
    """A look-up during which a key assigns ``__bases__`` goes on in the bases that it began with (gh-113743).

    Sound: the only thread. Both bases hold the same value under the name, and no other class in sight of the look-up
    holds another: a look-up that goes on in freed memory meets the tuples that have been made there. From 3.14 on only
    the collector frees what the look-up goes through.
    """

    oracle = Permitted()

    def prepare(self, knobs: Knobs) -> None:
        self.made: list[Any] = []
        self.turns = count()
        self.value = Value(0)
        self.bases: tuple[Any, Any] = ((fresh_class(x=self.value),), (fresh_class(x=self.value),))
        self.wrong = fresh_class(x=Value(0, "wrong"))
        super().prepare(knobs)
        self.sub.__bases__ = self.bases[0]
        self.made.clear()

    def meddle(self) -> None:
        if self.made:
            return  # by the look-ups that the assignment makes itself
        self.made.append(None)
        self.sub.__bases__ = self.bases[self.sub.__bases__ is self.bases[0]]
        if ONLY_COLLECTED and next(self.turns) % COLLECTED_EVERY == 0:
            gc.collect()
        wrong = self.wrong
        self.made += [(wrong, wrong, wrong) for _ in range(MADE)]

    @operation(actor="writer", stores=5)
    def look(self, n: int) -> Any:
        # What was looked up while this was being specialised, and found, is not cached any more.
        self.sub.y = n
        found = self.sub.x
        self.made.clear()
        return found, (self.value,)
