"""How fast a sweep stops: threads that stop within themselves beside threads that a tracer stops, in one run.

    python -m measure.stopping [PATTERN ...] [--target PY] [--limit STOPS]

Each scenario's jobs are stopped both ways in turn, in one child, at the same points; a line a job, then the median.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Iterator
from statistics import median

from harness.builds.find import resolve
from harness.cli.choose import choose
from harness.kernel.spec_types import SceneSpec
from harness.sweep.jobs import Job
from harness.sweep.points import Listing, Point
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


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("patterns", nargs="*", default=["type_attributes.read_by_attribute"])
    parser.add_argument("--target")
    parser.add_argument("--limit", type=int, default=200, help="points of a job, spread over its path")
    asked = parser.parse_args()
    target = resolve(asked.target)
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    quicker = []
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
                    if not isinstance(listed, Listing) or not listed.points:
                        continue
                    every = max(1, len(listed.points) // asked.limit)
                    found = {
                        way: (rate, outcomes)
                        for way, rate, outcomes in rates(made, job, listed.points[::every])
                    }
                    (mine, became), (theirs, became_traced) = found["within"], found["traced"]
                    quicker.append(mine / theirs)
                    print(
                        f"{scenario.name} {job.a}/{job.b} x{job.turns}: {mine:,.0f} within, {theirs:,.0f} traced"
                        f" ({mine / theirs:.2f} times); {became} {'=' if became == became_traced else became_traced}",
                        flush=True,
                    )
            finally:
                made.close()
    print(f"median of {len(quicker)} jobs: {median(quicker):.2f} times as many stops a second")


if __name__ == "__main__":
    main()
