"""What is built upon dict or like one: OrderedDict, defaultdict, Counter, UserDict, ChainMap, frozendict, namespace."""

from __future__ import annotations

import copy
import pickle
from collections import ChainMap, Counter, OrderedDict, UserDict, defaultdict
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, ClassVar, Self

from harness.kernel.pairs import (
    PROCESS,
    VALUES,
    DictWhole,
    Subject,
    arm,
    dict_disagreement,
    fresh_items,
    fresh_strings,
    giving,
    nosy,
    refuse,
    step,
)

PYTHON = "collections: written in Python, and nothing is said of threads"


class OrderedDictOfStrings(DictWhole):
    """An OrderedDict."""

    said = ""
    most = VALUES
    may_raise = (RuntimeError, KeyError)

    def fresh(self, size: int) -> Any:
        return OrderedDict(fresh_items(size))

    @step(writes=True)
    def move_to_end(o: Any, v: str) -> Any:
        o.move_to_end("x0")

    @step(writes=True)
    def move_to_start(o: Any, v: str) -> Any:
        o.move_to_end("x1", last=False)

    @step(writes=True)
    def popitem_first(o: Any, v: str) -> Any:
        return o.popitem(last=False)

    @step(writes=True)
    def eq_in_order(o: Any, v: str) -> Any:
        return o == OrderedDict(x0="x0", x1="x1")

    @step(writes=True)
    def attribute(o: Any, v: str) -> Any:
        o.note = v


class OrderedDictNosy(OrderedDictOfStrings):
    """An OrderedDict whose keys look into it, change it, or raise, whenever they are hashed or compared."""

    sizes = (3, 4, 5)
    most = PROCESS

    def fresh(self, size: int) -> Any:
        o: OrderedDict[Any, Any] = OrderedDict()
        meddles = (
            list,
            refuse,
            lambda o: o.update(m="m"),
            OrderedDict.clear,
            lambda o: o.popitem(last=False),
        )
        keys = nosy(o, size, meddles)
        o.update((key, key) for key in keys)
        arm(keys)
        return o


class TwoOrderedDicts(Subject):
    """Two OrderedDicts, each of which is told to take from the other."""

    may_raise = (RuntimeError, KeyError)

    def fresh(self, size: int) -> Any:
        return OrderedDict(fresh_items(size)), OrderedDict(fresh_items(2 * size))

    def wrong(self, o: Any) -> str:
        return dict_disagreement(o[0]) or dict_disagreement(o[1])

    @step(writes=True)
    def update(o: Any, v: str) -> Any:
        o[0].update(o[1])

    @step(writes=True)
    def update_other(o: Any, v: str) -> Any:
        o[1].update(o[0])

    @step(writes=True)
    def ior(o: Any, v: str) -> Any:
        first, second = o
        first |= second

    @step()
    def or_(o: Any, v: str) -> Any:
        return o[0] | o[1], o[1] | dict(o[0])

    @step()
    def eq(o: Any, v: str) -> Any:
        return o[0] == o[1], o[0] != dict(o[1])

    @step()
    def eq_other_way(o: Any, v: str) -> Any:
        return o[1] == o[0], dict(o[1]) == o[0]

    @step()
    def copies(o: Any, v: str) -> Any:
        return OrderedDict(o[1]), o[0].copy(), dict(o[1])

    @step(writes=True)
    def move_to_end(o: Any, v: str) -> Any:
        o[1].move_to_end("x0")

    @step(writes=True)
    def insert(o: Any, v: str) -> Any:
        o[0][v] = v

    @step(writes=True)
    def popitem(o: Any, v: str) -> Any:
        return o[1].popitem(last=False)

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o[0].clear()


class EqualOrderedDicts(Subject):
    """Two OrderedDicts of equal items: who compares them goes through both to the end."""

    sizes = (3, 40)
    may_raise = (RuntimeError, KeyError)

    def fresh(self, size: int) -> Any:
        return OrderedDict(fresh_items(size)), OrderedDict(fresh_items(size))

    def left(self, o: Any) -> Any:
        return [dict(one) for one in o]

    def wrong(self, o: Any) -> str:
        return dict_disagreement(o[0]) or dict_disagreement(o[1])

    @step()
    def eq(o: Any, v: str) -> Any:
        return o[0] == o[1]

    @step()
    def ne_other_way(o: Any, v: str) -> Any:
        return o[1] != o[0]

    @step()
    def eq_itself(o: Any, v: str) -> Any:
        return o[0] == o[0], o[1] != o[1]

    @step()
    def eq_dict(o: Any, v: str) -> Any:
        return o[0] == dict(o[1]), dict(o[0]) == o[1]

    @step()
    def eq_items(o: Any, v: str) -> Any:
        return list(o[0]) == list(o[1]), o[0].items() == o[1].items()

    @step(writes=True)
    def move_to_end(o: Any, v: str) -> Any:
        o[0].move_to_end("x0")

    @step(writes=True)
    def move_to_start(o: Any, v: str) -> Any:
        o[1].move_to_end("x1", last=False)

    @step(writes=True)
    def popitem(o: Any, v: str) -> Any:
        return o[1].popitem()

    @step(writes=True)
    def popitem_first(o: Any, v: str) -> Any:
        return o[0].popitem(last=False)

    @step(writes=True)
    def pop(o: Any, v: str) -> Any:
        return o[0].pop("x1")

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o[1].clear()

    @step(writes=True)
    def insert(o: Any, v: str) -> Any:
        o[0][v] = v

    @step(writes=True)
    def replace(o: Any, v: str) -> Any:
        o[1]["x0"] = v

    @step(writes=True)
    def setdefault(o: Any, v: str) -> Any:
        return o[1].setdefault(v, v)

    @step(writes=True)
    def update(o: Any, v: str) -> Any:
        o[0].update(o[1])

    @step()
    def copies(o: Any, v: str) -> Any:
        return dict(o[0].copy()), dict(copy.copy(o[1])), dict(o[0] | o[1])

    @step()
    def views(o: Any, v: str) -> Any:
        return list(o[0].items()), list(reversed(o[1])), list(o[1].values())


class _OwnOrderedDict(OrderedDict[Any, Any]):
    """No OrderedDict itself: C's code calls its methods where it would go to the table."""


class EqualOrderedDictsOfSubclass(EqualOrderedDicts):
    """The same of a subclass."""

    def fresh(self, size: int) -> Any:
        return _OwnOrderedDict(fresh_items(size)), _OwnOrderedDict(fresh_items(size))

    @step(writes=True)
    def attribute(o: Any, v: str) -> Any:
        o[0].mark = v
        return o[0].mark

    @step(writes=True)
    def delete(o: Any, v: str) -> Any:
        del o[1]["x0"]


class DefaultDict(DictWhole):
    """A defaultdict: what is missing is made, and put there, by the look-up.

    It is a dict of another type: what is atomic for a dict that is iterated over is not for it.
    """

    said = ""
    most = VALUES
    may_raise = (RuntimeError,)

    def fresh(self, size: int) -> Any:
        return defaultdict(lambda: "x0", fresh_items(size))

    @step(writes=True)
    def item(o: Any, v: str) -> Any:
        return o["x0"]

    @step(writes=True)
    def missing(o: Any, v: str) -> Any:
        return o["x9"], o[v]

    @step(writes=True)
    def called(o: Any, v: str) -> Any:
        return o.__missing__("x0")

    @step()
    def factory(o: Any, v: str) -> Any:
        return callable(o.default_factory)

    @step(writes=True, makes=True, lets_raise=(KeyError,))
    def set_factory(o: Any, v: str) -> Any:
        o.default_factory = made = giving(v)
        return made

    @step(writes=True, lets_raise=(KeyError, TypeError))
    def no_factory(o: Any, v: str) -> Any:
        o.default_factory = None


class DefaultDictOfLists(Subject):
    """A defaultdict of lists, and what threads added to those they asked for: whoever is first makes it, for all.

    So it is with the GIL, where the factory is C's, and since 3.13 without it (gh-142495).
    """

    def fresh(self, size: int) -> Any:
        return defaultdict(list), []

    def left(self, o: Any) -> Any:
        return None

    def wrong(self, o: Any) -> str:
        there = sorted(one for some in o[0].values() for one in some)
        return "" if there == sorted(o[1]) else f"{sorted(o[1])} were added, and there are {there}"

    @step(writes=True)
    def add(o: Any, v: str) -> Any:
        o[0]["x9"].append(v)
        o[1].append(v)

    @step(writes=True)
    def add_to_own(o: Any, v: str) -> Any:
        o[0][v].append(v)
        o[1].append(v)

    @step(writes=True)
    def add_by_setdefault(o: Any, v: str) -> Any:
        o[0].setdefault("x9", []).append(v)
        o[1].append(v)

    @step()
    def get(o: Any, v: str) -> Any:
        return len(o[0].get("x9") or ()) < 9, len(o[0]) < 9

    @step()
    def copy_(o: Any, v: str) -> Any:
        return len(o[0].copy()) < 9, len(o[0] | {}) < 9


class UserDictOfStrings(DictWhole):
    """A UserDict: a dict within an instance, and methods in Python."""

    said = PYTHON
    most = PROCESS

    def fresh(self, size: int) -> Any:
        return UserDict(fresh_items(size))

    @step(writes=True, makes=True)
    def replace_data(o: Any, v: str) -> Any:
        o.data = made = {"x0": v}
        return made


class ChainMapOfStrings(DictWhole):
    """A ChainMap of two dicts."""

    said = PYTHON
    left_out: ClassVar[dict[str, str]] = {"__missing__": "what [] calls for a key that is not there"}
    most = PROCESS

    def fresh(self, size: int) -> Any:
        return ChainMap(fresh_items(size), fresh_items(size + 1))

    @step()
    def new_child(o: Any, v: str) -> Any:
        return o.new_child({v: v}).get("x0")

    @step()
    def parents(o: Any, v: str) -> Any:
        return list(o.parents), bool(o)

    @step()
    def missing(o: Any, v: str) -> Any:
        return o[v]

    @step(writes=True)
    def prepend(o: Any, v: str) -> Any:
        o.maps.insert(0, {v: v})

    @step(writes=True, makes=True)
    def set_maps(o: Any, v: str) -> Any:
        o.maps = made = [{"x0": v}]
        return made


class CounterOfStrings(Subject):
    """A Counter of strings; it counts in C, and the rest of it is Python."""

    said = PYTHON
    most = PROCESS
    sizes: ClassVar[tuple[int, ...]] = (1, 5)
    left_out: ClassVar[dict[str, str]] = {
        "fromkeys": "a Counter refuses it, whatever it is given: what number each key is to have is not told",
        "__missing__": "what [] calls for a key that is not there",
    }

    def fresh(self, size: int) -> Any:
        return Counter(fresh_strings(size))

    @step(writes=True)
    def update(o: Any, v: str) -> Any:
        o.update(["x0", v, "x0"])

    @step(writes=True)
    def update_by_counts(o: Any, v: str) -> Any:
        o.update({"x0": 1, v: 2}, x9=3)

    @step(writes=True)
    def subtract(o: Any, v: str) -> Any:
        o.subtract(["x0", v])

    @step(writes=True)
    def increment(o: Any, v: str) -> Any:
        o["x0"] += 1

    @step(writes=True)
    def delitem(o: Any, v: str) -> Any:
        del o["x0"]

    @step(writes=True)
    def pop(o: Any, v: str) -> Any:
        return o.pop("x0"), o.popitem()

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o.clear()

    @step(writes=True)
    def iadd(o: Any, v: str) -> Any:
        o += Counter([v])

    @step(writes=True)
    def isub(o: Any, v: str) -> Any:
        o -= Counter(["x0"])

    @step(writes=True)
    def ior(o: Any, v: str) -> Any:
        o |= Counter([v, v])

    @step(writes=True)
    def iand(o: Any, v: str) -> Any:
        o &= Counter(["x0", v])

    @step(writes=True)
    def setdefault(o: Any, v: str) -> Any:
        return o.setdefault(v, 1)

    @step(writes=True)
    def init(o: Any, v: str) -> Any:
        o.__init__([v])

    @step()
    def item(o: Any, v: str) -> Any:
        return o["x0"], o[v], o.get(v), "x0" in o, len(o)

    @step()
    def hash_(o: Any, v: str) -> Any:
        return hash(o)

    @step()
    def sizeof(o: Any, v: str) -> Any:
        return o.__sizeof__()

    if hasattr(Counter, "__xor__"):

        @step(writes=True)
        def ixor(o: Any, v: str) -> Any:
            o ^= Counter(["x0", v])

        @step()
        def xor(o: Any, v: str) -> Any:
            return o ^ Counter(["x0", v])

    @step()
    def most_common(o: Any, v: str) -> Any:
        return o.most_common(), o.most_common(1)

    @step()
    def elements(o: Any, v: str) -> Any:
        return list(o.elements())

    @step()
    def total(o: Any, v: str) -> Any:
        return o.total()

    @step()
    def add(o: Any, v: str) -> Any:
        return o + Counter([v]), +o

    @step()
    def sub(o: Any, v: str) -> Any:
        return o - Counter(["x0"]), -o

    @step()
    def or_(o: Any, v: str) -> Any:
        return o | Counter([v]), o & Counter(["x0"])

    @step()
    def order(o: Any, v: str) -> Any:
        other = Counter(["x0", v])
        return o == other, o != other, o < other, o <= other, o > other, o >= other

    @step()
    def copies(o: Any, v: str) -> Any:
        return o.copy(), copy.copy(o), copy.deepcopy(o)

    @step()
    def views(o: Any, v: str) -> Any:
        return list(o), list(o.keys()), list(o.values()), list(o.items()), list(reversed(o))

    @step(text=True)
    def repr_(o: Any, v: str) -> Any:
        return repr(o)

    @step()
    def pickle_(o: Any, v: str) -> Any:
        return pickle.loads(pickle.dumps(o))


class CounterOfBigCounts(Subject):
    """A Counter whose counts are too big to be kept ready: they die when others are stored."""

    most = PROCESS

    def fresh(self, size: int) -> Any:
        return Counter(dict.fromkeys(fresh_strings(size), 10**20 + size))

    def left(self, o: Any) -> Any:
        return None

    @step(writes=True)
    def update(o: Any, v: str) -> Any:
        o.update(["x0"] * 9)

    @step(writes=True)
    def update_from_counter(o: Any, v: str) -> Any:
        o.update(o)

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        for number in range(9):
            o["x0"] = 10**20 + number

    @step(writes=True)
    def delete(o: Any, v: str) -> Any:
        del o["x0"]

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o.clear()


class CounterNosy(CounterOfStrings):
    """A Counter whose counts change it whenever they are added to, taken from or compared."""

    sizes = (2, 3, 4)
    may_raise = (RuntimeError,)

    def fresh(self, size: int) -> Any:
        o: Counter[str] = Counter()
        meddles = (Counter.clear, lambda o: o.update(m=1), lambda o: o.pop("x0", 0))
        for number, name in enumerate(fresh_strings(size)):
            o[name] = _NosyCount(o, meddles[(number + size) % len(meddles)])
        return o


class _NosyCount(int):
    """Two, which meddles with its home whenever it is reckoned with, and leaves the answer to the other number.

    Who asked goes on with both then, and holds them still, or does not (gh-143004).
    """

    def __new__(cls, home: Any, meddle: Callable[[Any], object]) -> Self:
        return super().__new__(cls, 2)

    def __init__(self, home: Any, meddle: Callable[[Any], object]) -> None:
        self.home, self.meddle = home, meddle

    def _asked(self, other: object) -> Any:
        self.meddle(self.home)
        return NotImplemented

    __add__ = __radd__ = __sub__ = __rsub__ = __lt__ = __gt__ = _asked


class Frozendict(Subject):
    """A frozendict of strings, which threads only read: its hash is kept once it is known."""

    minimum_version = (3, 15)
    sizes = (1, 5)
    left_out: ClassVar[dict[str, str]] = {"__getnewargs__": "what pickle and copy call"}

    def fresh(self, size: int) -> Any:
        return frozendict(fresh_items(size))  # type: ignore[name-defined]  # noqa: F821  # since 3.15

    def left(self, o: Any) -> Any:
        return dict(o)

    @step()
    def item(o: Any, v: str) -> Any:
        return o["x0"], o.get(v), "x0" in o, len(o)

    @step()
    def hash_(o: Any, v: str) -> Any:
        return hash(o)

    @step()
    def order(o: Any, v: str) -> Any:
        return [asked(o) for asked in (o.__lt__, o.__le__, o.__gt__, o.__ge__)]

    @step()
    def sizeof(o: Any, v: str) -> Any:
        return o.__sizeof__()

    @step()
    def eq(o: Any, v: str) -> Any:
        return o == {"x0": "x0"}, o != {v: v}

    @step()
    def or_(o: Any, v: str) -> Any:
        return dict(o | {v: v}), {v: v} | dict(o)

    @step()
    def views(o: Any, v: str) -> Any:
        return list(o), list(o.keys()), list(o.values()), list(o.items()), list(reversed(o))

    @step()
    def copies(o: Any, v: str) -> Any:
        return dict(o.copy()), dict(copy.copy(o)), dict(copy.deepcopy(o)), {**o}

    @step()
    def fromkeys(o: Any, v: str) -> Any:
        return dict(o.fromkeys(o, v))

    @step(text=True)
    def repr_(o: Any, v: str) -> Any:
        return repr(o)

    @step()
    def pickle_(o: Any, v: str) -> Any:
        return dict(pickle.loads(pickle.dumps(o)))


class Namespace(Subject):
    """A SimpleNamespace of strings."""

    sizes: ClassVar[tuple[int, ...]] = (1, 5)

    def fresh(self, size: int) -> Any:
        return SimpleNamespace(**fresh_items(size))

    def left(self, o: Any) -> Any:
        return vars(o)

    @step()
    def get(o: Any, v: str) -> Any:
        return o.x0

    @step()
    def get_or(o: Any, v: str) -> Any:
        return getattr(o, v, None), hasattr(o, "x0")

    @step(writes=True)
    def set_(o: Any, v: str) -> Any:
        o.x0 = v

    @step(writes=True)
    def add(o: Any, v: str) -> Any:
        setattr(o, v, v)

    @step(writes=True)
    def del_(o: Any, v: str) -> Any:
        del o.x0

    @step(writes=True)
    def update(o: Any, v: str) -> Any:
        vars(o).update({v: v, "x0": v})

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        vars(o).clear()

    @step(writes=True)
    def init(o: Any, v: str) -> Any:
        o.__init__(x0=v, x9=v)

    @step(may_raise=(RuntimeError,))
    def vars_(o: Any, v: str) -> Any:
        return dict(vars(o)), [name for name in dir(o) if name[0] != "_"]

    @step(text=True, may_raise=(RuntimeError,))
    def repr_(o: Any, v: str) -> Any:
        return repr(o)

    @step()
    def eq(o: Any, v: str) -> Any:
        return o == SimpleNamespace(x0="x0"), o != SimpleNamespace(x0=v)

    @step()
    def order(o: Any, v: str) -> Any:
        other = SimpleNamespace(x0="x0")
        return o.__lt__(other), o.__le__(other), o.__gt__(other), o.__ge__(other)

    @step()
    def hash_(o: Any, v: str) -> Any:
        return hash(o)

    @step(may_raise=(RuntimeError,))
    def copies(o: Any, v: str) -> Any:
        return vars(copy.copy(o)), vars(copy.deepcopy(o)), vars(pickle.loads(pickle.dumps(o)))

    if hasattr(SimpleNamespace, "__replace__"):

        @step(may_raise=(RuntimeError,))
        def replace(o: Any, v: str) -> Any:
            return vars(copy.replace(o, x0=v))  # type: ignore[attr-defined]  # since 3.13

    @step()
    def match(o: Any, v: str) -> Any:
        match o:
            case SimpleNamespace(x0=found):
                return found
            case _:
                return None


class NamespaceNosy(Namespace):
    """A SimpleNamespace whose values look into it, change it, or raise, when they are compared or put into words."""

    sizes = (3, 4, 5)
    most = PROCESS

    def fresh(self, size: int) -> Any:
        o = SimpleNamespace()
        meddles = (
            vars,
            refuse,
            lambda o: o.__dict__.clear(),
            lambda o: setattr(o, "m", "m"),
            lambda o: delattr(o, "x0"),
        )
        elements = nosy(o, size, meddles)
        vars(o).update((one.name, one) for one in elements)
        arm(elements)
        return o
