"""Generic classes (PEP 695), made below one another and subscripted by several threads at once."""

from __future__ import annotations

from time import sleep
from typing import Any, ClassVar

from harness.kernel import Knobs, Order, OwnWrite, Scenario, Value, operation

CREATION = 20
"""A generic class that is made counts as so many stores: a round is to take milliseconds."""
REST_S = 0.0005
"""Between two stores: about as long as it takes to make a class."""
SOURCE = "def make(base):\n    class Made[T](base[T]):\n        pass\n    return Made\n"
BASE = "class Base[T]:\n    pass\n"


class GenericClassesMade(Scenario):
    """Generic classes made below one by several threads at once have their own parameters, and what the base holds.

    Sound: each class is its maker's own, with a type parameter of its own. One writer stores into the base, and whoever
    reads its dict first finds nothing older in a class made after that.
    """

    oracle = OwnWrite()
    threads: ClassVar[dict[str, int]] = {"creator": 2}
    minimum_version = (3, 12)

    def prepare(self, knobs: Knobs) -> None:
        space: dict[str, Any] = {}
        exec(BASE + SOURCE, space)
        self.base, self.make = space["Base"], space["make"]
        self.base.x = Value(0)
        self.stored = vars(self.base)

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> None:
        self.base.x = Value(n)
        sleep(REST_S)

    @operation(actor="creator", stores=CREATION)
    def create(self) -> Any:
        made = self.make(self.base)
        (parameter,) = made.__type_params__
        found = (
            made[int].__args__,
            made.__orig_bases__[0].__args__[0] is parameter,
            self.base[int].__origin__,
        )
        return True, found == ((int,), True, self.base)

    @operation(actor="creator", oracle=Order())
    def create_and_read(self) -> Any:
        earlier = self.stored["x"]
        return earlier, self.make(self.base).x
