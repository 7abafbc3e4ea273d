"""What finding and building a target tell whoever is waiting for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """A line to show. ``total`` of 0: a plain remark; otherwise ``done`` of ``total`` things of this stage are over."""

    text: str
    done: int = 0
    total: int = 0


Progress = Callable[[Step], None]


def silent(step: Step) -> None:
    """Tell nobody."""
