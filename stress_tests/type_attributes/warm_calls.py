"""Calls that the interpreter has specialised, while what they call is replaced."""

from __future__ import annotations

from collections.abc import Callable
from time import sleep
from typing import Any

from harness.kernel import (
    Absence,
    Knobs,
    Presence,
    Value,
    Warm,
    answering,
    copied,
    counted,
    fresh_class,
    fresh_subclass,
    getting,
    operation,
    prime,
)


def keeping(value: Value) -> Callable[[Any], None]:
    """An ``__init__`` that keeps ``value`` in the instance."""

    def initialize(thing: Any) -> None:
        thing.kept = value

    return initialize


def calling_up(base: Any) -> Any:
    """A subclass whose ``x`` calls ``super().x``, and whose ``y`` reads ``super().y``."""

    class Below(base):  # type: ignore[misc]
        def x(self) -> Any:
            return super().x()

        @property
        def y(self) -> Any:
            return super().y

    return Below


def called(cls: Any) -> Any:
    return cls()


class _Called(Warm):
    """One name holds something that is called, directly or by an operator, and gives a count."""

    name = "x"

    def prepare(self, knobs: Knobs) -> None:
        self.pause = knobs.calm / 1e6
        self.base = self.holder()
        # Stored, not made with the class: what is stored can be specialised on (3.14.1).
        setattr(self.base, self.name, self.made(Value(0)))
        self.sub = self.below()
        self.thing = self.sub()
        self.stored = vars(self.base)
        prime(self.base, self.sub, names=(self.name,))

    def holder(self) -> Any:
        return fresh_class()

    def below(self) -> Any:
        return fresh_subclass(self.base)

    def made(self, value: Value) -> Any:
        return answering(value)

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> None:
        setattr(self.base, self.name, self.made(Value(n)))
        sleep(self.pause)


class WarmMethodCall(_Called):
    """A specialised call of a method, or of a function through its class, is never older than the dict's before it.

    Sound: one writer stores functions that return counts; of two calls the second may not give an older one.
    """

    @operation(actor="reader")
    def call_method(self) -> Any:
        return self.stored["x"](), self.thing.x()

    @operation(actor="reader")
    def call_function(self) -> Any:
        return self.base.x(), self.stored["x"]()


class WarmMethodWithoutDict(_Called):
    """A specialised call of a method of an instance that has no dict is never older than the dict's before it.

    Sound: one writer stores functions that return counts; of two calls the second may not give an older one.
    """

    def holder(self) -> Any:
        return fresh_class(__slots__=())

    def below(self) -> Any:
        return fresh_subclass(self.base, __slots__=())

    @operation(actor="reader")
    def call_dict_first(self) -> Any:
        return self.stored["x"](), self.thing.x()

    @operation(actor="reader")
    def call_dict_last(self) -> Any:
        return self.thing.x(), self.stored["x"]()


class WarmMethodOfException(_Called):
    """A specialised call of a method of an instance that has no dict yet is never older than its class's before it.

    Sound: one writer stores functions that return counts; of two calls the second may not give an older one. An
    exception makes its dict when it is asked for, and keeps it where its C structure says.
    """

    def holder(self) -> Any:
        return fresh_class(Exception)

    @operation(actor="reader")
    def call_dict_first(self) -> Any:
        return self.stored["x"](), self.thing.x()

    @operation(actor="reader")
    def call_dict_last(self) -> Any:
        return self.thing.x(), self.stored["x"]()


class WarmSuperCall(_Called):
    """A specialised call through ``super()`` never runs an older function than the dict held before it.

    Sound: one writer stores functions that return counts; of two calls the second may not give an older one.
    """

    def below(self) -> Any:
        return calling_up(self.base)

    @operation(actor="reader")
    def call_dict_first(self) -> Any:
        return self.stored["x"](), self.thing.x()

    @operation(actor="reader")
    def call_dict_last(self) -> Any:
        return self.thing.x(), self.stored["x"]()


class WarmSuperRead(_Called):
    """A specialised read through ``super()`` never gives an older value than the dict held before it.

    Sound: one writer, so counts only go up, and of two reads the second may not be older.
    """

    name = "y"

    def below(self) -> Any:
        return calling_up(self.base)

    def made(self, value: Value) -> Any:
        return counted(value.count)

    @operation(actor="reader")
    def read_dict_first(self) -> Any:
        return self.stored["y"], self.thing.y

    @operation(actor="reader")
    def read_dict_last(self) -> Any:
        return self.thing.y, self.stored["y"]


class WarmPropertyRead(_Called):
    """A specialised read of a property never runs an older getter than the dict held before it.

    Sound: one writer stores properties whose getters return counts.
    """

    def made(self, value: Value) -> Any:
        return property(getting(value))

    @operation(actor="reader")
    def read_dict_first(self) -> Any:
        return self.stored["x"].fget(None), self.thing.x

    @operation(actor="reader")
    def read_dict_last(self) -> Any:
        return self.thing.x, self.stored["x"].fget(None)


class WarmGetattribute(_Called):
    """A specialised read that ``__getattribute__`` answers never runs an older one than the dict held before it.

    Sound: one writer stores functions that return counts, whatever name they are asked for.
    """

    name = "__getattribute__"

    def made(self, value: Value) -> Any:
        def answer(thing: Any, name: str) -> Value:
            return value

        return answer

    @operation(actor="reader")
    def read_dict_first(self) -> Any:
        return self.stored["__getattribute__"](None, "y"), self.thing.y

    @operation(actor="reader")
    def read_dict_last(self) -> Any:
        return self.thing.y, self.stored["__getattribute__"](None, "y")


class WarmSubscript(_Called):
    """A specialised ``thing[key]`` never runs an older ``__getitem__`` than the dict held before it.

    Sound: one writer stores functions that return counts. The class keeps the function that is called in a cache of
    its own, which a store must clear.
    """

    name = "__getitem__"

    @operation(actor="reader")
    def read_dict_first(self) -> Any:
        return self.stored["__getitem__"](), self.thing[0]

    @operation(actor="reader")
    def read_dict_last(self) -> Any:
        return self.thing[0], self.stored["__getitem__"]()


class WarmConstructor(_Called):
    """A specialised call of a class never runs an older ``__init__`` than an instance made before it.

    Sound: one writer stores initializers that keep counts; an instance made later keeps no older one. The class keeps
    the initializer in a cache of its own (from 3.13 on), which a store must clear.

    A call that met a store as it was specialised is one for any callable from then on, and never again one for this
    class (``specialize_class_call`` in Python/specialize.c): so each round calls by instructions of its own.
    """

    name = "__init__"

    def prepare(self, knobs: Knobs) -> None:
        super().prepare(knobs)
        self.make, self.make_other = copied(called), copied(called)

    def made(self, value: Value) -> Any:
        return keeping(value)

    @operation(actor="reader")
    def make_twice(self) -> Any:
        return self.make(self.base).kept, self.make(self.base).kept

    @operation(actor="reader")
    def make_below(self) -> Any:
        return self.make_other(self.sub).kept, self.make(self.base).kept


def false(thing: Any) -> bool:
    """A ``__bool__``."""
    return False


def none(thing: Any) -> int:
    """A ``__len__``."""
    return 0


class WarmTruth(Warm):
    """A specialised ``if thing`` finds ``__bool__`` or ``__len__`` while it is in the class, and none that has gone.

    Sound: one writer. It publishes a count once its store has returned and withdraws it before it deletes, and another
    one once its delete has returned, withdrawn before it stores. A reader that takes the same count before and after
    it asked, asked while the class stood so: with the method the instance is false, without it is true. Where the slot
    was taken and its method has gone since, it is AttributeError.
    """

    oracle = Absence()

    def prepare(self, knobs: Knobs) -> None:
        self.pause = knobs.calm / 1e6
        self.base = fresh_class()
        self.thing = fresh_subclass(self.base)()
        self.there, self.gone = [0], [0]
        self.newer = Value(1 << 20)
        self.methods = (("__bool__", false), ("__len__", none))

    @operation(actor="writer", stores=2)
    def come_and_go(self, n: int) -> None:
        name, method = self.methods[n % 2]
        self.gone[0] = 0
        setattr(self.base, name, method)
        self.there[0] = n
        sleep(self.pause)
        self.there[0] = 0
        delattr(self.base, name)
        self.gone[0] = n
        sleep(self.pause)

    @operation(actor="reader", oracle=Presence())
    def ask_there(self) -> Any:
        before = self.there[0]
        found = None
        try:
            if not self.thing:
                found = self.newer
        except AttributeError:
            pass
        return before, found, self.there[0]

    @operation(actor="reader")
    def ask_gone(self) -> Any:
        before = self.gone[0]
        found = True
        try:
            if self.thing:
                found = False
        except AttributeError:
            pass
        return before, found, self.gone[0]
