"""The tracer: a process of its own for each scenario that is swept, on one core with the child that it stops.

A thread can be traced by one thread only, and a switch between processes on one core costs a fraction of one between
cores. What it says goes through a pipe, as what a stress trial's child says does: a campaign runs it the same way.
"""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import sys
import time
import traceback
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

from harness.kernel.child import KERNEL_FAILED, die_with_parent
from harness.kernel.event_types import FindingEvent, SaidEvent, StopsEvent
from harness.kernel.events import pipe_writer
from harness.kernel.journal_types import TargetData
from harness.kernel.spec_types import ChildTrial, SceneSpec
from harness.kernel.trial import Count
from harness.record.target import Target
from harness.sweep.image import ENTERED, Code, Image, Symbols
from harness.sweep.program import ReadCode
from harness.sweep.progress import Progress, by_address, gap, holders, outcomes, windows
from harness.sweep.ptrace import CannotTrace
from harness.sweep.scene import Scene
from harness.sweep.stage import NotStarted
from harness.sweep.sweeper import Sweeper

PROGRESS_S = 0.2

Emit = Callable[[SaidEvent], None]


class TracerSpec(ChildTrial):
    """What a tracer is told: its trial, and how it is to be swept."""

    target: TargetData
    functions: str | None
    """A regular expression for ``FILE:FUNCTION``; None: the object model."""
    bound: int
    stepping: bool
    """Without debug registers."""
    cache: str
    """A folder for what is read from binaries once."""
    core: int | None
    """To which it keeps."""


class Clock:
    """Says now and then how far the trial is; when it is over."""

    def __init__(self, budget_s: float, emit: Emit) -> None:
        self.began = time.monotonic()
        self.budget_s = budget_s
        self.emit = emit
        self.last = self.began

    def alive(self, counts: Count) -> bool:
        now = time.monotonic()
        if now - self.last > PROGRESS_S:
            self.last = now
            self.tell(counts)
        return now - self.began < self.budget_s

    def tell(self, counts: Count) -> None:
        """A progress event."""
        self.emit(counts.event(time.monotonic() - self.began))


def pattern_of(functions: str | None, pairs: Sequence[str]) -> str | None:
    """What is stopped in where ``functions`` was asked for; without that, pairs in whatever they enter."""
    return ENTERED if functions is None and pairs else functions


def code_of(cache: str, pattern: str | None) -> ReadCode:
    """Reads a file's symbols once a campaign: the result is kept in the folder ``cache``."""

    def read(path: str, base: int) -> Code:
        kept = Path(cache) / hashlib.sha256(f"{path}:{pattern}".encode()).hexdigest()[:16]
        if kept.exists():
            symbols: Symbols = pickle.loads(kept.read_bytes())
        else:
            symbols = Image(Path(path)).symbols(pattern)
            partial = kept.with_suffix(f".{os.getpid()}")
            partial.write_bytes(pickle.dumps(symbols))
            partial.rename(kept)
        return Code(symbols, base)

    return read


def described(progress: Progress, binaries: Sequence[str]) -> StopsEvent:
    """What became of a job, by address; the campaign makes source lines of them."""
    job = progress.job
    addresses: dict[int, Counter[str]] = defaultdict(Counter)
    for address, how in by_address(progress):
        addresses[address][how] += 1
    reason = "without the interpreter's loop: its frame was not found" if progress.unlooped else None
    if not progress.complete:
        reason = (
            "its path is too long to be listed to the end" if progress.points else "it could not be listed"
        )
    if progress.given_up:
        reason = f"given up after {progress.ends} crashes or hangs"
    return {
        "event": "stops",
        "binaries": list(binaries),
        "addresses": {str(address): dict(found) for address, found in addresses.items()},
        "pair": {
            "a": job.a,
            "b": job.b,
            "turns": job.turns,
            "warm": job.warm,
            "specialized": job.specialized,
            "size": job.size,
            "made_by": job.made_by,
            "gap": gap(progress),
            "traced": progress.traced,
            "meetings": progress.meetings,
            "met": progress.met,
            "repeated": progress.repeated,
            "alike": progress.alike,
            "bound": progress.bound,
            "instructions": progress.instructions,
            "points": max(len(progress.points), len(progress.stops)),
            "outcomes": outcomes(progress),
            "holders": holders(progress),
            "windows": [
                {
                    "symptom": one.symptom,
                    "points": one.points,
                    "opens": (one.before or one.first).address,
                    "first": one.first.address,
                    "last": one.last.address,
                    "function": one.function,
                    "below": [list(called) for called in one.below],
                }
                for one in windows(progress)
            ],
            "reason": reason,
            "seconds": round(progress.seconds, 4),
        },
    }


def main(text: str) -> int:
    """Sweep what the JSON says. Returns the exit status of a trial's child."""
    spec: TracerSpec = json.loads(text)
    die_with_parent(spec["alarm_s"])
    emit = pipe_writer(spec["events_fd"])
    if spec["core"] is not None:
        os.sched_setaffinity(0, {spec["core"]})
    target = Target.from_json(spec["target"])
    emit(
        {
            "event": "hello",
            "pid": os.getpid(),
            "version": target.version,
            "free_threaded": target.free_threaded,
            "gil_enabled": target.gil_enabled,
        }
    )
    try:
        _sweep(target, spec, emit)
    except (NotStarted, CannotTrace) as error:
        emit({"event": "failure", "message": str(error), "traceback": ""})
        return KERNEL_FAILED
    except BrokenPipeError:
        return KERNEL_FAILED
    except Exception as error:  # noqa: BLE001  # whatever it is, the campaign must hear of it
        message = f"{type(error).__name__}: {error}"
        emit({"event": "failure", "message": message, "traceback": traceback.format_exc()})
        return KERNEL_FAILED
    return 0


def _sweep(target: Target, spec: TracerSpec, emit: Emit) -> None:
    asked: SceneSpec = {
        "file": spec["file"],
        "scenario": spec["scenario"],
        "knobs": spec["knobs"],
        "threads": spec.get("threads"),
        "stepping": spec["stepping"],
        "pairs": spec.get("pairs", []),
    }
    read = code_of(spec["cache"], pattern_of(spec["functions"], asked["pairs"]))
    scene = Scene(target, asked, read)
    clock = Clock(spec["budget_s"], emit)  # a busy machine may take seconds to start a child

    def tell(event: FindingEvent) -> None:
        elapsed_s = round(time.monotonic() - clock.began, 4)
        emit(event | {"elapsed_s": elapsed_s, "binaries": list(scene.files.paths)})

    try:
        sweeper = Sweeper(scene, tell, clock.alive)
        for progress in sweeper.sweep(spec["bound"], spec["seed"]):
            emit(described(progress, scene.files.paths))
        clock.tell(sweeper.counts)
    finally:
        scene.close()
    emit({"event": "done", "reason": "budget"})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
