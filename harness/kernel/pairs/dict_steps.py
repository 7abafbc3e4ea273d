"""What Python programs do with any dict: the operations that all subjects of that kind share."""

from __future__ import annotations

import copy
import operator
import pickle
from typing import Any, ClassVar

from harness.kernel.pairs.subject import ATOMIC, Subject, fresh_strings, step


def dict_disagreement(o: Any) -> str:
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


class DictCore(Subject):
    """What is done to a dict most often."""

    said = "Thread safety for dict objects; PyDict_Clear and PyDict_Copy in the table of C functions"
    sizes: ClassVar[tuple[int, ...]] = (1, 5)

    def fresh(self, size: int) -> Any:
        return fresh_items(size)

    def wrong(self, o: Any) -> str:
        return dict_disagreement(o)

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


class DictWhole(DictCore):
    """All that is done to a dict. At the larger size the next key makes it grow."""

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
    def update_by_other_keys(o: Any, v: str) -> Any:
        o.update({7: v, 0.5: v})

    @step(writes=True, lock="holds")
    def grow(o: Any, v: str) -> Any:
        o.update({v: v, v[0] + "3": v, v[0] + "4": v, v[0] + "5": v, v[0] + "6": v, v[0] + "7": v})

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

    @step(may_raise=(KeyError,))
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
