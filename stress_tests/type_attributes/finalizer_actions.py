"""Finalizers that do something to the class they are dropped from: store, delete, raise, come back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any, ClassVar

from harness.kernel import (
    Amplifier,
    Knobs,
    Ledger,
    Oracle,
    Order,
    OwnWrite,
    PerWriterOrder,
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

CAPACITY = 1024


class Storing(Value):
    """Stores a plain value where it has been. Each finalizer counts as a writer of its own, which stores once."""

    __slots__ = ("owner",)

    def __init__(self, count: int, owner: Any) -> None:
        super().__init__(count)
        self.owner = owner

    def __del__(self) -> None:
        self.owner.x = Value(1, writer=self.count + 1)


class Deleting(Value):
    """Deletes the name it has been under, if it is still there."""

    __slots__ = ("owner",)

    def __init__(self, count: int, owner: Any) -> None:
        super().__init__(count)
        self.owner = owner

    def __del__(self) -> None:
        with suppress(AttributeError):
            del self.owner.x


class OnPurpose(Exception):
    """What a raising finalizer raises."""


class Raising(Value):
    """Reads its class and raises."""

    __slots__ = ("owner",)

    def __init__(self, count: int, owner: Any) -> None:
        super().__init__(count)
        self.owner = owner

    def __del__(self) -> None:
        raise OnPurpose(self.owner.x)


class Returning(Value):
    """Comes back to life in its finalizer, once, and notes in the ledger that it was called."""

    __slots__ = ("deaths", "returned")

    def __init__(self, count: int, ledger: Ledger, returned: list[Any]) -> None:
        super().__init__(count)
        self.deaths = ledger.deaths
        self.returned = returned

    def __del__(self) -> None:
        self.deaths[self.count] += 1
        self.returned[self.count] = self


class Waiting(Value):
    """Waits until the store that another thread has called has returned; it keeps running meanwhile."""

    __slots__ = ("called", "returned")

    def __init__(self, count: int, called: list[int], returned: list[int]) -> None:
        super().__init__(count)
        self.called = called
        self.returned = returned

    def __del__(self) -> None:
        due = self.called[0]
        while self.returned[0] < due:
            pass


class _Acting(Scenario):
    oracle: ClassVar[Oracle] = Order()
    amplifiers: ClassVar[tuple[Amplifier, ...]] = (readers, fan_out)

    def prepare(self, knobs: Knobs) -> None:
        self.base = fresh_class(x=Value(0))
        self.sub = fresh_subclass(self.base)
        self.thing = self.sub()
        self.siblings = fresh_subclasses(self.base, knobs.fan_out)
        self.stored = vars(self.base)
        prime(self.base, self.sub, *self.siblings)

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        yield from agree(self.stored.get("x"), "x", self.base, self.sub, self.thing)


class StoringFinalizer(_Acting):
    """A finalizer stores into the class its value is being dropped from: readers never see a writer go back.

    Sound: the writer's own counts go up, and every finalizer is a writer of its own that stores once; rules for one
    writer are not used. What the dict holds at the end is what class, subclass and instance give (gh-118492).
    """

    oracle = PerWriterOrder()

    @operation(actor="writer", stores=3)
    def store(self, n: int) -> None:
        self.base.x = Storing(n, self.base)

    @operation(actor="reader")
    def read(self) -> Any:
        return self.sub.x


class StoringFinalizerAlone(_Acting):
    """A finalizer that stores, on the only thread: after the outer store, dict and look-up agree (gh-118492).

    Sound: nothing runs beside it. The inner store happens inside the outer one, whose invalidation must cover both;
    from 3.16 on, inside a later one, or in front of its dict's change.
    """

    oracle = OwnWrite()
    amplifiers = (fan_out,)
    needs_parallelism = False

    @operation(actor="writer", stores=3)
    def store(self, n: int) -> Any:
        self.base.x = Storing(n, self.base)
        return self.stored["x"], self.sub.x


class DeletingFinalizer(_Acting):
    """A finalizer deletes the name that has just been stored: what is found is never older than the dict (gh-118492).

    Sound: one thread stores, so the counts under the name only go up, with gaps where it is missing. A reader may
    find nothing, in the dict or through the subclass.
    """

    @operation(actor="writer", stores=2)
    def store(self, n: int) -> None:
        self.base.x = Deleting(n, self.base)

    @operation(actor="reader", may_raise=(KeyError, AttributeError))
    def read(self) -> Any:
        return self.stored["x"], self.sub.x


class RaisingFinalizer(_Acting):
    """A finalizer raises inside a store, where values are dropped: the store holds, and nothing is read out of order.

    Sound: one writer. An exception in a finalizer goes to ``sys.unraisablehook`` and may change neither what the
    store did nor what it returns (gh-118492 moved that finalizer to the end of the store).
    """

    finalizers_raise = (OnPurpose,)

    @operation(actor="writer", stores=1, oracle=OwnWrite())
    def store(self, n: int) -> Any:
        value = Raising(n, self.base)
        self.base.x = value
        return value, self.sub.x

    @operation(actor="reader")
    def read(self) -> Any:
        return self.stored["x"], self.thing.x


class ResurrectingFinalizer(_Acting):
    """A replaced value comes back to life in its finalizer: it is finalized once, and reads stay in order (gh-118492).

    Sound: one writer for the order of reads. A finalizer runs once in an object's life (PEP 442), also when the
    object came back, and also when two threads drop the last references.
    """

    def prepare(self, knobs: Knobs) -> None:
        super().prepare(knobs)
        self.ledger = Ledger(CAPACITY)
        self.returned: list[Any] = [None] * CAPACITY

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> None:
        self.base.x = Returning(n, self.ledger, self.returned)

    @operation(actor="reader")
    def read(self) -> Any:
        return self.stored["x"], self.sub.x

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        yield from super().quiescence()
        twice = self.ledger.twice()
        yield "a finalizer ran twice", bool(twice), False
        returned = list(self.returned)
        self.returned[:] = [None] * CAPACITY
        del returned
        yield "a finalizer ran again after its value came back", self.ledger.twice() != twice, False


class WaitingFinalizer(_Acting):
    """A finalizer waits for another thread's store into another class, and that one ends (gh-118492).

    Sound: what is waited for has been called already, and needs nothing of the class whose value is dropped. A store
    that dropped its old value with a lock still held would keep the other one waiting for ever.
    """

    amplifiers = (fan_out,)
    swept = False

    def prepare(self, knobs: Knobs) -> None:
        super().prepare(knobs)
        self.elsewhere = fresh_class(x=Value(0))
        self.called = [0]
        self.returned = [0]

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> None:
        self.base.x = Waiting(n, self.called, self.returned)

    @operation(actor="other", stores=1, oracle=OwnWrite())
    def store_elsewhere(self, n: int) -> Any:
        self.called[0] = n
        self.elsewhere.x = value = Value(n)
        self.returned[0] = n
        return value, self.elsewhere.x
