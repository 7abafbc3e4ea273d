"""How fast a sweep lists paths and stops: threads that do so within themselves beside a tracer, in one run.

    python -m measure.stopping [PATTERN ...] [--target PY] [--limit STOPS]

Each scenario's jobs are listed both ways in turn, in one child, and stopped both ways at the same points; a line a job,
then the medians. A step is an instruction that the thread was stopped in front of, be it a point or not.
"""

from __future__ import annotations

import argparse
import os
import struct
import tempfile
import time
from collections.abc import Iterator
from statistics import median

from harness.builds.find import resolve
from harness.cli.choose import choose
from harness.kernel.page import RECORD, RECORDED
from harness.kernel.spec_types import SceneSpec
from harness.sweep.jobs import Job
from harness.sweep.points import Listing, Point, list_points
from harness.sweep.scene import Scene
from harness.sweep.worker import code_of

WAYS = {"within": "", "traced": "it is measured"}


def rates(made: Scene, job: Job, points: tuple[Point, ...]) -> Iterator[tuple[str, float, dict[str, int]]]:
    """By way: stops a second, and how many of each outcome."""
    for way, traced in WAYS.items():
        made.traced = traced
        made.show(job, points[0])
        outcomes: dict[str, int] = {}
        began = time.perf_counter()
        for point in points:
            how = made.show(job, point).stop.how
            outcomes[how] = outcomes.get(how, 0) + 1
        yield way, len(points) / (time.perf_counter() - began), dict(sorted(outcomes.items()))


def listing_s(made: Scene, job: Job) -> Iterator[tuple[str, float]]:
    """By way: seconds to go through the job's path, the state being ready."""
    for way, traced in WAYS.items():
        steps = made.steps(job, bool(traced))
        began = time.perf_counter()
        list_points(steps, made.program, made.accesses)
        yield way, time.perf_counter() - began
        made.stage.let_b_pass()
        made.stage.end_turn()


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("patterns", nargs="*", default=["type_attributes.read_by_attribute"])
    parser.add_argument("--target")
    parser.add_argument("--limit", type=int, default=200, help="points of a job, spread over its path")
    asked = parser.parse_args()
    target = resolve(asked.target)
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    quicker: list[float] = []
    listed_in: list[float] = []
    for scenario in choose(target, asked.patterns):
        with tempfile.TemporaryDirectory() as cache:
            spec: SceneSpec = {
                "file": scenario.file,
                "scenario": scenario.name,
                "knobs": {},
                "stepping": False,
                "pairs": [],
            }
            made = Scene(target, spec, code_of(cache, None))
            try:
                for job in made.jobs:
                    listed = made.list(job)
                    if not isinstance(listed, Listing) or not listed.points or not listed.complete:
                        continue
                    times = dict(listing_s(made, job))
                    (recorded,) = struct.unpack_from("<Q", made.stage.page, RECORDED)
                    us = {way: seconds / (recorded / RECORD.size) * 1e6 for way, seconds in times.items()}
                    listed_in.append(times["within"] / times["traced"])
                    every = max(1, len(listed.points) // asked.limit)
                    found = {
                        way: (rate, outcomes)
                        for way, rate, outcomes in rates(made, job, listed.points[::every])
                    }
                    (mine, became), (theirs, became_traced) = found["within"], found["traced"]
                    quicker.append(mine / theirs)
                    print(
                        f"{scenario.name} {job.a}/{job.b} x{job.turns}: {mine:,.0f} within, {theirs:,.0f} traced"
                        f" ({mine / theirs:.2f} times); listed in {us['within']:.1f} µs a step,"
                        f" {us['traced']:.1f} traced; {became} {'=' if became == became_traced else became_traced}",
                        flush=True,
                    )
            finally:
                made.close()
    print(
        f"median of {len(quicker)} jobs: {median(quicker):.2f} times as many stops a second, listed in"
        f" {median(listed_in):.2f} of the time"
    )


if __name__ == "__main__":
    main()
