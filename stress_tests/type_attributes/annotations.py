"""Annotations, which the first read computes and stores, beside stores of them and of the function that computes them.

The document that says what is stored where is PEP 649; from 3.14 on a class keeps what was computed until it is told
otherwise. A getter that stores must not undo what somebody else has stored meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from harness.kernel import (
    Knobs,
    Oracle,
    Order,
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

CLASSES = 96
"""In a round, of those whose first annotations are asked for: all threads look at one of them at a time."""


class Annotate(Value):
    """What computes the annotations: there is one, and it is what computed it."""

    __slots__ = ()

    def __call__(self, format: int) -> dict[str, Annotate]:
        return {"x": self}


class AnnotationsStoredBesideReaders(Scenario):
    """What is stored as ``__annotations__`` lasts while others read it, who compute it where there is none (PEP 649).

    Sound: one writer, which reads back what it has just stored. A reader stores nothing of its own accord, and what
    it computes, it computes because it found nothing; the writer's store comes after that or before, and is not lost.
    """

    oracle = OwnWrite()
    amplifiers = (readers,)

    def prepare(self, knobs: Knobs) -> None:
        self.base = fresh_class()
        self.base.__annotations__ = {}
        self.kinds = (dict,)

    @operation(actor="writer", stores=2)
    def store(self, n: int) -> Any:
        del self.base.__annotations__
        stored = {"x": n}
        self.base.__annotations__ = stored
        return stored, self.base.__annotations__

    @operation(actor="reader", oracle=Permitted())
    def compute(self) -> Any:
        return type(self.base.__annotations__), self.kinds


class AnnotateStored(Scenario):
    """Once ``__annotate__`` is stored, ``__annotations__`` is what it computes, and nothing older (PEP 649).

    Sound: one writer, whose counts go up. It reads back what its function computes, and tells the readers of it only
    once its store has returned; what they read after that may not be older.
    """

    oracle: ClassVar[Oracle | None] = Order()
    amplifiers = (readers,)
    minimum_version = (3, 14)

    def prepare(self, knobs: Knobs) -> None:
        first = Annotate(0)
        self.base = fresh_class()
        self.base.__annotate__ = first
        self.told = [first]

    @operation(actor="writer", stores=1, oracle=OwnWrite())
    def store(self, n: int) -> Any:
        annotate = Annotate(n)
        self.base.__annotate__ = annotate
        self.told[0] = annotate
        return annotate, self.base.__annotations__["x"]

    @operation(actor="reader")
    def compute(self) -> Any:
        return self.told[0], self.base.__annotations__["x"]

    @operation(actor="reader")
    def read(self) -> Any:
        return self.told[0], self.base.__annotate__

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        yield "__annotate__", self.base.__annotate__, self.told[0]
        yield "__annotations__", self.base.__annotations__["x"], self.told[0]


class AnnotateComesAndIsRead(Scenario):
    """An ``__annotate__`` stored into a class that has none lasts, while others ask the class for it (PEP 649).

    Sound: one writer, which reads back what it has just stored; a reader finds that, or None.
    """

    oracle = OwnWrite()
    amplifiers = (readers,)
    minimum_version = (3, 14)

    def prepare(self, knobs: Knobs) -> None:
        self.classes = [fresh_class() for _ in range(CLASSES)]
        self.turn = [0]

    @operation(actor="writer", stores=VERSION_BUDGET // CLASSES)
    def store(self, n: int) -> Any:
        self.turn[0] = n - 1
        cls = self.classes[n - 1]
        annotate = Annotate(n)
        cls.__annotate__ = annotate
        return annotate, cls.__annotate__

    @operation(actor="reader", oracle=Permitted())
    def read(self) -> Any:
        found = self.classes[self.turn[0]].__annotate__
        return type(found), (Annotate, type(None))


class AnnotateThroughInstance(Scenario):
    """What is stored as ``__annotate__`` is what an instance of a subclass finds under the name it is kept under.

    Sound: one writer, and the order of two reads; once all are parked, the instance agrees with the class's dict.
    """

    oracle = Order()
    amplifiers = (readers, fan_out)
    minimum_version = (3, 14)

    def prepare(self, knobs: Knobs) -> None:
        self.base = fresh_class()
        self.base.__annotate__ = Annotate(0)
        self.thing = fresh_subclass(self.base)()
        self.siblings = fresh_subclasses(self.base, knobs.fan_out)
        self.stored = vars(self.base)
        prime(self.base, *self.siblings, self.thing, names=["__annotate_func__"])

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> None:
        self.base.__annotate__ = Annotate(n)

    @operation(actor="reader")
    def read_instance(self) -> Any:
        return self.stored["__annotate_func__"], self.thing.__annotate_func__

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        yield from agree(self.stored["__annotate_func__"], "__annotate_func__", self.base, self.thing)


class AnnotateAskedFor(Scenario):
    """What a class keeps once it was asked for its ``__annotate__``, and has none of its own, is what it gives.

    Sound: the only thread. What was cached of the class before comes from its base.
    """

    oracle = OwnWrite()
    needs_parallelism = False
    minimum_version = (3, 14)

    def prepare(self, knobs: Knobs) -> None:
        self.base = fresh_class()
        self.base.__annotate__ = Annotate(0)
        self.asked: list[Any] = [None]

    @operation(actor="reader", stores=2)
    def ask(self) -> Any:
        sub = fresh_subclass(self.base)
        prime(sub, names=("__annotate_func__",))
        self.asked[0] = sub.__annotate__
        found = sub.__annotate_func__
        return vars(sub).get("__annotate_func__", found), found


class AnnotationsComputedAtOnce(Scenario):
    """The annotations of a class, computed by several threads that ask for them first at once, are equal (PEP 649).

    Sound: nobody stores; each computes the same, whichever of the results is kept.
    """

    oracle = OwnWrite()
    amplifiers = (readers,)
    minimum_version = (3, 14)

    def prepare(self, knobs: Knobs) -> None:
        self.annotates = [Annotate(number) for number in range(CLASSES)]
        self.classes = [fresh_class() for _ in self.annotates]
        for cls, annotate in zip(self.classes, self.annotates, strict=True):
            cls.__annotate__ = annotate
        self.turn = [0]

    @operation(actor="leader", stores=VERSION_BUDGET // CLASSES)
    def go_on(self, n: int) -> Any:
        self.turn[0] = n - 1
        return self.annotates[n - 1], self.classes[n - 1].__annotations__["x"]

    @operation(actor="reader")
    def compute(self) -> Any:
        at = self.turn[0]
        return self.annotates[at], self.classes[at].__annotations__["x"]

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        for cls in self.classes:
            yield "annotations that are kept", cls.__annotations__, cls.__annotations__
