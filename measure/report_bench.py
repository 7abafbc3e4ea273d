"""How long a report takes over a long campaign's journal, and how much memory, in every format.

    python -m measure.report_bench [--events 1000000] [--keep DIR] [FORMAT ...]

Writes a journal with the events of a campaign in their usual proportions: a hundred scenarios with seven amplifiers,
ten progress events a trial, a finding in every twentieth, of forty causes. Then makes each report as ``ftstress
report`` does, in a process of its own, and prints a line each: wall-clock seconds from the process's start to its end,
the processor's seconds, the largest resident size and the size of the report. The line ``(reading)`` takes the
journal's events and does nothing with them: no report can be faster.

Exit status 0, or 1 when a report could not be made.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from harness.campaign import plan
from harness.campaign.history import header
from harness.campaign.options import Options
from harness.campaign.select import ScenarioInfo
from harness.record.events import Event
from harness.record.journal import JOURNAL
from harness.record.target import Target
from harness.report.formats import FORMATS

SCENARIOS = 100
AMPLIFIERS = tuple((f"amplifier_{number}", (0, 1, 30, 300)) for number in range(7))
PROGRESS = 10
"""Progress events of a trial, a fifth of a second apart."""
FINDING_EVERY = 20
"""Trials."""
CAUSES = 40
FLOOR = "(reading)"
READS_ONLY = (
    "import sys\nfrom pathlib import Path\nfrom harness.record.journal import read_journal\n"
    "for event in read_journal(Path(sys.argv[1])):\n    pass\n"
)
TARGET = Target(
    executable="/usr/bin/python3.13t",
    version="3.13.5",
    version_info=(3, 13, 5),
    implementation="CPython",
    free_threaded=True,
    gil_enabled=False,
    debug=False,
    sanitizer=None,
    compiler="GCC 12.2.0",
    commit="",
    configure_args="'--disable-gil'",
    platform="linux-x86_64",
)


def events(number: int) -> Iterator[Event]:
    """At least ``number`` events of one campaign, the last of which is its end."""
    scenarios = [_info(index) for index in range(SCENARIOS)]
    yield header(TARGET, scenarios, Options(budget_s=86400.0, seed=1), plan.STRESS)
    written, trial, now = 2, 0, 0.0
    while written < number:
        trial += 1
        for event in _trial(trial, scenarios[trial % SCENARIOS].name, now):
            yield event
            written += 1
        now += 0.2 * PROGRESS
    yield {"event": "campaign_end", "at_s": round(now, 4), "complete": True, "reason": "budget"}


def _info(index: int) -> ScenarioInfo:
    return ScenarioInfo(
        name=f"suite_{index % 5}.scenario_{index}",
        file=f"/checkout/stress_tests/suite_{index % 5}/part.py",
        line=index + 1,
        class_name=f"Scenario{index}",
        doc="What is stored is what is read.",
        issues=("gh-118362",),
        oracle="order",
        actors={"writer": 1, "reader": 2},
        amplifiers=AMPLIFIERS,
        needs_parallelism=True,
        unavailable=None,
    )


def _trial(trial: int, scenario: str, began: float) -> Iterator[Event]:
    def said(event: str, after: float, **fields: Any) -> Any:
        of_trial = {"trial": trial, "at_s": round(began + after, 4), "scenario": scenario}
        return {"event": event, **fields, **of_trial}

    knobs = {name: values[trial // SCENARIOS % len(values)] for name, values in AMPLIFIERS}
    yield said(
        "trial_start", 0, index=trial, knobs=knobs, seed=f"1:{scenario}:{trial}", threads=3, budget_s=2.0
    )
    yield said("hello", 0.01, pid=trial, version="3.13.5", free_threaded=True, gil_enabled=False)
    for step in range(1, PROGRESS + 1):
        yield said("progress", step * 0.19, elapsed_s=step * 0.19, **_counts(step))
        if step == 3 and trial % FINDING_EVERY == 0:
            yield said("finding", 0.6, **_finding(trial))
    yield said("done", 1.95, reason="budget")
    ending = {"how": "ok", "status": 0, "stdout": "", "stderr": "", "peak_bytes": 22_089_728, "wall_s": 1.95}
    yield said("trial_end", 1.96, index=trial, ending=ending, unwell=None, notice=None)


def _counts(step: int) -> dict[str, int]:
    return {
        "rounds": 10 * step,
        "rounds_hit": 0,
        "samples": 123_456 * step,
        "stores": 3_210 * step,
        "reads": 123_456 * step,
        "live_reads": 120_000 * step,
        "overlap_ns": 180_000_000 * step,
        "span_ns": 190_000_000 * step,
        "histories": 0,
        "unknown_histories": 0,
    }


def _finding(trial: int) -> dict[str, Any]:
    return {
        "kind": "violation",
        "oracle": "order",
        "where": f"read_{trial // FINDING_EVERY % CAUSES}",
        "message": "first read gave x#653, the read after it gave the older x#647",
        "details": {"actor": "reader", "thread": 1, "operation": trial, "history": "│ ┌ read\n" * 100},
        "round": 1,
        "elapsed_s": 0.6,
    }


def write_journal(folder: Path, number: int) -> Path:
    """The journal, in ``folder``."""
    path = folder / JOURNAL
    with path.open("w", encoding="ascii") as file:
        for event in events(number):
            file.write(json.dumps(event, separators=(",", ":")) + "\n")
    return path


def measure(command: Sequence[str]) -> tuple[int, float, float, float]:
    """Exit status, wall-clock and processor's seconds, and the largest resident size in MiB of a process."""
    began = time.perf_counter()
    child = os.posix_spawn(command[0], list(command), os.environ)
    _, status, used = os.wait4(child, 0)
    wall = time.perf_counter() - began
    unit = 1 if sys.platform == "darwin" else 1024
    peak = used.ru_maxrss * unit / 2**20
    return os.waitstatus_to_exitcode(status), wall, used.ru_utime + used.ru_stime, peak


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Seconds and memory of a report over a long journal.")
    parser.add_argument("formats", nargs="*", metavar="FORMAT", help=f"default: {' '.join(FORMATS)}")
    parser.add_argument("--events", type=int, default=1_000_000, metavar="N", help="default: %(default)s")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="where journal and reports stay")
    asked = parser.parse_args(arguments)
    if unknown := set(asked.formats) - set(FORMATS):
        parser.error(f"there is no format {', '.join(sorted(unknown))}: choose from {', '.join(FORMATS)}")
    with tempfile.TemporaryDirectory(prefix="ftstress-") as temporary:
        folder: Path = asked.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        journal = write_journal(folder, asked.events)
        print(f"a journal of {asked.events:,} events, {journal.stat().st_size / 1e6:,.0f} MB")
        print(f"{'format':<14}{'seconds':>9}{'processor':>11}{'peak MiB':>10}{'report kB':>11}", flush=True)
        commands = {FLOOR: [sys.executable, "-c", READS_ONLY, str(folder)]}
        for name in asked.formats or FORMATS:
            report = ["-m", "harness", "report", str(folder), "--format", name]
            commands[name] = [sys.executable, *report, "--output", str(folder / f"report.{name}")]
        return max([_line(name, command, folder) for name, command in commands.items()])


def _line(name: str, command: Sequence[str], folder: Path) -> int:
    status, wall, processor, peak = measure(command)
    made = folder / f"report.{name}"
    size = f"{made.stat().st_size / 1000:,.0f}" if made.exists() else "-"
    print(f"{name:<14}{wall:>9.1f}{processor:>11.1f}{peak:>10.0f}{size:>11}", flush=True)
    return 1 if status else 0


if __name__ == "__main__":
    sys.exit(main())
