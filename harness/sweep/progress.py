"""One job's sweep so far, and what can be said of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import takewhile

from harness.record.coverage import HELD, LOCK, MISSED, NOT_TRIED, SEQUENCE, WAITED, WORLD
from harness.sweep.jobs import Job
from harness.sweep.points import Point
from harness.sweep.stops import Stop

MOST_ENDS = 12
"""Crashes and hangs of one job, after which the rest of it is left out."""


@dataclass
class Progress:
    """One job so far."""

    job: Job
    points: list[Point]
    instructions: int
    complete: bool
    """Whether A's path is known to its end."""
    unlooped: bool = False
    """As the listing's."""
    traced: str = ""
    """Why a tracer takes its stops; empty where threads stop within themselves."""
    bound: int = 1
    stops: dict[tuple[int, ...], Stop] = field(default_factory=dict)
    """By the point's key; with two stops, both points' keys."""
    symptoms: dict[tuple[int, ...], tuple[str, ...]] = field(default_factory=dict)
    """Of each hit."""
    ends: int = 0
    """Crashes and hangs."""
    seconds: float = 0.0
    """Spent on stops, with all that goes with them but listing."""
    meetings: int = 0
    """With two stops: a store and a load of the same bytes, in one order each, that are possible."""
    met: int = 0
    """Those of them that both threads were stopped at."""
    repeated: int = 0
    """Stops that were made again, by a tracer."""
    alike: int = 0
    """Those of them that came to the same instruction, occurrence, calls and outcome."""
    missed: int = 0
    """Stops in a row at which A did not come to its point."""

    @property
    def given_up(self) -> bool:
        """Whether the target ends too often to go on."""
        return self.ends >= MOST_ENDS


def outcomes(progress: Progress) -> Counter[str]:
    """Of all the job's points."""
    found = Counter(stop.how for stop in progress.stops.values())
    left = len(progress.points) - len(progress.stops)
    if left > 0:
        found[NOT_TRIED] = left
    return found


def gap(progress: Progress) -> int:
    """Of points that follow one another, the most at none of which A stood still."""
    longest = now = 0
    for point in progress.points:
        stop = progress.stops.get(point.key)
        now = now + 1 if stop is None or stop.how == MISSED else 0
        longest = max(longest, now)
    return longest


def by_address(progress: Progress) -> Iterator[tuple[int, str]]:
    """Where A was stopped, or is to be, with what became of it; of a subject, whose jobs are many, the former."""
    for key, stop in progress.stops.items():
        yield key[0], stop.how
    for point in progress.points:
        if progress.bound == 1 and progress.job.size is None and point.key not in progress.stops:
            yield point.address, NOT_TRIED


@dataclass(frozen=True)
class Hits:
    """Hits that follow one another along A's path, and show the same: a window.

    A point is in front of its instruction: what the point before the first was in front of opens the window, and what
    the last one is in front of closes it.
    """

    symptom: str
    """Kind, oracle and operation of what shows."""
    points: int
    first: Point
    last: Point
    before: Point | None
    """The one before the first; None where A's path begins with it."""

    @property
    def function(self) -> str:
        """The innermost function that A is in from one end to the other; empty where that is the loop."""
        common = self._common
        return self.last.chain[common - 1] if common else ""

    @property
    def below(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What that function had called where the window opens, and where it closes; the outermost first."""
        return (self.before or self.first).chain[self._common :], self.last.chain[self._common :]

    @property
    def _common(self) -> int:
        pairs = zip((self.before or self.first).chain, self.last.chain, strict=False)
        return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def windows(progress: Progress) -> list[Hits]:
    """In the order in which they end."""
    found: list[Hits] = []
    running: dict[str, Hits] = {}
    before: Point | None = None
    for point in progress.points:
        stop = progress.stops.get(point.key)
        if stop is None or stop.how == MISSED:
            continue
        symptoms = progress.symptoms.get(point.key, ())
        found += [running.pop(symptom) for symptom in [*running] if symptom not in symptoms]
        for symptom in symptoms:
            now = running.get(symptom) or Hits(symptom, 0, point, point, before)
            running[symptom] = replace(now, points=now.points + 1, last=point)
        before = point
    return [*found, *running.values()]


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
            if stop.how in (LOCK, SEQUENCE, HELD, WORLD, WAITED)
            else None
        )
        if now != reason:
            end()
            reason = now
        if now is not None:
            run.append(point)
    end()
    return [(how, function, waits, points) for (how, function, waits), points in found.items()]
