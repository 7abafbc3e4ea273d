"""What functions written in C take from a list, a dict or a buffer that others change meanwhile."""

from __future__ import annotations

import _posixsubprocess
import _sre  # type: ignore[import-not-found]
import binascii
import bisect
import codecs
import collections
import csv
import ctypes
import functools
import hashlib
import hmac
import io
import itertools
import math
import operator
import os
import random
import re
import select
import socket
import sqlite3
import statistics
import struct
import sys
import threading
import time
import xml.etree.ElementTree as ET
import zlib
from array import array
from contextlib import suppress
from typing import Any, ClassVar

from harness.kernel.pairs import PROCESS, Asked, Subject, fresh_strings, step

try:
    import _suggestions  # type: ignore[import-not-found]
except ImportError:  # before 3.13
    _suggestions = None


class _Taken(Subject):
    """What is changed while it is taken: it is no more than a list of what was put there, at some moment or other."""

    said = (
        "Python support for free threading: built-in types lock themselves, functions that take them need not"
    )


class _Own(threading.local):
    """A thread's own connection to an empty database."""

    def __init__(self) -> None:
        self.connection = sqlite3.connect(":memory:", check_same_thread=False)


OWN = _Own()


class TakenList(_Taken):
    """A list of strings that is taken by functions and constructors of C's while others change it."""

    sizes = (3, 9)

    def fresh(self, size: int) -> Any:
        return fresh_strings(size)

    @step(writes=True)
    def append(o: Any, v: str) -> Any:
        o.append(v)

    @step(writes=True)
    def extend(o: Any, v: str) -> Any:
        o.extend([v] * 20)

    @step(writes=True)
    def pop(o: Any, v: str) -> Any:
        return o.pop()

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o.clear()

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        o[:] = [v, v]

    @step()
    def deque(o: Any, v: str) -> Any:
        made = collections.deque(o)
        made.extend(o)
        made.extendleft(o)
        return made

    @step()
    def counter(o: Any, v: str) -> Any:
        return list(collections.Counter(o))

    @step()
    def ordered_dict(o: Any, v: str) -> Any:
        return list(collections.OrderedDict.fromkeys(o))

    @step()
    def reduce(o: Any, v: str) -> Any:
        return functools.reduce(max, o, v)

    @step()
    def itertools_(o: Any, v: str) -> Any:
        return (
            list(itertools.chain(o, o)),
            list(itertools.accumulate(o, max)),
            list(itertools.islice(o, 1, None)),
            list(itertools.zip_longest(o, o, fillvalue=v)),
            list(itertools.pairwise(o)),
        )

    @step()
    def pools(o: Any, v: str) -> Any:
        return (
            list(itertools.islice(itertools.product(o, repeat=2), 9)),
            list(itertools.islice(itertools.combinations(o, 2), 9)),
            list(itertools.islice(itertools.permutations(o, 2), 9)),
        )

    @step(may_raise=(IndexError,))
    def itemgetter(o: Any, v: str) -> Any:
        return operator.itemgetter(0, -1, slice(None))(o)

    @step()
    def searches(o: Any, v: str) -> Any:
        return operator.indexOf(o + [v], v) >= 0, operator.countOf(o, v) >= 0

    @step(PROCESS)
    def bisect_(o: Any, v: str) -> Any:
        return bisect.bisect(o, v), bisect.bisect_left(o, v, key=str)

    @step()
    def elements(o: Any, v: str) -> Any:
        root = ET.Element(v)
        root.extend(map(ET.Element, o))
        return [one.tag for one in root]

    @step()
    def csv_row(o: Any, v: str) -> Any:
        into = io.StringIO()
        writer = csv.writer(into, lineterminator="")
        writer.writerow(o)
        return into.getvalue().split(",") if into.getvalue() else []

    @step()
    def csv_rows(o: Any, v: str) -> Any:
        return list(csv.reader(o))

    @step()
    def lines(o: Any, v: str) -> Any:
        into = io.StringIO()
        into.writelines(o)
        text = into.getvalue()
        return [text[at : at + 2] for at in range(0, len(text), 2)]

    @step()
    def byte_lines(o: Any, v: str) -> Any:
        into = io.BytesIO()
        into.writelines(map(str.encode, o))
        return len(into.getvalue()) % 2

    @step(may_raise=(IndexError, ValueError))
    def draw(o: Any, v: str) -> Any:
        return random.choice(o), random.choices(o), random.sample(o, 1)

    @step(PROCESS, writes=True)
    def shuffle(o: Any, v: str) -> Any:
        random.shuffle(o)

    @step(PROCESS)
    def suggestions(o: Any, v: str) -> Any:
        """Since 3.13; it wants a list of strings."""
        return _suggestions._generate_suggestions(o, "x")

    @step(PROCESS)
    def ctypes_array(o: Any, v: str) -> Any:
        return list((ctypes.py_object * 3)(*o))

    @step(PROCESS)
    def sub(o: Any, v: str) -> Any:
        return re.sub("x", lambda match: o.pop(), "xx")

    @step(PROCESS)
    def groups(o: Any, v: str) -> Any:
        return os.path.commonprefix(o), os.path.join("x0", *o)


class _Emptied(_Taken):
    """A list whose items are let go of at once, while C goes from one to the next."""

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o.clear()

    @step(writes=True)
    def shrink(o: Any, v: str) -> Any:
        del o[1:]


class TakenByQuery(_Emptied):
    """A list of strings that is given to a query in the place of its parameters, while others change it."""

    sizes = (10, 50)

    def fresh(self, size: int) -> Any:
        return fresh_strings(size)

    @step(writes=True)
    def append(o: Any, v: str) -> Any:
        o.append(v)

    @step(writes=True, may_raise=(IndexError,))
    def replace_all(o: Any, v: str) -> Any:
        """By strings that are new, where those before are let go of, and those that were new before."""
        for number in (*range(len(o)), *range(len(o))):
            o[number] = v[:1] + "1"

    @step(may_raise=(sqlite3.ProgrammingError, IndexError))
    def query(o: Any, v: str) -> Any:
        """It asks for the length, and then for each item."""
        return OWN.connection.execute("select 'x0'" + ", ?" * len(o), o).fetchone()


class TakenNumbers(_Taken):
    """A list of numbers that is taken by functions and constructors of C's while others change it."""

    sizes = (3, 9)

    def fresh(self, size: int) -> Any:
        return list(range(1000, 1000 + size))

    def left(self, o: Any) -> Any:
        return len(o)

    @step(writes=True)
    def append(o: Any, v: str) -> Any:
        o.append(2000 + ord(v[0]))

    @step(writes=True)
    def extend(o: Any, v: str) -> Any:
        o.extend([3000 + ord(v[0])] * 20)

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o.clear()

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        o[:] = [4000 + ord(v[0])] * 2

    @step(may_raise=(IndexError,))
    def array_(o: Any, v: str) -> Any:
        made = array("q", o)
        made.extend(o)
        return _known(made)

    @step(PROCESS)
    def fromlist(o: Any, v: str) -> Any:
        """It says so when the list changes."""
        made = array("q")
        made.fromlist(o)
        return made

    @step()
    def sums(o: Any, v: str) -> Any:
        return sum(o) >= 0, math.fsum(o) >= 0, math.prod(o) > 0, math.hypot(*o) >= 0

    @step(PROCESS)
    def products(o: Any, v: str) -> Any:
        return math.sumprod(o, o), math.dist(o, o)  # type: ignore[attr-defined]  # since 3.12

    @step(PROCESS)
    def means(o: Any, v: str) -> Any:
        return statistics.fmean(o), statistics.median(o)

    @step(PROCESS)
    def divisors(o: Any, v: str) -> Any:
        return math.gcd(*o), math.lcm(*o)

    @step(PROCESS)
    def pack(o: Any, v: str) -> Any:
        return struct.pack("3q", *o)

    @step(PROCESS)
    def select_(o: Any, v: str) -> Any:
        """Of numbers of files of which none is open."""
        return select.select(o, o, o, 0)

    @step(PROCESS)
    def ctypes_array(o: Any, v: str) -> Any:
        made = (ctypes.c_long * 9)(*o)
        made[:] = o
        return list(made)

    @step(PROCESS)
    def weights(o: Any, v: str) -> Any:
        return random.choices(o, weights=o)


def _known(numbers: Any) -> str:
    strange = [one for one in numbers if one // 1000 not in (1, 2, 3, 4)]
    return f"{strange} was never put there" if strange else ""


NOWHERE = "/dev/null/x0"
"""Nothing can be there: to run it fails, after all that it was to be given has been read."""


class NumbersMadeInto(_Emptied):
    """A list of numbers of which C makes a structure, a shape, a query, while others change it.

    Such functions ask for the length, and then for each item without the list's lock.
    """

    most = PROCESS
    sizes = (10,)

    def fresh(self, size: int) -> Any:
        return list(range(1000, 1000 + size))

    def left(self, o: Any) -> Any:
        return len(o)

    @step(writes=True)
    def extend(o: Any, v: str) -> Any:
        o.extend(range(3000, 3099))

    @step(writes=True, may_raise=(IndexError,))
    def replace_all(o: Any, v: str) -> Any:
        """By numbers that are new, where those before are let go of."""
        for number in range(len(o)):
            o[number] = 2000 + number

    @step()
    def structure(o: Any, v: str) -> Any:
        return sum(time.struct_time(o)), sum(os.stat_result(o)[:10])

    @step()
    def shape(o: Any, v: str) -> Any:
        return memoryview(b"x0").cast("B", shape=o)

    @step()
    def query(o: Any, v: str) -> Any:
        return OWN.connection.execute("select ?, ?, ?, ?, ?, ?, ?, ?, ?, ?", o).fetchone()

    @step()
    def spawn(o: Any, v: str) -> Any:
        """Of numbers no file action is made, and nothing is started."""
        return os.posix_spawn(NOWHERE, ["x0"], {}, file_actions=o, setsigmask=o, setsigdef=o)


class _Environment:
    """A mapping whose keys and values are lists that it hands out as they are."""

    def __init__(self, keys: list[Any], values: list[Any]) -> None:
        self.held = keys, values

    def __len__(self) -> int:
        return len(self.held[0])

    def __getitem__(self, key: Any) -> Any:
        raise KeyError(key)

    def keys(self) -> list[Any]:
        return self.held[0]

    def values(self) -> list[Any]:
        return self.held[1]


def _run(arguments: Any, environment: Any) -> None:
    """Have the system run what is not there: it is refused, at the latest when all has been read."""
    with suppress(OSError, IndexError, ValueError):  # the last two: the list has become shorter, or empty
        os.execve(NOWHERE, arguments, environment)


STRANGERS = 1200
"""As many as there is room for where one of them was: what is asked after it has gone is one of these."""


class TakenTexts(_Taken):
    """A list of paths that the system is given, while others change it, or a path does that is asked for its text.

    Beside it is noted who was asked, and nobody had given.
    """

    sizes = (3, 9)

    def fresh(self, size: int) -> Any:
        o: list[Any] = []
        meddles = (list.clear, lambda o: o.append("x0"), lambda o: o and o.pop(0))
        o.extend(
            Asked(o, meddles[number % 3], name) if number % 2 else name
            for number, name in enumerate(fresh_strings(size))
        )
        return o, []

    def left(self, o: Any) -> Any:
        return None

    def wrong(self, o: Any) -> str:
        return "; ".join(o[1])

    @step(writes=True)
    def append(o: Any, v: str) -> Any:
        o[0].append("".join(v))

    @step(writes=True)
    def extend(o: Any, v: str) -> Any:
        o[0].extend([v] * 20)

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o[0].clear()

    @step(writes=True)
    def replace_all(o: Any, v: str) -> Any:
        """By texts that are new, where those before are let go of."""
        o[0][:] = [v + str(number) for number in range(len(o[0]))]

    @step(writes=True)
    def arguments(o: Any, v: str) -> Any:
        _run(o[0], {})

    @step(writes=True)
    def environment(o: Any, v: str) -> Any:
        _run(["x0"], _Environment(o[0], o[0]))

    @step(writes=True)
    def both(o: Any, v: str) -> Any:
        _run(o[0], _Environment(o[0], o[0]))

    @step(writes=True)
    def that_goes(o: Any, v: str) -> Any:
        """Who is asked first takes those that come next away, and others take their place."""
        strangers: list[Any] = []

        def go(home: list[Any]) -> None:
            del home[:]
            strangers.extend(Asked(o[1], _was_asked, v) for _ in range(STRANGERS))

        values = [Asked(None, bool, v)]
        _run(["x0"], _Environment([Asked(values, go, v)], values))
        mine: list[Any] = []
        mine.extend((Asked(mine, go, v), Asked(None, bool, v)))
        _run(mine, {})


def _was_asked(told: list[str]) -> None:
    told.append("somebody was asked whom nobody had given")


class _Replaced(_Taken):
    """A list whose items nobody else holds, and which others replace, or take away, while it is taken."""

    most = PROCESS
    sizes = (3, 9)
    made: ClassVar[Any]
    """As many items as nobody else has."""

    def fresh(self, size: int) -> Any:
        return type(self).made("x0", size)

    def left(self, o: Any) -> Any:
        return None


class ChildrenTaken(_Emptied, _Replaced):
    """A list of elements that become the children of other ones, while it is changed."""

    @staticmethod
    def made(v: str, size: int) -> list[Any]:
        return [ET.Element(v) for _ in range(size)]

    @step()
    def store_slice(o: Any, v: str) -> Any:
        mine = ET.Element(v)
        mine[:] = o
        return len(mine)

    @step()
    def extend(o: Any, v: str) -> Any:
        mine = ET.Element(v)
        mine.extend(o)
        return len(mine)

    @step()
    def setstate(o: Any, v: str) -> Any:
        mine: Any = ET.Element(v)
        mine.__setstate__({"tag": v, "_children": o})
        return len(mine)

    @step(writes=True)
    def replace(o: Any, v: str) -> Any:
        for number in range(len(o)):
            o[number] = ET.Element(v)

    @step(writes=True)
    def replace_all(o: Any, v: str) -> Any:
        o[:] = ChildrenTaken.made(v, len(o))

    @step(writes=True)
    def grow(o: Any, v: str) -> Any:
        o += ChildrenTaken.made(v, 20)


class TemplateTaken(_Emptied, _Replaced):
    """A list of texts and numbers of groups, one behind the other, of which re makes what it replaces matches by."""

    minimum_version = (3, 12)
    sizes = (21, 3)

    @staticmethod
    def made(v: str, size: int) -> list[Any]:
        return [1025 + number if number % 2 else v + str(number) for number in range(size)]

    @step()
    def template(o: Any, v: str) -> Any:
        return _sre.template(None, o) is None

    @step()
    def template_often(o: Any, v: str) -> Any:
        return [_sre.template(None, o) for _ in range(9)] == []

    @step(writes=True)
    def replace(o: Any, v: str) -> Any:
        for number, one in enumerate(TemplateTaken.made(v, len(o))):
            o[number] = one

    @step(writes=True)
    def replace_all(o: Any, v: str) -> Any:
        o[:] = TemplateTaken.made(v, 21)

    @step(writes=True)
    def grow(o: Any, v: str) -> Any:
        o += TemplateTaken.made(v, 20)


class ActionsTaken(_Replaced):
    """A list of what is to be done with files before a program is started, while others replace what is in it.

    The last is none that there is: nothing is started.
    """

    sizes = (3, 20)

    @staticmethod
    def made(v: str, size: int) -> list[Any]:
        known: list[Any] = [(os.POSIX_SPAWN_CLOSE, 1000 + number) for number in range(size - 1)]
        return [*known, (2000 + ord(v[0]),)]

    @step()
    def spawn(o: Any, v: str) -> Any:
        """It is refused for its group, too, whatever the actions are by then."""
        return os.posix_spawn(NOWHERE, ["x0"], {}, file_actions=o, setpgroup="x0")  # type: ignore[arg-type]

    @step(writes=True)
    def replace(o: Any, v: str) -> Any:
        for number, one in enumerate(ActionsTaken.made(v, len(o))):
            o[number] = one

    @step(writes=True)
    def replace_all(o: Any, v: str) -> Any:
        o[:] = ActionsTaken.made(v, len(o))

    @step(writes=True)
    def shrink(o: Any, v: str) -> Any:
        del o[:-1]

    @step(writes=True)
    def grow(o: Any, v: str) -> Any:
        o[:0] = ActionsTaken.made(v, 20)[:-1]


def _fork(arguments: Any, programs: Any) -> Any:
    """Have a program run, in an environment and a folder that are none: it is refused before there is a process."""
    flags = (True,) if sys.version_info < (3, 14) else ()
    files = (-1,) * 7 + (3,)
    return _posixsubprocess.fork_exec(
        *(
            arguments,
            programs,
            False,
            (),
            1,
            [1],
            *files,
            False,
            False,
            -1,
            "x0",
            None,
            "x0",
            -1,
            None,
            *flags,
        )
    )


class ArgumentsTaken(_Emptied, _Replaced):
    """A list of arguments, and one of programs to try, that a process would be started with, were it not refused."""

    sizes = (3, 30)

    @staticmethod
    def made(v: str, size: int) -> list[Any]:
        return [(v + str(number)).encode() for number in range(size)]

    @step()
    def arguments(o: Any, v: str) -> Any:
        return _fork(o, [b"x0"])

    @step()
    def programs(o: Any, v: str) -> Any:
        return _fork(["x0"], o)

    @step(writes=True)
    def replace(o: Any, v: str) -> Any:
        for number, one in enumerate(ArgumentsTaken.made(v, len(o))):
            o[number] = one

    @step(writes=True)
    def replace_all(o: Any, v: str) -> Any:
        o[:] = ArgumentsTaken.made(v, len(o))

    @step(writes=True)
    def grow(o: Any, v: str) -> Any:
        o += ArgumentsTaken.made(v, 20)


class TakenBytes(_Taken):
    """A bytearray that C's functions read, and write into, while others change its size: refused, or done."""

    most = PROCESS
    sizes = (4, 64)

    def fresh(self, size: int) -> Any:
        return bytearray(b"x0" * (size // 2))

    def left(self, o: Any) -> Any:
        return len(o)

    @step(writes=True)
    def append(o: Any, v: str) -> Any:
        o.append(97)

    @step(writes=True)
    def extend(o: Any, v: str) -> Any:
        o.extend(v.encode() * 99)

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o.clear()

    @step(writes=True)
    def delete(o: Any, v: str) -> Any:
        del o[:2]

    @step()
    def streams(o: Any, v: str) -> Any:
        into = io.BytesIO(o)
        return into.write(o), into.getvalue()

    @step(writes=True)
    def readinto(o: Any, v: str) -> Any:
        return io.BytesIO(v.encode() * 9).readinto(o)

    @step(writes=True)
    def buffered_readinto(o: Any, v: str) -> Any:
        raw: Any = io.BytesIO(v.encode() * 9)
        return io.BufferedReader(raw).readinto(o)

    @step()
    def send(o: Any, v: str) -> Any:
        one, other = SOCKETS
        return one.send(o), len(other.recv(9999))

    @step(writes=True)
    def recv_into(o: Any, v: str) -> Any:
        one, other = SOCKETS
        other.send(v.encode())
        return one.recv_into(o)

    @step(writes=True)
    def pack_into(o: Any, v: str) -> Any:
        struct.pack_into("2s", o, 0, v.encode())
        return struct.unpack_from("2s", o)

    @step()
    def checks(o: Any, v: str) -> Any:
        return zlib.crc32(o), zlib.adler32(o), binascii.hexlify(o), binascii.b2a_base64(o)

    @step()
    def pattern(o: Any, v: str) -> Any:
        return re.findall(rb"x\d", o), re.sub(rb"x", b"y", o), re.split(rb"0", o)

    @step()
    def match_kept(o: Any, v: str) -> Any:
        """A match asks for its text later, when the bytearray may be another."""
        found = re.match(rb"(x)(\d)", o)
        return found and (found.group(1, 2), found.groups(), len(repr(found)))

    @step()
    def iterate(o: Any, v: str) -> Any:
        return list(re.finditer(rb"x", o)), list(struct.iter_unpack("c", o))

    @step()
    def numbers(o: Any, v: str) -> Any:
        return int.from_bytes(o, "big"), array("B", o)

    @step(writes=True)
    def ctypes_from_buffer(o: Any, v: str) -> Any:
        shared = (ctypes.c_char * 2).from_buffer(o)
        shared[0] = b"y"
        return (ctypes.c_char * 2).from_buffer_copy(o).raw

    @step()
    def decode(o: Any, v: str) -> Any:
        return str(o, "ascii"), o.decode("latin-1"), bytes(o), memoryview(o).hex()

    @step()
    def parse(o: Any, v: str) -> Any:
        return float(o), int(o)


TEXT, DIGITS = b"x01ab", b"12"
"""What others put into what is taken here; a filler of zeroes may come behind it."""
LENGTH = 200


class BytesTaken(_Taken):
    """Bytearrays of text, of digits and of one byte that are given to C's functions as arguments, while others clear
    them, and fill them anew: what is made of them is made of what somebody put there.
    """

    minimum_version = (3, 14)  # before, a bytearray has no lock
    sizes = (8, 3000)

    def fresh(self, size: int) -> Any:
        return bytearray(b"x0" * (size // 2)), bytearray(b"12" * min(size, LENGTH)), bytearray(b"x")

    def left(self, o: Any) -> Any:
        return [_strange(one, known) for one, known in zip(o, (TEXT, DIGITS, TEXT), strict=True)]

    @step(writes=True, may_raise=(BufferError,))
    def clear(o: Any, v: str) -> Any:
        for one in o:
            one.clear()

    @step(writes=True, may_raise=(BufferError,))
    def refill(o: Any, v: str) -> Any:
        for one, filled in zip(o, (v.encode() * 1500, b"21" * LENGTH, v[:1].encode()), strict=True):
            one.clear()
            one.extend(filled)

    @step(writes=True, may_raise=(BufferError,))
    def replace(o: Any, v: str) -> Any:
        for _ in range(3):
            o[0][:] = v.encode() * 20
            o[1][:] = b"22" * LENGTH
            o[2][:] = v[:1].encode()

    @step(writes=True, may_raise=(BufferError,))
    def shrink(o: Any, v: str) -> Any:
        del o[0][2:], o[1][2:]

    @step(writes=True, may_raise=(BufferError,))
    def grow(o: Any, v: str) -> Any:
        o[0].extend(v.encode() * 3000)
        o[1].extend(b"11" * 50)

    @step()
    def pack(o: Any, v: str) -> Any:
        return _strange(struct.pack("3000s", o[0])), _strange(struct.pack("200p", o[0])[1:])

    @step()
    def pack_into(o: Any, v: str) -> Any:
        mine = bytearray(3000)
        struct.pack_into("3000s", mine, 0, o[0])
        return _strange(mine)

    @step()
    def format_(o: Any, v: str) -> Any:
        return _strange(b"%s" % o[0]), _strange(b"x%b1" % o[0])

    @step()
    def join(o: Any, v: str) -> Any:
        return _strange(b"".join([o[0], o[0]])), _strange(o[2].join([b"x", b"x"]))

    @step()
    def add(o: Any, v: str) -> Any:
        return _strange(b"x" + o[0]), _strange(o[0] + b"x"), _strange(o[0] * 2), _strange(bytes(o[0]))

    @step()
    def text(o: Any, v: str) -> Any:
        return [
            _strange(text.encode())
            for text in (str(o[0], "ascii"), o[0].decode(), codecs.decode(o[0], "latin-1"))
        ]

    @step()
    def decoders(o: Any, v: str) -> Any:
        return [
            _strange(decoder(o[0])[0].encode())
            for decoder in (codecs.ascii_decode, codecs.utf_8_decode, codecs.charmap_decode)
        ]

    @step(may_raise=(ValueError,))
    def methods(o: Any, v: str) -> Any:
        """Of another one, with it as an argument."""
        return (
            _strange(b"xax".replace(b"a", o[0])),
            b"xax".find(o[0]) < 3,
            _strange(b"xax".strip(o[2])),
            _strange(b"".join(b"xax".partition(o[2]))),
        )

    @step(may_raise=(TypeError,))
    def one_byte(o: Any, v: str) -> Any:
        return _strange(b"x".center(9, o[2])), _strange(bytes([ord(o[2])]))

    @step(may_raise=(ValueError,))
    def whole_number(o: Any, v: str) -> Any:
        return _strange(str(_read(int, o[1])).encode(), DIGITS)

    @step(may_raise=(ValueError,))
    def number_of_base(o: Any, v: str) -> Any:
        return _read(int, o[1], 3) >= 0

    @step(may_raise=(ValueError,))
    def number(o: Any, v: str) -> Any:
        return float(o[1]) >= 0

    @step(may_raise=(SyntaxError, IndentationError))
    def source(o: Any, v: str) -> Any:
        """It is a program."""
        return _strange(str(eval(o[1])).encode(), DIGITS)

    @step()
    def from_hex(o: Any, v: str) -> Any:
        """Since 3.14."""
        return _strange(bytes.fromhex(o[1]), HEXED)

    @step()
    def unhexlify(o: Any, v: str) -> Any:
        return _strange(binascii.unhexlify(o[1]), HEXED)

    @step()
    def there_and_back(o: Any, v: str) -> Any:
        return (
            _strange(binascii.unhexlify(binascii.hexlify(o[0]))),
            _strange(binascii.a2b_base64(binascii.b2a_base64(o[0]))),
            _strange(zlib.decompress(zlib.compress(o[0], 0))),
        )

    @step()
    def digests(o: Any, v: str) -> Any:
        made = hashlib.sha256(o[0])
        made.update(o[0])
        return len(made.digest()), zlib.crc32(o[0]) >= 0, hmac.compare_digest(o[0], b"x0")

    @step()
    def into_others(o: Any, v: str) -> Any:
        return (
            _strange(array("B", o[0]).tobytes()),
            _strange(memoryview(o[0]).tobytes()),
            _strange(io.BytesIO(o[0]).getvalue()),
        )

    @step()
    def query(o: Any, v: str) -> Any:
        return _strange(OWN.connection.execute("select ?", (o[0],)).fetchone()[0] or b"")

    @step()
    def pattern(o: Any, v: str) -> Any:
        return _strange(b"".join(re.findall(rb".", o[0][:99]))), _strange(re.sub(rb"y", b"z", o[0]))

    @step()
    def write(o: Any, v: str) -> Any:
        return os.write(NULL, o[0]) >= 0


HEXED = b"\x11\x12\x21\x22"
NULL = os.open("/dev/null", os.O_WRONLY)


def _read(ask: Any, *given: Any) -> Any:
    """A number. Where there is none, the error may tell what was read: no bytes that nobody put there."""
    try:
        return ask(*given)
    except ValueError as error:
        if "\\x" in str(error).replace("\\x00", ""):
            raise AssertionError(str(error)) from None
        raise


def _strange(made: Any, known: bytes = TEXT) -> str:
    """What is in it that nobody put there."""
    rest = bytes(made).translate(None, known + b"\0")
    return f"nobodys_{rest[:8].hex()}" if rest else ""


SOCKETS = socket.socketpair()
for _one in SOCKETS:
    _one.setblocking(False)


class TakenDict(_Taken):
    """A dict that C's functions and constructors take while others change it: they may find it changed."""

    may_raise = (RuntimeError,)
    sizes = (3, 5)

    def fresh(self, size: int) -> Any:
        return {one: one for one in fresh_strings(size)}

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        o[v] = v

    @step(writes=True)
    def grow(o: Any, v: str) -> Any:
        o.update(
            dict.fromkeys((v, v[0] + "3", v[0] + "4", v[0] + "5", v[0] + "6", v[0] + "7", v[0] + "8"), v)
        )

    @step(writes=True)
    def delete(o: Any, v: str) -> Any:
        del o["x1"]

    @step(writes=True)
    def replace(o: Any, v: str) -> Any:
        o["x0"] = v

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o.clear()

    @step()
    def ordered_dict(o: Any, v: str) -> Any:
        made = collections.OrderedDict(o)
        made.update(o)
        return list(made.values())

    @step()
    def defaultdict(o: Any, v: str) -> Any:
        return list((collections.defaultdict(None, o) | o).values())

    @step(may_raise=(TypeError,))
    def counter(o: Any, v: str) -> Any:
        made: Any = collections.Counter()
        made.update(o)
        return list(made.values())

    @step()
    def element(o: Any, v: str) -> Any:
        return list(ET.Element("x0", o).attrib.values()), list(ET.Element("x0", **o).items())

    @step()
    def subelement(o: Any, v: str) -> Any:
        return list(ET.SubElement(ET.Element("x0"), "x0", o, x1=v).attrib.values())

    @step()
    def partial(o: Any, v: str) -> Any:
        made: Any = functools.partial(dict, **o)
        return list(made(**o).values())

    @step()
    def caller(o: Any, v: str) -> Any:
        return list(operator.methodcaller("copy")(o).values())

    @step()
    def setstate(o: Any, v: str) -> Any:
        error = ValueError(v)
        error.__setstate__(o)
        return list(vars(error).values())

    @step(PROCESS)
    def format_map(o: Any, v: str) -> Any:
        return "{x0} {x1}".format_map(o), "%(x0)s %(x1)s" % o  # noqa: UP031  # the operation under test

    @step()
    def translate(o: Any, v: str) -> Any:
        return len("x0".translate(o))

    @step(PROCESS)
    def type_(o: Any, v: str) -> Any:
        return type(v, (), o).__name__

    @step(PROCESS)
    def code(o: Any, v: str) -> Any:
        """As the names of what is run."""
        return eval("x0", {}, o), eval("[x1 for x2 in 'x']", o)
