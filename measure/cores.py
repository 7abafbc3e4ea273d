"""What it is worth that two threads have a core each in one row of rounds, and the same one in the next.

    python -m measure.cores [BUSY]

takes about three minutes on two cores. BUSY (default: 1) processes do nothing but keep the cores busy, while scenarios
of two threads have trials of half a second on faults that they see, in turn as they are and with the scheduler left to
place their threads (``harness.kernel.workers``). Prints a table: in how many trials the fault was seen, and how soon.
"""

from __future__ import annotations

import dataclasses
import math
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median

from harness.builds.errors import NotASource, NotBuilt
from harness.builds.fault import build_fault, find
from harness.builds.fingerprint import probe
from harness.builds.provision import compiled
from harness.campaign import child, plan
from harness.campaign.select import describe
from harness.campaign.trial import run_in_child
from harness.kernel.spec_types import ChildTrial
from harness.kernel.suite import suite_files
from harness.record.target import Target
from measure.power import SECONDS, RunTrial, seen_after, shares

TRIALS = 10
"""Of each pair, each way."""
PAIRS = {
    "create_the_first": "new-classes-not-one-by-one",
    "value_behind_class": "retry-leaks",
    "deleted_under_instance": "rarely-not-deleted",
    "store_under_aligned_version": "version-after-lookup",
    "slot_iter": "miss-cached-outside-the-version",
    "method_replaced": "fetch-takes-no-care",
    "function_replaced": "descriptor-not-held",
    "bases_lookup": "mro-of-subclasses-not-updated",
}
"""Scenarios, and a fault that each sees."""
CHANGED = """\
import sys
sys.path.insert(0, sys.argv[1])
from harness.kernel import child, nudges, workers
{}
sys.exit(child.main(sys.argv[2]))
"""
"""A child in which one thing is another way."""


def run_changed(change: str) -> RunTrial:
    """What runs a trial as ``run_in_child`` does, but for a statement that its child begins with."""
    root = str(Path(__file__).resolve().parents[1])

    def start(target: Target, spec: ChildTrial) -> child.Child:
        def command(events: int) -> list[str]:
            *interpreter, _, text = child.command(target, spec | {"events_fd": events})
            return [*interpreter, "-c", CHANGED.format(change), root, text]

        return child.start(command, more=child.allocator(spec))

    return partial(run_in_child, start=start)


run_anywhere = run_changed("workers._places = lambda index, threads: []")
"""The scheduler places the threads."""


@contextmanager
def busy(processes: int) -> Iterator[None]:
    """Keep the cores busy with so many processes, which end with this one."""
    loop = "import os\nparent = os.getppid()\nwhile os.getppid() == parent: sum(range(100000))"
    others = [subprocess.Popen([sys.executable, "-c", loop]) for _ in range(processes)]
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()


def main(arguments: list[str]) -> int:
    return compare("cores", PAIRS, {"apart, together": run_in_child, "anywhere": run_anywhere}, arguments)


def compare(name: str, pairs: Mapping[str, str], ways: Mapping[str, RunTrial], arguments: list[str]) -> int:
    """Print a table of scenarios, the fault that each is to see, and how each way of running a trial does at it."""
    if arguments and not (len(arguments) == 1 and arguments[0].isdecimal()):
        print(f"usage: python -m measure.{name} [BUSY], a number of processes", file=sys.stderr)
        return 2
    processes = int(arguments[0]) if arguments else 1
    os.sched_setaffinity(0, shares()[0])
    try:
        base = probe(str(compiled().executable()))
        targets = {
            fault: dataclasses.replace(base, executable=str(build_fault(find(fault))))
            for fault in pairs.values()
        }
    except (NotASource, NotBuilt) as error:
        print(error, file=sys.stderr)
        return 3
    scenarios = {one.name.rpartition(".")[2]: one for one in describe(base, suite_files()).scenarios}
    print("| scenario | fault |", *(f"{way} | median |" for way in ways))
    print("|---|---|" + "---|---|" * len(ways))
    with busy(processes):
        for scenario_name, fault in pairs.items():
            times: list[list[float]] = [[] for _ in ways]
            for number in range(TRIALS):
                scenario = scenarios[scenario_name]
                knobs = plan.draw_knobs(scenario, number, 0)
                if "readers" in knobs:
                    knobs["readers"] = 1  # with a writer beside it, two threads
                for way, seen in zip(ways.values(), times, strict=True):
                    seconds = seen_after(scenario, fault, targets[fault], knobs, way)
                    seen.append(math.inf if seconds is None else seconds)
            cells = [
                f"{sum(map(math.isfinite, seen))} of {TRIALS} | {_shown(median(seen))}" for seen in times
            ]
            print(f"| {scenario_name} | {fault} | {' | '.join(cells)} |", flush=True)
    print(f"\nTrials of {SECONDS} s on {len(shares()[0])} cores, {processes} busy processes beside them.")
    return 0


def _shown(seconds: float) -> str:
    return f"{seconds:.2f} s" if math.isfinite(seconds) else "not seen"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
