"""How long operations take, and what follows for who begins when.

Two operations that begin together meet in the first moment of the longer one only. What is sensitive comes late in
many a long one (something is asked first, a string made, a lock taken): then the shorter one has to begin later.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from functools import cache
from time import perf_counter_ns

LATE_NS = 1_500
"""What takes longer is begun beside later, too: pauses that every round has come to a fifth of it (``race.PAUSES``)."""
LATE = 0.5
"""The share of such rounds in which one waits before it begins."""
LONGEST_NS = 1_000_000
"""Nobody waits for longer."""
LOOPS = 5_000


class Durations:
    """How long operations take, by their names and the object's size; nothing is known of one that was not timed."""

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw
        self.ns: dict[tuple[str, int], int] = {}

    def learn(self, size: int, took: Iterable[tuple[str, int]]) -> None:
        """Of operations, in ns each: what half of them took at most is noted."""
        all_of: dict[str, list[int]] = {}
        for name, ns in took:
            all_of.setdefault(name, []).append(ns)
        for name, times in all_of.items():
            self.ns[name, size] = sorted(times)[len(times) // 2]

    def pause(self, name: str, beside: str, size: int) -> range | None:
        """What a thread goes through before it begins its operation beside another's; None: as in every round.

        Only who takes less than half as long waits: two that take as long meet all along, and a round takes no longer.
        """
        ns = min(self.ns.get((beside, size), 0), LONGEST_NS)
        if ns < max(LATE_NS, 2 * self.ns.get((name, size), ns)) or self.draw.random() >= LATE:
            return None
        return range(int(self.draw.random() * ns / loop_ns()))


@cache
def loop_ns() -> float:
    """How long a turn of an empty loop takes here."""
    began = perf_counter_ns()
    for _ in range(LOOPS):
        pass
    return max(1.0, (perf_counter_ns() - began) / LOOPS)
