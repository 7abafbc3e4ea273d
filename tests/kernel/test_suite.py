"""``python -m harness.kernel``: the suite in one process, with the contract's exit status."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from harness.record.target import Target

ROOT = Path(__file__).resolve().parents[2]


def run(python: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [python, "-m", "harness.kernel", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=120
    )


def test_a_scenario_runs_with_nothing_but_the_kernel(free_threaded: Target) -> None:
    done = run(free_threaded.executable, "type_attributes.read_by_*", "--budget", "10", "--seed", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "not observed" in done.stdout
    assert " 0 samples" not in done.stdout


def test_nothing_selected_is_no_pass() -> None:
    assert run(sys.executable, "no_such_scenario", "--budget", "1").returncode == 3


def test_a_bad_budget_is_told_and_ends_with_2() -> None:
    done = run(sys.executable, "--budget", "soon")
    assert done.returncode == 2
    assert "invalid float value" in done.stderr
