"""What typing makes: generic aliases, unions, protocols, and what is evaluated when it is first asked.

They are immutable, or seem so: what they give is worked out once and kept.
"""

from __future__ import annotations

import copy
import pickle
import sys
import types
import typing
from typing import Any, Protocol, TypeVar, runtime_checkable

from harness.kernel.pairs import PROCESS, Subject, step

T: Any = TypeVar("T")  # type: ignore[misc]
S: Any = TypeVar("S")  # type: ignore[misc]

LAZY = """
class Holder[First: bound(), *Rest, **Params]:
    pass

type Alias[Second] = value(Second)

def function[Third: (int, str)](first: value(Third), second: "Alias") -> bound():
    pass
"""
CODE = compile(LAZY if sys.version_info >= (3, 12) else "", "<lazy>", "exec")
"""Compiled once, and run for each object: what it says of types is worked out when somebody asks."""


def _ran() -> dict[str, Any]:
    names: dict[str, Any] = {"bound": _bound, "value": _value}
    exec(CODE, names)
    return names


def _bound() -> Any:
    return int


def _value(variable: Any) -> Any:
    return dict[str, variable]


class GenericAlias(Subject):
    """A generic alias of a built-in type, with a type variable that nobody has looked for."""

    left_out = {
        "__instancecheck__": "called by isinstance",
        "__new__": "other subjects' fresh objects come from it",
        "__subclasscheck__": "called by issubclass",
        "__typing_unpacked_tuple_args__": "None but for tuples",
    }

    def fresh(self, size: int) -> Any:
        return dict[str, list[T]]

    def left(self, o: Any) -> Any:
        return [repr(o), len(o.__parameters__)]

    def wrong(self, o: Any) -> str:
        return (
            ""
            if o == dict[str, list[T]] and o.__parameters__ == (T,)
            else "it is no more what it was made as"
        )

    @step(writes=True)
    def parameters(o: Any, v: str) -> Any:
        return len(o.__parameters__)

    @step(writes=True)
    def subscribe(o: Any, v: str) -> Any:
        return repr(o[int])

    @step()
    def subscribe_wrong(o: Any, v: str) -> Any:
        return o[int, str]

    @step()
    def parts(o: Any, v: str) -> Any:
        return o.__origin__ is dict, o.__args__[0] is str, o.__unpacked__

    @step()
    def call(o: Any, v: str) -> Any:
        return o(first=v)

    @step()
    def forwarded(o: Any, v: str) -> Any:
        return o.fromkeys([v]), o.__name__

    @step()
    def text(o: Any, v: str) -> Any:
        return repr(o)

    @step()
    def compare(o: Any, v: str) -> Any:
        return o == dict[str, list[T]], o != dict[str, list[S]], hash(o) == hash(dict[str, list[T]])

    @step()
    def order(o: Any, v: str) -> Any:
        return o < o, o <= o, o > o, o >= o

    @step()
    def union(o: Any, v: str) -> Any:
        return repr(o | None), repr(int | o)

    @step()
    def unpack(o: Any, v: str) -> Any:
        return repr(next(iter(o)))

    @step()
    def isinstance_(o: Any, v: str) -> Any:
        return isinstance({}, o)

    @step()
    def issubclass_(o: Any, v: str) -> Any:
        return issubclass(dict, o)

    @step()
    def derive(o: Any, v: str) -> Any:
        return o.__mro_entries__((o,)), type(v, (dict,), {}).__name__

    @step()
    def copy_(o: Any, v: str) -> Any:
        return copy.copy(o) == o, copy.deepcopy(o) == o

    @step()
    def pickle_(o: Any, v: str) -> Any:
        return repr(pickle.loads(pickle.dumps(o))), len(o.__reduce__())

    @step()
    def dir_(o: Any, v: str) -> Any:
        return "fromkeys" in dir(o), "__args__" in dir(o)

    @step()
    def origin(o: Any, v: str) -> Any:
        return typing.get_origin(o) is dict, len(typing.get_args(o))


class GenericAliasOfList(Subject):
    """A generic alias with a list among its arguments, as of a callable: others change the list."""

    may_raise = (TypeError, IndexError)

    def fresh(self, size: int) -> Any:
        return types.GenericAlias(dict, ([T, int, S], str))

    def left(self, o: Any) -> Any:
        return len(o.__args__)

    @step(writes=True)
    def parameters(o: Any, v: str) -> Any:
        return len(o.__parameters__) < 9, o.__parameters__ is o.__parameters__

    @step(writes=True)
    def subscribe(o: Any, v: str) -> Any:
        return len(o[int, str].__args__), len(o[S, T].__parameters__)

    @step()
    def subscribe_less(o: Any, v: str) -> Any:
        return o[int]

    @step(text=True)
    def repr_(o: Any, v: str) -> Any:
        return repr(o)

    @step()
    def compare(o: Any, v: str) -> Any:
        return o == types.GenericAlias(dict, ([T], str)), o != list[T], hash(list[o]) != 0

    @step()
    def call(o: Any, v: str) -> Any:
        return o(first=v), o.__origin__ is dict

    @step()
    def copies(o: Any, v: str) -> Any:
        return len(copy.deepcopy(o).__args__), len(pickle.dumps(o.__args__[1])), len(list(o))

    @step(writes=True)
    def append(o: Any, v: str) -> Any:
        o.__args__[0].append(float)

    @step(writes=True)
    def pop(o: Any, v: str) -> Any:
        o.__args__[0].pop(0)

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o.__args__[0].clear()

    @step(writes=True)
    def double(o: Any, v: str) -> Any:
        o.__args__[0].extend(o.__args__[0])


class _Asking:
    """What takes the place of a type variable, and looks at its alias, or changes its list, while it is asked."""

    def __init__(self) -> None:
        self.home: Any = None

    @property
    def __parameters__(self) -> Any:
        if self.home is not None:
            repr(self.home)
            self.home.__args__[0].append(int)
        return (T,)

    def __getitem__(self, key: Any) -> Any:
        self.home.__args__[0].clear()
        return int

    def __repr__(self) -> str:
        if self.home is not None and len(self.home.__args__[0]) > 1:
            self.home.__args__[0].pop()
        return "asking"


class GenericAliasNosy(GenericAliasOfList):
    """A generic alias among whose arguments is what looks at it and changes them while it is asked."""

    most = PROCESS

    def fresh(self, size: int) -> Any:
        asking = _Asking()
        asking.home = types.GenericAlias(dict, ([T, asking, S], asking))
        return asking.home


class UnionOfTypes(Subject):
    """A union of types, with a type variable that nobody has looked for."""

    left_out = {"__mro_entries__": "raises only"}

    def fresh(self, size: int) -> Any:
        return int | list[T] | None

    def left(self, o: Any) -> Any:
        return [repr(o), len(o.__parameters__)]

    def wrong(self, o: Any) -> str:
        return (
            ""
            if o == (int | list[T] | None) and o.__parameters__ == (T,)
            else "it is no more what it was made as"
        )

    @step(writes=True)
    def parameters(o: Any, v: str) -> Any:
        return len(o.__parameters__)

    @step(writes=True)
    def subscribe(o: Any, v: str) -> Any:
        return repr(o[str])

    @step()
    def arguments(o: Any, v: str) -> Any:
        return o.__args__[0] is int, len(o.__args__)

    @step()
    def compare(o: Any, v: str) -> Any:
        return o == (None | list[T] | int), o != (int | str)

    @step()
    def order(o: Any, v: str) -> Any:
        return o < o, o <= o, o > o, o >= o

    @step()
    def names(o: Any, v: str) -> Any:
        return (
            getattr(o, "__name__", None),
            getattr(o, "__qualname__", None),
            getattr(o, "__origin__", None) is None,
        )

    @step(writes=True)
    def hash_(o: Any, v: str) -> Any:
        return hash(o) == hash(None | list[T] | int)

    @step()
    def text(o: Any, v: str) -> Any:
        return repr(o), str(o)

    @step()
    def or_(o: Any, v: str) -> Any:
        return len((o | str).__args__), len((str | o).__args__), o | int == o

    @step()
    def isinstance_(o: Any, v: str) -> Any:
        return isinstance(7, o)

    @step()
    def issubclass_(o: Any, v: str) -> Any:
        return issubclass(bool, o)

    @step()
    def copy_(o: Any, v: str) -> Any:
        return copy.copy(o) == o, copy.deepcopy(o) == o

    @step()
    def pickle_(o: Any, v: str) -> Any:
        return repr(pickle.loads(pickle.dumps(int | o.__args__[2])))

    @step()
    def origin(o: Any, v: str) -> Any:
        return typing.get_origin(o) is not None, len(typing.get_args(o)), "__args__" in dir(o)


class UnionOfClasses(Subject):
    """A union of plain classes: what isinstance is asked about."""

    def fresh(self, size: int) -> Any:
        return int | str

    def left(self, o: Any) -> Any:
        return repr(o)

    @step()
    def isinstance_(o: Any, v: str) -> Any:
        return isinstance(v, o), isinstance(7.5, o)

    @step()
    def issubclass_(o: Any, v: str) -> Any:
        return issubclass(bool, o), issubclass(float, o)

    @step(writes=True)
    def hash_(o: Any, v: str) -> Any:
        return hash(o) == hash(str | int), {o: v}[str | int]

    @step(writes=True)
    def parameters(o: Any, v: str) -> Any:
        return o.__parameters__

    @step()
    def compare(o: Any, v: str) -> Any:
        return o == str | int, o == 7

    @step()
    def match_(o: Any, v: str) -> Any:
        return typing.get_args(o)[0] is int, repr(o | None)


class TypeVariable(Subject):
    """A type variable whose bound has not been worked out yet."""

    minimum_version = (3, 12)

    def fresh(self, size: int) -> Any:
        return _ran()["Holder"].__type_params__[0]

    def left(self, o: Any) -> Any:
        return [o.__name__, o.__bound__ is int]

    @step(writes=True)
    def bound(o: Any, v: str) -> Any:
        return o.__bound__ is int

    @step(writes=True)
    def constraints(o: Any, v: str) -> Any:
        return o.__constraints__

    @step(writes=True)
    def default(o: Any, v: str) -> Any:
        return o.has_default(), o.__default__ is None

    @step()
    def evaluate(o: Any, v: str) -> Any:
        return o.evaluate_bound(1) is int, o.evaluate_constraints, o.evaluate_default

    @step()
    def traits(o: Any, v: str) -> Any:
        return o.__name__, o.__covariant__, o.__contravariant__, o.__infer_variance__, o.__module__ is None

    @step()
    def text(o: Any, v: str) -> Any:
        return repr(o), o == o, hash(o) == hash(o)

    @step()
    def union(o: Any, v: str) -> Any:
        return repr(o | int), repr(int | o)

    @step()
    def substitute(o: Any, v: str) -> Any:
        return repr(list[o][str]), repr(o.__typing_subst__(int)), o.__typing_prepare_subst__(list[o], (int,))

    @step(writes=True)
    def store_attribute(o: Any, v: str) -> Any:
        o.mark = v

    @step()
    def derive(o: Any, v: str) -> Any:
        return o.__mro_entries__(())

    @step()
    def copy_(o: Any, v: str) -> Any:
        return copy.copy(o) is o, copy.deepcopy(o) is o, o.__reduce__()


BOUNDS = "def holder[First: list[int], Second: (list[int], list[str]), *Rest, **Params](): pass"
DEFAULTS = (
    "def holder[First: list[int] = list[int], Second: (list[int], list[str]) = list[int], *Rest = list[int],"
)
DEFAULTS += " **Params = [list[int]]](): pass"
"""Since 3.13."""
PARAMETERS = {(3, 11): "", (3, 12): BOUNDS}.get(sys.version_info[:2], DEFAULTS)
PARAMETERS_CODE = compile(PARAMETERS, "<parameters>", "exec")


class TypeParameters(Subject):
    """Type variables of all kinds whose bounds, constraints and defaults have not been worked out: whoever asks first,
    or beside another one, is given what the program says.

    Working it out runs Python code: with the GIL, too, two threads may do so, and be given objects of their own.
    """

    minimum_version = (3, 12)

    def fresh(self, size: int) -> Any:
        names: dict[str, Any] = {}
        exec(PARAMETERS_CODE, names)
        return names["holder"].__type_params__

    def left(self, o: Any) -> Any:
        return None

    def wrong(self, o: Any) -> str:
        for one, name, due in _due(o):
            if getattr(o[one], name) != due:
                return f"the {name} of {o[one]} is {getattr(o[one], name)}"
        return ""

    @step(writes=True)
    def bound(o: Any, v: str) -> Any:
        return _as_said(o, 0, "__bound__")

    @step(writes=True)
    def constraints(o: Any, v: str) -> Any:
        return _as_said(o, 1, "__constraints__")

    @step(writes=True)
    def no_bound(o: Any, v: str) -> Any:
        return o[1].__bound__ is None, o[0].__constraints__ == ()

    @step(writes=True)
    def default(o: Any, v: str) -> Any:
        return _as_said(o, 0, "__default__"), _as_said(o, 1, "__default__")

    @step(writes=True)
    def default_of_rest(o: Any, v: str) -> Any:
        return _as_said(o, 2, "__default__")

    @step(writes=True)
    def default_of_params(o: Any, v: str) -> Any:
        return _as_said(o, 3, "__default__")

    @step(writes=True)
    def all_(o: Any, v: str) -> Any:
        return [_as_said(o, one, name) for one, name, _ in _due(o)]

    @step()
    def has_default(o: Any, v: str) -> Any:
        """Since 3.13."""
        return [one.has_default() for one in o]

    @step()
    def evaluate(o: Any, v: str) -> Any:
        """Since 3.14: it is worked out anew, and not kept."""
        return (
            o[0].evaluate_bound(1) == list[int],
            o[1].evaluate_constraints(1) == (list[int], list[str]),
            [one.evaluate_default(1) in (list[int], [list[int]]) for one in o],
        )

    @step()
    def substitute(o: Any, v: str) -> Any:
        return dict[o[0], o[1]][int, str] == dict[int, str]

    @step()
    def prepare(o: Any, v: str) -> Any:
        """What is missing is taken from the defaults, since 3.13."""
        alias: Any = dict[o[0], o[1]]
        return len(alias.__parameters__), o[0].__typing_prepare_subst__(list[o[0]], ())

    @step()
    def text(o: Any, v: str) -> Any:
        return [repr(one) for one in o] == ["First", "Second", "Rest", "Params"]

    @step()
    def parts(o: Any, v: str) -> Any:
        return len(list(o[2])), o[3].args.__origin__ is o[3], o[3].kwargs.__origin__ is o[3]


def _due(o: Any) -> list[tuple[int, str, Any]]:
    """What the program says: of which type variable, of what name, and what."""
    said: list[tuple[int, str, Any]] = [
        (0, "__bound__", list[int]),
        (1, "__constraints__", (list[int], list[str])),
    ]
    if PARAMETERS == DEFAULTS:
        said += [(one, "__default__", list[int]) for one in range(3)]
        said.append((3, "__default__", [list[int]]))
    return said


def _as_said(o: Any, one: int, name: str) -> str:
    """Ask a type variable, twice; what it gives is what the program says, or it is told."""
    for _ in range(2):
        given = getattr(o[one], name)
        if all(given != due for number, asked, due in _due(o) if (number, asked) == (one, name)):
            return f"its {name} is {given!r}"
    return ""


class TypeAlias(Subject):
    """A type alias whose value has not been worked out yet."""

    minimum_version = (3, 12)

    def fresh(self, size: int) -> Any:
        return _ran()["Alias"]

    def left(self, o: Any) -> Any:
        return [o.__name__, repr(o.__value__)]

    def wrong(self, o: Any) -> str:
        return "" if o.__value__ is o.__value__ else "its value is another one each time"

    @step(writes=True)
    def value(o: Any, v: str) -> Any:
        return repr(o.__value__), o.__value__ is o.__value__

    @step()
    def evaluate(o: Any, v: str) -> Any:
        return repr(o.evaluate_value(1))

    @step()
    def parameters(o: Any, v: str) -> Any:
        return (
            len(o.__parameters__),
            len(o.__type_params__),
            o.__name__,
            o.__module__ is None,
            "__qualname__" in dir(o),
        )

    @step()
    def module(o: Any, v: str) -> Any:
        return o.__module__

    @step(writes=True)
    def store_module(o: Any, v: str) -> Any:
        """It cannot be before 3.15."""
        o.__module__ = v

    @step(writes=True)
    def delete_module(o: Any, v: str) -> Any:
        del o.__module__

    @step(writes=True)
    def subscribe(o: Any, v: str) -> Any:
        return repr(o[int]), repr(o[int].__value__)

    @step()
    def union(o: Any, v: str) -> Any:
        return repr(o | None), repr(int | o)

    @step()
    def text(o: Any, v: str) -> Any:
        return repr(o), o == o, hash(o) == hash(o)

    @step()
    def unpack(o: Any, v: str) -> Any:
        return len(list(o))

    @step()
    def copy_(o: Any, v: str) -> Any:
        return copy.copy(o) is o, copy.deepcopy(o) is o, o.__reduce__()


class AnnotatedFunction(Subject):
    """A function whose annotations have not been worked out yet."""

    minimum_version = (3, 12)

    def fresh(self, size: int) -> Any:
        return _ran()["function"]

    def left(self, o: Any) -> Any:
        return sorted(o.__annotations__)

    @step(writes=True)
    def annotations(o: Any, v: str) -> Any:
        return sorted(o.__annotations__), o.__annotations__ is o.__annotations__

    @step(PROCESS, writes=True)
    def hints(o: Any, v: str) -> Any:
        return repr(typing.get_type_hints(o)["first"])

    @step()
    def parameters(o: Any, v: str) -> Any:
        return [repr(one) for one in o.__type_params__], len(o.__type_params__[0].__constraints__)

    @step(writes=True, makes=True)
    def store_annotations(o: Any, v: str) -> Any:
        o.__annotations__ = made = {"first": int}
        return made

    @step(writes=True)
    def change_annotations(o: Any, v: str) -> Any:
        o.__annotations__["first"] = int

    @step(writes=True)
    def delete_annotations(o: Any, v: str) -> Any:
        o.__annotations__ = None


@runtime_checkable
class Sized(Protocol):
    """What has a length and a name."""

    x0: Any

    def method(self) -> Any:
        """What it also has."""


class Implements:
    """What may have what the protocol asks for."""

    def method(self) -> Any:
        """What the protocol asks for."""


class RuntimeProtocol(Subject):
    """An instance of which a protocol is asked, while it gains and loses what the protocol asks for."""

    def fresh(self, size: int) -> Any:
        return type("Fresh", (Implements,), {"x1": "x1"})()

    def left(self, o: Any) -> Any:
        return [isinstance(o, Sized)]

    def wrong(self, o: Any) -> str:
        return (
            ""
            if isinstance(o, Sized) == hasattr(o, "x0")
            else "the protocol does not see what the instance has"
        )

    @step()
    def isinstance_(o: Any, v: str) -> Any:
        return isinstance(o, Sized), isinstance(v, Sized)

    @step()
    def issubclass_(o: Any, v: str) -> Any:
        return issubclass(type(o), typing.SupportsIndex)

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        o.x0 = v

    @step(writes=True)
    def delete(o: Any, v: str) -> Any:
        del o.x0

    @step(writes=True)
    def store_in_class(o: Any, v: str) -> Any:
        type(o).x0 = v

    @step(writes=True)
    def store_method(o: Any, v: str) -> Any:
        type(o).method = "x0"

    @step(writes=True)
    def delete_method(o: Any, v: str) -> Any:
        del type(o).method
