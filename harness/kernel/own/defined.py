"""What the class of an object defines, as operations that could be done on it."""

from __future__ import annotations

import builtins
import inspect
import keyword
import sys
import types
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain, count
from types import GetSetDescriptorType, MemberDescriptorType
from typing import Any

from harness.kernel.own.arguments import ANY, KEYED, OPERAND, Choices, of_setter, of_signature

WITHOUT = {
    **{f"__{name}__": f"return {name}(o)" for name in ("len", "bool", "repr", "str", "hash", "int", "float")},
    **{f"__{name}__": f"return {name}(o)" for name in ("complex", "bytes", "abs", "next", "round")},
    **{f"__{name}__": f"return operator.{name}(o)" for name in ("index", "length_hint")},
    **{f"__{name}__": f"return math.{name}(o)" for name in ("trunc", "floor", "ceil")},
    **{f"__{name}__": f"return o.__{name}__()" for name in ("getstate", "reduce", "fspath")},
    "__neg__": "return -o",
    "__pos__": "return +o",
    "__invert__": "return ~o",
    "__format__": "return format(o, '')",
    "__iter__": "return list(islice(o, MOST))",
    "__reversed__": "return list(islice(reversed(o), MOST))",
    "__copy__": "copy.copy(o)",
    "__deepcopy__": "copy.deepcopy(o)",
    "__enter__": "with o: pass",
    "__buffer__": "return bytes(memoryview(o))",
}
"""Slots that take no argument: what a program does to go through each."""
NUMBERS = {"add": "+", "sub": "-", "mul": "*", "truediv": "/", "floordiv": "//", "mod": "%", "pow": "**"}
INFIX = NUMBERS | {"matmul": "@", "lshift": "<<", "rshift": ">>", "and": "&", "or": "|", "xor": "^"}
COMPARED = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
WITH = {
    **{f"__{name}__": f"return o {sign} A0" for name, sign in (INFIX | COMPARED).items()},
    **{f"__r{name}__": f"return A0 {sign} o" for name, sign in INFIX.items()},
    **{f"__i{name}__": f"o {sign}= A0" for name, sign in INFIX.items()},
    "__divmod__": "return divmod(o, A0)",
    "__rdivmod__": "return divmod(A0, o)",
    "__contains__": "return A0 in o",
    "__getitem__": "return o[A0]",
    "__setitem__": "o[A0] = A1",
    "__delitem__": "del o[A0]",
}
"""Slots that take arguments, ``A0``, ``A1``."""
COUNTS = (WITHOUT["__len__"], WITHOUT["__iter__"])
"""What an object is counted with."""
OF_KEYS = ("__contains__", "__getitem__", "__setitem__", "__delitem__")
GO_THROUGH = ("__copy__", "__deepcopy__", "__getstate__", "__reduce__", "__repr__", "__str__")
"""They go through what the object holds, and may notice that it changes."""
GONE_THROUGH = {
    *("__new__", "__init__", "__del__", "__init_subclass__", "__subclasshook__", "__class_getitem__"),
    *("__getattribute__", "__getattr__", "__setattr__", "__delattr__", "__dir__", "__sizeof__", "__exit__"),
    *("__set_name__", "__reduce_ex__", "__release_buffer__", "__instancecheck__", "__subclasscheck__"),
    *("__class__", "__doc__", "__module__", "__dict__", "__weakref__", "__slots__", "__abstractmethods__"),
    *("__match_args__", "__missing__"),
}
"""What makes an object or its class, or is gone through by whatever else is done."""
AWAITED = ("__await__", "__aiter__", "__anext__", "__aenter__", "__aexit__")
NEEDS_A_LOOP = "it is awaited: only an event loop drives it"
NEEDS_A_CLASS = "it is a descriptor's: only a class that holds the object drives it"
NO_NAME = "it has a name that no program can write"
UNSURE = (GetSetDescriptorType, MemberDescriptorType)
"""Of these it does not show whether they can be stored."""


@dataclass(frozen=True)
class Defined:
    """Something that a program could do on the object."""

    name: str
    """Of the operation."""
    form: str
    """What it does: a statement on ``o``, with ``A0`` … for its arguments, or ``ARGUMENTS`` for all of them."""
    choices: Choices | None = ()
    """For its arguments, lists of expressions, the likeliest first; None: nothing says how many it takes."""
    inside: str = ""
    """Of what is not done at once: statements, one of them ``BESIDE``, where another operation may come."""
    may_raise: tuple[str, ...] = ()
    """What any of its kind may raise in a race."""
    unsure: bool = False
    """It need not exist: where it never works, nobody has defined it."""


def defined(o: Any, attributes: bool) -> tuple[list[Defined], dict[str, str]]:
    """What the object's class and its bases define, and what of it no thread can drive, by name, with the reason.

    Bases of the standard library are left out, ``object`` among them: what they promise is theirs. ``attributes``: what
    the instance itself holds, too.
    """
    found: dict[str, Defined] = {}
    undriven: dict[str, str] = {}
    members = _members(type(o))
    # Slots last: where a method has the name of one, it is the slot that gets another one.
    for name in sorted(members, key=lambda name: name in WITHOUT or name in WITH):
        if reason := _undriven(name, members[name]):
            undriven[name] = reason
            continue
        for one in _of(name, members[name], o):
            _add(found, one)
    for name in _held(o) if attributes else ():
        if any(one.form == f"return o.{name}" for one in found.values()):
            continue  # it is driven as what the class defines
        if reason := _undriven(name, None):
            undriven[name] = reason
            continue
        for one in _attribute(name, of_setter(o, name)):
            _add(found, one)
    return list(found.values()), undriven


def _add(found: dict[str, Defined], one: Defined) -> None:
    """Under a name of its own: a method may be called as a slot is, ``add`` beside ``__add__``, or ``and_``."""
    plain = one.name.rstrip("_")  # as ``step`` names it
    names = chain([plain], (f"{plain}_{number}" for number in count(2)))
    name = next(name for name in names if name not in found)
    found[name] = replace(one, name=name)


def own_classes(kind: type) -> list[type]:
    """The class and those of its bases that are not the standard library's."""
    return [cls for cls in kind.__mro__ if cls is kind or not _is_of_the_library(cls)]


def _is_of_the_library(cls: type) -> bool:
    """A type in C or Rust that names no module says that it is of ``builtins``, and is not."""
    module = str(cls.__module__).partition(".")[0]
    if module == "builtins":
        return any(cls is one for one in (*vars(builtins).values(), *vars(types).values()))
    return module in sys.stdlib_module_names


def _members(kind: type) -> dict[str, Any]:
    """By name, in the order of their definition; what a subclass defines again stands where its base has it."""
    members: dict[str, Any] = {}
    for cls in reversed(own_classes(kind)):
        if cls is not object:
            members.update(vars(cls))
    for name, thing in list(members.items()):
        if thing is None or vars(object).get(name) is thing:
            del members[name]  # as ``__hash__ = None``: it has none
    return members


def _held(o: Any) -> list[str]:
    held = list(getattr(o, "__dict__", {}))
    for cls in own_classes(type(o)):
        held += [name for name, thing in vars(cls).items() if _is_slot(cls, thing)]
    return [name for name in dict.fromkeys(held) if name[:1] != "_"]


def _is_slot(cls: type, thing: Any) -> bool:
    """Whether it is a place for an instance's attribute: of a class that Python code defines, by ``__slots__``."""
    return isinstance(thing, MemberDescriptorType) and "__slots__" in vars(cls)


def _is_a_slot_of(o: Any, name: str) -> bool:
    return any(_is_slot(cls, vars(cls).get(name)) for cls in own_classes(type(o)))


def _undriven(name: str, thing: Any) -> str:
    if name in AWAITED:
        return NEEDS_A_LOOP
    if name in ("__get__", "__set__", "__delete__"):
        return NEEDS_A_CLASS
    if name[:1] != "_" and (not name.isidentifier() or keyword.iskeyword(name)):
        return NO_NAME
    function = getattr(thing, "__func__", thing)
    if name[:1] != "_" and (inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function)):
        return NEEDS_A_LOOP
    return ""


def _of(name: str, thing: Any, o: Any) -> Iterator[Defined]:
    if name in GONE_THROUGH:
        return
    if name == "__call__":
        yield Defined("call", "return o(ARGUMENTS)", of_signature(o))
    elif name in WITHOUT or name in WITH:
        yield _slot(name, thing)
    elif name[:1] == "_" or isinstance(thing, staticmethod | type) or _is_a_slot_of(o, name):
        return
    elif isinstance(thing, property):
        yield Defined(name, f"return o.{name}")
        if thing.fset is not None:
            yield Defined("set_" + name, f"o.{name} = A0", (of_setter(o, name),))
        if thing.fdel is not None:
            yield Defined("del_" + name, f"del o.{name}")
    elif isinstance(thing, UNSURE):
        yield from _attribute(name, of_setter(o, name))
    elif isinstance(thing, classmethod) or inspect.isroutine(thing):
        yield Defined(name, f"return o.{name}(ARGUMENTS)", of_signature(getattr(o, name, None)))
    elif hasattr(type(thing), "__get__"):  # a property of another kind
        yield Defined(name, f"return o.{name}")


def _attribute(name: str, choices: list[str]) -> Iterator[Defined]:
    yield Defined(name, f"return o.{name}")
    yield Defined("set_" + name, f"o.{name} = A0", (choices,), unsure=True)


def _slot(name: str, thing: Any) -> Defined:
    """What goes through a slot. A type in C has all six comparisons as soon as it has one, and each operator both ways
    round: it need not answer to all of them.
    """
    unsure = not inspect.isfunction(thing) and name in WITH and name not in OF_KEYS
    if name in WITHOUT:
        inside, may_raise = _parts(name)
        return Defined(name.strip("_"), WITHOUT[name], inside=inside, may_raise=may_raise)
    form = WITH[name]
    choices = [KEYED, ANY] if "A1" in form else [KEYED if name in OF_KEYS else OPERAND]
    return Defined(name.strip("_"), form, tuple(choices), unsure=unsure)


def _parts(name: str) -> tuple[str, tuple[str, ...]]:
    """Of what goes through a slot in several steps: its steps, and what it may raise where others come in between."""
    if name == "__iter__":
        return "it = iter(o); first = list(islice(it, 1)); BESIDE; list(islice(it, MOST))", ("RuntimeError",)
    if name == "__reversed__":
        return "it = reversed(o); first = list(islice(it, 1)); BESIDE; list(islice(it, MOST))", (
            "RuntimeError",
        )
    if name == "__enter__":
        return "o.__enter__(); BESIDE; o.__exit__(None, None, None)", ()
    if name == "__buffer__":
        return "view = memoryview(o); BESIDE; bytes(view); view.release()", ()
    return "", {"__next__": ("StopIteration",)}.get(name, ("RuntimeError",) if name in GO_THROUGH else ())
