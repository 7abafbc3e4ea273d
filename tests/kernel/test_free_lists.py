"""What a thread lets go of is kept for the next of its kind, unless its free lists are full."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from harness.kernel.free_lists import MOST, fill_free_lists

KINDS: dict[str, Callable[[], Any]] = {
    "dict": lambda: {"x": None},
    "list": lambda: [None],
    "float": lambda: float("1.5"),
}


@pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)
def test_what_is_let_go_of_comes_back_at_once_unless_the_lists_are_full(make: Callable[[], Any]) -> None:
    assert _come_back(make, lambda: None) == 3
    assert _come_back(make, fill_free_lists) == 0


def _come_back(make: Callable[[], Any], first: Callable[[], None]) -> int:
    """Of three objects that are let go of, how many are among the next few of their kind; no list has any before."""
    held = [make() for _ in range(2 * MOST)]
    some = [make() for _ in range(3)]
    places = {id(one) for one in some}
    first()
    del some
    return len(places & {id(one) for one in [make() for _ in range(40)]}) if held else 0
