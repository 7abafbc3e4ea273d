"""What a specialised instruction gives after a change that its guard may not cover, beside what a first look gives.

An instruction that has run often enough carries what it has found, and guards it by the version of one class, or of a
dict's keys. There is one thread: it makes a read warm, makes one change, and reads again. What the read gives then is
what ``getattr`` gives, which knows no specialised instructions.
"""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import Any, ClassVar

from harness.kernel import Amplifier, Oracle, Scenario, Value, copied, fresh_class, operation
from harness.kernel.levers import ON, specializer

WARM = 60
"""Turns after which an instruction is specialised, also where it has been for something else before."""


class WarmAsCold(Oracle):
    """What a warm instruction gives is what the first look gives. Sound where nothing changes between the two."""

    name = "warm as cold"

    @staticmethod
    def judge(cold: Any, warm: Any) -> bool:
        return warm is not cold

    def explain(self, *seen: Any) -> str:
        return f"getattr gives {seen[0]!r}, and the specialised instruction gives {seen[1]!r}"


def read_x(thing: Any) -> Any:
    return thing.x


def read_class(thing: Any) -> Any:
    return thing.__class__


def call_it(thing: Any) -> Any:
    return thing()


def warmed(function: Callable[[Any], Any], thing: Any) -> FunctionType:
    """A copy of ``function`` whose instructions have met nothing but ``thing``, and that often."""
    copy = copied(function)
    for _ in range(WARM):
        copy(thing)
    return copy


FIRST, SECOND = Value(1, "first"), Value(2, "second")


def first(thing: object) -> Value:
    return FIRST


def second(thing: object, name: str = "") -> Value:
    return SECOND


def shortest(thing: object) -> None:
    """An ``__init__``. Not a nested function: those are not specialised on from 3.14 on."""


class Getting:
    """As a class attribute: who reads it is given ``SECOND`` and not the instance."""

    def __get__(self, thing: object, owner: object = None) -> Value:
        return SECOND


class GettingModule(Getting, ModuleType):
    """A module that does."""


class PropertyModule(ModuleType):
    """A module whose ``x`` is a property."""

    x = property(second)


class _WarmChange(Scenario):
    oracle: ClassVar[Oracle] = WarmAsCold()
    amplifiers = (Amplifier(specializer.name, (ON,), "nothing: without it there is nothing warm"),)
    needs_parallelism = False
    caches = False


class WarmReadOfModule(_WarmChange):
    """A module that is given a class with a property of that name gives what the property does (gh-156399).

    Sound: the only thread. A data descriptor of the class goes before what the module's dict holds.
    """

    @operation(actor="reader", stores=1)
    def read(self) -> Any:
        module = ModuleType("module")
        module.x = FIRST  # type: ignore[attr-defined]
        read = warmed(read_x, module)
        module.__class__ = PropertyModule
        return getattr(module, "x"), read(module)  # noqa: B009  # what no instruction is specialised for


class WarmReadOfModuleEntry(_WarmChange):
    """What lies in a module's dict under the name of one of its own descriptors is not what the module gives.

    Sound: the only thread; ``__class__`` is a data descriptor of every object.
    """

    @operation(actor="reader", stores=1)
    def read(self) -> Any:
        module = ModuleType("module")
        vars(module)["__class__"] = FIRST
        read = warmed(read_class, module)
        return getattr(module, "__class__"), read(module)  # noqa: B009


class WarmReadOfModuleInClass(_WarmChange):
    """A module that is an attribute of a class, and becomes a descriptor, is asked for what it gives.

    Sound: the only thread. The type of modules cannot be changed, and a module's type can.
    """

    @operation(actor="reader", stores=1)
    def read(self) -> Any:
        module = ModuleType("module")
        cls = fresh_class(x=module)
        read = warmed(read_x, cls)
        module.__class__ = GettingModule
        return getattr(cls, "x"), read(cls)  # noqa: B009


class WarmReadOfPropertyMadeAnew(_WarmChange):
    """A property whose ``__init__`` is called again runs the getter that it was given last.

    Sound: the only thread.
    """

    @operation(actor="reader", stores=1)
    def read(self) -> Any:
        again = property(first)
        thing = fresh_class(x=again)()
        read = warmed(read_x, thing)
        again.__init__(second)  # type: ignore[misc]
        return getattr(thing, "x"), read(thing)  # noqa: B009


class WarmCallOfAbstractClass(_WarmChange):
    """A class that is abstract makes no instances, however often it is asked for one.

    Sound: the only thread; ``object.__new__`` refuses it with TypeError.
    """

    @operation(actor="reader", stores=2)
    def call(self) -> Any:
        cls = fresh_class(__init__=shortest)
        cls.__abstractmethods__ = frozenset({"missing"})
        call = copied(call_it)
        return refused(cls.__call__), all(refused(call, cls) for _ in range(WARM))


def refused(function: Callable[..., object], *arguments: object) -> bool:
    """Whether a call ends with TypeError."""
    try:
        function(*arguments)
    except TypeError:
        return True
    return False
