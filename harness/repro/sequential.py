"""A sequential test: as few trials as tell whether something happens at a rate that is high enough (Wald, 1945)."""

from __future__ import annotations

import math
from collections.abc import Callable

ERROR = 0.05
"""Chance of keeping what shows at no more than the lower rate, and of refusing what shows at the rate asked for."""
MOST = 200
"""Trials after which what is undecided is refused; hardly any test gets there."""


def lower_than(rate: float) -> float:
    """The rate that is to be told from ``rate``: the odds are a quarter of its odds."""
    odds = rate / (1 - rate) / 4
    return odds / (1 + odds)


def shows_often_enough(trial: Callable[[], bool], rate: float) -> bool:
    """Whether ``trial`` gives True at ``rate`` or more, and not at ``lower_than(rate)`` or less.

    ``trial`` is called until the likelihood ratio decides. A racy predicate that is tried once would be believed by
    luck; this one is fooled with a chance of ``ERROR``. ``rate`` lies between 0 and 1, both excluded.
    """
    low = lower_than(rate)
    ratio = 0.0
    accept, refuse = math.log((1 - ERROR) / ERROR), math.log(ERROR / (1 - ERROR))
    for _ in range(MOST):
        ratio += math.log(rate / low) if trial() else math.log((1 - rate) / (1 - low))
        if ratio >= accept:
            return True
        if ratio <= refuse:
            return False
    return False
