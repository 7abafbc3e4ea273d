"""``__bases__`` and ``__class__`` assigned while names are looked up, and the structure they leave behind."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from harness.kernel import (
    Knobs,
    OwnWrite,
    Permitted,
    Scenario,
    Value,
    agree,
    fan_out,
    fresh_class,
    fresh_subclass,
    fresh_subclasses,
    operation,
    prime,
    readers,
)
from harness.kernel.objects import VERSION_BUDGET

MOVE = 8 if sys.version_info >= (3, 14) else 4
"""A move counts as many stores: it renews every class below, and hundreds of them would make a round of seconds. From
3.14 on it also stops all threads, once for each of these classes and once more."""


class _Bases(Scenario):
    """One class moves between two bases; ``turn`` 0 and 1 are the two."""

    amplifiers = (readers,)

    def prepare(self, knobs: Knobs) -> None:
        self.values = (Value(0), Value(1))
        self.parents = tuple(fresh_class(x=value) for value in self.values)
        self.bases = tuple((parent,) for parent in self.parents)
        self.moving = fresh_class(*self.bases[1])
        self.moving.__bases__ = self.bases[0]
        self.deepest = fresh_subclass(self.moving)
        self.thing = self.deepest()
        self.asked = {0: self.moving, 2: self.thing}
        self.which = [-1]
        prime(self.moving, self.deepest)

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        turn = self.parents.index(self.moving.__bases__[0])
        yield from agree(self.values[turn], "x", self.moving, self.deepest, self.thing)
        yield (
            "__mro__ of the moved class",
            self.moving.__mro__ == (self.moving, self.parents[turn], object),
            True,
        )
        yield "end of __mro__ of its subclass", self.deepest.__mro__[-3:] == self.moving.__mro__, True
        yield "__base__ of the moved class", self.moving.__base__, self.parents[turn]
        yield "__subclasses__() of its base", self.parents[turn].__subclasses__() == [self.moving], True
        yield "__subclasses__() of the other base", self.parents[1 - turn].__subclasses__() == [], True


class BasesLookup(_Bases):
    """A look-up through a class whose ``__bases__`` are assigned gives what one of the two bases holds (gh-118362).

    Sound: the name is in both bases and in no other class of the hierarchy, so it is never missing, and nothing else
    was ever stored under it.
    """

    oracle = Permitted()

    @operation(actor="writer", stores=MOVE, oracle=OwnWrite())
    def move(self, n: int) -> Any:
        self.moving.__bases__ = self.bases[n % 2]
        return self.values[n % 2], self.asked[n & 2].x

    @operation(actor="reader")
    def read_class(self) -> Any:
        return self.moving.x, self.values

    @operation(actor="reader")
    def read_instance(self) -> Any:
        return self.thing.x, self.values

    @operation(actor="reader")
    def read_super(self) -> Any:
        return getattr(super(self.moving, self.thing), "x"), self.values


class BasesLookupInOrder(_Bases):
    """Once ``__bases__`` is assigned, look-ups give what the new base holds (gh-118362).

    Sound: one writer, which says which base is in force only after its assignment has returned, and says nothing
    before the next one. A reader that hears the same number before and after looked while that base was in force.
    """

    oracle = OwnWrite()

    @operation(actor="writer", stores=MOVE)
    def move(self, n: int) -> None:
        self.which[0] = -1
        self.moving.__bases__ = self.bases[n % 2]
        self.which[0] = n

    @operation(actor="reader")
    def read(self) -> Any:
        before = self.which[0]
        value = self.thing.x
        return self.values[before % 2] if before > 0 and before == self.which[0] else value, value


class BasesStructure(_Bases):
    """``__bases__`` read while it is assigned is one of the two tuples, and so are ``__mro__`` and ``__base__``.

    Sound: nothing else was ever assigned; each of the three is replaced as a whole (gh-133467).
    """

    oracle = Permitted()

    @operation(actor="writer", stores=MOVE)
    def move(self, n: int) -> None:
        self.moving.__bases__ = self.bases[n % 2]

    @operation(actor="reader")
    def read_bases(self) -> Any:
        return self.moving.__bases__, self.bases

    @operation(actor="reader")
    def read_mro(self) -> Any:
        return self.moving.__mro__[1], self.parents

    @operation(actor="reader")
    def read_base(self) -> Any:
        return self.moving.__base__, self.parents


class BasesIsinstance(_Bases):
    """A subclass stays a subclass while the ``__bases__`` of a class between are assigned (gh-133467).

    Sound: the class that is asked about, and ``object``, are in every method resolution order it ever had.
    """

    oracle = Permitted()

    @operation(actor="writer", stores=MOVE)
    def move(self, n: int) -> None:
        self.moving.__bases__ = self.bases[n % 2]

    @operation(actor="reader")
    def ask_instance(self) -> Any:
        return isinstance(self.thing, self.moving), (True,)

    @operation(actor="reader")
    def ask_subclass(self) -> Any:
        return issubclass(self.deepest, self.moving), (True,)


class BasesSubclasses(_Bases):
    """``__subclasses__()`` of a base, read while a class moves away and back, lists that class or nothing.

    Sound: no other class was ever below either base (gh-151377).
    """

    oracle = Permitted()

    @operation(actor="writer", stores=MOVE)
    def move(self, n: int) -> None:
        self.moving.__bases__ = self.bases[n % 2]

    @operation(actor="reader")
    def read(self) -> Any:
        found = self.parents[0].__subclasses__()
        return found[0] if found else None, (self.moving, None)


class BasesSlots(_Bases):
    """Special methods that one of the two bases has are used while ``__bases__`` is assigned (gh-127266).

    Sound: ``len()`` either gives the base's count or is refused. Who has moved the class, and nobody else does, finds
    that it does what its base says, and so does everybody once all are parked.
    """

    oracle = Permitted()

    def prepare(self, knobs: Knobs) -> None:
        super().prepare(knobs)
        self.lengths = (5,)
        self.due = (5, 60)
        self.parents[0].__len__ = lambda thing: 5
        # What the class has not had before is to be there once it has moved.
        self.parents[1].__call__ = lambda thing: 60
        self.users = {0: self.moving(), 2: self.thing}

    @operation(actor="writer", stores=MOVE, oracle=OwnWrite())
    def move(self, n: int) -> Any:
        self.moving.__bases__ = self.bases[n % 2]
        return self.due[n % 2], _length_or_call(self.users[n & 2])

    @operation(actor="reader", may_raise=(TypeError, AttributeError))
    def use(self) -> Any:
        return len(self.thing), self.lengths

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        yield from super().quiescence()
        due = self.due[self.bases.index(self.moving.__bases__)]
        for turn in range(1, 4):
            for thing in self.users.values():
                yield f"len() or call of an instance, read {turn}", _length_or_call(thing), due


def _length_or_call(thing: Any) -> int:
    """What ``len()`` and a call give, one of which is refused; else their sum."""
    found = 0
    with suppress(TypeError, AttributeError):
        found += len(thing)
    with suppress(TypeError, AttributeError):
        found += thing()
    return found


class _Class(Scenario):
    """One instance moves between two classes."""

    oracle = Permitted()
    amplifiers = (readers, fan_out)

    def prepare(self, knobs: Knobs) -> None:
        self.values = (Value(0), Value(1))
        self.classes = tuple(fresh_class(x=value, ask=ask) for value in self.values)
        self.siblings = fresh_subclasses(self.classes[0], knobs.fan_out)
        self.thing = self.classes[0]()
        self.thing.own = self.own = Value(2)
        self.only = (self.own,)
        prime(*self.classes, self.thing)

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        turn = self.classes.index(type(self.thing))
        yield "__class__ of the instance", self.thing.__class__, self.classes[turn]
        yield from agree(self.values[turn], "x", self.thing)
        yield from agree(self.own, "own", self.thing)


def ask(thing: Any) -> Any:
    """A method that both classes have."""
    return thing.x


class ClassLookup(_Class):
    """A look-up on an instance whose ``__class__`` is assigned gives what one of the two classes holds (gh-120198).

    Sound: the name is in both classes, so it is never missing, and nothing else was ever stored under it. The only
    writer reads back the class it has just assigned.
    """

    @operation(actor="writer", stores=1, oracle=OwnWrite())
    def move(self, n: int) -> Any:
        self.thing.__class__ = self.classes[n % 2]
        return self.values[n % 2], self.thing.x

    @operation(actor="reader")
    def read(self) -> Any:
        return self.thing.x, self.values

    @operation(actor="reader")
    def call(self) -> Any:
        return self.thing.ask(), self.values

    @operation(actor="reader")
    def read_class(self) -> Any:
        return type(self.thing), self.classes


class ClassOwnAttribute(_Class):
    """An instance's own attribute survives while its ``__class__`` is assigned (gh-120198).

    Sound: nobody stores into the instances. Only the first assignment moves an instance's values into a dict of its
    own, so there is a fresh instance for each.
    """

    def prepare(self, knobs: Knobs) -> None:
        super().prepare(knobs)
        self.crowd = [self.classes[0]() for _ in range(VERSION_BUDGET + 1)]
        for thing in self.crowd:
            thing.own = self.own
        self.at = [0]

    @operation(actor="writer", stores=1)
    def move(self, n: int) -> None:
        self.at[0] = n
        self.crowd[n].__class__ = self.classes[1]

    @operation(actor="reader")
    def read(self) -> Any:
        return self.crowd[self.at[0]].own, self.only

    @operation(actor="reader")
    def read_dict(self) -> Any:
        return self.crowd[self.at[0]].__dict__["own"], self.only

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        yield from super().quiescence()
        found = [thing.own for thing in self.crowd]
        yield "own of an instance", next((own for own in found if own is not self.own), self.own), self.own
