"""Classes that threads share: attributes, special methods, bases, names, and what makes and asks classes."""

from __future__ import annotations

import abc
import copy
import inspect
import pickle
import types
import weakref
from collections.abc import Callable
from typing import Any

from harness.kernel.pairs import PROCESS, Subject, fresh_strings, step

NAMES = ("x0", "x1", "x2", "x3")


class Grand:
    """What the bases of all classes here have in common, so that one can take the other's place."""

    x2 = "x2"


def _slots_disagree(cls: Any) -> str:
    """Whether an instance is asked by a special method that no dict of its classes holds, or not by one that does."""
    if inspect.isabstract(cls):
        return ""
    mine = _instance(cls)
    for name, asked in ASKED.items():
        held = next((vars(one)[name] for one in cls.__mro__[:-1] if name in vars(one)), None)
        try:
            answered = asked(mine)
        except (TypeError, AttributeError):
            answered = False
        if answered and held is None:
            return f"an instance is asked by a {name} that no dict of its classes holds"
        if held is not None and not answered:
            return f"an instance is not asked by the {name} that a dict of its classes holds"
    return ""


ASKED: dict[str, Callable[[Any], bool]] = {
    "__len__": lambda mine: len(mine) == 2,
    "__getattr__": lambda mine: mine.x9 == "x3",
    "__eq__": lambda mine: mine == 0,
    "__hash__": lambda mine: hash(mine) == 7,
    "__call__": lambda mine: mine() is not None,
    "__add__": lambda mine: mine + 1 is not None,
    "__iter__": lambda mine: list(mine) == ["x0"],
    "__repr__": lambda mine: repr(mine) == "x0",
    "__bool__": lambda mine: not mine,
}
"""Whether what the subjects here store under that name gives the answer."""


class _Attributes(Subject):
    """What is done with the attributes of a class, its own and those that the interpreter asks for."""

    def fresh(self, size: int) -> Any:
        x0, x1, doc, qualname, name = fresh_strings(5)
        own = {"x0": x0, "x1": x1, "__doc__": doc, "__module__": "".join("sys"), "__qualname__": qualname}
        return type(name, (Grand,), own)

    def left(self, o: Any) -> Any:
        own = vars(o)
        return [o.__name__, o.__qualname__, o.__doc__, [own.get(name) for name in NAMES], "__len__" in own]

    def wrong(self, o: Any) -> str:
        own = vars(o)
        if len(own) != len(list(own)):
            return "the length of the class's dict disagrees with its keys"
        for name in NAMES:
            for _ in "12":
                if name in own and getattr(o, name, None) is not own[name]:
                    return f"the class's attribute {name} is not what its dict holds"
        return _slots_disagree(o)

    @step()
    def get(o: Any, v: str) -> Any:
        return o.x0

    @step()
    def get_inherited(o: Any, v: str) -> Any:
        return o.x2

    @step()
    def get_missing(o: Any, v: str) -> Any:
        return getattr(o, "x3", None), hasattr(o, "x3")

    @step()
    def get_through_instance(o: Any, v: str) -> Any:
        return getattr(_instance(o), "x0", None)

    @step()
    def super_(o: Any, v: str) -> Any:
        return super(o, _instance(o)).x2  # type: ignore[misc]

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        o.x0 = v

    @step(writes=True)
    def store_new(o: Any, v: str) -> Any:
        o.x3 = v

    @step(writes=True)
    def store_over_inherited(o: Any, v: str) -> Any:
        o.x2 = v

    @step(writes=True)
    def setattr_(o: Any, v: str) -> Any:
        type.__setattr__(o, "x1", v)

    @step(writes=True)
    def delete(o: Any, v: str) -> Any:
        del o.x0

    @step(writes=True)
    def delattr_(o: Any, v: str) -> Any:
        type.__delattr__(o, "x1")

    @step(writes=True, makes=True)
    def store_descriptor(o: Any, v: str) -> Any:
        o.x0 = made = property(lambda self: v)
        return made

    @step()
    def vars_(o: Any, v: str) -> Any:
        return [value for value in vars(o).copy().values() if isinstance(value, str) and len(value) == 2]

    @step(may_raise=(RuntimeError, KeyError))
    def vars_merge(o: Any, v: str) -> Any:
        return dict(vars(o)).get("x0"), (vars(o) | {}).get("x0")

    @step()
    def vars_get(o: Any, v: str) -> Any:
        return o.__dict__.get("x0"), "x1" in vars(o), len(vars(o)) > 0

    @step(may_raise=(RuntimeError,))
    def vars_iterate(o: Any, v: str) -> Any:
        return [name for name in vars(o) if name in NAMES]

    @step()
    def dir_(o: Any, v: str) -> Any:
        return [name for name in dir(o) if name in NAMES]

    @step()
    def instance(o: Any, v: str) -> Any:
        return type(o()) is o

    @step(writes=True)
    def instance_with_attributes(o: Any, v: str) -> Any:
        mine = o()
        mine.x0, mine.x3, mine.x2 = v, v, v
        return mine.x3

    @step(writes=True, makes=True)
    def store_init(o: Any, v: str) -> Any:
        o.__init__ = made = lambda self: None
        return made

    @step(writes=True)
    def delete_init(o: Any, v: str) -> Any:
        del o.__init__

    @step(writes=True, makes=True)
    def store_new_method(o: Any, v: str) -> Any:
        o.__new__ = made = staticmethod(lambda cls: object.__new__(cls))
        return made

    @step(writes=True, makes=True)
    def store_len(o: Any, v: str) -> Any:
        o.__len__ = made = lambda self: 2
        return made

    @step(writes=True)
    def delete_len(o: Any, v: str) -> Any:
        del o.__len__

    @step()
    def len_(o: Any, v: str) -> Any:
        return len(_instance(o))

    @step(writes=True, makes=True)
    def store_getattr(o: Any, v: str) -> Any:
        o.__getattr__ = made = lambda self, name: "x3"
        return made

    @step(writes=True, makes=True)
    def store_getattribute(o: Any, v: str) -> Any:
        o.__getattribute__ = made = lambda self, name: object.__getattribute__(self, name)
        return made

    @step(writes=True)
    def delete_getattribute(o: Any, v: str) -> Any:
        del o.__getattribute__

    @step(writes=True, makes=True)
    def store_setattr(o: Any, v: str) -> Any:
        o.__setattr__ = made = lambda self, name, value: None
        return made

    @step(writes=True, makes=True)
    def store_equal(o: Any, v: str) -> Any:
        o.__eq__ = made = lambda self, other: True
        return made

    @step(writes=True, makes=True)
    def store_hash(o: Any, v: str) -> Any:
        o.__hash__ = made = lambda self: 7
        return made

    @step(writes=True)
    def store_no_hash(o: Any, v: str) -> Any:
        o.__hash__ = None

    @step(may_raise=(KeyError,))
    def instance_in_dict(o: Any, v: str) -> Any:
        """What was put there under one hash is looked for under another."""
        mine = _instance(o)
        return {mine: v}[mine]

    @step(writes=True, makes=True)
    def store_call(o: Any, v: str) -> Any:
        o.__call__ = made = lambda self: v
        return made

    @step()
    def call_instance(o: Any, v: str) -> Any:
        return _instance(o)()

    @step(writes=True, makes=True)
    def store_add(o: Any, v: str) -> Any:
        o.__add__ = made = lambda self, other: v
        return made

    @step(writes=True)
    def delete_add(o: Any, v: str) -> Any:
        del o.__add__

    @step()
    def add(o: Any, v: str) -> Any:
        return _instance(o) + 1

    @step(writes=True, makes=True)
    def store_iter(o: Any, v: str) -> Any:
        o.__iter__ = made = lambda self: iter(["x0"])
        return made

    @step()
    def iterate(o: Any, v: str) -> Any:
        return list(_instance(o))

    @step(writes=True, makes=True)
    def store_repr(o: Any, v: str) -> Any:
        o.__repr__ = made = lambda self: "x0"
        return made

    @step()
    def repr_of_instance(o: Any, v: str) -> Any:
        return len(repr(_instance(o))) > 0

    @step(writes=True, makes=True)
    def store_bool(o: Any, v: str) -> Any:
        o.__bool__ = made = lambda self: False
        return made

    @step()
    def bool_(o: Any, v: str) -> Any:
        return bool(_instance(o))

    @step(writes=True)
    def store_match_args(o: Any, v: str) -> Any:
        setattr(o, "__match_args__", ("x2",))

    @step()
    def match_(o: Any, v: str) -> Any:
        match _instance(o):
            case o(x2=seen):
                return seen
        return None

    @step(writes=True, makes=True)
    def store_finalizer(o: Any, v: str) -> Any:
        o.__del__ = made = lambda self: None
        return made

    @step()
    def name(o: Any, v: str) -> Any:
        return o.__name__

    @step(writes=True)
    def store_name(o: Any, v: str) -> Any:
        o.__name__ = v

    @step()
    def qualname(o: Any, v: str) -> Any:
        return o.__qualname__

    @step(writes=True)
    def store_qualname(o: Any, v: str) -> Any:
        o.__qualname__ = v

    @step()
    def doc(o: Any, v: str) -> Any:
        return o.__doc__, _instance(o).__doc__

    @step(writes=True)
    def store_doc(o: Any, v: str) -> Any:
        o.__doc__ = v

    @step()
    def module(o: Any, v: str) -> Any:
        return o.__module__, _instance(o).__module__

    @step(writes=True)
    def store_module(o: Any, v: str) -> Any:
        o.__module__ = v

    @step()
    def annotations(o: Any, v: str) -> Any:
        return dict(o.__annotations__)

    @step(writes=True, makes=True)
    def store_annotations(o: Any, v: str) -> Any:
        o.__annotations__ = made = {"x0": v}
        return made

    @step(writes=True)
    def delete_annotations(o: Any, v: str) -> Any:
        del o.__annotations__

    @step()
    def annotate(o: Any, v: str) -> Any:
        return getattr(o, "__annotate__", None) is None

    @step(writes=True)
    def store_annotate(o: Any, v: str) -> Any:
        o.__annotate__ = _annotate

    @step()
    def type_params(o: Any, v: str) -> Any:
        return o.__type_params__

    @step(writes=True, makes=True)
    def store_type_params(o: Any, v: str) -> Any:
        o.__type_params__ = made = (v,)
        return made

    @step()
    def abstract_methods(o: Any, v: str) -> Any:
        return o.__abstractmethods__

    @step(writes=True, makes=True)
    def store_abstract_methods(o: Any, v: str) -> Any:
        o.__abstractmethods__ = made = frozenset({v})
        return made

    @step(writes=True)
    def delete_abstract_methods(o: Any, v: str) -> Any:
        del o.__abstractmethods__

    @step()
    def text(o: Any, v: str) -> Any:
        return len(repr(o)) > 0, len(str(o)) > 0, len(f"{o}") > 0

    @step()
    def compare(o: Any, v: str) -> Any:
        return o == o, o != Grand, hash(o) == hash(o), bool(o)

    @step()
    def union(o: Any, v: str) -> Any:
        return (o | None).__args__[0] is o, (int | o).__args__[1] is o

    @step(PROCESS)
    def signature(o: Any, v: str) -> Any:
        return len(inspect.signature(o).parameters) >= 0

    @step()
    def copy_(o: Any, v: str) -> Any:
        return copy.copy(o) is o, copy.deepcopy(o) is o

    @step()
    def pickle_(o: Any, v: str) -> Any:
        return pickle.dumps(o)

    @step()
    def weak_reference(o: Any, v: str) -> Any:
        return weakref.ref(o)() is o


class Class(_Attributes):
    """A class: its own attributes, special methods and names."""

    left_out = {"__new__": "other subjects' fresh objects come from it", "__init__": "called by it"}

    @step()
    def layout(o: Any, v: str) -> Any:
        sizes = o.__basicsize__ > 0, o.__itemsize__, o.__dictoffset__ != 0, o.__weakrefoffset__ != 0
        return sizes, o.__flags__ > 0, o.__text_signature__, type.__sizeof__(o) > 0

    @step()
    def kin(o: Any, v: str) -> Any:
        return o.__base__ is Grand, o.__bases__ == (Grand,), len(o.__mro__), len(o.mro()), o.__subclasses__()

    @step()
    def check(o: Any, v: str) -> Any:
        return type.__instancecheck__(o, v), type.__subclasscheck__(o, o), o.__prepare__(v, ())


class ClassWithKin(Subject):
    """A class with two bases of its own and a subclass: bases are exchanged, subclasses made, look-ups go upwards."""

    def fresh(self, size: int) -> Any:
        x0, x1, spare = fresh_strings(3)
        low = type("Low", (Grand,), {"x0": x0})
        low.spare = type("Spare", (Grand,), {"x0": spare})  # type: ignore[attr-defined]
        o = type("Fresh", (low,), {"x1": x1})
        o.below = type("Below", (o,), {})  # type: ignore[attr-defined]
        return o

    def left(self, o: Any) -> Any:
        return [o.__base__.__name__, o.x0, len(o.__mro__)]

    def wrong(self, o: Any) -> str:
        if o.__mro__[1:] != o.__bases__[0].__mro__:
            return "the mro of the class disagrees with its base's"
        if o.below.__mro__[1:] != o.__mro__:
            return "the mro of the subclass disagrees with the class's"
        if o not in o.__bases__[0].__subclasses__():
            return "the base does not know the class as its subclass"
        if o.x0 is not vars(o.__bases__[0])["x0"] or o.below.x0 is not o.x0:
            return "what is inherited is not the base's"
        if wrong := _slots_disagree(o) or _slots_disagree(o.below):
            return wrong
        return "" if o.below in o.__subclasses__() else "the class does not know its subclass"

    @step()
    def get(o: Any, v: str) -> Any:
        return o.x0

    @step()
    def get_from_below(o: Any, v: str) -> Any:
        return o.below.x0, o.below.x1

    @step()
    def get_through_instance(o: Any, v: str) -> Any:
        return o.below().x0

    @step()
    def super_(o: Any, v: str) -> Any:
        return super(o.below, o.below()).x0  # type: ignore[misc]

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        o.x1 = v

    @step(writes=True)
    def store_in_base(o: Any, v: str) -> Any:
        o.__base__.x0 = v

    @step(writes=True)
    def exchange_base(o: Any, v: str) -> Any:
        o.__bases__ = (o.below.spare,)

    @step(writes=True, makes=True)
    def put_base_between(o: Any, v: str) -> Any:
        o.__bases__ = made = (type("Between", o.__bases__, {"x0": v}),)
        return made

    @step()
    def bases(o: Any, v: str) -> Any:
        return len(o.__bases__), o.__base__ is not None

    @step()
    def mro(o: Any, v: str) -> Any:
        return len(o.__mro__) >= 4, len(o.mro()) >= 4

    @step()
    def subclasses(o: Any, v: str) -> Any:
        return o.below in o.__subclasses__(), len(o.__base__.__subclasses__()) >= 0

    @step(writes=True)
    def make_subclass(o: Any, v: str) -> Any:
        return type(v, (o,), {"x3": v}).x3  # type: ignore[attr-defined]

    @step(writes=True, makes=True)
    def make_subclass_kept(o: Any, v: str) -> Any:
        o.kept = made = type(v, (o,), {})
        return made

    @step(writes=True, makes=True)
    def store_init_subclass(o: Any, v: str) -> Any:
        o.__init_subclass__ = made = classmethod(lambda cls: None)
        return made

    @step()
    def isinstance_(o: Any, v: str) -> Any:
        return isinstance(o.below(), o), isinstance(v, o)

    @step()
    def issubclass_(o: Any, v: str) -> Any:
        return issubclass(o.below, o), issubclass(o, Grand), issubclass(Grand, o)

    @step(writes=True, makes=True)
    def store_special_in_base(o: Any, v: str) -> Any:
        o.__base__.__len__ = made = lambda self: 2
        return made

    @step(writes=True)
    def delete_special_in_base(o: Any, v: str) -> Any:
        del o.__base__.__len__

    @step()
    def len_from_below(o: Any, v: str) -> Any:
        return len(o.below())

    @step(writes=True)
    def give_instance(o: Any, v: str) -> Any:
        mine = o.below()
        mine.__class__ = o
        return mine.x1


class ClassWithMetaclass(Subject):
    """A class with a metaclass of its own: what the metaclass holds is asked whenever the class is."""

    def fresh(self, size: int) -> Any:
        x0, x1, spare = fresh_strings(3)
        names = {"x0": x0, "prop": property(lambda cls: cls.x1), "spare": None}
        meta = type("Meta", (type,), names)
        meta.spare = type("Meta2", (type,), {"x0": spare, "spare": meta})  # type: ignore[attr-defined]
        return meta("Fresh", (), {"x1": x1})

    def left(self, o: Any) -> Any:
        return [vars(type(o)).get("x0"), vars(o).get("x1"), vars(o).get("x0")]

    @step()
    def get(o: Any, v: str) -> Any:
        return o.x1

    @step()
    def get_of_metaclass(o: Any, v: str) -> Any:
        return o.x0

    @step()
    def get_property(o: Any, v: str) -> Any:
        return o.prop

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        o.x1 = v

    @step(writes=True)
    def store_in_metaclass(o: Any, v: str) -> Any:
        type(o).x0 = v

    @step(writes=True)
    def store_over_metaclass(o: Any, v: str) -> Any:
        o.x0 = v

    @step(writes=True)
    def store_descriptor(o: Any, v: str) -> Any:
        type(o).x1 = property(lambda cls: v)

    @step(writes=True)
    def store_call(o: Any, v: str) -> Any:
        setattr(type(o), "__call__", lambda cls: v)

    @step(writes=True)
    def delete_call(o: Any, v: str) -> Any:
        del type(o).__call__

    @step()
    def call(o: Any, v: str) -> Any:
        return isinstance(o(), str)

    @step(writes=True)
    def store_instance_check(o: Any, v: str) -> Any:
        setattr(type(o), "__instancecheck__", lambda cls, one: True)

    @step()
    def isinstance_(o: Any, v: str) -> Any:
        return isinstance(v, o), isinstance(o, type(o))

    @step(writes=True)
    def store_getattr(o: Any, v: str) -> Any:
        type(o).__getattr__ = lambda cls, name: v

    @step()
    def get_missing(o: Any, v: str) -> Any:
        return getattr(o, "x3", None)

    @step(writes=True)
    def change_metaclass(o: Any, v: str) -> Any:
        o.__class__ = type(o).spare

    @step(writes=True, may_raise=(TypeError,))
    def make_subclass(o: Any, v: str) -> Any:
        return isinstance(type(o)(v, (o,), {}), type)

    @step(writes=True)
    def store_item_access(o: Any, v: str) -> Any:
        type(o).__getitem__ = lambda cls, key: (v, v)[key]

    @step()
    def item(o: Any, v: str) -> Any:
        return o[0]

    @step(writes=True)
    def store_iter(o: Any, v: str) -> Any:
        type(o).__iter__ = lambda cls: iter(["x0"])

    @step()
    def iterate(o: Any, v: str) -> Any:
        return list(o)

    @step(may_raise=(TypeError,))
    def prepare(o: Any, v: str) -> Any:
        return types.prepare_class(v, (o,))[0] is type(o), type(o).__prepare__(v, ()) == {}

    @step()
    def dir_(o: Any, v: str) -> Any:
        return "x1" in dir(o)


class AbstractClass(Subject):
    """An abstract base class: what is registered with it, and what it remembers of answers."""

    def fresh(self, size: int) -> Any:
        o: Any = abc.ABCMeta("Fresh", (), {"method": abc.abstractmethod(lambda self: None)})
        o.register(int)
        return o

    def left(self, o: Any) -> Any:
        return [issubclass(int, o), issubclass(str, o), issubclass(bytes, o)]

    def wrong(self, o: Any) -> str:
        return (
            "" if isinstance(7, o) and issubclass(bool, o) else "what was registered is no subclass any more"
        )

    @step()
    def isinstance_(o: Any, v: str) -> Any:
        return isinstance(7, o)

    @step()
    def isinstance_of_no(o: Any, v: str) -> Any:
        return isinstance(v, o)

    @step()
    def issubclass_(o: Any, v: str) -> Any:
        return issubclass(bool, o), issubclass(bytes, o), issubclass(o, o)

    @step(writes=True)
    def issubclass_of_new(o: Any, v: str) -> Any:
        return issubclass(type(v, (), {}), o), issubclass(type(v, (int,), {}), o)

    @step(writes=True)
    def register(o: Any, v: str) -> Any:
        return o.register(str) is str

    @step(writes=True)
    def register_new(o: Any, v: str) -> Any:
        return isinstance(o.register(type(v, (), {})), type)

    @step(writes=True)
    def make_subclass(o: Any, v: str) -> Any:
        return issubclass(type(o)(v, (o,), {}), o)

    @step(writes=True)
    def make_subclass_that_registers(o: Any, v: str) -> Any:
        below: Any = type(o)(v, (o,), {})
        below.register(bytes)
        return isinstance(b"", o)

    @step()
    def instance(o: Any, v: str) -> Any:
        return o()

    @step(writes=True, may_raise=(RuntimeError,))
    def store_method(o: Any, v: str) -> Any:
        o.method = lambda self: v
        return abc.update_abstractmethods(o) is o

    @step(writes=True)
    def caches_clear(o: Any, v: str) -> Any:
        o._abc_caches_clear()

    @step()
    def abstract_methods(o: Any, v: str) -> Any:
        return len(o.__abstractmethods__)

    @step()
    def token(o: Any, v: str) -> Any:
        return abc.get_cache_token() is not None

    @step(writes=True, makes=True)
    def store_subclass_hook(o: Any, v: str) -> Any:
        o.__subclasshook__ = made = classmethod(lambda cls, other: NotImplemented)
        return made


def _instance(cls: Any) -> Any:
    """Made without what the class may say of making."""
    return object.__new__(cls)


def _annotate(form: int) -> dict[str, Any]:
    return {"x0": "x0"}
