"""A type's own table of what was looked up on it: from 3.16 on there is one for each (``Python/typecache.c``).

The helpers are CPython's own test module's. Where it is missing, or the target has one cache for all types, nothing
can be seen, and nothing is asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

try:
    from _testinternalcapi import type_cache_lookup  # type: ignore[import-not-found]
except ImportError:
    type_cache_lookup = None

SHOWN = type_cache_lookup is not None
"""Whether the target has such tables, and shows them."""
Agreement = tuple[str, object, object]
"""What was read, what it gave, and what it should have given (the same object)."""

NOT_HELD = "not in the table"
"""What ``held`` gives for a name that the table does not have."""


class _Untouched:
    """A class that nobody ever asks for anything: its table is the empty one, which all types begin with."""


def held(cls: type, name: str) -> object:
    """What the table of ``cls`` holds under ``name``, None for a miss; NOT_HELD where it holds nothing of it.

    Looking fills nothing. To be asked only where tables are ``SHOWN``.
    """
    hit, value, _ = type_cache_lookup(cls, name)
    return value if hit else NOT_HELD


def agree(name: str, *classes: Any) -> Iterator[Agreement]:
    """For quiescence: what the tables of ``classes`` hold under ``name`` is what the dicts on the way hold.

    The one table that all types begin with holds nothing. Sound when all actors are parked: an entry is dropped
    before, or while, any dict on the way changes, and is valid for the class's present version only.
    """
    if type_cache_lookup is None:
        return
    yield f"{name} in the empty table of all types", held(_Untouched, name), NOT_HELD
    for cls in classes:
        found = held(cls, name)
        if found is not NOT_HELD:
            yield f"{name} in a class's table", found, _in_dicts(cls, name)


def _in_dicts(cls: type, name: str) -> object:
    return next((vars(base)[name] for base in cls.__mro__ if name in vars(base)), None)
