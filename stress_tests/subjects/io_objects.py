"""io: texts and bytes in memory, what buffers bytes, and what decodes them."""

from __future__ import annotations

import codecs
import copy
import io
import pickle
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from encodings import utf_8
from typing import Any, ClassVar

from harness.kernel.pairs import PROCESS, Asked, AskedItems, Attributes, Subject, fresh_strings, step

LINE = 3
"""Characters of a line: a value and its end. All is read, written and sought by whole lines: a torn one shows."""


def _text(size: int) -> str:
    return "".join(one + "\n" for one in fresh_strings(size))


def _values(text: str | bytes | bytearray | memoryview | None) -> list[str] | None:
    """The values in whole lines; what is torn is none."""
    if text is None:
        return None
    if not isinstance(text, str):
        text = bytes(text).decode("latin-1")
    pieces = [text[at : at + LINE] for at in range(0, len(text), LINE)]
    return [piece[:-1] if piece[-1] == "\n" else piece for piece in pieces]


def _line(v: str) -> bytes:
    return (v + "\n").encode()


def _kept(given: bytes, o: Any, v: str) -> str:
    """Whether bytes that a stream gave stay what they are when it is written to."""
    before = bytes(bytearray(given))
    o.seek(0)
    o.write(_line(v))
    return "" if given == before else "bytes have changed"


MEDDLES: tuple[Callable[[Any], object], ...] = (lambda o: o.truncate(0), lambda o: o.close())
"""What an argument does to the stream that asks it."""


class _Stream(Attributes):
    """What all of io's objects have."""

    sizes: ClassVar[tuple[int, ...]] = (3,)
    left_out: ClassVar[dict[str, str]] = {
        "__del__": "called by the interpreter alone",
        "__dict__": "asked for with vars",
    }

    @step()
    def tell(o: Any, v: str) -> Any:
        return o.tell()

    @step(writes=True)
    def seek_start(o: Any, v: str) -> Any:
        return o.seek(0)

    @step(writes=True)
    def seek_end(o: Any, v: str) -> Any:
        return o.seek(0, io.SEEK_END)

    @step()
    def asks(o: Any, v: str) -> Any:
        return o.readable(), o.writable(), o.seekable(), o.isatty()

    @step()
    def closed(o: Any, v: str) -> Any:
        return o.closed

    @step()
    def iter_(o: Any, v: str) -> Any:
        return iter(o) is o

    @step()
    def fileno(o: Any, v: str) -> Any:
        return o.fileno() > 2

    @step(writes=True)
    def flush(o: Any, v: str) -> Any:
        return o.flush()

    @step(PROCESS)
    def repr_(o: Any, v: str) -> Any:
        return len(repr(o)) > 9

    @step()
    def hash_(o: Any, v: str) -> Any:
        return hash(o) == hash(o)

    @step(PROCESS, writes=True)
    def attribute(o: Any, v: str) -> Any:
        o.mark = v
        return getattr(o, "mark", None)

    @step()
    def vars_(o: Any, v: str) -> Any:
        return len(vars(o)) < 4

    @step()
    def copy_(o: Any, v: str) -> Any:
        return _values(copy.copy(o).getvalue())

    @step(PROCESS)
    def dumps(o: Any, v: str) -> Any:
        return len(pickle.dumps(o)) > 9


class _Reads(_Stream):
    """What is read by lines."""

    @step(writes=True)
    def read(o: Any, v: str) -> Any:
        return _values(o.read())

    @step(writes=True)
    def read_some(o: Any, v: str) -> Any:
        return _values(o.read(LINE))

    @step(writes=True)
    def readline(o: Any, v: str) -> Any:
        return _values(o.readline())

    @step(writes=True)
    def readlines(o: Any, v: str) -> Any:
        return [_values(line) for line in o.readlines()]

    @step(writes=True)
    def next_(o: Any, v: str) -> Any:
        return _values(next(o))

    @step(writes=True)
    def iterate(o: Any, v: str) -> Any:
        return [_values(line) for line in o]


class _ReadsBytes(_Reads):
    """What is read into somebody's buffer too."""

    @step(writes=True)
    def readinto(o: Any, v: str) -> Any:
        into = bytearray(2 * LINE)
        return _values(into[: o.readinto(into)])

    @step(writes=True)
    def read1(o: Any, v: str) -> Any:
        return _values(o.read1(LINE))

    @step(writes=True)
    def readinto1(o: Any, v: str) -> Any:
        into = bytearray(LINE)
        return _values(into[: o.readinto1(into)])


class StringIO(_Reads):
    """Text in memory, lines of one value each."""

    sizes = (3, 0)
    left_out: ClassVar[dict[str, str]] = _Stream.left_out | {
        "__init__": "called once, by who makes it",
        "__getstate__": "asked for by copy and pickle",
        "__next__": "called by next",
    }

    def fresh(self, size: int) -> io.StringIO:
        return io.StringIO(_text(size))

    def left(self, o: io.StringIO) -> Any:
        return None if o.closed else _values(o.getvalue())

    def wrong(self, o: io.StringIO) -> str:
        if o.closed:
            return ""
        o.seek(0)
        return "" if o.read() == o.getvalue() else "getvalue disagrees with what is read from the start"

    @step(writes=True)
    def write(o: Any, v: str) -> Any:
        return o.write(v + "\n")

    @step(PROCESS, writes=True)
    def writelines(o: Any, v: str) -> Any:
        # A write for each line: emptied between two of them, it is filled up with NULs in front of the second.
        o.writelines([v + "\n", v + "\n"])

    @step(writes=True)
    def truncate(o: Any, v: str) -> Any:
        return o.truncate()

    @step(writes=True)
    def truncate_start(o: Any, v: str) -> Any:
        return o.truncate(0)

    @step()
    def getvalue(o: Any, v: str) -> Any:
        return _values(o.getvalue())

    @step()
    def newlines(o: Any, v: str) -> Any:
        return o.newlines, o.encoding, o.errors, o.line_buffering

    @step(writes=True)
    def setstate(o: Any, v: str) -> Any:
        o.__setstate__((v + "\n", "\n", 0, None))

    @step(PROCESS, writes=True)
    def setstate_with_dict(o: Any, v: str) -> Any:
        o.__setstate__((v + "\n", "\n", 0, {"mark": v}))

    @step(writes=True)
    def detach(o: Any, v: str) -> Any:
        o.detach()

    @step(writes=True)
    def close(o: Any, v: str) -> Any:
        o.close()

    @step(PROCESS, writes=True)
    def with_(o: Any, v: str) -> Any:
        with o as entered:
            return entered is o


class BytesIO(_ReadsBytes):
    """Bytes in memory, lines of one value each."""

    sizes = (3, 0)
    left_out: ClassVar[dict[str, str]] = _Stream.left_out | {
        "__getstate__": "asked for by copy and pickle",
        "__next__": "called by next",
    }

    def fresh(self, size: int) -> io.BytesIO:
        return io.BytesIO(_text(size).encode())

    def left(self, o: io.BytesIO) -> Any:
        return None if o.closed else _values(o.getvalue())

    def wrong(self, o: io.BytesIO) -> str:
        if o.closed:
            return ""
        o.seek(0)
        if o.read() != o.getvalue():
            return "getvalue disagrees with what is read from the start"
        value = o.getvalue()
        same = hash(value) == hash(bytes(bytearray(value)))
        return "" if same else "what it holds is equal to other bytes, and not hashed like them"

    @step(writes=True)
    def write(o: Any, v: str) -> Any:
        return o.write(_line(v))

    @step()
    def hash_of_value(o: Any, v: str) -> Any:
        return hash(o.getvalue()) != 0

    @step(writes=True)
    def write_over_hashed(o: Any, v: str) -> Any:
        """Of bytes that were given, hashed and let go of nothing stays with what is written over them."""
        found = hash(o.getvalue()) != 0
        o.seek(0)
        return found, o.write(_line(v))

    @step(writes=True)
    def writelines(o: Any, v: str) -> Any:
        o.writelines([_line(v), _line(v)])

    @step(writes=True)
    def truncate(o: Any, v: str) -> Any:
        return o.truncate()

    @step(writes=True)
    def truncate_start(o: Any, v: str) -> Any:
        return o.truncate(0)

    @step()
    def getvalue(o: Any, v: str) -> Any:
        return _values(o.getvalue())

    @step()
    def peek(o: Any, v: str) -> Any:
        """Since 3.16."""
        return _values(o.peek(LINE))

    @step(writes=True, lets_raise=(BufferError,))
    def getbuffer(o: Any, v: str) -> Any:
        """Nobody may resize it meanwhile. What is in a buffer may change under who looks."""
        view = o.getbuffer()
        try:
            return len(view) % LINE
        finally:
            view.release()

    @step(PROCESS, writes=True)
    def write_buffer(o: Any, v: str) -> Any:
        with o.getbuffer() as view:
            view[:LINE] = _line(v)

    @step(writes=True)
    def setstate(o: Any, v: str) -> Any:
        o.__setstate__((_line(v), 0, None))

    @step(PROCESS, writes=True)
    def setstate_with_dict(o: Any, v: str) -> Any:
        o.__setstate__((_line(v), 0, {"mark": v}))

    @step(PROCESS, writes=True)
    def init(o: Any, v: str) -> Any:
        o.__init__(_line(v))

    @step(writes=True, lets_raise=(StopIteration,))
    def getvalue_kept(o: Any, v: str) -> Any:
        """Bytes never change, whoever writes meanwhile."""
        return _kept(o.getvalue(), o, v)

    @step(writes=True, lets_raise=(StopIteration,))
    def read_kept(o: Any, v: str) -> Any:
        return _kept(o.read(), o, v)

    @step(PROCESS, writes=True)
    def write_beyond(o: Any, v: str) -> Any:
        """What lies between becomes zeros."""
        o.seek(999)
        return o.write(_line(v))

    @step(PROCESS, writes=True)
    def write_asked(o: Any, v: str) -> Any:
        """Of what changes the stream as soon as it is asked for its bytes."""
        return o.write(Asked(o, MEDDLES[ord(v[0]) % 2], _line(v) * 9))

    @step(PROCESS, writes=True)
    def writelines_asked(o: Any, v: str) -> Any:
        o.writelines(AskedItems(o, MEDDLES[ord(v[0]) % 2], [_line(v), _line(v)]))

    @step(PROCESS, writes=True)
    def readinto_asked(o: Any, v: str) -> Any:
        return o.readinto(Asked(o, MEDDLES[ord(v[0]) % 2], bytearray(9)))

    @step(writes=True)
    def detach(o: Any, v: str) -> Any:
        o.detach()

    @step(writes=True)
    def close(o: Any, v: str) -> Any:
        o.close()

    @step(PROCESS, writes=True)
    def with_(o: Any, v: str) -> Any:
        with o as entered:
            return entered is o


class _LinesTaken(Subject):
    """What threads read by lines, and the lines that they got: each goes to one of them, and none is lost."""

    sizes = (4, 9)
    stream: ClassVar[Callable[..., Any]]
    """Makes one of a text."""

    def fresh(self, size: int) -> Any:
        return type(self).stream(_text(size)), [], [size]

    def left(self, o: Any) -> Any:
        return None

    def wrong(self, o: Any) -> str:
        stream, taken, (size,) = o
        every = sorted(_one(line) for line in (*taken, *stream) if line)
        return "" if every == fresh_strings(size) else f"of {size} lines came {every}"

    @step(writes=True)
    def next_(o: Any, v: str) -> Any:
        o[1].append(next(o[0]))

    @step(writes=True)
    def readline(o: Any, v: str) -> Any:
        o[1].append(o[0].readline())

    @step(writes=True)
    def read_some(o: Any, v: str) -> Any:
        o[1].append(o[0].read(LINE))

    @step(writes=True)
    def iterate(o: Any, v: str) -> Any:
        for line in o[0]:
            o[1].append(line)

    @step(writes=True)
    def readlines(o: Any, v: str) -> Any:
        o[1].extend(o[0].readlines(LINE))

    @step()
    def tell(o: Any, v: str) -> Any:
        return o[0].tell() % LINE


def _one(line: str | bytes) -> str:
    """The value in a line; what is torn is none."""
    return (line if isinstance(line, str) else line.decode("latin-1"))[: LINE - 1]


def _raw(text: str) -> Any:
    """Bytes in memory, as what is below a buffer."""
    return io.BytesIO(text.encode())


def _in_pieces(text: str) -> io.StringIO:
    """Text that was written line by line, and not put together yet."""
    stream = io.StringIO()
    for at in range(0, len(text), LINE):
        stream.write(text[at : at + LINE])
    stream.seek(0)
    return stream


class StringIOTaken(_LinesTaken):
    """Text in memory that threads read by lines: each goes to one of them."""

    stream = io.StringIO


class StringIOWrittenTaken(_LinesTaken):
    """Text in memory that was written in pieces, and is read by lines: each goes to one of the threads."""

    stream = staticmethod(_in_pieces)


class BytesIOTaken(_LinesTaken):
    """Bytes in memory that threads read by lines: each goes to one of them."""

    stream = staticmethod(_raw)


class BufferedReaderTaken(_LinesTaken):
    """A reader's buffer, smaller than what it reads: each line goes to one of the threads."""

    said = "io, Multi-threading: buffers hold a lock"

    stream = staticmethod(lambda text: io.BufferedReader(_raw(text), buffer_size=2 * LINE))


class _LinesWritten(Subject):
    """What threads write lines to, and the lines that they wrote: all are there, whole."""

    stream: ClassVar[Callable[..., Any]]

    def fresh(self, size: int) -> Any:
        return type(self).stream(), []

    def left(self, o: Any) -> Any:
        return None

    def wrong(self, o: Any) -> str:
        stream, written = o
        stream.flush()
        there = _values(getattr(stream, "raw", stream).getvalue()) or []
        return "" if sorted(there) == sorted(written) else f"{written} was written, {there} is there"

    @step(writes=True)
    def write(o: Any, v: str) -> Any:
        o[0].write(_like(o[0], v + "\n"))
        o[1].append(v)

    @step(writes=True)
    def write_more(o: Any, v: str) -> Any:
        """More than the buffer holds."""
        o[0].write(_like(o[0], (v + "\n") * 6))
        o[1].extend([v] * 6)

    @step(writes=True)
    def flush(o: Any, v: str) -> Any:
        o[0].flush()

    @step()
    def tell(o: Any, v: str) -> Any:
        return o[0].tell() % LINE


def _like(stream: Any, text: str) -> Any:
    """A text as the stream takes it."""
    return text if isinstance(stream, io.TextIOBase) else text.encode()


class StringIOWritten(_LinesWritten):
    """Text in memory that threads write lines to."""

    stream = io.StringIO

    @step(writes=True)
    def getvalue(o: Any, v: str) -> Any:
        """What was written so far is put together."""
        return _values(o[0].getvalue())


class BytesIOWritten(_LinesWritten):
    """Bytes in memory that threads write lines to."""

    stream = io.BytesIO

    @step()
    def getvalue(o: Any, v: str) -> Any:
        return _values(o[0].getvalue())


class BufferedWriterWritten(_LinesWritten):
    """A writer's buffer that threads write lines to."""

    said = "io, Multi-threading: buffers hold a lock"

    stream = staticmethod(lambda: io.BufferedWriter(_raw(""), buffer_size=4 * LINE))


class BytesIOBuffer(Subject):
    """A view of a BytesIO's bytes, which pins them, and the BytesIO itself."""

    def fresh(self, size: int) -> Any:
        stream = io.BytesIO(_text(size).encode())
        return stream, stream.getbuffer()

    def left(self, o: Any) -> Any:
        return None if o[0].closed else len(o[0].getvalue())

    @step(PROCESS, writes=True)
    def release(o: Any, v: str) -> Any:
        o[1].release()

    @step(PROCESS, writes=True)
    def store(o: Any, v: str) -> Any:
        o[1][0] = 97

    @step(PROCESS, writes=True)
    def store_slice(o: Any, v: str) -> Any:
        o[1][:LINE] = _line(v)

    @step(PROCESS)
    def item(o: Any, v: str) -> Any:
        return o[1][0]

    @step(PROCESS)
    def tobytes(o: Any, v: str) -> Any:
        return o[1].tobytes()

    @step(PROCESS)
    def another(o: Any, v: str) -> Any:
        return len(o[0].getbuffer())

    @step(PROCESS, writes=True)
    def write(o: Any, v: str) -> Any:
        o[0].seek(0, io.SEEK_END)
        return o[0].write(_line(v) * 100)

    @step(PROCESS, writes=True)
    def truncate(o: Any, v: str) -> Any:
        return o[0].truncate(0)

    @step(PROCESS, writes=True)
    def close(o: Any, v: str) -> Any:
        o[0].close()

    @step(PROCESS)
    def getvalue(o: Any, v: str) -> Any:
        return o[0].getvalue()


class BufferedReader(_ReadsBytes):
    """A reader's buffer over bytes in memory, smaller than they are."""

    said = "io, Multi-threading"
    sizes = (3, 9)
    left_out: ClassVar[dict[str, str]] = _Stream.left_out | {
        "__init__": "driven by buffer_made_again",
        "write": "raises only",
        "writelines": "raises only",
        "__next__": "called by next",
        "__getstate__": "raises only; asked for by pickle",
        "_dealloc_warn": "for the interpreter alone",
        "_finalizing": "for the interpreter alone",
    }

    def fresh(self, size: int) -> Any:
        return io.BufferedReader(io.BytesIO(_text(size).encode()), buffer_size=4 * LINE)

    def left(self, o: Any) -> Any:
        """What can still be read."""
        try:
            return None if o.closed else _values(o.read())
        except ValueError:  # detached
            return "x0"

    @step()
    def peek(o: Any, v: str) -> Any:
        return _values(o.peek(LINE))

    @step(PROCESS)
    def raw(o: Any, v: str) -> Any:
        return o.raw.tell() % LINE

    @step(PROCESS)
    def name(o: Any, v: str) -> Any:
        return o.name, o.mode

    @step(writes=True)
    def seek_line(o: Any, v: str) -> Any:
        return o.seek(LINE)

    @step(writes=True)
    def truncate(o: Any, v: str) -> Any:
        return o.truncate()

    @step(PROCESS, writes=True)
    def detach(o: Any, v: str) -> Any:
        o.detach()

    @step(writes=True)
    def close(o: Any, v: str) -> Any:
        o.close()

    @step(PROCESS, writes=True)
    def with_(o: Any, v: str) -> Any:
        with o as entered:
            return entered is o


class BufferedWriter(_Stream):
    """A writer's buffer over bytes in memory, of a few lines."""

    said = "io, Multi-threading"
    sizes: ClassVar[tuple[int, ...]] = (3, 0)
    left_out: ClassVar[dict[str, str]] = BufferedReader.left_out | dict.fromkeys(
        ("read", "read1", "readinto", "readinto1", "readline", "readlines", "write", "__next__"),
        "raises only",
    )

    def fresh(self, size: int) -> Any:
        return io.BufferedWriter(io.BytesIO(_text(size).encode()), buffer_size=4 * LINE)

    def left(self, o: Any) -> Any:
        try:
            if o.closed:
                return None
            o.flush()
            return _values(o.raw.getvalue())
        except ValueError:  # detached
            return "x0"

    @step(writes=True)
    def write(o: Any, v: str) -> Any:
        return o.write(_line(v))

    @step(writes=True)
    def write_more(o: Any, v: str) -> Any:
        """More than the buffer holds."""
        return o.write(_line(v) * 6)

    @step(writes=True)
    def writelines(o: Any, v: str) -> Any:
        o.writelines([_line(v), _line(v)])

    @step(writes=True)
    def truncate(o: Any, v: str) -> Any:
        return o.truncate()

    @step(PROCESS)
    def raw(o: Any, v: str) -> Any:
        return _values(o.raw.getvalue())

    @step(PROCESS)
    def name(o: Any, v: str) -> Any:
        return o.name, o.mode

    @step(PROCESS, writes=True)
    def detach(o: Any, v: str) -> Any:
        o.detach()

    @step(writes=True)
    def close(o: Any, v: str) -> Any:
        o.close()

    @step(PROCESS, writes=True)
    def with_(o: Any, v: str) -> Any:
        with o as entered:
            return entered is o


class BufferedRandom(BufferedWriter, _ReadsBytes):
    """A buffer that is read and written, over bytes in memory."""

    sizes: ClassVar[tuple[int, ...]] = (3, 9)
    left_out = BufferedReader.left_out

    def fresh(self, size: int) -> Any:
        return io.BufferedRandom(io.BytesIO(_text(size).encode()), buffer_size=4 * LINE)  # type: ignore[arg-type]

    @step()
    def peek(o: Any, v: str) -> Any:
        return _values(o.peek(LINE))


class BufferedRWPair(Attributes):
    """A reader's and a writer's buffer in one."""

    said = "io, Multi-threading"
    sizes = (3, 9)
    left_out: ClassVar[dict[str, str]] = dict.fromkeys(
        ("detach", "fileno", "seek", "tell", "truncate", "__getstate__"), "raises only"
    ) | {
        "__init__": "driven by buffer_made_again",
        "__del__": "called by the interpreter alone",
        "__dict__": "asked for with vars",
    }

    def fresh(self, size: int) -> Any:
        return io.BufferedRWPair(io.BytesIO(_text(size).encode()), io.BytesIO(), 4 * LINE)

    def left(self, o: Any) -> Any:
        return None if o.closed else _values(o.read())

    @step(writes=True)
    def read(o: Any, v: str) -> Any:
        return _values(o.read())

    @step(writes=True)
    def read_some(o: Any, v: str) -> Any:
        return _values(o.read(LINE))

    @step(writes=True)
    def read1(o: Any, v: str) -> Any:
        return _values(o.read1(LINE))

    @step(writes=True)
    def readinto(o: Any, v: str) -> Any:
        into = bytearray(2 * LINE)
        return _values(into[: o.readinto(into)])

    @step(writes=True)
    def readinto1(o: Any, v: str) -> Any:
        into = bytearray(LINE)
        return _values(into[: o.readinto1(into)])

    @step(writes=True)
    def readline(o: Any, v: str) -> Any:
        """Made of peeks and reads: what it gives may be of two lines."""
        return len(o.readline()) <= 60

    @step()
    def peek(o: Any, v: str) -> Any:
        return _values(o.peek(LINE))

    @step(writes=True)
    def write(o: Any, v: str) -> Any:
        return o.write(_line(v))

    @step(writes=True)
    def write_more(o: Any, v: str) -> Any:
        return o.write(_line(v) * 6)

    @step(writes=True)
    def flush(o: Any, v: str) -> Any:
        o.flush()

    @step()
    def asks(o: Any, v: str) -> Any:
        return o.readable(), o.writable(), o.seekable(), o.isatty(), o.closed

    @step(writes=True)
    def writelines(o: Any, v: str) -> Any:
        o.writelines([_line(v), _line(v)])

    @step(writes=True)
    def readlines(o: Any, v: str) -> Any:
        """Each line may be of two, as readline's."""
        return len(o.readlines()) < 40

    @step(PROCESS, writes=True)
    def next_(o: Any, v: str) -> Any:
        return next(iter(o))

    @step(writes=True)
    def close(o: Any, v: str) -> Any:
        o.close()

    @step(PROCESS, writes=True)
    def with_(o: Any, v: str) -> Any:
        with o as entered:
            return entered is o


class BufferMadeAgain(Subject):
    """A buffer that is given another file and another size while threads use it."""

    most = PROCESS
    sizes = (9,)

    def fresh(self, size: int) -> Any:
        raw: Any = io.BytesIO(_text(size).encode())
        return io.BufferedRandom(raw, buffer_size=4 * LINE)

    def left(self, o: Any) -> Any:
        return None

    @step(writes=True)
    def init(o: Any, v: str) -> Any:
        o.__init__(io.BytesIO(_line(v) * 9), 4 * LINE)

    @step(writes=True)
    def init_larger(o: Any, v: str) -> Any:
        o.__init__(io.BytesIO(_line(v) * 9), 4096)

    @step(writes=True)
    def init_wrong(o: Any, v: str) -> Any:
        """It is left without a file."""
        o.__init__(io.BytesIO(), 0)

    @step(writes=True)
    def read(o: Any, v: str) -> Any:
        return o.read(LINE)

    @step(writes=True)
    def iterate(o: Any, v: str) -> Any:
        return list(o)

    @step(writes=True)
    def write(o: Any, v: str) -> Any:
        return o.write(_line(v) * 6)

    @step(writes=True)
    def seek(o: Any, v: str) -> Any:
        return o.seek(LINE), o.tell()

    @step(writes=True)
    def flush(o: Any, v: str) -> Any:
        o.flush()

    @step(writes=True)
    def close(o: Any, v: str) -> Any:
        o.close()


class TextIOWrapper(_Reads):
    """Text over bytes in memory: said not to be thread-safe."""

    said = "io, Multi-threading"
    sizes: ClassVar[tuple[int, ...]] = (3, 9)
    left_out: ClassVar[dict[str, str]] = _Stream.left_out | {
        "__getstate__": "raises only; asked for by pickle",
        "__next__": "called by next",
        "_finalizing": "for the interpreter alone",
    }

    def fresh(self, size: int) -> Any:
        return io.TextIOWrapper(io.BytesIO(_text(size).encode()), encoding="utf-8")

    def left(self, o: Any) -> Any:
        return None

    @step(PROCESS, writes=True)
    def read(o: Any, v: str) -> Any:
        return _values(o.read())

    @step(PROCESS, writes=True)
    def read_some(o: Any, v: str) -> Any:
        return _values(o.read(LINE))

    @step(PROCESS, writes=True)
    def readline(o: Any, v: str) -> Any:
        return _values(o.readline())

    @step(PROCESS, writes=True)
    def readlines(o: Any, v: str) -> Any:
        return o.readlines()

    @step(PROCESS, writes=True)
    def next_(o: Any, v: str) -> Any:
        return _values(next(o))

    @step(PROCESS, writes=True)
    def iterate(o: Any, v: str) -> Any:
        return list(o)

    @step(PROCESS)
    def tell(o: Any, v: str) -> Any:
        return o.tell()

    @step(PROCESS, writes=True)
    def seek_start(o: Any, v: str) -> Any:
        return o.seek(0)

    @step(PROCESS, writes=True)
    def seek_end(o: Any, v: str) -> Any:
        return o.seek(0, io.SEEK_END)

    @step(PROCESS, writes=True)
    def flush(o: Any, v: str) -> Any:
        o.flush()

    @step(PROCESS, writes=True)
    def write(o: Any, v: str) -> Any:
        return o.write(v + "\n")

    @step(PROCESS, writes=True)
    def writelines(o: Any, v: str) -> Any:
        o.writelines([v + "\n", v + "\n"])

    @step(PROCESS, writes=True)
    def write_more(o: Any, v: str) -> Any:
        """More than waits to be written."""
        return o.write((v + "\n") * 4000)

    @step(PROCESS, writes=True)
    def truncate(o: Any, v: str) -> Any:
        return o.truncate()

    @step(PROCESS, writes=True)
    def init(o: Any, v: str) -> Any:
        o.__init__(io.BytesIO(_line(v) * 9), "utf-8")

    @step(PROCESS, writes=True)
    def seek_back(o: Any, v: str) -> Any:
        """To where a read of some characters began."""
        place = o.tell()
        return len(o.read(2)), o.seek(place)

    @step(PROCESS, writes=True)
    def chunk_size(o: Any, v: str) -> Any:
        o._CHUNK_SIZE = 4 + int(v[1])
        return o._CHUNK_SIZE

    @step(PROCESS, writes=True)
    def reconfigure_newline(o: Any, v: str) -> Any:
        o.reconfigure(newline="\r\n", write_through=False)

    @step(PROCESS, writes=True)
    def reconfigure(o: Any, v: str) -> Any:
        o.reconfigure(
            encoding="latin-1", errors="replace", newline="", line_buffering=True, write_through=True
        )

    @step(PROCESS)
    def settings(o: Any, v: str) -> Any:
        return o.encoding, o.errors, o.newlines, o.line_buffering, o.write_through

    @step(PROCESS)
    def buffer(o: Any, v: str) -> Any:
        return o.buffer.getvalue()

    @step(PROCESS)
    def name(o: Any, v: str) -> Any:
        return o.name

    @step(PROCESS, writes=True)
    def detach(o: Any, v: str) -> Any:
        o.detach()

    @step(PROCESS, writes=True)
    def close(o: Any, v: str) -> Any:
        o.close()

    @step(PROCESS, writes=True)
    def with_(o: Any, v: str) -> Any:
        with o as entered:
            return entered is o


class TextIOWrapperHalfRead(TextIOWrapper):
    """Text of characters of several bytes each, of which some have been decoded and not yet given."""

    def fresh(self, size: int) -> Any:
        text = io.TextIOWrapper(io.BytesIO(("\u20ac" + _text(size)).encode("utf-16")), encoding="utf-16")
        text.read(2)
        return text


class TextIOWrapperNosy(TextIOWrapper):
    """Text over bytes in memory that meddle with it whenever it reads, writes or asks them."""

    most = PROCESS
    sizes = (2, 3, 5, 6, 9)  # each says what the bytes do first

    def fresh(self, size: int) -> Any:
        return _armed(io.TextIOWrapper(_NosyBytes(_text(size).encode()), encoding="utf-8"), size)

    def left(self, o: Any) -> Any:
        return _disarmed(o)


class TextIOWrapperOfAskedCodec(TextIOWrapper):
    """Text whose decoder and encoder are Python's, and meddle with it whenever it asks them."""

    most = PROCESS
    sizes = TextIOWrapperNosy.sizes

    def fresh(self, size: int) -> Any:
        MADE.coders.clear()
        o = io.TextIOWrapper(io.BytesIO(_text(size).encode()), encoding=ASKED_CODEC)
        for coder in MADE.coders:
            coder.turn, coder.stream = size, o
        return o

    def left(self, o: Any) -> Any:
        with suppress(ValueError, RuntimeError):
            o.close()


class BufferedRandomNosy(BufferedRandom):
    """A buffer over bytes in memory that meddle with it whenever it reads, writes or asks them."""

    most = PROCESS
    sizes = TextIOWrapperNosy.sizes

    def fresh(self, size: int) -> Any:
        raw: Any = _NosyBytes(_text(size).encode())
        return _armed(io.BufferedRandom(raw, buffer_size=4 * LINE), size)

    def left(self, o: Any) -> Any:
        return _disarmed(o)


class _AskedByStream:
    """What a stream asks: once armed, each of its operations meddles with that stream first."""

    stream: Any = None
    turn = 0

    def asked(self) -> None:
        stream, self.stream = self.stream, None
        if stream is not None:
            self.turn += 1
            try:
                STREAM_MEDDLES[self.turn % len(STREAM_MEDDLES)](stream)
            finally:
                self.stream = stream


class _NosyBytes(_AskedByStream, io.BytesIO):
    """Bytes in memory below a stream."""

    def read(self, size: int | None = -1, /) -> bytes:
        self.asked()
        return super().read(size)

    def read1(self, size: int | None = -1, /) -> bytes:
        self.asked()
        return super().read1(size)

    def readinto(self, buffer: Any, /) -> int:
        self.asked()
        return super().readinto(buffer)

    def write(self, data: Any, /) -> int:
        self.asked()
        return super().write(data)

    def seek(self, place: int, whence: int = 0, /) -> int:
        self.asked()
        return super().seek(place, whence)

    def tell(self) -> int:
        self.asked()
        return super().tell()

    def flush(self) -> None:
        self.asked()
        super().flush()


class _AskedDecoder(_AskedByStream, utf_8.IncrementalDecoder):
    """What decodes a stream's bytes."""

    def __init__(self, errors: str = "strict") -> None:
        super().__init__(errors)
        MADE.coders.append(self)

    def decode(self, data: Any, final: bool = False) -> str:
        self.asked()
        return super().decode(data, final)

    def getstate(self) -> tuple[bytes, int]:
        self.asked()
        return super().getstate()

    def setstate(self, state: tuple[bytes, int]) -> None:
        self.asked()
        super().setstate(state)

    def reset(self) -> None:
        self.asked()
        super().reset()


class _AskedEncoder(_AskedByStream, utf_8.IncrementalEncoder):
    """What encodes a stream's text."""

    def __init__(self, errors: str = "strict") -> None:
        super().__init__(errors)
        MADE.coders.append(self)

    def encode(self, text: str, final: bool = False) -> bytes:
        self.asked()
        return super().encode(text, final)

    def setstate(self, state: int | str) -> None:
        self.asked()
        super().setstate(state)

    def reset(self) -> None:
        self.asked()
        super().reset()


class _Made(threading.local):
    """What this thread's streams have been given."""

    def __init__(self) -> None:
        self.coders: list[_AskedDecoder | _AskedEncoder] = []


MADE = _Made()
ASKED_CODEC = "ftstress_asked"
codecs.register(
    {
        ASKED_CODEC: codecs.CodecInfo(
            utf_8.encode,
            utf_8.decode,
            incrementalencoder=_AskedEncoder,
            incrementaldecoder=_AskedDecoder,
            name=ASKED_CODEC,
        )
    }.get
)

STREAM_MEDDLES: tuple[Callable[[Any], object], ...] = (
    lambda stream: stream.read(1),
    lambda stream: stream.seek(0),
    lambda stream: stream.write("m" if isinstance(stream, io.TextIOBase) else b"m"),
    lambda stream: stream.detach(),
    lambda stream: stream.close(),
)
"""What bytes do to the stream above them; what it refuses is what its operation raises."""


def _armed(stream: Any, size: int) -> Any:
    """The stream, whose bytes meddle from now on, in the next way there is."""
    below = getattr(stream, "buffer", None) or stream.raw
    below.turn = size
    below.stream = stream
    return stream


def _disarmed(stream: Any) -> None:
    """No bytes meddle with the stream any more, and it is closed: else it would be by its finalizer, which tells."""
    for name in ("buffer", "raw"):
        with suppress(ValueError, AttributeError):  # detached
            getattr(stream, name).stream = None
    with suppress(ValueError, RuntimeError):
        stream.close()


class FileIO(_Stream):
    """A file without a buffer.

    An operation that has its number still may meet the next file of that number once it is closed: nothing is promised
    beside close.
    """

    said = "io, Multi-threading"
    left_out: ClassVar[dict[str, str]] = _Stream.left_out | {
        "__getstate__": "raises only; asked for by pickle",
        "_blksize": "for the interpreter alone",
        "_dealloc_warn": "for the interpreter alone",
        "_finalizing": "for the interpreter alone",
        "_isatty_open_only": "for the interpreter alone",
        "__init__": "it closes the file, whose number may be another's by then",
    }

    def fresh(self, size: int) -> Any:
        file = tempfile.TemporaryFile(buffering=0)
        file.write(_text(size).encode())
        file.seek(0)
        return file

    def left(self, o: Any) -> Any:
        if o.closed:
            return None
        o.seek(0)
        left = _values(o.read())
        o.close()
        return left

    @step(PROCESS, writes=True)
    def read(o: Any, v: str) -> Any:
        """Until there is no more: others may read and write in between."""
        return _values(o.read())

    @step(writes=True)
    def read_some(o: Any, v: str) -> Any:
        return _values(o.read(LINE))

    @step(PROCESS, writes=True)
    def readall(o: Any, v: str) -> Any:
        return _values(o.readall())

    @step(writes=True)
    def readinto(o: Any, v: str) -> Any:
        into = bytearray(2 * LINE)
        return _values(into[: o.readinto(into)])

    @step(PROCESS, writes=True)
    def readline(o: Any, v: str) -> Any:
        return _values(o.readline())

    @step(PROCESS, writes=True)
    def readlines(o: Any, v: str) -> Any:
        return o.readlines()

    @step(PROCESS, writes=True)
    def iterate(o: Any, v: str) -> Any:
        return list(o), next(o)

    @step(writes=True)
    def write(o: Any, v: str) -> Any:
        return o.write(_line(v))

    @step(PROCESS, writes=True)
    def writelines(o: Any, v: str) -> Any:
        o.writelines([_line(v), _line(v)])

    @step(writes=True)
    def truncate(o: Any, v: str) -> Any:
        return o.truncate(LINE)

    @step()
    def mode(o: Any, v: str) -> Any:
        return o.mode, o.closefd

    @step(PROCESS, writes=True)
    def close(o: Any, v: str) -> Any:
        o.close()

    @step(PROCESS, writes=True)
    def with_(o: Any, v: str) -> Any:
        with o as entered:
            return entered is o


class IncrementalNewlineDecoder(Attributes):
    """What turns all ends of lines into one, and remembers which there were; what it gave, and what it was fed.

    Each text that it is fed ends one line, and begins with none's end: so many ends are to come out.
    """

    def fresh(self, size: int) -> Any:
        return io.IncrementalNewlineDecoder(None, True), [], []

    def left(self, o: Any) -> Any:
        return None

    def wrong(self, o: Any) -> str:
        decoder, given, fed = o
        ends = "".join([*given, decoder.decode("", final=True)]).count("\n")
        return "" if ends == len(fed) else f"{len(fed)} lines were fed, and {ends} came out"

    @step(writes=True)
    def decode(o: Any, v: str) -> Any:
        o[2].append(v)
        o[1].append(o[0].decode(v + "\r\n"))

    @step(writes=True)
    def decode_half(o: Any, v: str) -> Any:
        """The end of the line is kept back until what comes next."""
        o[2].append(v)
        o[1].append(o[0].decode("\r"))

    @step(writes=True)
    def decode_two_halves(o: Any, v: str) -> Any:
        o[2].extend([v, v])
        o[1].append(o[0].decode(v + "\r"))
        o[1].append(o[0].decode(v + "\r"))

    @step(writes=True)
    def decode_final(o: Any, v: str) -> Any:
        o[1].append(o[0].decode("", final=True))

    @step()
    def newlines(o: Any, v: str) -> Any:
        return o[0].newlines in (None, "\r", "\n", "\r\n") or len(o[0].newlines) > 1

    @step()
    def getstate(o: Any, v: str) -> Any:
        return len(o[0].getstate()[0]) < 3

    @step(PROCESS, writes=True)
    def setstate(o: Any, v: str) -> Any:
        o[0].setstate((b"", 1))

    @step(PROCESS, writes=True)
    def reset(o: Any, v: str) -> Any:
        o[0].reset()
