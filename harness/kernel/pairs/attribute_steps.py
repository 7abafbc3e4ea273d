"""Attributes that a type of C's describes: read, stored and deleted, whatever they are."""

from __future__ import annotations

from collections.abc import Iterator
from types import GetSetDescriptorType, MemberDescriptorType
from typing import Any

from harness.kernel.pairs.subject import PROCESS, Subject, step

DESCRIBED = (GetSetDescriptorType, MemberDescriptorType)
OTHERS = {"__dict__", "__weakref__"}
"""What any class may have: other subjects' business."""
NAMES: dict[type, tuple[str, ...]] = {}
"""Of the types that have been asked for."""


def described(o: Any) -> Iterator[tuple[Any, str]]:
    """What is shared, or each of a pair of objects, with each name that its type describes. Built-in types have
    subjects of their own, and what a class of Python's has in slots is not for others to delete.
    """
    for one in o if type(o) is tuple else (o,):
        kind = type(one)
        names = NAMES.get(kind)
        if names is None:
            names = NAMES[kind] = tuple(
                name
                for cls in kind.__mro__
                if cls.__module__ != "builtins" and "__slots__" not in vars(cls)
                for name, thing in vars(cls).items()
                if type(thing) in DESCRIBED and name not in OTHERS
            )
        for name in names:
            yield one, name


class Attributes(Subject):
    """An object with attributes that getters, setters and places of C's give, take, and refuse to delete.

    What is in them is other operations' business: of these only the process is asked.
    """

    @step(PROCESS)
    def attributes(o: Any, v: str) -> Any:
        seen = 0
        for one, name in described(o):
            try:
                getattr(one, name)
            except Exception:  # noqa: BLE001  # it has none now, or is closed
                continue
            seen += 1
        return seen

    @step(PROCESS, writes=True)
    def attributes_stored(o: Any, v: str) -> Any:
        """Each with what is in it: what was there may die while another looks at it."""
        for one, name in described(o):
            try:
                setattr(one, name, getattr(one, name))
            except Exception:  # noqa: BLE001  # it is read-only, or takes something else than it gives
                continue

    @step(PROCESS, writes=True)
    def attributes_deleted(o: Any, v: str) -> Any:
        for one, name in described(o):
            try:
                delattr(one, name)
            except Exception:  # noqa: BLE001  # most refuse
                continue
