"""io: buffers and texts over real files. Whoever reads or writes a file lets others run, in the middle of what the
stream above it does; bytes in memory never do.
"""

from __future__ import annotations

import io
import tempfile
from contextlib import suppress
from typing import Any, ClassVar

from harness.kernel.pairs import PROCESS, Subject, fresh_strings, step

LINE = 3
"""Bytes of a line: a value and its end. All is read and written by whole lines."""
SAID = (
    "io, Multi-threading: binary buffered objects hold a lock, and are safe to be called from several threads"
)


def _text(size: int) -> bytes:
    return "".join(one + "\n" for one in fresh_strings(size)).encode()


def _line(v: str) -> bytes:
    return (v + "\n").encode()


def _lines(data: bytes) -> list[str]:
    """The values in whole lines; what is torn is none."""
    return [data[at : at + LINE].decode("latin-1").rstrip("\n") for at in range(0, len(data), LINE)]


def _file(size: int) -> Any:
    """A file of its own, without a name and a buffer, of so many lines."""
    file = tempfile.TemporaryFile(buffering=0)
    file.write(_text(size))
    file.seek(0)
    return file


def _written(file: Any) -> list[str]:
    """What the file itself holds."""
    file.seek(0)
    return _lines(file.read())


class _OverFile(Subject):
    """A stream and the file below it; what else there is comes behind them."""

    def left(self, o: Any) -> Any:
        for one in o[:2]:
            with suppress(ValueError, OSError):  # it is detached or closed, or its file is
                one.close()
        return None


class FileReaderTaken(_OverFile):
    """A reader's buffer over a file, still empty, and what was read: each line goes to one thread, and none is lost."""

    said = SAID
    sizes = (4, 9)

    def fresh(self, size: int) -> Any:
        file = _file(size)
        return io.BufferedReader(file, buffer_size=32), file, [], size

    def wrong(self, o: Any) -> str:
        stream, _, taken, size = o
        every = sorted(one for data in (*taken, stream.read()) for one in _lines(data))
        return "" if every == fresh_strings(size) else f"of {size} lines came {every}"

    @step(writes=True)
    def readline(o: Any, v: str) -> Any:
        o[2].append(o[0].readline())

    @step(writes=True)
    def next_(o: Any, v: str) -> Any:
        o[2].append(next(o[0]))

    @step(writes=True)
    def iterate(o: Any, v: str) -> Any:
        for line in o[0]:
            o[2].append(line)

    @step(writes=True)
    def read(o: Any, v: str) -> Any:
        o[2].append(o[0].read())

    @step(writes=True)
    def read_some(o: Any, v: str) -> Any:
        o[2].append(o[0].read(LINE))

    @step(writes=True)
    def read1(o: Any, v: str) -> Any:
        o[2].append(o[0].read1(LINE))

    @step(writes=True)
    def readinto(o: Any, v: str) -> Any:
        into = bytearray(LINE)
        o[2].append(bytes(into[: o[0].readinto(into)]))

    @step(writes=True)
    def readinto1(o: Any, v: str) -> Any:
        into = bytearray(LINE)
        o[2].append(bytes(into[: o[0].readinto1(into)]))

    @step()
    def peek(o: Any, v: str) -> Any:
        return len(o[0].peek(LINE)) % LINE

    @step()
    def asks(o: Any, v: str) -> Any:
        return o[0].readable(), o[0].writable(), o[0].seekable(), o[0].closed


class FileReaderPlaces(_OverFile):
    """A reader's buffer over a file whose place is asked and changed: from the start all can be read."""

    said = SAID
    sizes = (9,)

    def fresh(self, size: int) -> Any:
        file = _file(size)
        return io.BufferedReader(file, buffer_size=32), file

    def wrong(self, o: Any) -> str:
        o[0].seek(0)
        there = _lines(o[0].read())
        return "" if there == fresh_strings(9) else f"from the start {there} is read"

    @step()
    def tell(o: Any, v: str) -> Any:
        return o[0].tell()

    @step(writes=True)
    def read_some(o: Any, v: str) -> Any:
        o[0].read(LINE)

    @step(writes=True)
    def read(o: Any, v: str) -> Any:
        o[0].read()

    @step(writes=True)
    def readline(o: Any, v: str) -> Any:
        o[0].readline()

    @step(writes=True)
    def read1(o: Any, v: str) -> Any:
        o[0].read1(LINE)

    @step(writes=True)
    def readinto(o: Any, v: str) -> Any:
        return o[0].readinto(bytearray(LINE)) % LINE

    @step()
    def peek(o: Any, v: str) -> Any:
        return len(o[0].peek(LINE)) % LINE

    @step(writes=True)
    def seek_start(o: Any, v: str) -> Any:
        return o[0].seek(0)

    @step(writes=True)
    def seek_line(o: Any, v: str) -> Any:
        return o[0].seek(LINE)

    @step(writes=True)
    def seek_end(o: Any, v: str) -> Any:
        return o[0].seek(0, io.SEEK_END)

    @step(writes=True)
    def flush(o: Any, v: str) -> Any:
        o[0].flush()


class _FileStream(_OverFile):
    """What all streams over files have, with an end that threads put to it: it is closed, or its file is given away."""

    most = PROCESS
    sizes: ClassVar[tuple[int, ...]] = (9,)

    @step(writes=True)
    def detach(o: Any, v: str) -> Any:
        o[0].detach()

    @step(writes=True)
    def close(o: Any, v: str) -> Any:
        o[0].close()

    @step(writes=True)
    def with_(o: Any, v: str) -> Any:
        with o[0] as entered:
            return entered is o[0]

    @step(writes=True)
    def flush(o: Any, v: str) -> Any:
        o[0].flush()

    @step()
    def tell(o: Any, v: str) -> Any:
        return o[0].tell()

    @step(writes=True)
    def seek_start(o: Any, v: str) -> Any:
        return o[0].seek(0)

    @step(writes=True)
    def seek_end(o: Any, v: str) -> Any:
        return o[0].seek(0, io.SEEK_END)

    @step()
    def asks(o: Any, v: str) -> Any:
        return o[0].closed, o[0].seekable(), o[0].isatty(), o[0].fileno() > 2, len(repr(o[0])) > 9


class _Read(_OverFile):
    """What is read of any stream."""

    @step(writes=True)
    def read(o: Any, v: str) -> Any:
        return len(o[0].read())

    @step(writes=True)
    def read_some(o: Any, v: str) -> Any:
        return len(o[0].read(2))

    @step(writes=True)
    def read_more(o: Any, v: str) -> Any:
        """More than there is: whoever reads asks the file more than once."""
        return len(o[0].read(100))

    @step(writes=True)
    def readline(o: Any, v: str) -> Any:
        return len(o[0].readline())

    @step(writes=True)
    def iterate(o: Any, v: str) -> Any:
        return len(list(o[0]))


class _BufferRead(_Read):
    """What is read into somebody's buffer, too."""

    @step(writes=True)
    def read1(o: Any, v: str) -> Any:
        return len(o[0].read1(2))

    @step(writes=True)
    def readinto(o: Any, v: str) -> Any:
        return o[0].readinto(bytearray(60))

    @step(writes=True)
    def peek(o: Any, v: str) -> Any:
        return len(o[0].peek(LINE))


class _Written(_OverFile):
    """What is written to any stream."""

    @step(writes=True)
    def write(o: Any, v: str) -> Any:
        return o[0].write(_like(o[0], v + "\n"))

    @step(writes=True)
    def write_more(o: Any, v: str) -> Any:
        """More than the buffer holds."""
        return o[0].write(_like(o[0], (v + "\n") * 20))

    @step(writes=True)
    def writelines(o: Any, v: str) -> Any:
        o[0].writelines([_like(o[0], v + "\n")] * 2)


class _FileStreamWritten(_Written, _FileStream):
    """A stream over one file that is written, and cut."""

    @step(writes=True)
    def truncate(o: Any, v: str) -> Any:
        return o[0].truncate()


def _like(stream: Any, text: str) -> Any:
    """A text as the stream takes it."""
    return text if isinstance(stream, io.TextIOBase) else text.encode()


class FileReader(_BufferRead, _FileStream):
    """A reader's buffer over a file, which ends in the middle of a line, and is closed and detached."""

    def fresh(self, size: int) -> Any:
        file = _file(size)
        stream = io.BufferedReader(file, buffer_size=2 * LINE + 1)
        stream.read(1)
        return stream, file


class FileWriter(_FileStreamWritten):
    """A writer's buffer over a file, with a line that waits to be written."""

    sizes = (1,)

    def fresh(self, size: int) -> Any:
        file = _file(size)
        stream = io.BufferedWriter(file, buffer_size=4 * LINE)
        stream.write(_line("x1"))
        return stream, file


class FileRandom(_BufferRead, _FileStreamWritten):
    """A buffer over a file that is read and written, with some read and a line that waits to be written."""

    def fresh(self, size: int) -> Any:
        file = _file(size)
        stream = io.BufferedRandom(file, buffer_size=4 * LINE)
        stream.read(LINE)
        stream.write(_line("x1"))
        return stream, file


class FileWriterWritten(_OverFile):
    """A writer's buffer over a file, and the lines that were written: all are there, whole."""

    said = SAID
    sizes = (0,)

    def fresh(self, size: int) -> Any:
        file = _file(size)
        return io.BufferedWriter(file, buffer_size=4 * LINE), file, []

    def wrong(self, o: Any) -> str:
        o[0].flush()
        there, written = _written(o[1]), o[2]
        return "" if sorted(there) == sorted(written) else f"{written} was written, {there} is there"

    @step(writes=True)
    def write(o: Any, v: str) -> Any:
        o[0].write(_line(v))
        o[2].append(v)

    @step(writes=True)
    def write_more(o: Any, v: str) -> Any:
        """More than the buffer holds."""
        o[0].write(_line(v) * 6)
        o[2].extend([v] * 6)

    @step(writes=True)
    def flush(o: Any, v: str) -> Any:
        o[0].flush()

    @step()
    def tell(o: Any, v: str) -> Any:
        return o[0].tell() % LINE

    @step(writes=True)
    def seek_end(o: Any, v: str) -> Any:
        return o[0].seek(0, io.SEEK_END) % LINE

    @step(writes=True)
    def truncate(o: Any, v: str) -> Any:
        """At the end."""
        return o[0].truncate() % LINE


class FileRandomWritten(_OverFile):
    """A buffer over a file that is read and written from one place on, and the lines that were written: all are there,
    whole, and the others are what they were.
    """

    said = SAID
    sizes = (10,)

    def fresh(self, size: int) -> Any:
        file = _file(size)
        return io.BufferedRandom(file, buffer_size=4 * LINE), file, [], _lines(_text(size))

    def wrong(self, o: Any) -> str:
        o[0].flush()
        there, before = _written(o[1]), o[3]
        new = [one for number, one in enumerate(there) if before[number : number + 1] != [one]]
        return "" if sorted(new) == sorted(o[2]) else f"{o[2]} was written, {new} is new: {there}"

    @step(writes=True)
    def write(o: Any, v: str) -> Any:
        o[0].write(_line(v))
        o[2].append(v)

    @step(writes=True)
    def write_more(o: Any, v: str) -> Any:
        """More than the buffer holds."""
        o[0].write(_line(v) * 6)
        o[2].extend([v] * 6)

    @step(writes=True)
    def read_some(o: Any, v: str) -> Any:
        o[0].read(LINE)

    @step(writes=True)
    def read_more(o: Any, v: str) -> Any:
        """More than the buffer holds."""
        o[0].read(6 * LINE)

    @step(writes=True)
    def readinto(o: Any, v: str) -> Any:
        return o[0].readinto(bytearray(LINE)) % LINE

    @step(writes=True)
    def readline(o: Any, v: str) -> Any:
        o[0].readline()

    @step()
    def peek(o: Any, v: str) -> Any:
        return len(o[0].peek(LINE)) % LINE

    @step(writes=True)
    def flush(o: Any, v: str) -> Any:
        o[0].flush()


class FilePair(_BufferRead, _Written):
    """A reader's and a writer's buffer in one, over a file each, which any thread may close."""

    most = PROCESS
    sizes = (9,)

    def fresh(self, size: int) -> Any:
        read, written = _file(size), _file(0)
        return io.BufferedRWPair(read, written, 2 * LINE + 1), read, written

    def left(self, o: Any) -> Any:
        for one in o:
            with suppress(ValueError, OSError):
                one.close()
        return None

    @step(writes=True)
    def flush(o: Any, v: str) -> Any:
        o[0].flush()

    @step(writes=True)
    def close(o: Any, v: str) -> Any:
        o[0].close()

    @step()
    def asks(o: Any, v: str) -> Any:
        return o[0].closed, o[0].readable(), o[0].writable(), o[0].isatty()


class FileText(_Read, _FileStream):
    """Text over a file that is gone through by lines, and read by a few bytes at a time. It is said not to be
    thread-safe: the process goes on.
    """

    def fresh(self, size: int) -> Any:
        file = _file(size)
        text = io.TextIOWrapper(io.BufferedReader(file), encoding="utf-8")
        text._CHUNK_SIZE = LINE  # type: ignore[attr-defined]
        next(text)
        return text, file

    @step(writes=True)
    def next_(o: Any, v: str) -> Any:
        return len(next(o[0]))

    @step(writes=True)
    def seek_back(o: Any, v: str) -> Any:
        """To where a read of some characters began."""
        o[0].flush()
        place = o[0].tell()
        return len(o[0].read(2)), o[0].seek(place)

    @step(writes=True)
    def reconfigure(o: Any, v: str) -> Any:
        o[0].reconfigure(line_buffering=True)

    @step()
    def settings(o: Any, v: str) -> Any:
        return o[0].encoding, o[0].errors, o[0].newlines, o[0].line_buffering


class FileTextWritten(_Read, _FileStreamWritten):
    """Text over a file that is read and written, with a line that waits to be written."""

    def fresh(self, size: int) -> Any:
        file = _file(size)
        below: Any = io.BufferedRandom(file, buffer_size=4 * LINE)
        text = io.TextIOWrapper(below, encoding="utf-8")
        text.readline()
        text.write("x1\n")
        return text, file

    @step(writes=True)
    def write_much(o: Any, v: str) -> Any:
        """More than waits to be written."""
        return o[0].write((v + "\n") * 4000)

    @step(writes=True)
    def reconfigure(o: Any, v: str) -> Any:
        o[0].reconfigure(write_through=True)
