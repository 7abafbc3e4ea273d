"""Special methods set and deleted while the interpreter uses them: a type's slot against the class's dict."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, ClassVar

from harness.kernel import (
    Knobs,
    OwnWrite,
    Presence,
    Scenario,
    Value,
    class_depth,
    fan_out,
    fresh_chain,
    fresh_class,
    fresh_subclass,
    fresh_subclasses,
    operation,
    readers,
)


class Answer(Value):
    """A special method that answers with itself, and can be iterated over."""

    __slots__ = ()

    def __call__(self, *_: object) -> Answer:
        return self

    def __next__(self) -> Answer:
        return self


class Number(Value):
    """A special method that answers with its count."""

    __slots__ = ()

    def __call__(self, *_: object) -> int:
        return self.count


class _Slot(Scenario):
    """Deletes and sets one special method; a subclass of this says how it is used.

    The writer publishes a count once its store has returned, and withdraws it before it deletes.
    """

    oracle = Presence()
    amplifiers = (readers, fan_out)
    special: ClassVar[str]
    kind: ClassVar[type[Value]] = Answer
    answer: Callable[[Any], Any]
    """A method of each slot's scenario: what a thing answers when it is used, or its count."""

    def prepare(self, knobs: Knobs) -> None:
        state: dict[str, Any] = {self.special: self.kind(0), "__exit__": Number(0)}
        self.base = fresh_class(**state)
        self.sub = fresh_subclass(self.base)
        self.siblings = fresh_subclasses(self.base, knobs.fan_out)
        self.stored = vars(self.base)
        self.near = self.base()
        self.far = self.sub()
        self.plain = object.__hash__(self.far)
        self.there = [0]

    @operation(actor="writer", stores=1)
    def delete(self) -> None:
        self.there[0] = 0
        delattr(self.base, self.special)

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> None:
        setattr(self.base, self.special, self.kind(n))
        self.there[0] = n

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        held = self.stored[self.special]
        due = held if self.kind is Answer else held.count
        for which, thing in (("class", self.near), ("subclass", self.far)):
            for turn in range(1, 4):
                try:
                    found = self.answer(thing)
                except (TypeError, AttributeError) as error:
                    found = error
                yield (
                    f"{self.special} of an instance of the {which}, read {turn}",
                    due if found == due else found,
                    due,
                )


class SlotLen(_Slot):
    """While ``__len__`` is in a class, ``len()`` of an instance of its subclass finds it (gh-127266).

    Sound: one writer. A count that a reader takes before and after its look-up was there all the time, so the
    look-up may neither miss nor give what was deleted. Once all are parked, slot and dict agree. A miss shows as
    TypeError where the slot has gone, and as AttributeError where the name went after the slot was taken.
    """

    special = "__len__"
    kind = Number

    def answer(self, thing: Any) -> Any:
        return len(thing)

    @operation(actor="reader")
    def use(self) -> Any:
        before = self.there[0]
        try:
            value = Value(len(self.far))
        except (TypeError, AttributeError):
            value = None
        return before, value, self.there[0]


class SlotCall(_Slot):
    """While ``__call__`` is in a class, an instance of its subclass can be called (gh-127266).

    Sound as for ``__len__``: one writer, and the same count before and after the call.
    """

    special = "__call__"

    def answer(self, thing: Any) -> Any:
        return thing()

    @operation(actor="reader")
    def use(self) -> Any:
        before = self.there[0]
        try:
            value = self.far()
        except (TypeError, AttributeError):
            value = None
        return before, value, self.there[0]


class SlotEq(_Slot):
    """While ``__eq__`` is in a class, ``==`` on an instance of its subclass calls it (gh-127266).

    Sound as for ``__len__``. Without it the comparison falls back to identity and gives a bool, which counts as
    missing.
    """

    special = "__eq__"

    def answer(self, thing: Any) -> Any:
        return thing == 0

    @operation(actor="reader")
    def use(self) -> Any:
        before = self.there[0]
        found = self.far == 0
        value = None if found is False else found
        return before, value, self.there[0]


class SlotHash(_Slot):
    """While ``__hash__`` is in a class, ``hash()`` of an instance of its subclass calls it (gh-127266, gh-132214).

    Sound as for ``__len__``. Without it the hash is the one that ``object`` gives, which counts as missing.
    """

    special = "__hash__"
    kind = Number

    def answer(self, thing: Any) -> Any:
        return hash(thing)

    @operation(actor="reader")
    def use(self) -> Any:
        before = self.there[0]
        found = hash(self.far)
        value = None if found == self.plain else Value(found)
        return before, value, self.there[0]


class SlotGetattr(_Slot):
    """While ``__getattr__`` is in a class, a missing name of an instance is asked from it (gh-133467, gh-127266).

    Sound as for ``__len__``: one writer, and the same count before and after the look-up.
    """

    special = "__getattr__"

    def answer(self, thing: Any) -> Any:
        return thing.missing

    @operation(actor="reader")
    def use(self) -> Any:
        before = self.there[0]
        try:
            value = self.far.missing
        except AttributeError:
            value = None
        return before, value, self.there[0]


class SlotGetattribute(_Slot):
    """While ``__getattribute__`` is in a class, every look-up on an instance goes through it (gh-127266).

    Sound as for ``__len__``: one writer, and the same count before and after the look-up.
    """

    special = "__getattribute__"

    def answer(self, thing: Any) -> Any:
        return thing.missing

    @operation(actor="reader")
    def use(self) -> Any:
        before = self.there[0]
        try:
            value = self.far.missing
        except AttributeError:
            value = None
        return before, value, self.there[0]


class SlotIter(_Slot):
    """While ``__iter__`` is in a class, an instance of its subclass can be iterated over (gh-127266).

    Sound as for ``__len__``: one writer, and the same count before and after.
    """

    special = "__iter__"

    def answer(self, thing: Any) -> Any:
        return iter(thing)

    @operation(actor="reader")
    def use(self) -> Any:
        before = self.there[0]
        try:
            value = iter(self.far)
        except TypeError:
            value = None
        return before, value, self.there[0]


class SlotEnter(_Slot):
    """While ``__enter__`` is in a class, a ``with`` statement on an instance of its subclass finds it (gh-118362).

    No slot stands for it: the look-up goes through the type cache every time. Sound as for ``__len__``.
    """

    special = "__enter__"

    def answer(self, thing: Any) -> Any:
        with thing as found:
            return found

    @operation(actor="reader")
    def use(self) -> Any:
        before = self.there[0]
        value = None
        try:
            with self.far as value:
                pass
        except TypeError:
            value = None
        return before, value, self.there[0]


class SlotsReadBack(Scenario):
    """What is stored under special methods is what an instance is called, iterated over and indexed by at once, and it
    cannot be called when that has been deleted (gh-127266).

    Sound: the only thread. With nobody to wait for it stores often enough to see the one in thousands that leaves a
    slot as it was.
    """

    oracle = OwnWrite()
    amplifiers = (class_depth,)
    needs_parallelism = False

    def prepare(self, knobs: Knobs) -> None:
        self.base = fresh_class()
        self.thing = fresh_chain(self.base, knobs.class_depth)[-1]()

    @operation(actor="writer", stores=6)
    def store(self, n: int) -> Any:
        base, thing, answer = self.base, self.thing, Answer(n)
        base.__call__ = base.__iter__ = base.__getitem__ = answer
        found = (thing(), iter(thing), thing[n])
        del base.__call__, base.__iter__, base.__getitem__
        return answer, next((one for one in found if one is not answer), thing if callable(thing) else answer)


class CallOfPartial(Scenario):
    """A ``__call__`` stored into a class is what a call of its instances runs, also below ``partial`` (gh-93274).

    Sound: the only thread. ``functools.partial`` has a call of its own that goes past ``__call__``, and its
    subclasses inherit it until they, or a class between, are given a ``__call__``.
    """

    oracle = OwnWrite()
    amplifiers = (class_depth,)
    needs_parallelism = False

    def prepare(self, knobs: Knobs) -> None:
        self.depth = knobs.class_depth

    @operation(actor="writer", stores=4)
    def store(self, n: int) -> Any:
        base = fresh_class(partial)
        thing = fresh_chain(base, self.depth)[-1](int)
        thing()
        answer = Answer(n)
        base.__call__ = answer
        return answer, thing()
