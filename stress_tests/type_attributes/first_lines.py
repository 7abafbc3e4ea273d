"""``__firstlineno__`` and ``__static_attributes__``, which a class has from its source, beside its ``__module__``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from harness.kernel import (
    Deletion,
    Knobs,
    Order,
    Presence,
    Scenario,
    Value,
    agree,
    fan_out,
    fresh_class,
    fresh_subclasses,
    operation,
    prime,
    readers,
)


class FirstLineGoesWithModule(Scenario):
    """A class whose ``__module__`` is stored has no ``__firstlineno__`` from then on, and keeps its other names.

    Documented: to set ``__module__`` removes the first line number, which belonged to the old module's source.

    Sound: one writer. It publishes a count once its store of a first line has returned, withdraws it before it stores
    the module, and publishes what went once that has returned; counts never repeat. ``__static_attributes__`` is a
    name like any other: of two reads of it the second is never older.
    """

    oracle = Deletion()
    amplifiers = (readers, fan_out)
    minimum_version = (3, 13)

    def prepare(self, knobs: Knobs) -> None:
        self.base = fresh_class(__static_attributes__=Value(0))
        self.thing = self.base()
        self.siblings = fresh_subclasses(self.base, knobs.fan_out)
        self.stored = vars(self.base)
        self.there = [0]
        self.gone = [0]
        prime(self.base, *self.siblings, names=["__firstlineno__", "__static_attributes__"])

    @operation(actor="writer", stores=2)
    def come_and_go(self, n: int) -> None:
        self.base.__firstlineno__ = Value(n)
        self.there[0] = n
        self.base.__static_attributes__ = Value(n)
        self.there[0] = 0
        self.base.__module__ = "elsewhere"
        self.gone[0] = n

    @operation(actor="reader")
    def read_gone(self) -> Any:
        return self.gone[0], getattr(self.thing, "__firstlineno__", None)

    @operation(actor="reader", oracle=Presence())
    def read_there(self) -> Any:
        return self.there[0], getattr(self.thing, "__firstlineno__", None), self.there[0]

    @operation(actor="reader", oracle=Order())
    def read_static(self) -> Any:
        return self.stored["__static_attributes__"], self.thing.__static_attributes__

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        yield from agree(None, "__firstlineno__", self.base, self.thing)
        yield from agree(self.stored["__static_attributes__"], "__static_attributes__", self.base, self.thing)
