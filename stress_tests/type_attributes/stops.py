"""Changes of classes that stop all other threads, side by side.

From 3.14.1 on a free-threaded interpreter makes some changes of a class only once all other threads stand still: a
special method, ``__abstractmethods__``, a name, ``__bases__``, the flags that ``register`` sets; so does a collection.
Who wants to stop the others waits while somebody else does it, and may hold a lock meanwhile that a third one needs.

All of these are sound as to hangs: none of the operations waits for anything that another thread is to do, so each
comes back. A collector runs all the time, because whoever waits long is handed what it waits for, at once.
"""

from __future__ import annotations

import gc
from abc import ABC, ABCMeta, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import sleep
from typing import Any, ClassVar

from harness.kernel import (
    Amplifier,
    Knobs,
    Oracle,
    OwnWrite,
    PerWriterOrder,
    Scenario,
    Value,
    fan_out,
    fresh_class,
    fresh_subclass,
    fresh_subclasses,
    operation,
)

creators = Amplifier(
    "creators", (6, 8), "threads that create classes: the more of them, the longer each waits in line"
)
CREATION = 20
"""A class that is made with all that comes with it counts as so many stores: a round is to take milliseconds."""
STOP = 8
"""A change that stops the others counts as so many stores, for the same reason."""
REST_S = 0.0005
"""Between two collections: the others are to get something done, too."""


def answer(thing: Any) -> Any:
    """A special method."""
    return 7


class _Collected(Scenario):
    oracle: ClassVar[Oracle | None] = OwnWrite()

    @operation(actor="collector")
    def collect(self) -> None:
        gc.collect()
        sleep(REST_S)


class AbstractClassesMade(_Collected):
    """Abstract classes and dataclasses below them, made by several threads at once, come out whole (gh-156910).

    Sound: each class is its maker's own. An abstract one refuses to be instantiated, and one whose maker has filled
    in what was missing does not; its instances compare as a dataclass's do. The base that all share is not changed.
    """

    amplifiers = (creators,)

    def prepare(self, knobs: Knobs) -> None:
        self.base = ABCMeta("Base", (ABC,), {"ask": abstractmethod(lambda thing: 0)})

    @operation(actor="creator", stores=CREATION)
    def create(self, n: int) -> Any:
        made: Any = dataclass(ABCMeta("Made", (self.base,), {"__annotations__": {"x": int}, "ask": answer}))
        found = (made(n) == made(n), len(made.__abstractmethods__))
        return True, found == (True, 0)

    @operation(actor="creator")
    def create_abstract(self) -> Any:
        made: Any = ABCMeta("Abstract", (self.base,), {})
        made.__len__ = answer
        try:
            found = made()
        except TypeError:
            found = True
        return True, found


class SpecialMethodOfSeveralWriters(_Collected):
    """A special method that two threads store and delete is one that was stored, or none (gh-155400).

    Sound: a reader never sees one writer's counts go down, and a call that finds no method raises TypeError, or
    AttributeError where it goes after the slot was taken. To delete what the other has just deleted raises
    AttributeError. Classes made below it meanwhile have the method or not. Once all are parked, slot and dict agree.
    """

    oracle = PerWriterOrder()
    amplifiers = (fan_out,)
    threads: ClassVar[dict[str, int]] = {"writer": 2}

    def prepare(self, knobs: Knobs) -> None:
        self.base = fresh_class(__call__=Answer(0))
        self.siblings = fresh_subclasses(self.base, knobs.fan_out)
        self.sub = fresh_subclass(self.base)
        self.far = self.sub()
        self.created: list[Any] = []

    @operation(actor="writer", stores=STOP)
    def store(self, n: int, me: int) -> None:
        self.base.__call__ = Answer(n, "x", me)

    @operation(actor="writer", stores=STOP, may_raise=(AttributeError,))
    def delete(self) -> None:
        del self.base.__call__

    @operation(actor="creator", stores=STOP)
    def create(self) -> None:
        self.created.append(fresh_subclass(self.base))

    @operation(actor="reader", may_raise=(TypeError, AttributeError))
    def use(self) -> Any:
        return self.far()

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        stored = vars(self.base).get("__call__")
        for cls in (self.base, self.sub, *self.siblings[:5], *self.created[:5]):
            for turn in range(1, 4):
                yield f"a call of an instance, {turn}", called(cls()), stored


class Answer(Value):
    """A special method that answers with itself."""

    __slots__ = ()

    def __call__(self, *_: object) -> Answer:
        return self


def called(thing: Any) -> Any:
    """What a call gives, None where there is nothing to call."""
    try:
        return thing()
    except (TypeError, AttributeError):
        return None


class _Part:
    """What one thread changes, and nobody else: two classes, one of which moves between two bases, and an instance."""

    def __init__(self) -> None:
        self.bases = tuple((fresh_class(),) for _ in range(2))
        self.moving: Any = fresh_class(*self.bases[0])
        self.classes = (self.moving, fresh_class())
        self.thing = self.moving()


class EverythingThatStops(_Collected):
    """Each change that stops all other threads is made, and lasts, while another thread makes them, too (gh-155400).

    Sound: each thread changes classes of its own, and reads back what it has just stored. ``__abstractmethods__`` is
    left to ``AbstractClassesMade``: one change that hangs hides the others.
    """

    threads: ClassVar[dict[str, int]] = {"changer": 2}

    def prepare(self, knobs: Knobs) -> None:
        self.parts = [_Part() for _ in range(2)]

    @operation(actor="changer", stores=STOP)
    def change_special_method(self, me: int) -> Any:
        part = self.parts[me]
        part.moving.__len__ = answer
        found = len(part.moving())
        del part.moving.__len__
        return True, found == 7 and not hasattr(part.moving, "__len__")

    @operation(actor="changer", stores=STOP)
    def change_bases(self, n: int, me: int) -> Any:
        part = self.parts[me]
        part.moving.__bases__ = part.bases[n % 2]
        return part.bases[n % 2][0], part.moving.__mro__[1]

    @operation(actor="changer", stores=STOP)
    def change_class(self, n: int, me: int) -> Any:
        part = self.parts[me]
        part.thing.__class__ = part.classes[n % 2]
        return part.classes[n % 2], type(part.thing)

    @operation(actor="changer", stores=STOP)
    def change_names(self, n: int, me: int) -> Any:
        part = self.parts[me]
        part.moving.__name__ = part.moving.__qualname__ = name = f"name_{n}"
        return True, part.moving.__name__ == name == part.moving.__qualname__

    @operation(actor="changer", stores=STOP)
    def register(self, me: int) -> Any:
        part = self.parts[me]
        made = fresh_subclass(part.moving)
        Sequence.register(made)
        match made():
            case [*_]:
                found = True
            case _:
                found = False
        return True, found


def renaming(renamed: Any) -> type[type]:
    """A metaclass that gives a class a new name while it computes the order of another one's bases."""

    class Renaming(type):
        def mro(cls) -> Any:
            renamed.__name__ = renamed.__name__[::-1]
            return super().mro()

    return Renaming


class MroChangesAnotherClass(_Collected):
    """An ``mro()`` that changes another class is done with it, whatever is stored into a third one (gh-155400).

    Sound: the class it changes is its thread's own, and so is the class that it computes the order for. What ``mro()``
    may do, no document limits; it runs while the interpreter holds the lock of all types.
    """

    threads: ClassVar[dict[str, int]] = {"creator": 2}

    def prepare(self, knobs: Knobs) -> None:
        self.renamed = [fresh_class() for _ in range(2)]
        for cls in self.renamed:
            cls.__name__ = "ab"
        self.metaclasses = [renaming(cls) for cls in self.renamed]
        self.base = fresh_class()
        self.slotted = fresh_class()

    @operation(actor="creator", stores=STOP)
    def create(self, n: int, me: int) -> Any:
        made = self.metaclasses[me]("Made", (self.base,), {})
        return self.base, made.__mro__[1]

    @operation(actor="writer", stores=STOP)
    def store(self) -> Any:
        self.slotted.__len__ = answer
        found = len(self.slotted())
        del self.slotted.__len__
        return True, found == 7
