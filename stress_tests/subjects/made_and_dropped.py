"""Types whose objects threads make and drop at the same moment: some keep what was dropped for the next object."""

from __future__ import annotations

import asyncio
import collections
import contextvars
import ctypes
import datetime
import decimal
import fractions
import functools
import io
import itertools
import operator
import re
import string
import sys
import threading
import time
import types
import weakref
import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any, ClassVar

from harness.kernel.pairs import PROCESS, Subject, caught, in_a_thread, step, waiting

Makers = tuple[Callable[[], Any], ...]
OFTEN = 6
VARIABLE: contextvars.ContextVar[str] = contextvars.ContextVar("made_and_dropped")
PATTERN = re.compile(r"x(\d)")


class _MadeAndDropped(Subject):
    """Objects of each of some types, which threads make, drop, and hand over to the other one to be dropped there."""

    most = PROCESS
    made: ClassVar[Makers] = ()

    def fresh(self, size: int) -> Any:
        return self.made, []

    def left(self, o: Any) -> Any:
        return None

    @step(writes=True)
    def at_once(o: Any, v: str) -> Any:
        for make in o[0]:
            for _ in range(OFTEN):
                make()

    @step(writes=True)
    def in_turn(o: Any, v: str) -> Any:
        """Of each type several are kept, and dropped one after the other."""
        kept = [make() for make in o[0] for _ in range(OFTEN)]
        while kept:
            kept.pop()

    @step(writes=True)
    def hand_over(o: Any, v: str) -> Any:
        o[1].append([make() for make in o[0] for _ in range(OFTEN)])

    @step(writes=True)
    def take_over(o: Any, v: str) -> Any:
        o[1].clear()

    @step(writes=True)
    def in_a_thread_that_ends(o: Any, v: str) -> Any:
        in_a_thread(lambda: o[1].append([make() for make in o[0]]))


class MadeNumbersAndTexts(_MadeAndDropped):
    """Numbers, texts, bytes and dates."""

    made: ClassVar[Makers] = (
        lambda: float("1.5"),
        lambda: complex("1j"),
        lambda: 1 << time.daylight + 70,
        lambda: "x" + str(0),
        lambda: "\u20ac" + str(0),
        lambda: bytes(bytearray(b"x0")),
        lambda: bytearray(b"x0"),
        lambda: memoryview(b"x0"),
        lambda: decimal.Decimal("1.5"),
        lambda: fractions.Fraction(1, 3),
        lambda: datetime.date(2000, 1, 2),
        lambda: datetime.datetime(2000, 1, 2, 3),
        lambda: datetime.timedelta(1),
        lambda: datetime.timezone(datetime.timedelta(hours=1)),
        lambda: time.gmtime(0),
    )


class MadeContainers(_MadeAndDropped):
    """Containers, the smallest and some larger ones."""

    made: ClassVar[Makers] = (
        lambda: [None],
        lambda: [*range(20)],
        lambda: (object(),),
        lambda: tuple(range(3)),
        lambda: tuple(range(19)),
        lambda: {"x0": None},
        lambda: dict.fromkeys(range(9)),
        lambda: {"x0"},
        lambda: frozenset(["x0"]),
        lambda: slice(len("x"), None),
        lambda: range(len("x"), 9),
        lambda: collections.deque("x0"),
        lambda: collections.OrderedDict(x0=None),
        lambda: collections.defaultdict(list),
        lambda: collections.Counter("x0"),
        lambda: types.SimpleNamespace(x0=None),
        lambda: types.MappingProxyType({}),
        lambda: {"x0": None}.keys(),
        lambda: {"x0": None}.items(),
    )


class MadeIterators(_MadeAndDropped):
    """Iterators that are dropped before their end."""

    made: ClassVar[Makers] = (
        lambda: next(iter([None])),
        lambda: iter([None]),
        lambda: reversed([None]),
        lambda: iter((None,)),
        lambda: iter({"x0": None}.items()),
        lambda: iter({"x0"}),
        lambda: iter("x0"),
        lambda: iter(range(3)),
        lambda: zip("x0", "x1"),
        lambda: map(str, "x0"),
        lambda: enumerate("x0"),
        lambda: filter(None, "x0"),
        lambda: itertools.chain("x0", "x1"),
        lambda: itertools.tee("x0"),
        lambda: itertools.product("x0", "x1"),
        lambda: itertools.groupby("x0"),
        lambda: itertools.islice("x0", 1),
        lambda: PATTERN.finditer("x0"),
        lambda: string.Formatter().parse("{0}"),
    )


class MadeCallables(_MadeAndDropped):
    """Functions, methods, cells, frames and what binds them."""

    made: ClassVar[Makers] = (
        lambda: lambda: None,
        lambda: _Made().method,
        lambda: [].append,
        lambda: _MadeWithSlots().__init__,  # type: ignore[misc]
        lambda: types.CellType(None),
        lambda: sys._getframe(),
        lambda: functools.partial(str, "x0"),
        lambda: functools.lru_cache(str),
        lambda: operator.itemgetter(0),
        lambda: operator.attrgetter("x0"),
        lambda: operator.methodcaller("x0", 1),
        lambda: property(str),
        lambda: staticmethod(str),
        lambda: super(_Made, _Made()),
        lambda: list[int],
        lambda: int | None,
        lambda: weakref.ref(_Made()),
        lambda: (mine := _Made(), weakref.ref(mine)),
        lambda: (mine := _Made(), weakref.proxy(mine)),
        lambda: _Made.__dict__,
    )


class MadeGenerators(_MadeAndDropped):
    """What can be waited for or gone on with, begun or not, and what is asked of it."""

    made: ClassVar[Makers] = (
        lambda: waiting("x0", "x1"),
        lambda: next(waiting("x0", "x1")),
        lambda: (made := waiting("x0", "x1"), next(made)),
        lambda: _closed(_coroutine()),
        lambda: _closed(_coroutine().__await__()),
        lambda: _closed(_agen().__anext__()),
        lambda: _closed(_agen().asend(None)),
        lambda: _closed(_agen().aclose()),
        lambda: asyncio.Future(loop=LOOP),
        lambda: asyncio.Future(loop=LOOP).__await__(),
        lambda: next(asyncio.Future(loop=LOOP).__await__()),
        lambda: contextvars.Context(),
        lambda: contextvars.copy_context(),
        lambda: contextvars.Context().run(VARIABLE.set, "x0"),
    )


class MadeOfOthers(_MadeAndDropped):
    """Exceptions, objects of classes of Python's, and of some modules."""

    made: ClassVar[Makers] = (
        lambda: object(),
        lambda: _Made(),
        lambda: _MadeWithSlots(),
        lambda: KeyError("x0"),
        lambda: MemoryError("x0"),
        lambda: caught("x0", "x1"),
        lambda: PATTERN.match("x0"),
        lambda: io.BytesIO(b"x0"),
        lambda: io.StringIO("x0"),
        lambda: threading.Lock(),
        lambda: threading.RLock(),
        lambda: ctypes.c_int(1),
        lambda: ctypes.pointer(ctypes.c_int(1)),
        lambda: (ctypes.c_int * 3)(),
        lambda: ET.Element("x0"),
        lambda: types.ModuleType("x0"),
    )


class _Made:
    """With a dict and a method."""

    def method(self) -> None:
        pass


class _MadeWithSlots:
    __slots__ = ("x0",)

    def __init__(self) -> None:
        self.x0 = None


class _Loop:
    """What a future asks of its loop: nobody waits."""

    def get_debug(self) -> bool:
        return False


LOOP: Any = _Loop()


async def _coroutine() -> None:
    pass


async def _agen() -> Any:
    yield None


def _closed(made: Any) -> Any:
    """It would complain of not having been awaited."""
    made.close()
    return made
