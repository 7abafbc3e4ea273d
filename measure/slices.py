"""What short time slices are worth where other programs want the cores, too.

    python -m measure.slices [--target PY]

takes two minutes. Beside none, one, two and four processes that do nothing but keep the cores busy, a subject's mixed
rows and a scenario's rounds have trials of a second, in turn as they are (``harness/builds/slices.py``) and with the
system's own time slices. Prints a table: rounds a second, median of the trials.
"""

from __future__ import annotations

import argparse
import sys
from contextlib import nullcontext
from statistics import median
from unittest.mock import patch

from harness.builds.fingerprint import NotATarget, probe
from harness.builds.slices import SLICE_NS, short_slices
from harness.campaign import child
from harness.campaign.options import MOST_MEMORY
from harness.campaign.plan import PlannedTrial
from harness.campaign.select import ScenarioInfo, describe
from harness.campaign.trial import run_in_child, trial_spec
from harness.kernel.suite import subject_files, suite_files
from harness.record.events import RecordedEvent
from harness.record.target import Target
from measure.cores import busy

PROCESSES = (0, 1, 2, 4)
"""That keep the cores busy."""
TRIALS = 5
"""Each way."""
SECONDS = 1.0
"""Of a trial."""
RACED = ("pairs.dict", "type_attributes.value_behind_class")


def rounds_a_second(target: Target, raced: ScenarioInfo, number: int) -> float:
    """Of one trial."""
    planned = PlannedTrial(raced, number, {}, str(number), 2, SECONDS, mixed=bool(raced.pairs))
    rounds, seconds = 0, SECONDS

    def hear(event: RecordedEvent) -> None:
        nonlocal rounds, seconds
        if event["event"] == "progress":
            rounds, seconds = event["rounds"], event["elapsed_s"]

    run_in_child(target, trial_spec(planned, SECONDS, 2, MOST_MEMORY, "off"), hear, lambda: False)
    return rounds / seconds


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m measure.slices")
    parser.add_argument("--target", metavar="PY", default=sys.executable)
    try:
        target = probe(parser.parse_args(arguments).target)
    except NotATarget as error:
        print(error, file=sys.stderr)
        return 3
    scenarios, subjects = describe(target, suite_files()), describe(target, subject_files(), "subjects")
    named = {one.name: one for one in (*scenarios.scenarios, *subjects.scenarios)}
    print("| raced | busy processes | short slices | the system's | ratio |")
    print("|---|---|---|---|---|")
    for name in RACED:
        for processes in PROCESSES:
            seen: dict[bool, list[float]] = {True: [], False: []}
            with busy(processes):
                for number in range(TRIALS):
                    for short, rates in seen.items():
                        with patch.object(child, "short_slices", short_slices if short else nullcontext):
                            rates.append(rounds_a_second(target, named[name], number))
            so, otherwise = median(seen[True]), median(seen[False])
            cells = f"{so:,.0f} | {otherwise:,.0f} | {so / max(otherwise, 0.1):.1f}"
            print(f"| {name} | {processes} | {cells} |", flush=True)
    print(f"\nTrials of {SECONDS} s, slices of {SLICE_NS} ns, CPython {target.version}.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
