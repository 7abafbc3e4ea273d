"""What each value of each amplifier is worth: how soon a fault shows with it, beside the other values.

    python -m measure.ablation [--source WHAT] RECORD > TABLE.md

takes half an hour on two cores, or less. RECORD is what ``measure.power`` measured of the same base, or the directory
of a calibration of it: for each amplifier it says which scenarios that have it see which faults. Some of those pairs
get trials whose settings are all drawn at random, so that each trial tells something of each amplifier. Outcomes are
kept beside RECORD (``RECORD.ablation``, JSON lines); what is there already is not measured again. Within a pair the
times to the first detection of the trials with a value are compared with all others' by rank (the Mann-Whitney test;
what was not seen comes last, all alike), so a pair that is always seen tells something, too.
"""

from __future__ import annotations

import argparse
import dataclasses
import itertools
import json
import math
import os
import queue
import random
import sys
import threading
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from harness.builds.errors import NotASource, NotBuilt
from harness.builds.fault import branch, build_fault, find
from harness.builds.fingerprint import probe
from harness.builds.provision import compiled
from harness.campaign.select import ScenarioInfo, describe
from harness.kernel.amplifiers import Setting
from harness.kernel.suite import suite_files
from harness.record import calibration
from harness.record.calibration import BASE
from harness.record.target import Target
from measure.power import hits, of_base, recorded, seen, seen_after, shares

PAIRS = 10
"""Scenarios and faults for each amplifier: first those whose fault few scenarios see."""
PER_SCENARIO = 3
"""Faults of one scenario among those."""
TRIALS = 24
"""Settings drawn for each pair."""
NEVER = math.inf

Pair = tuple[str, str]
"""A scenario and a fault."""


@dataclass(frozen=True)
class Outcome:
    """One trial."""

    scenario: str
    fault: str
    number: int
    knobs: dict[str, Setting]
    seen_s: float | None
    """When it first showed the fault; None where it did not."""


@dataclass(frozen=True)
class Worth:
    """What a value did in one pair, beside the others: ``score`` says how much sooner than by chance."""

    with_it: tuple[float, ...]
    others: tuple[float, ...]
    score: float
    variance: float

    @property
    def z(self) -> float:
        """Above 2: sooner than the other values; below -2: later."""
        return self.score / math.sqrt(self.variance) if self.variance else 0.0


def chosen(seen: dict[str, set[str]], scenarios: dict[str, ScenarioInfo]) -> list[Pair]:
    """The pairs that are tried: for each amplifier that has a choice, some whose scenario has it and sees the fault."""
    rare_first = sorted(seen, key=lambda fault: (len(seen[fault]), fault))
    taken: dict[Pair, None] = {}
    for amplifier in sorted(
        {name for one in scenarios.values() for name, values in one.amplifiers if len(set(values)) > 1}
    ):
        having = {name for name, one in scenarios.items() if amplifier in dict(one.amplifiers)}
        tried: dict[str, int] = defaultdict(int)
        pairs: list[Pair] = []
        for fault in rare_first:
            for scenario in sorted(seen[fault]):
                if scenario in having and tried[scenario] < PER_SCENARIO:
                    tried[scenario] += 1
                    pairs.append((scenario, fault))
        taken |= dict.fromkeys(pairs[:PAIRS])
    return list(taken)


def measure(
    pairs: list[Pair],
    scenarios: dict[str, ScenarioInfo],
    targets: dict[str, Target],
    passed_over: frozenset[str],
    record: Path,
) -> list[Outcome]:
    """All trials of the pairs, side by side on two cores each; ``record`` gets each outcome. ``targets`` by fault."""
    outcomes = (
        [Outcome(**json.loads(line)) for line in record.read_text().splitlines()] if record.exists() else []
    )
    done = {(one.scenario, one.fault, one.number) for one in outcomes}
    waiting: queue.SimpleQueue[tuple[str, str, int]] = queue.SimpleQueue()
    for number, (scenario, fault) in itertools.product(range(TRIALS), pairs):
        if (scenario, fault, number) not in done:
            waiting.put((scenario, fault, number))
    kept = record.open("a")

    def serve(share: set[int]) -> None:
        os.sched_setaffinity(0, share)
        while True:
            try:
                name, fault, number = waiting.get_nowait()
            except queue.Empty:
                return
            draw = random.Random(f"{name}:{fault}:{number}")
            knobs = {
                amplifier: draw.choice(sorted(set(values)))
                for amplifier, values in scenarios[name].amplifiers
            }
            after = seen_after(scenarios[name], fault, targets[fault], knobs, of_base=passed_over)
            outcomes.append(Outcome(name, fault, number, knobs, after))
            kept.write(json.dumps(dataclasses.asdict(outcomes[-1])) + "\n")
            kept.flush()
            print(f"{waiting.qsize()} left", file=sys.stderr, flush=True)

    threads = [threading.Thread(target=serve, args=(share,)) for share in shares()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept.close()
    return outcomes


def worth(with_it: list[float], others: list[float]) -> Worth:
    """The Mann-Whitney test of one pair, with its correction for ties (Hollander, Wolfe: Nonparametric statistics)."""
    both = [*with_it, *others]
    n, m, total = len(with_it), len(others), len(both)
    score = sum((one < other) - (one > other) for one in with_it for other in others) / 2
    ties = sum(both.count(value) ** 3 - both.count(value) for value in set(both))
    variance = n * m / 12 * (total + 1 - ties / (total * (total - 1))) if n and m else 0.0
    return Worth(tuple(with_it), tuple(others), score, variance)


def by_value(outcomes: list[Outcome]) -> dict[tuple[str, Setting], dict[Pair, Worth]]:
    """What each value of each amplifier did in each pair that has both it and other values."""
    times: dict[tuple[str, Setting], dict[Pair, tuple[list[float], list[float]]]] = {}
    values: dict[str, set[Setting]] = defaultdict(set)
    for one in outcomes:
        for name, value in one.knobs.items():
            values[name].add(value)
    for one in outcomes:
        for name, drawn in one.knobs.items():
            for value in values[name]:
                sides = times.setdefault((name, value), {}).setdefault((one.scenario, one.fault), ([], []))
                sides[drawn != value].append(NEVER if one.seen_s is None else one.seen_s)
    found = {
        key: {pair: worth(*sides) for pair, sides in pairs.items() if all(sides)}
        for key, pairs in times.items()
    }
    return {key: pairs for key, pairs in found.items() if pairs}


def table(outcomes: list[Outcome]) -> Iterator[str]:
    """Lines of markdown."""
    yield (
        "| amplifier | value | pairs | trials | seen with it | with others | z "
        "| best pair | its z | median with it | with others |"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|---|"
    for (amplifier, value), pairs in sorted(by_value(outcomes).items()):
        with_it = [time for pair in pairs.values() for time in pair.with_it]
        others = [time for pair in pairs.values() for time in pair.others]
        variance = sum(pair.variance for pair in pairs.values())
        z = sum(pair.score for pair in pairs.values()) / math.sqrt(variance) if variance else 0.0
        (scenario, fault), best = max(pairs.items(), key=lambda item: item[1].z)
        seen = f"{len(with_it)} | {_share(with_it)} | {_share(others)} | {z:+.1f}"
        of_best = f"{best.z:+.1f} | {_median(best.with_it)} | {_median(best.others)}"
        pair = f"{scenario.rpartition('.')[2]} on {fault}"
        yield f"| {amplifier} | {value} | {len(pairs)} | {seen} | {pair} | {of_best} |"


def _share(times: list[float]) -> str:
    return f"{sum(time != NEVER for time in times) / len(times):.0%}"


def _median(times: tuple[float, ...]) -> str:
    middle = median(times)
    return "not seen" if middle == NEVER else f"{middle:.2f} s"


def told(record: Path) -> tuple[dict[str, set[str]], frozenset[str]]:
    """What a record of ``measure.power``, or a calibration, says: which scenarios see each fault, and the signatures
    that the base showed. Nothing where it is neither.
    """
    if not record.is_dir():
        outcomes = recorded(record)
        return seen(outcomes), of_base(outcomes)
    calibrated = calibration.recorded(record)
    if calibrated is None:
        return {}, frozenset()
    shown = (text for run in calibrated.runs if run.build == BASE for text in run.signatures)
    return hits(calibrated, "run"), frozenset(shown)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m measure.ablation")
    parser.add_argument("--source")
    parser.add_argument("record", type=Path)
    asked = parser.parse_args(arguments)
    known_to_see, passed_over = told(asked.record)
    if not known_to_see:
        print(
            f"{asked.record} is neither what python -m measure.power wrote nor a calibration: give one of them",
            file=sys.stderr,
        )
        return 2
    try:
        entry = compiled(asked.source)
        base = probe(str(entry.executable()))
        scenarios = {one.name: one for one in describe(base, suite_files()).scenarios}
        pairs = chosen(known_to_see, scenarios)
        targets = {
            fault: dataclasses.replace(
                base, executable=str(build_fault(find(fault, branch(base.version)), entry))
            )
            for fault in sorted({fault for _, fault in pairs})
        }
    except (NotASource, NotBuilt) as error:
        print(error, file=sys.stderr)
        return 3
    kept = asked.record.with_name(f"{asked.record.name}.ablation")
    for line in table(measure(pairs, scenarios, targets, passed_over, kept)):
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
