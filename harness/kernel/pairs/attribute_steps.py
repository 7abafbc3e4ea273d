"""Attributes that a type of C's describes: read, stored and deleted, whatever they are."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from types import GetSetDescriptorType, MemberDescriptorType
from typing import Any

from harness.kernel.pairs.subject import PROCESS, Subject, step

ANY = ("__dict__", "__weakref__")
DESCRIBED = (GetSetDescriptorType, MemberDescriptorType)

NAMES: dict[type, list[str]] = {}
"""Of the types that have been asked for. Threads read it without a lock."""


def names_of(kind: type) -> list[str]:
    """What a type describes, without what any class may have, which are other subjects' business.

    Built-in types have subjects of their own, and what a class of Python's has in slots is not for others to delete.
    """
    own = (vars(cls) for cls in kind.__mro__ if cls.__module__ != "builtins" and "__slots__" not in vars(cls))
    return [name for held in own for name in held if name not in ANY and type(held[name]) in DESCRIBED]


def described(o: Any) -> Sequence[tuple[Any, str]]:
    """What is shared, or each of a pair of objects, with each name that its type describes."""
    shared = o if type(o) is tuple else (o,)
    kinds = [(one, type(one)) for one in shared]
    return [
        (one, name)
        for one, kind in kinds
        for name in NAMES.get(kind) or NAMES.setdefault(kind, names_of(kind))
    ]


class Attributes(Subject):
    """An object with attributes that getters, setters and places of C's give, take, and refuse to delete.

    What is in them is other operations' business: of these only the process is asked.
    """

    @step(PROCESS)
    def attributes(o: Any, v: str) -> Any:
        for one, name in described(o):
            with suppress(Exception):  # it has none now, or is closed
                getattr(one, name)

    @step(PROCESS, writes=True)
    def attributes_stored(o: Any, v: str) -> Any:
        """Each with what is in it: what was there may die while another looks at it."""
        for one, name in described(o):
            with suppress(Exception):  # it is read-only, or takes something else than it gives
                setattr(one, name, getattr(one, name))

    @step(PROCESS, writes=True)
    def attributes_deleted(o: Any, v: str) -> Any:
        for one, name in described(o):
            with suppress(Exception):  # most refuse
                delattr(one, name)
