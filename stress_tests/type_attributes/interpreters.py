"""Interpreters that come and go beside look-ups on the built-in types, which all interpreters of a process share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from harness.kernel import (
    Knobs,
    Oracle,
    Order,
    Permitted,
    Scenario,
    Value,
    agree,
    fresh_class,
    operation,
    prime,
    readers,
)

try:
    import _interpreters  # type: ignore[import-not-found]
except ImportError:  # before 3.13, or a platform without
    _interpreters = None

CREATION = 120
"""An interpreter that comes and goes takes as long as so many stores and more."""
VERSIONS = 40
"""Stores of the writer meanwhile."""
LIFE = """
class D(dict): pass
[getattr(cls, name, None) for cls in (type, object, dict, D) for name in dir(cls)]
for turn in range(99):
    D.x = turn
    assert D.x == D().x == turn
"""
"""Of an interpreter: what its classes give, it asks itself."""


class BuiltinTypesBesideInterpreters(Scenario):
    """Built-in types, and a class below one, give what they hold while other interpreters come and go (gh-113744).

    Sound: nobody can store into a built-in type, so a name gives what it always gave; one writer stores into the class
    below. What another interpreter does to its own classes is not seen here, and finds itself right.
    """

    oracle: ClassVar[Oracle | None] = Permitted()
    amplifiers = (readers,)
    threads: ClassVar[dict[str, int]] = {"interpreter": 2}
    minimum_version = (3, 13)
    swept = False

    def prepare(self, knobs: Knobs) -> None:
        self.base = fresh_class(dict, x=Value(0))
        self.thing = self.base()
        self.stored = vars(self.base)
        self.held = (vars(dict)["get"],)
        self.mro = (vars(type)["mro"],)
        prime(self.base, dict, type, names=("get", "mro"))

    @operation(actor="interpreter", stores=CREATION)
    def come_and_go(self) -> Any:
        interpreter = _interpreters.create()
        failed = _interpreters.exec(interpreter, LIFE)
        _interpreters.destroy(interpreter)
        return failed, (None,)

    @operation(actor="reader", oracle=Order())
    def read_below(self) -> Any:
        return self.stored["x"], self.thing.x

    @operation(actor="reader")
    def read(self) -> Any:
        return dict.get, self.held

    @operation(actor="reader")
    def read_through_class(self) -> Any:
        return self.base.get, self.held

    @operation(actor="reader")
    def read_metaclass(self) -> Any:
        return type.mro, self.mro

    @operation(actor="writer", stores=VERSIONS)
    def store(self, n: int) -> None:
        for count in range(VERSIONS * n - VERSIONS + 1, VERSIONS * n + 1):
            self.base.x = Value(count)

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        yield from agree(self.stored["x"], "x", self.base, self.thing)
        yield from agree(self.held[0], "get", dict, self.base)
