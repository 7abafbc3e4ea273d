"""The suite in one process: no child, no pipe, no manager. For platforms with threads but no processes (iOS).

A crash or a hang takes the process with it, and nothing is known here about known issues: a desk with processes is
better served by ``ftstress run``.
"""

from __future__ import annotations

import fnmatch
import random
import time
from pathlib import Path
from typing import Any

from harness.kernel.loader import describe_file
from harness.kernel.scenario import ScenarioError
from harness.kernel.trial import gil_enabled, run_trial

EXERCISED, FOUND, MISUSED, NOTHING = 0, 1, 2, 3


def suite_files() -> list[Path]:
    """The scenario files that ship beside the harness."""
    folder = Path(__file__).resolve().parent.parent.parent / "stress_tests"
    return [path for path in sorted(folder.glob("*/*.py")) if not path.name.startswith("_")]


def selects(pattern: str, name: str) -> bool:
    """Whether a PATTERN of the contract selects a dotted name."""
    if any(character in pattern for character in "*?["):
        return fnmatch.fnmatchcase(name, pattern)
    return pattern in name


def run_suite(patterns: list[str], budget_s: float, seed: int) -> int:
    """Run every selected scenario once, a line each on stdout, and return the exit status."""
    try:
        described = [entry for path in suite_files() for entry in describe_file(str(path))]
    except ScenarioError as error:
        print(f"ftstress: {error}")
        return MISUSED
    chosen = [s for s in described if not patterns or any(selects(p, s["name"]) for p in patterns)]
    runnable = [s for s in chosen if _why_not(s) is None]
    print(f"seed {seed}, {len(chosen)} scenarios, GIL {'on' if gil_enabled() else 'off'}, in this process")
    found = samples = 0
    deadline = time.monotonic() + budget_s
    for scenario in chosen:
        reason = _why_not(scenario)
        if reason is not None:
            print(f"{scenario['name']:<50} skipped: {reason}", flush=True)
            continue
        left = max(0.05, deadline - time.monotonic()) / max(1, len(runnable))
        runnable = runnable[1:]
        events = _trial(scenario, left, seed)
        final = next((e for e in reversed(events) if e["event"] == "progress"), {"rounds": 0, "samples": 0})
        findings = [e for e in events if e["event"] == "finding"]
        found += len(findings)
        samples += final["samples"]
        verdict = "; ".join(e["message"] for e in findings) or "not observed"
        done = f"{final['rounds']:>7} rounds {final['samples']:>11} samples"
        print(f"{scenario['name']:<50} {done}  {verdict}", flush=True)
        if any(e["event"] == "done" and e["reason"] == "stuck" for e in events):
            print("actors hang in this process: it stops here")
            break
    return FOUND if found else EXERCISED if samples else NOTHING


def _why_not(scenario: dict[str, Any]) -> str | None:
    if scenario["unavailable"]:
        return str(scenario["unavailable"])
    if gil_enabled() and scenario["needs_parallelism"]:
        return "needs threads that run in parallel, and the GIL is on"
    return None


def _trial(scenario: dict[str, Any], budget_s: float, seed: int) -> list[dict[str, Any]]:
    draw = random.Random(f"{seed}:{scenario['name']}")
    knobs = {amplifier["name"]: draw.choice(amplifier["values"]) for amplifier in scenario["amplifiers"]}
    events: list[dict[str, Any]] = []
    spec = {"file": scenario["file"], "scenario": scenario["name"], "knobs": knobs, "budget_s": budget_s}
    run_trial(spec, events.append)
    return events
