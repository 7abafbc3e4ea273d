"""What a campaign's trials are: races by default, and whatever else can be planned and run one after another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from harness.campaign import plan, trial
from harness.campaign.options import Options
from harness.campaign.plan import PlannedTrial
from harness.campaign.select import ScenarioInfo
from harness.campaign.shown import Shown
from harness.campaign.trial import RunTrial
from harness.record.target import Target

LEAD_S = 0.03


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
    lead_s: float
    """Before a trial's budget is over, when the next may be started: it needs a core for its start first."""
    running: Callable[[], AbstractContextManager[RunTrial]]
    """Gives what runs a trial, for as long as the campaign lasts."""


def each_alone() -> AbstractContextManager[RunTrial]:
    """Each trial runs in a child of its own."""
    return nullcontext(trial.run_in_child)


STRESS = Kind(plan.STRESS, plan.trials, plan.children_at_once, plan.SHORTEST_S, LEAD_S, each_alone)


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
