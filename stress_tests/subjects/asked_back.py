"""What C's code asks while it works, and what that changes: each thread has its own objects, so one alone may show it.

``size`` says in which way whoever is asked meddles. Nothing is promised but that the process goes on.
"""

from __future__ import annotations

import array
import copy
import csv
import io
import itertools
import os
import pickle
import struct
import types
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any
from xml.parsers import expat

from harness.kernel.pairs import PROCESS, Asked, AskedItems, Subject, step

Meddle = Callable[[Any], object]


class _AskedBack(Subject):
    """What no thread shares."""

    most = PROCESS

    def fresh(self, size: int) -> Any:
        return size

    def left(self, o: Any) -> Any:
        return None


try:
    import sqlite3
except ImportError:
    pass
else:

    def _others(one: Any) -> None:
        """Have others called from now on."""
        one.text_factory, one.row_factory = str, None
        for name in ("set_authorizer", "set_trace_callback"):
            getattr(one, name)(None)
        one.set_progress_handler(None, 1)
        one.create_collation("c", None)
        for name in ("f", "g"):
            with suppress(sqlite3.OperationalError):  # it runs
                one.create_function(name, 1, None)
        sqlite3.register_converter("asked", lambda data: _convert(data))
        sqlite3.register_adapter(Adapted, lambda asked: _adapt(asked))

    DATABASES: tuple[Meddle, ...] = (
        _others,
        lambda one: one.rollback(),
        lambda one: one.execute("delete from t"),
        lambda one: one.interrupt(),
        lambda one: one.close(),
    )
    INSERT = "insert into t values (?) returning x"

    class Adapted:
        """What is stored as what an adapter makes of it."""

        def __init__(self, home: Any, meddle: Meddle) -> None:
            self.home, self.meddle = home, meddle

    class Conforming(Adapted):
        """What says itself as what it is stored."""

        def __conform__(self, protocol: Any) -> Any:
            self.meddle(self.home)
            return "x1"

    def _adapt(one: Adapted) -> str:
        one.meddle(one.home)
        return "x1"

    sqlite3.register_adapter(Adapted, _adapt)
    ASKED_OF_BYTES: list[Callable[[], object]] = []
    """What the converter calls."""

    def _convert(data: bytes) -> str:
        while ASKED_OF_BYTES:
            ASKED_OF_BYTES.pop()()
        return data.decode()

    sqlite3.register_converter("asked", _convert)

    class DatabasesAskedBack(_AskedBack):
        """Databases in memory that are closed, rolled back or written to by what they call."""

        sizes = tuple(range(len(DATABASES)))

        @step(writes=True)
        def text_factory(o: Any, v: str) -> Any:
            one = _database()
            one.text_factory = lambda text: DATABASES[o](one) and text
            return one.execute("select x from t").fetchall(), one.execute(INSERT, (v,)).fetchall()

        @step(writes=True)
        def row_factory(o: Any, v: str) -> Any:
            one = _database()
            one.row_factory = lambda cursor, row: DATABASES[o](one) and row
            return one.execute("select x from t").fetchmany(2), one.execute(INSERT, (v,)).fetchall()

        @step(writes=True)
        def adapter(o: Any, v: str) -> Any:
            one = _database()
            return one.execute(INSERT, (Adapted(one, DATABASES[o]),)).fetchall()

        @step(writes=True)
        def conform(o: Any, v: str) -> Any:
            one = _database()
            one.executemany("insert into t values (?)", [(Conforming(one, DATABASES[o]),)] * 2)

        @step(writes=True)
        def converter(o: Any, v: str) -> Any:
            one = sqlite3.connect(":memory:", detect_types=sqlite3.PARSE_COLNAMES, isolation_level=None)
            ASKED_OF_BYTES.append(partial(DATABASES[o], one))
            return one.execute("select 'x0' as 'x [asked]' union select 'x1'").fetchall()

        @step(writes=True)
        def parameters(o: Any, v: str) -> Any:
            one = _database()
            return one.execute(INSERT, AskedItems(one, DATABASES[o], [v])).fetchall()

        @step(writes=True)
        def many_parameters(o: Any, v: str) -> Any:
            one = _database()
            one.executemany("insert into t values (?)", _rows(one, DATABASES[o], v))

        @step(writes=True)
        def named_parameters(o: Any, v: str) -> Any:
            one = _database()
            return one.execute("select :x0", _Missing(one, DATABASES[o])).fetchall()

        @step(writes=True)
        def authorizer(o: Any, v: str) -> Any:
            one = _database()
            one.set_authorizer(lambda *asked: (DATABASES[o](one), 0)[1])
            return one.execute("select x from t").fetchall()

        @step(writes=True)
        def trace(o: Any, v: str) -> Any:
            one = _database()
            one.set_trace_callback(lambda text: DATABASES[o](one) if "m" not in text else None)
            return one.execute("select x from t").fetchall(), one.execute(INSERT, (v,)).fetchall()

        @step(writes=True)
        def progress(o: Any, v: str) -> Any:
            one = _database()
            one.set_progress_handler(lambda: DATABASES[o](one) and 0, 1)
            return one.execute("select x from t").fetchall()

        @step(writes=True)
        def collation(o: Any, v: str) -> Any:
            one = _database()
            one.create_collation("c", lambda first, second: DATABASES[o](one) and 0)
            return one.execute("select x from t order by x collate c").fetchall()

        @step(writes=True)
        def function(o: Any, v: str) -> Any:
            one = _database()
            one.create_function("f", 1, lambda text: DATABASES[o](one) and text)
            return one.execute("select f(x) from t").fetchall(), one.execute("insert into t values (f('x1'))")

        @step(writes=True)
        def aggregate(o: Any, v: str) -> Any:
            one = _database()
            one.create_aggregate("g", 1, partial(_Aggregate, one, DATABASES[o]))  # type: ignore[arg-type]
            return one.execute("select g(x) from t").fetchall()

        @step(writes=True)
        def script(o: Any, v: str) -> Any:
            one = _database()
            one.create_function("f", 0, lambda: DATABASES[o](one) and 1)
            one.executescript("select f(); select 2; select f()")

        @step(writes=True)
        def backup(o: Any, v: str) -> Any:
            one = _database()
            once = _then(partial(DATABASES[o], one))
            with sqlite3.connect(":memory:") as other:
                one.backup(other, pages=1, progress=lambda *left: once())

        @step(writes=True)
        def dump(o: Any, v: str) -> Any:
            one = _database()
            for _ in one.iterdump():
                DATABASES[o](one)

    def _database() -> sqlite3.Connection:
        one = sqlite3.connect(":memory:", isolation_level=None)
        one.execute("create table t (x)")
        one.executemany("insert into t values (?)", [("x0",), ("x1",), ("x2",)])
        return one

    def _rows(one: Any, meddle: Meddle, v: str) -> Iterator[tuple[str]]:
        for number in range(3):
            if number:
                meddle(one)
            yield (v,)

    class _Missing(dict[str, str]):
        """Parameters by name, of which all are missing, and made."""

        def __init__(self, home: Any, meddle: Meddle) -> None:
            self.home, self.meddle = home, meddle

        def __missing__(self, key: str) -> str:
            self.meddle(self.home)
            return key

    class _Aggregate:
        """What adds up, and meddles at each step."""

        def __init__(self, home: Any, meddle: Meddle) -> None:
            self.home, self.meddle = home, meddle

        def step(self, one: str) -> None:
            self.meddle(self.home)

        def finalize(self) -> int:
            self.meddle(self.home)
            return 1


TEXT = b"<a x0='x1'>x0&amp;x1&amp;<b>x2</b><!--x3--><?x4 x5?><c/>x6</a>"
DOCUMENT = b"<!DOCTYPE a [<!ENTITY e 'x0'><!ELEMENT a ANY><!ATTLIST a x0 CDATA 'x1'>]><a>&e;x1&e;</a>"
HANDLERS = tuple(name for name in dir(expat.ParserCreate()) if name.endswith("Handler"))


def _no_handlers(one: Any) -> None:
    for name in HANDLERS:
        setattr(one, name, None)


PARSERS: tuple[Meddle, ...] = (
    _no_handlers,
    lambda one: setattr(one, "buffer_text", not one.buffer_text),
    lambda one: setattr(one, "buffer_size", 4000),
    lambda one: one.intern.clear(),
    lambda one: one.Parse(b"<d>" + b"x" * 9000 + b"</d>"),
)


class ParsersAskedBack(_AskedBack):
    """Parsers of expat, and of ElementTree's, that are changed by what they tell."""

    sizes = tuple(range(len(PARSERS)))

    @step(writes=True)
    def characters(o: Any, v: str) -> Any:
        return _parsed(o, TEXT, "CharacterDataHandler")

    @step(writes=True)
    def characters_whole(o: Any, v: str) -> Any:
        return _parsed(o, TEXT, "CharacterDataHandler", buffer_text=True)

    @step(writes=True)
    def elements(o: Any, v: str) -> Any:
        return _parsed(o, TEXT, "StartElementHandler", buffer_text=True)

    @step(writes=True)
    def ends(o: Any, v: str) -> Any:
        return _parsed(o, TEXT, "EndElementHandler", ordered_attributes=True)

    @step(writes=True)
    def others(o: Any, v: str) -> Any:
        return _parsed(o, TEXT, "CommentHandler"), _parsed(o, TEXT, "ProcessingInstructionHandler")

    @step(writes=True)
    def default(o: Any, v: str) -> Any:
        return _parsed(o, DOCUMENT, "DefaultHandler"), _parsed(o, DOCUMENT, "DefaultHandlerExpand")

    @step(writes=True)
    def declarations(o: Any, v: str) -> Any:
        return [
            _parsed(o, DOCUMENT, name)
            for name in (
                "EntityDeclHandler",
                "ElementDeclHandler",
                "AttlistDeclHandler",
                "StartDoctypeDeclHandler",
            )
        ]

    @step(writes=True)
    def file(o: Any, v: str) -> Any:
        """What is read from meddles with the parser that reads it."""
        one = expat.ParserCreate()
        return one.ParseFile(_File(partial(PARSERS[o], one)))  # type: ignore[arg-type]

    @step(writes=True)
    def target(o: Any, v: str) -> Any:
        """ElementTree's parser tells an object of Python's."""
        target = _Target()
        one = ET.XMLParser(target=target)
        target.meddle = _then(partial(TREES[o], one))
        one.feed(TEXT)
        return one.close()

    @step(writes=True)
    def factories(o: Any, v: str) -> Any:
        """Elements are made by functions of Python's, and put into one another."""
        built: list[Any] = []
        factory: Any = partial(_Made, built)
        builder = ET.TreeBuilder(element_factory=factory, insert_comments=True, insert_pis=True)
        built.append(_then(partial(BUILDERS[o], builder)))
        builder.start("x0", {})
        builder.start("x1", {})
        builder.data(v)
        builder.start("x2", {})
        builder.data(v)
        builder.comment(v)
        builder.pi(v, v)
        builder.end("x2")
        builder.end("x1")
        return builder.close() is not None


TREES: tuple[Meddle, ...] = (
    lambda one: one.entity.clear(),
    lambda one: one.__init__(),
    lambda one: one.flush(),
    lambda one: one.close(),
    lambda one: one.feed(b"<d>" + b"x" * 9000 + b"</d>"),
)
BUILDERS: tuple[Meddle, ...] = (
    lambda one: (one.end("x1"), one.start("m", {})),
    lambda one: one.close(),
    lambda one: one.data("m"),
    lambda one: one.__init__(),
    lambda one: one.start("m", {}),
)


def _then(meddle: Callable[[], object]) -> Callable[[], object]:
    """Once: not again from in there."""
    left = [meddle]
    return lambda: left.pop()() if left else None


def _parsed(o: int, text: bytes, handler: str, **settings: Any) -> Any:
    one = expat.ParserCreate()
    for name in HANDLERS[:]:
        if name not in ("ExternalEntityRefHandler", "NotStandaloneHandler"):
            setattr(one, name, lambda *told: None)
    for name, value in settings.items():
        setattr(one, name, value)
    meddle = _then(partial(PARSERS[o], one))
    setattr(one, handler, lambda *told: meddle())
    return one.Parse(text, True)


class _File:
    """What gives a document in two pieces, and meddles before each."""

    def __init__(self, meddle: Callable[[], object]) -> None:
        self.meddle = meddle
        self.left = [TEXT[20:], TEXT[:20]]

    def read(self, size: int) -> bytes:
        if not self.left:
            return b""
        piece = self.left.pop()
        with suppress(expat.ExpatError):
            self.meddle()
        return piece


class _Target:
    """What a parser tells: it meddles with the parser."""

    meddle: Callable[[], object]

    def start(self, tag: str, attributes: Any) -> None:
        self.meddle()

    end = data = comment = lambda self, told: self.meddle()

    def close(self) -> int:
        return 1


class _Made:
    """An element of Python's, which meddles with its builder when a child is put into it, and when it is asked."""

    def __init__(self, built: list[Any], tag: str, attributes: Any = None) -> None:
        self.tag, self.built, self.told = tag, built, ""

    def append(self, child: Any) -> None:
        self.built[0]()

    @property
    def text(self) -> str:
        self.built[0]()
        return self.told

    @text.setter
    def text(self, told: str) -> None:
        self.told = told

    tail = text


class MadeAgain(_AskedBack):
    """Objects that are made again by what they ask."""

    sizes = (0, 1)

    @step(writes=True)
    def pack(o: Any, v: str) -> Any:
        one = struct.Struct("40i")
        return len(one.pack(Asked(one, _structs(o), 1), *range(39)))

    @step(writes=True)
    def pack_into(o: Any, v: str) -> Any:
        one = struct.Struct("40i")
        one.pack_into(bytearray(400), Asked(one, _structs(o), 1), *range(40))  # type: ignore[arg-type]

    @step(writes=True)
    def unpack(o: Any, v: str) -> Any:
        one = struct.Struct("40i")
        return len(one.unpack_from(bytes(400), Asked(one, _structs(o), 1)))  # type: ignore[arg-type]

    @step(writes=True)
    def pickler(o: Any, v: str) -> Any:
        """By what names objects that are kept elsewhere."""
        file = io.BytesIO()
        one = pickle.Pickler(file)
        one.persistent_id = lambda asked: one.clear_memo() if o else one.memo.clear()  # type: ignore[method-assign]
        one.dump([v, [v], {v: v}])
        return len(file.getvalue()) > 0

    @step(writes=True)
    def pickler_of_writer(o: Any, v: str) -> Any:
        """By the file that it writes to."""
        file = _Writes()
        one: Any = pickle.Pickler(file)
        file.meddle = _then(lambda: one.__init__(_Writes()) if o else one.dump(v))
        one.dump([v * 70_000, [v]])

    @step(writes=True)
    def unpickler(o: Any, v: str) -> Any:
        """By the file that it reads from."""
        data = pickle.dumps([[v] * 9, {v: [v]}, v * 300])
        file = _Reads(data)
        one: Any = pickle.Unpickler(file)
        file.meddle = _then(lambda: one.__init__(io.BytesIO(data)) if o else one.load())
        return len(one.load())

    @step(writes=True)
    def csv_writer(o: Any, v: str) -> Any:
        """By the rows and fields that it writes, and where to."""
        file = _Writes()
        one = csv.writer(file)
        file.meddle = _then(lambda: one.writerow([v * 900]))
        one.writerows([[v, _Text(partial(one.writerow, [v] * 99))], [v]])

    @step(writes=True)
    def csv_reader(o: Any, v: str) -> Any:
        """By the lines that it reads."""
        made: list[Any] = []
        lines = (next(made[0]) and "x2" if number == 1 else '"x0,x1' for number in range(3))
        made.append(csv.reader(lines))
        return next(made[0])

    @step(writes=True)
    def iterators(o: Any, v: str) -> Any:
        """Of itertools, by their own function."""
        made: list[Any] = []
        once = _then(lambda: next(made[0]))
        made.append(
            itertools.groupby(range(9), lambda one: once() and one)
            if o
            else itertools.accumulate(range(9), lambda first, second: once() or second)
        )
        return len(list(made[0]))

    @step(writes=True)
    def buffered(o: Any, v: str) -> Any:
        """A buffer, by the raw stream below it."""
        raw = _Raw()
        one = io.BufferedRWPair(raw, raw) if o else io.BufferedRandom(raw)  # type: ignore[arg-type]
        raw.meddle = _then(lambda: one.__init__(io.BytesIO(b"x0")) if not o else one.close())  # type: ignore[misc]
        return one.write(v.encode() * 9000), one.flush(), one.read(9)


def _structs(o: int) -> Meddle:
    return (lambda one: one.__init__("300i")) if o else (lambda one: one.__init__("i"))


class _Writes:
    """What is written to, and meddles first."""

    meddle: Callable[[], object] = staticmethod(lambda: None)

    def write(self, data: Any) -> int:
        self.meddle()
        return len(data)


class _Reads(io.BytesIO):
    """What is read from, and meddles first."""

    meddle: Callable[[], object] = staticmethod(lambda: None)

    def read(self, size: int | None = -1, /) -> bytes:
        self.meddle()
        return super().read(size)

    def readline(self, size: int | None = -1, /) -> bytes:
        self.meddle()
        return super().readline(size)

    def readinto(self, buffer: Any, /) -> int:
        self.meddle()
        return super().readinto(buffer)


class _Raw(io.BytesIO):
    """What is below a buffer, and meddles when it is read, written or sought."""

    meddle: Callable[[], object] = staticmethod(lambda: None)

    def readinto(self, buffer: Any, /) -> int:
        self.meddle()
        return super().readinto(buffer)

    def write(self, data: Any, /) -> int:
        self.meddle()
        return super().write(data)

    def seek(self, place: int, whence: int = 0, /) -> int:
        self.meddle()
        return super().seek(place, whence)


class _Text:
    """A field that meddles when it is asked for its text."""

    def __init__(self, meddle: Callable[[], object]) -> None:
        self.meddle = _then(meddle)

    def __str__(self) -> str:
        self.meddle()
        return "x1"


class SystemAskedBack(_AskedBack):
    """Lists of the system's settings and arguments, changed by the numbers and paths in them."""

    sizes = (0, 1)

    @step(writes=True)
    def terminal(o: Any, v: str) -> Any:
        """A terminal of its own."""
        import termios

        there, here = os.openpty()
        try:
            settings = termios.tcgetattr(here)
            settings[5] = Asked(settings, list.clear if o else lambda one: one.__setitem__(6, None), 0)
            termios.tcsetattr(here, termios.TCSANOW, settings)
        finally:
            os.close(there)
            os.close(here)

    @step(writes=True)
    def arguments(o: Any, v: str) -> Any:
        """Of a program that there is not."""
        given: list[Any] = ["x0"] * 9
        given[1] = Asked(given, list.clear, v)
        return (
            os.posix_spawn("/nowhere/x0", given, {})
            if o
            else os.posix_spawn("/nowhere/x0", ["x0"], _Pairs(given))
        )

    @step(writes=True)
    def write_several(o: Any, v: str) -> Any:
        """Buffers that change the list that they are in."""
        there, here = os.pipe()
        try:
            made: list[Any] = [b"x0"] * 9
            made[1] = AskedBuffer(made)
            return os.writev(here, made)
        finally:
            os.close(there)
            os.close(here)


class AskedBuffer:
    """Bytes that empty the list that they are in when they are asked for."""

    def __init__(self, home: list[Any]) -> None:
        self.home = home

    def __buffer__(self, flags: int) -> memoryview:
        self.home.clear()
        return memoryview(b"x1")


class _Pairs(dict[str, Any]):
    """An environment whose keys change with the list of arguments."""

    def __init__(self, home: list[Any]) -> None:
        super().__init__(x0="x1")
        self.home = home

    def keys(self) -> Any:
        self.home.clear()
        return ["x0", Asked(self.home, list.clear, "x1")]

    def values(self) -> Any:
        return ["x1", "x1"]


class BytesAskedBack(_AskedBack):
    """Bytearrays and memoryviews that are changed, or let go of, by the numbers, names and buffers that they ask."""

    sizes = (0, 1, 2)

    @step(writes=True)
    def format_(o: Any, v: str) -> Any:
        _each(
            bytearray(b"%d-%s-%a" * 9),
            _bytes(o),
            lambda one, asked: one % (asked(1), b"x1", v, *(1, b"x1", v) * 8),
        )

    @step(writes=True)
    def index(o: Any, v: str) -> Any:
        _each(
            bytearray(300),
            _bytes(o),
            lambda one, asked: one[asked(1)],
            lambda one, asked: one[asked(0) : 9],
            lambda one, asked: one[0 : 9 : asked(2)],
            lambda one, asked: one.pop(asked(0)),
            lambda one, asked: one * asked(2),
        )

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        _each(
            bytearray(300),
            _bytes(o),
            lambda one, asked: one.__setitem__(asked(1), 1),
            lambda one, asked: one.__setitem__(0, asked(1)),
            lambda one, asked: one.__setitem__(slice(1, 3), [asked(1), 2]),
            lambda one, asked: one.__setitem__(slice(asked(1), 3), b"x1"),
            lambda one, asked: one.__delitem__(asked(1)),
            lambda one, asked: one.__delitem__(slice(0, 9, asked(2))),
        )

    @step(writes=True)
    def grow(o: Any, v: str) -> Any:
        _each(
            bytearray(300),
            _bytes(o),
            lambda one, asked: one.insert(asked(1), 1),
            lambda one, asked: one.insert(1, asked(1)),
            lambda one, asked: one.append(asked(1)),
            lambda one, asked: one.extend([asked(1), 2]),
            lambda one, asked: one.__imul__(asked(2)),
            lambda one, asked: one.__iadd__(asked(b"x1")),
            lambda one, asked: one.remove(asked(0)),
            lambda one, asked: one.resize(asked(9)),
        )

    @step(writes=True)
    def search(o: Any, v: str) -> Any:
        _each(
            bytearray(b"x0" * 150),
            _bytes(o),
            lambda one, asked: one.find(asked(b"x0")),
            lambda one, asked: one.find(asked(120)),
            lambda one, asked: asked(120) in one,
            lambda one, asked: one.count(b"x0", asked(0), asked(20)),
            lambda one, asked: one.startswith(b"x0", asked(0)),
            lambda one, asked: one.replace(b"x0", asked(b"x1"), asked(1)),
            lambda one, asked: one.translate(asked(bytes(256)), asked(b"x")),
            lambda one, asked: one.split(asked(b"x"), asked(3)),
            lambda one, asked: one.partition(asked(b"x")),
            lambda one, asked: one.join([asked(b"x1")] * 3),
            lambda one, asked: one.strip(asked(b"x")),
            lambda one, asked: one.center(asked(400), asked(b"x")),
            lambda one, asked: one < asked(b"x"),
        )

    @step(writes=True)
    def hex_(o: Any, v: str) -> Any:
        meddle = _bytes(o)
        _each(
            bytearray(300),
            meddle,
            lambda one, asked: one.hex(_Separator(one, meddle), 2),
            lambda one, asked: one.hex("-", asked(2)),
            lambda one, asked: one.decode(_Separator(one, meddle)),
        )

    @step(writes=True)
    def views(o: Any, v: str) -> Any:
        _each(
            memoryview(bytearray(320)),
            _views(o),
            lambda one, asked: one[asked(1)],
            lambda one, asked: one[asked(0) : 9],
            lambda one, asked: one.__setitem__(1, asked(1)),
            lambda one, asked: one.__setitem__(asked(1), 1),
            lambda one, asked: one.__setitem__(slice(0, 2), asked(b"x1")),
            lambda one, asked: one.cast("i").__setitem__(1, asked(1)),
            lambda one, asked: one.cast("f").__setitem__(1, asked(1)),
            lambda one, asked: one.cast("?").__setitem__(1, asked(1)),
            lambda one, asked: one.cast("i").index(asked(0), asked(0)),
            lambda one, asked: one.cast("i").count(asked(0)),
            lambda one, asked: one.cast("i") == asked(b"x1"),
            lambda one, asked: one.hex("-", asked(2)),
        )

    @step(writes=True)
    def exporters(o: Any, v: str) -> Any:
        """What lends its bytes is Python's, and is told when they are given back."""
        exporter = _Lends()
        one = memoryview(exporter)
        exporter.meddle = _then(partial(_views(o), one))
        _each(
            one,
            _views(o),
            lambda one, asked: hash(one),
            lambda one, asked: one == b"x0",
            lambda one, asked: one.release(),
        )

    @step(writes=True)
    def numbers(o: Any, v: str) -> Any:
        """An array of numbers."""
        meddle: Meddle = (
            lambda one: one.pop(),
            lambda one: one.extend(range(900)),
            lambda one: one.__delitem__(slice(1, 99)),
        )[o]
        _each(
            array.array("i", range(90)),
            meddle,
            lambda one, asked: one[asked(1)],
            lambda one, asked: one.__setitem__(asked(1), 2),
            lambda one, asked: one.__setitem__(1, asked(2)),
            lambda one, asked: one.__setitem__(slice(asked(1), 9), one[:3]),
            lambda one, asked: one.insert(asked(1), asked(2)),
            lambda one, asked: one.append(asked(2)),
            lambda one, asked: one.extend([1, asked(2)]),
            lambda one, asked: one.fromlist([1, asked(2), 3]),
            lambda one, asked: one.index(asked(2), asked(1)),
            lambda one, asked: one.count(asked(2)),
            lambda one, asked: one.remove(asked(2)),
            lambda one, asked: one.pop(asked(0)),
            lambda one, asked: one.__imul__(asked(2)),
        )


def _each(home: Any, meddle: Meddle, *tries: Callable[[Any, Callable[[Any], Any]], object]) -> None:
    """Try one after the other, each with a copy of an object that is asked meddles with, once."""
    for one_try in tries:
        one = home if isinstance(home, memoryview) and home.readonly else _copied(home)
        once = _then(partial(meddle, one))
        with suppress(*REFUSED):
            one_try(one, partial(_Worth, one, lambda _: once()))


def _copied(home: Any) -> Any:
    return memoryview(bytearray(home)) if isinstance(home, memoryview) else copy.copy(home)


REFUSED = (AttributeError, BufferError, IndexError, LookupError, OverflowError, TypeError, ValueError)


class _Worth(Asked):
    """What is worth a number, or bytes, and equal to nothing else, and meddles when it is compared, too."""

    __hash__ = None  # type: ignore[assignment]
    __int__ = Asked.__index__

    def __eq__(self, other: object) -> bool:
        return self._asked() is other


def _bytes(o: int) -> Meddle:
    return (lambda one: one.clear(), lambda one: one.extend(bytes(9000)), lambda one: one.pop())[o]


def _views(o: int) -> Meddle:
    return (lambda one: one.release(), lambda one: one.obj.clear(), lambda one: one.cast("B").release())[o]


class _Separator(str):
    """A character that meddles when it is asked how long it is."""

    home: Any
    meddle: Meddle

    def __new__(cls, home: Any, meddle: Meddle) -> _Separator:
        made = super().__new__(cls, "-")
        made.home, made.meddle = home, meddle
        return made

    def __len__(self) -> int:
        self.meddle(self.home)
        return 1


class _Lends:
    """What lends bytes, and meddles when it is asked for them, hashed, and given them back."""

    meddle: Callable[[], object] = staticmethod(lambda: None)

    def __buffer__(self, flags: int) -> memoryview:
        self.meddle()
        return memoryview(b"x0")

    def __release_buffer__(self, view: memoryview) -> None:
        with suppress(*REFUSED):
            self.meddle()

    def __hash__(self) -> int:
        self.meddle()
        return 1


class NamespacesAskedBack(_AskedBack):
    """Code that runs in namespaces of Python's, which are changed by the names that it asks for."""

    sizes = (0, 1, 2)

    @step(writes=True)
    def names(o: Any, v: str) -> Any:
        space = _Space(o)
        exec(USES_NAMES, space.globals, space)
        return space.get("x0")

    @step(writes=True)
    def function(o: Any, v: str) -> Any:
        """Its globals are cleared by what it calls."""
        space: dict[str, Any] = {"x0": v, "x1": v}
        space["meddle"] = partial((space.clear, space.popitem, space.copy)[o])
        exec("def function():\n    for _ in range(3):\n        x0, meddle(), x1\n", space)
        return space["function"]()

    @step(writes=True)
    def class_(o: Any, v: str) -> Any:
        """A class is made of a namespace that changes."""
        space = _Space(o)
        return types.new_class("Fresh", (), {"metaclass": _Prepared(space)}, lambda made: made.update(x0=v))

    @step(writes=True)
    def builtins_(o: Any, v: str) -> Any:
        """Names are looked for in builtins of its own."""
        space: dict[str, Any] = {"__builtins__": _Space(o)}
        return eval("x0, x1", space)

    @step(writes=True)
    def imports(o: Any, v: str) -> Any:
        """By a function that changes where the names go."""
        space: dict[str, Any] = {}
        own = {"__import__": partial(_imported, space, o)}
        space["__builtins__"] = own
        exec("from x0 import x1, x2\nimport x0\nfrom x0 import *", space)

    @step(writes=True)
    def attributes(o: Any, v: str) -> Any:
        """An instance is emptied by what its class is asked for."""
        one = _Emptied()
        one.x0 = v
        return one.x0, one.x1, vars(one), getattr(one, "x2", None)


USES_NAMES = compile("x0 = x1\ndel x2\nx3 = x0, x1\nx1\nclass x4:\n    x5 = x1\n", "<fresh>", "exec")


def _imported(space: dict[str, Any], how: int, *asked: Any) -> Any:
    space.clear()
    return _Space(how)


class _Space(dict[str, Any]):
    """A namespace that is cleared, or changes its globals, when a name is looked for, put there or taken away."""

    def __init__(self, how: int) -> None:
        super().__init__(x0="x0", x1="x1", x2="x2")
        self.how, self.globals = how, {"x1": "x1", "__name__": "x0"}

    def _asked(self) -> None:
        (
            super().clear,
            self.globals.clear,
            lambda: self.globals.update(dict.fromkeys(map(str, range(99)), "x1")),
        )[self.how]()

    def __getitem__(self, name: str) -> Any:
        self._asked()
        return self.get(name, "x1")

    def __setitem__(self, name: str, value: Any) -> None:
        self._asked()
        super().__setitem__(name, value)

    def __delitem__(self, name: str) -> None:
        self._asked()
        self.pop(name, None)

    def __getattr__(self, name: str) -> Any:
        self._asked()
        if name.startswith("__"):
            raise AttributeError(name)
        return name


class _Prepared:
    """A metaclass that prepares a namespace of Python's."""

    def __init__(self, space: _Space) -> None:
        self.space = space

    def __prepare__(self, *given: Any) -> Any:
        return self.space

    def __call__(self, name: str, bases: Any, space: Any) -> Any:
        return type(name, bases, space)


class _Emptied:
    """What loses its dict whenever an attribute is looked for."""

    x0: Any

    def __getattribute__(self, name: str) -> Any:
        mine = object.__getattribute__(self, "__dict__")
        mine.clear()
        return object.__getattribute__(self, name) if name.startswith("__") else mine.get(name)
