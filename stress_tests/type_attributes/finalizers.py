"""Values whose finalizer reads back the name that has just been stored (gh-118492)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from harness.kernel import (
    Finalizer,
    Knobs,
    Order,
    Scenario,
    Value,
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


class Watch:
    """What the finalizers of one round look at, how often each one looked, and what was refused."""

    def __init__(self, holder: Any, stored: Any, dwell: int) -> None:
        self.holder = holder
        self.stored = stored
        self.turns = range(2 + dwell)
        self.looks = bytearray(CAPACITY)
        self.refusals: list[tuple[Any, Any]] = []


class Looking(Value):
    """On the only thread: a value that compares, while it is replaced, the look-up with the class's dict."""

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
    """Beside other threads: a value that asks, while it is replaced, for the order of two reads, both ways round."""

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

    Sound: this is the only thread, and the finalizer runs inside the store, after the dict has changed. Nobody else
    stores, so what the dict holds is what every look-up must find, by identity.
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
    """The finalizer of a deleted value finds nothing, neither in the dict nor through a subclass (gh-118492).

    Sound: the only thread. While the finalizer runs the name is in no dict, so no look-up may find it.
    """

    def holder(self) -> Any:
        return self.sub()

    @operation(actor="writer", stores=1)
    def delete(self) -> None:
        del self.base.x


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
