"""Methods called and replaced while a tool is told of their calls, and no longer (PEP 669)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from threading import get_ident
from typing import Any

from harness.kernel import (
    Knobs,
    Order,
    OwnWrite,
    Scenario,
    Value,
    fresh_class,
    fresh_subclass,
    operation,
    prime,
    readers,
)

monitoring: Any = getattr(sys, "monitoring", None)  # from 3.12 on
TOOL = 4
MONITORING = 16
"""To switch it on and off counts as so many stores: it stops all other threads."""


CALLERS: list[int] = []
"""Threads whose calls were told to the tool, which all rounds share."""


def note(code: object, at: int) -> None:
    """What the tool does with a call."""
    CALLERS.append(get_ident())


def answering(value: Value) -> Callable[..., Value]:
    """A function that returns ``value``; all of them have one code."""

    def answer(thing: object = None) -> Value:
        return value

    return answer


class MethodMonitored(Scenario):
    """A method whose calls are monitored, or no longer, is the one that the class held before the call, or newer.

    Sound: one writer stores functions that return counts; of two calls the second may not give an older one. Who has
    switched monitoring on, and then calls, has its own call told to the tool; nobody else switches it.
    """

    oracle = Order()
    amplifiers = (readers,)
    minimum_version = (3, 12)

    def prepare(self, knobs: Knobs) -> None:
        self.base = fresh_class(x=answering(Value(0)))
        self.thing = fresh_subclass(self.base)()
        self.stored = vars(self.base)
        self.code = self.thing.x.__code__
        self.start = monitoring.events.PY_START
        if not monitoring.get_tool(TOOL):
            monitoring.use_tool_id(TOOL, "ftstress")
        monitoring.register_callback(TOOL, self.start, note)
        prime(self.base, self.thing)

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> None:
        self.base.x = answering(Value(n))

    @operation(actor="monitor", stores=MONITORING, oracle=OwnWrite())
    def watch_and_call(self) -> Any:
        CALLERS.clear()
        monitoring.set_local_events(TOOL, self.code, self.start)
        self.thing.x()
        told = get_ident() in CALLERS
        monitoring.set_local_events(TOOL, self.code, 0)
        return True, told

    @operation(actor="reader")
    def call(self) -> Any:
        return self.stored["x"](), self.thing.x()

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        CALLERS.clear()
        for turn in range(1, 4):
            yield f"a call, {turn}", self.thing.x(), self.stored["x"]()
        yield "calls told to the tool once it is over", len(CALLERS), 0
