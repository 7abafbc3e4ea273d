"""Whether an operation lets go of a value more often than it took it.

What a round's threads were given, and what its object held, is held by the harness as well, several times over. When
the object is gone, at least so many references are left: fewer were released by somebody who had none. A count may be
higher, for what is freed late or kept for good, and never lower. Only in some rows: what is held here is not freed
under the hands of somebody who uses it, and other judges are there for that.

To ask an object what it holds stops the world, in the middle of a row: that costs more than the round, and threads
start together anew each time, at offsets that no other row has. Asked before the row instead, with twice as many
rounds, the narrowest of the planted races (``tests/own``, Bag) took 20 s and more in place of half a second.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any

TIMES = 3
"""References that the harness has of each value: one that is released twice too often is still there to be counted."""
ROWS = 4
"""Of so many rows, one is held."""
MOST = 32
"""Values that are held of an object."""

TEXT, CONTAINERS = {str, bytes}, {tuple, list, dict, set, frozenset}

Held = tuple[Any, ...]
"""The same value, ``TIMES`` times."""


def values_of(o: Any) -> list[Held]:
    """What an object holds, and what that holds: strings, and containers of nothing else, for whoever holds more keeps
    alive what operations may want to see die.
    """
    inner = gc.get_referents(o)
    own = [one for one in inner if not isinstance(one, type | ModuleType) and not _is_large(one)]
    found = {id(one): one for one in (*inner, *gc.get_referents(*own)) if _is_plain(one)}
    return [(one,) * TIMES for one in [*found.values()][:MOST]]


def _is_large(one: Any) -> bool:
    return type(one) is dict and len(one) > MOST  # a module's, most likely


def _is_plain(one: Any) -> bool:
    return type(one) in TEXT or (type(one) in CONTAINERS and {*map(type, gc.get_referents(one))} <= TEXT)


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
