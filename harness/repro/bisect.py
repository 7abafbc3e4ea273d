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
from harness.repro.runs import LEAST_S, SEEN, Rate, Run, run

PLACES = ("python", "python.exe", "bin/python3t", "bin/python3", "bin/python")
"""Where a folder that is no source tree has its interpreter."""

FAILURES = 3
"""A race may end a run in another way than it is to show; a script that does not run fails each time."""


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


def look(
    target: Target,
    script: Path,
    rate: Rate,
    confidence: float,
    tell: Callable[[Run], None],
    must_say: str = SEEN,
) -> Answer:
    """Run the script until it shows, or until it has looked for long enough to be sure that it would not.

    That is the time, or the number of whole runs, that its rate asks for, whichever is over first. Raises CannotTell
    where the script cannot run, and ValueError for a rate of nothing.
    """
    needed, whole = rate.needed_s(confidence), rate.needed_runs(confidence)
    if needed is None or whole is None:
        raise ValueError("a script that never showed it cannot be waited for")
    began = time.monotonic()
    runs = ended = failed = 0
    while (looked := time.monotonic() - began) < (LEAST_S if ended >= whole else needed):
        try:
            one = run(target, script, limit_s=needed - looked, must_say=must_say)
        except OSError as error:
            raise CannotTell(f"{target.executable} cannot be started: {error.strerror or error}") from error
        runs += 1
        tell(one)
        if one.seen:
            return Answer(True, time.monotonic() - began, runs)
        ended += one.failure is None and one.took_s < needed - looked
        failed += one.failure is not None
        if failed == FAILURES:
            raise CannotTell(f"the script cannot run on {target.executable}: {one.failure}")
    return Answer(False, time.monotonic() - began, runs)
