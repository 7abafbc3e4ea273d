"""Special methods that are deleted: no trace of them may stay in a type's slots."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from harness.kernel import (
    Absence,
    Knobs,
    PerWriterOrder,
    Scenario,
    Value,
    fan_out,
    fresh_class,
    fresh_subclass,
    fresh_subclasses,
    operation,
    readers,
)


class Callable(Value):
    """A special method: it can be called, and that is all that is asked of it."""

    __slots__ = ()

    def __call__(self) -> None:
        raise AssertionError("nobody calls it")


class _Called(Scenario):
    def prepare(self, knobs: Knobs) -> None:
        self.base = fresh_class(__call__=Callable(0))
        self.sub = fresh_subclass(self.base)
        self.siblings = fresh_subclasses(self.base, knobs.fan_out)
        self.stored = vars(self.base)
        self.near = self.base()
        self.far = self.sub()

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        there = "__call__" in self.stored
        for which, thing in (("class", self.near), ("subclass", self.far)):
            yield f"an instance of the {which} can be called", callable(thing), there


class SlotDeleted(_Called):
    """Once ``__call__`` has been deleted from a class, an instance of its subclass cannot be called (gh-127266).

    Sound: one writer. A count that a reader takes before and after it asked says that the name was missing all the
    time. ``callable()`` looks at the slot and at nothing else.
    """

    oracle = Absence()
    amplifiers = (readers, fan_out)

    def prepare(self, knobs: Knobs) -> None:
        super().prepare(knobs)
        self.gone = [0]

    @operation(actor="writer", stores=2)
    def store_and_delete(self, n: int) -> None:
        self.gone[0] = 0
        self.base.__call__ = Callable(n)
        del self.base.__call__
        self.gone[0] = n

    @operation(actor="reader")
    def ask(self) -> Any:
        before = self.gone[0]
        found = callable(self.far)
        return before, found, self.gone[0]


class SlotOfTwoWriters(_Called):
    """After two threads have set and deleted ``__call__``, slot and dict agree, whoever was last (gh-127266).

    Sound: asked when all are parked. A delete of what the other has deleted raises AttributeError, and the
    store comes last, so that readers find something where writers let them run. What readers get
    through an instance never goes back in the order of one writer.
    """

    oracle = PerWriterOrder()
    amplifiers = (fan_out,)
    threads: ClassVar[dict[str, int]] = {"writer": 2}

    @operation(actor="writer", stores=1, may_raise=(AttributeError,))
    def delete(self) -> None:
        del self.base.__call__

    @operation(actor="writer", stores=1)
    def store(self, n: int, me: int) -> None:
        self.base.__call__ = Callable(n, "x", me)

    @operation(actor="reader", may_raise=(AttributeError,))
    def read(self) -> Any:
        return self.far.__call__
