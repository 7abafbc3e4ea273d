"""Elements, keys and arguments that are asked by running Python code: it looks at their home, changes it or raises."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

Meddle = Callable[[Any], object]
"""What an element does to its home, from within a comparison."""


class Refused(Exception):
    """What a comparison raised that was meant to."""


class Nosy:
    """Equal to the string that it is named after, and hashed like it: an operation finds it by a plain string.

    Whatever compares it, hashes it or asks for its text has it meddle with its home first; not again from in there.
    Where it can, it leaves the answer to the other side: who asked goes on with both, and may hold them no longer.
    """

    __slots__ = ("__weakref__", "busy", "home", "meddle", "name", "taken")

    def __init__(self, name: str, home: Any, meddle: Meddle) -> None:
        self.name = name
        self.home = home
        self.meddle = meddle
        self.busy = True

    def __eq__(self, other: object) -> bool:
        return self._asked() == _named(other) or NotImplemented

    def __lt__(self, other: object) -> bool:
        name = self._asked()
        return NotImplemented if isinstance(other, Nosy) else name < str(other)

    def __gt__(self, other: object) -> bool:
        return self._asked() > _named(other)

    def __hash__(self) -> int:
        return hash(self._asked())

    def __repr__(self) -> str:
        return self._asked()

    __str__ = __repr__

    def _asked(self) -> str:
        busy, self.busy = self.busy, True
        try:
            _ = busy or self.meddle(self.home)
        finally:
            self.taken, self.busy = taken(), busy
        return self.name


def taken() -> list[Any]:
    """What was let go of a moment ago, in use again: objects of kinds that a thread keeps for the next of them, so that
    neither an allocator nor a debug allocator comes to see them.
    """
    return [{"m": "m"}, ["m"], ("m",), ("m", "m"), {}, [], iter(["m"])]


def _named(other: object) -> str:
    """What another element, or a plain string, is compared by: nobody is asked."""
    return other.name if isinstance(other, Nosy) else str(other)


class Alike(Nosy):
    """All are hashed like 0."""

    __slots__ = ()

    def __hash__(self) -> int:
        self._asked()
        return 0

    __eq__ = Nosy.__eq__


class Asked:
    """An argument that meddles with its home whenever C's code asks what it is worth: a number, bytes or a path."""

    __slots__ = ("home", "meddle", "taken", "worth")

    def __init__(self, home: Any, meddle: Meddle, worth: Any) -> None:
        self.home = home
        self.meddle = meddle
        self.worth = worth

    def _asked(self) -> Any:
        self.meddle(self.home)
        self.taken = taken()
        return self.worth

    def __index__(self) -> int:
        return self._asked()  # type: ignore[no-any-return]

    def __float__(self) -> float:
        return float(self._asked())

    def __bool__(self) -> bool:
        return bool(self._asked())

    def __buffer__(self, flags: int) -> memoryview:
        """Since 3.12; before, it is no buffer."""
        return memoryview(self._asked())

    def __fspath__(self) -> str:
        return self._asked()  # type: ignore[no-any-return]


class AskedItems:
    """An argument that meddles with its home whenever C's code asks for its items."""

    __slots__ = ("home", "meddle", "taken", "worth")

    def __init__(self, home: Any, meddle: Meddle, worth: Sequence[Any]) -> None:
        self.home, self.meddle, self.worth = home, meddle, worth

    def _asked(self) -> Sequence[Any]:
        self.meddle(self.home)
        self.taken = taken()
        return self.worth

    def __len__(self) -> int:
        return len(self._asked())

    def __getitem__(self, number: int) -> Any:
        return self._asked()[number]

    def __iter__(self) -> Iterator[Any]:
        for number in range(len(self.worth)):
            yield self._asked()[number]


def refuse(home: Any) -> None:
    """Meddle by raising Refused."""
    raise Refused("a comparison raises")


def wait(*values: Any) -> Any:
    """Meddle by letting others in for a moment, and give the first value back.

    The locks of objects that are held are open meanwhile (Python/critical_section.c).
    """
    time.sleep(0.000_01)
    return values[0] if values else None


def nosy(home: Any, size: int, meddles: Sequence[Meddle]) -> list[Nosy]:
    """Elements named ``x0``, ``x1`` … that meddle with ``home`` once ``arm`` let them.

    Each does it in the next way there is; ``size`` says who does what.
    """
    return [Nosy("x" + str(number), home, meddles[(number + size) % len(meddles)]) for number in range(size)]


def arm(elements: Iterable[Nosy]) -> None:
    """Let elements meddle, now that their home is as it should be."""
    for element in elements:
        element.busy = False


def nosy_list(size: int) -> list[Any]:
    """A list of elements that look into it, raise, or change it."""
    o: list[Any] = []
    elements = nosy(o, size, (list, refuse, list.clear, lambda o: o.append("m"), lambda o: o.pop()))
    o.extend(elements)
    arm(elements)
    return o
