"""``python -m harness.kernel``: the suite in one process, with the contract's exit status."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from harness.campaign.grade import grade
from harness.kernel import known
from harness.record.journal import read_journal
from harness.record.target import Target
from tests.campaign.fakes import PATIENCE_S, wait_for

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
    assert done.stderr.count("\n") == 1 and "give 30s, 2m or 1h" in done.stderr


def test_what_is_known_does_not_count_unless_strict(free_threaded: Target) -> None:
    asked = ("-X", "gil=0", "-m", "harness.kernel", "key_looks", "--budget", "2s", "--seed", "1")
    for strict, status in (((), 0), (("--strict",), 1)):
        done = subprocess.run(
            [free_threaded.executable, *asked, *strict], cwd=ROOT, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == status, done.stdout + done.stderr
        assert "known (ftstress-0005) violation" in done.stdout


def test_what_may_end_the_process_is_left_out_and_said_so(free_threaded: Target) -> None:
    here = [issue for issue in known.load() if issue.written and issue.applies_to(free_threaded)]
    ends = next(issue for issue in here if issue.written[0].startswith(("crash", "hang")))
    done = run(free_threaded.executable, ends.written[0].split(" | ")[2], "--budget", "2", "--seed", "1")
    assert done.returncode == 3, done.stdout
    assert f"skipped: it may end this process: {ends.id} is known to " in done.stdout


def test_a_target_made_to_run_without_its_gil_that_has_it_on_is_no_pass(free_threaded: Target) -> None:
    done = subprocess.run(
        [free_threaded.executable, "-X", "gil=1", "-m", "harness.kernel", "key_raises", "--budget", "1"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 3
    assert "the GIL is on in a build made to run without it" in done.stdout


def test_its_journal_can_be_reported_on(free_threaded: Target, tmp_path: Path) -> None:
    alone = ("*.key_looks", "*.key_raises", "--budget", "4")
    done = run(free_threaded.executable, *alone, "--seed", "7", "--journal", str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    result = grade(read_journal(tmp_path))
    assert (result.complete, result.exit_status, result.seed) == (True, 0, 7)
    assert result.target.free_threaded and result.target.version == free_threaded.version
    assert {finding.known for finding in result.findings} == {"ftstress-0005"}
    assert all(scenario.verdict in ("known", "not observed") for scenario in result.scenarios)
    again = run(free_threaded.executable, *alone, "--journal", str(tmp_path))
    assert again.returncode == 2
    assert "holds a journal already" in again.stderr


def test_ctrl_c_ends_it_with_130_and_keeps_what_was_seen(free_threaded: Target, tmp_path: Path) -> None:
    command = [free_threaded.executable, "-m", "harness.kernel", "read_by", "--budget", "100"]
    process = subprocess.Popen(
        [*command, "--journal", str(tmp_path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        journal = tmp_path / "journal.jsonl"
        wait_for(lambda: journal.exists() and '"progress"' in journal.read_text())
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=PATIENCE_S)
    finally:
        process.kill()
    assert process.returncode == 130, stdout + stderr
    assert stdout.splitlines()[-1].startswith("interrupted: ")
    assert grade(read_journal(tmp_path)).exit_status == 130
