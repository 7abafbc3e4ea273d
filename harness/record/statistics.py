"""Rates and bounds. The unit is the round: the samples of one round are not independent of each other."""

from __future__ import annotations

import math
from statistics import NormalDist


def wilson(hits: int, rounds: int, confidence: float = 0.95) -> tuple[float, float]:
    """The two-sided Wilson score interval for a rate of ``hits`` in ``rounds`` (Wilson, 1927).

    Raises ValueError unless ``0 <= hits <= rounds`` and there was a round at all.
    """
    if rounds <= 0 or not 0 <= hits <= rounds:
        raise ValueError(f"an interval needs 0 <= hits <= rounds and a round: got {hits} in {rounds}")
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    rate = hits / rounds
    spread = z * math.sqrt(rate * (1 - rate) / rounds + z * z / (4 * rounds * rounds))
    middle = rate + z * z / (2 * rounds)
    scale = 1 + z * z / rounds
    low = 0.0 if hits == 0 else (middle - spread) / scale
    high = 1.0 if hits == rounds else (middle + spread) / scale
    return low, high


def upper_bound_95(hits: int, rounds: int) -> float | None:
    """The rate per round that is ruled out at 95 %; None when no round was run.

    With no hit this is the rule of three, ``3/N`` (at most 1); with hits it is the Wilson interval's upper end.
    """
    if rounds == 0:
        return None
    if hits == 0:
        return min(1.0, 3.0 / rounds)
    return wilson(min(hits, rounds), rounds)[1]
