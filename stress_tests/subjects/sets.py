"""set and frozenset: alone, beside a second one, beside an iterator, and with elements that run Python code."""

from __future__ import annotations

import copy
import pickle
import sys
from operator import length_hint
from typing import Any, ClassVar

from harness.kernel.pairs import ATOMIC, PROCESS, Alike, Subject, arm, fresh_strings, nosy, refuse, step

MODULUS = sys.hash_info.modulus
"""Its multiples are hashed like 0."""


def disagreement(o: Any) -> str:
    """What does not agree with itself in a set."""
    seen = list(o)
    if len(o) != len(seen):
        return f"len is {len(o)}, iteration gives {len(seen)}"
    if len(set(seen)) != len(seen):
        return "an element is in it twice"
    lost = [one for one in seen if one not in o]
    if lost:
        return f"{lost[0]!r} is among the elements and not found"
    if set(seen) != o or o.copy() != o:
        return "a set of its elements, or its copy, is not equal to it"
    return ""


class _Reading(Subject):
    """What a set and a frozenset have in common."""

    said = "Thread safety for set objects"
    sizes: ClassVar[tuple[int, ...]] = (1, 4)

    def wrong(self, o: Any) -> str:
        return disagreement(o)

    @step(ATOMIC, lock="free")
    def len_(o: Any, v: str) -> Any:
        return len(o)

    @step(lock="free")
    def contains(o: Any, v: str) -> Any:
        return "x0" in o, v in o

    @step(ATOMIC, lock="holds")
    def copy_(o: Any, v: str) -> Any:
        return o.copy()

    @step()
    def list_(o: Any, v: str) -> Any:
        return sorted(map(str, list(o)))

    @step(may_raise=(RuntimeError,))
    def loop(o: Any, v: str) -> Any:
        return sorted([str(one) for one in o])

    @step(lock="holds")
    def or_(o: Any, v: str) -> Any:
        return o | {v}, {v} | o

    @step(lock="holds")
    def and_(o: Any, v: str) -> Any:
        return o & {"x0", v}, {"x0", v} & o

    @step(lock="holds")
    def sub(o: Any, v: str) -> Any:
        return o - {"x0"}, {v} - o

    @step(lock="holds")
    def xor(o: Any, v: str) -> Any:
        return o ^ {"x0", v}, {"x0", v} ^ o

    @step()
    def reflected(o: Any, v: str) -> Any:
        return o.__rand__({v}), o.__ror__({v}), o.__rsub__({v}), o.__rxor__({v})

    @step(lock="holds")
    def union(o: Any, v: str) -> Any:
        return o.union([v], {v: v})

    @step(lock="holds")
    def intersection(o: Any, v: str) -> Any:
        return o.intersection(["x0", "x1", v])

    @step(lock="holds")
    def difference(o: Any, v: str) -> Any:
        return o.difference(["x0"], {v: v})

    @step(lock="holds")
    def symmetric_difference(o: Any, v: str) -> Any:
        return o.symmetric_difference(["x0", v])

    @step(lock="holds")
    def isdisjoint(o: Any, v: str) -> Any:
        return o.isdisjoint({v}), o.isdisjoint(["x0"])

    @step(lock="holds")
    def issubset(o: Any, v: str) -> Any:
        return o.issubset({"x0", "x1"}), o.issuperset(["x0"])

    @step(lock="holds")
    def eq(o: Any, v: str) -> Any:
        return o == {"x0"}, o != {"x0", v}

    @step(lock="holds")
    def order(o: Any, v: str) -> Any:
        return o < {"x0"}, o <= {"x0", "x1"}, o > set(), o >= {v}

    @step()
    def hash_(o: Any, v: str) -> Any:
        return hash(o)

    @step(text=True)
    def repr_(o: Any, v: str) -> Any:
        return "".join(sorted(repr(o)))

    @step()
    def set_(o: Any, v: str) -> Any:
        return set(o), frozenset(o)

    @step()
    def fromkeys(o: Any, v: str) -> Any:
        return set(dict.fromkeys(o, v))

    @step(may_raise=(RuntimeError,))
    def unpack(o: Any, v: str) -> Any:
        return {*o, v}

    @step()
    def extend(o: Any, v: str) -> Any:
        return sorted(map(str, [v] + [*o]))

    @step()
    def sizeof(o: Any, v: str) -> Any:
        return o.__sizeof__() >= type(o).__basicsize__

    @step()
    def deepcopy(o: Any, v: str) -> Any:
        return copy.copy(o), copy.deepcopy(o)

    @step(may_raise=(RuntimeError,))  # it says that the set changed meanwhile
    def pickle_(o: Any, v: str) -> Any:
        return pickle.loads(pickle.dumps(o))


class Set(_Reading):
    """A set of strings; at the larger size the next element makes it grow."""

    def fresh(self, size: int) -> Any:
        return set(fresh_strings(size))

    @step()
    def read_back(o: Any, v: str) -> Any:
        """What its text says is a set, too."""
        return set.copy(eval(repr(o)))

    @step(writes=True, lock="holds")
    def add(o: Any, v: str) -> Any:
        o.add(v)

    @step(writes=True, lock="holds")
    def remove(o: Any, v: str) -> Any:
        o.remove("x0")

    @step(writes=True, lock="holds")
    def discard(o: Any, v: str) -> Any:
        o.discard("x0")

    @step(writes=True, lock="holds")
    def pop(o: Any, v: str) -> Any:
        return o.pop()

    @step(writes=True, lock="holds")
    def clear(o: Any, v: str) -> Any:
        o.clear()

    @step(writes=True, lock="holds")
    def update(o: Any, v: str) -> Any:
        o.update([v, "x0"], {v: v})

    @step(writes=True, lock="holds")
    def ior(o: Any, v: str) -> Any:
        o |= {v, "x9"}

    @step(writes=True, lock="holds")
    def iand(o: Any, v: str) -> Any:
        o &= {"x0", v}

    @step(writes=True, lock="holds")
    def isub(o: Any, v: str) -> Any:
        o -= {"x0", v}

    @step(writes=True, lock="holds")
    def ixor(o: Any, v: str) -> Any:
        o ^= {"x0", v}

    @step(writes=True, lock="holds")
    def intersection_update(o: Any, v: str) -> Any:
        o.intersection_update(["x0", v])

    @step(writes=True, lock="holds")
    def difference_update(o: Any, v: str) -> Any:
        o.difference_update(["x0", v], {"x1": v})

    @step(writes=True, lock="holds")
    def symmetric_difference_update(o: Any, v: str) -> Any:
        o.symmetric_difference_update(["x0", v])

    @step(writes=True, lock="holds")
    def with_itself(o: Any, v: str) -> Any:
        o.update(o)
        o ^= o

    @step(writes=True, lock="holds", lets_raise=(KeyError,))
    def init(o: Any, v: str) -> Any:
        """It empties the set, then fills it: who takes something out may find nothing."""
        o.__init__([v])


class SetNosy(Set):
    """A set whose elements look into it, change it, or raise, whenever they are hashed or compared."""

    sizes = (3, 4, 5)
    most = PROCESS

    def fresh(self, size: int) -> Any:
        o: set[Any] = set()
        elements = nosy(o, size, (list, refuse, lambda o: o.add("m"), set.clear, lambda o: o.discard("x9")))
        o.update(elements)
        arm(elements)
        return o


class SetOfOneHash(Subject):
    """A set of numbers that are all hashed alike: each look-up goes past the others, and compares with them."""

    said = "Thread safety for set objects"
    sizes: ClassVar[tuple[int, ...]] = (2, 4)

    def fresh(self, size: int) -> Any:
        return {number * MODULUS for number in range(1, size + 1)}

    def left(self, o: Any) -> Any:
        return sorted(o)

    def wrong(self, o: Any) -> str:
        return disagreement(o)

    @step(writes=True)
    def add(o: Any, v: str) -> Any:
        o.add(ord(v[0]) * MODULUS)

    @step(writes=True)
    def add_same(o: Any, v: str) -> Any:
        o.add(9 * MODULUS)

    @step(writes=True)
    def discard(o: Any, v: str) -> Any:
        o.discard(MODULUS)

    @step(writes=True)
    def pop(o: Any, v: str) -> Any:
        return str(o.pop()) >= ""

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o.clear()

    @step(writes=True)
    def update(o: Any, v: str) -> Any:
        o.update(number * MODULUS for number in range(10, 20))

    @step(writes=True)
    def ior(o: Any, v: str) -> Any:
        o |= {9 * MODULUS, ord(v[0]) * MODULUS}

    @step(writes=True)
    def ixor(o: Any, v: str) -> Any:
        o ^= {MODULUS, 2 * MODULUS}

    @step(writes=True)
    def iand(o: Any, v: str) -> Any:
        o &= {MODULUS, 9 * MODULUS}

    @step()
    def contains(o: Any, v: str) -> Any:
        return MODULUS in o, ord(v[0]) * MODULUS in o, 2 * MODULUS in o

    @step()
    def copy_(o: Any, v: str) -> Any:
        return sorted(o.copy()), sorted(set(o)), sorted(o | {MODULUS}), sorted(o - {MODULUS})

    @step()
    def compare(o: Any, v: str) -> Any:
        return o == {MODULUS, 2 * MODULUS}, o <= {MODULUS}, o.isdisjoint({MODULUS})


class SetNosyOfOneHash(SetOfOneHash):
    """A set of elements that are hashed alike, and its first place has been left. The one that each look-up meets first
    looks into it, changes it, or raises.
    """

    sizes = (3, 4, 5, 6, 7)
    most = PROCESS

    def fresh(self, size: int) -> Any:
        o: set[Any] = {MODULUS * 50}
        meddles = (list, refuse, lambda o: o.add(MODULUS * 51), set.clear, lambda o: o.discard(MODULUS * 51))
        elements = [Alike(str(number), o, meddles[size % len(meddles)]) for number in range(size)]
        o.update(elements)
        o.remove(MODULUS * 50)
        arm(elements[:1])
        return o

    def left(self, o: Any) -> Any:
        return sorted([str(one) for one in list(o)])

    @step(writes=True)
    def add_alike(o: Any, v: str) -> Any:
        element = Alike(v, o, lambda o: o.add(MODULUS * 52))
        arm([element])
        o.add(element)

    @step()
    def copies(o: Any, v: str) -> Any:
        return len(set() | o), len(list(o)), len(repr(o))


class Frozenset(_Reading):
    """A frozenset of strings, which threads only read: its hash is kept once it is known."""

    def fresh(self, size: int) -> Any:
        return frozenset(fresh_strings(size))


class TwoSets(Subject):
    """Two sets that have elements in common, each of which is told to take from the other."""

    said = "Thread safety for set objects"
    sizes = (2, 4)

    def fresh(self, size: int) -> Any:
        return set(fresh_strings(size)), set(fresh_strings(2 * size)[1:])

    def wrong(self, o: Any) -> str:
        return disagreement(o[0]) or disagreement(o[1])

    @step(writes=True, lock="holds")
    def ior(o: Any, v: str) -> Any:
        first, second = o
        first |= second

    @step(writes=True, lock="holds")
    def iand(o: Any, v: str) -> Any:
        first, second = o
        second &= first

    @step(writes=True, lock="holds")
    def isub(o: Any, v: str) -> Any:
        first, second = o
        first -= second

    @step(writes=True, lock="holds")
    def ixor(o: Any, v: str) -> Any:
        first, second = o
        second ^= first

    @step(writes=True, lock="holds")
    def update(o: Any, v: str) -> Any:
        o[1].update(o[0], o[1])

    @step(lock="holds")
    def or_(o: Any, v: str) -> Any:
        return o[0] | o[1], o[1].union(o[0])

    @step(lock="holds")
    def and_(o: Any, v: str) -> Any:
        return o[0] & o[1], o[1].intersection(o[0])

    @step(lock="holds")
    def sub(o: Any, v: str) -> Any:
        return o[0] - o[1], o[1].difference(o[0])

    @step(lock="holds")
    def xor(o: Any, v: str) -> Any:
        return o[0] ^ o[1], o[1].symmetric_difference(o[0])

    @step(lock="holds")
    def order(o: Any, v: str) -> Any:
        return o[0] == o[1], o[0] < o[1], o[1].issuperset(o[0]), o[1].isdisjoint(o[0])

    @step(lock="holds")
    def order_other_way(o: Any, v: str) -> Any:
        return o[1] == o[0], o[1] >= o[0], o[0].issubset(o[1]), o[0].isdisjoint(o[1])

    @step(writes=True, lock="holds")
    def update_other(o: Any, v: str) -> Any:
        o[0].update(o[1])
        o[0].intersection_update(o[1], o[0])

    @step(writes=True, lock="holds")
    def difference_update(o: Any, v: str) -> Any:
        o[1].difference_update(o[0])
        o[0].symmetric_difference_update(o[1])

    @step(writes=True, lock="holds")
    def add(o: Any, v: str) -> Any:
        o[1].add(v)

    @step(writes=True, lock="holds")
    def pop(o: Any, v: str) -> Any:
        return o[0].pop()

    @step(writes=True, lock="holds")
    def clear(o: Any, v: str) -> Any:
        o[1].clear()


class SetAndIterator(Subject):
    """A set, and an iterator over it that has given one element."""

    said = "Thread safety for set objects"
    sizes = (3, 4)

    def fresh(self, size: int) -> Any:
        o = set(fresh_strings(size))
        iterator = iter(o)
        next(iterator)
        return o, iterator

    def left(self, o: Any) -> Any:
        return o[0]

    def wrong(self, o: Any) -> str:
        return disagreement(o[0])

    @step(writes=True, may_raise=(RuntimeError, StopIteration))
    def next_(o: Any, v: str) -> Any:
        return next(o[1])

    @step(writes=True, may_raise=(RuntimeError,))
    def rest(o: Any, v: str) -> Any:
        return list(o[1])

    @step()
    def hint(o: Any, v: str) -> Any:
        return length_hint(o[1])

    @step(may_raise=(RuntimeError,))
    def copies(o: Any, v: str) -> Any:
        return list(copy.copy(o[1]))

    @step(writes=True)
    def add(o: Any, v: str) -> Any:
        o[0].add(v)

    @step(writes=True)
    def discard(o: Any, v: str) -> Any:
        o[0].discard("x0")

    @step(writes=True)
    def pop(o: Any, v: str) -> Any:
        return o[0].pop()

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o[0].clear()
