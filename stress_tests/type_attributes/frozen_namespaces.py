"""Classes made from a namespace that cannot be changed (PEP 814)."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from typing import Any, ClassVar

from harness.kernel import Knobs, OwnWrite, Scenario, Value, operation

CREATION = 10
"""A class that is made counts as so many stores: a round is to take milliseconds."""


class CreateFromFrozenNamespace(Scenario):
    """Classes that several threads make of one frozen namespace are stored into without a trace in it, or elsewhere.

    Sound: a class copies its namespace, and each class is its maker's own.
    """

    oracle = OwnWrite()
    threads: ClassVar[dict[str, int]] = {"creator": 2}
    minimum_version = (3, 15)

    def prepare(self, knobs: Knobs) -> None:
        self.first = Value(0)
        self.namespace = getattr(builtins, "frozendict")(x=self.first, __module__="here")

    @operation(actor="creator", stores=CREATION)
    def create(self) -> Any:
        made: Any = type("Made", (), self.namespace)
        found = made.x
        made.x = None
        made.__module__ = "elsewhere"
        return self.first, found

    @operation(actor="creator")
    def create_and_store(self, n: int) -> Any:
        made: Any = type("Made", (), self.namespace)
        value = Value(n)
        made.x = value
        return value, made().x

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        yield "x of the namespace", self.namespace["x"], self.first
        yield "how much is in it", len(self.namespace), 2
