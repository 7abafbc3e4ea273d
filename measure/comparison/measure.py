"""One detector on one target, until it detects something or its time is over."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

from measure.comparison import child
from measure.comparison.detector import CannotRun, Detector, Ready, last_line
from measure.comparison.record import Result
from measure.comparison.targets import Target

SILENCE_S = 10
REHEARSAL_S = 60
REHEARSALS = 3
"""A broken build may crash in a rehearsal, too; a tool that does not work here fails in all of them."""

Say = Callable[[str], None]


def measure(detector: Detector, ready: Ready, target: Target, seconds: float, say: Say) -> Result:
    """Run the detector's child again and again. The clock starts with the first one, after the rehearsal."""
    heartbeat = _Heartbeat(f"{target.name}, {detector.title}", seconds, say)
    try:
        _rehearse(detector, ready, target, heartbeat)
        return _measure(detector, ready, target, seconds, heartbeat)
    except CannotRun as error:
        return Result(target.name, detector.name, "cannot run", 0.0, detail=str(error))


def _rehearse(detector: Detector, ready: Ready, target: Target, heartbeat: _Heartbeat) -> None:
    for _ in range(REHEARSALS):
        ended = _run(detector.rehearsal, ready, target, REHEARSAL_S, heartbeat)
        if ended.by == "itself" and ended.status == 0:
            return
    uses = ", ".join(ready.uses)
    raise CannotRun(f"{uses} on {target.version}: exit status {ended.status}, {last_line(ended.tail)}")


def _measure(
    detector: Detector, ready: Ready, target: Target, seconds: float, heartbeat: _Heartbeat
) -> Result:
    passes = over_memory = 0
    began = time.monotonic()
    heartbeat.start(began)
    while (left := began + seconds - time.monotonic()) > 0:
        passes += 1
        heartbeat.passes = passes
        ended = _run(detector.arguments, ready, target, left, heartbeat)
        elapsed = round(time.monotonic() - began, 2)
        over_memory += ended.by == "memory"
        found = detector.judge_any(ended) if ended.by == "itself" else None
        if found:
            return Result(
                target.name, detector.name, "detected", elapsed, found.how, found.detail, passes, over_memory
            )
    return Result(target.name, detector.name, "not detected", seconds, "", "", passes, over_memory)


def _run(
    arguments: list[str], ready: Ready, target: Target, limit_s: float, heartbeat: _Heartbeat
) -> child.Ended:
    variables = {"PYTHONPATH": os.pathsep.join(map(str, ready.path)), "TMPDIR": str(ready.folder)}
    try:
        return child.run(
            [target.executable, "-X", "gil=0", *arguments], ready.folder, variables, limit_s, heartbeat
        )
    except OSError as error:
        raise CannotRun(f"{target.executable} cannot be started: {error}") from error


class _Heartbeat:
    """Says where things stand, so that nobody takes a long silence for a hang."""

    def __init__(self, what: str, seconds: float, say: Say) -> None:
        self.what = what
        self.seconds = seconds
        self.say = say
        self.passes = 0
        self.start(time.monotonic())

    def start(self, now: float) -> None:
        self.began = self.spoke = now

    def __call__(self) -> None:
        now = time.monotonic()
        if now - self.spoke >= SILENCE_S:
            self.spoke = now
            state = (
                f"{now - self.began:.0f} of {self.seconds:g} s, pass {self.passes}"
                if self.passes
                else "rehearsal"
            )
            self.say(f"{self.what}: {state}")
