"""A target that crashes, hangs or ends in the middle of a stop: what is told of it."""

from __future__ import annotations

import signal

from harness.kernel.event_types import Details, FindingEvent, Kind
from harness.sweep.stage import Ended, Fatal, Hang, Stage
from harness.sweep.stops import Stops

Broken = (Hang, Fatal, Ended)
"""What a stop may be broken off by."""
SHOWN = 4
"""Functions in a message."""


def describe(error: Hang | Fatal | Ended, stage: Stage, stops: Stops, pair: str = "") -> FindingEvent:
    """The finding that it is, of the subject's ``pair`` where it is one's; the stage must not have been closed yet."""
    found = _described(error, stage, stops)
    if pair:
        # It is the pair that tells two crashes apart: where the target dies of one differs from run to run.
        found["where"] = found["details"]["pair"] = pair
        found["details"].pop("frames", None)
    return found


def _described(error: Hang | Fatal | Ended, stage: Stage, stops: Stops) -> FindingEvent:
    if isinstance(error, Ended):
        what = describe_end(error.status)
        return _finding("crash", what, f"the target {what} in the middle of a stop", {"ending": "exit"})
    name = "A" if error.thread is stage.a else "B"
    frames = _frames(error, stage, stops)
    details: Details = {"native": frames, "thread": name}
    within = " < ".join(frames[:SHOWN])
    if isinstance(error, Hang):
        message = f"{name} did not come back, and nothing kept it from running: in {within}"
        return _finding("hang", "stop", message, details)
    what = signal.Signals(error.number).name
    return _finding("crash", what, f"{what} in {name}: in {within}", details | {"frames": frames[:1]})


def describe_end(status: int | None) -> str:
    """How a process ended, from what ``waitpid`` says of one of its threads."""
    if status is None:
        return "ended"
    if status & 0x7F:
        return f"was ended by {signal.Signals(status & 0x7F).name}"
    return f"exited with status {status >> 8}"


def trapped(error: Hang | Fatal | Ended) -> bool:
    """Whether a SIGTRAP that nothing took has ended the process."""
    return isinstance(error, Ended) and (error.status or 0) & 0x7F == signal.SIGTRAP


def _frames(error: Hang | Fatal, stage: Stage, stops: Stops) -> list[str]:
    try:
        if isinstance(error, Hang):
            error.thread.interrupt()
            stage.until(error.thread, 1.0)
        return list(stops.names(error.thread))
    except (OSError, Ended, Fatal):
        return []


def _finding(kind: Kind, where: str, message: str, details: Details) -> FindingEvent:
    return {
        "event": "finding",
        "kind": kind,
        "oracle": "process",
        "where": where,
        "message": message,
        "details": details,
        "elapsed_s": 0.0,
    }
