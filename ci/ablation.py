"""What each value of each amplifier is worth: the same trials with it and without it.

    python -m ci.ablation [RECORD] > TABLE.md

takes about half an hour on two cores. RECORD is what ``ci.power`` measured (default: ftstress-results/power.jsonl): for
each amplifier it says which scenarios that have it see which faults. Of those pairs some are tried again, with settings
drawn at random, once with each of the amplifier's values and everything else the same. The first value is "without".
"""

from __future__ import annotations

import dataclasses
import json
import math
import os
import queue
import random
import sys
import threading
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from ci.power import sees, shares
from harness.builds.faults import build_fault, find
from harness.builds.fingerprint import probe
from harness.builds.provision import compiled
from harness.campaign.select import ScenarioInfo, describe, suite_files
from harness.cli.outdir import RESULTS
from harness.record.target import Target

PAIRS = 6
"""Scenarios and faults for each amplifier: first those whose fault few scenarios see."""
TURNS = 6
"""Settings drawn for each pair."""

Key = tuple[str, int]
"""An amplifier and one of its values."""


def chosen(record: Path, scenarios: dict[str, ScenarioInfo]) -> Iterator[tuple[str, ScenarioInfo, str]]:
    """Amplifier, scenario and fault of what is tried again."""
    seen: dict[str, list[str]] = defaultdict(list)
    for line in record.read_text().splitlines():
        outcome = json.loads(line)
        if outcome["seen"] and outcome["scenario"] in scenarios:
            seen[outcome["fault"]].append(outcome["scenario"])
    rare_first = sorted(seen, key=lambda fault: (len(seen[fault]), fault))
    values = {name: set(choices) for one in scenarios.values() for name, choices in one.amplifiers}
    for amplifier in sorted(name for name, choices in values.items() if len(choices) > 1):
        pairs = [
            (scenarios[name], fault)
            for fault in rare_first
            for name in seen[fault]
            if any(amplifier == other for other, _ in scenarios[name].amplifiers)
        ]
        yield from ((amplifier, scenario, fault) for scenario, fault in pairs[:PAIRS])


def measure(todo: list[tuple[str, ScenarioInfo, str]], base: Target) -> dict[Key, list[tuple[bool, bool]]]:
    """For each value: in each trial, whether it was seen with the value, and without the amplifier."""
    targets = {
        fault: dataclasses.replace(base, executable=str(build_fault(find(fault))))
        for fault in sorted({fault for _, _, fault in todo})
    }
    waiting: queue.SimpleQueue[tuple[str, ScenarioInfo, str, int]] = queue.SimpleQueue()
    for turn in range(TURNS):
        for amplifier, scenario, fault in todo:
            waiting.put((amplifier, scenario, fault, turn))
    results: dict[Key, list[tuple[bool, bool]]] = defaultdict(list)

    def serve(share: set[int]) -> None:
        os.sched_setaffinity(0, share)
        while True:
            try:
                amplifier, scenario, fault, turn = waiting.get_nowait()
            except queue.Empty:
                return
            draw = random.Random(f"{amplifier}:{scenario.name}:{fault}:{turn}")
            settings = {name: draw.choice(values) for name, values in scenario.amplifiers}
            values = list(dict.fromkeys(dict(scenario.amplifiers)[amplifier]))
            saw = [sees(scenario, fault, targets[fault], settings | {amplifier: value}) for value in values]
            for value, with_it in zip(values, saw, strict=True):
                results[amplifier, value].append((with_it, saw[0]))
            print(f"{waiting.qsize()} left", file=sys.stderr, flush=True)

    threads = [threading.Thread(target=serve, args=(share,)) for share in shares()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def chance(gained: int, lost: int) -> float:
    """How likely a fair coin gives at least ``gained`` heads in ``gained + lost`` throws (McNemar's exact test)."""
    throws = gained + lost
    return sum(math.comb(throws, heads) for heads in range(gained, throws + 1)) / float(2**throws)


def table(results: dict[Key, list[tuple[bool, bool]]]) -> Iterator[str]:
    """Lines of markdown."""
    yield "| amplifier | value | trials | saw the fault with it | without | by chance |"
    yield "|---|---|---|---|---|---|"
    for (amplifier, value), pairs in sorted(results.items()):
        with_it, without = (sum(side) for side in zip(*pairs, strict=True))
        gained = sum(one and not other for one, other in pairs)
        lost = sum(other and not one for one, other in pairs)
        luck = f"{chance(gained, lost):.2f}" if gained + lost else "-"
        yield f"| {amplifier} | {value} | {len(pairs)} | {with_it} | {without} | {luck} |"


def main(arguments: list[str]) -> int:
    base = probe(str(compiled().executable()))
    scenarios = {one.name: one for one in describe(base, suite_files()).scenarios}
    todo = list(chosen(Path(arguments[0] if arguments else RESULTS / "power.jsonl"), scenarios))
    for line in table(measure(todo, base)):
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
