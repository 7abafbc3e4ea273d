"""Sweeps jobs of one scenario on one stage after another, and says what was seen."""

from __future__ import annotations

import signal
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from harness.record.coverage import HIT, LOCK, MISSED, NOT_TRIED, SEQUENCE, WAITED, WORLD
from harness.record.target import Target
from harness.sweep.access import Accesses
from harness.sweep.image import Code, loaded
from harness.sweep.jobs import Job, jobs_of
from harness.sweep.points import Listing, Point, list_points
from harness.sweep.ptrace import Thread
from harness.sweep.stage import Ended, Fatal, Hang, Stage
from harness.sweep.stops import Stop, Stops

STRIDES = 4
"""A scenario's jobs are gone through this many times, each time at every fourth point: what a short budget leaves out
is spread over all of them."""
SHORT = 150
"""Points of a job that is not worth going through in strides: each stride begins with a fresh state."""
MOST_BYTES = 768 << 20
"""Above this a child is left for another: on a free-threaded 3.13 classes never die."""
MOST_ENDS = 12
"""Crashes and hangs of one job, after which the rest of it is left out."""
REPLAYS = 3
RELIST = 8
"""Points in a row that were not reached, after which A's path is listed anew."""

Emit = Callable[[dict[str, Any]], None]


@dataclass
class Progress:
    """One job so far."""

    job: Job
    points: list[Point]
    instructions: int
    complete: bool
    stops: dict[tuple[int, int], Stop] = field(default_factory=dict)
    causes: dict[tuple[int, int], tuple[str, ...]] = field(default_factory=dict)
    """Of each hit."""
    ends: int = 0
    seconds: float = 0.0
    missed: int = 0
    """In a row."""

    @property
    def given_up(self) -> bool:
        return self.ends >= MOST_ENDS


@dataclass
class Counts:
    """What the trial's progress events say."""

    rounds: int = 0
    rounds_hit: int = 0
    samples: int = 0
    stores: int = 0
    reads: int = 0
    live_reads: int = 0
    overlap_ns: int = 0
    span_ns: int = 0


class Sweeper:
    """Sweeps one scenario. ``tell`` gets its findings and, at the end, what was covered."""

    def __init__(
        self,
        target: Target,
        spec: dict[str, Any],
        code_of: Callable[[str, int], Code],
        tell: Emit,
        alive: Callable[[Counts], bool],
    ) -> None:
        """``alive`` hears of what was done, often, and returns False when the time is over.

        Raises NotStarted, CannotTrace, OSError.
        """
        self.target = target
        self.spec = spec
        self.code_of = code_of
        self.tell = tell
        self.alive = alive
        self.counts = Counts()
        self.told: set[str] = set()
        self.listings: dict[tuple[str, str, bool], Listing] = {}
        self.current: Job | None = None
        self._open()

    def _open(self) -> None:
        self.stage = Stage(self.target, self.spec)
        path, base = loaded(self.stage.pid)
        self.code = self.code_of(str(path), base)
        self.accesses = Accesses(self.code) if self.stage.machine.name == "x86_64" else None
        self.stops = Stops(self.stage, self.code, self.spec["stepping"])
        self.current = None

    def _reopen(self) -> None:
        self.stage.close()
        self._open()

    def close(self) -> None:
        self.stage.close()

    def sweep(self) -> Iterator[Progress]:
        """Sweep all jobs as far as the time goes. Raises what the constructor raises."""
        begun = [one for job in jobs_of(self.stage.pairs) if (one := self._begin(job)) is not None]
        for stride in range(STRIDES):
            for progress in begun:
                strides = STRIDES if len(progress.points) > SHORT else 1
                points = progress.points[stride::strides] if stride < strides else []
                if not self._go_through(progress, points):
                    yield from begun
                    return
        yield from begun

    def _begin(self, job: Job) -> Progress | None:
        if not self.alive(self.counts):
            return Progress(job, [], 0, complete=False)
        listing = self.listings.get(job.shape)
        if listing is None:
            try:
                listing = self._list(job)
            except (Hang, Fatal, Ended) as error:
                self._ended(error, Progress(job, [], 0, complete=False), None)
                listing = Listing((), 0, complete=False)
            self.listings[job.shape] = listing
        return Progress(job, list(listing.points), listing.instructions, listing.complete)

    def _list(self, job: Job) -> Listing:
        self._fresh(job)
        listing = list_points(self.stage, self.code, self.accesses)
        if not listing.complete:
            self._reopen()
            return listing
        self.stage.let_b_pass()
        self.stage.end_turn()
        return listing

    def _fresh(self, job: Job) -> None:
        if self.stage.resident_bytes() > MOST_BYTES:
            self._reopen()
        self.stage.fresh(job.pair, job.warm)
        self.current = job

    def _go_through(self, progress: Progress, points: list[Point]) -> bool:
        """Stop at each of the points; False when the time is over."""
        for point in points:
            if progress.given_up:
                return True
            if not self.alive(self.counts):
                return False
            self._one(progress, point)
            if progress.missed >= RELIST:
                self._relist(progress)
        return True

    def _one(self, progress: Progress, point: Point) -> None:
        job, stage = progress.job, self.stage
        began = time.monotonic()
        try:
            if self.current != job or stage.spent:
                self._fresh(job)
                stage = self.stage
            stop = self.stops.at(point, job.turns)
        except (Hang, Fatal, Ended) as error:
            self._ended(error, progress, point)
            stop = Stop(HIT)
        progress.seconds += time.monotonic() - began
        progress.stops[point.key] = stop
        progress.missed = progress.missed + 1 if stop.how == MISSED else 0
        self._count(job, stop)
        if stop.how == HIT and point.key not in progress.causes:
            self._hit(progress, point)

    def _count(self, job: Job, stop: Stop) -> None:
        counts = self.counts
        counts.rounds += 1
        counts.rounds_hit += stop.how == HIT
        counts.span_ns += 1
        met = stop.how != MISSED
        counts.overlap_ns += met
        counts.samples += job.turns * met
        counts.reads += 1 + job.turns
        counts.live_reads += 1 + job.turns

    def _hit(self, progress: Progress, point: Point) -> None:
        events = [event for event in self.stage.take_events() if event["event"] == "finding"]
        causes = {cause_of(event): event for event in events}
        progress.causes[point.key] = tuple(causes)
        new = {cause: event for cause, event in causes.items() if cause not in self.told}
        if not new:
            return
        self.told |= set(new)
        again, steps = self._replay(progress.job, point, set(new))
        for event in new.values():
            self._found(event, progress.job, point, steps, again)

    def _replay(self, job: Job, point: Point, causes: set[str]) -> tuple[int, list[dict[str, Any]]]:
        """How many of ``REPLAYS`` stops at the same point, each in a fresh state, show it again; and what was read."""
        shown, steps = 0, []
        for _ in range(REPLAYS):
            try:
                self._fresh(job)
                self.stage.tell(True)
                self.stops.at(point, job.turns)
                self.stage.tell(False)
            except (Hang, Fatal, Ended):
                self._reopen()
                continue
            events = self.stage.take_events()
            if {cause_of(event) for event in events if event["event"] == "finding"} & causes:
                shown += 1
                steps = [event for event in events if event["event"] == "step"]
        self.current = None
        return shown, steps

    def _found(
        self, event: dict[str, Any], job: Job, point: Point | None, steps: list[dict[str, Any]], again: int
    ) -> None:
        details = event["details"] | {
            "sweep": {
                "a": job.a,
                "b": job.b,
                "turns": job.turns,
                "warm": job.warm,
                "replayed": f"{again} of {REPLAYS}",
                "steps": [[one["thread"], one["operation"], one["seen"]] for one in steps],
            }
        }
        if point is not None:
            details["sweep"]["point"] = {
                "address": point.address,
                "occurrence": point.occurrence,
                "calls": list(point.chain),
                "instruction": self.accesses.text(point.address) if self.accesses else "",
            }
        self.tell(event | {"details": details, "round": self.counts.rounds})

    def _ended(self, error: Hang | Fatal | Ended, progress: Progress, point: Point | None) -> None:
        """The target crashed, hung or ended at a point: a finding; the sweep goes on with another child."""
        progress.ends += 1
        event = self._describe(error)
        self._reopen()
        cause = cause_of(event)
        if point is not None:
            progress.causes[point.key] = (cause,)
        if cause in self.told:
            return
        self.told.add(cause)
        again = self._crashes_again(progress.job, point) if point is not None else 0
        self._found(event, progress.job, point, [], again)

    def _crashes_again(self, job: Job, point: Point) -> int:
        again = 0
        for _ in range(REPLAYS):
            try:
                self._fresh(job)
                self.stops.at(point, job.turns)
            except (Hang, Fatal, Ended):
                again += 1
            self._reopen()
        return again

    def _describe(self, error: Hang | Fatal | Ended) -> dict[str, Any]:
        if isinstance(error, Ended):
            what = describe_end(error.status)
            message = f"the target {what} in the middle of a stop"
            return _process("crash", what, message, {"ending": "exit"})
        thread = error.thread
        name = "A" if thread is self.stage.a else "B"
        frames = self._frames(error, thread)
        if isinstance(error, Hang):
            message = (
                f"{name} did not come back, and nothing kept it from running: in {' < '.join(frames[:4])}"
            )
            return _process("hang", "stop", message, {"native": frames, "thread": name})
        what = signal.Signals(error.number).name
        message = f"{what} in {name}: in {' < '.join(frames[:4])}"
        return _process("crash", what, message, {"native": frames, "thread": name, "frames": frames[:1]})

    def _frames(self, error: Hang | Fatal, thread: Thread) -> list[str]:
        try:
            if isinstance(error, Hang):
                thread.interrupt()
                self.stage.until(thread, 1.0)
            return list(self.stops.names(thread.stack_pointer(), thread.counter()))
        except (OSError, Ended, Fatal):
            return []

    def _relist(self, progress: Progress) -> None:
        """A's path has changed: from here on the points of the new one that have not been tried are what is left."""
        progress.missed = 0
        try:
            listing = self._list(progress.job)
        except (Hang, Fatal, Ended) as error:
            self._ended(error, progress, None)
            return
        before = {point.key for point in progress.points}
        progress.points += [point for point in listing.points if point.key not in before]


def cause_of(event: dict[str, Any]) -> str:
    """What makes two hits the same."""
    details = event.get("details") or {}
    parts = [event["kind"], event["oracle"], event["where"], details.get("exception", "")]
    return " | ".join(str(part) for part in parts if part)


def describe_end(status: int | None) -> str:
    """How a process ended, from what ``waitpid`` says of one of its threads."""
    if status is None:
        return "ended"
    if status & 0x7F:
        return f"was ended by {signal.Signals(status & 0x7F).name}"
    return f"exited with status {status >> 8}"


def _process(kind: str, where: str, message: str, details: dict[str, Any]) -> dict[str, Any]:
    return {
        "event": "finding",
        "kind": kind,
        "oracle": "process",
        "where": where,
        "message": message,
        "details": details,
        "elapsed_s": 0.0,
    }


def outcomes(progress: Progress) -> Counter[str]:
    """Of all the job's points."""
    found = Counter(stop.how for stop in progress.stops.values())
    left = len(progress.points) - len(progress.stops)
    if left:
        found[NOT_TRIED] = left
    return found


def windows(progress: Progress) -> list[tuple[str, int, Point, Point]]:
    """Hits that follow one another along A's path, with one cause: cause, points, the first and the last point."""
    found: list[tuple[str, int, Point, Point]] = []
    running: dict[str, tuple[int, Point, Point]] = {}
    for point in progress.points:
        stop = progress.stops.get(point.key)
        if stop is None or stop.how == MISSED:
            continue
        causes = progress.causes.get(point.key, ())
        found += [(cause, *running.pop(cause)) for cause in [*running] if cause not in causes]
        for cause in causes:
            points, first, _ = running.get(cause, (0, point, point))
            running[cause] = (points + 1, first, point)
    return found + [(cause, *rest) for cause, rest in running.items()]


def holders(progress: Progress) -> list[tuple[str, str, str, int]]:
    """Of what was excluded: by what, A's function that holds it, what B waited in, and how many points.

    The holder is the innermost function that A was in at all of the points that follow one another.
    """
    found: dict[tuple[str, str, str], int] = defaultdict(int)
    run: list[Point] = []
    reason: tuple[str, str] | None = None

    def end() -> None:
        if reason is not None and run:
            common = run[0].chain
            for point in run[1:]:
                depth = next(
                    (n for n, (x, y) in enumerate(zip(common, point.chain, strict=False)) if x != y),
                    min(len(common), len(point.chain)),
                )
                common = common[:depth]
            found[reason[0], common[-1] if common else "", reason[1]] += len(run)
        run.clear()

    for point in progress.points:
        stop = progress.stops.get(point.key)
        if stop is None or stop.how == MISSED:
            continue
        now = (
            (stop.how, stop.waits_in[0] if stop.waits_in else "")
            if stop.how in (LOCK, SEQUENCE, WORLD, WAITED)
            else None
        )
        if now != reason:
            end()
            reason = now
        if now is not None:
            run.append(point)
    end()
    return [(how, function, waits, points) for (how, function, waits), points in found.items()]
