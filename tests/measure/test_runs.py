"""Runs of the whole suite, side by side: what is counted, and what is not run twice."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from harness.record.target import Target
from measure.runs import Run, first_seen, main, make, read, table


def result(findings: list[dict[str, Any]], **changed: Any) -> dict[str, Any]:
    totals = {"trials": 1, "rounds": 10, "samples": 1000, "findings": len(findings)}
    scenarios = [{"stores": 5}, {"stores": 7}]
    return {
        "complete": True,
        "exit_status": 1,
        "totals": totals,
        "scenarios": scenarios,
        "findings": findings,
    } | changed


def finding(known: str | None, signature: str, at_s: float) -> dict[str, Any]:
    return {"known": known, "signature": signature, "first_seen_s": at_s}


def test_an_issue_with_several_faces_is_seen_when_the_first_of_them_is() -> None:
    seen = first_seen(
        [finding("gh-1", "a", 9.0), finding("gh-1", "b", 3.0), finding(None, "crash | process", 5.0)]
    )
    assert seen == {"gh-1": 3.0, "new: crash | process": 5.0}


def test_a_cell_tells_how_many_runs_saw_it_and_the_median_time() -> None:
    runs = [
        Run("3.14.7", 1, 1, 10, 1000, 12, {"gh-1": 2.0, "new: crash | process": 1.0}),
        Run("3.14.7", 2, 0, 20, 3000, 12, {"gh-1": 4.0}),
        Run("3.15.0", 1, 0, 5, 50, 1, {}),
    ]
    lines = table(runs).splitlines()
    assert lines[0] == "|  | 3.14.7 | 3.15.0 |"
    assert lines[2] == "| gh-1 | 2 of 2, 3.0 s | - |"
    assert lines[3] == "| new: crash \\| process | 1 of 2, 1.0 s | - |"
    assert lines[4:] == [
        "| runs | 2, exit 0, 1 | 1, exit 0 |",
        "| rounds | 30 | 5 |",
        "| samples | 4,000 | 50 |",
        "| stores | 24 | 1 |",
    ]


def test_a_run_that_is_there_is_not_made_again(tmp_path: Path) -> None:
    (tmp_path / "result.json").write_text(json.dumps(result([finding("gh-1", "a", 9.0)])))
    run = make("/nowhere/python", "3.14.7", 1, 60.0, tmp_path)
    assert (run.exit_status, run.rounds, run.samples, run.stores) == (1, 10, 1000, 12)
    assert run.first_seen_s == {"gh-1": 9.0}


def test_a_run_that_was_cut_short_is_none(tmp_path: Path) -> None:
    (tmp_path / "result.json").write_text(json.dumps(result([], complete=False)))
    assert read(tmp_path, "3.14.7", 1) is None


def test_a_run_that_was_ended_when_it_had_shown_what_was_wanted_counts(tmp_path: Path) -> None:
    shown = result([finding("gh-1", "a", 9.0)], complete=False, exit_status=130)
    (tmp_path / "result.json").write_text(json.dumps(shown))
    run = read(tmp_path, "3.14.7", 1, until="gh-1")
    assert run is not None and run.first_seen_s == {"gh-1": 9.0}
    assert read(tmp_path, "3.14.7", 1, until="gh-2") is None


def test_a_run_that_fails_is_told_with_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"ended with 3: .*does not exist"):
        make(str(tmp_path / "python"), "3.14.7", 1, 1.0, tmp_path / "out")


def test_what_is_no_target_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--target", str(tmp_path / "python")]) == 3
    assert "does not exist" in capsys.readouterr().err


IN_THE_BACKGROUND = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)
os.execv(sys.executable, sys.argv[1:])
"""


def test_a_run_ends_when_it_has_shown_what_is_wanted_in_a_shell_s_background_too(
    free_threaded: Target, tmp_path: Path
) -> None:
    told = ["--target", free_threaded.executable, "--repeat", "1", "--until", "-", "--out", str(tmp_path)]
    command = [sys.executable, "-c", IN_THE_BACKGROUND, sys.executable, "-m", "measure.runs", *told]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=200)
    assert done.returncode == 0, done.stderr
    (written,) = tmp_path.glob("*/1/result.json")
    assert not json.loads(written.read_text(encoding="utf-8"))["complete"]
