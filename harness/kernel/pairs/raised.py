"""Frames for subjects: of a generator that waits, and of functions that an exception has gone through."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any


def waiting(x0: Any, x1: Any) -> Generator[Any, Any, Any]:
    """Gives what it is sent, and something of its own."""
    x2 = [x0]
    while True:
        seen = yield x2
        x2 = [seen, x1]


def _inner(x0: str) -> Any:
    raise ValueError(x0)


def _outer(x0: str) -> Any:
    return _inner(x0)


def caught(x0: str, x1: str) -> BaseException:
    """An exception with a traceback of three frames, and a context."""
    try:
        try:
            raise KeyError(x1)
        except KeyError:
            _outer(x0)
    except ValueError as error:
        return error
    raise AssertionError
