"""What C does under the lock of an object, which is open while who holds it waits: for a function in Python, or for the
lock of another object that somebody holds for long (``_PyCriticalSection_SuspendAll``, Python/critical_section.c).

What was taken out of the object before, a size or a pointer, may no longer be true after that.
"""

from __future__ import annotations

import _tokenize  # type: ignore[import-not-found]
import csv
import functools
import io
import itertools
import mmap
import pickle
import sys
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Any, ClassVar, Self

from harness.kernel.pairs import PROCESS, VALUES, Asked, Subject, fresh_strings, step, wait


def hold() -> None:
    """Keep the lock that is held for longer than others try to get it without going to sleep."""
    sum(range(20_000))


class Waiting:
    """Some texts, for each of which who asks waits."""

    def __init__(self, many: int = 4) -> None:
        self.texts = fresh_strings(many)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        wait()
        try:
            text = self.texts.pop()
        except IndexError:
            raise StopIteration from None
        return text, text


class Waits:
    """Equal to what has the same name; whoever asks it for anything but its hash waits first."""

    __slots__ = ("__weakref__", "hashed", "name")

    def __init__(self, name: str, hashed: int = 0) -> None:
        self.name, self.hashed = name, hashed

    def __hash__(self) -> int:
        return self.hashed

    def __eq__(self, other: object) -> bool:
        return bool(wait(self.name) == getattr(other, "name", other))

    def __reduce__(self) -> Any:
        return str, (wait(self.name),)


class Held:
    """A key that is nowhere: who looks for it holds the lock of where it looks, and for long."""

    def __hash__(self) -> int:
        hold()
        return -2


class _OpenLock(Subject):
    """What has a lock that is open in the middle of an operation."""

    most = PROCESS

    def left(self, o: Any) -> Any:
        return None


class _GoneThrough(_OpenLock):
    """An iterator that may have no end."""

    @step(writes=True)
    def next_(o: Any, v: str) -> Any:
        return next(o, None)

    @step(writes=True)
    def several(o: Any, v: str) -> Any:
        return list(itertools.islice(o, 9))

    @step(writes=True)
    def exhaust(o: Any, v: str) -> Any:
        deque(itertools.islice(o, 24), 0)


class ZipLongestOfWaiting(_GoneThrough):
    """zip_longest over iterators that wait, one of which ends before the others."""

    def fresh(self, size: int) -> Any:
        return itertools.zip_longest(Waiting(2), Waiting(4), map(wait, Waiting(6)))


class ChainOfWaiting(_GoneThrough):
    """chain of iterators that wait, each of which is let go of at its end."""

    sizes = (0, 1)

    def fresh(self, size: int) -> Any:
        if size:
            return itertools.chain.from_iterable(map(wait, Waiting(many)) for many in (1, 2, 3))
        return itertools.chain(map(wait, Waiting(1)), "x", map(wait, Waiting(2)))


class CountOfWaiting(_GoneThrough):
    """count from a number that waits when another one is added to it."""

    def fresh(self, size: int) -> Any:
        return itertools.count(_Sum(0))

    @step()
    def repr_(o: Any, v: str) -> Any:
        return len(repr(o)) > 0


class _Sum(float):
    def __add__(self, other: float) -> float:
        return _Sum(wait(super().__add__(other)))


_TOOLS: tuple[Callable[[], Any], ...] = (
    lambda: itertools.accumulate(Waiting()),
    lambda: itertools.starmap(wait, Waiting()),
    lambda: itertools.takewhile(wait, Waiting()),
    lambda: itertools.dropwhile(lambda value: not wait(value), Waiting()),
    lambda: zip(Waiting(), map(wait, Waiting()), strict=True),
    lambda: itertools.compress(Waiting(), map(wait, Waiting())),
    lambda: enumerate(map(wait, Waiting())),
    lambda: itertools.batched(Waiting(), 2) if sys.version_info >= (3, 12) else Waiting(),  # type: ignore[attr-defined]
    lambda: itertools.pairwise(map(wait, Waiting())),
    lambda: itertools.groupby(map(wait, Waiting()), wait),
    lambda: itertools.tee(map(wait, Waiting()))[0],
    lambda: map(wait, Waiting(), Waiting()),
    lambda: filter(wait, map(wait, Waiting())),
)


class ToolOfWaiting(_GoneThrough):
    """An iterator whose source, or whose function, waits."""

    sizes: ClassVar[tuple[int, ...]] = tuple(range(len(_TOOLS)))
    may_raise = (RuntimeError, ValueError)

    def fresh(self, size: int) -> Any:
        return _TOOLS[size]()


class OrderedDictIteratorHeld(_OpenLock):
    """An iterator over an OrderedDict, whose lock others hold for long."""

    sizes = (1, 3)

    def fresh(self, size: int) -> Any:
        o = OrderedDict(zip(fresh_strings(size), fresh_strings(size), strict=True))
        return o, iter(o.items())

    @step(writes=True)
    def next_(o: Any, v: str) -> Any:
        return next(o[1], None)

    @step(writes=True)
    def list_(o: Any, v: str) -> Any:
        return list(o[1])

    @step(writes=True)
    def held(o: Any, v: str) -> Any:
        o[0].pop(Held(), None)

    @step(writes=True)
    def held_and_add(o: Any, v: str) -> Any:
        o[0].pop(Held(), None)
        o[0][v] = v


class PickledWithHoles(_OpenLock):
    """A dict with places that are free, which is filled up while its values are pickled: as many, elsewhere."""

    def fresh(self, size: int) -> Any:
        o: dict[int, Any] = {number: Waits("x" + str(number)) for number in range(5)}
        for number in range(3):
            del o[number]
        return o

    @step()
    def dumps(o: Any, v: str) -> Any:
        return len(pickle.dumps(o))

    @step(writes=True)
    def exchange(o: Any, v: str) -> Any:
        o.pop(4, None)
        o[9] = Waits(v)

    @step(writes=True)
    def exchange_back(o: Any, v: str) -> Any:
        o.pop(9, None)
        o[4] = Waits(v)

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        for _ in range(9):
            o[3] = Waits(v)


class PickledSet(_OpenLock):
    """A set of which one goes out, and another one comes in, while its elements are pickled."""

    def fresh(self, size: int) -> Any:
        return {Waits("x" + str(number), number) for number in range(1, 5)}

    @step()
    def dumps(o: Any, v: str) -> Any:
        return len(pickle.dumps(o))

    @step(writes=True)
    def exchange(o: Any, v: str) -> Any:
        o.discard(Waits("x4", 4))
        o.add(Waits("x0", 0))

    @step(writes=True)
    def exchange_back(o: Any, v: str) -> Any:
        o.discard(Waits("x0", 0))
        o.add(Waits("x4", 4))


class LruCacheOfOneHash(_OpenLock):
    """A cache of three, of arguments that are hashed alike, and wait when they are compared."""

    said = "functools.lru_cache: the cache is thread-safe, its data coherent"
    most = VALUES

    def fresh(self, size: int) -> Any:
        o = functools.lru_cache(3)(len)
        for text in fresh_strings(size):
            o(_Argument(text))
        return o

    def wrong(self, o: Any) -> str:
        many = o.cache_info().currsize
        return "" if many <= 3 else f"a cache of at most 3 has {many}"

    @step(writes=True)
    def call_up(o: Any, v: str) -> Any:
        for text in fresh_strings(6) * 3:
            o(_Argument(text))

    @step(writes=True)
    def call_down(o: Any, v: str) -> Any:
        for text in fresh_strings(6)[::-1] * 3:
            o(_Argument(text))

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o.cache_clear()

    @step()
    def info(o: Any, v: str) -> Any:
        return o.cache_info().maxsize


class _Argument(Waits):
    __slots__ = ()

    def __len__(self) -> int:
        return 3


class MmapOfPages(_OpenLock):
    """Pages, of which the last ones go while what is to be stored there is asked for."""

    may_raise = (IndexError, ValueError, SystemError)

    def fresh(self, size: int) -> Any:
        return mmap.mmap(-1, 3 * mmap.PAGESIZE)

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        o[2 * mmap.PAGESIZE + 9] = Asked(o, wait, 1)

    @step(writes=True)
    def store_slice(o: Any, v: str) -> Any:
        o[2 * mmap.PAGESIZE : 2 * mmap.PAGESIZE + 2] = Asked(o, wait, b"xx")

    @step(writes=True)
    def shrink(o: Any, v: str) -> Any:
        o.resize(mmap.PAGESIZE)

    @step(writes=True)
    def grow(o: Any, v: str) -> Any:
        o.resize(3 * mmap.PAGESIZE)


class BytesIOCut(_OpenLock):
    """A file in memory that is closed, written to or lent while it is asked where to cut it off."""

    may_raise = (ValueError, BufferError)
    made: ClassVar[tuple[Any, Any]] = io.BytesIO, b"xx"

    def fresh(self, size: int) -> Any:
        kind, text = self.made
        o = kind()
        o.write(text * size)
        return o

    @step(writes=True)
    def truncate(o: Any, v: str) -> Any:
        o.truncate(Asked(o, wait, 1))

    @step(writes=True)
    def seek(o: Any, v: str) -> Any:
        o.seek(Asked(o, wait, 1))

    @step()
    def read(o: Any, v: str) -> Any:
        return len(o.read(Asked(o, wait, 4)))

    @step(writes=True)
    def write(o: Any, v: str) -> Any:
        o.write(o.getvalue() * 9)

    @step(writes=True)
    def close(o: Any, v: str) -> Any:
        o.close()


class StringIOCut(BytesIOCut):
    """A text in memory that is closed or written to while it is asked where to cut it off."""

    made = io.StringIO, "xx"


class _Raw(io.RawIOBase):
    """Bytes that take their time to be written."""

    def __init__(self) -> None:
        self.data = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        time.sleep(0.0015)  # who has waited for a lock for a millisecond has it next (Python/lock.c)
        self.data += data
        return len(data)


class WriterOverWaiting(_OpenLock):
    """A buffered writer that is closed over what waits while it is written to, and what it has taken to write."""

    said = "io, Buffered streams: thread-safe, by a lock"
    most = VALUES
    may_raise = (ValueError,)

    def fresh(self, size: int) -> Any:
        raw = _Raw()
        return io.BufferedWriter(raw, 16), raw, []

    def wrong(self, o: Any) -> str:
        stream, raw, taken = o
        stream.close()
        gone = len(taken) * 9 - len(raw.data)
        return "" if gone <= 0 else f"{gone} of the bytes that it took are gone"

    @step(writes=True)
    def write(o: Any, v: str) -> Any:
        o[0].write(b"x" * 9)
        o[2].append(9)

    @step(writes=True)
    def flush(o: Any, v: str) -> Any:
        o[0].flush()

    @step(writes=True)
    def close(o: Any, v: str) -> Any:
        o[0].close()


class _WaitingBuffer(io.BufferedIOBase):
    """A buffered stream in Python, which waits."""

    def readable(self) -> bool:
        return True

    writable = seekable = readable

    def read(self, many: Any = -1, /) -> bytes:
        return bytes(wait(b"x0\nx1 x2"))

    read1 = read

    def write(self, data: Any, /) -> int:
        return int(wait(len(data)))

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return int(wait(max(offset, 0)))

    def tell(self) -> int:
        return int(wait(7))

    def flush(self) -> None:
        wait()


class TextOverWaiting(_OpenLock):
    """A text stream over one that waits."""

    may_raise = (ValueError, OSError, StopIteration)

    def fresh(self, size: int) -> Any:
        return io.TextIOWrapper(_WaitingBuffer(), "utf-8")

    @step(writes=True)
    def read(o: Any, v: str) -> Any:
        return len(o.read(3))

    @step(writes=True)
    def readline(o: Any, v: str) -> Any:
        return len(o.readline())

    @step(writes=True)
    def next_(o: Any, v: str) -> Any:
        return len(next(o))

    @step(writes=True)
    def detach(o: Any, v: str) -> Any:
        o.detach()

    @step(writes=True)
    def write(o: Any, v: str) -> Any:
        return o.write("x" * 9000)

    @step(writes=True)
    def seek(o: Any, v: str) -> Any:
        return o.seek(0)

    @step()
    def tell(o: Any, v: str) -> Any:
        return o.tell() >= 0

    @step(writes=True)
    def reconfigure(o: Any, v: str) -> Any:
        o.reconfigure(encoding="latin-1")

    @step(writes=True)
    def flush(o: Any, v: str) -> Any:
        o.flush()

    @step(writes=True)
    def close(o: Any, v: str) -> Any:
        o.close()


class CsvReaderOfWaiting(_GoneThrough):
    """A csv reader whose lines wait, each of which opens a field that the next one goes on with."""

    may_raise = (csv.Error,)

    def fresh(self, size: int) -> Any:
        return csv.reader(_Lines())


class _Lines(Waiting):
    def __init__(self) -> None:
        super().__init__(9)

    def __next__(self) -> Any:
        return super().__next__()[0] + ',"\n'


class NamesNewToClass(_OpenLock):
    """An object of a class of its own, which is given attributes of new names, and its dict others, while classes are
    made whose metaclass takes long to say their order.
    """

    def fresh(self, size: int) -> Any:
        return type("Own", (), {})()

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        for number in range(6):
            setattr(o, "n" + str(number) + v, v)

    @step(writes=True)
    def store_in_dict(o: Any, v: str) -> Any:
        for number in range(6):
            vars(o)["n" + str(number) + v] = v

    @step(writes=True)
    def setdefault(o: Any, v: str) -> Any:
        vars(o).setdefault("n" + v, v)

    @step(writes=True)
    def number(o: Any, v: str) -> Any:
        vars(o)[7] = v

    @step(writes=True)
    def popitem(o: Any, v: str) -> Any:
        return len(o.__dict__) and vars(o).popitem()

    @step()
    def items(o: Any, v: str) -> Any:
        return len(list(vars(o).items()))

    @step()
    def classes(o: Any, v: str) -> Any:
        for _ in range(3):
            _Slow("Other", (), {})


class _Slow(type):
    def mro(cls) -> list[type]:
        hold()
        return super().mro()


class TokensOfWaiting(_GoneThrough):
    """Tokens of lines that wait, some of which go on in the next line."""

    minimum_version = (3, 13)
    may_raise = (SyntaxError, IndentationError)

    def fresh(self, size: int) -> Any:
        lines = iter(["x = [1,\n", "  'x', 2]\n", "y = '''x\n", "  y'''\n", 'f"{\n', 'x}"\n'] * 2)
        return _tokenize.TokenizerIter(lambda: wait(next(lines, "")), extra_tokens=True)
