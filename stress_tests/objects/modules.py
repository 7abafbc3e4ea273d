"""Attributes of modules: stored, deleted, read as ``module.x`` and as a global, cold and warm."""

from __future__ import annotations

from collections.abc import Iterator
from time import sleep
from types import ModuleType
from typing import Any, ClassVar

from harness.kernel import (
    Amplifier,
    Deletion,
    Knobs,
    Oracle,
    Order,
    Presence,
    Scenario,
    Value,
    agree,
    operation,
    readers,
)

calm = Amplifier("calm", (0, 20), "microseconds between two stores, in which a read can be specialised")
GLOBAL = "def give():\n    return x\n"


def named_nothing(name: str) -> None:
    """A module's ``__getattr__``: what it lacks is None."""


class _Module(Scenario):
    oracle: ClassVar[Oracle | None] = Order()
    amplifiers = (readers, calm)
    needs_parallelism = False
    caches = False

    def prepare(self, knobs: Knobs) -> None:
        self.pause = knobs.calm / 1e6
        self.module: Any = ModuleType("module")
        self.stored = vars(self.module)
        self.stored["x"] = Value(0)
        exec(GLOBAL, self.stored)
        self.give = self.stored["give"]


class ModuleAttributeStored(_Module):
    """A module's attribute is never older than what its dict held before, read from outside or as a global.

    Sound: one writer stores the name; the other stores other names, which changes nothing that is read here.
    """

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> None:
        self.module.x = Value(n)
        sleep(self.pause)

    @operation(actor="namer", stores=1)
    def name(self, n: int) -> Any:
        other = Value(n)
        setattr(self.module, f"name_{n}", other)
        sleep(self.pause)
        return other, getattr(self.module, f"name_{n}")

    @operation(actor="reader")
    def read(self) -> Any:
        return self.stored["x"], self.module.x

    @operation(actor="reader")
    def read_global(self) -> Any:
        return self.module.x, self.give()

    @operation(actor="reader")
    def read_dict_last(self) -> Any:
        return self.give(), self.stored["x"]

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        yield from agree(self.stored["x"], "x", self.module)
        yield "x as a global", self.give(), self.stored["x"]


class ModuleAttributeDeleted(_Module):
    """A name deleted from a module is asked of its ``__getattr__``, and one that is there is not (PEP 562).

    Sound: one writer. It publishes a count once its store has returned, withdraws it before it deletes, and publishes
    what it deleted once the delete has returned; counts never repeat.
    """

    oracle = Deletion()

    def prepare(self, knobs: Knobs) -> None:
        super().prepare(knobs)
        self.module.__getattr__ = named_nothing
        del self.module.x
        self.there = [0]
        self.deleted = [0]

    @operation(actor="writer", stores=3)
    def add_and_delete(self, n: int) -> None:
        self.module.x = Value(2 * n - 1)
        self.there[0] = 2 * n - 1
        self.module.x = Value(2 * n)
        sleep(self.pause)
        self.there[0] = 0
        del self.module.x
        self.deleted[0] = 2 * n

    @operation(actor="reader")
    def read_deleted(self) -> Any:
        return self.deleted[0], self.module.x

    @operation(actor="reader", oracle=Presence())
    def read_there(self) -> Any:
        return self.there[0], self.module.x, self.there[0]

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        yield from agree(None, "x", self.module)
