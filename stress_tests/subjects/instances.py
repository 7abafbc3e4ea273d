"""Instances of Python classes: their attributes in all the places where CPython keeps them, their class, their copies.

Nothing is promised of attributes in so many words; that a store is seen whole, and that what is seen was put there, is
what everybody relies on.
"""

from __future__ import annotations

import copy
import operator
import pickle
import weakref
from collections.abc import Callable
from types import FunctionType
from typing import Any

from harness.kernel.pairs import PROCESS, Subject, fresh_strings, step

NAMES = ("x0", "x1", "x2", "x3", "x4")
MANY = [f"n{number}" for number in range(32)]
"""With the others, more names than the keys that instances of one class share can hold (30)."""


class _Meets:
    """What all classes here have in common: each has a twin, to which its instances can go over and come back."""

    first: Any
    second: Any
    x0: Any
    __match_args__ = ("x0", "x1")

    def method(self) -> Any:
        return self.x0


class Plain(_Meets):
    """Its instances hold their values inline, until somebody asks for their dict."""


class Plain2(_Meets):
    """What instances of Plain become."""


class Slotted(_Meets):
    """Its base has a dict: slots beside it."""

    __slots__ = ("x0", "x1", "x2", "x3")


class Slotted2(_Meets):
    """What instances of Slotted become."""

    __slots__ = ("x0", "x1", "x2", "x3")


class Bare:
    """Slots only: no dict."""

    __slots__ = ("__weakref__", "x0", "x1", "x2", "x3")
    __match_args__ = ("x0", "x1")
    first: Any
    second: Any
    x0: Any

    def method(self) -> Any:
        return self.x0


class Bare2:
    """What instances of Bare become."""

    __slots__ = ("__weakref__", "x0", "x1", "x2", "x3")
    __match_args__ = ("x0", "x1")
    first: Any
    second: Any
    x0: Any

    def method(self) -> Any:
        return self.x0


class OfInt(_Meets, int):
    """An int with a dict."""


class OfInt2(_Meets, int):
    """What instances of OfInt become."""


class OfStr(_Meets, str):
    """A str with a dict."""


class OfStr2(_Meets, str):
    """What instances of OfStr become."""


class OfTuple(_Meets, tuple):  # type: ignore[type-arg]
    """A tuple with a dict, which lies behind its items."""


class OfTuple2(_Meets, tuple):  # type: ignore[type-arg]
    """What instances of OfTuple become."""


class OfList(_Meets, list):  # type: ignore[type-arg]
    """A list with a dict."""


class OfList2(_Meets, list):  # type: ignore[type-arg]
    """What instances of OfList become."""


class OfDict(_Meets, dict):  # type: ignore[type-arg]
    """A dict with a dict."""


class OfDict2(_Meets, dict):  # type: ignore[type-arg]
    """What instances of OfDict become."""


class Asking(_Meets):
    """Attribute access goes through Python functions, which look at the instance themselves."""

    def __getattribute__(self, name: str) -> Any:
        return object.__getattribute__(self, name)

    def __getattr__(self, name: str) -> Any:
        return vars(self).get("x0") if name in NAMES else _missing(name)

    def __setattr__(self, name: str, value: Any) -> None:
        vars(self)[name] = value

    def __delattr__(self, name: str) -> None:
        vars(self).pop(name, None)


class Asking2(Asking):
    """What instances of Asking become."""


def _missing(name: str) -> Any:
    raise AttributeError(name)


_PARTNERS: tuple[tuple[Any, Any], ...] = (
    (Plain, Plain2),
    (Slotted, Slotted2),
    (Bare, Bare2),
    (OfInt, OfInt2),
    (OfStr, OfStr2),
    (OfTuple, OfTuple2),
    (OfList, OfList2),
    (OfDict, OfDict2),
    (Asking, Asking2),
)
for one, another in _PARTNERS:
    one.first = another.first = one
    one.second = another.second = another


class Last:
    """A value whose finalizer stores into the instance that held it."""

    __slots__ = ("holder",)

    def __init__(self, holder: Any) -> None:
        self.holder = holder

    def __del__(self) -> None:
        self.holder.x4 = None


class _Attributes(Subject):
    """What can be done with the attributes of an instance, wherever they lie."""

    def fresh(self, size: int) -> Any:
        return _filled(Plain(), size)

    def left(self, o: Any) -> Any:
        return [type(o) is o.second, [getattr(o, name, None) for name in NAMES]]

    @step()
    def get(o: Any, v: str) -> Any:
        return o.x0

    @step()
    def get_twice(o: Any, v: str) -> Any:
        return o.x0, o.x1

    @step()
    def get_missing(o: Any, v: str) -> Any:
        return o.x3

    @step()
    def getattr_default(o: Any, v: str) -> Any:
        return getattr(o, "x3", None)

    @step()
    def hasattr_(o: Any, v: str) -> Any:
        return hasattr(o, "x1")

    @step()
    def getattribute(o: Any, v: str) -> Any:
        return object.__getattribute__(o, "x1")

    @step()
    def attrgetter(o: Any, v: str) -> Any:
        return operator.attrgetter("x0", "x2")(o)

    @step()
    def method(o: Any, v: str) -> Any:
        return o.method()

    @step()
    def class_attribute(o: Any, v: str) -> Any:
        return o.__match_args__

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        o.x0 = v

    @step(writes=True)
    def store_new(o: Any, v: str) -> Any:
        o.x3 = v

    @step(writes=True)
    def store_read(o: Any, v: str) -> Any:
        o.x1 = v
        return getattr(o, "x1", None)

    @step(writes=True)
    def setattr_(o: Any, v: str) -> Any:
        object.__setattr__(o, "x1", v)

    @step(writes=True)
    def delete(o: Any, v: str) -> Any:
        del o.x1

    @step(writes=True)
    def delattr_(o: Any, v: str) -> Any:
        object.__delattr__(o, "x2")

    @step(writes=True)
    def go_over(o: Any, v: str) -> Any:
        o.__class__ = o.second

    @step(writes=True)
    def come_back(o: Any, v: str) -> Any:
        o.__class__ = o.first

    @step()
    def class_(o: Any, v: str) -> Any:
        return o.__class__ in (o.first, o.second)

    @step()
    def isinstance_(o: Any, v: str) -> Any:
        return isinstance(o, (Plain, Slotted, Bare, OfInt))

    @step()
    def match_class(o: Any, v: str) -> Any:
        match o:
            case Plain(first) | Slotted(first) | Bare(first) | OfList(x0=first):
                return first
        return None

    @step()
    def dir_(o: Any, v: str) -> Any:
        return [name for name in dir(o) if name in NAMES]

    @step()
    def hash_(o: Any, v: str) -> Any:
        return hash(o) == hash(o)

    @step()
    def equal(o: Any, v: str) -> Any:
        return o == o, o != o, bool(o)

    @step()
    def less(o: Any, v: str) -> Any:
        return o < o, o <= o, o > o, o >= o

    @step()
    def text(o: Any, v: str) -> Any:
        return len(repr(o)) > 0, len(str(o)) >= 0, len(f"{o}") >= 0

    @step()
    def weak_reference(o: Any, v: str) -> Any:
        return weakref.ref(o)() is o

    @step()
    def sizeof(o: Any, v: str) -> Any:
        return o.__sizeof__() > 0

    @step()
    def init(o: Any, v: str) -> Any:
        return o.__init__(), o.__doc__ is None, o.__module__ is None

    @step()
    def copy_(o: Any, v: str) -> Any:
        return getattr(copy.copy(o), "x0", None)

    @step(may_raise=(RuntimeError,))
    def deepcopy(o: Any, v: str) -> Any:
        return getattr(copy.deepcopy(o), "x0", None)

    @step(may_raise=(RuntimeError,))
    def pickle_(o: Any, v: str) -> Any:
        return getattr(pickle.loads(pickle.dumps(o)), "x0", None)

    @step()
    def reduce(o: Any, v: str) -> Any:
        return len(o.__reduce_ex__(2))

    @step()
    def getstate(o: Any, v: str) -> Any:
        return o.__getstate__() is None


class _InDict(_Attributes):
    """What can be done beside with the dict that holds them."""

    def left(self, o: Any) -> Any:
        return [type(o) is o.second, vars(o)]

    def wrong(self, o: Any) -> str:
        held = vars(o)
        if len(held) != len(list(held)):
            return "the length of the instance's dict disagrees with its keys"
        for name, value in held.items():
            if getattr(o, name, None) is not value:
                return f"the attribute {name} is not what the instance's dict holds"
        return "" if held == dict(held) else "a copy of the instance's dict differs from it"

    @step(writes=True)
    def store_many(o: Any, v: str) -> Any:
        for name in MANY:
            setattr(o, name, v)

    @step()
    def dict_(o: Any, v: str) -> Any:
        return type(o.__dict__) is dict

    @step()
    def dict_get(o: Any, v: str) -> Any:
        return o.__dict__.get("x0")

    @step()
    def dict_length(o: Any, v: str) -> Any:
        return len(vars(o)), "x1" in vars(o)

    @step()
    def dict_copy(o: Any, v: str) -> Any:
        return vars(o).copy()

    @step(may_raise=(RuntimeError,))
    def dict_items(o: Any, v: str) -> Any:
        return list(vars(o).items())

    @step(may_raise=(RuntimeError,))
    def dict_iterate(o: Any, v: str) -> Any:
        return [value for value in vars(o).values()]  # noqa: C416  # a loop of Python's own

    @step(writes=True)
    def dict_store(o: Any, v: str) -> Any:
        o.__dict__["x0"] = v

    @step(writes=True)
    def dict_store_new(o: Any, v: str) -> Any:
        o.__dict__["x4"] = v

    @step(writes=True)
    def dict_update(o: Any, v: str) -> Any:
        o.__dict__.update(x0=v, x3=v)

    @step(writes=True)
    def dict_setdefault(o: Any, v: str) -> Any:
        return o.__dict__.setdefault("x3", v)

    @step(writes=True)
    def dict_pop(o: Any, v: str) -> Any:
        return o.__dict__.pop("x1", None)

    @step(writes=True)
    def dict_popitem(o: Any, v: str) -> Any:
        return o.__dict__.popitem()

    @step(writes=True)
    def dict_clear(o: Any, v: str) -> Any:
        vars(o).clear()

    @step(writes=True, makes=True)
    def dict_replace(o: Any, v: str) -> Any:
        o.__dict__ = made = {"x0": v, "x1": v}
        return made

    @step(writes=True)
    def dict_delete(o: Any, v: str) -> Any:
        del o.__dict__

    @step(PROCESS, writes=True)
    def dict_odd_key(o: Any, v: str) -> Any:
        o.__dict__[7] = v


class Instance(_InDict):
    """An instance whose values lie inline."""


class InstanceWithDict(_InDict):
    """An instance whose dict has been asked for, and shares the values with it."""

    def fresh(self, size: int) -> Any:
        o = _filled(Plain(), size)
        vars(o)
        return o


class InstanceEmpty(_InDict):
    """An instance that has no attribute yet."""

    sizes = (0,)


class InstanceAlone(_InDict):
    """An instance of a class of its own: the keys that its instances share are still unknown."""

    left_out = {"__reduce__": "as __reduce_ex__", "__subclasshook__": "a class method of object"}

    def fresh(self, size: int) -> Any:
        return _filled(type("Alone", (Plain,), {})(), size)


class InstanceOverfull(_InDict):
    """An instance with more attributes than values fit inline."""

    def fresh(self, size: int) -> Any:
        o = _filled(Plain(), size)
        for name in MANY:
            setattr(o, name, None)
        return o


class InstanceWithSlots(_Attributes):
    """An instance with slots and no dict."""

    def fresh(self, size: int) -> Any:
        return _filled(Bare(), size)

    def left(self, o: Any) -> Any:
        return [type(o) is o.second, [getattr(o, name, None) for name in NAMES]]

    @step()
    def slot_get(o: Any, v: str) -> Any:
        return type(o).x0.__get__(o)

    @step(writes=True)
    def slot_set(o: Any, v: str) -> Any:
        type(o).x0.__set__(o, v)

    @step(writes=True)
    def slot_delete(o: Any, v: str) -> Any:
        type(o).x1.__delete__(o)


class InstanceWithSlotsAndDict(InstanceWithSlots):
    """An instance with slots, and a dict of its base."""

    def fresh(self, size: int) -> Any:
        return _filled(Slotted(), size)

    @step(writes=True)
    def store_in_dict(o: Any, v: str) -> Any:
        o.x4 = v

    @step(writes=True, makes=True)
    def dict_replace(o: Any, v: str) -> Any:
        o.__dict__ = made = {"x4": v}
        return made

    @step()
    def vars_(o: Any, v: str) -> Any:
        return dict(vars(o))


class InstanceOfInt(_InDict):
    """An instance of a subclass of int, which has a dict."""

    def fresh(self, size: int) -> Any:
        return _filled(OfInt(12), size)

    @step()
    def add(o: Any, v: str) -> Any:
        return o + 1, int(o), -o

    @step()
    def as_index(o: Any, v: str) -> Any:
        return NAMES[o - 10]


class InstanceOfStr(_InDict):
    """An instance of a subclass of str, which has a dict."""

    def fresh(self, size: int) -> Any:
        return _filled(OfStr("x0"), size)

    @step()
    def upper(o: Any, v: str) -> Any:
        return o.upper().lower(), o + ""

    @step()
    def as_name(o: Any, v: str) -> Any:
        return getattr(o, o, None)


class InstanceOfTuple(_InDict):
    """An instance of a subclass of tuple, which has a dict."""

    def fresh(self, size: int) -> Any:
        return _filled(OfTuple(fresh_strings(3)), size)

    @step()
    def unpack(o: Any, v: str) -> Any:
        first, *_, last = o
        return first, last, o[1], len(o)


class InstanceOfList(_InDict):
    """An instance of a subclass of list, which has a dict."""

    def fresh(self, size: int) -> Any:
        return _filled(OfList(fresh_strings(3)), size)

    def left(self, o: Any) -> Any:
        return [type(o) is o.second, vars(o), list(o)]

    @step(writes=True)
    def append(o: Any, v: str) -> Any:
        o.append(v)

    @step(writes=True)
    def pop(o: Any, v: str) -> Any:
        return o.pop()

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o.clear()

    @step()
    def tuple_(o: Any, v: str) -> Any:
        return tuple(o)


class InstanceOfDict(_InDict):
    """An instance of a subclass of dict, which has a dict of its own beside."""

    def fresh(self, size: int) -> Any:
        return _filled(OfDict(zip(NAMES, fresh_strings(3), strict=False)), size)

    def left(self, o: Any) -> Any:
        return [type(o) is o.second, vars(o), dict(o)]

    @step(writes=True)
    def store_item(o: Any, v: str) -> Any:
        o["x0"] = v

    @step(writes=True)
    def pop_item(o: Any, v: str) -> Any:
        return o.pop("x0", None)

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o.clear()

    @step(may_raise=(RuntimeError,))
    def items(o: Any, v: str) -> Any:
        return list(o.items())

    @step(may_raise=(RuntimeError,))
    def copy_(o: Any, v: str) -> Any:
        """Its items are gone over, and may change meanwhile."""
        return getattr(copy.copy(o), "x0", None)

    @step(writes=True)
    def dict_is_itself(o: Any, v: str) -> Any:
        o.__dict__ = o


class InstanceNosy(_InDict):
    """An instance whose attributes go through Python functions, and whose values store into it when they die."""

    most = PROCESS
    minimum_version = (3, 14)  # 3.13 dies of clearing such a dict with one thread

    def fresh(self, size: int) -> Any:
        o = _filled(Asking(), size)
        vars(o)["x1"] = Last(o)
        vars(o)["x2"] = Last(o)
        return o

    @step(writes=True)
    def store_last(o: Any, v: str) -> Any:
        o.x0 = Last(o)

    @step(writes=True)
    def store_plain(o: Any, v: str) -> Any:
        o.x0 = v

    @step(writes=True, makes=True)
    def dict_without_last(o: Any, v: str) -> Any:
        made: dict[str, Any] = {}
        o.__dict__ = made
        return made


def _filled(o: Any, size: int) -> Any:
    for name, value in zip(NAMES, fresh_strings(size), strict=False):
        setattr(o, name, value)
    return o


del one, another


def _codes_of_readers() -> tuple[Any, Any]:
    def read(one: Any) -> Any:
        return one.x0

    def call(one: Any) -> Any:
        return one.x1()

    return read.__code__, call.__code__


_reads, _calls = _codes_of_readers()


class InstancesOfOneClass(Subject):
    """An instance for each thread, of one class, and functions that both call often: they read what is the class's
    until a thread stores into its own instance under that name. From then on the thread finds what it stored.
    """

    def fresh(self, size: int) -> Any:
        cls = type("Fresh", (), {"x0": Bare, "x1": lambda self: Bare})
        read, call = FunctionType(_reads.replace(), {}), FunctionType(_calls.replace(), {})
        return {"a": cls(), "b": cls(), "read": read, "call": call, "lost": []}

    def left(self, o: Any) -> Any:
        return None

    def wrong(self, o: Any) -> str:
        return "; ".join(o["lost"])

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        mine = _warmed(o, v)
        mine.x0 = v
        _finds(o, v, o["read"](mine))

    @step(writes=True)
    def store_by_dict(o: Any, v: str) -> Any:
        mine = _warmed(o, v)
        mine.__dict__["x0"] = v
        _finds(o, v, o["read"](mine))

    @step(writes=True)
    def store_other_first(o: Any, v: str) -> Any:
        mine = _warmed(o, v)
        mine.x5 = mine.x6 = v
        mine.x0 = v
        _finds(o, v, o["read"](mine))

    @step(writes=True)
    def replace_dict(o: Any, v: str) -> Any:
        mine = _warmed(o, v)
        mine.__dict__ = {"x0": v}
        _finds(o, v, o["read"](mine))

    @step(writes=True)
    def update_dict(o: Any, v: str) -> Any:
        mine = _warmed(o, v)
        vars(mine).update(x5=v, x0=v)
        _finds(o, v, o["read"](mine))

    @step(writes=True)
    def store_and_delete(o: Any, v: str) -> Any:
        mine = _warmed(o, v)
        mine.x0 = v
        del mine.x0
        _finds(o, Bare, o["read"](mine))

    @step(writes=True)
    def store_and_clear(o: Any, v: str) -> Any:
        mine = _warmed(o, v)
        mine.x0 = v
        vars(mine).clear()
        _finds(o, Bare, o["read"](mine))

    @step(writes=True)
    def hide_method(o: Any, v: str) -> Any:
        mine = _warmed(o, v)
        mine.x1 = lambda: v
        _finds(o, v, o["call"](mine))

    @step(writes=True)
    def another_instance(o: Any, v: str) -> Any:
        another = type(_warmed(o, v))()
        another.x5, another.x0 = v, v
        _finds(o, v, o["read"](another))

    @step(writes=True)
    def change_class(o: Any, v: str) -> Any:
        type(o["a"]).x9 = v

    @step(writes=True)
    def modify_class(o: Any, v: str) -> Any:
        for _ in range(4):
            type(o["a"]).__abstractmethods__ = frozenset()


def _warmed(o: Any, v: str) -> Any:
    """The thread's own instance, when it has read and called what is the class's a few times."""
    mine = o[v[0]]
    for _ in range(8):
        o["read"](mine)
        o["call"](mine)
    return mine


def _finds(o: Any, due: Any, found: Any) -> None:
    """Note what a thread finds in its own instance, where it is not what it put there, or uncovered."""
    if found is not due:
        o["lost"].append(f"a thread found {found} in its own instance where {due} was due")


class NamesOfSlots(Subject):
    """An instance with slots, and the list in which its class notes their names for who copies it."""

    most = PROCESS

    def fresh(self, size: int) -> Any:
        o: Any = type("Fresh", (), {"__slots__": ("x0", "x1")})()
        o.x0, o.x1 = fresh_strings(2)
        return copy.copy(o)  # from now on there is the list

    def left(self, o: Any) -> Any:
        return None

    @step()
    def copy_(o: Any, v: str) -> Any:
        return [type(copy.copy(o)) is type(o) for _ in range(9)]

    @step()
    def reduce(o: Any, v: str) -> Any:
        return [len(o.__reduce_ex__(2)) for _ in range(9)]

    @step(writes=True)
    def store_names(o: Any, v: str) -> Any:
        for _ in range(9):
            type(o).__slotnames__[:] = ["".join(("x", "0")), v + v]

    @step(writes=True)
    def append_name(o: Any, v: str) -> Any:
        type(o).__slotnames__.append(v)

    @step(writes=True)
    def clear_names(o: Any, v: str) -> Any:
        type(o).__slotnames__.clear()


class _AskedName(str):
    """A name that does something to an instance when it is compared for the first time."""

    __slots__ = ("home", "meddle")
    home: Any
    meddle: Callable[[Any], object] | None

    def __eq__(self, other: object) -> bool:
        meddle, self.meddle = self.meddle, None
        if meddle is not None:
            meddle(self.home)
        return str.__eq__(self, other)

    def __hash__(self) -> int:
        return str.__hash__(self)


NAME_MEDDLES: tuple[Callable[[Any], object], ...] = (
    lambda mine: vars(mine).clear(),
    vars,
    lambda mine: delattr(mine, "x1"),
    lambda mine: setattr(mine, "__dict__", {"x0": None}),
    lambda mine: delattr(mine, "__dict__"),
    lambda mine: setattr(mine, "__class__", type(mine).second),
    lambda mine: setattr(mine, "x2", None),
    lambda mine: setattr(type(mine), "x1", property(lambda self: None)),
)
"""What a name does to the instance that it is a name of an attribute of."""


class InstancesAskedByName(Subject):
    """An instance for each thread, of a class of its own, with names that do something to it when they are compared.

    No name has it gain an attribute, or looks one up as Python code does: some of what compares names holds a lock that
    this takes, and would wait for ever.
    """

    most = PROCESS
    minimum_version = (3, 14)  # before, most of what compares names holds such a lock
    sizes = tuple(range(len(NAME_MEDDLES)))

    def fresh(self, size: int) -> Any:
        made = {}
        for letter in "ab":
            cls = type("Own", (), {"__match_args__": ("x0",)})
            cls.second = type("Second", (), {"second": cls})  # type: ignore[attr-defined]
            made[letter] = cls()
            for name in fresh_strings(3):
                setattr(made[letter], name, name)
        return made, size

    def left(self, o: Any) -> Any:
        for one in o[0].values():
            repr(vars(one))

    @step(writes=True)
    def setattr_(o: Any, v: str) -> Any:
        mine, name = _asked_by_name(o, v)
        setattr(mine, name, v)

    @step()
    def getattr_(o: Any, v: str) -> Any:
        mine, name = _asked_by_name(o, v)
        return getattr(mine, name, None), hasattr(mine, name)

    @step(writes=True)
    def delattr_(o: Any, v: str) -> Any:
        mine, name = _asked_by_name(o, v)
        delattr(mine, name)

    @step()
    def attrgetter(o: Any, v: str) -> Any:
        mine, name = _asked_by_name(o, v)
        return operator.attrgetter(name)(mine)

    @step(writes=True)
    def dict_store(o: Any, v: str) -> Any:
        mine, name = _asked_by_name(o, v)
        vars(mine)[name] = v

    @step()
    def dict_get(o: Any, v: str) -> Any:
        mine, name = _asked_by_name(o, v)
        return vars(mine).get(name), name in vars(mine)

    @step(writes=True)
    def dict_pop(o: Any, v: str) -> Any:
        mine, name = _asked_by_name(o, v)
        return vars(mine).pop(name, None)

    @step(writes=True)
    def dict_setdefault(o: Any, v: str) -> Any:
        mine, name = _asked_by_name(o, v)
        return vars(mine).setdefault(name, v)

    @step(writes=True)
    def dict_delete(o: Any, v: str) -> Any:
        mine, name = _asked_by_name(o, v)
        del vars(mine)[name]

    @step(writes=True)
    def dict_update(o: Any, v: str) -> Any:
        mine, name = _asked_by_name(o, v)
        vars(mine).update({name: v})

    @step(writes=True)
    def dict_or(o: Any, v: str) -> Any:
        mine, name = _asked_by_name(o, v)
        held = vars(mine)
        held |= {name: v}
        return len(held | {name: v})

    @step(writes=True)
    def dict_from_instance(o: Any, v: str) -> Any:
        """Another dict is changed by what the instance holds."""
        mine, name = _asked_by_name(o, v)
        other = {name: v}
        other.update(vars(mine))
        return len(other)

    @step()
    def keywords(o: Any, v: str) -> Any:
        _, name = _asked_by_name(o, v)
        return _takes(**{name: v}), _takes_any(**{name: v})

    @step()
    def keywords_of_instance(o: Any, v: str) -> Any:
        mine, name = _asked_by_name(o, v)
        return _takes_any(**vars(mine) | {name: v}), dict(vars(mine), **{name: v})

    @step()
    def run(o: Any, v: str) -> Any:
        """Its dict is where names are looked up."""
        mine, name = _asked_by_name(o, v)
        return eval("x1", {name: v}, vars(mine)), eval("x0", vars(mine))

    @step(writes=True)
    def run_storing(o: Any, v: str) -> Any:
        mine, name = _asked_by_name(o, v)
        names = vars(mine)
        exec("x1 = x0", {name: v, "x0": v}, names)

    @step(writes=True)
    def class_body(o: Any, v: str) -> Any:
        mine, name = _asked_by_name(o, v)
        made = type(v, (type(mine),), {name: v})
        return getattr(made, name, None), getattr(made(), "x1")

    @step(writes=True)
    def class_attribute(o: Any, v: str) -> Any:
        mine, name = _asked_by_name(o, v)
        setattr(type(mine), name, v)
        return getattr(type(mine), name)

    @step(writes=True)
    def slot(o: Any, v: str) -> Any:
        """It is the name of a slot, too."""
        mine, name = _asked_by_name(o, v)
        other = _filled(Slotted(), 3)
        name.home = other if name.meddle is vars else mine
        setattr(other, name, v)
        return getattr(other, name)


def _asked_by_name(o: Any, v: str) -> tuple[Any, _AskedName]:
    """The thread's own instance, and a name of one of its attributes that does something to it."""
    instances, turn = o
    mine = instances[v[0]]
    name = _AskedName("x1")
    name.home, name.meddle = mine, NAME_MEDDLES[turn]
    return mine, name


def _takes(x0: Any = None, x1: Any = None) -> Any:
    return x0, x1


def _takes_any(x0: Any = None, **rest: Any) -> int:
    return len(rest)
