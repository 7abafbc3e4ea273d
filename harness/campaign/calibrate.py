"""Calibration: what a run detects, how often and how fast, measured on seeded faults and on the untouched base.

Each run is the very command that a person would type, ``ftstress run --budget LIMIT --seed N``, or ``ftstress pairs``,
in a process of its own that is given a fixed share of the cores; so what is measured is what a person gets. It is ended
once it has found something that neither is known nor shows on the base, which may have findings of its own.

Pairs have many, each of which shows in a few runs: before one is believed to be of the fault, the run is held, and the
base is asked for it. If it shows it, the run goes on, its time without the pause.
"""

from __future__ import annotations

import json
import os
import platform
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path

from harness.campaign import base
from harness.campaign.grade import grade
from harness.campaign.history import read_past
from harness.campaign.options import CampaignError
from harness.campaign.plan import cores
from harness.campaign.select import ScenarioInfo
from harness.record.calibration import Hit, Run, Trial
from harness.record.events import Event
from harness.record.journal import JOURNAL, JournalError, read_journal
from harness.record.result import Finding, Result
from harness.record.target import Target

CORES = 2
"""Cores of one run. With more at hand, several runs go side by side, each on its own."""
END_S = 30.0
"""Beyond its limit, before a run is believed to hang."""

Tell = Callable[[Run], None]


@dataclass(frozen=True)
class Job:
    """One run to make."""

    build: str
    executable: Path
    seed: int
    limit_s: float
    out: Path
    of_base: set[str] | None
    """Signatures that do not count, for the base shows them too; runs add what it shows when it is asked. None: it is
    the base, and has no hit to wait for.
    """
    command: str = "run"
    """``run``, or ``pairs``."""
    ask: Target | None = None
    """The base, to be asked for what the run shows; None: that is believed."""


def machine() -> str:
    """The machine in a few words, for whoever compares two calibrations."""
    return f"{platform.system()} {platform.machine()}, {cores()} cores"


def run_all(jobs: Sequence[Job], tell: Tell) -> list[Run]:
    """Make all runs, as many side by side as find cores; ``tell`` gets each as it ends.

    Interrupted, it ends what still runs; what ended before was told. Raises KeyboardInterrupt then.
    """
    waiting: queue.SimpleQueue[Job] = queue.SimpleQueue()
    for job in jobs:
        waiting.put(job)
    done: queue.SimpleQueue[Run] = queue.SimpleQueue()
    stop = threading.Event()
    threads = [
        threading.Thread(target=_serve, args=(share, waiting, done, stop)) for share in _shares(len(jobs))
    ]
    for thread in threads:
        thread.start()
    runs: list[Run] = []
    try:
        while len(runs) < len(jobs):
            try:
                run = done.get(timeout=0.2)
            except queue.Empty:
                continue
            runs.append(run)
            tell(run)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    return runs


def _shares(wanted: int) -> list[set[int] | None]:
    """The cores of each run that goes side by side with others; None: whatever there is."""
    if not hasattr(os, "sched_getaffinity"):
        return [None]
    mine = sorted(os.sched_getaffinity(0))
    shares: list[set[int] | None] = [
        set(mine[at : at + CORES]) for at in range(0, len(mine) - CORES + 1, CORES)
    ]
    return shares[: max(1, wanted)] or [None]


def _serve(
    share: set[int] | None,
    waiting: queue.SimpleQueue[Job],
    done: queue.SimpleQueue[Run],
    stop: threading.Event,
) -> None:
    if share is not None:
        os.sched_setaffinity(0, share)  # of this thread, and of every process that it starts
    while not stop.is_set():
        try:
            job = waiting.get_nowait()
        except queue.Empty:
            return
        done.put(_run(job, stop))


def _run(job: Job, stop: threading.Event) -> Run:
    shutil.rmtree(
        job.out, ignore_errors=True
    )  # of a calibration that was interrupted in the middle of this run
    job.out.mkdir(parents=True)
    of_base = job.of_base
    shown: set[str] = set()
    while True:
        status = _campaign(job, of_base, stop)
        if job.ask is None or of_base is None or stop.is_set():
            break
        result, scenarios = _found(job.out)
        left = [one for one in result.findings if _counts(one, of_base)] if result else []
        for finding in left:
            if finding.signature not in shown:
                shown |= base.shows(job.ask, scenarios[finding.scenario], finding, stop.is_set)
        of_base.update(shown)
        if result is None or result.complete or any(_counts(one, of_base) for one in left) or not left:
            break
    return replace(_outcome(job, of_base or set(), status), of_base=tuple(sorted(shown)))


def _campaign(job: Job, of_base: Set[str] | None, stop: threading.Event) -> int:
    """Begin the run, or go on with it, until its end or a hit; its exit status."""
    begun = (job.out / JOURNAL).exists()
    command = [
        *(sys.executable, "-m", "harness", job.command, "--target", str(job.executable)),
        *("--budget", f"{job.limit_s:g}s", "--seed", str(job.seed), "--out", str(job.out)),
        *(["--resume"] if begun else []),
    ]
    with (job.out / "output.txt").open("a" if begun else "w") as output:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=Path(__file__).resolve().parents[2],
            start_new_session=True,
        )
        deadline = time.monotonic() + job.limit_s + END_S
        while child.poll() is None:
            if stop.is_set() or time.monotonic() > deadline or _has_hit(job.out, of_base):
                child.send_signal(signal.SIGTERM)  # it ends its own children and keeps what it has
                try:
                    child.wait(10)
                except subprocess.TimeoutExpired:
                    child.kill()
            time.sleep(0.05)
    return child.wait()


def _found(out: Path) -> tuple[Result | None, dict[str, ScenarioInfo]]:
    """The result of a run so far, None where there is none; and its scenarios, by name."""
    try:
        past = read_past(out)
    except CampaignError:
        return None, {}
    return grade(past.events), {one.name: one for one in past.scenarios}


def _counts(finding: Finding, of_base: Set[str]) -> bool:
    return finding.known is None and finding.signature not in of_base


def _has_hit(out: Path, of_base: Set[str] | None) -> bool:
    """Whether the run has found what it was looking for: what it still learns of that, with the GIL on and operation by
    operation, takes a sixth of a calibration and is not part of it.
    """
    try:
        result = json.loads((out / "result.json").read_bytes())
    except (OSError, ValueError):  # there is none before the first trial ends
        return False
    return of_base is not None and any(
        finding["known"] is None and finding["signature"] not in of_base for finding in result["findings"]
    )


def _outcome(job: Job, of_base: Set[str], status: int) -> Run:
    try:
        events = list(read_journal(job.out))
        result = grade(events)
    except JournalError:
        said = (job.out / "output.txt").read_text(errors="replace").strip().rpartition("\n")[2]
        return Run(job.build, job.seed, status, 0.0, 0, 0, 0, (), None, (), said, job.command)
    hit, trial = _hit(result, of_base)
    return Run(
        build=job.build,
        seed=job.seed,
        exit_status=status,
        elapsed_s=result.elapsed_s,
        rounds=result.totals.rounds,
        samples=result.totals.samples,
        stores=sum(scenario.stores for scenario in result.scenarios),
        signatures=tuple(finding.signature for finding in result.findings),
        hit=hit,
        trials=_trials(events, trial),
        command=job.command,
    )


def _hit(result: Result, of_base: Set[str]) -> tuple[Hit | None, int | None]:
    """The first finding that counts, and the number of its trial."""
    counting = [finding for finding in result.findings if _counts(finding, of_base)]
    if not counting:
        return None, None
    first = min(counting, key=lambda finding: finding.first_seen_s)
    knobs, trial = first.details["knobs"], first.details["trial"]
    return Hit(first.scenario, first.oracle, first.signature, knobs, first.first_seen_s), trial


def _trials(events: list[Event], hit: int | None) -> tuple[Trial, ...]:
    starts = [event for event in events if event["event"] == "trial_start"]
    return tuple(Trial(start["scenario"], start["knobs"], start["trial"] == hit) for start in starts)
