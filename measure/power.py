"""Measures what each scenario sees: one short trial of each on each seeded fault. Writes harness/campaign/power.toml.

    python -m measure.power [RECORD]

takes about an hour on two cores. What RECORD holds already (JSON lines; default: ftstress-results/power.jsonl) is not
measured again. A fault that many scenarios see is worth little to each of them, one that a single scenario sees is
worth much to that one: a campaign begins with those that between them see most, soonest.
"""

from __future__ import annotations

import dataclasses
import json
import os
import queue
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from zlib import crc32

from harness.builds.errors import NotASource, NotBuilt
from harness.builds.fault import build_fault, corpus
from harness.builds.fingerprint import probe
from harness.builds.provision import compiled
from harness.campaign import plan
from harness.campaign.options import MOST_MEMORY
from harness.campaign.select import ScenarioInfo, describe, suite_files
from harness.campaign.trial import run_in_child, trial_spec
from harness.campaign.watch import Tell
from harness.cli.outdir import RESULTS
from harness.diagnosis import ending
from harness.diagnosis.ending import Ending
from harness.kernel import known
from harness.kernel.amplifiers import Setting
from harness.kernel.signature import signature
from harness.record.target import Target

SECONDS = 0.5
"""Of a trial: what a scenario gets in a campaign of two minutes."""
LONGEST_S = 20.0
"""Of a child, start and a hang included."""
CORES = 2
STRONGEST = 1000.0
"""The power of what is ranked first; 1 is what a scenario has that saw nothing."""
DECAY = 0.85
"""From one rank to the next."""
SHOWS_AGAIN = 0.7
"""How likely a scenario that saw a fault in one trial sees it in another."""
HEADER = """\
# What each scenario is worth to a campaign that looks for something new: see measure/power.py, which writes this file.
# 1 is what a scenario has that is not listed.

[power]
"""

Pair = tuple[ScenarioInfo, str, Target]
RunTrial = Callable[[Target, dict[str, Any], Tell, Callable[[], bool]], Ending]


def knobs_for(scenario: ScenarioInfo, fault: str) -> dict[str, Setting]:
    """The settings of the trial: they differ from fault to fault, and are the same whenever this is run."""
    return plan.draw_knobs(scenario, crc32(fault.encode()), 0)


def seen_after(
    scenario: ScenarioInfo,
    fault: str,
    target: Target,
    knobs: dict[str, Setting],
    run: RunTrial = run_in_child,
) -> float | None:
    """When a trial of ``scenario`` on ``target`` shows what is not known of the base, in seconds; None: never."""
    issues = known.load()
    planned = plan.PlannedTrial(
        scenario, 0, knobs, f"power:{fault}", plan.threads_of(scenario, knobs, None), SECONDS
    )
    new: list[float] = []
    began = time.monotonic()

    def hear(event: dict[str, Any]) -> None:
        if event["event"] != "finding":
            return
        if known.find(issues, target, scenario.name, signature(scenario.name, event)) is None:
            new.append(event["elapsed_s"])

    spec = trial_spec(planned, SECONDS, None, MOST_MEMORY, "off")
    left = run(target, spec, hear, lambda: bool(new) or time.monotonic() - began > LONGEST_S)
    if event := ending.finding(left, 0, scenario.name):
        hear(event | {"elapsed_s": left.wall_s})
    return min(new, default=None)


def measure(pairs: list[Pair], record: Path) -> dict[str, set[str]]:
    """The scenarios that see each fault, measured side by side on two cores each; ``record`` gets each outcome."""
    waiting: queue.SimpleQueue[Pair] = queue.SimpleQueue()
    known_before = set()
    seen: dict[str, set[str]] = defaultdict(set)
    for line in record.read_text().splitlines() if record.exists() else []:
        before = json.loads(line)
        known_before.add((before["scenario"], before["fault"]))
        if before["seen"]:
            seen[before["fault"]].add(before["scenario"])
    left = [pair for pair in pairs if (pair[0].name, pair[1]) not in known_before]
    for pair in left:
        waiting.put(pair)
    outcomes = record.open("a")
    done: list[None] = []

    def serve(share: set[int]) -> None:
        os.sched_setaffinity(0, share)
        while True:
            try:
                scenario, fault, target = waiting.get_nowait()
            except queue.Empty:
                return
            knobs = knobs_for(scenario, fault)
            saw = seen_after(scenario, fault, target, knobs) is not None
            if saw:
                seen[fault].add(scenario.name)
            line = {"scenario": scenario.name, "fault": fault, "knobs": knobs, "seen": saw}
            outcomes.write(json.dumps(line) + "\n")
            outcomes.flush()
            done.append(None)
            if len(done) % 50 == 0:
                print(f"{len(done)} of {len(left)}", file=sys.stderr, flush=True)

    threads = [threading.Thread(target=serve, args=(share,)) for share in shares()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    outcomes.close()
    return seen


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
        found[best] = round(max(1.0, STRONGEST * DECAY ** len(found)), 1)
        for fault, scenarios in seen.items():
            undetected[fault] *= 1 - SHOWS_AGAIN if best in scenarios else 1
    return found


def _pairs() -> Iterator[Pair]:
    base = probe(str(compiled().executable()))
    scenarios = [
        scenario
        for scenario in describe(base, suite_files()).scenarios
        if plan.why_skipped(scenario, base) is None
    ]
    for fault in corpus():
        if not fault.invisible:
            target = dataclasses.replace(base, executable=str(build_fault(fault)))
            yield from ((scenario, fault.name, target) for scenario in scenarios)


def main(arguments: list[str]) -> int:
    try:
        pairs = list(_pairs())
    except (NotASource, NotBuilt) as error:
        print(error, file=sys.stderr)
        return 3
    record = Path(arguments[0] if arguments else RESULTS / "power.jsonl")
    record.parent.mkdir(parents=True, exist_ok=True)
    found = powers(measure(pairs, record))
    lines = [f'"{name}" = {value}\n' for name, value in found.items()]
    plan.POWER.write_text(HEADER + "".join(lines), encoding="utf-8")
    print(f"{plan.POWER}: {len(found)} scenarios that saw something")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
