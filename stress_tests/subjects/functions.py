"""Functions, and what binds them.

What is stored into a function takes effect for calls that begin later; a call that runs beside a store has the old or
the new, whole.
"""

from __future__ import annotations

import copy
import inspect
import pickle
import sys
import weakref
from types import FunctionType, MethodType
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
    x0, x1, x2 = fresh_strings(3)
    function = FunctionType(code, {"x0": x0}, None, (x1,))
    function.__kwdefaults__ = {"third": x2}
    if sys.version_info >= (3, 12):
        function.__type_params__ = (*fresh_strings(1),)
    return _named(function)


def _named(function: Any) -> Any:
    """It is called by strings that nobody else has: what is stored instead frees them."""
    function.__name__, function.__qualname__, function.__doc__, function.__module__ = fresh_strings(4)
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

    @step(writes=True, makes=True)
    def store_defaults(o: Any, v: str) -> Any:
        o.__defaults__ = made = (v,)
        return made

    @step(writes=True)
    def store_no_defaults(o: Any, v: str) -> Any:
        o.__defaults__ = None

    @step(writes=True)
    def delete_defaults(o: Any, v: str) -> Any:
        del o.__defaults__

    @step()
    def defaults(o: Any, v: str) -> Any:
        return o.__defaults__

    @step(writes=True, makes=True)
    def store_kwdefaults(o: Any, v: str) -> Any:
        o.__kwdefaults__ = made = {"third": v}
        return made

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

    @step(writes=True, makes=True, lets_raise=(TypeError,))
    def store_code_anew(o: Any, v: str) -> Any:
        o.__code__ = made = another.__code__.replace(co_firstlineno=7)
        return made

    @step()
    def code(o: Any, v: str) -> Any:
        return o.__code__.co_argcount > 0

    @step()
    def builtins_(o: Any, v: str) -> Any:
        return "len" in o.__builtins__

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

    @step(writes=True, makes=True)
    def store_annotations(o: Any, v: str) -> Any:
        o.__annotations__ = made = {"first": v}
        return made

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

    @step(writes=True, makes=True)
    def store_type_params(o: Any, v: str) -> Any:
        o.__type_params__ = made = (v,)
        return made

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

    @step(writes=True, makes=True)
    def store_dict(o: Any, v: str) -> Any:
        o.__dict__ = made = {"mark": v}
        return made

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
        return _named(around(*fresh_strings(2)))

    @step(writes=True)
    def store_code(o: Any, v: str) -> Any:
        o.__code__ = _AROUND_ANOTHER

    @step(writes=True)
    def store_code_back(o: Any, v: str) -> Any:
        o.__code__ = _AROUND

    @step(writes=True, makes=True)
    def store_code_anew(o: Any, v: str) -> Any:
        o.__code__ = made = _AROUND_ANOTHER.replace(co_firstlineno=7)
        return made

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
        o.__kwdefaults__ = dict(zip(("fourth", "fifth"), fresh_strings(2), strict=True))
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

    @step(writes=True, makes=True)
    def store_three(o: Any, v: str) -> Any:
        o.__defaults__ = made = (v, v, v)
        return made

    @step(writes=True, makes=True)
    def store_one(o: Any, v: str) -> Any:
        o.__defaults__ = made = (v,)
        return made

    @step(writes=True)
    def store_none(o: Any, v: str) -> Any:
        o.__defaults__ = None

    @step(writes=True, makes=True)
    def store_kwdefaults(o: Any, v: str) -> Any:
        o.__kwdefaults__ = made = {"fourth": v, "fifth": v}
        return made

    @step(writes=True)
    def store_no_kwdefaults(o: Any, v: str) -> Any:
        o.__kwdefaults__ = None

    @step(writes=True)
    def pop_kwdefault(o: Any, v: str) -> Any:
        return o.__kwdefaults__.pop("fourth", None)


class BoundMethod(Subject):
    """A method bound to an instance, and the function and the instance beneath it."""

    def fresh(self, size: int) -> Any:
        name, held = fresh_strings(2)
        return MethodType(FunctionType(positional.__code__, {}, name), _Holder(held))

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

    @step(writes=True, makes=True)
    def store_code(o: Any, v: str) -> Any:
        o.__func__.__code__ = made = positional.__code__.replace()
        return made

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


class MethodWrapper(Subject):
    """A special method of a built-in type, bound to a list that threads share by it."""

    def fresh(self, size: int) -> Any:
        return fresh_strings(size).__iadd__

    def left(self, o: Any) -> Any:
        return o.__self__

    @step(writes=True)
    def call(o: Any, v: str) -> Any:
        return o([v]) is o.__self__

    @step(writes=True)
    def call_by_map(o: Any, v: str) -> Any:
        return len(list(map(o, ([v], [v]))))

    @step()
    def call_wrong(o: Any, v: str) -> Any:
        return o(one=v)

    @step(may_raise=(IndexError,))
    def self_(o: Any, v: str) -> Any:
        return o.__self__[0]

    @step(writes=True)
    def change_self(o: Any, v: str) -> Any:
        o.__self__.clear()

    @step()
    def attributes(o: Any, v: str) -> Any:
        return o.__name__, o.__qualname__, o.__objclass__ is list, o.__doc__ is None, o.__text_signature__

    @step()
    def compare(o: Any, v: str) -> Any:
        return o == o, o == o.__self__.__iadd__, o != o.__self__.__imul__, o == v

    @step()
    def hash_(o: Any, v: str) -> Any:
        return hash(o) == hash(o.__self__.__iadd__)

    @step()
    def text(o: Any, v: str) -> Any:
        return len(repr(o)) > 0, o.__reduce__()[0] is getattr


MANY = 200
"""Local variables: more than a frame of another function has room for."""
WARM, CALLS = 8, 20


def exact(given: str) -> Any:
    """A function that takes one argument, made by ``def``: it knows its version, which is its code's."""

    def exact(first: Any = given) -> Any:
        return first

    return exact


def general(given: str) -> Any:
    """One that takes an argument by name, too."""

    def general(first: Any = given, *, third: Any = given) -> Any:
        return first, third

    return general


def _compiled(source: str) -> dict[str, Any]:
    """The code of each function in a source, by name. MANY there is followed by an expression that all locals get."""
    names: dict[str, Any] = {}
    exec(source.replace("MANY", "".join(f"l{number} = " for number in range(MANY))), names)
    return {name: one.__code__ for name, one in names.items() if isinstance(one, FunctionType)}


_CODES = _compiled(
    f"""
def more(first, second): a = b = second; return a
def wide(first): MANY first; return l{MANY - 1}
def other(third, *, first): a = b = first; return third, a
"""
)
_EXACT, _GENERAL = exact("x0").__code__, general("x0").__code__
_CALLERS = _compiled(
    """
def call(function, v): return function(v)
def call_by_name(function, v): return function(first=v)
def call_bare(function, v): return function()
def call_unpacked(function, v): return function(*(v,))
def call_both(function, v): return function(v, third=v)
"""
)


def _call_often(how: str, twin: Any, shared: Any, v: str) -> Any:
    """By bytecode that nobody else runs, which learns from the twin how to call a function."""
    caller = FunctionType(_CALLERS[how].replace(), {})
    for _ in range(WARM):
        caller(twin, v)
    return [caller(shared, v) for _ in range(CALLS)]


class FunctionSpecialised(Subject):
    """A function, and a twin of the same version, by which callers learn to call both."""

    sizes = (1, 2)

    def fresh(self, size: int) -> Any:
        made = exact if size == 1 else general
        (given,) = fresh_strings(1)
        return made(given), made(given)

    def left(self, o: Any) -> Any:
        return [o[0].__defaults__, o[0].__kwdefaults__]

    @step()
    def call(o: Any, v: str) -> Any:
        return _call_often("call", o[1], o[0], v)

    @step()
    def call_by_name(o: Any, v: str) -> Any:
        return _call_often("call_by_name", o[1], o[0], v)

    @step()
    def call_bare(o: Any, v: str) -> Any:
        return _call_often("call_bare", o[1], o[0], v)

    @step()
    def call_unpacked(o: Any, v: str) -> Any:
        return _call_often("call_unpacked", o[1], o[0], v)

    @step()
    def call_both(o: Any, v: str) -> Any:
        return _call_often("call_both", o[1], o[0], v)

    @step()
    def call_method(o: Any, v: str) -> Any:
        return _call_often("call_bare", MethodType(o[1], v), MethodType(o[0], v), v)

    @step()
    def call_by_map(o: Any, v: str) -> Any:
        return list(map(o[0], (v, v, v)))

    @step(writes=True, lets_raise=(TypeError,))
    def store_more(o: Any, v: str) -> Any:
        o[0].__code__ = _CODES["more"]

    @step(writes=True, lets_raise=(TypeError,))
    def store_wide(o: Any, v: str) -> Any:
        o[0].__code__ = _CODES["wide"]

    @step(writes=True, makes=True, lets_raise=(TypeError,))
    def store_own(o: Any, v: str) -> Any:
        o[0].__code__ = made = _CODES["wide"].replace()
        return made

    @step(writes=True, lets_raise=(TypeError,))
    def store_other(o: Any, v: str) -> Any:
        o[0].__code__ = _CODES["other"]

    @step(writes=True, lets_raise=(TypeError,))
    def store_back(o: Any, v: str) -> Any:
        o[0].__code__ = _EXACT

    @step(writes=True, lets_raise=(TypeError,))
    def store_back_general(o: Any, v: str) -> Any:
        o[0].__code__ = _GENERAL

    @step(writes=True, lets_raise=(TypeError,))
    def store_in_turn(o: Any, v: str) -> Any:
        for code in (_CODES["wide"], _EXACT, _CODES["more"], _EXACT):
            o[0].__code__ = code

    @step(writes=True, makes=True, lets_raise=(TypeError,))
    def store_defaults(o: Any, v: str) -> Any:
        o[0].__defaults__ = made = (v, v)
        return made

    @step(writes=True, lets_raise=(TypeError,))
    def store_no_defaults(o: Any, v: str) -> Any:
        o[0].__defaults__ = None

    @step(writes=True, lets_raise=(TypeError,))
    def delete_defaults(o: Any, v: str) -> Any:
        del o[0].__defaults__

    @step(writes=True, makes=True, lets_raise=(TypeError,))
    def store_kwdefaults(o: Any, v: str) -> Any:
        o[0].__kwdefaults__ = made = {"third": v, "first": v}
        return made

    @step(writes=True, lets_raise=(TypeError,))
    def delete_kwdefaults(o: Any, v: str) -> Any:
        del o[0].__kwdefaults__

    @step()
    def defaults(o: Any, v: str) -> Any:
        return o[0].__defaults__, o[0].__kwdefaults__


def _asked(given: str) -> Any:
    """A class with methods that the interpreter calls by itself, each made by ``def``."""

    class Fresh:
        def __init__(self, first: Any = given) -> None:
            self.x0 = first

        def __getitem__(self, first: Any) -> Any:
            return first

        def x1(self) -> Any:
            return self.x0

        def each(self) -> Any:
            yield self.x0

        def __enter__(self) -> Any:
            return self.x0

        def __exit__(self, *_: object) -> None:
            return None

    return Fresh


def _made_getattribute() -> Any:
    def __getattribute__(self: Any, name: str) -> Any:
        return object.__getattribute__(self, name)

    return __getattribute__


_WIDE = _compiled(
    f"""
def __init__(self, first): MANY first; self.x0 = l{MANY - 1}
def __getitem__(self, first): MANY first; return l{MANY - 1}
def x1(self): MANY self.x0; return l{MANY - 1}
def each(self): MANY self.x0; yield l{MANY - 1}
def __enter__(self): MANY self.x0; return l{MANY - 1}
def __getattribute__(self, name): MANY object.__getattribute__(self, name); return l{MANY - 1}
"""
)
_LONGER = _compiled(
    """
def __init__(self, first, second): a = b = second; self.x0 = a
def __getitem__(self, first, second): a = b = second; return a
def x1(self, second): a = b = second; return a
def each(self, second): a = b = second; yield a
def __enter__(self, second): a = b = second; return a
def __getattribute__(self, name, second): a = b = second; return object.__getattribute__(self, name)
"""
)
_ASKERS = _compiled(
    """
def make(cls, one, v): return vars(cls(v))["x0"]
def make_bare(cls, one, v): return vars(cls())["x0"]
def item(cls, one, v): return one[v]
def get(cls, one, v): return one.x0
def get_property(cls, one, v): return one.x1
def loop(cls, one, v): return [each for each in one.each()]
def enter(cls, one, v):
    with one as held: return held
"""
)


def _ask_often(how: str, o: Any, v: str) -> Any:
    """By bytecode that nobody else runs, which learns from a second instance what a class's methods are."""
    cls, methods, twin, shared = o
    asker = FunctionType(_ASKERS[how].replace(), {})
    for _ in range(WARM):
        asker(cls, twin, v)
    return [asker(cls, shared, v) for _ in range(CALLS)]


def _exchange(o: Any, codes: dict[str, Any]) -> None:
    for name, method in o[1].items():
        method.__code__ = codes[name]


class MethodsSpecialised(Subject):
    """A class whose methods the interpreter calls by itself, two instances of it, and the methods, whose code is
    exchanged. At the larger size a method is asked for attributes, too.
    """

    sizes = (1, 2)

    def fresh(self, size: int) -> Any:
        (given,) = fresh_strings(1)
        cls = _asked(given)
        methods = {name: vars(cls)[name] for name in ("__init__", "__getitem__", "x1", "each", "__enter__")}
        if size == 2:
            methods["__getattribute__"] = cls.__getattribute__ = _made_getattribute()
        cls.x1 = property(cls.x1)
        return cls, methods, cls(given), cls(given)

    def left(self, o: Any) -> Any:
        return [one.__defaults__ for one in o[1].values()]

    @step()
    def make(o: Any, v: str) -> Any:
        return _ask_often("make", o, v)

    @step()
    def make_bare(o: Any, v: str) -> Any:
        return _ask_often("make_bare", o, v)

    @step()
    def item(o: Any, v: str) -> Any:
        return _ask_often("item", o, v)

    @step()
    def get(o: Any, v: str) -> Any:
        return _ask_often("get", o, v)

    @step()
    def get_property(o: Any, v: str) -> Any:
        return _ask_often("get_property", o, v)

    @step()
    def loop(o: Any, v: str) -> Any:
        return _ask_often("loop", o, v)

    @step()
    def enter(o: Any, v: str) -> Any:
        return _ask_often("enter", o, v)

    @step(writes=True, lets_raise=(TypeError,))
    def store_wide(o: Any, v: str) -> Any:
        _exchange(o, _WIDE)

    @step(writes=True, lets_raise=(TypeError,))
    def store_longer(o: Any, v: str) -> Any:
        _exchange(o, _LONGER)

    @step(writes=True, lets_raise=(TypeError,))
    def store_own(o: Any, v: str) -> Any:
        _exchange(o, {name: code.replace() for name, code in _WIDE.items()})

    @step(writes=True)
    def store_defaults(o: Any, v: str) -> Any:
        for method in o[1].values():
            method.__defaults__ = (v,)

    @step(writes=True, lets_raise=(TypeError,))
    def store_no_defaults(o: Any, v: str) -> Any:
        for method in o[1].values():
            method.__defaults__ = None

    @step(writes=True)
    def store_method(o: Any, v: str) -> Any:
        type(o[3]).__getitem__ = lambda self, first: v
        type(o[3]).x1 = property(lambda self: v)


_AROUND, _AROUND_ANOTHER = around(None, None).__code__, around_another(None, None).__code__


def _many(
    first: Any = None, second: Any = None, third: Any = None, *, fourth: Any = None, fifth: Any = None
) -> Any:
    return first, second, third, fourth, fifth


def _annotate(form: int) -> dict[str, Any]:
    return {"first": "x0"}
