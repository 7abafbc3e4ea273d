"""A campaign of sweeps: one trial a scenario, each by a tracer on a core of its own."""

from __future__ import annotations

import json
import os
import queue
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from elftools.common.exceptions import ELFError

import harness
from harness.campaign.kind import LEAD_S, Kind
from harness.campaign.options import CampaignError, Options
from harness.campaign.plan import SWEEP, PlannedTrial, Powers, cores, power, powers_for, why_skipped
from harness.campaign.select import ScenarioInfo
from harness.campaign.shown import Shown
from harness.campaign.trial import SILENCE_S, TellOfTrial
from harness.campaign.watch import Limits, alarm_s, watch
from harness.diagnosis.ending import Ending
from harness.kernel.spec_types import ChildTrial
from harness.record.events import ChildEvent, is_of_trial
from harness.record.target import Target
from harness.sweep.image import is_eval
from harness.sweep.resolve import Resolver
from harness.sweep.worker import TracerSpec, code_of, pattern_of

LONGEST_S = 3600.0
"""What a scenario may take if the budget has it: none has taken a hundredth of this."""
SHORTEST_S = 2.0
"""In less than this little is swept but the listing: a still shorter budget is for fewer scenarios."""
GRACE_S = 60.0
"""Beyond its budget: the point that it is at, a hang and its replays included, is seen through."""
HEARD_S = 30.0
"""How long a tracer may tell what its stops came to when the campaign's time is over: a subject has thousands."""
FIRST = (
    "type_attributes.read_by_attribute",
    "type_attributes.each_its_own_name",
    "type_attributes.read_by_subclass",
    "type_attributes.replaced_value",
)
"""They do little, so that they are swept in seconds, and what they do is what most else is made of."""
START = """
import sys
sys.path.insert(0, sys.argv[1])
from harness.sweep.worker import main
sys.exit(main(sys.argv[2]))
"""


@dataclass(frozen=True)
class Asked:
    """What a sweep is asked for beside a campaign's options."""

    functions: str | None = None
    """A regular expression for ``FILE:FUNCTION``; None: the object model, of pairs whatever is entered."""
    bound: int = 1
    stepping: bool = False
    """Without debug registers: slow, but works where there are none."""


def sweeps(asked: Asked, cache: Path) -> Kind:
    """The kind of a campaign that sweeps. ``cache`` is a folder for what is read from binaries once."""
    resolver = Resolver()
    free: queue.SimpleQueue[int | None] = queue.SimpleQueue()
    for core in own_cores():
        free.put(core)

    def run(target: Target, spec: ChildTrial, tell: TellOfTrial, stop: Callable[[], bool]) -> Ending:
        try:
            core = free.get_nowait()
        except queue.Empty:  # more jobs than cores were asked for
            core = None
        time_s = spec["budget_s"] + GRACE_S
        full: TracerSpec = {
            **spec,
            "alarm_s": alarm_s(time_s),
            "target": target.to_json(),
            "functions": asked.functions,
            "bound": asked.bound,
            "stepping": asked.stepping,
            "cache": str(cache),
            "core": core,
        }
        limits = Limits(time_s, SILENCE_S + GRACE_S, spec["memory_limit_bytes"])
        held: list[tuple[float, ChildEvent]] = []

        def pass_on(event: ChildEvent) -> None:
            if event["event"] == "stops":
                tell(resolver.swept(event))
            elif event["event"] == "finding":
                tell(resolver.finding(event))
            elif is_of_trial(event):
                tell(event)

        def hear(event: ChildEvent) -> None:
            """What stops came to is told last. Lines of source files are read, for seconds, when it has told all."""
            if held or event["event"] == "stops":
                held.append((time.monotonic(), event))
            else:
                pass_on(event)

        def late() -> bool:
            """Who tells what its stops came to is heard to the end, for a while."""
            return stop() and not (held and time.monotonic() < held[0][0] + HEARD_S)

        try:
            ending = watch(lambda fd: command(full | {"events_fd": fd}), limits, hear, late)
        finally:
            if core is not None:
                free.put(core)
        for _, event in held:
            pass_on(event)
        return ending

    def planned(
        scenarios: Sequence[ScenarioInfo], target: Target, options: Options, shown: Shown
    ) -> Iterator[PlannedTrial]:
        pairs = [pair for one in scenarios for pair in one.pairs]
        refuse_nothing_to_stop_in(target, pattern_of(asked.functions, pairs), cache)
        yield from trials(scenarios, target, options, shown)

    return Kind(SWEEP, planned, at_once, SHORTEST_S, LEAD_S, lambda: nullcontext(run))


def refuse_nothing_to_stop_in(target: Target, functions: str | None, cache: Path) -> None:
    """Raise CampaignError where the target's own file has none of the functions that are to be swept.

    What is read of the file is kept in ``cache``, where the tracers find it.
    """
    try:
        found = code_of(str(cache), functions)(os.path.realpath(target.executable), 0).symbols.functions
    except (OSError, ELFError):
        return
    elsewhere = not any(map(is_eval, found))  # in a library beside it
    if not elsewhere and not any(one.chosen for one in found):
        what = f"no function of {target.executable} fits --functions {functions!r}"
        if functions is None:
            what = f"{target.executable} is stripped: it names no function of the object model"
        raise CampaignError(
            f"{what}; FILE:FUNCTION is what is searched, such as Objects/typeobject.c:type_setattro"
        )


def command(spec: TracerSpec) -> list[str]:
    """The command line of a tracer: this interpreter with this harness."""
    folder = str(Path(harness.__file__).parent.parent)
    return [sys.executable, "-P", "-c", START, folder, json.dumps(spec)]


def own_cores() -> list[int | None]:
    """The cores that this process may use."""
    return list(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else [None]


def at_once(scenarios: Sequence[ScenarioInfo], options: Options) -> int:
    """A tracer and its child take turns: a sweep needs one core."""
    return options.jobs or cores()


def trials(
    scenarios: Sequence[ScenarioInfo], target: Target, options: Options, shown: Shown
) -> Iterator[PlannedTrial]:
    """One trial a scenario: the plainest first, then what calibration has found to see most. No amplifier is set. One a
    subject, in an order drawn from the seed.
    """
    chosen = [one for one in scenarios if why_skipped(one, target, SWEEP) is None]
    powers = powers_for(target)
    random.Random(f"{options.seed}:subjects").shuffle(subjects := [one for one in chosen if one.pairs])
    plainest = sorted((one for one in chosen if not one.pairs), key=lambda one: _rank(one, powers))
    for scenario in (*plainest, *subjects):
        seed = f"{options.seed}:{scenario.name}:0"
        yield PlannedTrial(scenario, 0, {}, seed, threads=1, budget_s=LONGEST_S, pairs=scenario.pairs)


def _rank(scenario: ScenarioInfo, powers: Powers) -> tuple[int, float]:
    first = FIRST.index(scenario.name) if scenario.name in FIRST else len(FIRST)
    return first, -power(scenario, powers)
