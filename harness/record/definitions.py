"""The events' definitions at run time: whether a value is what its definition says."""

from __future__ import annotations

import types
from functools import cache
from typing import Any, Literal, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

LARGEST = 1 << 63
"""Of numbers: no honest count comes near it."""


@cache
def fields(definition: Any) -> dict[str, tuple[Any, bool]]:
    """The keys of a TypedDict: what each holds, and whether it must be there."""
    found = {}
    for name, hint in get_type_hints(definition, include_extras=True).items():
        optional = get_origin(hint) is NotRequired
        found[name] = get_args(hint)[0] if optional else hint, definition.__total__ and not optional
    return found


def named(union: Any) -> dict[str, Any]:
    """The definitions that a union is of, by the name of their event."""
    return {get_args(fields(one)["event"][0])[0]: one for one in get_args(union)}


def fits(value: Any, hint: Any) -> bool:
    """Whether ``value``, from JSON, is what ``hint`` says. Keys that a definition lacks are passed over; numbers are
    finite and not negative, as whatever is counted or measured.
    """
    if is_typeddict(hint):
        return isinstance(value, dict) and all(
            fits(value[name], inner) if name in value else not needed
            for name, (inner, needed) in fields(hint).items()
        )
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (types.UnionType, Union):
        return any(fits(value, one) for one in inner)
    if origin is Literal:
        return isinstance(value, str) and value in inner
    if origin is list:
        return isinstance(value, list) and all(fits(one, inner[0]) for one in value)
    if origin is dict:
        return isinstance(value, dict) and all(fits(one, inner[1]) for one in value.values())
    if origin is tuple:
        return isinstance(value, list) and len(value) == len(inner) and all(map(fits, value, inner))
    if hint in (int, float):
        kinds = (int,) if hint is int else (int, float)
        return isinstance(value, kinds) and not isinstance(value, bool) and 0 <= value < LARGEST
    assert hint in (bool, str, types.NoneType), f"{hint} cannot be checked"
    return isinstance(value, hint)
