"""In which order a sweep comes to the points of its jobs: broad first, so that a short budget is spread over all; of a
subject's jobs where two operations meet before that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

from harness.sweep.jobs import Job
from harness.sweep.points import Point

LEVELS = 7
"""A subject's pairs are gone through so many times: first at every 64th point, then between, in the end at each."""
FIRST = slice(16, None, 32)
"""Of a scenario's points, those that come first."""
STRIDES = tuple(slice(first, None, 4) for first in (0, 2, 1, 3))
"""Then every fourth one, and so on. Each of these may be in a child of its own: what one process has to itself is
spread over all of them. Up to 3.15 places in the type cache follow from addresses: in 9 of 30 processes on 3.13.5, B's
look-up misses however its caches were filled before, and B waits for the type lock at 24 of 150 stops of a store, not
at 10; once, all 134 hits on dict-before-version were gone."""
WITHOUT_PLACES = (3, 16)
"""From here on a type's cache is its own, and a place in it follows from the name's hash: 24 processes of 24 have the
same 27 hits at the points of ``C.__module__ = v`` (on 3.15, 26 or 27; on 3.13.5, 32 to 34). One child is enough."""

Part = Callable[[Sequence[Point]], Sequence[Point]]
"""Of an operation's points those that are due."""


@dataclass(frozen=True)
class Pass:
    """What is done before anything else is: parts of some jobs, one after the other."""

    parts: list[tuple[Job, Part]]
    anew: bool = False
    """Whether in a child of its own."""


def passes(
    jobs: Sequence[Job], version_info: tuple[int, ...], meets: Callable[[Job], Part]
) -> Iterator[Pass]:
    """All passes over the jobs of a scenario, or of a subject. ``meets``: the points of a subject's job at which the
    two operations meet, which come before its others.
    """
    if any(job.size is not None for job in jobs):
        yield from _levels(jobs, meets)
        return
    yield Pass([(job, itemgetter(FIRST)) for job in jobs])
    for number, stride in enumerate(STRIDES):
        anew = number > 0 and version_info < WITHOUT_PLACES
        yield Pass([(job, itemgetter(stride)) for job in jobs], anew)


def _levels(jobs: Sequence[Job], meets: Callable[[Job], Part]) -> Iterator[Pass]:
    yield Pass([(job, meets(job)) for job in jobs])
    for number in range(LEVELS + max(job.lag for job in jobs)):
        yield Pass(
            [
                (job, partial(due, level=number - job.lag))
                for job in jobs
                if job.lag <= number < job.lag + LEVELS
            ]
        )


def spread(numbers: Sequence[int], most: int) -> Sequence[int]:
    """All numbers, or so many of them, at equal distances."""
    return (
        [numbers[place * len(numbers) // most] for place in range(most)] if len(numbers) > most else numbers
    )


def due(points: Sequence[Point], level: int) -> Sequence[Point]:
    """Of a subject's operation: those that come at a level, spread over all of its path; what was tried is among them
    at the last one.
    """
    step = 1 << LEVELS - 1 - level
    if step == 1:
        return points
    return points[step // 2 :: step] or (points[len(points) // 2 :][:1] if level == 0 else ())
