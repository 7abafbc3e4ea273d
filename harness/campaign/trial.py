"""Runs one planned trial: in a child that is watched, or, where there are no processes, in this one."""

from __future__ import annotations

import tempfile
import time
import traceback
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from harness.campaign import child
from harness.campaign.plan import PlannedTrial
from harness.campaign.report_log import log_for
from harness.campaign.watch import Limits, Started, Tell, alarm_s, latest_s, watch_over
from harness.diagnosis.ending import Ending
from harness.kernel.event_types import TrialEvent
from harness.kernel.events import describe
from harness.kernel.pairs.mixed import noted
from harness.kernel.rings import Every, shown
from harness.kernel.spec_types import ChildTrial, TrialSpec
from harness.record.events import ChildEvent, RecordedEvent, is_of_trial
from harness.record.target import Target

TellOfTrial = Callable[[RecordedEvent], None]
RunTrial = Callable[[Target, ChildTrial, TellOfTrial, Callable[[], bool]], Ending]
"""Runs the trial of a spec to its end. Raises OSError when the target cannot be executed."""
Start = Callable[[Target, ChildTrial], Started]
"""Starts a child for a trial. Raises OSError when the target cannot be executed."""

GRACE_S = 40.0
"""Beyond its budget, before a trial hangs: the kernel itself needs up to 10 s to be sure that its actors do, and on a
busy machine longer; what it tells is worth more than that nothing came."""
SILENCE_S = 15.0
"""A living child says something five times a second, also while its actors hang. One whose threads all wait for
one another has not so long: see ``hang.Sleepers``."""


def longest_s(budget_s: float) -> float:
    """How long a trial may take from start to end, hang and all. Another watchdog must wait longer."""
    return latest_s(budget_s + GRACE_S)


def trial_spec(
    trial: PlannedTrial, budget_s: float, threads: int | None, memory_bytes: int, ring: Every
) -> ChildTrial:
    """What the kernel is told; ``ring``: how often its threads note what they do."""
    spec: ChildTrial = {
        "do": "pairs" if trial.pairs or trial.mixed else "trial",
        "file": trial.scenario.file,
        "scenario": trial.scenario.name,
        "knobs": trial.knobs,
        "seed": trial.seed,
        "budget_s": round(budget_s, 3),
        "threads": threads,
        "memory_limit_bytes": memory_bytes,
        "ring": ring,
        "alarm_s": alarm_s(budget_s + GRACE_S),
    }
    if spec["do"] == "pairs":
        spec |= {"pairs": list(trial.pairs), "mixed": trial.mixed, "left_out": list(trial.left_out)}
    return spec


def of_trial(tell: TellOfTrial) -> Tell:
    """Tells what a trial may say, and nothing else."""

    def hear(event: ChildEvent) -> None:
        if is_of_trial(event):
            tell(event)

    return hear


def start_alone(target: Target, spec: ChildTrial) -> Started:
    """Start a child for a trial. Raises OSError when the target cannot be executed."""
    reports, more = log_for(target, spec.get("suppressions", ""))
    return child.start(
        lambda events: child.command(target, spec | {"events_fd": events}),
        more=more | child.allocator(spec),
        reports=reports,
    )


def run_in_child(
    target: Target, spec: ChildTrial, tell: TellOfTrial, stop: Callable[[], bool], start: Start = start_alone
) -> Ending:
    """Run a trial in a child of ``target``. Raises OSError when the target cannot be executed."""
    hear = of_trial(tell)
    time_s = spec["budget_s"] + GRACE_S * target.stretch
    spec = spec | {"alarm_s": alarm_s(time_s)}
    limits = Limits(
        time_s,
        SILENCE_S * target.stretch,
        spec["memory_limit_bytes"],
        sleepless=True,
        beside=target.sanitizer == "thread",
        yields=spec.get("yields", 0),
    )
    if spec["do"] == "pairs":
        return _run_pairs(partial(start, target), spec, hear, stop, limits)
    if spec["ring"] == "off":
        return watch_over(start(target, spec), limits, hear, stop)
    with tempfile.NamedTemporaryFile(prefix="ftstress-ring-") as file:
        ending = watch_over(start(target, spec | {"ring_file": file.name}), limits, hear, stop)
        last = shown(file.read()) if ending.how not in ("ok", "stopped") else ""
    return replace(ending, evidence=ending.evidence | {"last_operations": last}) if last else ending


def _run_pairs(
    start: Callable[[ChildTrial], Started],
    spec: ChildTrial,
    tell: Tell,
    stop: Callable[[], bool],
    limits: Limits,
) -> Ending:
    """Where the child does not end well, the pair that it had come to is part of the evidence."""
    pair: list[str] = []

    def hear(event: ChildEvent) -> None:
        if event["event"] == "pair_begin":
            pair[:] = [event["pair"]]
        tell(event)

    with tempfile.NamedTemporaryFile(prefix="ftstress-notes-") as file:
        told = spec | {"ring_file": file.name} if spec.get("mixed") else spec
        ending = watch_over(start(told), limits, hear, stop)
        if at := noted(file.read()):
            pair[:] = [at]
    return replace(ending, evidence=ending.evidence | {"pair": pair[0]}) if pair else ending


def run_here(spec: TrialSpec, tell: TellOfTrial) -> Ending:
    """Run a trial in this process. A crash or a hang takes the campaign with it; its journal stays.

    Raises KeyboardInterrupt when it is interrupted.
    """
    from harness.kernel.trial import hello, run_trial

    began = time.monotonic()
    last: TrialEvent = hello()
    tell(last)

    def hear(event: TrialEvent) -> None:
        nonlocal last
        last = event
        tell(event)

    done: str | None = None
    try:
        run_trial(spec, hear)
        done = last["reason"] if last["event"] == "done" else None
    except Exception as error:  # noqa: BLE001  # as in a child: whatever it is, it is our failure and is told
        message = f"{type(error).__name__}: {describe(error)}"
        hear({"event": "failure", "message": message, "traceback": traceback.format_exc()})
    return Ending(
        how="ok" if done is not None else "failure",
        status=0,
        done=done,
        started=True,
        last_event=last,
        stdout="",
        stderr="",
        stdout_bytes=0,
        stderr_bytes=0,
        noise=0,
        peak_bytes=0,
        wall_s=round(time.monotonic() - began, 3),
    )
