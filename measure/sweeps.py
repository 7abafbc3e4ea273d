"""What one preemption shows of the seeded faults: each is swept until something is found. Prints a table of markdown.

    python -m measure.sweeps RECORD [FAULT ...] [--source WHAT] [--repeat N] [--budget SECONDS]

RECORD (JSON lines) gets each run as it ends; what is there already is not run again. The table is made of all of it.
WHAT is what ``ftstress build`` takes, of one branch for a record. It is swept itself first: what shows there is not
counted as seen of a fault.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from harness.builds.fault import DoesNotApply, branch, build_fault, corpus
from harness.builds.fingerprint import probe
from harness.builds.provision import compiled

BUDGET_S = 60
BASE = "(base)"


def sweep(fault: str, executable: str, seed: int, budget_s: int, of_base: set[str]) -> dict[str, Any]:
    """One run of ``ftstress sweep -x``: a line of the record. ``of_base``: signatures of what the base shows."""
    with tempfile.TemporaryDirectory(prefix="ftstress-sweeps-") as folder:
        out = Path(folder) / "out"
        asked = ["sweep", "-x", "--target", executable, "--budget", f"{budget_s}s", "--seed", str(seed)]
        command = [sys.executable, "-m", "harness", *asked, "--out", str(out)]
        done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        line: dict[str, Any] = {"fault": fault, "seed": seed, "exit_status": done.returncode}
        if done.returncode not in (0, 1):
            return line | {"said": done.stderr[-300:]}
        result = json.loads((out / "result.json").read_text())
        line |= {"elapsed_s": result["elapsed_s"], "stops": result["totals"]["rounds"]}
        for found in result["findings"]:
            if found["known"] is None and found["signature"] not in of_base:
                details = found["details"]["sweep"]
                places = details.get("point", {}).get("places", ["while nothing was stopped"])
                return line | {
                    "signature": found["signature"],
                    "seen_s": found["first_seen_s"],
                    "scenario": found["scenario"],
                    "kind": found["kind"],
                    "oracle": found["oracle"],
                    "replayed": details["replayed"],
                    "places": places,
                }
    return line


def table(lines: list[dict[str, Any]]) -> Iterator[str]:
    """A row a fault."""
    by_fault: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in lines:
        by_fault[line["fault"]].append(line)
    yield "| fault | found | median | worst | where A was stopped | shown again |"
    yield "|---|---|---|---|---|---|"
    for fault, runs in sorted(by_fault.items()):
        seen = [run for run in runs if "seen_s" in run]
        if not seen:
            stops = sum(run.get("stops", 0) for run in runs)
            yield f"| {fault} | 0 of {len(runs)} | - | - | not in {stops:,} stops | - |"
            continue
        times = [run["seen_s"] for run in seen]
        first = seen[0]
        where = f"{first['places'][0]}, in {first['scenario'].rpartition('.')[2]}"
        yield (
            f"| {fault} | {len(seen)} of {len(runs)} | {median(times):.1f} s | {max(times):.1f} s "
            f"| {where} | {first['replayed']} |"
        )


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m measure.sweeps", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("record", type=Path)
    parser.add_argument("faults", nargs="*")
    parser.add_argument("--source")
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--budget", type=int, default=BUDGET_S)
    asked = parser.parse_args(arguments)
    base = compiled(asked.source)
    executable = base.executable()
    assert executable is not None
    known = {fault.name: fault for fault in corpus(branch(probe(executable).version))}
    names = asked.faults or [
        name for name, fault in known.items() if not fault.invisible and fault.command == "run"
    ]
    if missing := [name for name in names if name not in known]:
        parser.error(f"there is no fault named {missing[0]}")
    lines = (
        [json.loads(line) for line in asked.record.read_text().splitlines()] if asked.record.exists() else []
    )
    done = {(line["fault"], line["seed"]) for line in lines}
    for seed, name in [(0, BASE), *((seed, name) for seed in range(1, asked.repeat + 1) for name in names)]:
        if (name, seed) in done:
            continue
        try:
            target = executable if name == BASE else build_fault(known[name], base)
        except DoesNotApply as error:
            print(error, file=sys.stderr)
            continue
        of_base = {line["signature"] for line in lines if line["fault"] == BASE and "signature" in line}
        lines.append(sweep(name, str(target), seed, asked.budget, of_base))
        with asked.record.open("a") as record:
            record.write(json.dumps(lines[-1]) + "\n")
        print(json.dumps(lines[-1]), file=sys.stderr, flush=True)
    for row in table(lines):
        print(row)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
