"""How a test says that a type is to be raced: pytest is not needed for it, so that the target need not have it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from harness.kernel.pairs.subject import VALUES, Promise, Subject

MARKED = "__ftstress_pairs__"
Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True)
class Marked:
    """What a test was marked with."""

    factory: Callable[[], Any] | str
    """Makes a fresh object; or its name, as MODULE:CALLABLE."""
    promise: Promise
    operations: type[Subject] | str | None
    attributes: bool
    min_coverage: float | None


def ftstress_pairs(
    factory: Callable[[], Any] | str,
    *,
    promise: Promise = VALUES,
    operations: type[Subject] | str | None = None,
    attributes: bool = False,
    min_coverage: float | None = None,
) -> Callable[[Function], Function]:
    """Make a test of a function: each operation of what ``factory`` makes is raced against each other one, as by
    ``ftstress pairs``. The function's body is not run.

    ``promise`` is for all operations that are found; ``operations`` is a class of the author's own, or its name;
    ``attributes``: what instances hold is read and stored, too; ``min_coverage``: the share of operations that must be
    driven.
    """

    def mark(function: Function) -> Function:
        setattr(function, MARKED, Marked(factory, promise, operations, attributes, min_coverage))
        return function

    return mark
