"""Lists, dicts, sets and bytearrays that functions written in C go through while others change them.

What takes an iterable often knows a list, a dict or a set by its type and reads it without an iterator: each such
function has a loop of its own, and must hold the lock or keep what it reads alive.
"""

from __future__ import annotations

import codecs
import collections
import itertools
import operator
import os
import string
import types
from typing import Any, ClassVar

from harness.kernel.pairs import (
    PROCESS,
    OwnNumber,
    Subject,
    dict_disagreement,
    fresh_items,
    fresh_strings,
    step,
)

SINK = open(os.devnull, "wb", buffering=0)  # noqa: SIM115  # as long as the process lives
CHANGED = (RuntimeError,)
"""What tells that a dict or a set changed size while it was gone through."""
EMPTY = (KeyError, AttributeError, NameError, TypeError, StopIteration)
"""What tells that a dict is empty, to whom a name is missing, or an argument."""


def given(*rest: Any, **named: Any) -> Any:
    """What it is called with."""
    return [*rest, *named.values()]


def letters(numbers: Any) -> list[str]:
    """Which of ``x`` and of the letters of threads there are."""
    return sorted({chr(number) for number in numbers})


class _List(Subject):
    """A list that is changed, whatever is in it. The longest takes its time to be gone through."""

    said = "Thread safety for list objects"
    sizes: ClassVar[tuple[int, ...]] = (3, 8, 40)

    @step(writes=True)
    def pop(o: Any, v: str) -> Any:
        o.pop()

    @step(writes=True)
    def pop_first(o: Any, v: str) -> Any:
        o.pop(0)

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o.clear()

    @step(writes=True)
    def double(o: Any, v: str) -> Any:
        o *= 2

    @step(writes=True)
    def shrink(o: Any, v: str) -> Any:
        del o[1:]

    @step(writes=True)
    def refill(o: Any, v: str) -> Any:
        o[:] = o[:1]

    @step(writes=True)
    def reverse(o: Any, v: str) -> Any:
        o.reverse()

    @step(writes=True, may_raise=(IndexError,))
    def drop_all(o: Any, v: str) -> Any:
        """One after the other, each for the last time."""
        while o:
            o.pop()


class NumbersGoneThrough(_List):
    """A list of the numbers of bytes."""

    def fresh(self, size: int) -> Any:
        return [ord("x")] * size

    def left(self, o: Any) -> Any:
        return letters(o)

    @step(writes=True)
    def append(o: Any, v: str) -> Any:
        o.append(ord(v[0]))

    @step(writes=True)
    def setitem(o: Any, v: str) -> Any:
        o[1] = ord(v[0])

    @step()
    def bytes_(o: Any, v: str) -> Any:
        return letters(bytes(o))

    @step()
    def bytearray_(o: Any, v: str) -> Any:
        return letters(bytearray(o))

    @step()
    def extend_bytearray(o: Any, v: str) -> Any:
        made = bytearray()
        made.extend(o)
        made[1:1] = o
        return letters(made)

    @step()
    def sum_(o: Any, v: str) -> Any:
        return sum(o) >= 0

    @step()
    def largest(o: Any, v: str) -> Any:
        return chr(max(o)), chr(min(o))

    @step()
    def all_(o: Any, v: str) -> Any:
        return all(o), any(o)

    @step()
    def sort_copy(o: Any, v: str) -> Any:
        return letters(sorted(o, key=operator.neg))


class OwnNumbersGoneThrough(NumbersGoneThrough):
    """A list of the numbers of bytes, each an object that nobody else keeps alive."""

    def fresh(self, size: int) -> Any:
        return [OwnNumber(ord("x")) for _ in range(size)]

    @step(writes=True)
    def append(o: Any, v: str) -> Any:
        o.append(OwnNumber(ord(v[0])))

    @step(writes=True, may_raise=(IndexError,))
    def replace_all(o: Any, v: str) -> Any:
        """By numbers that are new, where those before are let go of."""
        for number in range(len(o)):
            o[number] = OwnNumber(ord(v[0]))


class TextsGoneThrough(_List):
    """A list of strings."""

    def fresh(self, size: int) -> Any:
        return fresh_strings(size)

    @step(writes=True)
    def append(o: Any, v: str) -> Any:
        o.append(v)

    @step(writes=True)
    def setitem(o: Any, v: str) -> Any:
        o[1] = v

    @step(writes=True)
    def setitem_long(o: Any, v: str) -> Any:
        """Longer than what was there: who has measured it makes too little room."""
        o[1] = v * 500

    @step(writes=True)
    def setitem_wide(o: Any, v: str) -> Any:
        """Of characters that take four bytes each."""
        o[1] = v + "\U0001f600"

    @step(writes=True)
    def setitem_short(o: Any, v: str) -> Any:
        o[1] = ""

    @step(PROCESS, writes=True)
    def setitem_in_turn(o: Any, v: str) -> Any:
        for one in (v * 500, "", v + "\xe9", v + "\U0001f600", v):
            o[1] = one

    @step(writes=True, may_raise=(IndexError,))
    def replace_all(o: Any, v: str) -> Any:
        """By strings that are new, where those before are let go of."""
        for number in range(len(o)):
            o[number] = "".join(v)

    @step(text=True)
    def join(o: Any, v: str) -> Any:
        return "".join(o), ", ".join(o)

    @step()
    def call(o: Any, v: str) -> Any:
        return given(*o), given(v, *o, third=v)

    @step()
    def display(o: Any, v: str) -> Any:
        return [*o, v], (*o, v), sorted({*o, v})

    @step()
    def extend(o: Any, v: str) -> Any:
        made = [v]
        made += o
        made.extend(o)
        made[1:1] = o
        return made

    @step()
    def set_(o: Any, v: str) -> Any:
        made = {v}
        made.update(o)
        return sorted(made), sorted(frozenset(o)), sorted(made.intersection(o)), made.isdisjoint(o)

    @step()
    def fromkeys(o: Any, v: str) -> Any:
        return dict.fromkeys(o, v)

    @step()
    def zip_(o: Any, v: str) -> Any:
        return list(zip(o, o)), list(map(given, o, o))

    @step()
    def enumerate_(o: Any, v: str) -> Any:
        return [one for _, one in enumerate(o)], list(filter(None, o)), list(map(str.strip, o))

    @step()
    def least(o: Any, v: str) -> Any:
        return min(o, default=v), max(o, default=v), sorted(o, reverse=True)

    @step()
    def slots(o: Any, v: str) -> Any:
        return type(v, (), {"__slots__": o}).__name__

    @step()
    def arguments(o: Any, v: str) -> Any:
        return list(types.GenericAlias(list, tuple(o)).__args__)

    @step(text=True)
    def format_(o: Any, v: str) -> Any:
        return "{} {}".format(*o), operator.mod("%s", o)

    @step(may_raise=(IndexError,))
    def match(o: Any, v: str) -> Any:
        match o:
            case [first, second, *_]:
                return first, second
            case _:
                return None

    @step()
    def group(o: Any, v: str) -> Any:
        return list(BaseExceptionGroup(v, [ValueError(one) for one in o]).args[:1])


class ChunksGoneThrough(_List):
    """A list of bytes."""

    def fresh(self, size: int) -> Any:
        return [one.encode() for one in fresh_strings(size)]

    def left(self, o: Any) -> Any:
        return [one.decode() for one in o]

    @step(writes=True)
    def append(o: Any, v: str) -> Any:
        o.append(v.encode())

    @step(writes=True)
    def setitem(o: Any, v: str) -> Any:
        o[1] = bytearray(v, "ascii")

    @step(writes=True)
    def setitem_long(o: Any, v: str) -> Any:
        """Longer than what was there: who has measured it makes too little room."""
        o[1] = v.encode() * 500

    @step(writes=True)
    def setitem_short(o: Any, v: str) -> Any:
        o[1] = b""

    @step(PROCESS, writes=True)
    def setitem_in_turn(o: Any, v: str) -> Any:
        for one in (v.encode() * 500, b"", bytearray(500), v.encode()):
            o[1] = one

    @step(text=True, may_raise=CHANGED)
    def join(o: Any, v: str) -> Any:
        return b"".join(o), b",".join(o)

    @step(text=True, may_raise=CHANGED)
    def join_bytearray(o: Any, v: str) -> Any:
        return bytes(bytearray(b",").join(o))

    @step()
    def ends(o: Any, v: str) -> Any:
        return b"x0".startswith(tuple(o))

    @step(may_raise=(IndexError, OSError))
    def written_at_once(o: Any, v: str) -> Any:
        """As pieces of one message, of which there may be too many."""
        return os.writev(SINK.fileno(), o) >= 0 if hasattr(os, "writev") else True


class PairsGoneThrough(_List):
    """A list of lists of two strings each, of which dicts are made."""

    def fresh(self, size: int) -> Any:
        return [[one, one] for one in fresh_strings(size)]

    @step(writes=True)
    def append(o: Any, v: str) -> Any:
        o.append([v, v])

    @step(writes=True)
    def setitem(o: Any, v: str) -> Any:
        o[0] = (v, v)

    @step(writes=True)
    def change_one(o: Any, v: str) -> Any:
        o[0][1] = v

    @step(writes=True, lets_raise=(IndexError, ValueError))
    def clear_and_fill_one(o: Any, v: str) -> Any:
        o[0].clear()
        o[0].extend([v, v])

    @step(may_raise=(ValueError,))
    def dict_(o: Any, v: str) -> Any:
        return dict(o)

    @step(may_raise=(ValueError,))
    def update(o: Any, v: str) -> Any:
        made = {v: v}
        made.update(o)
        made |= o
        return made

    @step(may_raise=(ValueError,))
    def ordered(o: Any, v: str) -> Any:
        return dict(collections.OrderedDict(o))

    @step(may_raise=(ValueError,))
    def starmap(o: Any, v: str) -> Any:
        return list(itertools.starmap(given, o)), list(itertools.chain.from_iterable(o))

    @step(may_raise=(ValueError,))
    def unpack(o: Any, v: str) -> Any:
        return [(one, other) for one, other in o]

    @step(may_raise=(IndexError,))
    def items(o: Any, v: str) -> Any:
        return list(map(operator.itemgetter(0), o)), sorted(o, key=operator.itemgetter(1))

    @step()
    def compare(o: Any, v: str) -> Any:
        return o == [["x0", "x0"]], o < [["x0", v]], min(o) <= max(o)

    @step()
    def flatten(o: Any, v: str) -> Any:
        return sum(o, [])

    @step(text=True)
    def repr_(o: Any, v: str) -> Any:
        return repr(o)


class _Dict(Subject):
    """A dict that is changed. The longest takes its time to be gone through."""

    said = "Thread safety for dict objects"
    sizes: ClassVar[tuple[int, ...]] = (3, 5, 40)

    def wrong(self, o: Any) -> str:
        return dict_disagreement(o)

    @step(writes=True, may_raise=(RuntimeError, KeyError, StopIteration))
    def delete(o: Any, v: str) -> Any:
        del o[next(iter(o))]

    @step(writes=True)
    def popitem(o: Any, v: str) -> Any:
        o.popitem()

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o.clear()

    @step(writes=True, lets_raise=EMPTY)
    def refill(o: Any, v: str) -> Any:
        held = o.copy()
        o.clear()
        o.update(held)

    @step(writes=True)
    def replace_all(o: Any, v: str) -> Any:
        """By strings that are new, where those before are let go of."""
        for key in list(o):
            o[key] = "".join(v)

    @step(writes=True, may_raise=(KeyError,))
    def drop_all(o: Any, v: str) -> Any:
        """One after the other, each for the last time."""
        while o:
            o.popitem()


class KeysGoneThrough(_Dict):
    """A dict of strings by strings that are names."""

    may_raise = CHANGED

    def fresh(self, size: int) -> Any:
        return fresh_items(size)

    @step(writes=True)
    def setitem(o: Any, v: str) -> Any:
        o["x0"] = v

    @step(writes=True)
    def insert(o: Any, v: str) -> Any:
        o[v] = v

    @step(writes=True)
    def grow(o: Any, v: str) -> Any:
        o.update({v: v, v[0] + "3": v, v[0] + "4": v, v[0] + "5": v, v[0] + "6": v, v[0] + "7": v})

    @step()
    def call(o: Any, v: str) -> Any:
        return given(**o), given(v, a9=v, **o)

    @step(text=True)
    def join(o: Any, v: str) -> Any:
        return "".join(o), "".join(o.values())

    @step()
    def list_(o: Any, v: str) -> Any:
        return list(o), list(o.values()), list(o.items())

    @step()
    def tuple_(o: Any, v: str) -> Any:
        return tuple(o), tuple(o.values()), (*o, *o.items())

    @step()
    def extend(o: Any, v: str) -> Any:
        made = [v]
        made.extend(o)
        made += o.values()
        return made, len([*made, *o.items()])

    @step()
    def set_(o: Any, v: str) -> Any:
        return sorted(set(o)), sorted(frozenset(o)), sorted({v}.union(o)), sorted(set(o.items()))

    @step()
    def sets(o: Any, v: str) -> Any:
        made = {v, "x0"}
        return sorted(made.difference(o)), sorted(made.intersection(o)), made.isdisjoint(o)

    @step()
    def change_sets(o: Any, v: str) -> Any:
        made = {v, "x0"}
        made.update(o)
        made.symmetric_difference_update(o)
        made.difference_update(o)
        return sorted(made), {"x0"}.issubset(o), made.issuperset(o)

    @step()
    def least(o: Any, v: str) -> Any:
        return min(o, default=v), max(o.values(), default=v), sorted(o), sorted(o.items())

    @step()
    def zip_(o: Any, v: str) -> Any:
        return list(zip(o, o.values())), list(map(str, o)), [one for _, one in enumerate(o)]

    @step()
    def merge(o: Any, v: str) -> Any:
        made = {v: v}
        made.update(o)
        return made | o, o | made, {**o, v: v}

    @step()
    def namespace(o: Any, v: str) -> Any:
        return vars(types.SimpleNamespace(**o))

    @step(may_raise=(KeyError,))
    def proxied(o: Any, v: str) -> Any:
        """Of what is no dict the keys are asked first, then each value."""
        return dict(types.MappingProxyType(o))

    @step()
    def class_(o: Any, v: str) -> Any:
        made: Any = type(v, (), o)
        return made.x0, vars(made)["__module__"] == __name__

    @step()
    def keyword_defaults(o: Any, v: str) -> Any:
        function = types.FunctionType(_with_default, {})
        function.__kwdefaults__ = o
        return function()

    @step()
    def globals_(o: Any, v: str) -> Any:
        return eval("x0", {"x0": v}, o), types.FunctionType(_with_global, types.MappingProxyType(o).copy())()

    @step(text=True)
    def format_(o: Any, v: str) -> Any:
        return "{x0}".format_map(o), operator.mod("%(x0)s", o), "{x0}".format(**o)

    @step(text=True)
    def template(o: Any, v: str) -> Any:
        return string.Template("$x0").substitute(o), string.Template("$x0").safe_substitute(o, x9=v)

    @step(text=True)
    def repr_(o: Any, v: str) -> Any:
        return repr(o), str(o.keys()), str(o.items())

    @step()
    def compare(o: Any, v: str) -> Any:
        return o == o, o.keys() == {"x0"}, o.items() <= {("x0", "x0")}, o.keys() & {"x0", v}


def _keyword_only() -> Any:
    def function(*, x0: Any) -> Any:
        return x0

    def of_global() -> Any:
        return x0  # type: ignore[name-defined]  # noqa: F821

    return function.__code__, of_global.__code__


_with_default, _with_global = _keyword_only()


class CodePointsGoneThrough(_Dict):
    """A dict of strings by code points, by which strings are translated."""

    may_raise = CHANGED

    def fresh(self, size: int) -> Any:
        return {ord("A") + number: one for number, one in enumerate(fresh_strings(size))}

    @step(writes=True)
    def setitem(o: Any, v: str) -> Any:
        o[ord("A")] = v

    @step(writes=True)
    def insert(o: Any, v: str) -> Any:
        o[ord(v[0])] = v

    @step(writes=True)
    def insert_text(o: Any, v: str) -> Any:
        o[v[0]] = v

    @step()
    def maketrans(o: Any, v: str) -> Any:
        return str.maketrans(o)

    @step(text=True)
    def translate(o: Any, v: str) -> Any:
        return "ABC\u20ac".translate(o)

    @step(text=True)
    def charmap(o: Any, v: str) -> Any:
        return codecs.charmap_decode(b"A", "replace", o)[0]

    @step(PROCESS)
    def charmap_encode(o: Any, v: str) -> Any:
        return codecs.charmap_encode("A", "replace", dict.fromkeys(o, 7))

    @step()
    def largest(o: Any, v: str) -> Any:
        return len(sorted(o, key=str)), sum(o.keys() - {"a", "b"}) >= 0, list(o.values())


class MembersGoneThrough(Subject):
    """A set of strings. The longest takes its time to be gone through."""

    said = "Thread safety for set objects"
    sizes: ClassVar[tuple[int, ...]] = (3, 4, 40)
    may_raise = CHANGED

    def fresh(self, size: int) -> Any:
        return set(fresh_strings(size))

    @step(writes=True)
    def add(o: Any, v: str) -> Any:
        o.add(v)

    @step(writes=True)
    def grow(o: Any, v: str) -> Any:
        o.update([v, v[0] + "3", v[0] + "4", v[0] + "5", v[0] + "6", v[0] + "7", v[0] + "8"])

    @step(writes=True)
    def pop(o: Any, v: str) -> Any:
        o.pop()

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o.clear()

    @step(writes=True, lets_raise=(KeyError,))
    def refill(o: Any, v: str) -> Any:
        held = o.copy()
        o.clear()
        o |= held

    @step(writes=True)
    def swap(o: Any, v: str) -> Any:
        o &= {"x0", "x1", v}

    @step(writes=True, may_raise=(KeyError,))
    def drop_all(o: Any, v: str) -> Any:
        """One after the other, each for the last time."""
        while o:
            o.pop()

    @step()
    def list_(o: Any, v: str) -> Any:
        return sorted(list(o)), sorted(tuple(o)), sorted([v, *o])  # noqa: C414

    @step()
    def extend(o: Any, v: str) -> Any:
        made = [v]
        made.extend(o)
        made += o
        return sorted(made), sorted(collections.deque(o))

    @step()
    def fromkeys(o: Any, v: str) -> Any:
        return sorted(dict.fromkeys(o, v)), sorted(frozenset(o)), sorted(set(o))

    @step()
    def call(o: Any, v: str) -> Any:
        return sorted(given(*o))

    @step()
    def least(o: Any, v: str) -> Any:
        return min(o, default=v), max(o, default=v)

    @step()
    def sets(o: Any, v: str) -> Any:
        made = {v, "x0"}
        return sorted(made - o), sorted(made & o), sorted(made ^ o), made <= o, made.isdisjoint(o)

    @step()
    def change_sets(o: Any, v: str) -> Any:
        made = {v, "x0"}
        made.update(o, o)
        made.symmetric_difference_update(o)
        made.intersection_update(o)
        made -= o
        return sorted(made)

    @step()
    def frozen(o: Any, v: str) -> Any:
        return frozenset(o) == o, o == frozenset({"x0"}), len(frozenset(o) | o) > 0

    @step()
    def nested(o: Any, v: str) -> Any:
        return o in {frozenset({"x0"})}, frozenset({"x0"}) in {frozenset(o)}

    @step()
    def of_views(o: Any, v: str) -> Any:
        return sorted({"x0": v}.keys() | o), sorted({"x0": v}.keys() & o), {"x0": v}.keys() <= o

    @step(text=True)
    def join(o: Any, v: str) -> Any:
        return len("".join(o)) % 2
