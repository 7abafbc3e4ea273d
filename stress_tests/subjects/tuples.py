"""tuple, slice, range and templates: immutable, but what they hold need not be, and what is worked out is kept."""

from __future__ import annotations

import copy
import itertools
import operator
import pickle
import sys
from typing import Any, ClassVar

from harness.kernel.pairs import Subject, fresh_strings, step


class Tuple(Subject):
    """A tuple of strings that nobody has hashed yet."""

    def fresh(self, size: int) -> Any:
        return tuple(fresh_strings(size))

    def wrong(self, o: Any) -> str:
        return "" if hash(o) == hash(("x0", "x1", "x2")) else "its hash is not that of an equal one"

    @step(writes=True)
    def hash_(o: Any, v: str) -> Any:
        return hash(o) == hash(("x0", "x1", "x2")), {o: v}[("x0", "x1", "x2")]

    @step()
    def as_key(o: Any, v: str) -> Any:
        return o in {("x0", "x1", "x2")}, {("x0", "x1", "x2"): v}.get(o)

    @step()
    def item(o: Any, v: str) -> Any:
        return o[0], o[-1], o[1:], o[::-1], len(o)

    @step()
    def search(o: Any, v: str) -> Any:
        return o.count("x0"), o.index("x1"), "x2" in o

    @step()
    def made(o: Any, v: str) -> Any:
        return o + (v,), o * 2, 2 * o, tuple(o) is o

    @step()
    def compare(o: Any, v: str) -> Any:
        return o == ("x0", "x1", "x2"), o != (v,), o < (v,), o <= o, o > (v,), o >= o

    @step()
    def unpack(o: Any, v: str) -> Any:
        first, *rest = o
        return first, rest, list(o)

    @step(text=True)
    def text(o: Any, v: str) -> Any:
        return repr(o), operator.mod("%s %s %s", o), "".join(o)

    @step()
    def copies(o: Any, v: str) -> Any:
        return copy.copy(o), copy.deepcopy(o) is o, pickle.loads(pickle.dumps(o)), o.__getnewargs__()

    @step()
    def startswith(o: Any, v: str) -> Any:
        return v.startswith(o), isinstance(v, (int, str)), sorted(o)


class TupleOfLists(Subject):
    """A tuple of two lists that others change: what goes through the tuple goes through them, one inside the other."""

    said = "Thread safety for list objects"
    sizes: ClassVar[tuple[int, ...]] = (3, 8)

    def fresh(self, size: int) -> Any:
        strings = fresh_strings(2 * size)
        return strings[:size], strings[size:]

    @step(writes=True)
    def append(o: Any, v: str) -> Any:
        o[0].append(v)

    @step(writes=True)
    def pop(o: Any, v: str) -> Any:
        o[0].pop()

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o[1].clear()

    @step(writes=True)
    def setitem(o: Any, v: str) -> Any:
        o[0][0] = v

    @step(writes=True)
    def shrink(o: Any, v: str) -> Any:
        del o[1][1:]

    @step(writes=True, may_raise=(IndexError,), lets_raise=(TypeError,))
    def put_into_the_other(o: Any, v: str) -> Any:
        """For a moment; who empties that one meanwhile takes it out, and who takes its items meets a list."""
        o[1].append(o[0])
        o[1].pop()

    @step(text=True)
    def repr_(o: Any, v: str) -> Any:
        return repr(o), str(o), operator.mod("%s %s", o)

    @step()
    def compare(o: Any, v: str) -> Any:
        return o == (["x0"], ["x0"]), o < (["x0"], [v]), o[0] == o[1], o[0] < o[1]

    @step()
    def compare_other_way(o: Any, v: str) -> Any:
        return o[1] == o[0], o[1] >= o[0], max(o) >= min(o)

    @step()
    def search(o: Any, v: str) -> Any:
        return o.count(["x0"]), [v] in o

    @step()
    def flatten(o: Any, v: str) -> Any:
        return sum(o, []), list(itertools.chain(*o)), list(itertools.chain.from_iterable(o))

    @step()
    def zip_(o: Any, v: str) -> Any:
        return list(zip(*o)), list(map(operator.add, *o)), list(itertools.zip_longest(*o, fillvalue=v))

    @step()
    def sets(o: Any, v: str) -> Any:
        return sorted({v}.union(*o)), sorted({v, "x0"}.intersection(*o)), sorted({v, "x0"}.difference(*o))

    @step(may_raise=(RuntimeError,))
    def copies(o: Any, v: str) -> Any:
        return copy.deepcopy(o), pickle.loads(pickle.dumps(o))

    @step()
    def hash_(o: Any, v: str) -> Any:
        return hash(o)

    @step(may_raise=(IndexError,))
    def match(o: Any, v: str) -> Any:
        match o:
            case [[first, *_], _]:
                return first
            case _:
                return None

    @step(may_raise=(ValueError,))
    def unpack(o: Any, v: str) -> Any:
        (first, *rest), other = o
        return first, rest, other


class Slice(Subject):
    """A slice of numbers."""

    def fresh(self, size: int) -> Any:
        return slice(size, None, size + 1000)

    def left(self, o: Any) -> Any:
        return o.start, o.stop, o.step

    @step()
    def indices(o: Any, v: str) -> Any:
        return o.indices(5000), "abcdef"[o], [1, 2, 3, 4][o]

    @step()
    def hash_(o: Any, v: str) -> Any:
        return hash(o) == hash(slice(3, None, 1003)) if sys.version_info >= (3, 12) else None

    @step()
    def compare(o: Any, v: str) -> Any:
        return o == slice(3, None, 1003), o < slice(4, 5), o != slice(None)

    @step(text=True)
    def text(o: Any, v: str) -> Any:
        return repr(o)

    @step()
    def copies(o: Any, v: str) -> Any:
        return copy.copy(o) == o, copy.deepcopy(o) == o, pickle.loads(pickle.dumps(o)) == o


class Range(Subject):
    """A range of numbers too large for a machine word."""

    def fresh(self, size: int) -> Any:
        return range(10**20, 10**20 + 10 * size, 10)

    def left(self, o: Any) -> Any:
        return o.start, o.stop, o.step

    @step()
    def items(o: Any, v: str) -> Any:
        return o[0], o[-1], o[1:], len(o), bool(o)

    @step()
    def search(o: Any, v: str) -> Any:
        return o.index(10**20), o.count(10**20), 10**20 + 10 in o, v in o

    @step()
    def hash_(o: Any, v: str) -> Any:
        return hash(o) == hash(range(10**20, 10**20 + 30, 10)), o == range(3), o != range(7)

    @step()
    def list_(o: Any, v: str) -> Any:
        return list(o), list(reversed(o)), sum(o), max(o)

    @step()
    def text(o: Any, v: str) -> Any:
        return len(repr(o))

    @step()
    def copies(o: Any, v: str) -> Any:
        return copy.copy(o) == o, pickle.loads(pickle.dumps(o)) == o


TEMPLATE = 't"a{x0!r:>9}b{x1}"' if sys.version_info >= (3, 14) else '""'
CODE = compile(TEMPLATE, "<template>", "eval")


class TemplateString(Subject):
    """What a template string gives: parts and interpolations, one of which is a list that others change."""

    minimum_version = (3, 14)

    def fresh(self, size: int) -> Any:
        return eval(CODE, {"x0": fresh_strings(size), "x1": "x1"})

    def left(self, o: Any) -> Any:
        return o.values

    @step()
    def parts(o: Any, v: str) -> Any:
        return list(o.strings), list(o.values), len(o.interpolations)

    @step()
    def iterate(o: Any, v: str) -> Any:
        return [getattr(one, "value", None) for one in o]

    @step()
    def add(o: Any, v: str) -> Any:
        return (o + o).values, len((o + o).strings)

    @step(text=True)
    def interpolation(o: Any, v: str) -> Any:
        first = o.interpolations[0]
        return first.expression, first.conversion, first.format_spec, repr(first.value), first == first

    @step(text=True)
    def repr_(o: Any, v: str) -> Any:
        return repr(o), repr(o.interpolations)

    @step()
    def match(o: Any, v: str) -> Any:
        match o.interpolations[1]:
            case object(value=value, expression=expression):
                return value, expression

    @step()
    def copies(o: Any, v: str) -> Any:
        return copy.copy(o) == o, pickle.loads(pickle.dumps(o.interpolations[1])).value

    @step(writes=True)
    def append(o: Any, v: str) -> Any:
        o.values[0].append(v)

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o.values[0].clear()
