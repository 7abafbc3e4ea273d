"""deque: with and without a longest length, beside an iterator, and with elements that run Python code."""

from __future__ import annotations

import copy
import pickle
import sys
from collections import deque
from operator import length_hint
from typing import Any, ClassVar

from harness.kernel.pairs import PROCESS, Asked, AskedItems, Subject, arm, fresh_strings, nosy, refuse, step

BLOCK = 64
"""Items of a deque that lie together."""


def disagreement(o: Any) -> str:
    """What does not agree with itself in a deque."""
    seen = list(o)
    if len(o) != len(seen):
        return f"len is {len(o)}, iteration gives {len(seen)}"
    if list(reversed(o)) != seen[::-1] or [o[number] for number in range(len(seen))] != seen:
        return "items by number, forward and backward differ"
    if o.maxlen is not None and len(seen) > o.maxlen:
        return f"there are {len(seen)} items, and at most {o.maxlen} may be"
    return "" if list(o.copy()) == seen else "its copy is not equal to it"


CHANGED = (RuntimeError,)
"""What goes through a deque may find it changed."""
COPIED = () if sys.version_info >= (3, 15) else CHANGED
"""From 3.15 on a deque is copied in one step (gh-144809); before, a copy went through it."""


class Deque(Subject):
    """A deque of strings; at the larger size the next item needs a new block at either end.

    Nothing is said of iteration, which comparisons and ``extend(itself)`` do as well: it may find the deque
    changed. Nor of items by number: the length that -1 is counted from may be an earlier one.
    """

    said = "collections.deque: appends and pops from either side are thread-safe"
    sizes: ClassVar[tuple[int, ...]] = (3, BLOCK)

    def fresh(self, size: int) -> Any:
        return deque(fresh_strings(size))

    def wrong(self, o: Any) -> str:
        return disagreement(o)

    @step(writes=True)
    def append(o: Any, v: str) -> Any:
        o.append(v)

    @step(writes=True)
    def appendleft(o: Any, v: str) -> Any:
        o.appendleft(v)

    @step(writes=True)
    def pop(o: Any, v: str) -> Any:
        return o.pop()

    @step(writes=True)
    def popleft(o: Any, v: str) -> Any:
        return o.popleft()

    @step(writes=True, may_raise=CHANGED)
    def extend(o: Any, v: str) -> Any:
        o.extend([v, v])

    @step(writes=True, may_raise=CHANGED)
    def extendleft(o: Any, v: str) -> Any:
        o.extendleft([v, v])

    @step(writes=True, may_raise=CHANGED)
    def extend_by_itself(o: Any, v: str) -> Any:
        o.extend(o)

    @step(writes=True, may_raise=CHANGED)
    def iadd(o: Any, v: str) -> Any:
        o += [v]

    @step(writes=True, may_raise=CHANGED)
    def imul(o: Any, v: str) -> Any:
        o *= 2

    @step(writes=True)
    def setitem(o: Any, v: str) -> Any:
        o[1] = v

    @step(writes=True)
    def delitem(o: Any, v: str) -> Any:
        del o[1]

    @step(writes=True)
    def insert(o: Any, v: str) -> Any:
        o.insert(1, v)

    @step(writes=True, may_raise=(ValueError, IndexError, RuntimeError))
    def remove(o: Any, v: str) -> Any:
        o.remove("x1")

    @step(writes=True)
    def rotate(o: Any, v: str) -> Any:
        o.rotate(1)

    @step(writes=True)
    def reverse(o: Any, v: str) -> Any:
        o.reverse()

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o.clear()

    @step(writes=True, may_raise=CHANGED)
    def init(o: Any, v: str) -> Any:
        o.__init__([v])

    @step()
    def item(o: Any, v: str) -> Any:
        return o[0]

    @step(may_raise=(IndexError,))
    def last(o: Any, v: str) -> Any:
        return o[-1]

    @step()
    def len_(o: Any, v: str) -> Any:
        return len(o), bool(o)

    @step(may_raise=CHANGED)
    def contains(o: Any, v: str) -> Any:
        return "x1" in o

    @step(may_raise=(ValueError, RuntimeError))
    def index(o: Any, v: str) -> Any:
        return o.index("x1")

    @step(may_raise=CHANGED)
    def count(o: Any, v: str) -> Any:
        return o.count("x1")

    @step(may_raise=COPIED)
    def copy_(o: Any, v: str) -> Any:
        return o.copy(), copy.copy(o)

    @step(may_raise=CHANGED)
    def add(o: Any, v: str) -> Any:
        return o + deque([v])

    @step(may_raise=CHANGED)
    def mul(o: Any, v: str) -> Any:
        return o * 2, 2 * o

    @step(may_raise=CHANGED)
    def list_(o: Any, v: str) -> Any:
        return list(o)

    @step(may_raise=CHANGED)
    def loop(o: Any, v: str) -> Any:
        return [str(one) for one in o]

    @step(may_raise=CHANGED)
    def reversed_(o: Any, v: str) -> Any:
        return list(reversed(o))

    @step(may_raise=CHANGED)
    def eq(o: Any, v: str) -> Any:
        return o == deque(["x0", "x1", "x2"]), o != deque([v])

    @step(may_raise=CHANGED)
    def order(o: Any, v: str) -> Any:
        other = deque(["x0", v])
        return o < other, o <= other, o > other, o >= other

    @step()
    def hash_(o: Any, v: str) -> Any:
        return hash(o)

    @step(text=True, may_raise=CHANGED)
    def repr_(o: Any, v: str) -> Any:
        return repr(o)

    @step(may_raise=CHANGED)
    def read_back(o: Any, v: str) -> Any:
        """What its text says is a deque, too."""
        return deque.copy(eval(repr(o), {"deque": deque}))

    @step()
    def maxlen(o: Any, v: str) -> Any:
        return o.maxlen

    @step()
    def sizeof(o: Any, v: str) -> Any:
        return o.__sizeof__()

    @step(may_raise=CHANGED)
    def deepcopy(o: Any, v: str) -> Any:
        return copy.deepcopy(o)

    @step(may_raise=CHANGED)
    def pickle_(o: Any, v: str) -> Any:
        return pickle.loads(pickle.dumps(o))


class DequeAtMost(Deque):
    """A deque that is full: what is added at one end pushes out what is at the other."""

    sizes = (2, BLOCK)

    def fresh(self, size: int) -> Any:
        return deque(fresh_strings(size), size)


class DequeNosy(Deque):
    """A deque of elements that look into it, change it, or raise, whenever they are compared."""

    sizes = (3, 4, 5)
    most = PROCESS

    def fresh(self, size: int) -> Any:
        o: deque[Any] = deque()
        elements = nosy(o, size, (list, refuse, lambda o: o.append("m"), deque.clear, lambda o: o.rotate(1)))
        o.extend(elements)
        arm(elements)
        return o


class DequeAsked(Subject):
    """A deque that numbers and sequences change, or empty, when it asks them what they are worth."""

    most = PROCESS
    may_raise = (IndexError, ValueError, RuntimeError)
    sizes = (5, BLOCK)

    def fresh(self, size: int) -> Any:
        return deque(fresh_strings(size), 2 * BLOCK)

    @step(writes=True)
    def setitem(o: Any, v: str) -> Any:
        o[Asked(o, _change, 1)] = v

    @step(writes=True)
    def delitem(o: Any, v: str) -> Any:
        del o[Asked(o, _change, 1)]

    @step(writes=True)
    def insert(o: Any, v: str) -> Any:
        o.insert(Asked(o, _change, 2), v)

    @step(writes=True)
    def rotate(o: Any, v: str) -> Any:
        o.rotate(Asked(o, _change, 2))

    @step(writes=True)
    def extend(o: Any, v: str) -> Any:
        o.extend(AskedItems(o, _change, [v, v]))
        o.extendleft(AskedItems(o, _change, [v, v]))

    @step(writes=True)
    def init(o: Any, v: str) -> Any:
        o.__init__(AskedItems(o, _change, [v, v]), BLOCK)

    @step(writes=True)
    def repeat(o: Any, v: str) -> Any:
        o *= Asked(o, _change, 2)

    @step()
    def item(o: Any, v: str) -> Any:
        return o[Asked(o, _change, 1)], o * Asked(o, _change, 2), o.index("x0", Asked(o, _change, 0))

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o.clear()


def _change(o: Any) -> None:
    """Empty it, or turn it and let it grow."""
    if len(o) > 20:
        o.clear()
    else:
        o.rotate(3)
        o.extend(["x0"] * BLOCK)


class DequeAndIterators(Subject):
    """A deque, and iterators over it, forward and backward, that have given one item."""

    said = "collections.deque"
    sizes = (3, BLOCK)

    def fresh(self, size: int) -> Any:
        o = deque(fresh_strings(size))
        iterators = iter(o), reversed(o)
        for iterator in iterators:
            next(iterator)
        return o, *iterators

    def left(self, o: Any) -> Any:
        return o[0]

    def wrong(self, o: Any) -> str:
        return disagreement(o[0])

    @step(writes=True, may_raise=(RuntimeError, StopIteration))
    def next_(o: Any, v: str) -> Any:
        return next(o[1])

    @step(writes=True, may_raise=(RuntimeError, StopIteration))
    def next_backward(o: Any, v: str) -> Any:
        return next(o[2])

    @step(writes=True, may_raise=(RuntimeError,))
    def rest(o: Any, v: str) -> Any:
        return list(o[1]), list(o[2])

    @step()
    def hint(o: Any, v: str) -> Any:
        return length_hint(o[1]), length_hint(o[2])

    @step(may_raise=(RuntimeError,))
    def copies(o: Any, v: str) -> Any:
        return list(copy.copy(o[1])), list(copy.copy(o[2]))

    @step(writes=True)
    def append(o: Any, v: str) -> Any:
        o[0].append(v)

    @step(writes=True)
    def popleft(o: Any, v: str) -> Any:
        return o[0].popleft()

    @step(writes=True)
    def rotate(o: Any, v: str) -> Any:
        o[0].rotate(1)

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o[0].clear()
