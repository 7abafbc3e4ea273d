"""Functions, methods and properties that are replaced while they are called."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, ClassVar

from harness.kernel import (
    Amplifier,
    Knobs,
    Order,
    Permitted,
    Scenario,
    Value,
    fan_out,
    fresh_class,
    fresh_subclass,
    fresh_subclasses,
    lock_free,
    operation,
    prime,
    readers,
    rest,
    sharing,
)


def answering(value: Value) -> Callable[..., Value]:
    """A function that returns ``value``, whatever it is called with."""

    def answer(*bound: object) -> Value:
        return value

    return answer


def as_it_is(function: Any) -> Any:
    """How a function becomes an attribute that is a plain method."""
    return function


class ReferableClassMethod(classmethod):  # type: ignore[type-arg]
    """A class method that can be referenced weakly (see ``sharing``)."""


class ReferableStaticMethod(staticmethod):  # type: ignore[type-arg]
    """A static method that can be referenced weakly (see ``sharing``)."""


class ReferableProperty(property):
    """A property that can be referenced weakly (see ``sharing``)."""


def calling_up(base: Any) -> Any:
    """A subclass whose ``x`` calls ``super().x``."""

    class Below(base):  # type: ignore[misc]
        def x(self) -> Any:
            return super().x()

    return Below


COUNTED = replace(lock_free, dead_from=(3, 14))
"""Functions in classes are counted late from 3.14 on, other descriptors from 3.15 on: nobody needs a lock for them."""


class _Replaced(Scenario):
    oracle = Order()
    amplifiers: ClassVar[tuple[Amplifier, ...]] = (readers, fan_out, COUNTED, rest)
    wrap: Any = staticmethod(as_it_is)

    def prepare(self, knobs: Knobs) -> None:
        self.base = fresh_class(x=self.wrap(answering(Value(0))))
        self.sub = fresh_subclass(self.base)
        self.thing = self.sub()
        self.siblings = fresh_subclasses(self.base, knobs.fan_out)
        self.stored = vars(self.base)
        self.share = sharing(knobs.lock_free)
        self.rests = range(knobs.rest)
        prime(self.base, self.sub, *self.siblings)

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> None:
        attribute = self.wrap(answering(Value(n)))
        self.share(attribute)
        self.base.x = attribute
        for _ in self.rests:
            pass

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        expected = self.stored["x"].__get__(self.thing, self.sub)()
        for turn in range(1, 4):
            yield f"x of an instance, read {turn}", self.thing.x(), expected


class MethodReplaced(_Replaced):
    """A method called on an instance is never older than the function the class's dict held before.

    Sound: one writer stores functions that return counts, so the counts go up in the order in which functions are
    found, and of two calls the second may not give an older one.
    """

    @operation(actor="reader")
    def call_dict_first(self) -> Any:
        return self.stored["x"](), self.thing.x()

    @operation(actor="reader")
    def call_dict_last(self) -> Any:
        return self.thing.x(), self.stored["x"]()


class FunctionReplaced(_Replaced):
    """A function called through its class and a subclass is never older than the one the dict held before.

    Sound as for the method: one writer, and of two calls the second may not give an older count.
    """

    @operation(actor="reader")
    def call_dict_first(self) -> Any:
        return self.stored["x"](), self.base.x()

    @operation(actor="reader")
    def call_dict_last(self) -> Any:
        return self.sub.x(), self.stored["x"]()


class SuperReplaced(_Replaced):
    """A method called through ``super()`` is never older than the function the base's dict held before.

    Sound as for the method. ``super()`` goes through the dicts of the classes, not through the type cache.
    """

    def prepare(self, knobs: Knobs) -> None:
        super().prepare(knobs)
        self.calling = calling_up(self.base)()

    @operation(actor="reader")
    def call_dict_first(self) -> Any:
        return self.stored["x"](), self.calling.x()

    @operation(actor="reader")
    def call_super_first(self) -> Any:
        return self.calling.x(), self.thing.x()


class ClassMethodReplaced(_Replaced):
    """A class method called through class and instance is never older than the one the dict held before.

    Sound as for the method: one writer, and of two calls the second may not give an older count.
    """

    wrap = ReferableClassMethod

    @operation(actor="reader")
    def call_dict_first(self) -> Any:
        return self.stored["x"].__func__(), self.sub.x()

    @operation(actor="reader")
    def call_dict_last(self) -> Any:
        return self.thing.x(), self.stored["x"].__func__()


class StaticMethodReplaced(_Replaced):
    """A static method called through class and instance is never older than the one the dict held before.

    Sound as for the method: one writer, and of two calls the second may not give an older count.
    """

    wrap = ReferableStaticMethod

    @operation(actor="reader")
    def call_dict_first(self) -> Any:
        return self.stored["x"].__func__(), self.base.x()

    @operation(actor="reader")
    def call_dict_last(self) -> Any:
        return self.thing.x(), self.stored["x"].__func__()


class PropertyReplaced(_Replaced):
    """A property read through an instance is never older than the one the class's dict held before.

    Sound: one writer stores properties whose getters return counts; of two reads the second may not give an older one.
    """

    wrap = ReferableProperty

    @operation(actor="reader")
    def read_dict_first(self) -> Any:
        return self.stored["x"].fget(), self.thing.x

    @operation(actor="reader")
    def read_dict_last(self) -> Any:
        return self.thing.x, self.stored["x"].fget()

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        expected = self.stored["x"].fget()
        for turn in range(1, 4):
            yield f"x of an instance, read {turn}", self.thing.x, expected


class PropertyComesAndGoes(Scenario):
    """A name is now a property, now a plain class attribute, now nothing: an instance gives one of two objects.

    Sound: a property goes before the instance's own attribute, and the instance's own goes before a plain class
    attribute. The class is looked up once a read, so nothing else can come out: not the plain value, and not
    AttributeError.
    """

    oracle = Permitted()
    amplifiers = (readers, fan_out, rest)

    def prepare(self, knobs: Knobs) -> None:
        own, answered = Value(1, "own"), Value(2, "answered")
        self.permitted = (own, answered)
        self.base = fresh_class()
        self.sub = fresh_subclass(self.base)
        self.siblings = fresh_subclasses(self.base, knobs.fan_out)
        self.thing = self.sub()
        self.thing.x = own
        self.property = property(answering(answered))
        self.plain = Value(3, "plain")
        self.rests = range(knobs.rest)
        prime(self.base, self.sub, *self.siblings)

    @operation(actor="writer", stores=3)
    def come_and_go(self, n: int) -> None:
        self.base.x = self.property
        for _ in self.rests:
            pass
        self.base.x = self.plain
        for _ in self.rests:
            pass
        del self.base.x
        for _ in self.rests:
            pass

    @operation(actor="reader")
    def read(self) -> Any:
        return self.thing.x, self.permitted

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        for turn in range(1, 4):
            yield f"x of an instance, read {turn}", self.thing.x, self.permitted[0]
