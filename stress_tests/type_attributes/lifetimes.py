"""Values whose last reference a store drops while readers are taking theirs."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from time import sleep
from typing import Any, ClassVar

from harness.kernel import (
    Amplifier,
    Knobs,
    Ledger,
    Lifetime,
    MortalValue,
    Scenario,
    agree,
    fan_out,
    fresh_class,
    fresh_subclass,
    fresh_subclasses,
    getting,
    lock_free,
    operation,
    prime,
    readers,
    sharing,
)

CAPACITY = 1024
"""Above the number of stores in a round."""
NAMES = ("a", "b")
WRITERS = 2
COLLECT_REST_S = 0.002
"""Between two collections, each of which stops every thread."""


class _Mortal(Scenario):
    oracle = Lifetime()
    amplifiers: ClassVar[tuple[Amplifier, ...]] = (readers, fan_out, lock_free)

    def prepare(self, knobs: Knobs) -> None:
        self.ledger = Ledger(CAPACITY)
        self.base = fresh_class(x=MortalValue(0, self.ledger))
        self.sub = fresh_subclass(self.base)
        self.thing = self.sub()
        self.siblings = fresh_subclasses(self.base, knobs.fan_out)
        self.stored = vars(self.base)
        self.share = sharing(knobs.lock_free)
        prime(self.base, self.sub, *self.siblings)

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        yield from agree(self.stored.get("x"), "x", self.base, self.sub, self.thing)
        yield "a value was finalized twice", bool(self.ledger.twice()), False

    def unfinished(self) -> str | None:
        current = self.stored["x"].count
        missing = self.ledger.missing(current, None)
        return f"values that were replaced and never finalized: {missing[:10]}" if missing else None


class ReplacedValue(_Mortal):
    """A value that a store replaces, while readers take references to it, is alive wherever it is read.

    Sound: who has read a value holds a reference, and a value is finalized once its last reference is gone; each
    exactly once. The writer made what it drops, so a value that nobody else holds is freed inside the store, or, from
    3.16 on, with the many that a later store lets go of at once.
    """

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> None:
        value = MortalValue(n, self.ledger)
        self.share(value)
        self.base.x = value

    @operation(actor="reader")
    def read_class(self) -> Any:
        return self.base.x, "x"

    @operation(actor="reader")
    def read_instance(self) -> Any:
        return self.thing.x, "x"


class DeletedValue(_Mortal):
    """A value that is dropped by deleting its name, while readers take references to it, is alive where it is read.

    Sound as for a replaced value. The name may be missing: AttributeError is allowed.
    """

    def prepare(self, knobs: Knobs) -> None:
        super().prepare(knobs)
        self.newest = [0]

    @operation(actor="writer", stores=2)
    def store(self, n: int) -> None:
        value = MortalValue(n, self.ledger)
        self.share(value)
        self.base.x = value
        del self.base.x
        self.newest[0] = n

    @operation(actor="reader", may_raise=(AttributeError,))
    def read_class(self) -> Any:
        return self.base.x, "x"

    @operation(actor="reader", may_raise=(AttributeError,))
    def read_subclass(self) -> Any:
        return self.sub.x, "x"

    def unfinished(self) -> str | None:
        made = self.newest[0] + 1 if self.newest[0] else 0
        missing = self.ledger.missing(made, None)
        return f"values that were deleted and never finalized: {missing[:10]}" if missing else None


class ValueMadeElsewhere(_Mortal):
    """A value that another thread made is alive wherever it is read, and finalized once, on whichever thread.

    Sound as for a replaced value. Reference counts are biased: the store drops a value it does not own, whose owner
    settles the count when it gets round to it; what is owed is asked only after every thread has run on.
    """

    def prepare(self, knobs: Knobs) -> None:
        super().prepare(knobs)
        self.made = [MortalValue(count, self.ledger) for count in range(CAPACITY - 1, 0, -1)]
        for value in self.made:
            self.share(value)

    @operation(actor="writer", stores=1)
    def store(self) -> None:
        self.base.x = self.made.pop()

    @operation(actor="reader")
    def read_class(self) -> Any:
        return self.base.x, "x"

    @operation(actor="reader")
    def read_instance(self) -> Any:
        return self.thing.x, "x"


class ValueOfAnotherWriter(_Mortal):
    """Writers replace one another's values: each value is alive wherever it is read, and finalized once.

    Sound as for a replaced value, with any number of writers. Half of the stores drop a value of their own.
    """

    amplifiers = (readers, fan_out, lock_free)
    threads: ClassVar[dict[str, int]] = {"writer": WRITERS}

    def prepare(self, knobs: Knobs) -> None:
        super().prepare(knobs)
        self.ledgers = [Ledger(CAPACITY) for _ in range(WRITERS)]
        self.made = [0] * WRITERS

    @operation(actor="writer", stores=1)
    def store(self, n: int, me: int) -> None:
        value = MortalValue(n, self.ledgers[me], "x", me)
        self.share(value)
        self.base.x = value
        self.made[me] = n

    @operation(actor="reader")
    def read_class(self) -> Any:
        return self.base.x, "x"

    @operation(actor="reader")
    def read_subclass(self) -> Any:
        return self.sub.x, "x"

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        yield from super().quiescence()
        yield "a writer's value was finalized twice", any(ledger.twice() for ledger in self.ledgers), False

    def unfinished(self) -> str | None:
        current = self.stored["x"]
        for me, ledger in enumerate(self.ledgers):
            held = current.count if current.writer == me else None
            missing = [count for count in ledger.missing(self.made[me] + 1, held) if count != 0]
            if missing:
                return f"values of writer {me} that were replaced and never finalized: {missing[:10]}"
        return None


class ManyNamesReplaced(_Mortal):
    """Values are replaced under several names in turn: each is alive where it is read, and under its own name.

    Sound as for a replaced value. A value that was freed and whose memory holds the next one, of another name, is
    seen by its tag.
    """

    amplifiers = (readers, fan_out, lock_free)

    def prepare(self, knobs: Knobs) -> None:
        super().prepare(knobs)
        self.names = NAMES
        self.many = len(self.names)
        for name in self.names:
            setattr(self.base, name, MortalValue(0, Ledger(1), name))
        prime(self.base, self.sub, names=self.names)

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> None:
        name = self.names[n % self.many]
        value = MortalValue(n, self.ledger, name)
        self.share(value)
        setattr(self.base, name, value)

    @operation(actor="reader")
    def read(self, n: int) -> Any:
        name = self.names[n % self.many]
        return getattr(self.base, name), name

    @operation(actor="reader")
    def read_same(self, n: int) -> Any:
        name = self.names[n % self.many]
        return getattr(self.sub, name), name

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        yield from super().quiescence()
        for name in self.names:
            yield from agree(self.stored[name], name, self.base, self.sub, self.thing)

    def unfinished(self) -> str | None:
        current = {self.stored[name].count for name in self.names} | {0}
        missing = [count for count in self.ledger.missing(max(current), None) if count not in current]
        return f"values that were replaced and never finalized: {missing[:10]}" if missing else None


class ManyNamesThroughSuper(ManyNamesReplaced):
    """Values that are replaced under several names in turn and read through ``super()`` are alive, and of their name.

    Sound as for many names that are replaced. ``super()`` goes through the dicts of the classes, not through the cache.
    """

    def prepare(self, knobs: Knobs) -> None:
        super().prepare(knobs)
        self.upward = super(self.sub, self.thing)

    @operation(actor="reader")
    def read(self, n: int) -> Any:
        name = self.names[n % self.many]
        return getattr(self.upward, name), name

    @operation(actor="reader")
    def read_same(self, n: int) -> Any:
        name = self.names[n % self.many]
        return getattr(self.upward, name), name


class Carrier:
    """A descriptor that gives the value that it was made with."""

    def __init__(self, value: MortalValue) -> None:
        self.value = value

    def __get__(self, thing: object, owner: object = None) -> MortalValue:
        return self.value


class _Collected(_Mortal):
    """What is stored is counted late, so that only the collector frees it, which runs all the time.

    Functions in a class are so from 3.14 on, whatever has a ``__get__`` from 3.15 on: references that a thread has to
    them on its stack are not counted, and the collector must know them all.
    """

    amplifiers = (readers, fan_out)
    minimum_version = (3, 14)
    made: Callable[[MortalValue], Any]
    """What is stored for a value."""

    def prepare(self, knobs: Knobs) -> None:
        self.ledger = Ledger(CAPACITY)
        self.base = fresh_class()
        self.base.x = self.made(MortalValue(0, self.ledger))
        self.sub = fresh_subclass(self.base)
        self.thing = self.sub()
        self.siblings = fresh_subclasses(self.base, knobs.fan_out)
        self.newest = [0]
        prime(self.base, self.sub, *self.siblings)

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> None:
        self.base.x = self.made(MortalValue(n, self.ledger))
        self.newest[0] = n

    @operation(actor="collector")
    def collect(self) -> None:
        gc.collect()
        sleep(COLLECT_REST_S)

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        yield "a value was finalized twice", bool(self.ledger.twice()), False

    def unfinished(self) -> str | None:
        missing = self.ledger.missing(self.newest[0], None)
        return f"values that were replaced and never finalized: {missing[:10]}" if missing else None


class FunctionCollected(_Collected):
    """A function that is replaced while it runs, and collected, has its globals to the end; what they held is freed.

    Sound: who runs a function holds it, and with it its globals; a value is finalized once its last reference is gone,
    each exactly once.
    """

    made = staticmethod(getting)

    @operation(actor="reader")
    def call_method(self) -> Any:
        return self.thing.x(), "x"

    @operation(actor="reader")
    def call_function(self) -> Any:
        return self.base.x(None), "x"


class PropertyCollected(_Collected):
    """A property that is replaced while its getter runs, and collected, gives a value that is alive.

    Sound: who reads a property holds it, its getter and what that returns; a value is finalized once its last reference
    is gone, each exactly once.
    """

    made = staticmethod(lambda value: property(getting(value)))

    @operation(actor="reader")
    def read(self) -> Any:
        return self.thing.x, "x"

    @operation(actor="reader")
    def call_getter(self) -> Any:
        return self.base.x.fget(None), "x"


class DescriptorCollected(_Collected):
    """A descriptor that is replaced while it is asked, and collected, gives a value that is alive.

    Sound: who asks a descriptor holds it, and what it gave; a value is finalized once its last reference is gone, each
    exactly once.
    """

    made = staticmethod(Carrier)

    @operation(actor="reader")
    def read_class(self) -> Any:
        return self.base.x, "x"

    @operation(actor="reader")
    def read_instance(self) -> Any:
        return self.thing.x, "x"
