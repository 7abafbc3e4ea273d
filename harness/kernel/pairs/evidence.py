"""Evidence that may be looked at while it comes in, and stopped at any moment.

Who says that something happens in at most so many of all cases is offered a fair bet on each of them. If he is right,
what the other one has won is a supermartingale that begins at 1: it ever comes to W with a probability of at most 1/W,
however often one looks, and whenever one stops (Ville's inequality; Shafer, "Testing by betting", JRSS A 184, 2021).
"""

from __future__ import annotations

STEPS = 8
"""As many shares are bet on at once, evenly between what is claimed and 1: how often it really happens nobody knows."""


class Bet:
    """Against: "it happens in at most ``chance`` of the cases, whatever came before"."""

    def __init__(self, chance: float) -> None:
        self.chance = chance
        self.shares = [chance + (1.0 - chance) * step / STEPS for step in range(1, STEPS + 1)]
        self.hits = self.misses = 0

    def add(self, hit: bool) -> None:
        """One case more."""
        if hit:
            self.hits += 1
        else:
            self.misses += 1

    @property
    def won(self) -> float:
        """What is left of 1 that was bet: that, or more, it comes to with a probability of at most 1 to it."""
        chance, hits, misses = self.chance, self.hits, self.misses
        return (
            sum((one / chance) ** hits * ((1.0 - one) / (1.0 - chance)) ** misses for one in self.shares)
            / STEPS
        )
