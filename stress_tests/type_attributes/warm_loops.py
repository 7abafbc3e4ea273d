"""Reads that the interpreter has specialised, while a store pulls the ground from under them.

From 3.11 on an instruction that has run some fifty times on the same class carries the class's version and what was
found: an inline cache of its own, beside the type cache. It does so only where what was found is of an immutable type:
plain values are numbers here, and count for themselves. These scenarios race with the GIL on too, because threads
take turns between two instructions, and free-threaded from 3.14 on, whose loops are specialised as well.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from time import sleep
from typing import Any, ClassVar

from harness.kernel import (
    Amplifier,
    Knobs,
    Oracle,
    Order,
    Permitted,
    Scenario,
    Value,
    fresh_class,
    fresh_subclass,
    operation,
    prime,
    readers,
)

calm = Amplifier(
    "calm",
    (20, 0),
    "microseconds between two stores: a read must go undisturbed some fifty times before it is specialised",
)
SHORT_INTERVAL = 1e-5
"""Seconds after which a thread is asked for the GIL: some hundred reads."""
USUAL_INTERVAL = sys.getswitchinterval()


class NumberOrder(Oracle):
    """Two reads of one name that holds numbers: the second is never lower. Sound as ``Order``: one writer counts up."""

    name = "order"

    @staticmethod
    def judge(earlier: int, later: int) -> bool:
        return later < earlier

    def explain(self, *seen: Any) -> str:
        return f"first read gave {seen[0]!r}, the read after it gave the older {seen[1]!r}"


FIRST = 1000
"""Where numbers start: small ones are immortal, and the same object each time."""


def answering(value: Value) -> Callable[..., Value]:
    """A function that returns ``value``, whatever it is called with."""

    def answer(thing: object = None, key: object = None) -> Value:
        return value

    return answer


def getting(value: Value) -> Callable[[object], Value]:
    """A getter that returns ``value``; with one parameter, or the read of its property is not specialised."""

    def get(thing: object) -> Value:
        return value

    return get


def keeping(value: Value) -> Callable[[Any], None]:
    """An ``__init__`` that keeps ``value`` in the instance."""

    def initialize(thing: Any) -> None:
        thing.kept = value

    return initialize


def calling_up(base: Any) -> Any:
    """A subclass whose ``x`` calls ``super().x``."""

    class Below(base):  # type: ignore[misc]
        def x(self) -> Any:
            return super().x()

    return Below


class _Warm(Scenario):
    oracle: ClassVar[Oracle | None] = Order()
    amplifiers = (calm, readers)
    needs_parallelism = False
    name = "x"

    def prepare(self, knobs: Knobs) -> None:
        sys.setswitchinterval(SHORT_INTERVAL)
        self.pause = knobs.calm / 1e6
        self.base = fresh_class(**{self.name: self.made(Value(0))})
        self.sub = fresh_subclass(self.base)
        self.thing = self.sub()
        self.stored = vars(self.base)
        prime(self.base, self.sub, names=(self.name,))

    def made(self, value: Value) -> Any:
        return value

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        sys.setswitchinterval(USUAL_INTERVAL)
        yield from ()


class _WarmNumbers(_Warm):
    oracle = NumberOrder()

    def made(self, value: Value) -> Any:
        return FIRST + value.count

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> None:
        self.base.x = FIRST + n
        sleep(self.pause)


class WarmClassRead(_WarmNumbers):
    """A specialised read of a class attribute is never older than what the dict held before it.

    Sound: one writer, so the numbers only go up, and of two reads the second may not be older.
    """

    @operation(actor="reader")
    def read_class(self) -> Any:
        return self.stored["x"], self.base.x

    @operation(actor="reader")
    def read_subclass(self) -> Any:
        return self.sub.x, self.stored["x"]


class WarmInstanceRead(_WarmNumbers):
    """A specialised read of a class attribute through an instance is never older than what the dict held before it.

    Sound: one writer; the instance has no such name of its own.
    """

    @operation(actor="reader")
    def read_dict_first(self) -> Any:
        return self.stored["x"], self.thing.x

    @operation(actor="reader")
    def read_dict_last(self) -> Any:
        return self.thing.x, self.stored["x"]


class WarmMethodCall(_Warm):
    """A specialised method call, and one through ``super()``, never runs an older function than the dict held before.

    Sound: one writer stores functions that return counts; of two calls the second may not give an older one.
    """

    def prepare(self, knobs: Knobs) -> None:
        super().prepare(knobs)
        self.calling = calling_up(self.base)()

    def made(self, value: Value) -> Any:
        return answering(value)

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> None:
        self.base.x = answering(Value(n))
        sleep(self.pause)

    @operation(actor="reader")
    def call_method(self) -> Any:
        return self.stored["x"](), self.thing.x()

    @operation(actor="reader")
    def call_super(self) -> Any:
        return self.stored["x"](), self.calling.x()


class WarmPropertyRead(_Warm):
    """A specialised read of a property never runs an older getter than the dict held before it.

    Sound: one writer stores properties whose getters return counts.
    """

    def made(self, value: Value) -> Any:
        return property(getting(value))

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> None:
        self.base.x = property(getting(Value(n)))
        sleep(self.pause)

    @operation(actor="reader")
    def read_dict_first(self) -> Any:
        return self.stored["x"].fget(None), self.thing.x

    @operation(actor="reader")
    def read_dict_last(self) -> Any:
        return self.thing.x, self.stored["x"].fget(None)


class WarmSubscript(_Warm):
    """A specialised ``thing[key]`` never runs an older ``__getitem__`` than the dict held before it.

    Sound: one writer stores functions that return counts. The class keeps the function that is called in a cache of
    its own, which a store must clear.
    """

    name = "__getitem__"

    def made(self, value: Value) -> Any:
        return answering(value)

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> None:
        self.base.__getitem__ = answering(Value(n))
        sleep(self.pause)

    @operation(actor="reader")
    def read_dict_first(self) -> Any:
        return self.stored["__getitem__"](), self.thing[0]

    @operation(actor="reader")
    def read_dict_last(self) -> Any:
        return self.thing[0], self.stored["__getitem__"]()


class WarmConstructor(_Warm):
    """A specialised call of a class never runs an older ``__init__`` than an instance made before it.

    Sound: one writer stores initializers that keep counts; an instance made later keeps no older one. The class keeps
    the initializer in a cache of its own (from 3.13 on), which a store must clear.
    """

    name = "__init__"

    def made(self, value: Value) -> Any:
        return keeping(value)

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> None:
        self.base.__init__ = keeping(Value(n))
        sleep(self.pause)

    @operation(actor="reader")
    def make_twice(self) -> Any:
        return self.base().kept, self.base().kept

    @operation(actor="reader")
    def make_below(self) -> Any:
        return self.sub().kept, self.base().kept


class WarmOwnAttribute(_Warm):
    """A specialised read of an instance's own attribute, while its class gains and loses a property of that name.

    Sound: a property goes before the instance's own attribute, and that before a plain class attribute; the class is
    looked up once a read. A read gives the property's value or the instance's own, and never raises.
    """

    oracle = Permitted()

    def prepare(self, knobs: Knobs) -> None:
        super().prepare(knobs)
        own, answered = Value(1, "own"), Value(2, "answered")
        self.permitted = (own, answered)
        self.thing.x = own
        self.property = property(getting(answered))
        self.plain = FIRST

    @operation(actor="writer", stores=3)
    def come_and_go(self, n: int) -> None:
        self.base.x = self.property
        sleep(self.pause)
        self.base.x = self.plain
        sleep(self.pause)
        del self.base.x
        sleep(self.pause)

    @operation(actor="reader")
    def read(self) -> Any:
        return self.thing.x, self.permitted

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        yield from super().quiescence()
        for turn in range(1, 4):
            yield f"x of an instance, read {turn}", self.thing.x, self.permitted[0]
