"""Which of the programs there are for it shows it on a target, and how often."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from harness.record.bisection import Program
from harness.record.target import Target
from harness.repro.bisect import FAILURES, CannotTell
from harness.repro.runs import Run, run

HITS = 10
"""How often it is to show, until its rate is known well enough."""
RUN_S = 120.0
"""The longest a run may take: what a finding's script, and a known issue's, needs at most."""


def shown(target: Target, programs: Sequence[Program], folder: Path, limit_s: float) -> tuple[int, list[Run]]:
    """The number of the first program that shows it, all of them being run in turns, and its runs.

    These go on until it has shown ``HITS`` times or ``limit_s`` is over. Where none has: 0, and the runs of all.
    Raises CannotTell where none of them can run.
    """
    deadline = time.monotonic() + limit_s
    runs: list[list[Run]] = [[] for _ in programs]

    def once(number: int) -> bool:
        script = folder / f"program-{number}.py"
        script.write_text(programs[number].text, encoding="utf-8")
        try:
            runs[number].append(run(target, script, limit_s=RUN_S, must_say=programs[number].must_say))
        except OSError as error:
            raise CannotTell(f"{target.executable} cannot be started: {error.strerror or error}") from error
        return runs[number][-1].seen

    able = list(range(len(programs)))
    found = None
    while found is None and able and time.monotonic() < deadline:
        found = next((number for number in able if once(number)), None)
        able = [one for one in able if sum(it.failure is not None for it in runs[one]) < FAILURES]
    if found is None:
        failure = next((it.failure for one in runs for it in one if it.failure), None)
        if not able:
            raise CannotTell(f"the program cannot run on {target.executable}: {failure}")
        return 0, [it for one in runs for it in one]
    while sum(it.seen for it in runs[found]) < HITS and time.monotonic() < deadline:
        once(found)
    return found, runs[found]
