"""One step of ``git bisect run``: an interpreter taken or built, and the script run on it for as long as it takes."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harness.builds.errors import NotASource, NotBuilt
from harness.builds.fingerprint import NotATarget, probe
from harness.builds.progress import Progress
from harness.builds.provision import build
from harness.record.target import Target
from harness.repro.runs import Rate, Run, run

PLACES = ("python", "python.exe", "bin/python3t", "bin/python3", "bin/python")
"""Where a folder that is no source tree has its interpreter."""


class CannotTell(Exception):
    """The step has no answer (exit status 125); the message is one sentence."""


@dataclass(frozen=True)
class Answer:
    """Whether the script showed it, and for how long it looked."""

    seen: bool
    looked_s: float
    runs: int


def interpreter(folder: Path, tell: Progress) -> Target:
    """The interpreter to try: built from ``folder`` where that is a source tree, else the one in it.

    Raises CannotTell where it cannot be built, or is none.
    """
    try:
        if (folder / "configure").is_file():
            return probe(build(str(folder), progress=tell))
        there = next((folder / place for place in PLACES if os.access(folder / place, os.X_OK)), None)
        if there is None:
            raise CannotTell(f"{folder} is no source tree, and has no interpreter ({', '.join(PLACES)})")
        return probe(there)
    except (NotBuilt, NotASource, NotATarget) as error:
        raise CannotTell(str(error)) from error


def look(target: Target, script: Path, rate: Rate, confidence: float, tell: Callable[[Run], None]) -> Answer:
    """Run the script until it shows, or until it has looked for long enough to be sure that it would not.

    Raises CannotTell where the script cannot run, and ValueError for a rate of nothing.
    """
    needed = rate.needed_s(confidence)
    if needed is None:
        raise ValueError("a script that never showed it cannot be waited for")
    began = time.monotonic()
    runs = 0
    while (looked := time.monotonic() - began) < needed:
        try:
            one = run(target, script, limit_s=needed - looked)
        except OSError as error:
            raise CannotTell(f"{target.executable} cannot be started: {error.strerror or error}") from error
        runs += 1
        tell(one)
        if one.failure:
            raise CannotTell(f"the script cannot run on {target.executable}: {one.failure}")
        if one.seen:
            return Answer(True, time.monotonic() - began, runs)
    return Answer(False, time.monotonic() - began, runs)
