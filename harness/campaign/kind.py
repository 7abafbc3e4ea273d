"""What a campaign's trials are: races by default, and whatever else can be planned and run one after another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial

from harness.campaign import plan
from harness.campaign.options import Options
from harness.campaign.plan import PlannedTrial
from harness.campaign.select import ScenarioInfo
from harness.campaign.servers import serving
from harness.campaign.shown import Shown
from harness.campaign.trial import RunTrial
from harness.record.target import Target

LEAD_S = 0.03
SERVED = 25
"""Trials that one server's children run: where values and names lie in memory decides which of them meet in a cache."""


@dataclass(frozen=True)
class Kind:
    """How a campaign's trials are planned and run."""

    name: str
    """What the journal calls it."""
    trials: Callable[[Sequence[ScenarioInfo], Target, Options, Shown], Iterator[PlannedTrial]]
    at_once: Callable[[Sequence[ScenarioInfo], Options], int]
    """How many run beside each other, on average."""
    shortest_s: float
    """What a trial gets at least, if fewer scenarios are tried for that."""
    lead_s: float | None
    """Before a trial's budget is over, when the next may be started: it needs a core for its start first. None: not
    before it has said that its threads are through.
    """
    running: Callable[[], AbstractContextManager[RunTrial]]
    """Gives what runs a trial, for as long as the campaign lasts."""


STRESS = Kind(
    plan.STRESS, plan.trials, plan.children_at_once, plan.SHORTEST_S, LEAD_S, partial(serving, SERVED)
)


def dry_run(
    scenarios: Sequence[ScenarioInfo], target: Target, options: Options, kind: Kind = STRESS
) -> list[PlannedTrial]:
    """The trials that the budget has room for, as they would be started."""
    left = options.budget_s * kind.at_once(scenarios, options)
    planned: list[PlannedTrial] = []
    for one in kind.trials(scenarios, target, options, Shown()):
        left -= one.budget_s + plan.START_UP_S
        if left < 0 and planned:
            break
        planned.append(one)
    return planned
