"""array.array, alone and beside an iterator over it."""

from __future__ import annotations

import copy
import io
import pickle
from array import array
from typing import Any, ClassVar

from harness.kernel.pairs import PROCESS, Asked, AskedItems, Attributes, Nosy, Subject, named, step

KINDS = "bBhHiIlLqQfd"


def EMPTY(o: Any) -> None:
    del o[:]


class Array(Attributes):
    """An array of numbers; at the larger size the next one makes it grow."""

    sizes = (3, 8)
    left_out: ClassVar[dict[str, str]] = {
        "__buffer__": "memoryview(o) calls it",
        "__release_buffer__": "what ends with a memoryview calls it",
        "fromunicode": "for arrays of characters: fromlist does the same",
        "tounicode": "for arrays of characters: tolist does the same",
    }

    def fresh(self, size: int) -> Any:
        return array("q", range(size))

    def left(self, o: Any) -> Any:
        return named(list(o))

    def wrong(self, o: Any) -> str:
        seen = list(o)
        if len(o) != len(seen) or o.tolist() != seen or copy.copy(o).tolist() != seen:
            return "len, iteration, tolist and copy differ"
        return "" if o.buffer_info()[1] == len(o) else "buffer_info tells another length"

    @step()
    def item(o: Any, v: str) -> Any:
        return named(o[0])

    @step()
    def slice_(o: Any, v: str) -> Any:
        return named(list(o[1:])), named(list(o[::2]))

    @step()
    def len_(o: Any, v: str) -> Any:
        return len(o)

    @step(writes=True, may_raise=(BufferError,))
    def setitem(o: Any, v: str) -> Any:
        o[1] = ord(v[0])

    @step(writes=True, may_raise=(BufferError,))
    def delitem(o: Any, v: str) -> Any:
        del o[0]

    @step(writes=True, may_raise=(BufferError,))
    def set_slice(o: Any, v: str) -> Any:
        o[1:2] = array("q", [ord(v[0])] * 3)

    @step(writes=True, may_raise=(BufferError,))
    def del_slice(o: Any, v: str) -> Any:
        del o[1:]

    @step(writes=True, may_raise=(BufferError,))
    def del_stride(o: Any, v: str) -> Any:
        del o[::2]

    @step(writes=True, may_raise=(BufferError,))
    def append(o: Any, v: str) -> Any:
        o.append(ord(v[0]))

    @step(writes=True, may_raise=(BufferError,))
    def extend(o: Any, v: str) -> Any:
        o.extend(array("q", [ord(v[0])] * 2))

    @step(writes=True, may_raise=(BufferError,))
    def extend_by_itself(o: Any, v: str) -> Any:
        o.extend(o)

    @step(writes=True, may_raise=(BufferError,))
    def fromlist(o: Any, v: str) -> Any:
        o.fromlist([ord(v[0])] * 2)

    @step(PROCESS, writes=True)
    def fromlist_asked(o: Any, v: str) -> Any:
        """A number that empties the array, or the list that it is in, when it is asked for."""
        many: list[Any] = [1, 2]
        many.append(Asked(o if v[0] == "a" else many, EMPTY, 3))
        many.append(4)
        o.fromlist(many)

    @step(PROCESS, writes=True)
    def setitem_asked(o: Any, v: str) -> Any:
        o[1] = Asked(o, EMPTY, 3)

    @step(PROCESS, writes=True)
    def setitem_at_asked(o: Any, v: str) -> Any:
        o[Asked(o, EMPTY, 1)] = 3

    @step(PROCESS, writes=True)
    def inserts_asked(o: Any, v: str) -> Any:
        o.insert(1, Asked(o, EMPTY, 3))
        o.append(Asked(o, EMPTY, 3))

    @step(PROCESS, writes=True)
    def extend_asked(o: Any, v: str) -> Any:
        o.extend(AskedItems(o, EMPTY, [1, 2, 3]))

    @step(PROCESS)
    def index_asked(o: Any, v: str) -> Any:
        return o.index(Nosy("x1", o, EMPTY)), o.count(Asked(o, EMPTY, 2))

    @step(writes=True, may_raise=(BufferError,))
    def frombytes(o: Any, v: str) -> Any:
        o.frombytes(bytes(8))

    @step(writes=True, may_raise=(BufferError,))
    def fromfile(o: Any, v: str) -> Any:
        o.fromfile(io.BytesIO(bytes(16)), 2)

    @step(writes=True, may_raise=(BufferError,))
    def insert(o: Any, v: str) -> Any:
        o.insert(0, ord(v[0]))

    @step(writes=True, may_raise=(BufferError,))
    def pop(o: Any, v: str) -> Any:
        return named(o.pop())

    @step(writes=True, may_raise=(BufferError,))
    def pop_first(o: Any, v: str) -> Any:
        return named(o.pop(0))

    @step(writes=True, may_raise=(BufferError, ValueError))
    def remove(o: Any, v: str) -> Any:
        o.remove(1)

    @step(writes=True, may_raise=(BufferError,))
    def iadd(o: Any, v: str) -> Any:
        o += array("q", [ord(v[0])])

    @step(writes=True, may_raise=(BufferError,))
    def imul(o: Any, v: str) -> Any:
        o *= 2

    @step(writes=True)
    def reverse(o: Any, v: str) -> Any:
        o.reverse()

    @step(PROCESS, writes=True)
    def byteswap(o: Any, v: str) -> Any:
        o.byteswap()

    if hasattr(array, "clear"):

        @step(writes=True, may_raise=(BufferError,))
        def clear(o: Any, v: str) -> Any:
            o.clear()

    @step()
    def contains(o: Any, v: str) -> Any:
        return 1 in o, o.count(1)

    @step(may_raise=(ValueError,))
    def index(o: Any, v: str) -> Any:
        return o.index(1)

    @step()
    def tolist(o: Any, v: str) -> Any:
        return named(o.tolist())

    @step()
    def tobytes(o: Any, v: str) -> Any:
        return len(o.tobytes()) % 8

    @step()
    def tofile(o: Any, v: str) -> Any:
        o.tofile(io.BytesIO())

    @step()
    def buffer_info(o: Any, v: str) -> Any:
        return o.buffer_info()[1]

    @step()
    def attributes(o: Any, v: str) -> Any:
        return o.itemsize, len(o.typecode)

    @step()
    def add(o: Any, v: str) -> Any:
        return named(list(o + array("q", [0])))

    @step()
    def mul(o: Any, v: str) -> Any:
        return named(list(o * 2)), named(list(2 * o))

    @step()
    def copies(o: Any, v: str) -> Any:
        return named(list(copy.copy(o))), named(list(copy.deepcopy(o)))

    @step()
    def loop(o: Any, v: str) -> Any:
        return named([int(one) for one in o]), named(list(reversed(o)))

    @step()
    def eq(o: Any, v: str) -> Any:
        return o == array("q", [0, 1, 2]), o != array("d", [0])

    @step()
    def order(o: Any, v: str) -> Any:
        other = array("q", [0, 1, 2])
        return o < other, o <= other, o > other, o >= other

    @step()
    def hash_(o: Any, v: str) -> Any:
        return hash(o)

    @step(text=True)
    def repr_(o: Any, v: str) -> Any:
        return repr(o)

    @step()
    def view(o: Any, v: str) -> Any:
        with memoryview(o) as view:
            return named(view.tolist())

    @step()
    def sizeof(o: Any, v: str) -> Any:
        return o.__sizeof__()

    @step()
    def pickle_(o: Any, v: str) -> Any:
        return named(list(pickle.loads(pickle.dumps(o))))


class ArrayAndIterator(Subject):
    """An array, and an iterator over it that has given one number."""

    def fresh(self, size: int) -> Any:
        o = array("q", range(size))
        iterator = iter(o)
        next(iterator)
        return o, iterator

    def left(self, o: Any) -> Any:
        return named(list(o[0]))

    @step(writes=True, may_raise=(StopIteration,))
    def next_(o: Any, v: str) -> Any:
        return named(next(o[1]))

    @step(writes=True)
    def rest(o: Any, v: str) -> Any:
        return named(list(o[1]))

    @step()
    def copies(o: Any, v: str) -> Any:
        return named(list(copy.copy(o[1])))

    @step(writes=True)
    def setstate(o: Any, v: str) -> Any:
        o[1].__setstate__(0)

    @step(writes=True)
    def append(o: Any, v: str) -> Any:
        o[0].append(ord(v[0]))

    @step(writes=True)
    def pop(o: Any, v: str) -> Any:
        return named(o[0].pop())

    @step(writes=True)
    def del_slice(o: Any, v: str) -> Any:
        del o[0][:]
