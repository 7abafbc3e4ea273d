"""list: alone, beside a second one, beside an iterator over it, and with elements that run Python code."""

from __future__ import annotations

import bisect
import copy
import heapq
import operator
import pickle
from collections import deque
from functools import cmp_to_key
from itertools import repeat
from struct import calcsize
from types import SimpleNamespace
from typing import Any, ClassVar

from harness.kernel.pairs import (
    ATOMIC,
    PROCESS,
    Asked,
    AskedItems,
    Nosy,
    Subject,
    arm,
    fresh_strings,
    nosy,
    refuse,
    step,
)

POINTER = calcsize("P")


def disagreement(o: list[Any]) -> str:
    """What does not agree with itself in a list."""
    seen = list(o)
    if len(o) != len(seen):
        return f"len is {len(o)}, iteration gives {len(seen)}"
    if [o[number] for number in range(len(seen))] != seen or list(reversed(o)) != seen[::-1]:
        return "items by number, forward and backward differ"
    if (o.__sizeof__() - list.__basicsize__) // POINTER < len(o):
        return "there is no room for all items"
    return ""


class List(Subject):
    """A list of strings."""

    said = "Thread safety for list objects; PyList_AsTuple in the table of C functions"
    sizes: ClassVar[tuple[int, ...]] = (3, 8)

    def fresh(self, size: int) -> list[Any]:
        return fresh_strings(size)

    def wrong(self, o: list[str]) -> str:
        return disagreement(o)

    @step(ATOMIC, lock="free")
    def item(o: Any, v: str) -> Any:
        return o[0]

    @step(ATOMIC, lock="free")
    def last(o: Any, v: str) -> Any:
        return o[-1]

    @step(lock="holds")
    def slice_(o: Any, v: str) -> Any:
        return o[0:2]

    @step(lock="holds")
    def stride(o: Any, v: str) -> Any:
        return o[::2]

    @step(lock="free")
    def len_(o: Any, v: str) -> Any:
        return len(o)

    @step(lock="free")
    def contains(o: Any, v: str) -> Any:
        return "x1" in o

    @step(lock="free", may_raise=(ValueError,))
    def index(o: Any, v: str) -> Any:
        return o.index("x1")

    @step(lock="free")
    def count(o: Any, v: str) -> Any:
        return o.count("x1")

    @step(ATOMIC, lock="holds")
    def add(o: Any, v: str) -> Any:
        return o + [v]

    @step(ATOMIC, lock="holds")
    def mul(o: Any, v: str) -> Any:
        return o * 2

    @step(ATOMIC, lock="holds")
    def rmul(o: Any, v: str) -> Any:
        return 2 * o

    @step(ATOMIC, lock="holds")
    def copy_(o: Any, v: str) -> Any:
        return o.copy()

    @step(ATOMIC, lock="holds")
    def tuple_(o: Any, v: str) -> Any:
        return tuple(o)

    @step(ATOMIC, writes=True, lock="holds")
    def append(o: Any, v: str) -> Any:
        o.append(v)

    @step(ATOMIC, writes=True, lock="holds")
    def pop(o: Any, v: str) -> Any:
        return o.pop()

    @step(ATOMIC, writes=True, lock="holds")
    def clear(o: Any, v: str) -> Any:
        o.clear()

    @step(writes=True, lock="holds")
    def setitem(o: Any, v: str) -> Any:
        o[1] = v

    @step(writes=True, lock="holds")
    def delitem(o: Any, v: str) -> Any:
        del o[1]

    @step(writes=True, lock="holds")
    def set_slice(o: Any, v: str) -> Any:
        o[1:2] = [v, v]

    @step(writes=True, lock="holds")
    def set_self(o: Any, v: str) -> Any:
        o[1:1] = o

    @step(writes=True, lock="holds", may_raise=(ValueError,))
    def set_stride(o: Any, v: str) -> Any:
        o[::2] = [v] * ((len(o) + 1) // 2)

    @step(writes=True, lock="holds")
    def del_slice(o: Any, v: str) -> Any:
        del o[1:]

    @step(writes=True, lock="holds")
    def del_stride(o: Any, v: str) -> Any:
        del o[::2]

    @step(writes=True, lock="holds")
    def insert(o: Any, v: str) -> Any:
        o.insert(0, v)

    @step(writes=True, lock="holds")
    def pop_first(o: Any, v: str) -> Any:
        return o.pop(0)

    @step(writes=True, lock="holds", may_raise=(ValueError,))
    def remove(o: Any, v: str) -> Any:
        o.remove("x1")

    @step(writes=True, lock="holds")
    def extend(o: Any, v: str) -> Any:
        o.extend([v, v])

    @step(writes=True, lock="holds")
    def extend_by_iterator(o: Any, v: str) -> Any:
        o.extend(one for one in (v, v))

    @step(writes=True, lock="holds")
    def extend_by_self(o: Any, v: str) -> Any:
        o.extend(o)

    @step(writes=True, lock="holds")
    def iadd(o: Any, v: str) -> Any:
        o += (v, v)

    @step(writes=True, lock="holds")
    def imul(o: Any, v: str) -> Any:
        o *= 2

    @step(writes=True, lock="holds")
    def empty_by_imul(o: Any, v: str) -> Any:
        o *= 0

    @step(writes=True, lock="holds")
    def reverse(o: Any, v: str) -> Any:
        o.reverse()

    @step(writes=True, lock="holds", may_raise=(ValueError,), lets_raise=(IndexError, ValueError))
    def sort(o: Any, v: str) -> Any:
        o.sort()

    @step(writes=True, lock="holds", may_raise=(ValueError,), lets_raise=(IndexError, ValueError))
    def sort_by_key(o: Any, v: str) -> Any:
        o.sort(key=lambda one: str(one)[::-1], reverse=True)

    @step(writes=True, lock="holds", lets_raise=(IndexError, ValueError))
    def init(o: Any, v: str) -> Any:
        o.__init__([v])

    @step(lock="holds")
    def list_(o: Any, v: str) -> Any:
        return list(o)

    @step()
    def loop(o: Any, v: str) -> Any:
        return [str(one) for one in o]

    @step()
    def reversed_(o: Any, v: str) -> Any:
        return list(reversed(o))

    @step(may_raise=(ValueError,))
    def unpack(o: Any, v: str) -> Any:
        first, *rest = o
        return first, rest

    @step(may_raise=(ValueError,))
    def unpack_three(o: Any, v: str) -> Any:
        first, second, third = o
        return first, second, third

    @step(may_raise=(ValueError, IndexError))  # asks for the length, then for the item
    def match(o: Any, v: str) -> Any:
        match o:
            case [first, *_]:
                return first
            case _:
                return None

    @step(may_raise=(ValueError, TypeError))
    def star(o: Any, v: str) -> Any:
        return max("", *o)

    @step()
    def zip_(o: Any, v: str) -> Any:
        return list(zip(o, o))

    @step()
    def eq(o: Any, v: str) -> Any:
        return o == ["x0", "x1", "x2"], o != ["x0"]

    @step()
    def order(o: Any, v: str) -> Any:
        return o < ["x0", "x1", "x2"], o <= [], o > ["x0", v], o >= ["x0", "x1", "x2"]

    @step()
    def hash_(o: Any, v: str) -> Any:
        return hash(o)

    @step(text=True)
    def repr_(o: Any, v: str) -> Any:
        return repr(o)

    @step()
    def read_back(o: Any, v: str) -> Any:
        """What its text says is a list, too."""
        return list.copy(eval(repr(o)))

    @step(text=True)
    def join(o: Any, v: str) -> Any:
        return "".join(map(str, o))

    @step()
    def sorted_(o: Any, v: str) -> Any:
        return sorted(o)

    @step()
    def set_(o: Any, v: str) -> Any:
        return set(o)

    @step()
    def sizeof(o: Any, v: str) -> Any:
        return o.__sizeof__()

    @step()
    def deepcopy(o: Any, v: str) -> Any:
        return copy.deepcopy(o)

    @step(may_raise=(RuntimeError, IndexError))  # it says that the list changed meanwhile
    def pickle_(o: Any, v: str) -> Any:
        return pickle.loads(pickle.dumps(o))


class ListNosy(List):
    """A list of elements that look into it, change it, or raise, whenever they are compared."""

    sizes: ClassVar[tuple[int, ...]] = (3, 4, 5)
    most = PROCESS

    def fresh(self, size: int) -> list[Any]:
        o: list[Any] = []
        meddles = (list, refuse, lambda o: o.append("m"), list.clear, lambda o: o.pop(0))
        o += nosy(o, size, meddles)
        arm(one for one in o if isinstance(one, Nosy))
        return o


class ListAsked(Subject):
    """A list that numbers and sequences change, or empty, when it asks them what they are worth."""

    most = PROCESS
    may_raise = (IndexError, ValueError)
    sizes: ClassVar[tuple[int, ...]] = (5, 40)

    def fresh(self, size: int) -> list[Any]:
        return list(fresh_strings(size))

    @step(writes=True)
    def setitem(o: Any, v: str) -> Any:
        o[Asked(o, _change, 1)] = v

    @step(writes=True)
    def set_slice(o: Any, v: str) -> Any:
        o[1:3] = AskedItems(o, _change, [v, v, v])
        o[Asked(o, _change, 0) : Asked(o, _change, 4)] = [v]

    @step(writes=True)
    def set_stride(o: Any, v: str) -> Any:
        o[::2] = AskedItems(o, _change, [v] * len(o[::2]))
        o[:: Asked(o, _change, 2)] = [v] * 9

    @step(writes=True)
    def delitem(o: Any, v: str) -> Any:
        del o[Asked(o, _change, 1)], o[Asked(o, _change, 0) : 3], o[:: Asked(o, _change, 2)]

    @step(writes=True)
    def insert(o: Any, v: str) -> Any:
        o.insert(Asked(o, _change, 2), v)

    @step(writes=True)
    def extend(o: Any, v: str) -> Any:
        o.extend(AskedItems(o, _change, [v, v]))
        o += AskedItems(o, _change, [v, v])

    @step(writes=True)
    def init(o: Any, v: str) -> Any:
        o.__init__(AskedItems(o, _change, [v, v]))

    @step(writes=True)
    def pop(o: Any, v: str) -> Any:
        return o.pop(Asked(o, _change, 0))

    @step()
    def item(o: Any, v: str) -> Any:
        return o[Asked(o, _change, 1)], o[: Asked(o, _change, 9)], o * Asked(o, _change, 2)

    @step(writes=True)
    def repeat(o: Any, v: str) -> Any:
        o *= Asked(o, _change, 2)

    @step()
    def index(o: Any, v: str) -> Any:
        return o.index("x0", Asked(o, _change, 0), Asked(o, _change, 9))

    @step(writes=True)
    def sort(o: Any, v: str) -> Any:
        o.sort(key=lambda one: Asked(o, _change, one).__fspath__())

    @step()
    def join(o: Any, v: str) -> Any:
        return ",".join(AskedItems(o, _change, o)), [*AskedItems(o, _change, o)]

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o.clear()


def _change(o: Any) -> None:
    """Empty it, or let it grow."""
    if len(o) > 20:
        o.clear()
    else:
        o.extend(["x0"] * 99)


MANY = 500
"""More than an empty list, or one of a few items, has room for."""


class _LongList(Subject):
    """A list that is long, or becomes so at once: what reads it takes no lock, and may see it half way."""

    said = "Thread safety for list objects"
    may_raise = (IndexError, ValueError)

    def left(self, o: Any) -> Any:
        return sorted(set(o))

    def wrong(self, o: list[str]) -> str:
        return disagreement(o)

    @step(lock="free")
    def last(o: Any, v: str) -> Any:
        return o[-1]

    @step(lock="free")
    def last_often(o: Any, v: str) -> Any:
        return {o[-1] for _ in range(50)}

    @step(lock="free")
    def far_in(o: Any, v: str) -> Any:
        return o[400]

    @step(lock="free")
    def len_(o: Any, v: str) -> Any:
        return len(o) <= 4 * MANY

    @step(lock="free")
    def contains(o: Any, v: str) -> Any:
        return v + "!" in o, o.count(v + "!")

    @step(lock="free")
    def index(o: Any, v: str) -> Any:
        return o.index(v + "!")

    @step()
    def loop(o: Any, v: str) -> Any:
        return {one for one in o}  # noqa: C416  # a loop of Python's own

    @step()
    def loop_backward(o: Any, v: str) -> Any:
        return {*reversed(o)}

    @step(may_raise=(ValueError,))
    def unpack(o: Any, v: str) -> Any:
        first, *rest = o
        return {first, *rest}

    @step(lock="holds")
    def copies(o: Any, v: str) -> Any:
        return set(o.copy()), set(o[:]), {*tuple(o)}, set(o + o)

    @step(lock="holds")
    def sorted_(o: Any, v: str) -> Any:
        return {*sorted(o)}

    @step(lock="holds")
    def set_(o: Any, v: str) -> Any:
        return set(o), frozenset(o)

    @step(writes=True, lock="holds")
    def append(o: Any, v: str) -> Any:
        o.append(v)

    @step(writes=True, lock="holds")
    def pop(o: Any, v: str) -> Any:
        return o.pop()

    @step(writes=True, lock="holds")
    def clear(o: Any, v: str) -> Any:
        o.clear()

    @step(writes=True, lock="holds")
    def clear_and_append(o: Any, v: str) -> Any:
        o.clear()
        o.append(v)

    @step(writes=True, lock="holds", lets_raise=(IndexError, ValueError))
    def sort(o: Any, v: str) -> Any:
        o.sort()


class ListFilled(_LongList):
    """An empty list, which is filled at once."""

    sizes: ClassVar[tuple[int, ...]] = (0,)

    def fresh(self, size: int) -> list[Any]:
        return []

    @step(writes=True, lock="holds")
    def extend(o: Any, v: str) -> Any:
        o.extend((v,) * MANY)

    @step(writes=True, lock="holds")
    def extend_by_list(o: Any, v: str) -> Any:
        o.extend([v] * MANY)

    @step(writes=True, lock="holds")
    def extend_by_dict(o: Any, v: str) -> Any:
        o.extend(dict.fromkeys(range(MANY), v).values())

    @step(writes=True, lock="holds")
    def extend_by_iterator(o: Any, v: str) -> Any:
        o.extend(repeat(v, MANY))

    @step(writes=True, lock="holds")
    def init(o: Any, v: str) -> Any:
        o.__init__((v,) * MANY)

    @step(writes=True, lock="holds")
    def clear_and_extend(o: Any, v: str) -> Any:
        o.clear()
        o.extend((v,) * MANY)

    @step(writes=True, lock="holds")
    def iadd(o: Any, v: str) -> Any:
        o += (v,) * MANY

    @step(writes=True, lock="holds")
    def set_slice(o: Any, v: str) -> Any:
        o[:] = (v,) * MANY

    @step(writes=True, lock="holds")
    def imul(o: Any, v: str) -> Any:
        o.append(v)
        o *= MANY // max(1, len(o))


class ListLong(_LongList):
    """A list of many items, each its own, which shrinks and grows while it is searched."""

    sizes: ClassVar[tuple[int, ...]] = (1000,)

    def fresh(self, size: int) -> list[Any]:
        return fresh_strings(size)

    @step(writes=True, lock="holds")
    def shrink(o: Any, v: str) -> Any:
        del o[10:]

    @step(writes=True, lock="holds")
    def delete_first(o: Any, v: str) -> Any:
        del o[:500]

    @step(writes=True, lock="holds")
    def double(o: Any, v: str) -> Any:
        o += o[:MANY]

    @step(writes=True, lock="holds")
    def pop_often(o: Any, v: str) -> Any:
        return [o.pop() for _ in range(20)]

    @step(writes=True, lock="holds")
    def replace_all(o: Any, v: str) -> Any:
        o[:] = [v] * len(o)


class _Turned(Nosy):
    """Equal to nothing, and said to be neither less nor greater, which its home hears of."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return False

    def __lt__(self, other: object) -> Any:
        self._asked()
        return NotImplemented

    __gt__ = __le__ = __ge__ = __lt__
    __hash__ = object.__hash__


class ListsOrdered(Subject):
    """Two lists whose elements empty both when they are asked which is less, and leave the answer to the other side."""

    most = PROCESS
    may_raise = (TypeError, IndexError, ValueError)
    sizes: ClassVar[tuple[int, ...]] = (1, 2, 5)

    def fresh(self, size: int) -> Any:
        o: tuple[list[Any], list[Any]] = [], []
        for home in o:
            home += [_Turned(one, o, _empty_both) for one in fresh_strings(size)]
            arm(home)
        return o

    @step(writes=True)
    def less(o: Any, v: str) -> Any:
        return o[0] < o[1]

    @step(writes=True)
    def at_least(o: Any, v: str) -> Any:
        return o[1] >= o[0]

    @step(writes=True)
    def in_tuples(o: Any, v: str) -> Any:
        return (o[0], o[1]) < (o[1], o[0])

    @step(writes=True)
    def made_into_tuples(o: Any, v: str) -> Any:
        return tuple(o[0]) <= tuple(o[1])

    @step(writes=True)
    def most_of_both(o: Any, v: str) -> Any:
        return len(max(o[0], o[1])), len(min(o))

    @step(writes=True)
    def in_deques(o: Any, v: str) -> Any:
        return deque(o[0]) < deque(o[1])

    @step(writes=True)
    def sort(o: Any, v: str) -> Any:
        o[0].sort()

    @step(writes=True)
    def sorted_pairs(o: Any, v: str) -> Any:
        return len(sorted(zip(o[0], o[1])))

    @step(writes=True)
    def sorted_lists(o: Any, v: str) -> Any:
        return len(sorted([o[0], o[1], o[0]]))

    @step(writes=True)
    def insort(o: Any, v: str) -> Any:
        bisect.insort(o[0], o[1].pop())

    @step(writes=True)
    def bisect_(o: Any, v: str) -> Any:
        return bisect.bisect_left(o[0], o[1][0]), bisect.bisect_right(o[1], o[0][0])

    @step(writes=True)
    def heap(o: Any, v: str) -> Any:
        heapq.heapify(o[0])
        heapq.heappush(o[0], o[1][0])
        heapq.heappop(o[0])

    @step(writes=True)
    def heap_replaced(o: Any, v: str) -> Any:
        heapq.heappushpop(o[0], o[1][0])
        heapq.heapreplace(o[0], o[1][0])

    @step(writes=True)
    def merged(o: Any, v: str) -> Any:
        return len(list(heapq.merge(o[0], o[1]))), len(heapq.nlargest(2, o[0]))

    @step(writes=True)
    def by_key(o: Any, v: str) -> Any:
        return len(sorted(o[0], key=cmp_to_key(operator.lt)))

    @step(writes=True)
    def in_namespaces(o: Any, v: str) -> Any:
        one: Any = SimpleNamespace(x0=o[0])
        other: Any = SimpleNamespace(x0=o[1])
        return one == other, one < other

    @step(writes=True)
    def filled_again(o: Any, v: str) -> Any:
        for home in o:
            home[:] = [_Turned(one, o, _empty_both) for one in fresh_strings(3)]
            arm(home)

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o[0].clear()


def _empty_both(o: Any) -> None:
    for home in o:
        home.clear()


class TwoLists(Subject):
    """Two lists, each of which is told to take from the other."""

    said = "Thread safety for list objects"

    def fresh(self, size: int) -> Any:
        strings = fresh_strings(2 * size)
        return strings[:size], strings[size:]

    def wrong(self, o: Any) -> str:
        return disagreement(o[0]) or disagreement(o[1])

    @step(writes=True, lock="holds")
    def extend(o: Any, v: str) -> Any:
        o[0].extend(o[1])

    @step(writes=True, lock="holds")
    def extend_other(o: Any, v: str) -> Any:
        o[1].extend(o[0])

    @step(writes=True, lock="holds")
    def iadd(o: Any, v: str) -> Any:
        a, b = o
        a += b

    @step(writes=True, lock="holds")
    def set_slice(o: Any, v: str) -> Any:
        o[0][:] = o[1]

    @step(writes=True, lock="holds")
    def set_slice_other(o: Any, v: str) -> Any:
        o[1][1:2] = o[0]

    @step(writes=True, lock="holds", may_raise=(ValueError,))
    def set_stride(o: Any, v: str) -> Any:
        o[0][::1] = o[1]

    @step(ATOMIC, lock="holds")
    def add(o: Any, v: str) -> Any:
        return o[0] + o[1]

    @step()
    def eq(o: Any, v: str) -> Any:
        return o[0] == o[1]

    @step()
    def eq_other_way(o: Any, v: str) -> Any:
        return o[1] == o[0], o[1] != o[0]

    @step()
    def order(o: Any, v: str) -> Any:
        return o[1] < o[0], o[0] >= o[1]

    @step(writes=True, lock="holds")
    def iadd_other(o: Any, v: str) -> Any:
        a, b = o
        b += a

    @step(ATOMIC, writes=True, lock="holds")
    def append(o: Any, v: str) -> Any:
        o[1].append(v)

    @step(ATOMIC, writes=True, lock="holds")
    def pop(o: Any, v: str) -> Any:
        return o[1].pop()

    @step(ATOMIC, writes=True, lock="holds")
    def clear(o: Any, v: str) -> Any:
        o[1].clear()


class ListAndIterator(Subject):
    """A list, and an iterator over it that has given its first element."""

    said = "Thread safety for list objects"
    sizes: ClassVar[tuple[int, ...]] = (3, 4)

    def fresh(self, size: int) -> Any:
        strings = fresh_strings(size)
        iterator = iter(strings)
        next(iterator)
        return strings, iterator, reversed(strings)

    def left(self, o: Any) -> Any:
        return o[0]

    def wrong(self, o: Any) -> str:
        return disagreement(o[0])

    @step(writes=True, may_raise=(StopIteration,))
    def next_(o: Any, v: str) -> Any:
        return next(o[1])

    @step(writes=True)
    def rest(o: Any, v: str) -> Any:
        return list(o[1])

    @step(writes=True, may_raise=(StopIteration,))
    def next_backward(o: Any, v: str) -> Any:
        return next(o[2])

    @step(writes=True)
    def rest_backward(o: Any, v: str) -> Any:
        return list(o[2])

    @step()
    def hint(o: Any, v: str) -> Any:
        return o[1].__length_hint__(), o[2].__length_hint__()

    @step()
    def copies(o: Any, v: str) -> Any:
        return list(copy.copy(o[1])), list(copy.copy(o[2]))

    @step(writes=True)
    def setstate(o: Any, v: str) -> Any:
        o[1].__setstate__(0)
        o[2].__setstate__(1)

    @step(writes=True)
    def append(o: Any, v: str) -> Any:
        o[0].append(v)

    @step(writes=True)
    def insert(o: Any, v: str) -> Any:
        o[0].insert(0, v)

    @step(writes=True)
    def pop(o: Any, v: str) -> Any:
        return o[0].pop()

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o[0].clear()

    @step(writes=True)
    def set_slice(o: Any, v: str) -> Any:
        o[0][:] = [v, v, v, v, v]
