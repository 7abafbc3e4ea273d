"""A finding of a sweep, shown again: the same two operations, stopped at the same point, each time in a fresh state."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from harness.campaign.select import ScenarioInfo
from harness.kernel.event_types import Details, FindingEvent, PointData, StopData
from harness.kernel.signature import same_finding, signature
from harness.kernel.spec_types import SceneSpec
from harness.record.coverage import variant_of
from harness.record.target import Target
from harness.sweep.jobs import Job
from harness.sweep.points import Point
from harness.sweep.scene import Scene
from harness.sweep.worker import code_of, pattern_of

A_CHILD = 5
"""Stops that one child makes, where there are many:"""
CHILDREN = 3
"""as many children make them at least, for what one process hides, another shows (see ``passes.STRIDES``)."""


class NotReplayable(Exception):
    """The finding does not say what is needed; the message is one sentence."""


@dataclass(frozen=True)
class Replayed:
    """How many of ``times`` stops showed it."""

    shown: int
    times: int
    steps: tuple[tuple[str, str, str], ...]
    """Thread, operation and what it gave, of the last stop that showed it."""


@contextmanager
def on_one_core() -> Iterator[None]:
    """Tracer and target take turns: on one core that is fastest."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def spec_of(scenario: ScenarioInfo, signature: str) -> SceneSpec:
    """What a scene is told of a scenario, or of a subject, in which a finding of that signature showed."""
    where = signature.split(" | ")[3]
    return {
        "file": scenario.file,
        "scenario": scenario.name,
        "knobs": {},
        "stepping": False,
        "pairs": [pair for pair in scenario.pairs if pair == where],
    }


def replay(
    target: Target,
    scenario: ScenarioInfo,
    details: Details,
    wanted: str,
    cache: str,
    times: int,
    tell: Callable[[int], None] = lambda done: None,
) -> Replayed:
    """Stop as the finding's ``details["sweep"]`` says, ``times`` times; a hit has the signature ``wanted``.

    Raises NotReplayable, and what Scene raises.
    """
    sweep = details["sweep"]
    if "point" not in sweep:
        raise NotReplayable("it showed while nothing was stopped: there is no point to go to, sweep again")
    spec = spec_of(scenario, wanted)
    scene = Scene(target, spec, code_of(cache, pattern_of(None, spec["pairs"])))
    try:
        job = _job(scene, sweep)
        point, other = (_point(scene, one) for one in (sweep.get("point"), sweep.get("other")))
        assert point is not None
        shown, steps = 0, tuple[tuple[str, str, str], ...]()

        def fits(event: FindingEvent) -> bool:
            return same_finding(signature(scenario.name, event), wanted)

        a_child = max(1, min(A_CHILD, times // CHILDREN))
        for done in range(times):
            if done and done % a_child == 0:
                scene.reopen()
            one, told = scene.again(job, point, other, fits, 1)
            shown += one
            steps = tuple((e["thread"], e["operation"], e["seen"]) for e in told) or steps
            tell(done + 1)
        return Replayed(shown, times, steps)
    finally:
        scene.close()


def _job(scene: Scene, sweep: StopData) -> Job:
    for job in scene.jobs:
        if job.variant == variant_of(sweep):
            return job
    raise NotReplayable(
        f"its scenario has no operations {sweep['a']} and {sweep['b']} any more: sweep it again"
    )


def _point(scene: Scene, data: PointData | None) -> Point | None:
    if data is None:
        return None
    file = data.get("file", "")
    place = scene.files.place(file, data["address"])
    if place is None:
        raise NotReplayable(f"its point is in {file}, which is not loaded any more: sweep it again")
    return Point(place, data["occurrence"], tuple(data["calls"]), frozenset())
