"""Fresh classes, and what is asked of them once every actor is parked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from harness.kernel import tables

MAX_VERSIONS_PER_CLASS = 1000
"""A class gets this many version tags in its life and is never cached again (``Objects/typeobject.c``). A store costs
one where the class was looked up since the last; a finalizer that stores costs another, and from 3.16 on so does an
instance's attribute that is new to its class."""

VERSION_BUDGET = 960
"""Stores a round makes into one class: below the maximum, so that priming and quiescence still hit the cache."""


def fresh_class(*bases: type, metaclass: type = type, **attributes: object) -> Any:
    """A new class with ``attributes``. Its type is left to be inferred."""
    return metaclass("C", bases, dict(attributes))


def fresh_subclass(base: type, **attributes: object) -> Any:
    """A new class directly below ``base``."""
    return type(base)("D", (base,), dict(attributes))


def fresh_subclasses(base: type, count: int) -> list[Any]:
    """``count`` classes directly below ``base``. Keep the list: a class holds its subclasses weakly."""
    return [type(base)(f"S{number}", (base,), {}) for number in range(count)]


def fresh_chain(base: type, depth: int) -> list[Any]:
    """``depth`` classes, each below the one before it; the last one is the deepest."""
    chain: list[Any] = []
    for number in range(depth):
        chain.append(type(base)(f"D{number}", (chain[-1] if chain else base,), {}))
    return chain


def prime(*classes: Any, names: Iterable[str] = ("x",)) -> None:
    """Give each class a version and fill its cache entries.

    Twice, because before 3.16 the first miss after an invalidation computes its slot from the version before one is
    assigned, and lands in the wrong one. Where each class has a table of its own one look would do.
    """
    for _ in range(2):
        for cls in classes:
            for name in names:
                getattr(cls, name, None)


def agree(expected: object, name: str, *holders: Any) -> Iterator[tables.Agreement]:
    """For quiescence: each of ``holders`` gives ``expected`` for ``name``, read several times (see ``prime``).

    What the table of a class then holds under the name is what the dicts hold (see ``tables``).
    """
    for number, holder in enumerate(holders):
        what = "class" if isinstance(holder, type) else "instance"
        for turn in range(1, 4):
            yield f"{name} of {what} {number}, read {turn}", getattr(holder, name, None), expected
    yield from tables.agree(name, *(holder for holder in holders if isinstance(holder, type)))
