"""How many random programs are raced in a second, beside one process for each program.

    python -m measure.programs TARGET [SECONDS]

races programs for SECONDS (default: 15) each way: as ``ftstress fuzz`` does, in children that are forked from a process
that has loaded the catalogue, sixteen programs each; and each program in a process of its own, which is given the same
time for it. What no way of one process a program can be faster than, whatever it does in that, is how many interpreters
start and end in a second: that is counted, too. Prints a table.
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from harness.builds.fingerprint import probe
from harness.campaign.drawn import Deadly, Drawer, why_apart
from harness.campaign.fuzz import PROGRAM_S, programs
from harness.campaign.options import Options
from harness.campaign.plan import PlannedTrial
from harness.campaign.run import run_campaign
from harness.campaign.select import ScenarioInfo, describe
from harness.campaign.trial import run_in_child, trial_spec
from harness.kernel import known
from harness.kernel.suite import subject_files
from harness.record.events import Event, RecordedEvent
from harness.record.target import Target

SECONDS = 15.0
SEED = 1


def main(arguments: list[str]) -> int:
    """Returns the exit status."""
    if not 1 <= len(arguments) <= 2:
        print(__doc__, file=sys.stderr)
        return 2
    target = probe(arguments[0])
    seconds = float(arguments[1]) if len(arguments) > 1 else SECONDS
    described = describe(target, subject_files(), "subjects").scenarios
    subjects = [one for one in described if not one.unavailable and why_apart(one) is None]
    ways = {
        "`ftstress fuzz`": _served(target, subjects, seconds),
        "a process for each": counted(_each_alone(target, subjects), seconds),
        "a process that does nothing": counted(_starts(target), min(seconds, 5.0)),
    }
    print("| way | programs a second | rounds a second |\n|---|---|---|")
    for way, (programs_a_second, rounds_a_second) in ways.items():
        print(f"| {way} | {programs_a_second:.1f} | {rounds_a_second:,.0f} |")
    return 0


def counted(each: Callable[[], int], seconds: float) -> tuple[float, float]:
    """How often in a second ``each`` can be done, one after another, and how many rounds it says come of it."""
    began, times, rounds = time.monotonic(), 0, 0
    while (took := time.monotonic() - began) < seconds or not times:
        rounds += each()
        times += 1
    return times / took, rounds / took


def _served(target: Target, subjects: list[ScenarioInfo], seconds: float) -> tuple[float, float]:
    done, rounds, last_s = 0, 0, 0.0

    def hear(event: Event) -> None:
        nonlocal done, rounds, last_s
        if event["event"] == "pair_end" and event["promise"]:
            done, rounds, last_s = done + 1, rounds + event["rounds"], event["at_s"]

    with tempfile.TemporaryDirectory(prefix="ftstress-measure-") as folder:
        options = Options(budget_s=seconds, seed=SEED)
        run_campaign(target, subjects, options, Path(folder) / "out", hear, programs())
    return done / last_s, rounds / last_s


def _each_alone(target: Target, subjects: list[ScenarioInfo]) -> Callable[[], int]:
    def trials() -> Iterator[PlannedTrial]:
        drawer = Drawer(subjects, Deadly(known.load(), target))
        draw = random.Random(SEED)
        while True:
            one = draw.choice(subjects)
            if program := drawer.program(one, draw):
                threads = len(program.threads)
                yield PlannedTrial(one, 0, {}, "1", threads, PROGRAM_S, pairs=(str(program),))

    planned = trials()

    def once() -> int:
        raced: list[int] = []

        def hear(event: RecordedEvent) -> None:
            if event["event"] == "pair_end":
                raced.append(event["rounds"])

        run_in_child(target, trial_spec(next(planned), PROGRAM_S, None, 1 << 30, "off"), hear, lambda: False)
        return sum(raced)

    return once


def _starts(target: Target) -> Callable[[], int]:
    def once() -> int:
        subprocess.run([target.executable, "-c", "pass"], check=True)
        return 0

    return once


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
