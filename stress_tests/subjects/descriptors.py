"""Properties and other descriptors, by themselves and in a class."""

from __future__ import annotations

import weakref
from functools import cached_property, partialmethod, singledispatchmethod
from types import FunctionType
from typing import Any

from harness.kernel.pairs import PROCESS, Subject, fresh_strings, step


def positional(first: Any) -> Any:
    """What takes one argument and has no default."""
    return first


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


class _OfClass(Subject):
    """An instance of a class of its own, and a descriptor of that class: nobody has asked it for its names."""

    def left(self, o: Any) -> Any:
        return o[1].__name__, o[1].__qualname__.rpartition(".")[2]

    @step()
    def qualname(o: Any, v: str) -> Any:
        return o[1].__qualname__ == "Fresh." + o[1].__name__

    @step()
    def qualname_again(o: Any, v: str) -> Any:
        return o[1].__qualname__ is o[1].__qualname__

    @step()
    def names(o: Any, v: str) -> Any:
        return o[1].__name__, o[1].__objclass__ is type(o[0]), getattr(o[1], "__doc__", None) is None

    @step()
    def text(o: Any, v: str) -> Any:
        return len(repr(o[1])) > 0, o[1] == o[1], hash(o[1]) == hash(o[1])

    @step()
    def reduce(o: Any, v: str) -> Any:
        return o[1].__reduce__()[0] is getattr

    @step()
    def of_class(o: Any, v: str) -> Any:
        return o[1].__get__(None, type(o[0])) is o[1], getattr(type(o[0]), o[1].__name__) is not None

    @step()
    def of_another(o: Any, v: str) -> Any:
        return o[1].__get__(7, int)

    @step(writes=True)
    def store_class_name(o: Any, v: str) -> Any:
        type(o[0]).__name__ = "Fresh"

    @step()
    def weak_reference(o: Any, v: str) -> Any:
        return weakref.ref(o[0])() is o[0]


class SlotDescriptor(_OfClass):
    """An instance with a slot, and the slot's descriptor."""

    def fresh(self, size: int) -> Any:
        cls = type("Fresh", (), {"__slots__": ("x0", "__weakref__"), "__qualname__": "Fresh"})
        o = cls()
        o.x0 = "x" + str(size)
        return o, vars(cls)["x0"]

    @step(may_raise=(AttributeError,))
    def get(o: Any, v: str) -> Any:
        return o[1].__get__(o[0]), o[0].x0

    @step(writes=True)
    def set_(o: Any, v: str) -> Any:
        o[1].__set__(o[0], v)

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        o[0].x0 = v

    @step(writes=True, may_raise=(AttributeError,))
    def delete(o: Any, v: str) -> Any:
        o[1].__delete__(o[0])


class DictDescriptor(_OfClass):
    """An instance with a dict that nobody has asked for, and the descriptor that gives it."""

    def fresh(self, size: int) -> Any:
        cls = type("Fresh", (), {"__qualname__": "Fresh"})
        o = cls()
        o.x0 = "x" + str(size)
        return o, vars(cls)["__dict__"]

    @step(writes=True)
    def get(o: Any, v: str) -> Any:
        return o[1].__get__(o[0]).get("x0"), o[1].__get__(o[0]) is o[0].__dict__

    @step(writes=True)
    def set_(o: Any, v: str) -> Any:
        o[1].__set__(o[0], {"x0": v})

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        o[0].x0 = v

    @step(writes=True)
    def delete(o: Any, v: str) -> Any:
        o[1].__delete__(o[0])


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
        o = type(self).made(FunctionType(positional.__code__, {}, "positional"))
        (o.__name__,) = fresh_strings(1)
        return o

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

    @step(writes=True, makes=True)
    def replace_dict(o: Any, v: str) -> Any:
        o.__dict__ = made = {"mark": v, "__name__": v, "__doc__": v}
        return made

    @step(writes=True)
    def annotations(o: Any, v: str) -> Any:
        return len(o.__annotations__)

    @step(writes=True, makes=True)
    def store_annotations(o: Any, v: str) -> Any:
        o.__annotations__ = made = {"first": v}
        return made

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
        (o.held,) = fresh_strings(1)
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

    @step(writes=True, makes=True)
    def replace_dict(o: Any, v: str) -> Any:
        o.__dict__ = made = {"held": v}
        return made

    @step()
    def descriptor(o: Any, v: str) -> Any:
        return type(o).cached.attrname

    @step()
    def set_name(o: Any, v: str) -> Any:
        type(o).cached.__set_name__(type(o), "cached")


def _get(holder: list[Any]) -> Any:
    """The first of a list."""
    return holder[0]


def _set(holder: list[Any], value: Any) -> None:
    holder[0] = value


def _delete(holder: list[Any]) -> None:
    holder.clear()


def _fresh_value(holder: Any) -> Any:
    return holder.held


class _Above:
    """What is looked in."""

    def held_by(self) -> Any:
        return self

    x0 = "x0"


class _Below(_Above):
    """What is looked past."""

    x0 = "x1"


class SuperMadeAgain(Subject):
    """What super() gave, which is given another instance while threads look through it."""

    most = PROCESS

    def fresh(self, size: int) -> Any:
        return super(_Below, _Below())

    def left(self, o: Any) -> Any:
        return None

    @step(writes=True)
    def init(o: Any, v: str) -> Any:
        o.__init__(_Below, _Below())

    @step(writes=True)
    def init_with_class(o: Any, v: str) -> Any:
        o.__init__(_Below, type(v, (_Below,), {}))

    @step(writes=True)
    def init_alone(o: Any, v: str) -> Any:
        o.__init__(_Below)

    @step()
    def look(o: Any, v: str) -> Any:
        return o.x0

    @step()
    def method(o: Any, v: str) -> Any:
        return type(o.held_by())

    @step()
    def parts(o: Any, v: str) -> Any:
        return type(o.__self__), o.__thisclass__, o.__self_class__

    @step()
    def repr_(o: Any, v: str) -> Any:
        return len(repr(o))

    @step()
    def get(o: Any, v: str) -> Any:
        return o.__get__(_Below(), _Below).x0
