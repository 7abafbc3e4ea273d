"""What runs of the whole suite see, with no pattern given: which findings, in how many runs, how soon, on each target.

    python -m measure.runs --target PY [--target PY ...] [--repeat 20] [--limit 60s] [--until FINDING] [--out DIR]

makes ``--repeat`` runs of ``ftstress run --budget LIMIT`` with seeds 1, 2 and so on, one after the other, and prints a
Markdown table: a row a known issue or a new signature, a column a target, in each cell how many of the runs saw it, and
the median time until it first showed. With ``--until``, a known issue's id or a part of a signature, a run ends as soon
as it shows that: it then tells how often and how soon that is found, and nothing else. What DIR holds already (a folder
a target, one in it a seed) is not run again.

Exit status 0; 1 where a run ended with none of the statuses 0, 1 and 3; 3 where a target is none.
"""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from harness.builds.find import NoTarget, resolve
from harness.builds.fingerprint import NotATarget
from harness.cli.arguments import budget, count
from harness.cli.outdir import RESULTS
from harness.report.numbers import counted, duration

TELLING = (0, 1, 3, 130)
"""Exit statuses of a run that came to its end, or was ended when it had shown what was wanted."""
LOOK_S = 0.5


@dataclass(frozen=True)
class Run:
    """One run of the suite."""

    target: str
    seed: int
    exit_status: int
    rounds: int
    samples: int
    stores: int
    first_seen_s: Mapping[str, float]
    """By known issue, or by ``new: SIGNATURE``."""


def read(folder: Path, target: str, seed: int, until: str | None = None) -> Run | None:
    """The run that ``folder`` holds; None where it was not run to its end, and has not shown ``until``."""
    try:
        result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    seen = first_seen(result["findings"])
    if not result["complete"] and not (until and any(until in name for name in seen)):
        return None
    return Run(
        target,
        seed,
        result["exit_status"],
        result["totals"]["rounds"],
        result["totals"]["samples"],
        sum(scenario["stores"] for scenario in result["scenarios"]),
        seen,
    )


def first_seen(findings: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """When each known issue, or each new signature, first showed, in seconds."""
    found: dict[str, float] = {}
    for one in findings:
        name = one["known"] or f"new: {one['signature']}"
        found[name] = min(one["first_seen_s"], found.get(name, one["first_seen_s"]))
    return found


def table(runs: Sequence[Run]) -> str:
    """The findings by target, those that are seen most first; last what the runs of a target looked at."""
    by_target: dict[str, list[Run]] = defaultdict(list)
    for run in runs:
        by_target[run.target].append(run)
    seen = {name: sum(name in run.first_seen_s for run in runs) for run in runs for name in run.first_seen_s}
    rows = [
        [name, *(_cell(name, some) for some in by_target.values())]
        for name in sorted(seen, key=lambda name: (-seen[name], name))
    ]
    rows.append(
        ["runs", *(f"{len(some)}, exit {_statuses(some)}" for some in by_target.values())],
    )
    rows += [
        [total, *(f"{sum(getattr(run, total) for run in some):,}" for some in by_target.values())]
        for total in ("rounds", "samples", "stores")
    ]
    head = ["", *by_target]
    return "\n".join(_line(row) for row in [head, ["---"] * len(head), *rows]) + "\n"


def _cell(name: str, runs: Sequence[Run]) -> str:
    times = [run.first_seen_s[name] for run in runs if name in run.first_seen_s]
    return f"{len(times)} of {len(runs)}, {duration(median(times))}" if times else "-"


def _statuses(runs: Sequence[Run]) -> str:
    return ", ".join(str(status) for status in sorted({run.exit_status for run in runs}))


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def make(executable: str, title: str, seed: int, limit_s: float, out: Path, until: str | None = None) -> Run:
    """Run the suite once, to its end or until it shows ``until``, unless ``out`` holds that run.

    Raises RuntimeError, with its last words, where it failed.
    """
    kept = read(out, title, seed, until)
    if kept is not None:
        return kept
    going_on = ["--resume"] if (out / "journal.jsonl").exists() else []
    command = [sys.executable, "-m", "harness", "run", "--target", executable, "--budget", f"{limit_s:g}s"]
    said = out.with_suffix(".txt")
    said.parent.mkdir(parents=True, exist_ok=True)
    with (
        said.open("w+", encoding="utf-8") as err,
        subprocess.Popen(
            [*command, "--seed", str(seed), "--out", str(out), *going_on],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=err,
        ) as process,
    ):
        while process.poll() is None:
            time.sleep(LOOK_S)
            if until and read(out, title, seed, until) and process.poll() is None:
                process.send_signal(signal.SIGINT)
                process.wait()
    run = read(out, title, seed, until)
    if run is None or run.exit_status not in TELLING:
        last = (said.read_text(encoding="utf-8").strip().splitlines() or ["it said nothing"])[-1]
        raise RuntimeError(f"the run with seed {seed} on {title} ended with {process.returncode}: {last}")
    return run


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m measure.runs", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--target", action="append", required=True, metavar="PY")
    parser.add_argument("--repeat", type=count, default=20, metavar="N", help="runs a target (default: 20)")
    parser.add_argument("--limit", type=budget, default=60.0, metavar="TIME", help="of each (default: 60s)")
    parser.add_argument(
        "--until", metavar="FINDING", help="end a run when it shows this: a known issue, a signature"
    )
    parser.add_argument("--out", type=Path, default=RESULTS / "runs", metavar="DIR")
    options = parser.parse_args(arguments)
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # a shell's background job
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        targets = [resolve(spec) for spec in options.target]
    except (NoTarget, NotATarget) as error:
        print(error, file=sys.stderr)
        return 3
    runs: list[Run] = []
    for seed in range(1, options.repeat + 1):
        for target in targets:
            name = f"{target.version} {target.commit}".strip()
            began = time.monotonic()
            try:
                run = make(
                    target.executable,
                    name,
                    seed,
                    options.limit,
                    options.out / name.replace(" ", "-") / str(seed),
                    options.until,
                )
            except RuntimeError as error:
                print(error, file=sys.stderr)
                return 1
            runs.append(run)
            print(
                f"{len(runs)} of {options.repeat * len(targets)}: seed {seed} on {name}, exit {run.exit_status},"
                f" {counted(len(run.first_seen_s), 'finding')}, {duration(time.monotonic() - began)}",
                file=sys.stderr,
                flush=True,
            )
    print(table(runs), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
