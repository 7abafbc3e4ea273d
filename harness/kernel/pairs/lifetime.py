"""Whether an operation lets go of a value more often than it took it.

What a round's threads were given, and what its object held, is held by the harness as well, several times over. When
the object is gone, at least so many references are left: fewer were released by somebody who had none. A count may be
higher, for what is freed late or kept for good, and never lower. Only in some rows: what is held here is not freed
under the hands of somebody who uses it, and other judges are there for that.

What an operation gave is held from then on, too, and counted first: a step that gives what it has put there shows who
else releases it.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from itertools import chain
from types import ModuleType
from typing import Any

TIMES = 3
"""References that the harness has of each value: one that is released twice too often is still there to be counted."""
ROWS = 4
"""Of so many rows, one is held."""
MOST = 32
"""Values that are held of an object."""

TEXT = {str, bytes}
CONTAINERS = tuple, list, dict, set, frozenset, BaseException

Held = tuple[Any, ...]
"""The same value, ``TIMES`` times."""


def values_of(objects: Sequence[Any]) -> list[list[Held]]:
    """Of each object what it holds, and what that holds: strings, and containers and exceptions of nothing else, for
    whoever holds more keeps alive what operations may want to see die. All are asked at once, for to ask stops the
    world.
    """
    inner = _referents([[one] for one in objects])
    further = _referents([[one for one in some if _may_be_asked(one)] for some in inner])
    found = [{id(one): one for one in (*some, *more)} for some, more in zip(inner, further, strict=True)]
    # Of their types: isinstance() asks an object for its class, which may run code of its own.
    containers = {
        key: one for some in found for key, one in some.items() if issubclass(type(one), CONTAINERS)
    }
    contents = _referents([[one] for one in containers.values()])
    plain = {
        key for (key, one), some in zip(containers.items(), contents, strict=True) if _is_plain(one, some)
    }
    return [
        [(one,) * TIMES for key, one in some.items() if type(one) in TEXT or key in plain][:MOST]
        for some in found
    ]


def _referents(groups: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """What the objects of each group hold."""
    found: list[list[Any]] = [[]]
    for one in gc.get_referents(*chain.from_iterable((*group, _END) for group in groups)):
        if type(one) is _Mark:
            found.append([])
        else:
            found[-1].append(one)
    return found[:-1]


class _Mark:
    """Found behind all that a group holds."""


_END = (_Mark(),)


def _is_plain(one: Any, contents: Sequence[Any]) -> bool:
    kinds = {*map(type, contents)}
    if isinstance(one, BaseException):
        return kinds <= {tuple, *TEXT} and {*map(type, one.args)} <= TEXT
    return kinds <= TEXT


def _may_be_asked(one: Any) -> bool:
    if type(one) is dict and len(one) > MOST:
        return False  # a module's, most likely
    return not issubclass(type(one), (type, ModuleType))


class Lifetimes:
    """Counts what is held of rows whose objects are gone."""

    def __init__(self) -> None:
        self.least = _references((str(object()),) * TIMES)
        self.broken: list[Held] = []
        """Kept for good: to let go of them would free what is freed, or in use."""

    def released_too_often(
        self, held: Sequence[Sequence[Sequence[Held]]], pairs: Sequence[str]
    ) -> list[tuple[str, str]]:
        """The pair, and the type, of each value that has lost references which nobody had; ``held``: per thread and
        round. The objects must be gone, and each thread must have run since.
        """
        found: list[tuple[str, str]] = []
        for thread in held:
            for pair, values in zip(pairs, thread, strict=True):
                for value in values:
                    if _references(value) < self.least:
                        self.broken.append(value)
                        found.append((pair, type(value[0]).__name__))
        return found


def _references(value: Held) -> int:
    """Of the value; what holds it while it is asked for is counted with them."""
    return sys.getrefcount(value[0])
