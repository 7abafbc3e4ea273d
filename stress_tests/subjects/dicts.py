"""dict: alone, with several types of keys, beside a second one, its views and iterators."""

from __future__ import annotations

import copy
import operator
import pickle
from types import MappingProxyType
from typing import Any

from harness.kernel.pairs import ATOMIC, PROCESS, Subject, arm, fresh_strings, nosy, refuse, step


def disagreement(o: Any) -> str:
    """What does not agree with itself in a dict."""
    seen = list(o.items())
    if len(o) != len(seen):
        return f"len is {len(o)}, iteration gives {len(seen)}"
    if list(o) != [key for key, _ in seen] or list(reversed(o)) != [key for key, _ in reversed(seen)]:
        return "keys alone, with values and backward differ"
    lost = [key for key, value in seen if key not in o or o[key] is not value]
    if lost:
        return f"{lost[0]!r} is among the items and not found"
    if dict(seen) != o or dict(o.copy()) != dict(seen):
        return "a dict of its items, or its copy, is not equal to it"
    return ""


def fresh_items(size: int) -> dict[Any, Any]:
    """A dict of ``x0`` to ``x0``, ``x1`` to ``x1`` …: of values that are not the keys themselves."""
    return dict(zip(fresh_strings(size), fresh_strings(size), strict=True))


class _Core(Subject):
    """What is done to a dict most often."""

    said = "Thread safety for dict objects; PyDict_Clear and PyDict_Copy in the table of C functions"
    sizes = (1, 5)

    def fresh(self, size: int) -> Any:
        return fresh_items(size)

    def wrong(self, o: Any) -> str:
        return disagreement(o)

    @step(ATOMIC, lock="free")
    def item(o: Any, v: str) -> Any:
        return o["x0"]

    @step(ATOMIC, lock="free")
    def get(o: Any, v: str) -> Any:
        return o.get("x0"), o.get(v, v)

    @step(ATOMIC, lock="free")
    def contains(o: Any, v: str) -> Any:
        return "x0" in o

    @step(ATOMIC, lock="free")
    def len_(o: Any, v: str) -> Any:
        return len(o)

    @step(writes=True, lock="holds")
    def setitem(o: Any, v: str) -> Any:
        o["x0"] = v

    @step(writes=True, lock="holds")
    def insert(o: Any, v: str) -> Any:
        o[v] = v

    @step(writes=True, lock="holds")
    def delitem(o: Any, v: str) -> Any:
        del o["x0"]

    @step(writes=True, lock="holds")
    def pop(o: Any, v: str) -> Any:
        return o.pop("x0")

    @step(writes=True, lock="holds")
    def popitem(o: Any, v: str) -> Any:
        return o.popitem()

    @step(writes=True, lock="holds")
    def setdefault(o: Any, v: str) -> Any:
        return o.setdefault("x9", v)

    @step(writes=True, lock="holds")
    def update(o: Any, v: str) -> Any:
        o.update({v: v, "x0": v})

    @step(ATOMIC, writes=True, lock="holds")
    def clear(o: Any, v: str) -> Any:
        o.clear()

    @step(ATOMIC, lock="holds")
    def copy_(o: Any, v: str) -> Any:
        return o.copy()

    @step()
    def list_(o: Any, v: str) -> Any:
        return list(o)

    @step(may_raise=(RuntimeError,))
    def loop(o: Any, v: str) -> Any:
        return [(value, key) for key, value in o.items()]


class DictOfMixedKeys(_Core):
    """A dict of strings whose keys are not all strings: its table is of another kind, and so are its look-ups."""

    def fresh(self, size: int) -> Any:
        return {(): "x0"} | fresh_items(size - 1) | {0.5: "x0"}


class Dict(_Core):
    """A dict of strings by strings; at the larger size the next key makes it grow."""

    @step(writes=True, lock="holds")
    def pop_or(o: Any, v: str) -> Any:
        return o.pop(v, None), o.pop("x0", None)

    @step(writes=True, lock="holds")
    def update_by_pairs(o: Any, v: str) -> Any:
        o.update([(v, v), ("x0", v)])

    @step(writes=True, lock="holds")
    def update_by_names(o: Any, v: str) -> Any:
        o.update(x0=v, x9=v)

    @step(writes=True, lock="holds")
    def ior(o: Any, v: str) -> Any:
        o |= {v: v}

    @step(writes=True, lock="holds")
    def init(o: Any, v: str) -> Any:
        o.__init__({v: v})

    @step(lock="holds")
    def or_(o: Any, v: str) -> Any:
        return o | {v: v}

    @step(lock="holds")
    def ror(o: Any, v: str) -> Any:
        return {v: v} | o

    @step(ATOMIC, lock="holds")
    def dict_(o: Any, v: str) -> Any:
        return dict(o)

    @step(ATOMIC, lock="holds")
    def fromkeys(o: Any, v: str) -> Any:
        return type(o).fromkeys(o, v)

    @step()
    def display(o: Any, v: str) -> Any:
        return {**o, v: v}

    @step(may_raise=(RuntimeError, TypeError))
    def call(o: Any, v: str) -> Any:
        return dict(**o)

    @step(lock="holds")
    def keys(o: Any, v: str) -> Any:
        return list(o.keys())

    @step(lock="holds")
    def values(o: Any, v: str) -> Any:
        return list(o.values())

    @step(lock="holds")
    def items(o: Any, v: str) -> Any:
        return list(o.items())

    @step(may_raise=(RuntimeError,))
    def iterate(o: Any, v: str) -> Any:
        return [str(key) for key in o]

    @step(may_raise=(RuntimeError,))
    def reversed_(o: Any, v: str) -> Any:
        return list(reversed(o)), list(reversed(o.values())), list(reversed(o.items()))

    @step(may_raise=(RuntimeError,))
    def sorted_(o: Any, v: str) -> Any:
        return sorted(map(str, o))

    @step(may_raise=(RuntimeError,))
    def unpack(o: Any, v: str) -> Any:
        first, *rest = o
        return first, rest

    @step()
    def match(o: Any, v: str) -> Any:
        match o:
            case {"x0": found, **rest}:
                return found, rest
            case _:
                return None

    @step(text=True)
    def repr_(o: Any, v: str) -> Any:
        return repr(o)

    @step(text=True)
    def format_(o: Any, v: str) -> Any:
        return "{x0}".format_map(o), operator.mod("%(x0)s", o)

    @step()
    def eq(o: Any, v: str) -> Any:
        return o == {"x0": "x0"}, o != {"x0": v}

    @step()
    def order(o: Any, v: str) -> Any:
        return o.__lt__({}), o.__le__({}), o.__gt__({}), o.__ge__({})

    @step()
    def hash_(o: Any, v: str) -> Any:
        return hash(o)

    @step()
    def sizeof(o: Any, v: str) -> Any:
        return o.__sizeof__()

    @step(may_raise=(RuntimeError,))
    def deepcopy(o: Any, v: str) -> Any:
        return copy.deepcopy(o)

    @step(may_raise=(RuntimeError,))
    def pickle_(o: Any, v: str) -> Any:
        return pickle.loads(pickle.dumps(o))

    @step()
    def namespace(o: Any, v: str) -> Any:
        return eval("x0", {"x0": v}, o)


class DictNosy(Dict):
    """A dict whose keys look into it, change it, or raise, whenever they are hashed or compared."""

    sizes = (3, 4, 5)
    most = PROCESS

    def fresh(self, size: int) -> Any:
        o: dict[Any, Any] = {}
        keys = nosy(o, size, (list, refuse, lambda o: o.update(m="m"), dict.clear, lambda o: o.pop("x9", 0)))
        o.update((key, key) for key in keys)
        arm(keys)
        return o


class TwoDicts(Subject):
    """Two dicts, each of which is told to take from the other."""

    said = "Thread safety for dict objects"
    sizes = (3, 5)

    def fresh(self, size: int) -> Any:
        return fresh_items(size), {"y" + str(number): "y" + str(number) for number in range(size)}

    def wrong(self, o: Any) -> str:
        return disagreement(o[0]) or disagreement(o[1])

    @step(writes=True, lock="holds")
    def update(o: Any, v: str) -> Any:
        o[0].update(o[1])

    @step(writes=True, lock="holds")
    def update_other(o: Any, v: str) -> Any:
        o[1].update(o[0])

    @step(writes=True, lock="holds", may_raise=(RuntimeError,))
    def update_by_items(o: Any, v: str) -> Any:
        o[0].update(o[1].items())

    @step(writes=True, lock="holds")
    def ior(o: Any, v: str) -> Any:
        operator.ior(o[0], o[1])

    @step(lock="holds")
    def or_(o: Any, v: str) -> Any:
        return o[1] | o[0]

    @step(lock="holds")
    def eq(o: Any, v: str) -> Any:
        return o[0] == o[1], o[1] != o[0]

    @step(lock="holds")
    def fromkeys(o: Any, v: str) -> Any:
        return dict.fromkeys(o[1], v)

    @step(may_raise=(RuntimeError,))
    def keys_of_both(o: Any, v: str) -> Any:
        return o[0].keys() | o[1].keys(), o[0].items() & o[1].items()

    @step(writes=True, lock="holds")
    def insert(o: Any, v: str) -> Any:
        o[1][v] = v

    @step(writes=True, lock="holds")
    def popitem(o: Any, v: str) -> Any:
        return o[1].popitem()

    @step(writes=True, lock="holds")
    def clear(o: Any, v: str) -> Any:
        o[1].clear()


class _Changed(Subject):
    """A dict beside what looks at it: the first of ``o`` is the dict."""

    said = "Thread safety for dict objects"
    sizes = (3, 5)

    def left(self, o: Any) -> Any:
        return o[0]

    def wrong(self, o: Any) -> str:
        return disagreement(o[0])

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
        return o[1].copy(), dict(o[1])

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
        operator.ior(o[1], {v: v})

    @step()
    def eq(o: Any, v: str) -> Any:
        return o[1] == {"x0": "x0"}, o[1] != o[0]

    @step()
    def order(o: Any, v: str) -> Any:
        return o[1] < {}

    @step()
    def hash_(o: Any, v: str) -> Any:
        return hash(o[1])

    @step(text=True)
    def repr_(o: Any, v: str) -> Any:
        return repr(o[1]), str(o[1])
