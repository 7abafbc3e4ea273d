"""Measures what each scenario sees: one short trial of each on each seeded fault. Writes harness/campaign/power.toml.

    python -m measure.power [--source WHAT] [RECORD]
    python -m measure.power --calibration DIR --source WHAT

The first takes hours on two cores, and writes the table of the base's kind of type cache: WHAT is what ``ftstress
calibrate`` takes, so ``--source REPO@main`` gives that of a cache per type. What RECORD holds already (JSON lines;
default: ftstress-results/power-BASE.jsonl) is not measured again. The second takes what ended the runs of a calibration
of that base instead, which is there already; what is in the table and ended none keeps its place behind. Its runs of
pairs give the table of subjects.

What the base shows too is no merit. A fault that
many scenarios see is worth little to each of them, one that a single scenario sees is worth much to that one: a
campaign begins with those that between them see most, soonest.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import queue
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any
from zlib import crc32

from harness.builds.errors import NotASource, NotBuilt
from harness.builds.fault import branch, build_fault, corpus
from harness.builds.fingerprint import probe
from harness.builds.provision import compiled
from harness.campaign import plan
from harness.campaign.options import MOST_MEMORY
from harness.campaign.select import ScenarioInfo, describe
from harness.campaign.trial import TellOfTrial, run_in_child, trial_spec
from harness.cli.outdir import RESULTS
from harness.diagnosis import ending
from harness.diagnosis.ending import Ending
from harness.kernel import known
from harness.kernel.amplifiers import Setting
from harness.kernel.signature import signature
from harness.kernel.spec_types import ChildTrial
from harness.kernel.suite import suite_files
from harness.record import calibration
from harness.record.calibration import BASE
from harness.record.events import RecordedEvent
from harness.record.target import Target

SECONDS = 0.5
"""Of a trial: what a scenario gets in a campaign of two minutes."""
BASE_TRIALS = 3
"""Of each scenario on the untouched base, each with other settings."""
LONGEST_S = 20.0
"""Of a child, start and a hang included."""
CORES = 2
STRONGEST = 1000.0
"""The power of what is ranked first; 1 is what a scenario has that saw nothing."""
DECAY = 0.92
"""From one rank to the next: forty of them come before most of those that saw nothing."""
SHOWS_AGAIN = 0.7
"""How likely a scenario that saw a fault in one trial sees it in another."""
HEADER = """\
# What each scenario is worth to a campaign that looks for something new: see measure/power.py, which writes this file.
# 1 is what a scenario has that is not listed. A table for each kind of type cache: see harness/campaign/plan.py.
# By hand: sixth and seventh, the scenarios of gh-156910 and gh-155400, for which no seeded fault stands; and, until a
# calibration has met them, death_of_the_last, listed_all_along and bases_slots, written or mended since. The subjects
# of pairs are all by hand until a calibration has met them: what programs share most comes first.
"""

Pair = tuple[ScenarioInfo, str, Target]
"""A scenario, and a fault with its target; for the base the name is ``BASE`` with a number."""
RunTrial = Callable[[Target, ChildTrial, TellOfTrial, Callable[[], bool]], Ending]


def knobs_for(scenario: ScenarioInfo, fault: str) -> dict[str, Setting]:
    """The settings of the trial: they differ from fault to fault, and are the same whenever this is run."""
    return plan.draw_knobs(scenario, crc32(fault.encode()), 0)


def seen_after(
    scenario: ScenarioInfo,
    fault: str,
    target: Target,
    knobs: dict[str, Setting],
    run: RunTrial = run_in_child,
    of_base: frozenset[str] = frozenset(),
) -> float | None:
    """When a trial shows what neither is known nor is ``of_base``, in seconds; None: never."""
    return min(shown(scenario, fault, target, knobs, run, of_base).values(), default=None)


def shown(
    scenario: ScenarioInfo,
    fault: str,
    target: Target,
    knobs: dict[str, Setting],
    run: RunTrial = run_in_child,
    of_base: frozenset[str] = frozenset(),
) -> dict[str, float]:
    """What a trial shows that neither is known nor is ``of_base``, by signature: when, in seconds."""
    issues = known.load()
    planned = plan.PlannedTrial(
        scenario, 0, knobs, f"power:{fault}", plan.threads_of(scenario, knobs, None), SECONDS
    )
    new: dict[str, float] = {}
    began = time.monotonic()

    def hear(event: RecordedEvent) -> None:
        assert event["event"] != "failure", event
        if event["event"] != "finding":
            return
        text = signature(scenario.name, event)
        if text not in of_base and known.find(issues, target, scenario.name, text) is None:
            new.setdefault(text, event["elapsed_s"])

    spec = trial_spec(planned, SECONDS, None, MOST_MEMORY, "off")
    left = run(target, spec, hear, lambda: bool(new) or time.monotonic() - began > LONGEST_S)
    if event := ending.finding(left, 0, scenario.name):
        hear(event | {"elapsed_s": left.wall_s})
    return new


def measure(pairs: Iterable[Pair], record: Path) -> None:
    """Run the pairs that ``record`` lacks, side by side on two cores each; it gets each outcome."""
    done = {(outcome["scenario"], outcome["fault"]) for outcome in recorded(record)}
    waiting: queue.SimpleQueue[Pair] = queue.SimpleQueue()
    for pair in pairs:
        if (pair[0].name, pair[1]) not in done:
            waiting.put(pair)
    outcomes = record.open("a")

    def serve(share: set[int]) -> None:
        os.sched_setaffinity(0, share)
        while True:
            try:
                scenario, fault, target = waiting.get_nowait()
            except queue.Empty:
                return
            knobs = knobs_for(scenario, fault)
            signatures = sorted(shown(scenario, fault, target, knobs))
            line = {"scenario": scenario.name, "fault": fault, "knobs": knobs, "signatures": signatures}
            outcomes.write(json.dumps(line) + "\n")
            outcomes.flush()
            if waiting.qsize() % 50 == 0:
                print(f"{waiting.qsize()} left", file=sys.stderr, flush=True)

    threads = [threading.Thread(target=serve, args=(share,)) for share in shares()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    outcomes.close()


def recorded(record: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in record.read_text().splitlines()] if record.exists() else []


def of_base(outcomes: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """The signatures that the base showed."""
    return frozenset(
        text for outcome in outcomes if outcome["fault"].startswith(BASE) for text in outcome["signatures"]
    )


def seen(outcomes: list[dict[str, Any]]) -> dict[str, set[str]]:
    """The scenarios that saw each fault, by what the base did not show."""
    passed_over = of_base(outcomes)
    found: dict[str, set[str]] = defaultdict(set)
    for outcome in outcomes:
        if not passed_over.issuperset(outcome["signatures"]):
            found[outcome["fault"]].add(outcome["scenario"])
    return found


def shares() -> list[set[int]]:
    """The cores that there are, two by two."""
    mine = sorted(os.sched_getaffinity(0))
    return [set(mine[at : at + CORES]) for at in range(0, max(1, len(mine) - CORES + 1), CORES)]


def powers(seen: dict[str, set[str]]) -> dict[str, float]:
    """The power of each scenario that saw something, by its rank.

    Ranked first is what sees most faults, then what sees most of those that are likely still undetected, and so on.
    """
    left = set().union(*seen.values())
    undetected = dict.fromkeys(seen, 1.0)
    found: dict[str, float] = {}

    def gain(scenario: str) -> float:
        return sum(undetected[fault] for fault, scenarios in seen.items() if scenario in scenarios)

    while left:
        best = max(sorted(left), key=gain)
        left.remove(best)
        found[best] = power_of(len(found))
        for fault, scenarios in seen.items():
            undetected[fault] *= 1 - SHOWS_AGAIN if best in scenarios else 1
    return found


def hits(calibrated: calibration.Calibration, command: str) -> dict[str, set[str]]:
    """The scenarios, or subjects, whose finding ended a run of that command on each fault."""
    found: dict[str, set[str]] = defaultdict(set)
    for run in calibrated.runs:
        if run.hit is not None and run.command == command:
            found[run.build].add(run.hit.scenario)
    return found


def rank(kind: str, seen: dict[str, set[str]]) -> None:
    """Write the table of that kind; what is in it already and is not among ``seen`` comes behind."""
    table = powers(seen)
    for scenario in plan.tables()[kind]:
        if scenario not in table:
            table[scenario] = power_of(len(table))
    write_table(kind, table)
    print(f"{plan.POWER}: {len(table)} scenarios")


def power_of(place: int) -> float:
    return round(max(1.0, STRONGEST * DECAY**place), 1)


def write_table(kind: str, found: dict[str, float]) -> None:
    """Put the powers of scenarios into the table of that kind; the others stay as they are."""
    tables = plan.tables() | {kind: found}
    text = [HEADER]
    for name, table in tables.items():
        text += [f"\n[{name}]\n", *(f'"{scenario}" = {value}\n' for scenario, value in table.items())]
    plan.POWER.write_text("".join(text), encoding="utf-8")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m measure.power")
    parser.add_argument("--source")
    parser.add_argument("--calibration", type=Path, metavar="DIR")
    parser.add_argument("record", nargs="?", type=Path)
    asked = parser.parse_args(arguments)
    try:
        entry = compiled(asked.source)
        base = probe(str(entry.executable()))
        if asked.calibration is not None:
            calibrated = calibration.recorded(asked.calibration)
            if calibrated is None:
                parser.error(f"{asked.calibration} holds no calibration")
            for table, command in ((plan.kind_of_cache(base.version_info), "run"), (plan.SUBJECTS, "pairs")):
                rank(table, hits(calibrated, command))
            return 0
        targets = {
            fault.name: dataclasses.replace(base, executable=str(build_fault(fault, entry)))
            for fault in corpus(branch(base.version))
            if not fault.invisible and fault.command == "run"
        }
    except (NotASource, NotBuilt) as error:
        print(error, file=sys.stderr)
        return 3
    targets |= {f"{BASE} {number}": base for number in range(BASE_TRIALS)}
    scenarios = [
        scenario
        for scenario in describe(base, suite_files()).scenarios
        if plan.why_skipped(scenario, base) is None
    ]
    record: Path = asked.record or RESULTS / f"power-{entry.directory.name}.jsonl"
    record.parent.mkdir(parents=True, exist_ok=True)
    measure(((scenario, name, target) for name, target in targets.items() for scenario in scenarios), record)
    rank(plan.kind_of_cache(base.version_info), seen(recorded(record)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
