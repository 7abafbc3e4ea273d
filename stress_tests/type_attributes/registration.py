"""Classes registered with an abstract base while they are matched, asked for and subclassed.

``Sequence`` and ``Mapping`` mark what is registered with them, and all subclasses, for the ``match`` statement. Every
abstract base class keeps who passed for a subclass and who did not; ``register`` makes it forget the latter.
"""

from __future__ import annotations

from abc import ABCMeta
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from harness.kernel import (
    Knobs,
    Oracle,
    Order,
    Scenario,
    Value,
    fan_out,
    fresh_class,
    fresh_subclass,
    fresh_subclasses,
    operation,
    readers,
)

CREATION = 8
"""A class that is made counts as so many stores: a round is to take milliseconds."""


class _Entry:
    """A class, an instance of one below it, and what is told: whether the class is registered."""

    def __init__(self, told: Value, siblings: int = 0) -> None:
        self.cls = fresh_class()
        self.siblings = fresh_subclasses(self.cls, siblings)
        self.thing = fresh_subclass(self.cls)()
        self.told = told


class _Registered(Scenario):
    """One class after the other is made, registered, and told of; whoever has been told asks after that."""

    oracle: ClassVar[Oracle | None] = Order()

    def prepare(self, knobs: Knobs) -> None:
        self.no, self.yes = Value(0, "registered"), Value(1, "registered")
        self.entries = [_Entry(self.no)]


def matches(thing: Any) -> bool:
    """Whether the interpreter takes it for a sequence."""
    match thing:
        case [*_]:
            return True
    return False


class RegisteredAndMatched(_Registered):
    """A class registered as a sequence is matched as one from then on, and so is every class below it (PEP 634).

    Sound: one writer registers each class once and tells of it once that has returned. A class below inherits the
    mark, whether it was made before, meanwhile or after.
    """

    amplifiers = (readers, fan_out)

    def prepare(self, knobs: Knobs) -> None:
        super().prepare(knobs)
        self.fan_out = knobs.fan_out // 10
        self.created: list[tuple[_Entry, Any]] = []

    @operation(actor="writer", stores=CREATION)
    def register(self) -> None:
        entry = _Entry(self.no, self.fan_out)
        self.entries.append(entry)
        Sequence.register(entry.cls)
        entry.told = self.yes

    @operation(actor="creator", stores=CREATION)
    def create(self) -> Any:
        entry = self.entries[-1]
        earlier = entry.told
        created = fresh_subclass(entry.cls)
        self.created.append((entry, created))
        return earlier, self.yes if matches(created()) else self.no

    @operation(actor="reader")
    def match_registered(self) -> Any:
        entry = self.entries[-1]
        return entry.told, self.yes if matches(entry.thing) else self.no

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        for entry, created in self.created:
            yield "a class made below is matched", matches(created()), entry.told is self.yes


class RegisteredAndAsked(_Registered):
    """A class registered with an abstract base class is its subclass from then on, for all who ask (PEP 3119).

    Sound: one writer registers each class once and tells of it once that has returned. Whoever asks meanwhile may find
    that it is none; once it is told of, nobody may, however many ask at once.
    """

    amplifiers = (readers,)

    def prepare(self, knobs: Knobs) -> None:
        super().prepare(knobs)
        self.abstract = ABCMeta("Abstract", (), {})

    @operation(actor="writer", stores=CREATION)
    def register(self) -> Any:
        entry = _Entry(self.no)
        self.entries.append(entry)
        self.abstract.register(entry.cls)
        entry.told = self.yes
        return self.yes, self.yes if isinstance(entry.thing, self.abstract) else self.no

    @operation(actor="reader")
    def ask(self) -> Any:
        entry = self.entries[-1]
        return entry.told, self.yes if isinstance(entry.thing, self.abstract) else self.no

    @operation(actor="reader")
    def ask_class(self) -> Any:
        entry = self.entries[-1]
        return entry.told, self.yes if issubclass(entry.cls, self.abstract) else self.no

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        for entry in self.entries:
            yield "isinstance()", isinstance(entry.thing, self.abstract), entry.told is self.yes
