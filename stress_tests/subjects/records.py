"""Enums and records: classes that the standard library makes, and their instances.

Their methods are Python code: between two of its steps another thread's operation may come, with the GIL too.
"""

from __future__ import annotations

import copy
import dataclasses
import enum
import pickle
import types
from typing import Any, NamedTuple, TypedDict

from harness.kernel.pairs import PROCESS, Subject, fresh_strings, step


class Enumeration(Subject):
    """An Enum: its members by value and by name."""

    def fresh(self, size: int) -> Any:
        return enum.Enum("Fresh", {"first": "x0", "second": "x1", "alias": "x0"})

    def left(self, o: Any) -> Any:
        return [(name, member.value) for name, member in o.__members__.items()]

    def wrong(self, o: Any) -> str:
        for name, member in o.__members__.items():
            if o[name] is not member or o(member.value) is not member or getattr(o, name) is not member:
                return f"the member {name} is not found by its name, or by its value"
        return "" if len(o) == len(list(o)) else "len disagrees with what iteration gives"

    @step()
    def by_value(o: Any, v: str) -> Any:
        return o("x1").name

    @step()
    def by_name(o: Any, v: str) -> Any:
        return o["second"].value

    @step()
    def by_no_value(o: Any, v: str) -> Any:
        return o(v)

    @step()
    def by_no_name(o: Any, v: str) -> Any:
        return o[v]

    @step()
    def attribute(o: Any, v: str) -> Any:
        return o.first.value, o.first.name, o.alias is o.first

    @step()
    def iterate(o: Any, v: str) -> Any:
        return [member.value for member in o], [member.name for member in reversed(o)]

    @step()
    def members(o: Any, v: str) -> Any:
        return list(o.__members__)

    @step()
    def contains(o: Any, v: str) -> Any:
        return o.first in o, "x1" in o, v in o

    @step()
    def length(o: Any, v: str) -> Any:
        return len(o), bool(o)

    @step()
    def match_(o: Any, v: str) -> Any:
        match o("x0"):
            case o.first:
                return "first"
        return None

    @step()
    def compare(o: Any, v: str) -> Any:
        return o.first == o.second, o.first != o.alias, hash(o.first) == hash(o.alias), {o.first: v}[o.alias]

    @step()
    def text(o: Any, v: str) -> Any:
        return str(o.first), repr(o.second), f"{o.first}", repr(o)

    @step()
    def copy_(o: Any, v: str) -> Any:
        return copy.copy(o.first) is o.first, copy.deepcopy(o.first) is o.first

    @step(PROCESS)
    def dir_(o: Any, v: str) -> Any:
        return "first" in dir(o), "value" in dir(o.first)

    @step()
    def store_member(o: Any, v: str) -> Any:
        o.first = v

    @step()
    def delete_member(o: Any, v: str) -> Any:
        del o.first

    @step(writes=True)
    def store_attribute(o: Any, v: str) -> Any:
        o.more = v

    @step(writes=True)
    def store_in_member(o: Any, v: str) -> Any:
        o.first.more = v
        return o.first.more

    @step(writes=True, makes=True)
    def store_missing(o: Any, v: str) -> Any:
        o._missing_ = made = classmethod(lambda cls, value: cls.second)
        return made

    @step()
    def derive(o: Any, v: str) -> Any:
        return types.new_class(v, (o,))


class Flags(Subject):
    """A Flag: members that are made of others when they are first asked for."""

    def fresh(self, size: int) -> Any:
        return enum.Flag("Fresh", "first second third")

    def left(self, o: Any) -> Any:
        return [member.name for member in o]

    def wrong(self, o: Any) -> str:
        for value in range(8):
            if o(value) is not o(value) or o(value).value != value:
                return f"the member of value {value} is not one object"
        return ""

    @step(writes=True)
    def or_(o: Any, v: str) -> Any:
        return (o.first | o.second).value, (o.second | o.first) is (o.first | o.second)

    @step(writes=True)
    def by_value(o: Any, v: str) -> Any:
        return o(3).value, o(3).name, o(3) is o(3)

    @step(writes=True)
    def by_all(o: Any, v: str) -> Any:
        return [o(value).value for value in range(8)]

    @step(writes=True)
    def invert(o: Any, v: str) -> Any:
        return (~o.first).value, ~~o.first is o.first

    @step(writes=True)
    def and_(o: Any, v: str) -> Any:
        return ((o.first | o.third) & o.third) is o.third, (o.first ^ o.third).value

    @step(writes=True)
    def none(o: Any, v: str) -> Any:
        return o(0).value, bool(o(0)), o(0).name

    @step()
    def by_no_value(o: Any, v: str) -> Any:
        return o(v)

    @step(writes=True)
    def contains(o: Any, v: str) -> Any:
        return o.first in (o.first | o.second), o.third in (o.first | o.second)

    @step(writes=True)
    def iterate(o: Any, v: str) -> Any:
        return [member.name for member in o.first | o.third], len(o.first | o.third), len(o)

    @step(writes=True)
    def text(o: Any, v: str) -> Any:
        return repr(o.first | o.second), str(o(7))


@dataclasses.dataclass(order=True)
class Row:
    """What a program keeps in a dataclass."""

    x0: Any
    x1: Any = "x1"
    x2: Any = dataclasses.field(default_factory=lambda: ["x2"])


@dataclasses.dataclass(frozen=True)
class FrozenRow:
    """A dataclass whose instances do not change."""

    x0: Any
    x1: Any = "x1"


@dataclasses.dataclass(slots=True)
class SlottedRow:
    """A dataclass whose instances have slots."""

    x0: Any
    x1: Any = "x1"
    x2: Any = None


class Dataclass(Subject):
    """An instance of a dataclass."""

    made: Any = Row

    def fresh(self, size: int) -> Any:
        return self.made(*fresh_strings(1))

    def left(self, o: Any) -> Any:
        return [getattr(o, name, None) for name in ("x0", "x1", "x2")]

    @step()
    def get(o: Any, v: str) -> Any:
        return o.x0, o.x1

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        o.x0 = v

    @step(writes=True)
    def delete(o: Any, v: str) -> Any:
        del o.x0

    @step()
    def equal(o: Any, v: str) -> Any:
        return o == type(o)(v), o == v

    @step()
    def less(o: Any, v: str) -> Any:
        return o < type(o)(v), o >= type(o)(v)

    @step(text=True)
    def repr_(o: Any, v: str) -> Any:
        return repr(o)

    @step()
    def hash_(o: Any, v: str) -> Any:
        return hash(o) == 0

    @step()
    def replace(o: Any, v: str) -> Any:
        return dataclasses.replace(o, x1=v).x0

    @step()
    def fields(o: Any, v: str) -> Any:
        return [field.name for field in dataclasses.fields(o)]

    @step()
    def asdict(o: Any, v: str) -> Any:
        return dataclasses.asdict(o)

    @step()
    def astuple(o: Any, v: str) -> Any:
        return dataclasses.astuple(o)

    @step()
    def match_(o: Any, v: str) -> Any:
        match o:
            case Row(first) | SlottedRow(first) | FrozenRow(first):
                return first
        return None

    @step(writes=True)
    def init(o: Any, v: str) -> Any:
        o.__init__(v, v)

    @step()
    def copy_(o: Any, v: str) -> Any:
        return copy.copy(o).x0

    @step(may_raise=(RuntimeError,))
    def deepcopy(o: Any, v: str) -> Any:
        return copy.deepcopy(o).x0

    @step(may_raise=(RuntimeError,))
    def pickle_(o: Any, v: str) -> Any:
        return pickle.loads(pickle.dumps(o)).x0


class DataclassWithSlots(Dataclass):
    """An instance of a dataclass that has slots."""

    made = SlottedRow


class DataclassFrozen(Dataclass):
    """An instance of a frozen dataclass, which some change nevertheless."""

    made = FrozenRow

    @step(writes=True)
    def store_past_it(o: Any, v: str) -> Any:
        object.__setattr__(o, "x0", v)


class Point(NamedTuple):
    """What a program keeps in a named tuple."""

    x0: Any
    x1: Any = "x1"


class NamedRow(Subject):
    """A named tuple that holds a list."""

    def fresh(self, size: int) -> Any:
        return Point(fresh_strings(size))

    def left(self, o: Any) -> Any:
        return list(o)

    @step()
    def get(o: Any, v: str) -> Any:
        return o.x1, o[1], o[-1]

    @step(writes=True)
    def append(o: Any, v: str) -> Any:
        o.x0.append(v)

    @step()
    def store(o: Any, v: str) -> Any:
        o.x1 = v

    @step()
    def unpack(o: Any, v: str) -> Any:
        first, second = o
        return first[0], second

    @step()
    def replace(o: Any, v: str) -> Any:
        return o._replace(x1=v)[1], type(o)._make([v, v]).x0

    @step()
    def as_dict(o: Any, v: str) -> Any:
        return o._asdict()["x1"], o._fields, o._field_defaults

    @step()
    def compare(o: Any, v: str) -> Any:
        return o == o, o == (v, v), o < (["y"], v), len(o), o.count(v), o.index("x1")

    @step()
    def hash_(o: Any, v: str) -> Any:
        return hash(o)

    @step(text=True)
    def repr_(o: Any, v: str) -> Any:
        return repr(o)

    @step()
    def match_(o: Any, v: str) -> Any:
        match o:
            case Point([first, *_], second):
                return first, second
        return None

    @step(may_raise=(RuntimeError,))
    def copy_(o: Any, v: str) -> Any:
        return copy.copy(o).x0[0], copy.deepcopy(o).x0[0], pickle.loads(pickle.dumps(o)).x0[0]


class FieldOfNamedTuple(Subject):
    """What finds a field of named tuples, and has a text that says what the field is."""

    most = PROCESS

    def fresh(self, size: int) -> Any:
        made: Any = type(vars(Point)["x0"])
        return made(0, *fresh_strings(1))

    def left(self, o: Any) -> Any:
        return None

    @step()
    def get(o: Any, v: str) -> Any:
        return o.__get__((v,))

    @step()
    def doc(o: Any, v: str) -> Any:
        return o.__doc__

    @step(writes=True)
    def store_doc(o: Any, v: str) -> Any:
        for number in range(9):
            o.__doc__ = v + str(number)

    @step(writes=True)
    def delete_doc(o: Any, v: str) -> Any:
        del o.__doc__

    @step()
    def repr_(o: Any, v: str) -> Any:
        return [len(repr(o)) for _ in range(9)]

    @step()
    def reduce(o: Any, v: str) -> Any:
        return [o.__reduce__()[0] is type(o) for _ in range(9)]


class Movie(TypedDict, total=False):
    """What a program says of a dict."""

    x0: Any
    x1: Any


class TypedRow(Subject):
    """A dict that a TypedDict describes."""

    def fresh(self, size: int) -> Any:
        x0, x1 = fresh_strings(2)
        return Movie(x0=x0, x1=x1)

    @step()
    def get(o: Any, v: str) -> Any:
        return o["x0"], o.get("x1")

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        o["x0"] = v

    @step(writes=True)
    def delete(o: Any, v: str) -> Any:
        del o["x1"]

    @step(writes=True)
    def or_(o: Any, v: str) -> Any:
        o |= Movie(x0=v, x1=v)

    @step()
    def make(o: Any, v: str) -> Any:
        return Movie(o)["x0"], Movie(**dict(o)) is o  # type: ignore[misc, typeddict-item]

    @step()
    def keys(o: Any, v: str) -> Any:
        return sorted(Movie.__optional_keys__), Movie.__total__, sorted(Movie.__annotations__)
