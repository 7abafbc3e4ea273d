"""Attribute reads that the interpreter has specialised, while a store pulls the ground from under them."""

from __future__ import annotations

from collections.abc import Iterator
from time import sleep
from typing import Any, ClassVar

from harness.kernel import (
    Knobs,
    Oracle,
    Permitted,
    Value,
    Warm,
    counted,
    fresh_class,
    fresh_subclass,
    getting,
    operation,
    prime,
)
from harness.kernel.warm import FREE_THREADED


class TextOrder(Oracle):
    """Two reads of one name that holds numbers, written out: the second is never lower.

    Sound as ``Order``: one writer counts up.
    """

    name = "order"

    @staticmethod
    def judge(earlier: str, later: str) -> bool:
        return later < earlier

    def explain(self, *seen: Any) -> str:
        return f"first read gave {seen[0]!r}, the read after it gave the older {seen[1]!r}"


class _Read(Warm):
    """``x`` holds a class, which is replaced: what is read of a class or an instance can be specialised on it."""

    def prepare(self, knobs: Knobs) -> None:
        self.pause = knobs.calm / 1e6
        self.base = self.holder()
        self.sub = fresh_subclass(self.base, **self.members)
        self.thing = self.sub()
        self.stored = vars(self.base)
        prime(self.base, self.sub)

    members: ClassVar[dict[str, Any]] = {}

    def holder(self) -> Any:
        return fresh_class(x=counted(0), **self.members)

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> None:
        self.base.x = counted(n)
        sleep(self.pause)


class WarmClassRead(_Read):
    """A specialised read of a class attribute is never older than what the dict held before it.

    Sound: one writer, so counts only go up, and of two reads the second may not be older.
    """

    @operation(actor="reader")
    def read_class(self) -> Any:
        return self.stored["x"], self.base.x

    @operation(actor="reader")
    def read_subclass(self) -> Any:
        return self.sub.x, self.stored["x"]


class WarmClassReadOfText(_Read):
    """A specialised read of a class attribute that is a plain string, freed once it is replaced, is never older.

    Sound: one writer counts up, and writes each number with as many digits. Free-threaded builds specialise a class
    read on whatever it found from 3.15 on.
    """

    oracle = TextOrder()
    minimum_version = (3, 15) if FREE_THREADED else (3, 11)

    def holder(self) -> Any:
        return fresh_class(x=f"{0:04}")

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> None:
        self.base.x = f"{n:04}"
        sleep(self.pause)

    @operation(actor="reader")
    def read_class(self) -> Any:
        return self.stored["x"], self.base.x

    @operation(actor="reader")
    def read_subclass(self) -> Any:
        return self.sub.x, self.stored["x"]


class WarmInstanceRead(_Read):
    """A specialised read of a class attribute through an instance is never older than what the dict held before it.

    Sound: one writer; the instance has no such name of its own.
    """

    @operation(actor="reader")
    def read_dict_first(self) -> Any:
        return self.stored["x"], self.thing.x

    @operation(actor="reader")
    def read_dict_last(self) -> Any:
        return self.thing.x, self.stored["x"]


class WarmReadWithoutDict(_Read):
    """A specialised read of a class attribute through an instance that has no dict is never older than the class's.

    Sound: one writer; the instance has no such slot.
    """

    members: ClassVar[dict[str, Any]] = {"__slots__": ()}

    @operation(actor="reader")
    def read_dict_first(self) -> Any:
        return self.stored["x"], self.thing.x

    @operation(actor="reader")
    def read_dict_last(self) -> Any:
        return self.thing.x, self.stored["x"]


class _Shadowed(Warm):
    """An instance has ``x`` of its own, while its class gains and loses a property of that name."""

    oracle = Permitted()

    def prepare(self, knobs: Knobs) -> None:
        self.pause = knobs.calm / 1e6
        own, answered = Value(1, "own"), Value(2, "answered")
        self.permitted = (own, answered)
        self.base = self.holder()
        self.sub = fresh_subclass(self.base)
        self.thing = self.sub()
        self.own(own)
        self.property = property(getting(answered))
        prime(self.base, self.sub)

    def holder(self) -> Any:
        return fresh_class()

    def own(self, own: Value) -> None:
        """Gives the instance its own ``x``."""
        self.thing.x = own

    @operation(actor="writer", stores=2)
    def come_and_go(self) -> None:
        self.sub.x = self.property
        sleep(self.pause)
        del self.sub.x
        sleep(self.pause)

    @operation(actor="reader")
    def read(self) -> Any:
        return self.thing.x, self.permitted

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        for turn in range(1, 4):
            yield f"x of an instance, read {turn}", self.thing.x, self.permitted[0]


class WarmOwnAttribute(_Shadowed):
    """A specialised read of an instance's own attribute, while its class gains and loses a property of that name.

    Sound: a property goes before the instance's own attribute, and that before a plain class attribute; the class is
    looked up once a read. A read gives the property's value or the instance's own, and never raises.
    """

    @operation(actor="writer", stores=1)
    def come_in_between(self) -> None:
        self.sub.x = None
        sleep(self.pause)


class WarmOwnAttributeInDict(_Shadowed):
    """A specialised read of an instance's own attribute out of its dict, while its class gains a property of that name.

    Sound: a property goes before the instance's own attribute; the class is looked up once a read.
    """

    def own(self, own: Value) -> None:
        self.sub().x = None  # a name that no instance ever had is not looked for in a dict
        self.thing.__dict__ = {"x": own}


class WarmSlotRead(_Shadowed):
    """A specialised read of a slot (``__slots__``), while the instance's class gains and loses a property of that name.

    Sound: the property is in the instance's class, the slot in its base; the class is looked up once a read, and finds
    one or the other.
    """

    def holder(self) -> Any:
        return fresh_class(__slots__=("x",))


class WarmReadUnderMetaclass(Warm):
    """A specialised read of a class's own attribute, while its metaclass gains and loses a property of that name.

    Sound: while the metaclass holds the property the class gives what that answers, otherwise its own value. The
    metaclass is looked up once a read, so nothing else can come out.
    """

    oracle = Permitted()

    def prepare(self, knobs: Knobs) -> None:
        self.pause = knobs.calm / 1e6
        own, answered = counted(1), Value(2, "answered")
        self.permitted = (own, answered)
        self.meta: Any = type("M", (type,), {})
        self.cls = fresh_class(metaclass=self.meta, x=own)
        self.property = property(getting(answered))
        prime(self.meta, self.cls)

    @operation(actor="writer", stores=2)
    def come_and_go(self) -> None:
        self.meta.x = self.property
        sleep(self.pause)
        del self.meta.x
        sleep(self.pause)

    @operation(actor="reader")
    def read(self) -> Any:
        return self.cls.x, self.permitted

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        for turn in range(1, 4):
            yield f"x of the class, read {turn}", self.cls.x, self.permitted[0]
