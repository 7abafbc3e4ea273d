"""bytearray, and memoryview over one."""

from __future__ import annotations

import codecs
import copy
import pickle
from typing import Any, ClassVar

from harness.kernel.pairs import PROCESS, Asked, AskedItems, Subject, step

COMMON = {
    "__buffer__": "memoryview(o) calls it",
    "__release_buffer__": "what ends with a memoryview calls it",
}


def letters(data: Any) -> list[str]:
    """Which bytes there are: ``x`` where nobody wrote, else who did."""
    return sorted({chr(byte) for byte in bytes(data)})


PUT = set(b"xXab0123456789") | ({0} if hasattr(bytearray, "resize") else set())
"""Bytes that operations put into a bytearray; what is resized has zeros where nobody wrote."""


class Bytearray(Subject):
    """A bytearray of x; at the larger size the next byte makes it grow. Threads write a and b, or their digits."""

    said = "Thread safety for bytearray objects"
    sizes: ClassVar[tuple[int, ...]] = (3, 15)
    left_out: ClassVar[dict[str, str]] = COMMON | {
        "fromhex": "of the class: looks at no bytearray",
        "maketrans": "of the class: looks at no bytearray",
        "__rmod__": "bytes % bytearray formats, and looks at the bytearray as any argument: mod does",
    }

    def fresh(self, size: int) -> Any:
        return bytearray(b"x" * size)

    def left(self, o: Any) -> Any:
        return letters(o), len(o)

    def wrong(self, o: Any) -> str:
        seen = list(o)
        if len(o) != len(seen) or bytes(o) != bytes(seen) or o.copy() != bytes(seen):
            return "len, iteration, bytes and copy differ"
        strange = set(seen) - PUT
        if strange:
            return f"nobody put {strange.pop()} there"
        return "" if o.__alloc__() > len(o) or not o else "there is no room for all bytes"

    @step(lock="free")
    def len_(o: Any, v: str) -> Any:
        return len(o)

    @step(lock="holds")
    def item(o: Any, v: str) -> Any:
        return chr(o[0])

    @step(lock="holds")
    def slice_(o: Any, v: str) -> Any:
        return letters(o[1:]), letters(o[::2])

    @step(writes=True, lock="holds")
    def setitem(o: Any, v: str) -> Any:
        o[1] = ord(v[0])

    @step(writes=True, lock="holds", may_raise=(BufferError,))
    def delitem(o: Any, v: str) -> Any:
        del o[0]

    @step(writes=True, lock="holds", may_raise=(BufferError,))
    def set_slice(o: Any, v: str) -> Any:
        o[1:2] = v.encode() * 2

    @step(writes=True, lock="holds", may_raise=(BufferError,))
    def set_slice_to_itself(o: Any, v: str) -> Any:
        o[1:1] = o

    @step(writes=True, lock="holds", may_raise=(BufferError, ValueError))
    def set_stride(o: Any, v: str) -> Any:
        o[::2] = v[:1].encode() * ((len(o) + 1) // 2)

    @step(writes=True, lock="holds", may_raise=(BufferError,))
    def del_slice(o: Any, v: str) -> Any:
        del o[1:]

    @step(writes=True, lock="holds", may_raise=(BufferError,))
    def del_stride(o: Any, v: str) -> Any:
        del o[::2]

    @step(writes=True, lock="holds", may_raise=(BufferError,))
    def append(o: Any, v: str) -> Any:
        o.append(ord(v[0]))

    @step(writes=True, lock="holds", may_raise=(BufferError,))
    def extend(o: Any, v: str) -> Any:
        o.extend(v.encode() * 4)

    @step(writes=True, lock="holds", may_raise=(BufferError,))
    def extend_by_iterator(o: Any, v: str) -> Any:
        o.extend(map(ord, v))

    @step(writes=True, lock="holds", may_raise=(BufferError,))
    def insert(o: Any, v: str) -> Any:
        o.insert(0, ord(v[0]))

    @step(writes=True, lock="holds", may_raise=(BufferError,))
    def pop(o: Any, v: str) -> Any:
        return chr(o.pop())

    @step(writes=True, lock="holds", may_raise=(BufferError,))
    def pop_first(o: Any, v: str) -> Any:
        return chr(o.pop(0))

    @step(writes=True, lock="holds", may_raise=(BufferError,))
    def remove(o: Any, v: str) -> Any:
        o.remove(ord("x"))

    @step(writes=True, lock="holds")
    def reverse(o: Any, v: str) -> Any:
        o.reverse()

    @step(writes=True, lock="holds", may_raise=(BufferError,))
    def clear(o: Any, v: str) -> Any:
        o.clear()

    @step(writes=True, lock="holds", may_raise=(BufferError,))
    def iadd(o: Any, v: str) -> Any:
        o += v.encode()

    @step(writes=True, lock="holds", may_raise=(BufferError,))
    def imul(o: Any, v: str) -> Any:
        o *= 2

    @step(writes=True, lock="holds", may_raise=(BufferError,))
    def init(o: Any, v: str) -> Any:
        o.__init__(v.encode())

    if hasattr(bytearray, "resize"):

        @step(writes=True, lock="holds", may_raise=(BufferError,))
        def resize(o: Any, v: str) -> Any:
            o.resize(len(o) + 9)

    if hasattr(bytearray, "take_bytes"):

        @step(writes=True, lock="holds", may_raise=(BufferError, IndexError))
        def take_bytes(o: Any, v: str) -> Any:
            return letters(o.take_bytes(1)), letters(o.take_bytes())

    @step(lock="holds")
    def copy_(o: Any, v: str) -> Any:
        return letters(o.copy()), letters(copy.copy(o))

    @step(lock="holds")
    def mul(o: Any, v: str) -> Any:
        return letters(o * 2), letters(2 * o)

    @step()
    def add(o: Any, v: str) -> Any:
        return letters(o + v.encode())

    @step()
    def mod(o: Any, v: str) -> Any:
        return letters(o % ()), letters(b"%s" % o)

    @step()
    def eq(o: Any, v: str) -> Any:
        return o == b"xxx", o != v.encode()

    @step()
    def order(o: Any, v: str) -> Any:
        return o < b"xxx", o <= b"xxx", o > b"xxx", o >= b"xxx"

    @step(lock="holds")
    def contains(o: Any, v: str) -> Any:
        return b"x" in o, ord("x") in o

    @step(lock="holds", may_raise=(ValueError,))
    def searches(o: Any, v: str) -> Any:
        return o.find(b"x"), o.rfind(b"x"), o.count(b"x"), o.index(b"x"), o.rindex(b"x")

    @step(lock="holds")
    def ends(o: Any, v: str) -> Any:
        return o.startswith(b"x"), o.endswith((b"x", v.encode()))

    @step(lock="holds")
    def replaces(o: Any, v: str) -> Any:
        changed = o.replace(b"x", v.encode()), o.removeprefix(b"x"), o.removesuffix(b"x"), o.expandtabs()
        return [letters(one) for one in (*changed, o.translate(None, b"a"))]

    @step(lock="holds")
    def splits(o: Any, v: str) -> Any:
        halves = *o.split(b"a"), *o.rsplit(), *o.splitlines(), *o.partition(b"x"), *o.rpartition(b"x")
        return [letters(one) for one in halves] and None

    @step(lock="holds")
    def strips(o: Any, v: str) -> Any:
        return [letters(one) for one in (o.strip(), o.lstrip(b"a"), o.rstrip(b"b"))]

    @step(lock="holds", text=True)
    def pads(o: Any, v: str) -> Any:
        return [letters(one) for one in (o.center(9), o.ljust(9), o.rjust(9), o.zfill(9))]

    @step(lock="holds", text=True)
    def cases(o: Any, v: str) -> Any:
        changed = o.upper(), o.lower(), o.title(), o.capitalize(), o.swapcase()
        return [letters(one) for one in changed]

    @step(lock="holds")
    def kinds(o: Any, v: str) -> Any:
        asked = o.isalnum(), o.isalpha(), o.isascii(), o.isdigit(), o.islower(), o.isspace(), o.istitle()
        return asked, o.isupper()

    @step(lock="holds", text=True)
    def decode(o: Any, v: str) -> Any:
        return o.decode(), o.hex()

    @step(text=True)
    def join(o: Any, v: str) -> Any:
        return letters(o.join([b"x", b"x"])), letters(b"".join([o, o]))

    @step(text=True)
    def repr_(o: Any, v: str) -> Any:
        return repr(o), str(o)

    @step()
    def hash_(o: Any, v: str) -> Any:
        return hash(o)

    @step()
    def bytes_(o: Any, v: str) -> Any:
        return letters(bytes(o)), int.from_bytes(o, "big") >= 0

    @step()
    def loop(o: Any, v: str) -> Any:
        return sorted({chr(byte) for byte in o}), sorted({chr(byte) for byte in reversed(o)})

    @step(may_raise=(ValueError,))
    def number(o: Any, v: str) -> Any:
        return int(o, 36) >= 0

    @step(text=True)
    def text(o: Any, v: str) -> Any:
        return str(o, "ascii"), codecs.decode(o, "latin1"), "".join(map(chr, o))

    @step()
    def argument(o: Any, v: str) -> Any:
        return letters(b"x".join([o, o])), b"xx".find(o), b"xx".startswith(o), letters(b"x" + o), o in b"xxx"

    @step()
    def source(o: Any, v: str) -> Any:
        return compile(o, "<bytes>", "exec") is not None

    @step(may_raise=(BufferError,))
    def view(o: Any, v: str) -> Any:
        with memoryview(o) as view:
            return letters(view)

    @step()
    def sizeof(o: Any, v: str) -> Any:
        return o.__sizeof__(), o.__alloc__()

    @step()
    def pickle_(o: Any, v: str) -> Any:
        return letters(pickle.loads(pickle.dumps(o))), letters(copy.deepcopy(o))


class BytearrayAsked(Subject):
    """A bytearray that numbers, bytes and sequences change, or empty, when it asks them what they are worth."""

    most = PROCESS
    may_raise = (BufferError, IndexError, ValueError)
    sizes: ClassVar[tuple[int, ...]] = (9, 300)

    def fresh(self, size: int) -> Any:
        return bytearray(b"x" * size)

    @step(writes=True)
    def setitem(o: Any, v: str) -> Any:
        o[0] = Asked(o, _change, 97)
        o[Asked(o, _change, 1)] = 98

    @step(writes=True)
    def set_slice(o: Any, v: str) -> Any:
        o[1:3] = AskedItems(o, _change, b"abcdef")
        o[Asked(o, _change, 0) : Asked(o, _change, 4)] = b"ab"
        o[::2] = Asked(o, _change, bytes(len(o[::2])))

    @step(writes=True)
    def delitem(o: Any, v: str) -> Any:
        del o[Asked(o, _change, 1)], o[Asked(o, _change, 0) : 3]

    @step(writes=True)
    def insert(o: Any, v: str) -> Any:
        o.insert(Asked(o, _change, 2), Asked(o, _change, 97))
        o.append(Asked(o, _change, 98))

    @step(writes=True)
    def extend(o: Any, v: str) -> Any:
        o.extend(AskedItems(o, _change, [97, 98]))
        o += Asked(o, _change, b"ab")

    @step(writes=True)
    def pop(o: Any, v: str) -> Any:
        return o.pop(Asked(o, _change, 0))

    @step()
    def item(o: Any, v: str) -> Any:
        return o[Asked(o, _change, 1)], o[: Asked(o, _change, 9)], o * Asked(o, _change, 2)

    @step()
    def find(o: Any, v: str) -> Any:
        return o.find(Asked(o, _change, 97)), o.count(Asked(o, _change, b"xx")), Asked(o, _change, 120) in o

    @step()
    def search(o: Any, v: str) -> Any:
        return o.rfind(b"x", Asked(o, _change, 0), Asked(o, _change, 9)), o.startswith(
            b"x", Asked(o, _change, 1)
        )

    @step()
    def join(o: Any, v: str) -> Any:
        return o.join([b"a", Asked(o, _change, b"b"), b"c"]), o.split(Asked(o, _change, b"x"))

    @step()
    def replace(o: Any, v: str) -> Any:
        return o.replace(b"x", Asked(o, _change, b"ab")), o.strip(Asked(o, _change, b"x"))

    @step()
    def translate(o: Any, v: str) -> Any:
        return o.translate(Asked(o, _change, bytes(256))), o.partition(Asked(o, _change, b"x"))

    @step()
    def centre(o: Any, v: str) -> Any:
        return (
            o.center(Asked(o, _change, 400)),
            o.zfill(Asked(o, _change, 400)),
            o.expandtabs(Asked(o, _change, 4)),
        )

    @step()
    def compare(o: Any, v: str) -> Any:
        return o == Asked(o, _change, b"x"), o + Asked(o, _change, b"ab")

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o.clear()

    @step(writes=True)
    def grow(o: Any, v: str) -> Any:
        o.extend(b"xxxxxxxxx")


def _change(o: Any) -> None:
    """Empty it, or let it grow far beyond its memory."""
    if len(o) > 20:
        o.clear()
    else:
        o.extend(bytes(999))


class TwoBytearrays(Subject):
    """Two bytearrays, each of which is told to take from the other."""

    said = "Thread safety for bytearray objects"

    def fresh(self, size: int) -> Any:
        return bytearray(b"x" * size), bytearray(b"a" * size)

    def left(self, o: Any) -> Any:
        return [(letters(one), len(one)) for one in o]

    @step(writes=True, lock="holds", may_raise=(BufferError,))
    def extend(o: Any, v: str) -> Any:
        o[0].extend(o[1])

    @step(writes=True, lock="holds", may_raise=(BufferError,))
    def iadd(o: Any, v: str) -> Any:
        first, second = o
        second += first

    @step(writes=True, lock="holds", may_raise=(BufferError,))
    def set_slice(o: Any, v: str) -> Any:
        o[0][1:2] = o[1]

    @step(writes=True, lock="holds", may_raise=(BufferError,))
    def set_slice_other(o: Any, v: str) -> Any:
        o[1][:] = o[0]

    @step()
    def add(o: Any, v: str) -> Any:
        return letters(o[0] + o[1])

    @step()
    def eq(o: Any, v: str) -> Any:
        return o[0] == o[1], o[0] < o[1]

    @step()
    def eq_other_way(o: Any, v: str) -> Any:
        return o[1] == o[0], o[1] >= o[0], letters(o[1] + o[0])

    @step(writes=True, lock="holds", may_raise=(BufferError,))
    def extend_other(o: Any, v: str) -> Any:
        o[1].extend(o[0])
        o[1].__iadd__(o[0])

    @step(lock="holds", text=True, may_raise=(ValueError,))
    def arguments(o: Any, v: str) -> Any:
        """What separates must not be empty, and may be by then."""
        changed = (
            o[0].replace(o[1], o[1]),
            o[0].strip(o[1]),
            *o[0].split(o[1] or b"x"),
            o[0].translate(None, o[1]),
        )
        return [letters(one) for one in changed] and (o[0].startswith(o[1]), o[0].count(o[1]) >= 0)

    @step(lock="holds")
    def format_(o: Any, v: str) -> Any:
        return letters(b"%s%s" % (o[0], o[1])), letters(o[0] % ()), letters(b"".join(o))

    @step(lock="holds")
    def find(o: Any, v: str) -> Any:
        return o[0].find(o[1]), o[1] in o[0]

    @step(lock="holds")
    def join(o: Any, v: str) -> Any:
        return letters(o[0].join([o[1], o[1]]))

    @step(writes=True, lock="holds", may_raise=(BufferError,))
    def append(o: Any, v: str) -> Any:
        o[1].append(ord(v[0]))

    @step(writes=True, lock="holds", may_raise=(BufferError,))
    def clear(o: Any, v: str) -> Any:
        o[1].clear()


class Memoryview(Subject):
    """A memoryview over a bytearray, and the bytearray."""

    said = "Thread safety for memoryview objects"
    left_out: ClassVar[dict[str, str]] = COMMON | {"_from_flags": "for tests of CPython only"}
    sizes = (4,)

    def fresh(self, size: int) -> Any:
        o = bytearray(b"x" * size)
        return o, memoryview(o)

    def left(self, o: Any) -> Any:
        return letters(o[0]), len(o[0])

    def wrong(self, o: Any) -> str:
        try:
            o[1].release()
            o[0].append(ord("x"))
            o[0].pop()
        except BufferError as error:
            return f"nobody looks at it any more, and it is in use: {error}"
        return ""

    @step(may_raise=(ValueError,))
    def item(o: Any, v: str) -> Any:
        return chr(o[1][0])

    @step(may_raise=(ValueError, BufferError))
    def slice_(o: Any, v: str) -> Any:
        return letters(o[1][1:]), letters(o[1][::2])

    @step(PROCESS, writes=True)
    def setitem(o: Any, v: str) -> Any:
        o[1][0] = ord(v[0])

    @step(PROCESS, writes=True)
    def set_slice(o: Any, v: str) -> Any:
        o[1][1:3] = v.encode()

    @step(PROCESS, writes=True)
    def set_slice_to_itself(o: Any, v: str) -> Any:
        o[1][1:] = o[1][:-1]

    @step()
    def delitem(o: Any, v: str) -> Any:
        del o[1][0]

    @step(may_raise=(ValueError,))
    def len_(o: Any, v: str) -> Any:
        return len(o[1])

    @step(may_raise=(ValueError,))
    def attributes(o: Any, v: str) -> Any:
        view = o[1]
        numbers = view.nbytes, view.itemsize, view.ndim, view.shape, view.strides, view.suboffsets
        return numbers, view.readonly, view.c_contiguous, view.f_contiguous, view.contiguous, len(view.format)

    @step(may_raise=(ValueError,))
    def obj(o: Any, v: str) -> Any:
        return o[1].obj is o[0]

    @step(may_raise=(ValueError, BufferError))
    def copies(o: Any, v: str) -> Any:
        return letters(o[1].tobytes()), sorted({chr(one) for one in o[1].tolist()}), letters(bytes(o[1]))

    @step(may_raise=(ValueError, BufferError))
    def cast(o: Any, v: str) -> Any:
        with o[1].cast("c") as view, view.toreadonly() as other:
            return view.format == "c", other.readonly

    @step(text=True, may_raise=(ValueError,))
    def hex_(o: Any, v: str) -> Any:
        return o[1].hex(), o[1].hex(":")

    @step(may_raise=(ValueError,))
    def searches(o: Any, v: str) -> Any:
        return (o[1].count(ord("x")), o[1].index(ord("x"))) if hasattr(o[1], "count") else ord("x") in o[1]

    @step(may_raise=(ValueError,))
    def loop(o: Any, v: str) -> Any:
        return sorted({chr(one) for one in o[1]}), sorted({chr(one) for one in reversed(o[1])})

    @step()
    def eq(o: Any, v: str) -> Any:
        return o[1] == b"xxxx", o[1] != o[0]

    @step()
    def order(o: Any, v: str) -> Any:
        view = o[1]
        return view.__lt__(b""), view.__le__(b""), view.__gt__(b""), view.__ge__(b"")

    @step()
    def hash_(o: Any, v: str) -> Any:
        return hash(o[1])

    @step(may_raise=(ValueError, BufferError))
    def hash_of_readonly(o: Any, v: str) -> Any:
        with o[1].toreadonly() as view:
            return hash(view) and None

    @step(text=True)
    def repr_(o: Any, v: str) -> Any:
        return repr(o[1])[:8]

    @step(writes=True, may_raise=(BufferError, ValueError))
    def release(o: Any, v: str) -> Any:
        o[1].release()

    @step(writes=True, may_raise=(BufferError, ValueError))
    def with_(o: Any, v: str) -> Any:
        with o[1] as view:
            return len(view)

    @step(writes=True, may_raise=(BufferError,))
    def resize_what_is_seen(o: Any, v: str) -> Any:
        o[0].append(ord(v[0]))

    @step(PROCESS, writes=True)
    def write_what_is_seen(o: Any, v: str) -> Any:
        o[0][0] = ord(v[0])

    @step(may_raise=(ValueError, BufferError))
    def another(o: Any, v: str) -> Any:
        with memoryview(o[1]) as view, memoryview(o[0]) as other:
            return view == other


class MemoryviewOfBytes(Subject):
    """A memoryview over bytes that nobody has hashed yet. Whoever reads it has it in use for a moment."""

    said = "Thread safety for memoryview objects"

    def fresh(self, size: int) -> Any:
        return memoryview(b"x" * size + bytes(1))

    def left(self, o: Any) -> Any:
        return None

    def wrong(self, o: Any) -> str:
        try:
            o.release()
        except BufferError as error:
            return f"nobody looks at it any more, and it is in use: {error}"
        return ""

    @step(writes=True, may_raise=(ValueError,))
    def hash_(o: Any, v: str) -> Any:
        return hash(o) == hash(b"xxx\0")

    @step(writes=True, may_raise=(ValueError,))
    def hash_and_cast(o: Any, v: str) -> Any:
        return hash(o) == hash(o.cast("c")), len(o.cast("b")[1:])

    @step(writes=True, may_raise=(ValueError,))
    def hex_(o: Any, v: str) -> Any:
        return len(o.hex(":", 2)), len(o.hex())

    @step(writes=True, may_raise=(ValueError, TypeError))
    def buffers(o: Any, v: str) -> Any:
        return len(bytes(o)), len(bytearray(o)), len(b"".join((o, o))), b"xx".startswith(o[:1])

    @step(writes=True, may_raise=(ValueError,))
    def compare(o: Any, v: str) -> Any:
        return o == b"xxx", o == memoryview(o), b"x" in o.tobytes()

    @step(writes=True, may_raise=(ValueError,))
    def another(o: Any, v: str) -> Any:
        with memoryview(o) as view, view[1:] as part:
            return len(view), part.obj is o.obj

    @step(writes=True, may_raise=(ValueError, BufferError))
    def release(o: Any, v: str) -> Any:
        o.release()
