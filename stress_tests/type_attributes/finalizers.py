"""Values whose finalizer reads back the name that has just been stored (gh-118492)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from harness.kernel import (
    Amplifier,
    Finalizer,
    Knobs,
    Order,
    OwnWrite,
    Scenario,
    Value,
    agree,
    dwell,
    fan_out,
    fresh_class,
    fresh_subclass,
    fresh_subclasses,
    operation,
    prime,
    readers,
)

CAPACITY = 1024
MANY = Amplifier("fan_out", (300, 30), fan_out.widens)


class Watch:
    """What the finalizers of one round look at, how often each one looked, and what was refused."""

    def __init__(self, holder: Any, stored: Any, dwell: int) -> None:
        self.holder = holder
        self.stored = stored
        self.turns = range(2 + dwell)
        self.looks = bytearray(CAPACITY)
        self.refusals: list[tuple[Any, Any]] = []


class Looking(Value):
    """On the only thread: a value that compares, when it is dropped, the look-up with the class's dict."""

    __slots__ = ("watch",)

    def __init__(self, count: int, watch: Watch) -> None:
        super().__init__(count)
        self.watch = watch

    def __del__(self) -> None:
        watch = self.watch
        for _ in watch.turns:
            stored = watch.stored.get("x")
            found = getattr(watch.holder, "x", None)
            if found is not stored:
                watch.refusals.append((stored, found))
        watch.looks[self.count] += len(watch.turns)


class LookingTwice(Value):
    """Beside other threads: a value that asks, when it is dropped, for the order of two reads, both ways round."""

    __slots__ = ("watch",)

    def __init__(self, count: int, watch: Watch) -> None:
        super().__init__(count)
        self.watch = watch

    def __del__(self) -> None:
        watch = self.watch
        for _ in watch.turns:
            stored = watch.stored["x"]
            found = watch.holder.x
            again = watch.stored["x"]
            if found.count < stored.count:
                watch.refusals.append((stored, found))
            if again.count < found.count:
                watch.refusals.append((found, again))
        watch.looks[self.count] += len(watch.turns)


class _Watched(Scenario):
    def prepare(self, knobs: Knobs) -> None:
        self.base = fresh_class(x=Value(0))
        self.sub = fresh_subclass(self.base)
        self.siblings = fresh_subclasses(self.base, knobs.fan_out)
        self.stored = vars(self.base)
        self.read_from = self.holder()
        self.watch = Watch(self.read_from, self.stored, knobs.dwell)
        prime(self.base, self.sub, *self.siblings)

    def holder(self) -> Any:
        """What the finalizers, and the readers if there are any, read the name from."""
        return self.base

    def observed(self) -> int:
        return sum(self.watch.looks)

    def refused(self) -> Iterable[tuple[str, tuple[Any, ...]]]:
        for seen in self.watch.refusals:
            yield "finalizer", seen


class _FinalizerReads(_Watched):
    oracle = Finalizer()
    amplifiers = (fan_out, dwell)
    needs_parallelism = False

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> None:
        self.base.x = Looking(n, self.watch)

    @operation(actor="writer")
    def fill_cache(self) -> None:
        """The store has invalidated it, and what the next store replaces must be in it."""
        prime(self.read_from)


class FinalizerReadsClass(_FinalizerReads):
    """The finalizer of a replaced value finds the new value in the class (gh-118492).

    Sound: this is the only thread, and the finalizer runs inside the store, after the dict has changed; from 3.16 on it
    waits in a queue, and runs inside a later one. Nobody else stores, so what the dict holds is what every look-up must
    find, by identity.
    """


class FinalizerReadsSubclass(_FinalizerReads):
    """The finalizer of a replaced value finds the new value through a subclass (gh-118492).

    Sound as for the class: the only thread; the subclass has no such name of its own.
    """

    def holder(self) -> Any:
        return self.sub


class FinalizerReadsInstance(_FinalizerReads):
    """The finalizer of a replaced value finds the new value through an instance (gh-118492).

    Sound as for the class: the only thread; the instance has no such name of its own.
    """

    def holder(self) -> Any:
        return self.base()


class FinalizerOfDeleted(_FinalizerReads):
    """The finalizer of a deleted value finds in a subclass what the dict holds: nothing, while it does (gh-118492).

    Sound: the only thread. Nobody stores while the finalizer runs, inside the delete or, from 3.16 on, somewhere later,
    so a look-up finds what the dict holds.
    """

    def holder(self) -> Any:
        return self.sub()

    @operation(actor="writer", stores=1)
    def delete(self) -> None:
        del self.base.x


class FinalizerReadsSiblings(Scenario):
    """The finalizer of a replaced value finds in each of many subclasses what the base's dict holds (gh-118492).

    Sound: the only thread. Wherever the finalizer runs, before, in or after a store, the dict holds the old value or
    the new one, and every look-up finds what it holds. All subclasses are read between two stores, so that each is
    invalidated by the next one: from 3.16 on these are more entries for the queue of delayed frees than it takes, and
    it is emptied, with its finalizers, while the store goes through the subclasses.
    """

    oracle = Finalizer()
    amplifiers = (MANY, dwell)
    needs_parallelism = False

    def prepare(self, knobs: Knobs) -> None:
        self.base = fresh_class(x=Value(0))
        self.siblings = fresh_subclasses(self.base, knobs.fan_out)
        self.many = len(self.siblings)
        self.watches = [Watch(sibling, vars(self.base), knobs.dwell) for sibling in self.siblings]

    @operation(actor="writer", stores=4, oracle=OwnWrite())
    def store(self, n: int) -> Any:
        value = Looking(n, self.watches[n * 7 % self.many])
        self.base.x = value
        found = value
        for sibling in self.siblings:
            found = found if found is not value else sibling.x
        return value, found

    def observed(self) -> int:
        return sum(sum(watch.looks) for watch in self.watches)

    def refused(self) -> Iterable[tuple[str, tuple[Any, ...]]]:
        for watch in self.watches:
            for seen in watch.refusals:
                yield "finalizer", seen

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        stored = vars(self.base)["x"]
        found = [sibling.x for sibling in self.siblings]
        yield "x of a subclass", next((one for one in found if one is not stored), stored), stored
        yield from agree(stored, "x", self.base)


class _FinalizerBeside(_Watched):
    oracle = Order()
    amplifiers = (readers, fan_out, dwell)

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> None:
        self.base.x = LookingTwice(n, self.watch)

    @operation(actor="reader")
    def read(self) -> Any:
        return self.stored["x"], self.read_from.x


class FinalizerBesideReaders(_FinalizerBeside):
    """A finalizer never finds something older in the class than what it has just read from the dict (gh-118492).

    Sound: one writer, so counts only go up. A reader may have held the last reference, and then the finalizer runs
    on its thread, beside the next store: only the order of two reads is asked, inside the finalizer and outside.
    """


class FinalizerBesideSubclassReaders(_FinalizerBeside):
    """A finalizer never finds something older through a subclass than what it read from the dict (gh-118492).

    Sound as for the class: one writer, and the order of two reads only.
    """

    def holder(self) -> Any:
        return self.sub


class FinalizerBesideInstanceReaders(_FinalizerBeside):
    """A finalizer never finds something older through an instance than what it read from the dict (gh-118492).

    Sound as for the class: one writer, and the order of two reads only.
    """

    def holder(self) -> Any:
        return self.sub()
