"""Containers that grow, with a finalizer in the middle that looks at them.

What a container that another thread has read gives up when it grows goes into the thread's queue of delayed frees, and
from 3.14 on that may run finalizers (see ``type_attributes/queued_finalizers.py``): they must find the container as it
was or as it will be.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable
from typing import Any, ClassVar

from harness.kernel import Knobs, Oracle, OwnWrite, Scenario, Value, operation

GROWN = 96
"""Things put into a container before a new one is taken."""
PER_THING = 3
"""Entries in the queue for each."""


class _Holder:
    """Its instances have a dict."""


class Watch:
    """What finalizers look at, and what they have seen that cannot be."""

    def __init__(self, container: Collection[Any]) -> None:
        self.container = container
        self.looks = 0
        self.refusals: list[tuple[Any, Any]] = []


class Counting(Value):
    """Counts what is in a container, one by one, and asks for its length before and after."""

    __slots__ = ("watch",)

    def __init__(self, watch: Watch) -> None:
        self.watch = watch

    def __del__(self) -> None:
        watch = self.watch
        before = len(watch.container)
        found = 0
        for _ in watch.container:
            found += 1
        watch.looks += 1
        if found != before:
            watch.refusals.append((before, found))


class Complete(Oracle):
    """Who goes through a container that nobody changes meanwhile meets as many things as it says it has."""

    name = "complete"

    @staticmethod
    def judge(length: int, met: int) -> bool:
        return met != length

    def explain(self, *seen: Any) -> str:
        return f"the container says that it has {seen[0]}, and there were {seen[1]}"


class _Grows(Scenario):
    oracle: ClassVar[Oracle] = Complete()
    needs_parallelism = False
    container: Any

    def prepare(self, knobs: Knobs) -> None:
        self.watch = Watch(self.container)
        self.holder = _Holder()
        reader = threading.Thread(target=list, args=(iter(self.container),))
        reader.start()
        reader.join()

    def observed(self) -> int:
        return self.watch.looks

    def refused(self) -> Iterable[tuple[str, tuple[Any, ...]]]:
        for seen in self.watch.refusals:
            yield "finalizer", seen

    @operation(actor="writer")
    def queue(self) -> None:
        for _ in range(PER_THING):
            self.holder.__dict__ = {"counting": Counting(self.watch)}


class DictGrows(_Grows):
    """A dict that grows is whole whenever a finalizer looks at it, in the middle of an insertion too.

    Sound: the only thread, and finalizers only look. A dict in the middle of an insertion has the new key or has not.
    """

    def prepare(self, knobs: Knobs) -> None:
        self.container = {0: None}
        super().prepare(knobs)

    @operation(actor="writer", stores=1)
    def insert(self, n: int) -> Any:
        if n % GROWN == 0:
            self.container.clear()
        self.container[n] = None
        return len(self.container), len([*self.container.items()])


class SetGrows(_Grows):
    """A set that grows is whole whenever a finalizer looks at it, in the middle of an insertion too.

    Sound as for the dict.
    """

    def prepare(self, knobs: Knobs) -> None:
        self.container = {0}
        super().prepare(knobs)

    @operation(actor="writer", stores=1)
    def insert(self, n: int) -> Any:
        if n % GROWN == 0:
            self.container.clear()
        self.container.add(n)
        return len(self.container), len([*self.container])


class ListGrows(_Grows):
    """A list that grows is whole whenever a finalizer looks at it, in the middle of an append too.

    Sound as for the dict. What was appended is the last one afterwards.
    """

    def prepare(self, knobs: Knobs) -> None:
        self.container = [Value(0)]
        super().prepare(knobs)

    @operation(actor="writer", stores=1, oracle=OwnWrite())
    def insert(self, n: int) -> Any:
        if n % GROWN == 0:
            self.container.clear()
        value = Value(n)
        self.container.append(value)
        return value, self.container[-1]
