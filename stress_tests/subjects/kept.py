"""What is worked out when it is first asked for, and kept: whoever asks first, all are given one and the same object.

Each object is new. What a thread is given it adds to a list beside the object, so that what two threads are given is
compared, too; what only one thread holds would be freed and another object made in its place.
"""

from __future__ import annotations

import ast
import collections
import copy
import functools
import io
import sys
import types
import weakref
from collections.abc import Callable
from typing import Any, TypeVar

from harness.kernel.pairs import PROCESS, Subject, fresh_strings, step

T: Any = TypeVar("T")  # type: ignore[misc]
S: Any = TypeVar("S")  # type: ignore[misc]


class _Kept(Subject):
    """An object, and what threads were given of it."""

    def left(self, o: Any) -> Any:
        return None

    def wrong(self, o: Any) -> str:
        for name, given in o[1]:
            first = next(other for one, other in o[1] if one == name)
            if given is not first:
                return f"two threads, or one that asked twice, were given different objects as its {name}"
        return ""


def twice(o: Any, name: str) -> Any:
    """Ask for an attribute, and again."""
    for _ in range(2):
        o[1].append((name, getattr(o[0], name)))


class KeptByDescriptor(_Kept):
    """A slot's descriptor that nobody has asked for its qualified name."""

    def fresh(self, size: int) -> Any:
        return vars(type("Fresh", (), {"__slots__": ("x0",)}))["x0"], []

    @step(writes=True)
    def qualname(o: Any, v: str) -> Any:
        twice(o, "__qualname__")

    @step()
    def text(o: Any, v: str) -> Any:
        return len(repr(o[0])), o[0].__name__, len(o[0].__reduce__())


class KeptByAlias(_Kept):
    """A generic alias whose type variables nobody has looked for."""

    def fresh(self, size: int) -> Any:
        return dict[T, list[S]], []

    @step(writes=True)
    def parameters(o: Any, v: str) -> Any:
        twice(o, "__parameters__")

    @step(writes=True)
    def subscribe(o: Any, v: str) -> Any:
        return len(o[0][int, str].__parameters__), twice(o, "__parameters__")

    @step(writes=True)
    def subscribe_wrong(o: Any, v: str) -> Any:
        return o[0][int]

    @step()
    def unpack(o: Any, v: str) -> Any:
        return len(next(iter(o[0])).__parameters__), len(o[0].__args__)


class KeptByUnion(_Kept):
    """A union of types whose type variables nobody has looked for."""

    def fresh(self, size: int) -> Any:
        return list[T] | dict[S, T] | None, []

    @step(writes=True)
    def parameters(o: Any, v: str) -> Any:
        twice(o, "__parameters__")

    @step(writes=True)
    def subscribe(o: Any, v: str) -> Any:
        return len(o[0][int, str].__args__), twice(o, "__parameters__")

    @step()
    def or_(o: Any, v: str) -> Any:
        return len((o[0] | int).__parameters__), hash(o[0]) != 0


def _code() -> Any:
    held = None

    def function(x0: Any, *rest: Any) -> Any:
        x1 = held
        return lambda: (x0, x1)

    return function.__code__


CODE = _code()


class KeptByCode(_Kept):
    """The code of a closure that nobody has asked for its parts."""

    def fresh(self, size: int) -> Any:
        return CODE.replace(), []

    @step(writes=True)
    def bytecode(o: Any, v: str) -> Any:
        twice(o, "co_code")

    @step(writes=True)
    def variables(o: Any, v: str) -> Any:
        twice(o, "co_varnames")

    @step(writes=True)
    def cells(o: Any, v: str) -> Any:
        twice(o, "co_cellvars")

    @step(writes=True)
    def free(o: Any, v: str) -> Any:
        twice(o, "co_freevars")

    @step()
    def compare(o: Any, v: str) -> Any:
        return o[0] == CODE, hash(o[0]) == hash(CODE), o[0].replace() == CODE


class KeptByFunction(_Kept):
    """A function that nobody has asked for its annotations or its dict."""

    def fresh(self, size: int) -> Any:
        return types.FunctionType(CODE, {}, None, None, (types.CellType(),)), []

    @step(writes=True)
    def annotations(o: Any, v: str) -> Any:
        twice(o, "__annotations__")

    @step(writes=True)
    def dict_(o: Any, v: str) -> Any:
        twice(o, "__dict__")

    @step(writes=True)
    def attribute(o: Any, v: str) -> Any:
        setattr(o[0], v, v)
        return getattr(o[0], v)

    @step()
    def parts(o: Any, v: str) -> Any:
        return o[0].__closure__ is o[0].__closure__, o[0].__type_params__ if hasattr(
            o[0], "__type_params__"
        ) else ()


class KeptByInstance(_Kept):
    """An instance that nobody has asked for its dict. What a thread stores is in it."""

    def fresh(self, size: int) -> Any:
        o = types.new_class("Fresh")()
        for name in fresh_strings(2):
            setattr(o, name, name)
        return o, []

    @step(writes=True)
    def dict_(o: Any, v: str) -> Any:
        twice(o, "__dict__")

    @step(writes=True)
    def vars_(o: Any, v: str) -> Any:
        o[1].append(("__dict__", vars(o[0])))
        return vars(o[0])["x0"]

    @step(writes=True)
    def attribute(o: Any, v: str) -> Any:
        setattr(o[0], v, v)
        return o[0].__dict__[v], getattr(o[0], v)

    @step(writes=True)
    def by_dict(o: Any, v: str) -> Any:
        o[0].__dict__[v] = v
        return o[0].__dict__[v], getattr(o[0], v)

    @step(writes=True)
    def weak_reference(o: Any, v: str) -> Any:
        o[1].append(("weak reference", weakref.ref(o[0])))
        o[1].append(("weak proxy", weakref.proxy(o[0])))


class KeptByModule(_Kept):
    """A module that nobody has asked for its annotations."""

    def fresh(self, size: int) -> Any:
        return types.ModuleType(*fresh_strings(1)), []

    @step(writes=True)
    def annotations(o: Any, v: str) -> Any:
        twice(o, "__annotations__")

    @step(writes=True)
    def dict_(o: Any, v: str) -> Any:
        twice(o, "__dict__")

    @step(writes=True)
    def attribute(o: Any, v: str) -> Any:
        setattr(o[0], v, v)
        return getattr(o[0], v)


class KeptByException(_Kept):
    """An exception that nobody has asked for its dict, or given a note."""

    def fresh(self, size: int) -> Any:
        return ValueError(*fresh_strings(1)), []

    @step(writes=True)
    def dict_(o: Any, v: str) -> Any:
        twice(o, "__dict__")

    @step(writes=True)
    def attribute(o: Any, v: str) -> Any:
        setattr(o[0], v, v)
        return getattr(o[0], v), o[0].__dict__[v]

    @step(writes=True)
    def args(o: Any, v: str) -> Any:
        twice(o, "args")


class _OfInt(int):
    """An int with a dict."""


def _with_dict_deleted() -> Any:
    o = types.new_class("Fresh")()
    o.__dict__ = {}
    del o.__dict__
    return o


class KeptByObjects(_Kept):
    """An object of one of several types that nobody has asked for its dict. What a thread stores is in it."""

    sizes = tuple(range(9))

    def fresh(self, size: int) -> Any:
        return OF_TYPES[size](), []

    @step(writes=True)
    def dict_(o: Any, v: str) -> Any:
        twice(o, "__dict__")

    @step(writes=True)
    def vars_(o: Any, v: str) -> Any:
        o[1].append(("__dict__", vars(o[0])))

    @step(writes=True)
    def attribute(o: Any, v: str) -> Any:
        setattr(o[0], v, v)
        return o[0].__dict__[v], getattr(o[0], v)

    @step(writes=True)
    def by_dict(o: Any, v: str) -> Any:
        o[0].__dict__[v] = v
        return o[0].__dict__[v], getattr(o[0], v)

    @step(writes=True)
    def same_attribute(o: Any, v: str) -> Any:
        o[0].x0 = v
        return o[0].x0

    @step()
    def get(o: Any, v: str) -> Any:
        return getattr(o[0], "a1", None), hasattr(o[0], "b1")

    @step()
    def dir_(o: Any, v: str) -> Any:
        return "a1" in dir(o[0])

    @step(PROCESS)
    def copy_(o: Any, v: str) -> Any:
        return copy.copy(o[0]) is not None, len(o[0].__reduce_ex__(2))


OF_TYPES: tuple[Callable[[], Any], ...] = (
    lambda: _OfInt(300),
    _with_dict_deleted,
    lambda: functools.partial(int),
    lambda: staticmethod(len),
    collections.OrderedDict,
    io.BytesIO,
    lambda: ast.Name("x0"),
    io.StringIO,
    lambda: types.SimpleNamespace(x1="x1"),
)


def _generator() -> Any:
    yield


class KeptByGenerator(_Kept):
    """A generator whose frame nobody has asked for. It is never resumed."""

    def fresh(self, size: int) -> Any:
        return _generator(), []

    @step(writes=True)
    def frame(o: Any, v: str) -> Any:
        twice(o, "gi_frame")

    @step(writes=True)
    def locals_(o: Any, v: str) -> Any:
        o[0].gi_frame.f_locals[v] = v
        return o[0].gi_frame.f_locals[v]

    @step()
    def parts(o: Any, v: str) -> Any:
        return o[0].gi_frame.f_code is o[0].gi_code, o[0].gi_running, o[0].gi_frame.f_lasti


class KeptByTypeAlias(_Kept):
    """A type alias whose value has not been worked out, and the type variable that it has.

    Working it out runs Python code: with the GIL, too, two threads may do so, and nothing is said of that.
    """

    most = PROCESS
    minimum_version = (3, 12)

    def fresh(self, size: int) -> Any:
        names: dict[str, Any] = {}
        exec(ALIAS, names)
        return names["Alias"], []

    @step(writes=True)
    def value(o: Any, v: str) -> Any:
        twice(o, "__value__")

    @step(writes=True)
    def bound(o: Any, v: str) -> Any:
        for _ in range(2):
            o[1].append(("bound", o[0].__type_params__[0].__bound__))

    @step(writes=True)
    def subscribe(o: Any, v: str) -> Any:
        return repr(o[0][int].__value__), twice(o, "__value__")

    @step()
    def parts(o: Any, v: str) -> Any:
        return o[0].__type_params__[0].__name__, repr(o[0]), len(o[0].__parameters__)


ALIAS = compile(
    "type Alias[X: list[int]] = dict[str, X]" if sys.version_info >= (3, 12) else "", "<alias>", "exec"
)
