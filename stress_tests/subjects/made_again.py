"""Objects that are made again, or given another part, by threads that share them, while others use them."""

from __future__ import annotations

import _lsprof
import codecs
import copy
import functools
import io
import os
import pickle
import struct
import sys
import time
from collections import defaultdict
from contextlib import suppress
from functools import partial
from typing import Any, ClassVar

from harness.kernel.pairs import PROCESS, Subject, fresh_items, fresh_strings, giving, step, wait


class _MadeAgain(Subject):
    """What is made again by its ``__init__``, or by its state: few types have a lock for that."""

    most = PROCESS

    def left(self, o: Any) -> Any:
        return None


class MemoOfPickler(_MadeAgain):
    """A Pickler that is given another file while threads ask what it remembers; nobody writes with it."""

    made: ClassVar[Any] = pickle.Pickler

    def fresh(self, size: int) -> Any:
        o = self.made(io.BytesIO())
        o.memo = {number: (number, one) for number, one in enumerate(fresh_strings(size))}
        return o

    @step(writes=True)
    def init(o: Any, v: str) -> Any:
        o.__init__(io.BytesIO())

    @step()
    def memo(o: Any, v: str) -> Any:
        return len(o.memo.copy()), o.memo.__reduce__()[0] is dict

    @step()
    def memo_to_another(o: Any, v: str) -> Any:
        other = type(o)(io.BytesIO())
        other.memo = o.memo
        return len(other.memo.copy())


class MemoOfUnpickler(MemoOfPickler):
    """An Unpickler that is given another file while threads ask what it remembers; nobody reads with it."""

    made = pickle.Unpickler


class PersistentIds(_MadeAgain):
    """A Pickler and an Unpickler that are told whom to ask for what is kept elsewhere; nobody uses them."""

    def fresh(self, size: int) -> Any:
        pickler: Any = pickle.Pickler(io.BytesIO())
        unpickler: Any = pickle.Unpickler(io.BytesIO())
        pickler.persistent_id, unpickler.persistent_load = map(giving, fresh_strings(2))
        return pickler, unpickler

    @step(writes=True, makes=True)
    def store_id(o: Any, v: str) -> Any:
        o[0].persistent_id = made = giving(v)
        return made

    @step(writes=True, makes=True)
    def store_load(o: Any, v: str) -> Any:
        o[1].persistent_load = made = giving(v)
        return made

    @step()
    def id_(o: Any, v: str) -> Any:
        return o[0].persistent_id(v)

    @step()
    def load(o: Any, v: str) -> Any:
        return o[1].persistent_load(v)

    @step(writes=True)
    def delete(o: Any, v: str) -> Any:
        del o[0].persistent_id, o[1].persistent_load


class FormatMadeAgain(_MadeAgain):
    """A compiled format that is given another one while threads ask what it is; nobody packs with it."""

    def fresh(self, size: int) -> Any:
        return struct.Struct(f"{size}s")

    @step(writes=True)
    def init(o: Any, v: str) -> Any:
        with suppress(FutureWarning):  # since 3.15
            o.__init__(f"{ord(v[0])}s{v[1]}s")

    @step()
    def text(o: Any, v: str) -> Any:
        return len(repr(o)) > 0

    @step()
    def format_(o: Any, v: str) -> Any:
        return len(o.format) > 0


class StringIOMadeAgain(_MadeAgain):
    """A text in memory that is made anew while threads read and write it."""

    def fresh(self, size: int) -> Any:
        return io.StringIO("\n".join(fresh_strings(size)))

    @step(writes=True)
    def init_empty(o: Any, v: str) -> Any:
        o.__init__()

    @step(writes=True)
    def init(o: Any, v: str) -> Any:
        o.__init__(v * 30 + "\r\n", None)

    @step(writes=True)
    def write(o: Any, v: str) -> Any:
        return o.write(v * 40 + "\n")

    @step()
    def read(o: Any, v: str) -> Any:
        return len(o.read()), len(o.readline())

    @step()
    def getvalue(o: Any, v: str) -> Any:
        return len(o.getvalue()), o.newlines


class NewlinesMadeAgain(_MadeAgain):
    """A decoder of newlines that is given another decoder while threads decode with it."""

    def fresh(self, size: int) -> Any:
        return io.IncrementalNewlineDecoder(codecs.getincrementaldecoder("utf-8")(), True, *fresh_strings(1))

    @step(writes=True)
    def init(o: Any, v: str) -> Any:
        o.__init__(codecs.getincrementaldecoder("utf-8")(), True, v + v)

    @step(writes=True)
    def decode(o: Any, v: str) -> Any:
        return o.decode(v.encode() + b"\r\n"), o.newlines

    @step(writes=True)
    def reset(o: Any, v: str) -> Any:
        o.reset()

    @step(writes=True)
    def state(o: Any, v: str) -> Any:
        o.setstate(o.getstate())


NULL = os.open(os.devnull, os.O_RDWR)
"""As long as the process lives: files are made of it that do not close it."""


class FileIOMadeAgain(_MadeAgain):
    """A file without a buffer that is made again, of a number that it does not close."""

    def fresh(self, size: int) -> Any:
        return io.FileIO(NULL, "r+b", closefd=False)

    @step(writes=True)
    def init(o: Any, v: str) -> Any:
        o.__init__(NULL, "r+b", closefd=False)

    @step(writes=True)
    def init_wrong(o: Any, v: str) -> Any:
        """It is left without a file."""
        o.__init__(NULL, v, closefd=False)

    @step()
    def read(o: Any, v: str) -> Any:
        return o.read(2), o.readall()


class _WritesOnce(io.RawIOBase):
    """A stream that may be written to, and may no more when it is asked again."""

    asked = 0

    def writable(self) -> bool:
        self.asked += 1
        return self.asked == 1


class TwoStreamsMadeAgain(_MadeAgain):
    """A reader and a writer in one that are given other streams, and refuse them at last."""

    def fresh(self, size: int) -> Any:
        return io.BufferedRWPair(io.BytesIO(b"x0" * size), io.BytesIO(), 16)

    @step(writes=True)
    def init(o: Any, v: str) -> Any:
        o.__init__(io.BytesIO(v.encode() * 9), io.BytesIO(), 16)

    @step(writes=True)
    def init_refused(o: Any, v: str) -> Any:
        """It is left without streams."""
        for _ in range(9):
            with suppress(io.UnsupportedOperation):
                o.__init__(io.BytesIO(v.encode() * 9), _WritesOnce(), 16)

    @step()
    def read(o: Any, v: str) -> Any:
        for _ in range(40):
            with suppress(ValueError):
                o.read(2)


def _called(left: int) -> int:
    return _called(left - 1) + 1 if left else 0


def _profiled(o: Any, call: Any) -> None:
    with suppress(ValueError):  # another thread has it on already
        o.enable()
    try:
        call()
    finally:
        _off(o)


def _off(o: Any) -> None:
    for _ in range(50):
        with suppress(RuntimeError):  # another thread is in its timer
            return o.disable()  # type: ignore[no-any-return]
    return None


class ProfilerMadeAgain(_MadeAgain):
    """A profiler that is given another timer while threads have it on."""

    minimum_version = (3, 14)  # before, nothing of it has a lock

    def fresh(self, size: int) -> Any:
        return _lsprof.Profiler(partial(time.perf_counter))

    def left(self, o: Any) -> Any:
        _off(o)
        monitoring: Any = getattr(sys, "monitoring")
        if monitoring.get_tool(monitoring.PROFILER_ID):  # the profiler did not know that it was on
            monitoring.set_events(monitoring.PROFILER_ID, 0)
            monitoring.free_tool_id(monitoring.PROFILER_ID)

    @step(writes=True)
    def on_and_off(o: Any, v: str) -> Any:
        _profiled(o, lambda: [_called(9) for _ in range(60)])

    @step(writes=True)
    def on_and_init(o: Any, v: str) -> Any:
        _profiled(o, lambda: [o.__init__(partial(time.perf_counter)) for _ in range(99)])


def _waits() -> float:
    """What the time is; others get on meanwhile."""
    wait()
    return time.perf_counter()


class ProfilerThatWaits(_MadeAgain):
    """A profiler whose timer waits for a moment, in which other threads get on, and may clear it."""

    minimum_version = (3, 14)

    def fresh(self, size: int) -> Any:
        return _lsprof.Profiler(_waits)

    def left(self, o: Any) -> Any:
        _off(o)

    @step(writes=True)
    def on_and_off(o: Any, v: str) -> Any:
        _profiled(o, lambda: _called(4))

    @step(writes=True)
    def on_and_cleared(o: Any, v: str) -> Any:
        """It refuses to be cleared while a thread is in its timer."""
        _profiled(o, lambda: [(_called(1), o.clear()) for _ in range(3)])


class DefaultDictMadeAgain(_MadeAgain):
    """A defaultdict that is made again with another factory."""

    def fresh(self, size: int) -> Any:
        return defaultdict(giving(*fresh_strings(1)), fresh_items(size))

    @step(writes=True)
    def init(o: Any, v: str) -> Any:
        o.__init__(giving(v))

    @step(writes=True, makes=True)
    def set_factory(o: Any, v: str) -> Any:
        o.default_factory = made = giving(v)
        return made

    @step()
    def factory(o: Any, v: str) -> Any:
        return o.default_factory()

    @step(writes=True)
    def missing(o: Any, v: str) -> Any:
        return o[v]


def _get(one: Any) -> Any:
    return one[0]


def _set(one: Any, value: Any) -> None:
    one[0] = value


def _delete(one: Any) -> None:
    one.clear()


class PropertyMadeAgain(_MadeAgain):
    """A property that is made again of other functions, which nobody else keeps alive."""

    def fresh(self, size: int) -> Any:
        return property(partial(_get), partial(_set), partial(_delete), *fresh_strings(1))

    @step(writes=True)
    def init(o: Any, v: str) -> Any:
        o.__init__(partial(_get), partial(_set), partial(_delete), v)

    @step()
    def copies(o: Any, v: str) -> Any:
        return [type(made) for made in (o.getter(_get), o.setter(_set), o.deleter(_delete))]

    @step()
    def get(o: Any, v: str) -> Any:
        return o.__get__([v])

    @step()
    def set_and_delete(o: Any, v: str) -> Any:
        return o.__set__([v], v), o.__delete__([v])

    @step()
    def parts(o: Any, v: str) -> Any:
        return o.fget([v]), o.fset([v], v), o.fdel([v])

    @step()
    def abstract(o: Any, v: str) -> Any:
        return o.__isabstractmethod__


class _OwnError(OSError):
    """What looks at its arguments in its ``__init__``, as any class of Python's, and not before."""

    def __init__(self, *given: Any) -> None:
        OSError.__init__(self, *given)


def _error(o: Any, v: str) -> Any:
    """It says something else from now on."""
    named = {"name": v + "4"} if hasattr(o, "name") else {}
    o.__init__(v + "0", v + "1", v + "2", None, v + "3", **named)
    return o


class ErrorsMadeAgain(_MadeAgain):
    """A SystemExit, a NameError or an OSError that is made again, and says something else then."""

    sizes: ClassVar[tuple[int, ...]] = (0, 1, 2)

    def fresh(self, size: int) -> Any:
        made: Any = (SystemExit, NameError, _OwnError)[size]
        return _error(made(), *fresh_strings(1))

    @step(writes=True)
    def init(o: Any, v: str) -> Any:
        _error(o, v)

    @step()
    def text(o: Any, v: str) -> Any:
        return len(str(o)), len(repr(o))

    @step()
    def args(o: Any, v: str) -> Any:
        return o.args, copy.copy(o).args

    @step()
    def parts(o: Any, v: str) -> Any:
        names = "code", "name", "errno", "strerror", "filename", "filename2"
        return [getattr(o, name, None) for name in names]


def _raise(end: Any) -> Any:
    raise end


def _delegates(ends: Any) -> Any:
    yield (yield from ends)


class StopIterationMadeAgain(_MadeAgain):
    """A StopIteration that is made again with another value, while iterators end by it."""

    def fresh(self, size: int) -> Any:
        return StopIteration(*fresh_strings(1))

    def left(self, o: Any) -> Any:
        o.__traceback__ = None
        return None

    @step(writes=True)
    def init(o: Any, v: str) -> Any:
        o.__init__(v)

    @step(writes=True, makes=True)
    def store_value(o: Any, v: str) -> Any:
        o.value = made = [v]
        return made

    @step(writes=True)
    def delete_value(o: Any, v: str) -> Any:
        del o.value

    @step()
    def value(o: Any, v: str) -> Any:
        return o.value, str(o), copy.copy(o).value

    @step()
    def yield_from(o: Any, v: str) -> Any:
        return list(_delegates(map(_raise, [o])))


FREE = 12
"""Places that are left free: with one more, more than a call keeps on C's stack."""
PLACEHOLDER: Any = getattr(functools, "Placeholder", None)  # since 3.14


def _all(*given: Any) -> int:
    return len(given)


class _All:
    """What is called by its class's ``__call__``."""

    def __call__(self, *given: Any) -> int:
        return len(given)


class PlacesFilledAgain(_MadeAgain):
    """A partial whose arguments are set again, with many places left free, with one, and with none.

    What it is set to lives on, and one thread sets it: how many places there are is what it may get wrong.
    """

    minimum_version = (3, 14)
    left_out: ClassVar[dict[str, str]] = {"set_again+set_again": "what they let go of is partial's business"}
    called: ClassVar[Any] = staticmethod(_all)

    def fresh(self, size: int) -> Any:
        last = "".join(fresh_strings(size))
        given = (last,) * FREE, (PLACEHOLDER,) * FREE + (last,), (PLACEHOLDER, last)
        states: Any = [(self.called, one, {}, None) for one in given]
        o: Any = partial(self.called)
        o.__setstate__(states[0])
        return o, *states

    @step(writes=True)
    def set_again(o: Any, v: str) -> Any:
        for _ in range(20):
            for state in o[1:]:
                o[0].__setstate__(state)

    @step()
    def call(o: Any, v: str) -> Any:
        return [o[0](v, *(v,) * FREE) for _ in range(9)]

    @step()
    def nested(o: Any, v: str) -> Any:
        return [len(partial(o[0], v, *(v,) * FREE).args) for _ in range(9)]


class PlacesOfObjectFilledAgain(PlacesFilledAgain):
    """The same of an object whose class says how it is called."""

    called = _All()
