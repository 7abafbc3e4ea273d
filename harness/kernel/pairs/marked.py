"""How a test says that a type is to be raced: pytest is not needed for it, so that the target need not have it."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

from harness.kernel.pairs.subject import VALUES, Promise, Subject

MARKED = "__ftstress_pairs__"
NOT_RACED = (
    "{} was called, and nothing was raced: have it run by pytest with ftstress in its environment, as a plain"
    " function or a method of a plain class"
)


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
) -> Callable[[Callable[..., Any]], Callable[..., NoReturn]]:
    """Make a test of a function: each operation of what ``factory`` makes is raced against each other one, as by
    ``ftstress pairs``. The function's body is not run: whoever calls it, in place of pytest with ftstress, gets a
    RuntimeError, for nothing has been raced. Raises TypeError where it is no function that is marked.

    ``promise`` is for all operations that are found; ``operations`` is a class of the author's own, or its name;
    ``attributes``: what instances hold is read and stored, too; ``min_coverage``: the share of operations that must be
    driven.
    """

    def mark(function: Callable[..., Any]) -> Callable[..., NoReturn]:
        if not inspect.isfunction(function):
            raise TypeError(f"ftstress_pairs marks a function, not {function!r}")

        @functools.wraps(function)
        def not_raced(*_: object, **__: object) -> NoReturn:
            raise RuntimeError(NOT_RACED.format(function.__qualname__))

        setattr(not_raced, MARKED, Marked(factory, promise, operations, attributes, min_coverage))
        return not_raced

    return mark
