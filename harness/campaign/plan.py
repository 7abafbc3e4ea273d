"""Which trials a campaign runs, drawn from its seed.

Nothing about one scenario depends on which others run beside it: filtering doesn't change a schedule.
"""

from __future__ import annotations

import math
import os
import random
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path

from harness.campaign.options import Options
from harness.campaign.select import ScenarioInfo
from harness.campaign.shown import Shown
from harness.kernel.amplifiers import Setting
from harness.kernel.bystanders import NOBODY
from harness.kernel.levers import FILLED, GENERAL, freed
from harness.record.target import Target

START_UP_S = 0.05
"""A child's start and end, which its budget does not include; 0.15 where it is not forked from one that has loaded what
it needs."""
STRESS, SWEEP, PAIRS, FUZZ = "stress", "sweep", "pairs", "fuzz"
"""Kinds of campaigns."""
POWER = Path(__file__).with_name("power.toml")
SHARED, PER_TYPE = "shared", "per_type"
"""Its tables, one for each kind of type cache: of 4,096 entries for all types, and, since 3.16, one of each type's own.
What sees much of the one may test nothing of the other."""
SUBJECTS = "subjects"
"""Its table of the subjects of pairs."""
Powers = Mapping[str, float]
"""Of scenarios, by name: what calibration gives; see ``power``."""
AGAIN = (30.0, 120.0, 300.0, 500.0, 700.0)
"""The powers from which a scenario comes two, three and more times in a pass: about forty-five, thirty, eighteen, ten
and five. A pass is to fit into little more than a minute."""
SLOWER = (1.0, 0.7, 0.5, 0.35, 0.2, 0.1)
"""Exponents of the power, for each of its turns in a pass: the last of them come among what has little power. Where a
busy machine keeps a campaign from a second pass, what sees much is not to be done with after a third of the first."""
RARELY, OWED, ALWAYS = 4.0, 4.0, 0.25
"""What a further trial is worth, against one of a scenario that has shown nothing: see ``gain``."""
VAIN = 4
"""Trials without a sample, after which no more are likely to bring one."""
ALONE = 0.4
"""The share of a trial's time that one thread alone gets: what it can show, it shows without luck."""
GLANCE_S = 0.1
"""Seconds of a scenario's first trial: what shows at all mostly shows within fifty rounds, and with many scenarios the
others should not have to wait for those that show nothing."""
SHORTEST_S = 0.3
LONGEST_S = 5.0


@dataclass(frozen=True)
class PlannedTrial:
    """One trial: the same seed gives the same one, whatever else is run."""

    scenario: ScenarioInfo
    index: int
    """How many trials of the scenario come before it."""
    knobs: dict[str, Setting]
    seed: str
    threads: int
    """How many threads its actors are."""
    budget_s: float
    pairs: tuple[str, ...] = ()
    """Of a subject: those that are raced, one after the other."""
    mixed: bool = False
    """All of them, each round another."""
    left_out: tuple[str, ...] = ()
    """But these."""
    tentative: bool = False
    """What it shows is doubted, and no finding yet: it is to be shown by something smaller."""

    def others(self, pair: str) -> list[str]:
        """The pairs that may have come in its child before this one."""
        if self.mixed:
            return [one for one in self.scenario.pairs if one != pair and one not in self.left_out]
        return [*self.pairs[: self.pairs.index(pair)]] if pair in self.pairs else []

    @property
    def busy(self) -> int:
        """How many threads it keeps running: its actors', and a bystander's."""
        return self.threads + (self.knobs.get("bystander", NOBODY) != NOBODY)


def why_skipped(scenario: ScenarioInfo, target: Target, kind: str = STRESS) -> str | None:
    """Why ``target`` cannot exercise ``scenario`` in a campaign of that kind, or None."""
    if scenario.unavailable:
        return scenario.unavailable
    if kind == SWEEP and sum(scenario.actors.values()) == 1:
        return "one thread alone: there is no other that could run while it is stopped"
    if kind == SWEEP and not scenario.swept:
        return "it is asked at the end of a round only, or one thread waits for the other: see its source"
    if kind == SWEEP and target.gil_enabled:
        return "a thread that is stopped keeps the GIL, and the target's GIL is on"
    if scenario.needs_parallelism and target.gil_enabled:
        return "needs threads that run in parallel, and the target's GIL is on"
    return None


def trials(
    scenarios: Sequence[ScenarioInfo], target: Target, options: Options, shown: Shown
) -> Iterator[PlannedTrial]:
    """Trials without end. First passes, until each scenario has shown each value of its own amplifiers: what
    calibration has found to see most comes early and twice; in the first one all are short, whatever the budget, and
    the first of each is a glance. After that, where ``shown`` says that there is most to gain.
    """
    runnable = [scenario for scenario in scenarios if why_skipped(scenario, target) is None]
    if not runnable:
        return
    powers = powers_for(target)
    length = trial_length(runnable, options, powers, target.stretch)
    begun = dict.fromkeys((scenario.name for scenario in runnable), 0)
    for scenario in chain(_passes(runnable, options.seed, powers), _by_gain(runnable, begun, shown, powers)):
        index = begun[scenario.name]
        begun[scenario.name] += 1
        knobs = draw_knobs(scenario, options.seed, index)
        threads = threads_of(scenario, knobs, options.threads)
        seconds = GLANCE_S if not index else SHORTEST_S if index < turns(scenario, powers) else length
        yield PlannedTrial(
            scenario=scenario,
            index=index,
            knobs=knobs,
            seed=f"{options.seed}:{scenario.name}:{index}",
            threads=threads,
            budget_s=seconds * target.stretch * (1.0 if threads > 1 else ALONE),
        )


def _passes(scenarios: Sequence[ScenarioInfo], seed: int, powers: Powers) -> Iterator[ScenarioInfo]:
    """Passes in an order drawn anew each; a scenario takes part until its amplifiers have shown all values."""
    for number in range(max(map(trials_to_cover, scenarios))):
        wanting = [one for one in scenarios if number * turns(one, powers) < trials_to_cover(one)]
        for _, scenario in sorted(_arrivals(wanting, seed, number, powers), key=lambda entry: entry[0]):
            yield scenario


def _by_gain(
    scenarios: Sequence[ScenarioInfo], begun: Mapping[str, int], shown: Shown, powers: Powers
) -> Iterator[ScenarioInfo]:
    """Always the scenario with most to gain for the trials that it has had (D'Hondt's way of sharing out seats)."""
    while True:
        yield max(scenarios, key=lambda one: gain(one, shown, powers) / (begun[one.name] + 1))


def gain(scenario: ScenarioInfo, shown: Shown, powers: Powers) -> float:
    """How much another trial is worth, beside the same of other scenarios.

    What is found in some trials and not in others has a rate that more of them narrow down, and settings that could
    tell why; what is found each time needs no more. A scenario that has not been exercised yet owes its verdict, but
    after a few vain trials it is not likely to give one.
    """
    ended, observed, hit = shown.of(scenario.name)
    worth = math.sqrt(power(scenario, powers))
    if hit:
        return worth * (RARELY if hit < ended else ALWAYS)
    if ended and not observed:
        return worth * (OWED if ended < VAIN else ALWAYS)
    return worth


def trials_to_cover(scenario: ScenarioInfo) -> int:
    """Trials until each value of each amplifier of its own has come; of those that all have, others show them, too."""
    return max([1, *(len(values) for name, values in scenario.amplifiers if name not in GENERAL)])


def _arrivals(
    scenarios: Sequence[ScenarioInfo], seed: int, number: int, powers: Powers
) -> Iterator[tuple[float, ScenarioInfo]]:
    """When each turn of each scenario comes in a pass: they arrive at random, at the rate of the scenario's power."""
    for scenario in scenarios:
        draw = random.Random(f"{seed}:{scenario.name}:{number}:order")
        moment = 0.0
        rate = power(scenario, powers)
        for turn in range(turns(scenario, powers)):
            # What comes again lets others come first: it is likely to see the same again.
            moment += draw.expovariate(rate ** SLOWER[turn])
            yield moment, scenario


def turns(scenario: ScenarioInfo, powers: Powers) -> int:
    """Trials of a scenario in one pass: more of those that see much."""
    return 1 + sum(power(scenario, powers) >= least for least in AGAIN)


@cache
def tables() -> dict[str, dict[str, float]]:
    """What calibration gives, by kind of cache and scenario."""
    return tomllib.loads(POWER.read_text(encoding="utf-8"))


def kind_of_cache(version_info: tuple[int, ...]) -> str:
    return PER_TYPE if version_info >= (3, 16) else SHARED


def powers_for(target: Target) -> Powers:
    return tables()[kind_of_cache(target.version_info)]


def power(scenario: ScenarioInfo, powers: Powers) -> float:
    """What calibration gives for a scenario; 1 for one that it has never met, and for one that saw nothing."""
    return powers.get(scenario.name, 1.0)


def draw_knobs(scenario: ScenarioInfo, seed: int, index: int) -> dict[str, Setting]:
    """One value of each amplifier: each of its values comes once before any comes again, in an order of the
    seed's.
    """
    knobs: dict[str, Setting] = {}
    for name, values in scenario.amplifiers:
        turn, place = divmod(index, len(values))
        order = random.Random(f"{seed}:{scenario.name}:{name}:{turn}").sample(values, len(values))
        knobs[name] = order[place]
    return knobs


def filled(subject: ScenarioInfo) -> dict[str, Setting]:
    """The knobs of a subject's trial in which freed memory is filled, where the target does that when it is told."""
    return {name: FILLED for name, values in subject.amplifiers if name == freed.name and FILLED in values}


def threads_of(scenario: ScenarioInfo, knobs: Mapping[str, Setting], total: int | None) -> int:
    """Threads of a trial: an amplifier named after an actor (``readers``) decides how many play it."""
    scalable = [actor for actor in scenario.actors if f"{actor}s" in knobs]
    if total is not None and scalable:
        return total
    return sum(int(knobs.get(f"{actor}s", threads)) for actor, threads in scenario.actors.items())


def cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def children_at_once(scenarios: Sequence[ScenarioInfo], options: Options) -> int:
    """How many trials run beside each other, on average: what the cores can take, or ``--jobs``."""
    if options.in_process:
        return 1
    if options.jobs is not None:
        return options.jobs
    threads = [
        threads_of(scenario, draw_knobs(scenario, options.seed, 0), options.threads) for scenario in scenarios
    ]
    return max(1, cores() * len(threads) // max(1, sum(threads)))


def trial_length(
    scenarios: Sequence[ScenarioInfo], options: Options, powers: Powers, slower: float = 1.0
) -> float:
    """Seconds of a trial after the first pass: as long as lets every amplifier show each of its values within the
    budget. On a target that is so many times ``slower`` it gets as many times more.

    Never below 0.3 s, for less would be start-up only, nor above 5 s, so that one child holds little that a crash could
    take with it.
    """
    first = {scenario.name: turns(scenario, powers) for scenario in scenarios}
    budget = options.budget_s * children_at_once(scenarios, options) / slower
    budget -= len(scenarios) * (GLANCE_S + START_UP_S)
    budget -= (sum(first.values()) - len(scenarios)) * (SHORTEST_S + START_UP_S)
    wanted = sum(max(0, trials_to_cover(scenario) - first[scenario.name]) for scenario in scenarios)
    return max(SHORTEST_S, min(budget / max(1, wanted) - START_UP_S, LONGEST_S))


def cut(
    planned_s: float, left_s: float, never_run: int, at_once: int, shortest_s: float = SHORTEST_S
) -> float:
    """Seconds for the next trial: as planned, less where the campaign's time is short for those never run
    yet.
    """
    share = left_s * at_once / max(1, never_run) - START_UP_S
    return max(min(planned_s, left_s - START_UP_S, max(shortest_s, share)), 0.0)
