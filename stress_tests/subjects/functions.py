"""Functions, what binds them, what functools makes of them, and what they run: code and cells.

What is stored into a function takes effect for calls that begin later; a call that runs beside a store has the old or
the new, whole.
"""

from __future__ import annotations

import copy
import inspect
import operator
import pickle
import sys
import weakref
from functools import (
    cache,
    cached_property,
    lru_cache,
    partial,
    partialmethod,
    singledispatch,
    singledispatchmethod,
)
from types import CellType, FunctionType, MethodType
from typing import Any

from harness.kernel.pairs import PROCESS, Subject, fresh_strings, step


def plain(first: Any = "x1", *rest: Any, third: Any = "x2", **named: Any) -> Any:
    """What is called."""
    return first, third


def another(first: Any = "x0", second: Any = None, *, third: Any = "x1") -> Any:
    """What has other code: its parameters and its variables are others."""
    return third, first, second


def positional(first: Any) -> Any:
    """What takes one argument and has no default."""
    return first


def around(value: Any, value2: Any) -> Any:
    """A closure over two cells."""

    def inside(first: Any = "x1", *, third: Any = "x2") -> Any:
        return value, value2, first

    return inside


def around_another(value: Any, value2: Any) -> Any:
    """A closure over as many cells, whose code is another."""

    def inside(third: Any = "x1", first: Any = "x0") -> Any:
        return value2, value, first, third

    return inside


class _Holder:
    """What a method is bound to."""

    def __init__(self, held: Any) -> None:
        self.held = held


def _made(code: Any) -> Any:
    function = FunctionType(code, {"x0": "x0"}, "plain", ("x1",))
    function.__kwdefaults__ = {"third": "x2"}
    return function


class Function(Subject):
    """A Python function, called while its attributes are stored."""

    def fresh(self, size: int) -> Any:
        return _made(plain.__code__)

    def left(self, o: Any) -> Any:
        return [o.__name__, o.__qualname__, o.__defaults__, o.__kwdefaults__, dict(o.__dict__), o.__doc__]

    @step()
    def call(o: Any, v: str) -> Any:
        return o(v)

    @step()
    def call_with_defaults(o: Any, v: str) -> Any:
        return o(third=v)

    @step()
    def call_bare(o: Any, v: str) -> Any:
        return o()

    @step()
    def call_unpacked(o: Any, v: str) -> Any:
        return o(*(v,), **{"third": v})

    @step()
    def call_in_loop(o: Any, v: str) -> Any:
        return [o(first, third=v) for first in (v, v, v)]

    @step()
    def call_by_map(o: Any, v: str) -> Any:
        return list(map(o, (v, v)))

    @step()
    def call_wrong(o: Any, v: str) -> Any:
        return o(nobody=v, third=v, first=v)

    @step(writes=True)
    def store_defaults(o: Any, v: str) -> Any:
        o.__defaults__ = (v,)

    @step(writes=True)
    def store_no_defaults(o: Any, v: str) -> Any:
        o.__defaults__ = None

    @step(writes=True)
    def delete_defaults(o: Any, v: str) -> Any:
        del o.__defaults__

    @step()
    def defaults(o: Any, v: str) -> Any:
        return o.__defaults__

    @step(writes=True)
    def store_kwdefaults(o: Any, v: str) -> Any:
        o.__kwdefaults__ = {"third": v}

    @step(writes=True)
    def change_kwdefaults(o: Any, v: str) -> Any:
        o.__kwdefaults__["third"] = v

    @step(writes=True)
    def delete_kwdefaults(o: Any, v: str) -> Any:
        del o.__kwdefaults__

    @step()
    def kwdefaults(o: Any, v: str) -> Any:
        return dict(o.__kwdefaults__ or {})

    @step(writes=True, lets_raise=(TypeError,))
    def store_code(o: Any, v: str) -> Any:
        o.__code__ = another.__code__

    @step(writes=True)
    def store_code_back(o: Any, v: str) -> Any:
        o.__code__ = plain.__code__

    @step(writes=True, lets_raise=(TypeError,))
    def store_code_anew(o: Any, v: str) -> Any:
        o.__code__ = another.__code__.replace(co_firstlineno=7)

    @step()
    def code(o: Any, v: str) -> Any:
        return o.__code__.co_argcount > 0

    @step()
    def closure(o: Any, v: str) -> Any:
        return o.__closure__

    @step()
    def globals_(o: Any, v: str) -> Any:
        return o.__globals__.get("x0"), o.__builtins__ is not None

    @step(writes=True)
    def store_name(o: Any, v: str) -> Any:
        o.__name__ = v

    @step()
    def name(o: Any, v: str) -> Any:
        return o.__name__

    @step(writes=True)
    def store_qualname(o: Any, v: str) -> Any:
        o.__qualname__ = v

    @step()
    def qualname(o: Any, v: str) -> Any:
        return o.__qualname__

    @step(writes=True)
    def store_doc(o: Any, v: str) -> Any:
        o.__doc__ = v

    @step(writes=True)
    def delete_doc(o: Any, v: str) -> Any:
        del o.__doc__

    @step()
    def doc(o: Any, v: str) -> Any:
        return o.__doc__

    @step(writes=True)
    def store_module(o: Any, v: str) -> Any:
        o.__module__ = v

    @step(writes=True)
    def delete_module(o: Any, v: str) -> Any:
        del o.__module__

    @step()
    def module(o: Any, v: str) -> Any:
        return o.__module__

    @step(writes=True)
    def store_annotations(o: Any, v: str) -> Any:
        o.__annotations__ = {"first": v}

    @step(writes=True)
    def change_annotations(o: Any, v: str) -> Any:
        o.__annotations__["first"] = v

    @step(writes=True)
    def delete_annotations(o: Any, v: str) -> Any:
        del o.__annotations__

    @step()
    def annotations(o: Any, v: str) -> Any:
        return dict(o.__annotations__)

    @step(writes=True)
    def store_annotate(o: Any, v: str) -> Any:
        o.__annotate__ = _annotate

    @step(writes=True)
    def store_no_annotate(o: Any, v: str) -> Any:
        o.__annotate__ = None

    @step()
    def annotate(o: Any, v: str) -> Any:
        return o.__annotate__ is None

    @step(writes=True)
    def store_type_params(o: Any, v: str) -> Any:
        o.__type_params__ = (v,)

    @step()
    def type_params(o: Any, v: str) -> Any:
        return o.__type_params__

    @step(writes=True)
    def store_attribute(o: Any, v: str) -> Any:
        o.mark = v

    @step(writes=True)
    def delete_attribute(o: Any, v: str) -> Any:
        del o.mark

    @step()
    def attribute(o: Any, v: str) -> Any:
        return getattr(o, "mark", None)

    @step(writes=True)
    def store_dict(o: Any, v: str) -> Any:
        o.__dict__ = {"mark": v}

    @step()
    def dict_(o: Any, v: str) -> Any:
        return dict(o.__dict__)

    @step()
    def bind(o: Any, v: str) -> Any:
        return o.__get__(v, str)()

    @step()
    def text(o: Any, v: str) -> Any:
        return len(repr(o)) > 0, len(f"{o}") > 0

    @step()
    def compare(o: Any, v: str) -> Any:
        return o == o, o != o, hash(o) == hash(o)

    @step()
    def order(o: Any, v: str) -> Any:
        return o < o, o <= o, o > o, o >= o

    @step()
    def weak_reference(o: Any, v: str) -> Any:
        return weakref.ref(o)() is o

    @step()
    def dir_(o: Any, v: str) -> Any:
        return "mark" in dir(o)

    @step(PROCESS)
    def signature(o: Any, v: str) -> Any:
        return len(inspect.signature(o).parameters) > 0

    @step()
    def copy_(o: Any, v: str) -> Any:
        return copy.copy(o) is o, copy.deepcopy(o) is o

    @step()
    def pickle_(o: Any, v: str) -> Any:
        return pickle.dumps(o)

    @step()
    def sizeof(o: Any, v: str) -> Any:
        return o.__sizeof__() > 0

    left_out = {"__new__": "other subjects' fresh objects come from it"}


class FunctionWithItsOwnCode(Function):
    """A Python function whose code nobody else runs: it is specialized and instrumented while threads call it."""

    def fresh(self, size: int) -> Any:
        return _made(plain.__code__.replace())


class Closure(Function):
    """A Python function that reads two cells."""

    def fresh(self, size: int) -> Any:
        return around(*fresh_strings(2))

    @step(writes=True)
    def store_code(o: Any, v: str) -> Any:
        o.__code__ = _AROUND_ANOTHER

    @step(writes=True)
    def store_code_back(o: Any, v: str) -> Any:
        o.__code__ = _AROUND

    @step(writes=True)
    def store_code_anew(o: Any, v: str) -> Any:
        o.__code__ = _AROUND_ANOTHER.replace(co_firstlineno=7)

    @step(writes=True)
    def store_cell(o: Any, v: str) -> Any:
        o.__closure__[0].cell_contents = v

    @step(writes=True, lets_raise=(NameError,))
    def empty_cell(o: Any, v: str) -> Any:
        del o.__closure__[1].cell_contents

    @step()
    def cells(o: Any, v: str) -> Any:
        return len(o.__closure__), o.__code__.co_freevars


class FunctionOfManyDefaults(Subject):
    """A function that is called with few arguments: what it lacks comes from defaults that are replaced meanwhile."""

    def fresh(self, size: int) -> Any:
        code = _many.__code__
        o = FunctionType(code, {}, "many", tuple(fresh_strings(3)))
        o.__kwdefaults__ = {"fourth": "x1", "fifth": "x2"}
        return o

    def left(self, o: Any) -> Any:
        return [o.__defaults__, o.__kwdefaults__]

    @step()
    def call(o: Any, v: str) -> Any:
        return o()

    @step()
    def call_with_two(o: Any, v: str) -> Any:
        return o(v, v)

    @step()
    def call_with_last(o: Any, v: str) -> Any:
        return o(fifth=v)

    @step(writes=True)
    def store_three(o: Any, v: str) -> Any:
        o.__defaults__ = (v, v, v)

    @step(writes=True)
    def store_one(o: Any, v: str) -> Any:
        o.__defaults__ = (v,)

    @step(writes=True)
    def store_none(o: Any, v: str) -> Any:
        o.__defaults__ = None

    @step(writes=True)
    def store_kwdefaults(o: Any, v: str) -> Any:
        o.__kwdefaults__ = {"fourth": v, "fifth": v}

    @step(writes=True)
    def store_no_kwdefaults(o: Any, v: str) -> Any:
        o.__kwdefaults__ = None

    @step(writes=True)
    def pop_kwdefault(o: Any, v: str) -> Any:
        return o.__kwdefaults__.pop("fourth", None)


class BoundMethod(Subject):
    """A method bound to an instance, and the function and the instance beneath it."""

    def fresh(self, size: int) -> Any:
        return MethodType(FunctionType(positional.__code__, {}, "positional"), _Holder("x0"))

    def left(self, o: Any) -> Any:
        return [o.__self__.held, o.__func__.__name__]

    @step()
    def call(o: Any, v: str) -> Any:
        return o().held

    @step()
    def call_wrong(o: Any, v: str) -> Any:
        return o(v)

    @step()
    def self_(o: Any, v: str) -> Any:
        return o.__self__.held

    @step(writes=True)
    def change_self(o: Any, v: str) -> Any:
        o.__self__.held = v

    @step()
    def func(o: Any, v: str) -> Any:
        return o.__func__.__name__

    @step(writes=True)
    def store_name(o: Any, v: str) -> Any:
        o.__func__.__name__ = v

    @step(writes=True)
    def store_attribute(o: Any, v: str) -> Any:
        o.__func__.mark = v

    @step()
    def attribute(o: Any, v: str) -> Any:
        return o.mark

    @step()
    def set_attribute(o: Any, v: str) -> Any:
        o.mark = v

    @step(writes=True)
    def store_code(o: Any, v: str) -> Any:
        o.__func__.__code__ = positional.__code__.replace()

    @step()
    def name(o: Any, v: str) -> Any:
        return o.__name__, o.__doc__ is None

    @step()
    def compare(o: Any, v: str) -> Any:
        return o == o, o == MethodType(o.__func__, o.__self__), o != o

    @step()
    def hash_(o: Any, v: str) -> Any:
        return hash(o) == hash(MethodType(o.__func__, o.__self__))

    @step()
    def order(o: Any, v: str) -> Any:
        return o < o, o <= o, o > o, o >= o

    @step()
    def text(o: Any, v: str) -> Any:
        return len(repr(o)) > 0

    @step()
    def bind_again(o: Any, v: str) -> Any:
        return o.__get__(v, str) is not None

    @step()
    def weak_reference(o: Any, v: str) -> Any:
        return weakref.WeakMethod(o)() == o

    @step()
    def reduce(o: Any, v: str) -> Any:
        return len(o.__reduce__())


class BuiltinMethod(Subject):
    """A built-in method, bound to a list that threads share by it."""

    def fresh(self, size: int) -> Any:
        return fresh_strings(size).append

    def left(self, o: Any) -> Any:
        return o.__self__

    @step(writes=True)
    def call(o: Any, v: str) -> Any:
        o(v)

    @step(writes=True)
    def call_by_map(o: Any, v: str) -> Any:
        return list(map(o, (v, v)))

    @step()
    def call_wrong(o: Any, v: str) -> Any:
        return o(one=v)

    @step()
    def self_(o: Any, v: str) -> Any:
        return o.__self__[0]

    @step()
    def attributes(o: Any, v: str) -> Any:
        return o.__name__, o.__qualname__, o.__module__, o.__doc__ is None, o.__text_signature__ is None

    @step()
    def compare(o: Any, v: str) -> Any:
        return o == o, o == o.__self__.append, o != o.__self__.pop

    @step()
    def hash_(o: Any, v: str) -> Any:
        return hash(o) == hash(o.__self__.append)

    @step()
    def order(o: Any, v: str) -> Any:
        return o < o, o <= o, o > o, o >= o

    @step()
    def text(o: Any, v: str) -> Any:
        return len(repr(o)) > 0

    @step(PROCESS)
    def signature(o: Any, v: str) -> Any:
        return len(inspect.signature(o).parameters)

    @step()
    def reduce(o: Any, v: str) -> Any:
        return o.__reduce__()[0] is getattr

    @step()
    def weak_reference(o: Any, v: str) -> Any:
        return weakref.ref(o)() is o


class Partial(Subject):
    """A functools.partial of a Python function."""

    def fresh(self, size: int) -> Any:
        return partial(plain, "x0", third="x1")

    def left(self, o: Any) -> Any:
        return [o.args, o.keywords, dict(vars(o))]

    @step()
    def call(o: Any, v: str) -> Any:
        return o()

    @step()
    def call_with_keyword(o: Any, v: str) -> Any:
        return o(third=v)

    @step()
    def call_with_more(o: Any, v: str) -> Any:
        return o(v, fourth=v)

    @step()
    def parts(o: Any, v: str) -> Any:
        return o.func is not None, o.args, dict(o.keywords)

    @step(writes=True)
    def change_keywords(o: Any, v: str) -> Any:
        o.keywords["third"] = v

    @step(writes=True)
    def add_keyword(o: Any, v: str) -> Any:
        o.keywords[v] = v

    @step(writes=True)
    def clear_keywords(o: Any, v: str) -> Any:
        o.keywords.clear()

    @step(writes=True)
    def setstate(o: Any, v: str) -> Any:
        o.__setstate__((plain, (v,), {"third": v}, {}))

    @step(writes=True)
    def setstate_of_another(o: Any, v: str) -> Any:
        o.__setstate__((another, (v, v), {}, None))

    @step()
    def nested(o: Any, v: str) -> Any:
        return partial(o, v).args

    @step(writes=True)
    def store_attribute(o: Any, v: str) -> Any:
        o.mark = v

    @step(writes=True)
    def delete_attribute(o: Any, v: str) -> Any:
        del o.mark

    @step()
    def attribute(o: Any, v: str) -> Any:
        return getattr(o, "mark", None)

    @step(text=True)
    def text(o: Any, v: str) -> Any:
        return repr(o).startswith("functools.partial(")

    @step()
    def reduce(o: Any, v: str) -> Any:
        return o.__reduce__()[2][1:3]

    @step(may_raise=(RuntimeError,))
    def copy_(o: Any, v: str) -> Any:
        return copy.copy(o).args, copy.deepcopy(o).args

    @step(may_raise=(RuntimeError,))
    def pickle_(o: Any, v: str) -> Any:
        return pickle.loads(pickle.dumps(o)).args

    @step()
    def compare(o: Any, v: str) -> Any:
        return o == o, hash(o) == hash(o)

    @step(PROCESS)
    def signature(o: Any, v: str) -> Any:
        return len(inspect.signature(o).parameters) >= 0

    if sys.version_info >= (3, 14):  # 3.13 has it, and warns of it

        @step()
        def bind(o: Any, v: str) -> Any:
            return o.__get__(v, str)()

    @step()
    def generic(o: Any, v: str) -> Any:
        return type(o)[int] is not None

    left_out = {
        "__new__": "other subjects' fresh objects come from it",
        "__vectorcalloffset__": "a number of C's",
    }


class _HasPartial:
    """What holds a partialmethod, and others."""

    def __init__(self) -> None:
        self.held = "x0"

    def method(self, first: Any, second: Any = None) -> Any:
        return self.held, first

    half = partialmethod(method, "x1")

    @singledispatchmethod
    def dispatched(self, first: Any) -> Any:
        return self.held

    @dispatched.register
    def _(self, first: int) -> Any:
        return first

    @staticmethod
    def static(first: Any) -> Any:
        return first

    @classmethod
    def of_class(cls, first: Any) -> Any:
        return first

    @property
    def prop(self) -> Any:
        return self.held

    @prop.setter
    def prop(self, value: Any) -> None:
        self.held = value

    @prop.deleter
    def prop(self) -> None:
        del self.held

    @cached_property
    def cached(self) -> Any:
        return self.held


class InstanceWithDescriptors(Subject):
    """An instance whose class holds a property, a cached_property, a partialmethod and other descriptors."""

    def fresh(self, size: int) -> Any:
        return _HasPartial()

    def left(self, o: Any) -> Any:
        return vars(o)

    @step()
    def half(o: Any, v: str) -> Any:
        return o.half(), o.half(v)

    @step()
    def dispatched(o: Any, v: str) -> Any:
        return o.dispatched(v), o.dispatched(1)

    @step()
    def static(o: Any, v: str) -> Any:
        return o.static(v), type(o).static(v)

    @step()
    def of_class(o: Any, v: str) -> Any:
        return o.of_class(v), type(o).of_class(v)

    @step()
    def get(o: Any, v: str) -> Any:
        return o.prop

    @step(writes=True)
    def set_(o: Any, v: str) -> Any:
        o.prop = v

    @step(writes=True)
    def delete(o: Any, v: str) -> Any:
        del o.prop

    @step(writes=True)
    def cached(o: Any, v: str) -> Any:
        return o.cached

    @step(writes=True)
    def store_cached(o: Any, v: str) -> Any:
        o.cached = v

    @step(writes=True)
    def delete_cached(o: Any, v: str) -> Any:
        del o.cached

    @step(writes=True)
    def pop_cached(o: Any, v: str) -> Any:
        return o.__dict__.pop("cached", None)


class Property(Subject):
    """A property, its functions and its attributes."""

    def fresh(self, size: int) -> Any:
        return property(_get, _set, _delete)

    def left(self, o: Any) -> Any:
        return [o.__doc__, getattr(o, "__name__", None)]

    @step()
    def get(o: Any, v: str) -> Any:
        return o.__get__([v], list)

    @step()
    def get_of_class(o: Any, v: str) -> Any:
        return o.__get__(None, list) is o

    @step()
    def set_(o: Any, v: str) -> Any:
        o.__set__([v], v)

    @step()
    def delete(o: Any, v: str) -> Any:
        o.__delete__([v])

    @step()
    def parts(o: Any, v: str) -> Any:
        return o.fget is _get, o.fset is _set, o.fdel is _delete

    @step()
    def getter(o: Any, v: str) -> Any:
        return o.getter(_set).fget is _set

    @step()
    def setter(o: Any, v: str) -> Any:
        return o.setter(_get).fset is _get

    @step()
    def deleter(o: Any, v: str) -> Any:
        return o.deleter(_get).fdel is _get

    @step(writes=True, lets_raise=(AttributeError,))
    def init(o: Any, v: str) -> Any:
        o.__init__(_get, _set, _delete, v)

    @step(writes=True, lets_raise=(AttributeError,))
    def init_without(o: Any, v: str) -> Any:
        o.__init__()

    @step(writes=True)
    def set_name(o: Any, v: str) -> Any:
        o.__set_name__(list, v)

    @step(writes=True)
    def store_name(o: Any, v: str) -> Any:
        o.__name__ = v

    @step(writes=True)
    def delete_name(o: Any, v: str) -> Any:
        del o.__name__

    @step()
    def name(o: Any, v: str) -> Any:
        return o.__name__

    @step(writes=True)
    def store_doc(o: Any, v: str) -> Any:
        o.__doc__ = v

    @step()
    def doc(o: Any, v: str) -> Any:
        return o.__doc__

    @step()
    def abstract(o: Any, v: str) -> Any:
        return o.__isabstractmethod__

    @step()
    def set_without_setter(o: Any, v: str) -> Any:
        o.setter(None).__set__([v], v)

    @step()
    def text(o: Any, v: str) -> Any:
        return len(repr(o)) > 0, o == o, hash(o) == hash(o)


class StaticMethod(Subject):
    """A staticmethod, outside of any class."""

    made: Any = staticmethod

    def fresh(self, size: int) -> Any:
        return type(self).made(FunctionType(positional.__code__, {}, "positional"))

    def left(self, o: Any) -> Any:
        return [o.__name__, o.__doc__, getattr(o, "mark", None)]

    @step()
    def call(o: Any, v: str) -> Any:
        return o(v)

    @step()
    def bind(o: Any, v: str) -> Any:
        return o.__get__(v, str)(v)

    @step()
    def func(o: Any, v: str) -> Any:
        return o.__func__.__name__, o.__wrapped__.__name__

    @step(writes=True)
    def init(o: Any, v: str) -> Any:
        o.__init__(FunctionType(positional.__code__, {}, v))

    @step(writes=True)
    def store_attribute(o: Any, v: str) -> Any:
        o.mark = v

    @step(writes=True)
    def delete_attribute(o: Any, v: str) -> Any:
        del o.mark

    @step(writes=True)
    def store_name(o: Any, v: str) -> Any:
        o.__name__ = v

    @step()
    def attribute(o: Any, v: str) -> Any:
        return getattr(o, "mark", None), o.__name__

    @step(writes=True)
    def replace_dict(o: Any, v: str) -> Any:
        o.__dict__ = {"mark": v, "__name__": v, "__doc__": v}

    @step(writes=True)
    def annotations(o: Any, v: str) -> Any:
        return len(o.__annotations__)

    @step(writes=True)
    def store_annotations(o: Any, v: str) -> Any:
        o.__annotations__ = {"first": v}

    @step(writes=True)
    def annotate(o: Any, v: str) -> Any:
        return getattr(o, "__annotate__", None) is None

    @step()
    def abstract(o: Any, v: str) -> Any:
        return o.__isabstractmethod__

    @step()
    def text(o: Any, v: str) -> Any:
        return len(repr(o)) > 0, o == o, hash(o) == hash(o)


class ClassMethod(StaticMethod):
    """A classmethod, outside of any class."""

    made: Any = classmethod

    @step()
    def bind(o: Any, v: str) -> Any:
        return o.__get__(v, str)() is str


class CachedProperty(Subject):
    """One cached_property, read through instances of both threads' own and through one that they share."""

    def fresh(self, size: int) -> Any:
        o = type("Holder", (), {"cached": cached_property(_fresh_value)})()
        o.held = "x0"
        return o

    def left(self, o: Any) -> Any:
        return vars(o)

    @step(writes=True)
    def get(o: Any, v: str) -> Any:
        return o.cached

    @step()
    def get_of_own(o: Any, v: str) -> Any:
        mine = type(o)()
        mine.held = v
        return mine.cached

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        o.cached = v

    @step(writes=True)
    def delete(o: Any, v: str) -> Any:
        del o.cached

    @step(writes=True)
    def replace_dict(o: Any, v: str) -> Any:
        o.__dict__ = {"held": v}

    @step()
    def descriptor(o: Any, v: str) -> Any:
        return type(o).cached.attrname

    @step()
    def set_name(o: Any, v: str) -> Any:
        type(o).cached.__set_name__(type(o), "cached")


class SingleDispatch(Subject):
    """A singledispatch function: its registry, and its cache of what was dispatched."""

    most = PROCESS

    def fresh(self, size: int) -> Any:
        return singledispatch(FunctionType(positional.__code__, {}, "positional"))

    def left(self, o: Any) -> Any:
        return len(o.registry)

    @step()
    def call(o: Any, v: str) -> Any:
        return o(v)

    @step()
    def call_of_int(o: Any, v: str) -> Any:
        return o(1)

    @step()
    def dispatch(o: Any, v: str) -> Any:
        return o.dispatch(bool) is not None

    @step(writes=True)
    def register(o: Any, v: str) -> Any:
        o.register(int, positional)

    @step(writes=True)
    def register_str(o: Any, v: str) -> Any:
        o.register(str)(positional)

    @step(writes=True)
    def register_own(o: Any, v: str) -> Any:
        o.register(type(v, (), {}), positional)

    @step()
    def registry(o: Any, v: str) -> Any:
        return len(list(o.registry))


class LruCache(Subject):
    """A function with an lru_cache of two entries."""

    said = "functools: the underlying data structure will remain coherent during concurrent updates"

    def fresh(self, size: int) -> Any:
        o = lru_cache(maxsize=2)(FunctionType(positional.__code__, {}, "positional"))
        o("x0"), o("x1"), o("x0")
        return o

    def left(self, o: Any) -> Any:
        return o.cache_info().currsize

    def wrong(self, o: Any) -> str:
        info = o.cache_info()
        if not 0 <= info.currsize <= 2:
            return f"the cache of two entries holds {info.currsize}"
        for argument in ("x0", "x1", "a1", "b1", "x7", "x8", "x7", "x8"):
            if o(argument) != argument:
                return f"what is cached for {argument} is another's"
        again = o.cache_info()
        if again.currsize != 2:
            return f"after as many calls as fill it the cache of two entries holds {again.currsize}"
        return "" if again.hits >= info.hits + 2 else "what was just called is not found in the cache"

    @step(writes=True)
    def call(o: Any, v: str) -> Any:
        return o(v)

    @step(writes=True)
    def call_cached(o: Any, v: str) -> Any:
        return o("x0")

    @step(writes=True)
    def call_oldest(o: Any, v: str) -> Any:
        return o("x1")

    @step(writes=True)
    def call_by_keyword(o: Any, v: str) -> Any:
        return o(first=v)

    @step(writes=True)
    def call_many(o: Any, v: str) -> Any:
        return [o(argument) for argument in ("x0", "x1", "x2", v, "x0")]

    @step(writes=True)
    def call_unhashable(o: Any, v: str) -> Any:
        return o([])

    @step(writes=True)
    def cache_clear(o: Any, v: str) -> Any:
        o.cache_clear()

    @step()
    def cache_info(o: Any, v: str) -> Any:
        return 0 <= o.cache_info().currsize <= 2

    @step()
    def cache_parameters(o: Any, v: str) -> Any:
        return o.cache_parameters()["maxsize"]

    @step()
    def wrapped(o: Any, v: str) -> Any:
        return o.__wrapped__(v), o.__name__, o.__doc__ is None

    @step(writes=True)
    def store_attribute(o: Any, v: str) -> Any:
        o.mark = v

    @step()
    def bind(o: Any, v: str) -> Any:
        return o.__get__(v, str)() == v

    @step()
    def copy_(o: Any, v: str) -> Any:
        return copy.copy(o) is o, copy.deepcopy(o) is o

    @step()
    def text(o: Any, v: str) -> Any:
        return len(repr(o)) > 0, o == o, hash(o) == hash(o)

    @step()
    def weak_reference(o: Any, v: str) -> Any:
        return weakref.ref(o)() is o

    left_out = {"__reduce__": "gives the name that it is found by"}


class UnboundedCache(Subject):
    """A function with a cache that has no limit."""

    said = LruCache.said

    def fresh(self, size: int) -> Any:
        return cache(FunctionType(positional.__code__, {}, "positional"))

    def left(self, o: Any) -> Any:
        return o.cache_info().currsize

    def wrong(self, o: Any) -> str:
        for argument in ("x0", "x1", "a1", "b1"):
            if o(argument) != argument or o(argument) != argument:
                return f"what is cached for {argument} is another's"
        return ""

    @step(writes=True)
    def call(o: Any, v: str) -> Any:
        return o(v)

    @step(writes=True)
    def call_same(o: Any, v: str) -> Any:
        return o("x0")

    @step(writes=True)
    def call_many(o: Any, v: str) -> Any:
        return [o(number) for number in range(8)]

    @step(writes=True)
    def cache_clear(o: Any, v: str) -> Any:
        o.cache_clear()

    @step()
    def cache_info(o: Any, v: str) -> Any:
        return o.cache_info().currsize >= 0


class LruCacheNosy(Subject):
    """A function with an lru_cache whose keys clear and call the cache while they are compared."""

    most = PROCESS

    def fresh(self, size: int) -> Any:
        o = lru_cache(maxsize=2)(FunctionType(positional.__code__, {}, "positional"))
        o(_Key(0, o)), o(_Key(1, o))
        return o

    def left(self, o: Any) -> Any:
        return o.cache_info().currsize

    @step(writes=True)
    def call_that_clears(o: Any, v: str) -> Any:
        o(_Key(0, o, "clear"))

    @step(writes=True)
    def call_that_calls(o: Any, v: str) -> Any:
        o(_Key(1, o, "call"))

    @step(writes=True)
    def call_that_raises(o: Any, v: str) -> Any:
        o(_Key(0, o, "raise"))

    @step(writes=True)
    def call_new(o: Any, v: str) -> Any:
        o(_Key(2, o, "call"))

    @step(writes=True)
    def cache_clear(o: Any, v: str) -> Any:
        o.cache_clear()

    @step()
    def cache_info(o: Any, v: str) -> Any:
        return o.cache_info().hits


class _Key:
    """An argument that does something with the cache while it is compared."""

    __slots__ = ("does", "number", "of")

    def __init__(self, number: int, of: Any, does: str = "") -> None:
        self.number = number
        self.of = of
        self.does = does

    def __hash__(self) -> int:
        return self.number

    def __eq__(self, other: object) -> bool:
        does, self.does = self.does, ""
        if does == "clear":
            self.of.cache_clear()
        elif does == "call":
            self.of(_Key(3, self.of))
        elif does == "raise":
            raise ValueError("a comparison raises")
        return isinstance(other, _Key) and self.number == other.number


CALLERS = {
    "__new__": "other subjects' fresh objects come from it",
    "__text_signature__": "a constant",
    "__vectorcalloffset__": "a number of C's",
}


class ItemGetter(Subject):
    """An operator.itemgetter, called by many."""

    def fresh(self, size: int) -> Any:
        return operator.itemgetter(1, 0)

    left_out = CALLERS

    def left(self, o: Any) -> Any:
        return None

    @step()
    def call(o: Any, v: str) -> Any:
        return o((v, v))

    @step()
    def call_wrong(o: Any, v: str) -> Any:
        return o(())

    @step()
    def text(o: Any, v: str) -> Any:
        return len(repr(o)) > 0, o == o, hash(o) == hash(o)

    @step()
    def reduce(o: Any, v: str) -> Any:
        return len(o.__reduce__())

    @step()
    def copy_(o: Any, v: str) -> Any:
        return copy.copy(o)((v, v)), pickle.loads(pickle.dumps(o))((v, v))

    @step()
    def sort(o: Any, v: str) -> Any:
        return sorted([(v, v), (v, "x0")], key=o)[0][0]


class AttrGetter(Subject):
    """An operator.attrgetter, called by many."""

    def fresh(self, size: int) -> Any:
        return operator.attrgetter("real", "real.imag")

    left_out = CALLERS

    def left(self, o: Any) -> Any:
        return None

    @step()
    def call(o: Any, v: str) -> Any:
        return o(7)

    @step()
    def call_wrong(o: Any, v: str) -> Any:
        return o(v)

    @step()
    def text(o: Any, v: str) -> Any:
        return len(repr(o)) > 0, o == o, hash(o) == hash(o)

    @step()
    def copy_(o: Any, v: str) -> Any:
        return copy.copy(o)(7), pickle.loads(pickle.dumps(o))(7), len(o.__reduce__())


class MethodCaller(Subject):
    """An operator.methodcaller: what it calls with is made ready by its first call."""

    def fresh(self, size: int) -> Any:
        return operator.methodcaller("split", sep="0", maxsplit=1)

    left_out = CALLERS

    def left(self, o: Any) -> Any:
        return None

    @step(writes=True)
    def call(o: Any, v: str) -> Any:
        return len(o(v))

    @step(writes=True)
    def call_wrong(o: Any, v: str) -> Any:
        return o(7)

    @step()
    def text(o: Any, v: str) -> Any:
        return len(repr(o)) > 0, o == o, hash(o) == hash(o)

    @step()
    def copy_(o: Any, v: str) -> Any:
        return len(copy.copy(o)(v)), len(pickle.loads(pickle.dumps(o))(v)), len(o.__reduce__())


class Code(Subject):
    """A code object that nobody has run yet: many of its attributes are made when they are first asked for."""

    def fresh(self, size: int) -> Any:
        return another.__code__.replace()

    def left(self, o: Any) -> Any:
        return [o.co_name, o.co_varnames, o.co_consts, o.co_code]

    def wrong(self, o: Any) -> str:
        return "" if o == another.__code__ else "the code is no more equal to what it was made from"

    @step(writes=True)
    def run(o: Any, v: str) -> Any:
        return FunctionType(o, {}, "run", (v, v), None)(third=v)

    @step(writes=True)
    def run_often(o: Any, v: str) -> Any:
        function = FunctionType(o, {})
        for _ in range(20):
            function(v, v, third=v)
        return function(v, v, third=v)

    @step()
    def bytecode(o: Any, v: str) -> Any:
        return o.co_code, len(o._co_code_adaptive) > 0

    @step()
    def variables(o: Any, v: str) -> Any:
        return o.co_varnames, o.co_cellvars, o.co_freevars, o.co_names

    @step()
    def counts(o: Any, v: str) -> Any:
        return (
            o.co_argcount,
            o.co_posonlyargcount,
            o.co_kwonlyargcount,
            o.co_nlocals,
            o.co_stacksize,
            o.co_flags,
        )

    @step()
    def constants(o: Any, v: str) -> Any:
        return len(o.co_consts), o.co_exceptiontable

    @step()
    def names(o: Any, v: str) -> Any:
        return o.co_name, o.co_qualname, len(o.co_filename) > 0

    @step()
    def lines(o: Any, v: str) -> Any:
        return [line - o.co_firstlineno for *_, line in o.co_lines() if line], len(o.co_linetable)

    @step()
    def positions(o: Any, v: str) -> Any:
        return len(list(o.co_positions()))

    @step()
    def branches(o: Any, v: str) -> Any:
        return len(list(o.co_branches())) if hasattr(o, "co_branches") else 0

    @step()
    def varname(o: Any, v: str) -> Any:
        return o._varname_from_oparg(0)

    @step()
    def replace(o: Any, v: str) -> Any:
        return o.replace(co_name=v).co_name, o.replace() == o

    @step()
    def compare(o: Any, v: str) -> Any:
        return o == another.__code__, o == plain.__code__, o != o

    @step()
    def hash_(o: Any, v: str) -> Any:
        return hash(o) == hash(another.__code__)

    @step()
    def order(o: Any, v: str) -> Any:
        return o < o, o <= o, o > o, o >= o

    @step()
    def text(o: Any, v: str) -> Any:
        return len(repr(o)) > 0, o.__sizeof__() > 0

    @step()
    def weak_reference(o: Any, v: str) -> Any:
        return weakref.ref(o)() is o

    @step()
    def copy_(o: Any, v: str) -> Any:
        return copy.copy(o) is o

    @step()
    def function(o: Any, v: str) -> Any:
        return FunctionType(o, {}, v).__name__, FunctionType(o, {}).__code__ is o

    left_out = {
        "__new__": "replace makes new ones",
        "__replace__": "as replace",
        "co_lnotab": "deprecated: it warns",
    }


class Cell(Subject):
    """A cell: what closures share."""

    def fresh(self, size: int) -> Any:
        return CellType("x" + str(size - 3))

    def left(self, o: Any) -> Any:
        try:
            return o.cell_contents
        except ValueError:
            return None

    @step()
    def contents(o: Any, v: str) -> Any:
        return o.cell_contents

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        o.cell_contents = v

    @step(writes=True)
    def delete(o: Any, v: str) -> Any:
        del o.cell_contents

    @step()
    def call(o: Any, v: str) -> Any:
        return FunctionType(_reads_cell, {}, None, None, (o,))()

    @step(writes=True)
    def call_that_stores(o: Any, v: str) -> Any:
        return FunctionType(_writes_cell, {}, None, None, (o,))(v)

    @step(writes=True)
    def call_that_deletes(o: Any, v: str) -> Any:
        return FunctionType(_deletes_cell, {}, None, None, (o,))()

    @step()
    def compare(o: Any, v: str) -> Any:
        return o == o, o != CellType("x0"), o < CellType("x1"), o > CellType(), o <= o, o >= o

    @step()
    def hash_(o: Any, v: str) -> Any:
        return hash(o)

    @step()
    def text(o: Any, v: str) -> Any:
        return len(repr(o)) > 0

    left_out = {"__new__": "other operations make cells by it"}


_AROUND, _AROUND_ANOTHER = around(None, None).__code__, around_another(None, None).__code__


def _many(
    first: Any = None, second: Any = None, third: Any = None, *, fourth: Any = None, fifth: Any = None
) -> Any:
    return first, second, third, fourth, fifth


def _annotate(form: int) -> dict[str, Any]:
    return {"first": "x0"}


def _get(holder: list[Any]) -> Any:
    """The first of a list."""
    return holder[0]


def _set(holder: list[Any], value: Any) -> None:
    holder[0] = value


def _delete(holder: list[Any]) -> None:
    holder.clear()


def _fresh_value(holder: Any) -> Any:
    return holder.held


def _codes_around_a_cell() -> tuple[Any, Any, Any]:
    held: Any = None

    def reads() -> Any:
        return held

    def writes(value: Any) -> None:
        nonlocal held
        held = value

    def deletes() -> None:
        nonlocal held
        del held

    return reads.__code__, writes.__code__, deletes.__code__


_reads_cell, _writes_cell, _deletes_cell = _codes_around_a_cell()
