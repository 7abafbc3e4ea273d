"""What a class runs when another one is made below it or of its parts, replaced while that goes on.

Sound in all of these: one writer stores functions that carry counts, and tells of one only once its store has
returned. Whoever makes a class after being told has it made by that function, or by a newer one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from harness.kernel import (
    Amplifier,
    Knobs,
    Oracle,
    Order,
    Scenario,
    Value,
    fresh_class,
    fresh_subclass,
    operation,
    prime,
    readers,
)

creators = Amplifier(
    "creators", (1, 2), "threads that make classes: two of them make their base's list longer at once"
)


class _Hook(Scenario):
    """One function of ``holder`` is replaced."""

    oracle: ClassVar[Oracle | None] = Order()
    name: ClassVar[str]

    def prepare(self, knobs: Knobs) -> None:
        first = Value(0)
        self.holder = fresh_class(**{self.name: self.made(first)})
        self.sub = fresh_subclass(self.holder)
        self.told = [first]
        prime(self.holder, self.sub, names=[self.name])

    def made(self, value: Value) -> Any:
        """What is stored, given a value."""
        return value

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> None:
        value = Value(n)
        setattr(self.holder, self.name, self.made(value))
        self.told[0] = value


def marking(value: Value) -> Callable[[Any], None]:
    """An ``__init_subclass__`` that leaves ``value`` in the class."""

    def mark(cls: Any) -> None:
        cls.made_by = value

    return mark


class InitSubclassChanges(_Hook):
    """A class is made with the ``__init_subclass__`` that its base has, also one further up (PEP 487)."""

    amplifiers = (creators,)
    name = "__init_subclass__"

    def made(self, value: Value) -> Any:
        return classmethod(marking(value))

    @operation(actor="creator")
    def create(self) -> Any:
        earlier = self.told[0]
        return earlier, fresh_subclass(self.holder).made_by

    @operation(actor="creator")
    def create_further_down(self) -> Any:
        earlier = self.told[0]
        return earlier, fresh_subclass(self.sub).made_by

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        yield "what made a class", fresh_subclass(self.sub).made_by, self.told[0]


def naming(value: Value) -> Callable[[Any, Any, str], None]:
    """A ``__set_name__`` that leaves ``value`` in the class."""

    def name(part: Any, owner: Any, name: str) -> None:
        owner.named_by = value

    return name


class HookOfPartsChanges(_Hook):
    """A class is made with the ``__set_name__`` that the classes of its parts have (PEP 487)."""

    amplifiers = (creators,)
    name = "__set_name__"

    def made(self, value: Value) -> Any:
        return naming(value)

    def prepare(self, knobs: Knobs) -> None:
        super().prepare(knobs)
        self.part = self.holder()
        self.far_part = self.sub()

    @operation(actor="creator")
    def create(self) -> Any:
        earlier = self.told[0]
        return earlier, fresh_class(part=self.part).named_by

    @operation(actor="creator")
    def create_with_far_part(self) -> Any:
        earlier = self.told[0]
        return earlier, fresh_class(part=self.far_part).named_by

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        yield "what named a part", fresh_class(part=self.far_part).named_by, self.told[0]


def answering(value: Value) -> Callable[[Any, Any], Value]:
    """A ``__class_getitem__`` that answers with ``value``."""

    def answer(cls: Any, key: Any) -> Value:
        return value

    return answer


class ClassGetitemChanges(_Hook):
    """``C[key]`` is what the ``__class_getitem__`` that the class has answers, also below it (PEP 560)."""

    amplifiers = (readers,)
    name = "__class_getitem__"

    def made(self, value: Value) -> Any:
        return classmethod(answering(value))

    @operation(actor="reader")
    def subscript(self) -> Any:
        earlier = self.told[0]
        return earlier, self.holder[int]

    @operation(actor="reader")
    def subscript_below(self) -> Any:
        earlier = self.told[0]
        return earlier, self.sub[int]

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        yield "C[key]", self.sub[int], self.told[0]
