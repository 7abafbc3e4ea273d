"""A thread's free lists, in which CPython keeps objects that nobody holds any more for the next ones of their kind.

What is kept there is not given back to the allocator: who uses it still finds what was there, also where freed memory
is filled. A list that is full keeps no more (``Include/internal/pycore_freelist_state.h``).
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import copy_context
from typing import Any

MOST = 100
"""Objects of a kind: lists of 80 dicts, tables of keys and lists, and of 100 numbers, are full then. That of contexts
has room for 255, those of tuples for 2,000: to fill them takes longer than it is worth.
"""


def fill_free_lists() -> None:
    """Have this thread's free lists keep what they can: what it lets go of next is given back at once, and filled."""
    held = [_of_each_kind(number) for number in range(MOST)]
    del held


def _of_each_kind(number: int) -> list[Any]:
    some: list[Any] = [number]
    bound: Callable[..., Any] = some.append
    return [
        {"x": number},
        some,
        bound,
        iter(some),
        iter((number,)),
        number + 0.5,
        complex(number, 1),
        (1 << 62) + number,
        range(number, 1 << 40),
        copy_context(),
        _Some().method,
    ]


class _Some:
    """What has a method."""

    def method(self) -> None:
        """Bound, it is an object of its own."""
