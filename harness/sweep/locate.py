"""Where the windows of a finding are: its scenario's operations, swept until they are known."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from harness.campaign.select import ScenarioInfo
from harness.kernel.event_types import FindingEvent
from harness.kernel.signature import beginning, same_finding, signature
from harness.kernel.trial import Count
from harness.record.coverage import Window, access
from harness.record.target import Target
from harness.sweep.jobs import Job
from harness.sweep.progress import Hits, windows
from harness.sweep.replay import spec_of
from harness.sweep.resolve import Resolver
from harness.sweep.scene import Scene
from harness.sweep.sweeper import Sweeper, symptom_of
from harness.sweep.worker import code_of, pattern_of


@dataclass(frozen=True)
class Located:
    """One window."""

    a: str
    b: str
    same: bool
    """Whether what shows there is the finding, by its signature; else it is something else."""
    symptom: str
    points: int
    begin: tuple[str, ...]
    """Places, the innermost first."""
    end: tuple[str, ...]
    name: str
    """What makes two windows the same; see Window.name."""


@dataclass(frozen=True)
class Search:
    """What was swept for it."""

    windows: tuple[Located, ...]
    stops: int
    not_tried: int

    def names(self, scenario: str, wanted: str) -> dict[str, list[str]]:
        """The windows' names, by the signature of the finding that shows in them: ``wanted``, and what else did."""
        found: dict[str, set[str]] = defaultdict(set)
        for one in self.windows:
            kind, oracle, where = one.symptom.split(" | ", 2)
            other = beginning(scenario, kind, oracle, where)
            if one.name:
                found[wanted if one.same else other].add(one.name)
        return {text: sorted(names) for text, names in found.items()}


def locate(
    target: Target,
    scenario: ScenarioInfo,
    wanted: str,
    cache: str,
    limit_s: float,
    tell: Callable[[int], None],
) -> Search:
    """Sweep all pairs of the scenario for at most ``limit_s``; ``tell`` hears how many stops there were.

    Raises what Scene raises, and OSError where the binary cannot be read.
    """
    deadline = time.monotonic() + limit_s
    fitting: set[str] = set()
    spec = spec_of(scenario, wanted)
    read = code_of(cache, pattern_of(None, spec["pairs"]))

    def found(event: FindingEvent) -> None:
        if same_finding(signature(scenario.name, event), wanted):
            fitting.add(symptom_of(event))

    def alive(counts: Count) -> bool:
        tell(counts.rounds)
        return time.monotonic() < deadline

    scene = Scene(target, spec, read)
    try:
        sweeper = Sweeper(scene, found, alive)
        swept = sweeper.sweep()
    finally:
        scene.close()
    resolver = Resolver()

    def places(place: int) -> tuple[str, ...]:
        return tuple(resolver.places(scene.files.paths, place))

    def located(job: Job, hits: Hits) -> Located:
        opens, closes = (hits.before or hits.first).address, hits.last.address
        ends = places(hits.first.address), places(closes)
        accesses = tuple(
            access(below, places(address)) for below, address in zip(hits.below, (opens, closes), strict=True)
        )
        name = Window(hits.symptom, hits.points, *ends, hits.function, accesses).name
        return Located(job.a, job.b, hits.symptom in fitting, hits.symptom, hits.points, *ends, name)

    not_tried = sum(len(one.points) - len(one.stops) for one in swept)
    found_windows = [located(one.job, hits) for one in swept for hits in windows(one)]
    return Search(tuple(found_windows), sweeper.counts.rounds, not_tried)
