"""What looks at a dict while it changes: its views, iterators over it, and a read-only proxy."""

from __future__ import annotations

import copy
import operator
from types import MappingProxyType
from typing import Any, ClassVar

from harness.kernel.pairs import Subject, dict_disagreement, fresh_items, step


class _Changed(Subject):
    """A dict beside what looks at it: the first of ``o`` is the dict."""

    said = "Thread safety for dict objects"
    sizes: ClassVar[tuple[int, ...]] = (3, 5)

    def left(self, o: Any) -> Any:
        return o[0]

    def wrong(self, o: Any) -> str:
        return dict_disagreement(o[0])

    @step(writes=True, lock="holds")
    def setitem(o: Any, v: str) -> Any:
        o[0]["x0"] = v

    @step(writes=True, lock="holds")
    def insert(o: Any, v: str) -> Any:
        o[0][v] = v

    @step(writes=True, lock="holds")
    def delitem(o: Any, v: str) -> Any:
        del o[0]["x1"]

    @step(writes=True, lock="holds")
    def clear(o: Any, v: str) -> Any:
        o[0].clear()


class DictKeys(_Changed):
    """A dict's keys, seen while it changes."""

    def fresh(self, size: int) -> Any:
        o = fresh_items(size)
        return o, o.keys()

    @step()
    def list_(o: Any, v: str) -> Any:
        return list(o[1]), len(o[1])

    @step(may_raise=(RuntimeError,))
    def loop(o: Any, v: str) -> Any:
        return [str(one) for one in o[1]]

    @step(may_raise=(RuntimeError,))
    def reversed_(o: Any, v: str) -> Any:
        return list(reversed(o[1]))

    @step()
    def contains(o: Any, v: str) -> Any:
        return "x1" in o[1], v in o[1]

    @step(may_raise=(RuntimeError,))
    def and_(o: Any, v: str) -> Any:
        return o[1] & {"x0", v}, {"x0", v} & o[1]

    @step(may_raise=(RuntimeError,))
    def or_(o: Any, v: str) -> Any:
        return o[1] | {v}, [v] | o[1]

    @step(may_raise=(RuntimeError,))
    def sub(o: Any, v: str) -> Any:
        return o[1] - {"x0"}, [v] - o[1]

    @step(may_raise=(RuntimeError,))
    def xor(o: Any, v: str) -> Any:
        return o[1] ^ {"x0", v}, ["x0", v] ^ o[1]

    @step(may_raise=(RuntimeError,))
    def isdisjoint(o: Any, v: str) -> Any:
        return o[1].isdisjoint({v}), o[1].isdisjoint(o[1])

    @step(may_raise=(RuntimeError,))
    def eq(o: Any, v: str) -> Any:
        return o[1] == {"x0", "x1", "x2"}, o[1] != {v}

    @step(may_raise=(RuntimeError,))
    def order(o: Any, v: str) -> Any:
        return o[1] < {"x0"}, o[1] <= {"x0", "x1", "x2"}, o[1] > set(), o[1] >= {"x0"}

    @step()
    def mapping(o: Any, v: str) -> Any:
        return o[1].mapping["x0"]

    @step(text=True, may_raise=(RuntimeError,))
    def repr_(o: Any, v: str) -> Any:
        return repr(o[1])

    @step()
    def hash_(o: Any, v: str) -> Any:
        return hash(o[1])

    @step(may_raise=(RuntimeError,))
    def set_(o: Any, v: str) -> Any:
        return set(o[1])


class DictItems(DictKeys):
    """A dict's items, seen while it changes."""

    def fresh(self, size: int) -> Any:
        o = fresh_items(size)
        return o, o.items()

    @step()
    def contains_item(o: Any, v: str) -> Any:
        return ("x0", "x0") in o[1], ("x0", v) in o[1], v in o[1]


class DictValues(_Changed):
    """A dict's values, seen while it changes."""

    def fresh(self, size: int) -> Any:
        o = fresh_items(size)
        return o, o.values()

    @step()
    def list_(o: Any, v: str) -> Any:
        return list(o[1]), len(o[1])

    @step(may_raise=(RuntimeError,))
    def loop(o: Any, v: str) -> Any:
        return [str(one) for one in o[1]]

    @step(may_raise=(RuntimeError,))
    def contains(o: Any, v: str) -> Any:
        return "x1" in o[1]

    @step(may_raise=(RuntimeError,))
    def reversed_(o: Any, v: str) -> Any:
        return list(reversed(o[1]))

    @step()
    def mapping(o: Any, v: str) -> Any:
        return o[1].mapping["x0"]

    @step(text=True, may_raise=(RuntimeError,))
    def repr_(o: Any, v: str) -> Any:
        return repr(o[1])


class DictAndIterators(_Changed):
    """A dict, and iterators over its keys, values and items, forward and backward, which have given one element."""

    def fresh(self, size: int) -> Any:
        o = fresh_items(size)
        iterators = [iter(o), iter(o.values()), iter(o.items()), reversed(o), reversed(o.values())]
        iterators.append(reversed(o.items()))
        for iterator in iterators:
            next(iterator)
        return o, *iterators

    @step(writes=True, may_raise=(RuntimeError, StopIteration))
    def next_key(o: Any, v: str) -> Any:
        return next(o[1])

    @step(writes=True, may_raise=(RuntimeError, StopIteration))
    def next_value(o: Any, v: str) -> Any:
        return next(o[2])

    @step(writes=True, may_raise=(RuntimeError, StopIteration))
    def next_item(o: Any, v: str) -> Any:
        return next(o[3])

    @step(writes=True, may_raise=(RuntimeError, StopIteration))
    def next_backward(o: Any, v: str) -> Any:
        return next(o[4]), next(o[5]), next(o[6])

    @step(writes=True, may_raise=(RuntimeError,))
    def rest(o: Any, v: str) -> Any:
        return [list(iterator) for iterator in o[1:]]

    @step()
    def hint(o: Any, v: str) -> Any:
        return [operator.length_hint(iterator) for iterator in o[1:]]

    @step(may_raise=(RuntimeError,))
    def copies(o: Any, v: str) -> Any:
        return [list(copy.copy(iterator)) for iterator in o[1:]]


class MappingProxy(_Changed):
    """A read-only view of a dict, which others change."""

    def fresh(self, size: int) -> Any:
        o = fresh_items(size)
        return o, MappingProxyType(o)

    @step(lock="free")
    def item(o: Any, v: str) -> Any:
        return o[1]["x0"]

    @step(lock="free")
    def get(o: Any, v: str) -> Any:
        return o[1].get("x1", v)

    @step(lock="free")
    def contains(o: Any, v: str) -> Any:
        return "x1" in o[1]

    @step(lock="free")
    def len_(o: Any, v: str) -> Any:
        return len(o[1])

    @step()
    def copy_(o: Any, v: str) -> Any:
        return o[1].copy()

    @step(lock="free", may_raise=(KeyError,))
    def as_dict(o: Any, v: str) -> Any:
        """It goes by the keys: one may be gone when its value is asked for."""
        return dict(o[1])

    @step(may_raise=(RuntimeError,))
    def views(o: Any, v: str) -> Any:
        return list(o[1].keys()), list(o[1].values()), list(o[1].items())

    @step(may_raise=(RuntimeError,))
    def loop(o: Any, v: str) -> Any:
        return [(key, o[1].get(key)) for key in o[1]], list(reversed(o[1]))

    @step()
    def or_(o: Any, v: str) -> Any:
        return o[1] | {v: v}, {v: v} | o[1]

    @step()
    def ior(o: Any, v: str) -> Any:
        proxy = o[1]
        proxy |= {v: v}

    @step()
    def eq(o: Any, v: str) -> Any:
        return o[1] == {"x0": "x0"}, o[1] != o[0]

    @step()
    def order(o: Any, v: str) -> Any:
        return o[1].__lt__({}), o[1].__le__({}), o[1].__gt__({}), o[1].__ge__({})

    @step()
    def hash_(o: Any, v: str) -> Any:
        return hash(o[1])

    @step(text=True)
    def repr_(o: Any, v: str) -> Any:
        return repr(o[1]), str(o[1])
