"""The scenario for faults outside the type object, in the place of ``scenario``: objects that threads share.

Each race has one fresh object, of each kind in turn; its threads do what can be done with it, in orders of their own,
and at rest it must agree with itself. What a correct interpreter may raise where two threads meet is caught. What the
harness adds beyond that (all pairs of all operations, orders, values, pairs told apart) is left out: the other tools
are taken as they come.

It runs inside the target: standard library only.
"""

from __future__ import annotations

import contextvars
import copy
import csv
import hashlib
import heapq
import io
import itertools
import json
import os
import random
import weakref
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from queue import SimpleQueue
from typing import Any

TURNS = 300
THREADS = max(2, min(4, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 4))
"""One thread a core: see ``scenario``."""
MAY_RAISE = (IndexError, KeyError, RuntimeError, StopIteration, ValueError, AttributeError, BufferError)
TURN = itertools.count()
VARIABLE: contextvars.ContextVar[object] = contextvars.ContextVar("VARIABLE")

Do = Callable[[Any], Any]


class Thing:
    """An instance with an attribute."""

    def __init__(self) -> None:
        self.a = object()


class Slotted:
    """The same, with a slot."""

    __slots__ = ("a",)

    def __init__(self) -> None:
        self.a = object()


def numbers() -> Iterator[object]:
    while True:
        yield object()


def store(o: Any) -> None:
    o.a = object()


def cell() -> Any:
    a = object()
    return (lambda: a).__closure__[0]  # type: ignore[index]  # it has one


def store_in_cell(o: Any) -> None:
    o.cell_contents = object()


def same(o: Any) -> bool:
    return True


def holds(o: Any) -> bool:
    """A container has as many elements as it says, and finds each."""
    every = list(o)
    return len(every) == len(o) and all(one in o for one in every)


KINDS: tuple[tuple[Do, Callable[[Any], bool], tuple[Do, ...]], ...] = (
    (lambda _: [object()], holds, (
        lambda o: o.append(object()), lambda o: o.pop(), lambda o: o[0], lambda o: o.__setitem__(0, object()),
        lambda o: o.extend([object()]), lambda o: list(o), lambda o: copy.copy(o), lambda o: o.clear(),
    )),
    (lambda _: {"a": object()}, holds, (
        lambda o: o.update(a=object()), lambda o: o.pop("a"), lambda o: o["a"], lambda o: o.popitem(),
        lambda o: o.copy(), lambda o: list(o.values()), lambda o: o.__setitem__(str(len(o)), object()),
        lambda o: o.clear(),
    )),
    (lambda _: {"a"}, holds, (
        lambda o: o.add("b"), lambda o: o.add(str(len(o))), lambda o: o.pop(), lambda o: "a" in o, lambda o: list(o),
    )),
    (lambda _: deque([object()]), holds, (
        lambda o: o.append(object()), lambda o: o.popleft(), lambda o: list(o), lambda o: o.rotate(),
    )),
    (lambda _: OrderedDict.fromkeys("abc"), holds, (
        lambda o: o.move_to_end("a"), lambda o: o.pop("b"), lambda o: o.__setitem__("b", object()), lambda o: list(o),
    )),
    (lambda _: bytearray(b"abc"), same, (
        lambda o: o.append(1), lambda o: o.pop(), lambda o: memoryview(o).release(), lambda o: bytes(o),
    )),
    (lambda _: memoryview(b"abc"), same, (lambda o: memoryview(o).release(), lambda o: bytes(o))),
    (lambda _: hashlib.md5(), same, (lambda o: o.update(b"ab"), lambda o: o.digest())),
    (lambda _: contextvars.copy_context(), same, (lambda o: o.run(VARIABLE.set, object()), lambda o: list(o.items()))),
    (lambda _: Thing(), same, (store, lambda o: o.a, lambda o: vars(o), lambda o: copy.copy(o))),
    (lambda _: Slotted(), same, (store, lambda o: o.a)),
    (lambda _: cell(), same, (store_in_cell, lambda o: o.cell_contents)),
    (lambda _: numbers(), same, (lambda o: next(o), lambda o: o.send(None), lambda o: o.gi_running)),
    (lambda _: enumerate([object()] * 99), same, (lambda o: next(o),)),
    (lambda _: iter(range(99)), same, (lambda o: next(o),)),
    (lambda _: itertools.chain(*["ab"] * 50), same, (lambda o: next(o),)),
    (lambda _: itertools.permutations("abcd"), same, (lambda o: next(o),)),
    (lambda _: Thing(), same, (lambda o: weakref.ref(o), lambda o: weakref.getweakrefs(o))),
    (lambda _: ValueError(), same, (
        lambda o: o.__setattr__("__cause__", KeyError()), lambda o: o.__cause__, lambda o: o.args,
    )),
    (lambda _: io.StringIO(), same, (lambda o: o.write("ab"), lambda o: o.getvalue(), lambda o: o.seek(0))),
    (lambda _: io.BytesIO(), same, (lambda o: o.write(b"ab"), lambda o: o.getvalue(), lambda o: o.seek(0))),
    (lambda _: io.TextIOWrapper(io.BytesIO()), same, (lambda o: o.write("ab"), lambda o: o.flush())),
    (lambda _: lru_cache(2)(str), same, (lambda o: o(1), lambda o: o(2), lambda o: o(3), lambda o: o.cache_clear())),
    (lambda _: partial(dict, a=1), same, (lambda o: repr(o), lambda o: o.keywords.update(b=object()))),
    (lambda _: [1, 2], holds, (lambda o: json.JSONEncoder().encode(o), lambda o: o.append(3), lambda o: o.pop())),
    (lambda _: SimpleQueue(), same, (lambda o: o.put(1), lambda o: o.empty() or o.get_nowait())),
    (lambda _: [3, 4, 5], holds, (lambda o: heapq.heappush(o, 1), lambda o: heapq.heappop(o))),
    (lambda _: random.Random(1), same, (lambda o: o.random(),)),
    (lambda _: csv.reader(["a,b"] * 99), same, (lambda o: next(o),)),
)  # fmt: skip
"""How a fresh one is made, whether it agrees with itself, and what is done to it."""


class Race:
    """A fresh object, for any number of threads."""

    def __init__(self) -> None:
        fresh, self.at_rest, self.steps = KINDS[next(TURN) % len(KINDS)]
        self.o = fresh(None)

    def write(self) -> None:
        """Do everything, in order."""
        for turn in range(TURNS):
            self._do(self.steps[turn % len(self.steps)])

    def read(self) -> None:
        """The same in the other order."""
        for turn in range(TURNS):
            self._do(self.steps[-1 - turn % len(self.steps)])

    def _do(self, step: Do) -> None:
        try:
            step(self.o)
        except MAY_RAISE:
            pass

    def agrees(self) -> bool:
        """At rest, it agrees with itself."""
        return self.at_rest(self.o)
