"""Instructions that get warm while a special method is stored into the class that they are specialised for.

The specializer looks at a slot of the class, then asks for the class's version, and a store that comes in between
leaves an instruction that is good for the new version and does what the old slot did. An instruction is specialised
once, and here each turn has hundreds that all are at about the time of the store.
"""

from __future__ import annotations

import time
import types
from collections.abc import Callable
from typing import Any, ClassVar

from harness.kernel import (
    Amplifier,
    Knobs,
    Oracle,
    Scenario,
    fan_out,
    fresh_class,
    fresh_subclasses,
    operation,
    prime,
)
from harness.kernel.levers import ON, specializer

siblings = Amplifier("siblings", (30, 0), fan_out.widens + "; they are made anew for each turn")
AT_ONCE = 300
"""Instructions that do the same."""
PASSES = 4
"""Of the reader while the store is on: an instruction is specialised in the second, or after some more."""
TURN = 16
"""Stores that the budget of versions is told of for each turn, which takes a millisecond."""
LOOK_S = 0.00005
PATIENCE = 2_000
"""Looks before one goes on without the other."""

PLAIN, SPECIAL = "plain", "special"


def many(statement: str) -> Callable[[Any], list[Any]]:
    """A function of a thing ``o`` that has ``statement`` that often, and gives what they have put into ``seen``."""
    namespace: dict[str, Any] = {}
    exec("\n    ".join(["def many(o):", "seen = []", *[statement] * AT_ONCE, "return seen"]), namespace)
    function: Callable[[Any], list[Any]] = namespace["many"]
    return function


def special(*arguments: object) -> str:
    return SPECIAL


def special_store(thing: object, name: str, seen: list[Any]) -> None:
    seen.append(SPECIAL)


def wait_for(counter: list[int], least: int) -> None:
    """Until ``counter`` has come so far, or nobody moves it any more."""
    for _ in range(PATIENCE):
        if counter[0] >= least:
            return
        time.sleep(LOOK_S)


class AllSpecial(Oracle):
    """Once a special method is stored, each instruction that starts after that calls it.

    Sound with one writer, which stores it once and never takes it away.
    """

    name = "all special"

    @staticmethod
    def judge(stored: bool, seen: list[Any]) -> bool:
        return stored and seen.count(SPECIAL) < AT_ONCE

    def explain(self, *seen: Any) -> str:
        return f"{AT_ONCE - seen[1].count(SPECIAL)} of {AT_ONCE} instructions pass by the special method"


class _GettingWarm(Scenario):
    oracle: ClassVar[Oracle] = AllSpecial()
    amplifiers = (siblings, Amplifier(specializer.name, (ON,), "nothing: without it nothing gets warm"))
    minimum_version = (3, 14)
    caches = False
    swept = False
    statement: ClassVar[str]
    """Of which each turn runs many; it puts what it got from ``o`` into ``seen``."""
    method: ClassVar[str]
    """The name of the special method that is stored."""
    function: Callable[..., Any] = staticmethod(special)
    """What is stored under it."""

    def prepare(self, knobs: Knobs) -> None:
        self.code = many(self.statement).__code__
        self.siblings = knobs.siblings
        self.kept: list[Any] = []
        self.job: list[tuple[int, Any, Any]] = [(0, None, None)]
        self.offered, self.begun, self.stored, self.checked = [0], [0], [0], [0]

    def fresh(self) -> tuple[Any, Any]:
        """A class that is stored into, and what the instructions are about: here an instance."""
        cls = fresh_class()
        self.kept[:] = fresh_subclasses(cls, self.siblings)
        thing = cls()
        thing.x = PLAIN
        prime(cls, *self.kept)
        return cls, thing

    @operation(actor="writer", stores=TURN)
    def store(self, n: int) -> None:
        cls, thing = self.fresh()
        # One after the other: what is offered is there.
        self.job[0], self.offered[0] = (n, thing, types.FunctionType(self.code.replace(), {})), n
        wait_for(self.begun, n)
        for _ in range(n * 37 % 200):
            pass
        setattr(cls, self.method, self.function)
        self.stored[0] = n
        wait_for(self.checked, n)

    @operation(actor="reader")
    def read(self) -> Any:
        # All passes of one turn; what the last one gave, and whether the store had returned before it.
        wait_for(self.offered, self.checked[0] + 1)
        turn, thing, function = self.job[0]
        stored, seen = False, []
        if turn != self.checked[0]:
            function(thing)
            self.begun[0] = turn
            for _ in range(PASSES):
                function(thing)
            wait_for(self.stored, turn)
            stored, seen = self.stored[0] >= turn, function(thing)
            self.checked[0] = turn
        return stored, seen


class GettingWarmUnderGetattribute(_GettingWarm):
    """Once ``__getattribute__`` is stored, every read of an instance's attribute goes through it.

    Sound: one writer stores it once into the class of a turn, and counts the turn when that has returned. A reader
    takes turn and class in one piece, and who starts to read once the turn is counted finds what was stored.
    """

    statement = "seen.append(o.x)"
    method = "__getattribute__"


class GettingWarmUnderSetattr(_GettingWarm):
    """Once ``__setattr__`` is stored, every store into an instance goes through it.

    Sound as for ``__getattribute__``.
    """

    statement = "o.x = seen"
    method = "__setattr__"
    function = staticmethod(special_store)


class GettingWarmUnderMetaclass(_GettingWarm):
    """Once ``__getattribute__`` is stored into a metaclass, every read of a class's attribute goes through it.

    Sound as for the class.
    """

    statement = "seen.append(o.x)"
    method = "__getattribute__"

    def fresh(self) -> tuple[Any, Any]:
        metaclass: Any = type("M", (type,), {})
        self.kept[:] = [type("N", (metaclass,), {}) for _ in range(self.siblings)]
        prime(metaclass, *self.kept)
        return metaclass, fresh_class(metaclass=metaclass, x=PLAIN)


class GettingWarmUnderNew(_GettingWarm):
    """Once ``__new__`` is stored, every call of the class goes through it.

    Sound as for ``__getattribute__``.
    """

    statement = "seen.append(o())"
    method = "__new__"

    def fresh(self) -> tuple[Any, Any]:
        cls = fresh_class(__init__=initialize)
        self.kept[:] = fresh_subclasses(cls, self.siblings)
        prime(cls, *self.kept)
        return cls, cls


def initialize(thing: object) -> None:
    """An ``__init__``. Not a nested function: those are not specialised on from 3.14 on."""
