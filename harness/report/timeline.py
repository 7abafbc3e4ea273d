"""A campaign over time, as a picture: samples a second, when trials told findings, and where each was first seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.record.course import Moment
from harness.record.result import Finding

MOST_POINTS = 120
"""Of the line: more would only show the moments at which trials happen to report."""
HEIGHT = 100.0
CLOSE = 0.035
"""Of the width: marks nearer than this stand above each other."""
ROWS = 5
MOST_MARKS = 300
ROUND = tuple(step * 10.0**power for power in range(-3, 16) for step in (1, 2, 5))
MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
ROUND_TIMES = (
    *(step for step in ROUND if step <= 20),
    *(30.0, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 20 * MINUTE, 30 * MINUTE),
    *(HOUR, 2 * HOUR, 6 * HOUR, 12 * HOUR),
    *(step * DAY for step in ROUND if step >= 1),
)


@dataclass(frozen=True)
class Mark:
    """Where a finding was first seen."""

    finding: Finding
    at: float
    """0 to 1 of the width."""
    row: int


@dataclass(frozen=True)
class Tick:
    value: float
    at: float
    """0 to 1 of the width or of the height."""


@dataclass(frozen=True)
class Step:
    """A row of the table that says the same as the picture."""

    at_s: float
    ends_s: float
    samples: int
    rounds: int
    findings: int

    @property
    def per_s(self) -> float:
        return self.samples / (self.ends_s - self.at_s)


@dataclass(frozen=True)
class Timeline:
    """``line`` and ``area`` are paths in a box that is as wide as there are seconds, and ``HEIGHT`` high."""

    elapsed_s: float
    steps: tuple[Step, ...]
    line: str
    area: str
    speeds: tuple[Tick, ...]
    times: tuple[Tick, ...]
    told: tuple[tuple[float, float, float], ...]
    """Where trials told findings: begin and width in seconds, and height, 0 to ``HEIGHT``."""
    most_told: int
    marks: tuple[Mark, ...]
    marks_left_out: int


def timeline(moments: Sequence[Moment], findings: Sequence[Finding], elapsed_s: float) -> Timeline | None:
    """The picture; None where no time has passed."""
    steps = _steps(moments, elapsed_s)
    if not steps:
        return None
    elapsed_s = max(elapsed_s, steps[-1].ends_s)
    fastest = max(step.per_s for step in steps)
    speeds = _round_numbers(fastest, ROUND, 5)
    top = max(speeds[-1], fastest, 1.0)
    corners = [
        f"{at_s:.3f} {HEIGHT - HEIGHT * step.per_s / top:.2f}"
        for step in steps
        for at_s in (step.at_s, step.ends_s)
    ]
    most_told = max(step.findings for step in steps)
    return Timeline(
        elapsed_s=elapsed_s,
        steps=steps,
        line=f"M{'L'.join(corners)}",
        area=f"M0 {HEIGHT}L{'L'.join(corners)}L{steps[-1].ends_s:.3f} {HEIGHT}Z",
        speeds=tuple(Tick(speed, speed / top) for speed in speeds),
        times=tuple(Tick(time, time / elapsed_s) for time in _round_numbers(elapsed_s, ROUND_TIMES, 6)),
        told=tuple(
            (step.at_s, step.ends_s - step.at_s, HEIGHT * step.findings / most_told)
            for step in steps
            if step.findings
        ),
        most_told=most_told,
        marks=_marks(findings, elapsed_s),
        marks_left_out=max(0, len(findings) - MOST_MARKS),
    )


def _steps(moments: Sequence[Moment], elapsed_s: float) -> tuple[Step, ...]:
    """The moments, several to a step where there are many. The last one may end early."""
    width = moments[1].at_s - moments[0].at_s if len(moments) > 1 else elapsed_s
    several = -(-len(moments) // MOST_POINTS) or 1
    steps = []
    for number in range(0, len(moments), several):
        part = moments[number : number + several]
        ends_s = part[-1].at_s + width
        if ends_s > elapsed_s > part[0].at_s:
            ends_s = elapsed_s
        if ends_s > part[0].at_s:
            steps.append(
                Step(
                    part[0].at_s,
                    ends_s,
                    sum(moment.samples for moment in part),
                    sum(moment.rounds for moment in part),
                    sum(moment.findings for moment in part),
                )
            )
    return tuple(steps)


def _round_numbers(highest: float, apart: Sequence[float], about: int) -> list[float]:
    """0 and the multiples of one of ``apart`` up to ``highest``, ``about`` at most."""
    step = next(step for step in apart if step * about >= highest)
    return [step * number for number in range(int(highest / step) + 1)]


def _marks(findings: Sequence[Finding], elapsed_s: float) -> tuple[Mark, ...]:
    """One a finding; where they are close, in rows above each other, as far as there are rows."""
    marks: list[Mark] = []
    free = [-1.0] * ROWS
    for finding in sorted(findings, key=lambda one: one.first_seen_s)[:MOST_MARKS]:
        at = min(1.0, max(0.0, finding.first_seen_s / elapsed_s))
        row = next((row for row, last in enumerate(free) if at - last >= CLOSE), None)
        if row is None:
            row = free.index(min(free))
        free[row] = at
        marks.append(Mark(finding, at, row))
    return tuple(marks)
