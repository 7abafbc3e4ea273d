"""What a round gave and left, in a form that can be compared with another round's."""

from __future__ import annotations

import types
from array import array
from collections import ChainMap, Counter, OrderedDict, UserDict, UserList, defaultdict, deque
from collections.abc import Hashable
from typing import Any

ATOMS = frozenset({str, int, bytes, type(None), complex, type(Ellipsis), type(NotImplemented)})
"""Compared by value; of one type each, so that what is equal across types stays apart."""
SEQUENCES = frozenset(
    {list, tuple, deque, array, range, UserList, type({}.keys()), type({}.values()), type({}.items())}
)
MAPPINGS = frozenset({dict, OrderedDict, defaultdict, Counter, types.MappingProxyType, UserDict, ChainMap})
SETS = frozenset({set, frozenset})
DEEPEST = 6
RAISED = "raised"


class Raised:
    """Instead of what an operation would have given: what it raised. Holds no frame and no value."""

    __slots__ = ("name", "text")

    def __init__(self, error: BaseException) -> None:
        self.name = type(error).__name__
        self.text = str(error.args[0])[:200] if error.args and type(error.args[0]) is str else ""


class Freezer:
    """Freezes what one round shows. Where a type has no equality of C's, it tells which of them are one object."""

    def __init__(self, shared: object) -> None:
        self.numbers: dict[int, int] = {id(shared): 0}
        self.held: list[object] = [shared]

    def freeze(self, thing: Any, deep: int = 0) -> Hashable:
        """Equal for what is equal; never runs Python code of what it looks at."""
        kind = type(thing)
        if kind in ATOMS:
            return thing  # type: ignore[no-any-return]
        if kind is bool or kind is float:
            return kind.__name__, thing if thing == thing else None  # a NaN is not equal to itself
        if kind is Raised:
            return RAISED, thing.name
        if kind is bytearray or kind is memoryview:
            return kind.__name__, bytes(thing)
        if deep < DEEPEST:
            if kind in SEQUENCES:
                return (kind.__name__, *[self.freeze(one, deep + 1) for one in list(thing)])
            if kind in SETS:
                return kind.__name__, frozenset([self.freeze(one, deep + 1) for one in list(thing)])
            if kind in MAPPINGS:
                items = [
                    ("item", self.freeze(key, deep + 1), self.freeze(value, deep + 1))
                    for key, value in list(thing.items())
                ]
                return (kind.__name__, *items)
        return kind.__qualname__, self._number(thing)

    def _number(self, thing: object) -> int:
        number = self.numbers.setdefault(id(thing), len(self.numbers))
        if number == len(self.held):
            self.held.append(thing)  # else its address may be another one's next
        return number


def strings(frozen: Hashable) -> list[str]:
    """All strings that are values in one thing that was frozen: not the names of types and exceptions."""
    found: list[str] = []
    left: list[Any] = [frozen]
    while left:
        one = left.pop()
        kind = type(one)
        if kind is str:
            found.append(one)
        elif kind is frozenset:
            left += one
        elif kind is tuple and one[0] != RAISED:
            left += one[:0:-1]
    return found
