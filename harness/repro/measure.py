"""How often a finding's trial shows it again: k of n children, with the interval, and how long one waits for it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from harness.campaign.again import Again, Outcome, run_once
from harness.record.statistics import wilson
from harness.record.target import Target

CHILDREN = 20
"""After this many it ends, if it has shown; where it has not, it goes on to its limit."""
CONTROLS = 3
"""Fewest children that are given the GIL."""
MEMORY_BYTES = 2 << 30

Tell = Callable[[Outcome], None]


@dataclass(frozen=True)
class Measured:
    """Children of one trial, each ended as soon as it showed the finding."""

    outcomes: tuple[Outcome, ...]

    @property
    def children(self) -> int:
        return len(self.outcomes)

    @property
    def hits(self) -> int:
        return sum(outcome.hit for outcome in self.outcomes)

    @property
    def took_s(self) -> float:
        return sum(outcome.took_s for outcome in self.outcomes)

    @property
    def interval(self) -> tuple[float, float]:
        """Of the share of children that show it, at 95 %. There must have been one."""
        return wilson(self.hits, self.children)

    @property
    def expected_s(self) -> float | None:
        """Seconds until it shows, start-ups included; None where it never did."""
        return self.took_s / self.hits if self.hits else None

    @property
    def once_more(self) -> int:
        """How many children one gives it to show once more: three times as many as it takes. It must have shown."""
        return min(CHILDREN, 3 * math.ceil(self.children / self.hits))

    @property
    def failure(self) -> str | None:
        """Why nothing was exercised, where nothing was."""
        reasons = [outcome.failure for outcome in self.outcomes]
        return reasons[0] if reasons and all(reasons) else None

    @property
    def others(self) -> dict[str, int]:
        """Signatures of other findings, and how many children showed them."""
        seen = [text for outcome in self.outcomes for text in outcome.others]
        return {text: seen.count(text) for text in dict.fromkeys(seen)}


def measure(
    target: Target,
    again: Again,
    signature: str,
    *,
    limit_s: float,
    tell: Tell,
    with_gil: bool = False,
    most: int | None = None,
) -> Measured:
    """Run children one after another until ``limit_s`` is over, or ``most`` have run.

    Without ``most``: until ``CHILDREN`` have run and it has shown. A child that might not end within the limit is not
    started, for one that is cut short counts for nothing; only the first one is, and gets no more time than that.
    Raises OSError when the target cannot be executed.
    """
    deadline = time.monotonic() + limit_s
    outcomes: list[Outcome] = []
    longest = 0.0
    while True:
        left = deadline - time.monotonic()
        if outcomes and left < max(again.budget_s, longest):
            break
        cut = again if outcomes else _cut(again, left)
        began = time.monotonic()
        outcome = run_once(target, cut, signature, memory_bytes=MEMORY_BYTES, with_gil=with_gil)
        longest = max(longest, time.monotonic() - began)
        outcomes.append(outcome)
        tell(outcome)
        if outcome.failure and len(outcomes) >= CONTROLS and not any(one.hit for one in outcomes):
            break
        enough = CHILDREN if most is None else most
        if len(outcomes) >= enough and (most is not None or any(one.hit for one in outcomes)):
            break
    return Measured(tuple(outcomes))


def control(
    target: Target, again: Again, signature: str, usual: Measured, *, tell: Tell, with_gil: bool = True
) -> Measured:
    """The same trial with the GIL on, or as it is given, for three times as long as it takes to show usually, or so
    many children.
    """
    wait = usual.expected_s or 0.0
    children = min(max(CONTROLS, math.ceil(3 * wait / again.budget_s)), CHILDREN)
    return measure(target, again, signature, limit_s=math.inf, tell=tell, with_gil=with_gil, most=children)


def last_operations(target: Target, again: Again, signature: str, measured: Measured) -> str:
    """What each thread did before it showed once more, noted operation by operation; empty where it did not show.

    Children that note every operation keep its racing steps apart, so they count for nothing else.
    """
    for _ in range(measured.once_more):
        outcome = run_once(target, again, signature, memory_bytes=MEMORY_BYTES, ring="operation")
        if outcome.hit and outcome.last_operations:
            return outcome.last_operations
    return ""


def _cut(again: Again, left_s: float) -> Again:
    return replace(again, budget_s=min(again.budget_s, left_s))
