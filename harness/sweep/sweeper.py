"""Sweeps the jobs of one scenario, and tells what was seen."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from harness.kernel.event_types import FindingEvent, PointData, StepEvent, StopData
from harness.kernel.trial import Count
from harness.record.coverage import CLEAN, HIT, MISSED, OFF, Variant
from harness.sweep.image import EVAL
from harness.sweep.jobs import Job
from harness.sweep.meetings import Meeting, meetings
from harness.sweep.passes import Part, passes, spread
from harness.sweep.points import Listing, Point
from harness.sweep.program import WITHIN
from harness.sweep.progress import Progress
from harness.sweep.scene import Scene, Seen
from harness.sweep.shared import where_they_meet

REPLAYS = 3
MOST_UNSURE = 4
"""Points at which a symptom may show and no replay shows it again, before it is told with the last of them: at a
window's edge, whether B waits for a lock may be a matter of microseconds."""
RELIST = 8
"""Points in a row that were not reached, after which A's path is listed anew."""
MOST_DRAWN = 4000
"""Pairs of points of one job at which both threads are stopped beside those where they meet."""
MOST_MET = 32
"""Points of one job at which it meets the other one, that come first."""
REPEATED = 1000
"""Each stop of so many is made again."""

Tell = Callable[[FindingEvent], None]


class Sweeper:
    """Sweeps one scenario. ``tell`` gets each symptom once, as a finding event."""

    def __init__(self, scene: Scene, tell: Tell, alive: Callable[[Count], bool]) -> None:
        """``alive`` hears of what was done, often, and returns False when the time is over.

        In the counts a round is a stop, a sample an operation of B's, and of the overlap's nanoseconds one stands for a
        stop at which B ran while A stood inside its operation.
        """
        self.scene = scene
        self.tell = tell
        self.alive = alive
        self.counts = Count()
        self.told: set[str] = set()
        self.unsure: dict[str, list[FindingEvent]] = {}
        """By symptom, what was found of it that no replay has shown again."""
        self.listings: dict[Variant, Listing] = {}

    def sweep(self, bound: int = 1, seed: str = "") -> list[Progress]:
        """Sweep all jobs as far as the time goes. Raises as Scene does."""
        jobs = self.scene.jobs
        begun: dict[Job, Progress] = {}
        self._once(jobs, begun)
        swept = [
            begun.get(job) or Progress(job, [], 0, complete=False)
            for job in jobs
            if job in begun or job.size is None
        ]
        if bound == 2:
            swept += self._twice(jobs, random.Random(seed))
        for events in self.unsure.values():
            self.tell(events[-1])
        return swept

    def _once(self, jobs: list[Job], begun: dict[Job, Progress]) -> None:
        for each in passes(jobs, self.scene.target.version_info, self._where_it_meets):
            # The child is changed once, and first comes what it can do now.
            parts = sorted(each.parts, key=lambda one: _specializes(one[0]) != self.scene.specializes)
            for specializes, group in groupby(parts, lambda one: _specializes(one[0])):
                if not self.alive(self.counts):
                    return
                if each.anew:
                    self.scene.reopen(specializes)
                if not all(self._part(job, part, begun) for job, part in group):
                    return

    def _part(self, job: Job, part: Part, begun: dict[Job, Progress]) -> bool:
        """A part of a job's points, those left out that have been tried; False where the time is over."""
        if job not in begun:
            if not self.alive(self.counts):
                return False
            begun[job] = self._begin(job)
        progress = begun[job]
        points = part(progress.points)
        began = time.monotonic()
        try:
            return self._stops(progress, points)
        finally:
            progress.seconds += time.monotonic() - began

    def _stops(self, progress: Progress, points: Sequence[Point]) -> bool:
        for point in points:
            if progress.given_up:
                break
            if point.key in progress.stops:
                continue
            if not self.alive(self.counts):
                return False
            self._stop(progress, point)
            if progress.missed >= RELIST:
                self._relist(progress)
        return True

    def _twice(self, jobs: list[Job], draw: random.Random) -> Iterator[Progress]:
        """Both stopped, for as long as there is time: where they meet, then at points drawn. The specializer is off."""
        found: list[tuple[Progress, Iterator[tuple[Point, Point, Meeting | None]]]] = []
        for job in jobs:
            if job.turns != 1 or job.specialized != OFF or not self.alive(self.counts):
                continue
            listed = self.scene.list_both(job)
            if listed is not None:
                mine, theirs = (listing.points for listing in listed)
                met = meetings(mine, theirs, draw)
                progress = Progress(job, [], 0, complete=True, bound=2, meetings=len(met))
                found.append((progress, _stops_of(mine, theirs, met, draw)))
        left = found
        while left:
            still = []
            for progress, stops in left:
                both = next(stops, None)
                if both is None or progress.given_up:
                    continue
                if not self.alive(self.counts):
                    yield from (one for one, _ in found)
                    return
                still.append((progress, stops))
                self._both(progress, *both)
            left = still
        yield from (one for one, _ in found)

    def _both(self, progress: Progress, point: Point, other: Point, meeting: Meeting | None) -> None:
        progress.points.append(point)
        began = time.monotonic()
        self._stop(progress, point, other)
        progress.seconds += time.monotonic() - began
        if meeting is not None:
            progress.met += progress.stops[*point.key, *other.key].how in (CLEAN, HIT)

    def _where_it_meets(self, job: Job) -> Part:
        """Of A's points those behind what B's operation changes, or looks at, in the shared object."""

        def part(points: Sequence[Point]) -> Sequence[Point]:
            numbers = where_they_meet(self._listing(job).accessed, self._listing(job.reversed).accessed)
            return [points[number] for number in spread(numbers, MOST_MET)]

        return part

    def _listing(self, job: Job) -> Listing:
        if job.shape not in self.listings and self.alive(self.counts):
            listed = self.scene.list(job)
            if isinstance(listed, Seen):
                self._found(Progress(job, [], 0, complete=False), None, None, listed)
                listed = Listing((), 0, complete=False)
            self.listings[job.shape] = listed
        return self.listings.get(job.shape, Listing((), 0, complete=False))

    def _begin(self, job: Job) -> Progress:
        listing = self._listing(job)
        return Progress(
            job,
            list(listing.points),
            listing.instructions,
            listing.complete,
            listing.unlooped,
            self.scene.traced,
        )

    def _stop(self, progress: Progress, point: Point, other: Point | None = None) -> None:
        seen = self.scene.show(progress.job, point, other)
        progress.ends += seen.ended
        key = point.key if other is None else (*point.key, *other.key)
        progress.stops[key] = seen.stop
        progress.symptoms[key] = tuple({symptom_of(event): None for event in seen.findings})
        progress.missed = progress.missed + 1 if seen.stop.how == MISSED else 0
        self._count(progress.job, seen)
        if seen.findings:
            self._found(progress, point, other, seen)
        if other is None and not seen.ended and not self.counts.rounds % REPEATED:
            self._repeat(progress, point, seen)

    def _repeat(self, progress: Progress, point: Point, seen: Seen) -> None:
        """The same stop again, by a tracer, which sees where A stands."""
        began = time.monotonic()
        again = self.scene.show(progress.job, point, look=True)
        progress.seconds -= time.monotonic() - began
        progress.repeated += 1
        stood = seen.stop.how == MISSED or same_calls(again.calls, point)
        progress.alike += again.stop.how == seen.stop.how and stood

    def _count(self, job: Job, seen: Seen) -> None:
        counts = self.counts
        counts.rounds += 1
        counts.rounds_hit += seen.stop.how == HIT
        counts.span_ns += 1
        met = seen.stop.how != MISSED
        counts.overlap_ns += met
        counts.samples += job.turns * met
        counts.reads += 1 + job.turns
        counts.live_reads += 1 + job.turns

    def _found(self, progress: Progress, point: Point | None, other: Point | None, seen: Seen) -> None:
        """Tell what has not been told yet; it is replayed first, and kept back for a while if that does not show it."""
        new = {symptom_of(event): event for event in seen.findings if symptom_of(event) not in self.told}
        if not new:
            return
        job = progress.job
        again, steps = 0, tuple[StepEvent, ...]()
        if point is not None:
            again, steps = self.scene.again(
                job, point, other, lambda event: any(alike(event, one) for one in new.values()), REPLAYS
            )
        sweep: StopData = {
            "a": job.a,
            "b": job.b,
            "turns": job.turns,
            "warm": job.warm,
            "specialized": job.specialized,
            "size": job.size,
            "made_by": job.made_by,
            "replayed": f"{again} of {REPLAYS}",
            "steps": [(one["thread"], one["operation"], one["seen"]) for one in steps],
        }
        if point is not None:
            sweep["point"] = self._told(point)
        if other is not None:
            sweep["other"] = self._told(other)
        for symptom, event in new.items():
            whole = event | {"details": event["details"] | {"sweep": sweep}, "round": self.counts.rounds}
            before = self.unsure.pop(symptom, [])
            if point is not None and not again and len(before) < MOST_UNSURE - 1:
                self.unsure[symptom] = [*before, whole]
            else:
                self.told.add(symptom)
                self.tell(whole)

    def _told(self, point: Point) -> PointData:
        return {
            "address": point.address & WITHIN,
            "file": self.scene.files.name(point.address),
            "occurrence": point.occurrence,
            "calls": list(point.chain),
            "instruction": self.scene.text(point),
        }

    def _relist(self, progress: Progress) -> None:
        """A's path has changed: from here on the points of the new one that have not been tried are what is left."""
        progress.missed = 0
        began = time.monotonic()
        listed = self.scene.list(progress.job)
        progress.seconds -= time.monotonic() - began
        if isinstance(listed, Seen):
            progress.ends += 1
            self._found(progress, None, None, listed)
            return
        before = {point.key for point in progress.points}
        progress.points += [point for point in listed.points if point.key not in before]


def _stops_of(
    mine: Sequence[Point], theirs: Sequence[Point], met: Sequence[Meeting], draw: random.Random
) -> Iterator[tuple[Point, Point, Meeting | None]]:
    """The stops of one job: all its meetings, then others."""
    tried = set()
    for one in met:
        tried.add((*one.point.key, *one.other.key))
        yield one.point, one.other, one
    for _ in range(MOST_DRAWN if mine and theirs else 0):
        point, other = draw.choice(mine), draw.choice(theirs)
        key = (*point.key, *other.key)
        if key not in tried:
            tried.add(key)
            yield point, other, None


def _specializes(job: Job) -> bool:
    return job.specialized != OFF


def same_calls(calls: Sequence[str], point: Point) -> bool:
    """Whether functions that are on the stack, the innermost first, are a point's: one that another function ended
    with, by a jump, has taken that one's place.
    """
    inner = [name for name in calls if not EVAL.match(name)]
    chain = iter(point.chain)
    return tuple(calls[:1]) == point.chain[-1:] and all(name in chain for name in reversed(inner))


def symptom_of(event: FindingEvent) -> str:
    """What makes two hits the same."""
    details = event["details"]
    where = (event["kind"] == "crash" and " < ".join(details.get("frames", ()))) or event["where"]
    parts = [event["kind"], event["oracle"], where, details.get("exception", "")]
    return " | ".join(str(part) for part in parts if part)


def alike(one: FindingEvent, other: FindingEvent) -> bool:
    """Whether one may be the other, shown again: by which signal memory that was freed ends a process is chance."""
    return symptom_of(one) == symptom_of(other) or one["kind"] == other["kind"] == "crash"
