"""Classes created, listed and collected beside stores and look-ups."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from time import sleep
from typing import Any, ClassVar
from weakref import ref

from harness.kernel import (
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
    operation,
    prime,
    readers,
)
from harness.kernel.objects import VERSION_BUDGET

EVERY = 64
"""Turns between two collections: each one stops every thread."""
BASES = 24
"""Bases of a class: entering it in their lists takes long enough for another class to be in the middle of the same."""
FAMILIES = VERSION_BUDGET // 2 // BASES
"""Of bases, in a round: as many as its two creators have turns."""
FEW = 8
"""Bases that classes come and go below: so few that each loses its last class again and again."""
STAYING = 30
"""Classes that are listed all along."""
REST_S = 0.001
"""Between two collections: long enough for some dozens of classes to die in each."""
SPINS = 4000
"""Looks for somebody else before the first sleep, some 100 µs."""


class _Creation(Scenario):
    """Creators keep what they create, each in a list of its own."""

    oracle: ClassVar[Oracle] = Order()
    amplifiers = (readers, fan_out)

    def prepare(self, knobs: Knobs) -> None:
        self.base = fresh_class(x=Value(0))
        self.siblings = fresh_subclasses(self.base, knobs.fan_out)
        self.stored = vars(self.base)
        self.created: list[list[Any]] = [[]]
        prime(self.base, *self.siblings)

    def everything(self) -> list[Any]:
        return [cls for made in self.created for cls in made] + self.siblings

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        created = self.everything()
        yield from agree(self.stored["x"], "x", self.base, *created[:5])
        listed = self.base.__subclasses__()
        yield "__subclasses__() without doubles", len(listed) == len(set(listed)), True
        yield "__subclasses__()", set(listed) == set(created), True


class CreateBesideStores(_Creation):
    """A class created while its base is stored into gives what the base holds, at once and later (gh-118362).

    Sound: one writer. A creator reads the base's dict first and looks the name up in its new class after that: never
    something older. Once all are parked, ``__subclasses__()`` lists exactly what was created.
    """

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> None:
        self.base.x = Value(n)

    @operation(actor="creator", stores=1)
    def create(self, me: int) -> Any:
        earlier = self.stored["x"]
        created = fresh_subclass(self.base)
        self.created[me].append(created)
        return earlier, created.x

    @operation(actor="reader")
    def read(self) -> Any:
        return self.stored["x"], self.base.x


class CreateBesideCollection(_Creation):
    """Look-ups and new classes go on in order while the collector stops the world again and again (gh-118362).

    Sound as without the collector, which changes nothing that can be reached.
    """

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> None:
        self.base.x = Value(n)

    @operation(actor="creator", stores=1)
    def create(self, me: int) -> Any:
        earlier = self.stored["x"]
        created = fresh_subclass(self.base)
        self.created[me].append(created)
        return earlier, created.x

    @operation(actor="collector", stores=1)
    def collect(self, n: int) -> None:
        if n % EVERY == 0:
            gc.collect()

    @operation(actor="reader")
    def read(self) -> Any:
        return self.stored["x"], self.base.x


class CreateBesideListing(_Creation):
    """``__subclasses__()`` read while classes are created lists classes below the base, each once (gh-151377).

    Sound: nothing but direct subclasses was ever added; a class that is being created may be listed or not.
    """

    oracle = Permitted()

    @operation(actor="creator", stores=1)
    def create(self, me: int) -> None:
        self.created[me].append(fresh_subclass(self.base))

    @operation(actor="reader")
    def list_them(self) -> Any:
        listed = self.base.__subclasses__()
        return len(listed) == len(set(listed)), (True,)


class CreateTheFirst(Scenario):
    """Of the first classes below a base, created at once by several threads, each is known to the base (gh-113743).

    A family of bases gets its first two classes at once. One enters the bases' lists from the first to the last, the
    other from the last to the first: they meet on the way, whichever of them is a little earlier.

    Sound: each creator makes one class below each base, so once all are parked every base lists one of each, and
    what is stored into all bases of a family is what its classes give.
    """

    oracle = Permitted()
    threads: ClassVar[dict[str, int]] = {"creator": 2}
    swept = False

    def prepare(self, knobs: Knobs) -> None:
        self.values = [Value(number) for number in range(FAMILIES)]
        self.families = [tuple(fresh_class(x=value) for _ in range(BASES)) for value in self.values]
        self.created: list[list[Any]] = [[] for _ in range(2)]
        self.arrived: list[list[int]] = [[] for _ in range(2)]
        self.ready: list[list[int]] = [[] for _ in range(2)]

    @operation(actor="creator", stores=BASES)
    def create(self, n: int, me: int) -> Any:
        bases = self.families[n - 1][:: -1 if me else 1]
        # Close together, or never at once. Whoever waits long for a core, or has slept, is late for what comes next:
        # so the two meet once more, awake.
        meet(self.arrived, me, n, sleeps=100)
        meet(self.ready, me, n, sleeps=0)
        created = fresh_class(*bases)
        self.created[me].append(created)
        return created.x, (self.values[n - 1],)

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        for number, family in enumerate(self.families):
            created = [mine[number] for mine in self.created if number < len(mine)]
            value = Value(0)
            for base in family:
                yield "__subclasses__()", set(base.__subclasses__()) == set(created), True
                base.x = value
            for cls in created:
                yield "x of a class below", cls.x, value


def meet(marks: list[list[int]], me: int, n: int, sleeps: int) -> None:
    """Leave the ``n``th mark, and wait until all have: awake for a moment, then for so many sleeps of some 60 µs."""
    marks[me].append(n)
    for others in marks:
        for turn in range(SPINS + sleeps):
            if len(others) >= n:
                break
            if turn >= SPINS:
                sleep(0)


class CreateBesideSlots(_Creation):
    """A class created while a special method is set and deleted in its base ends with the base's slot (gh-151377).

    Sound: once all are parked, ``len()`` of an instance of each class does what the base's dict says.
    """

    def prepare(self, knobs: Knobs) -> None:
        super().prepare(knobs)
        self.base.__len__ = length

    @operation(actor="writer", stores=1)
    def delete(self) -> None:
        del self.base.__len__

    @operation(actor="writer", stores=1)
    def store(self) -> None:
        self.base.__len__ = length

    @operation(actor="creator", stores=1)
    def create(self, me: int) -> None:
        self.created[me].append(fresh_subclass(self.base))

    @operation(actor="reader")
    def read(self) -> Any:
        return self.stored["x"], self.base.x

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        yield from super().quiescence()
        deaf = [cls for cls in self.everything() if not has_length(cls())]
        yield "len() of an instance of each class created", not deaf, True


def length(thing: Any) -> int:
    """The special method that comes and goes."""
    return 7


def has_length(thing: Any) -> bool:
    """Whether the interpreter finds it."""
    try:
        return len(thing) == 7
    except TypeError:
        return False


def classes_die() -> bool:
    """Whether they do in this process: on 3.13t none does once a second thread has started."""
    alive = ref(fresh_class())
    gc.collect()
    return alive() is None


class CreateAndCollect(Scenario):
    """A class that has died leaves nothing behind: a new one finds its own values (gh-118362).

    Sound: the only thread. Where classes can die their memory is used again, and a cache entry that outlived its
    class would answer for the new one.
    """

    oracle = OwnWrite()
    amplifiers = (fan_out,)
    needs_parallelism = False

    def prepare(self, knobs: Knobs) -> None:
        self.base = fresh_class(x=Value(0))
        self.siblings = fresh_subclasses(self.base, knobs.fan_out)

    @operation(actor="writer", stores=1)
    def create(self, n: int) -> Any:
        value = Value(n)
        created = fresh_subclass(self.base, x=value)
        prime(created)
        return value, created.x

    @operation(actor="writer")
    def collect(self, n: int) -> None:
        if n % EVERY == 0:
            gc.collect()

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        gc.collect()
        listed = [cls for cls in self.base.__subclasses__() if cls not in self.siblings]
        yield "classes left after collection", len(listed) <= 1 or not classes_die(), True


class DeathOfTheLast(Scenario):
    """A class that is made while the last other one below its base dies is in the base's list (gh-151377).

    Sound: who has made the class holds it, so the base must list it. A base that has no class left gives up its list,
    and here each has few. Classes die from 3.14 on when threads have run.
    """

    oracle = Permitted()
    minimum_version = (3, 14)

    def prepare(self, knobs: Knobs) -> None:
        self.bases = [fresh_class() for _ in range(FEW)]

    @operation(actor="creator", stores=1)
    def create(self, n: int) -> Any:
        base = self.bases[n % FEW]
        made = fresh_subclass(base)
        return made in base.__subclasses__(), (True,)

    @operation(actor="collector")
    def collect(self) -> None:
        sleep(REST_S)
        gc.collect()

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        gc.collect()
        for base in self.bases:
            made = fresh_subclass(base)
            yield "a new class below one whose classes have died", made in base.__subclasses__(), True


class ListedAllAlong(Scenario):
    """``__subclasses__()`` lists each class that is there all along, while others come and die (gh-151377).

    Sound: the state holds the classes that count, from before the threads start. Those that have died leave holes in
    the base's table in front of them; when it is full, it is made anew without the holes, and they all move up.
    """

    oracle = Permitted()
    amplifiers = (readers,)
    minimum_version = (3, 14)

    def prepare(self, knobs: Knobs) -> None:
        self.base = fresh_class()
        mortal = fresh_subclasses(self.base, STAYING)
        self.staying = frozenset(fresh_subclasses(self.base, STAYING))
        self.due = (STAYING,)
        del mortal

    @operation(actor="creator", stores=1)
    def create(self) -> None:
        fresh_subclass(self.base)

    @operation(actor="collector")
    def collect(self) -> None:
        sleep(REST_S)
        gc.collect()

    @operation(actor="reader")
    def read(self) -> Any:
        return len(self.staying.intersection(self.base.__subclasses__())), self.due

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        yield "classes that __subclasses__() lists", self.read()[0], STAYING


class DeathBesideListing(Scenario):
    """``__subclasses__()`` and look-ups go on while classes below the base die (gh-151377).

    Sound: a dying class may be listed or not; every class that is listed is alive while it is held, and gives what
    the base held before it was asked, or something newer. Classes die from 3.14 on when threads have run.
    """

    oracle = Order()
    amplifiers = (readers,)
    minimum_version = (3, 14)

    def prepare(self, knobs: Knobs) -> None:
        self.base = fresh_class(x=Value(0))
        self.stored = vars(self.base)
        prime(self.base)

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> None:
        self.base.x = Value(n)

    @operation(actor="creator", stores=1)
    def create(self) -> Any:
        earlier = self.stored["x"]
        return earlier, fresh_subclass(self.base).x

    @operation(actor="collector", stores=1)
    def collect(self, n: int) -> None:
        if n % EVERY == 0:
            gc.collect()

    @operation(actor="reader")
    def read(self) -> Any:
        earlier = self.stored["x"]
        found = self.base
        for found in self.base.__subclasses__():
            pass
        return earlier, found.x
