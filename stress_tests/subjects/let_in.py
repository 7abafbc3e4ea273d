"""What C does around a call that lets others in: a hash, a finalizer, a callback or ``mro()`` in Python that waits.

No lock is held of what is being changed; with the GIL it is the same.
"""

from __future__ import annotations

import asyncio
import codecs
import functools
import itertools
import sys
import threading
import weakref
import zoneinfo
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from harness.kernel.pairs import PROCESS, VALUES, Subject, step, wait


class _LetIn(Subject):
    """What others come into while it is worked on."""

    most = PROCESS

    def left(self, o: Any) -> Any:
        return None


class _Loop:
    """As much of a loop as futures ask for."""

    def call_soon(self, callback: Any, *arguments: Any, context: Any = None) -> None:
        wait()

    def get_debug(self) -> bool:
        return False


class _Hashed(asyncio.Future[None]):
    """A future whose hash waits."""

    def __hash__(self) -> int:
        return int(wait(id(self)))


class FutureAwaitedByHashed(_LetIn):
    """A future, and others whose hashes wait, which are told to it as those that wait for it."""

    minimum_version = (3, 14)

    def fresh(self, size: int) -> Any:
        future, *others = [_Hashed(loop=_Loop()) for _ in range(4)]  # type: ignore[arg-type]
        asyncio.future_add_to_awaited_by(future, others[0])  # type: ignore[attr-defined]  # since 3.14
        return future, others

    @step(writes=True)
    def add(o: Any, v: str) -> Any:
        asyncio.future_add_to_awaited_by(o[0], o[1][1])  # type: ignore[attr-defined]

    @step(writes=True)
    def add_another(o: Any, v: str) -> Any:
        asyncio.future_add_to_awaited_by(o[0], o[1][2])  # type: ignore[attr-defined]

    @step(writes=True)
    def discard(o: Any, v: str) -> Any:
        for other in o[1]:
            asyncio.future_discard_from_awaited_by(o[0], other)  # type: ignore[attr-defined]

    @step()
    def look(o: Any, v: str) -> Any:
        return len(o[0]._asyncio_awaited_by or ())


class _Called:
    """A callback like each other, which waits when it dies."""

    def __eq__(self, other: object) -> bool:
        return type(other) is _Called

    def __hash__(self) -> int:
        return 0

    def __call__(self, future: Any) -> None:
        """What it is told it does not keep."""

    def __del__(self) -> None:
        wait()


class FutureOfDyingCallbacks(_LetIn):
    """A future whose callbacks wait when they die, each with a context of its own."""

    def fresh(self, size: int) -> Any:
        o: asyncio.Future[None] = asyncio.Future(loop=_Loop())  # type: ignore[arg-type]
        o.add_done_callback(_Called())
        return o

    @step(writes=True)
    def remove(o: Any, v: str) -> Any:
        return o.remove_done_callback(_Called())

    @step(writes=True)
    def add(o: Any, v: str) -> Any:
        o.add_done_callback(_Called())

    @step(writes=True)
    def replace(o: Any, v: str) -> Any:
        for _ in range(5):
            o.remove_done_callback(_Called())
            o.add_done_callback(_Called())

    @step()
    def callbacks(o: Any, v: str) -> Any:
        return len(o._callbacks or ())

    @step()
    def repr_(o: Any, v: str) -> Any:
        return len(repr(o)) > 0


class ZonesWatched(_LetIn):
    """The zones that are kept for all, and of which some wait when they die."""

    may_raise = (zoneinfo.ZoneInfoNotFoundError,)

    def fresh(self, size: int) -> Any:
        return zoneinfo.ZoneInfo

    @step(writes=True)
    def clear_watched(o: Any, v: str) -> Any:
        watched = [weakref.ref(o("Etc/GMT+" + str(number)), wait) for number in (1, 2, 3)]
        o.clear_cache()
        return len(watched)

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o.clear_cache()

    @step(writes=True)
    def ask(o: Any, v: str) -> Any:
        return o("Etc/UTC").key, o("Etc/GMT+1").key


def _waiting() -> Callable[..., Any]:
    """A callable in C that waits in what it calls; the interpreter alone holds it."""
    return functools.cache(lambda *_: wait())


def _watched() -> None:
    for _ in range(5):
        len("x")


MONITORING: Any = getattr(sys, "monitoring", None)
"""Since 3.12."""


class WatchersReplaced(_LetIn):
    """A thread's profiler and tracer, and a tool's callback, which another thread takes out while they are called."""

    minimum_version = (3, 12)

    def fresh(self, size: int) -> Any:
        return None

    def left(self, o: Any) -> Any:
        threading.setprofile_all_threads(None)  # type: ignore[attr-defined]  # since 3.12
        threading.settrace_all_threads(None)  # type: ignore[attr-defined]
        MONITORING.free_tool_id(MONITORING.PROFILER_ID)

    @step(writes=True)
    def profile(o: Any, v: str) -> Any:
        sys.setprofile(_waiting())
        _watched()
        sys.setprofile(None)

    @step(writes=True)
    def trace(o: Any, v: str) -> Any:
        sys.settrace(_waiting())
        _watched()
        sys.settrace(None)

    @step(writes=True)
    def monitor(o: Any, v: str) -> Any:
        with suppress(ValueError):  # another thread has claimed it
            MONITORING.use_tool_id(MONITORING.PROFILER_ID, "ftstress")
        MONITORING.register_callback(MONITORING.PROFILER_ID, MONITORING.events.PY_START, _waiting())
        MONITORING.set_events(MONITORING.PROFILER_ID, MONITORING.events.PY_START)
        _watched()

    @step(writes=True)
    def profile_all(o: Any, v: str) -> Any:
        threading.setprofile_all_threads(None)  # type: ignore[attr-defined]

    @step(writes=True)
    def trace_all(o: Any, v: str) -> Any:
        threading.settrace_all_threads(None)  # type: ignore[attr-defined]

    @step(writes=True)
    def monitor_none(o: Any, v: str) -> Any:
        MONITORING.register_callback(MONITORING.PROFILER_ID, MONITORING.events.PY_START, None)


_NUMBERS = itertools.count()


class CodecThatGoes(_LetIn):
    """A codec that is looked up, which waits, and whose function is taken out meanwhile."""

    said = "codecs.unregister: clears the registry's cache"
    most = VALUES
    may_raise = (LookupError,)

    def fresh(self, size: int) -> Any:
        name = "ftstress_" + str(next(_NUMBERS))

        def search(asked: str) -> Any:
            if asked != name:
                return None
            return wait(codecs.CodecInfo(codecs.utf_8_encode, codecs.utf_8_decode, name=name))

        codecs.register(search)
        return name, search, []

    def wrong(self, o: Any) -> str:
        name, search, gone = o
        codecs.unregister(search)
        with suppress(LookupError):
            if codecs.lookup(name) and gone:
                return "a codec is found whose function was taken out"
        return ""

    @step()
    def look_up(o: Any, v: str) -> Any:
        return codecs.lookup(o[0]).name == o[0]

    @step(writes=True)
    def unregister(o: Any, v: str) -> Any:
        codecs.unregister(o[1])
        o[2].append(v)


class _Ordered(type):
    """Waits when it has said the order of a class."""

    def mro(cls) -> list[type]:
        return list(wait(super().mro()))


class _First(metaclass=_Ordered):
    """What a class has as its base at first."""


class _Other(metaclass=_Ordered):
    """What a class has as another base."""


class _Third(metaclass=_Ordered):
    """What a class has as a third base."""


class SubclassMadeMeanwhile(_LetIn):
    """A class that is given other bases while classes are made below it, whose order waits to be said."""

    most = VALUES

    def fresh(self, size: int) -> Any:
        return _Ordered("Base", (_First,), {}), []

    def wrong(self, o: Any) -> str:
        base, made = o
        for one in made:
            if one.__mro__[1:] != base.__mro__:
                return "the order of a class is not that of its base"
        return ""

    @step(writes=True)
    def store_bases(o: Any, v: str) -> Any:
        o[0].__bases__ = (_Other,)

    @step(writes=True)
    def make(o: Any, v: str) -> Any:
        o[1].append(_Ordered("Derived", (o[0],), {}))


class BasesStoredTwice(_LetIn):
    """A class that two threads give other bases, and whose order waits to be said."""

    most = VALUES

    def fresh(self, size: int) -> Any:
        return _Ordered("Derived", (_First,), {})

    def wrong(self, o: Any) -> str:
        for base in (_First, _Other, _Third):
            if (o in base.__subclasses__()) != (base in o.__bases__):
                return "a class is below one that is no base of it, or not below one that is"
        return ""

    @step(writes=True)
    def store_other(o: Any, v: str) -> Any:
        o.__bases__ = (_Other,)

    @step(writes=True)
    def store_third(o: Any, v: str) -> Any:
        o.__bases__ = (_Third,)
