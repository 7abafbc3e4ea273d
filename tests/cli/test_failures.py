"""What goes wrong around a campaign: nothing recorded is lost, one sentence, the right status."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.cli.samples import FINDS, QUIET, environment, ftstress, write


def test_a_disk_that_fills_up_is_4_and_what_was_recorded_can_be_reported(
    tmp_path: Path, free_threaded: str
) -> None:
    file = write(tmp_path, "mine.py", QUIET)
    # A limit on the size of files stands in for a full disk: the journal cannot grow above 16 blocks.
    ours = f"{sys.executable} -m harness run {file} --target {free_threaded} --budget 1m --out o"
    done = subprocess.run(
        ["bash", "-c", f"ulimit -f 16; exec {ours}"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        encoding="utf-8",
        timeout=90,
        check=False,
    )
    assert done.returncode == 4, done.stdout + done.stderr
    assert "journal.jsonl" in done.stderr
    assert "make room and run again with --resume" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    reported = ftstress("report", "o", cwd=tmp_path)
    assert reported.returncode == 0
    assert "until then not observed: 0 in" in reported.stdout


def test_a_stdout_that_cannot_be_written_is_4_in_one_sentence(tmp_path: Path) -> None:
    file = write(tmp_path, "mine.py", QUIET)
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "harness", "list", str(file)],
            cwd=tmp_path,
            env=environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            check=False,
        )
    assert done.returncode == 4
    assert done.stderr == "ftstress: cannot write to stdout: No space left on device\n"


def test_a_manager_that_is_killed_leaves_no_child_and_a_journal_to_report_and_resume(
    tmp_path: Path, free_threaded: str
) -> None:
    file = write(tmp_path, "mine.py", FINDS)
    command = [sys.executable, "-m", "harness", "run", str(file), "--target", free_threaded]
    with subprocess.Popen(
        [*command, "--budget", "4s", "--seed", "8", "--out", "o"],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        assert process.stdout is not None
        while "NEW violation" not in process.stdout.readline():
            assert process.poll() is None
        children = psutil.Process(process.pid).children(recursive=True)
        process.kill()
    _, alive = psutil.wait_procs(children, timeout=10)
    assert not [child for child in alive if child.status() != psutil.STATUS_ZOMBIE]
    reported = ftstress("report", "o", "--format", "json", cwd=tmp_path)
    before = json.loads(reported.stdout)
    assert (reported.returncode, before["complete"], before["exit_status"]) == (0, False, 1)
    resumed = ftstress("run", "--resume", "--out", "o", cwd=tmp_path)
    assert resumed.returncode == 1, resumed.stdout + resumed.stderr
    after = json.loads((tmp_path / "o" / "result.json").read_text())
    assert (after["complete"], after["seed"], after["budget_s"]) == (True, 8, 4.0)
    assert after["totals"]["rounds"] > before["totals"]["rounds"]


def test_a_harness_that_fails_exits_4_and_keeps_its_traceback(tmp_path: Path, free_threaded: str) -> None:
    file = write(tmp_path, "mine.py", QUIET)
    program = (
        "import sys\n"
        "from harness.cli import main, run\n"
        "def fail(*args): raise ZeroDivisionError('on purpose')\n"
        "run.run_campaign = fail\n"
        f"sys.exit(main(['run', {str(file)!r}, '--target', {free_threaded!r}, '--out', 'o']))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    kept = tmp_path / "o" / "harness-failure.txt"
    assert done.returncode == 4
    assert done.stderr == (
        f"ftstress: the harness itself failed: ZeroDivisionError: on purpose; its traceback is in {kept}\n"
    )
    assert "in fail" in kept.read_text()


def test_without_any_free_threaded_target_the_status_is_3_and_what_was_tried_is_told(tmp_path: Path) -> None:
    nothing = {
        name: str(tmp_path) for name in ("HOME", "PATH", "PYENV_ROOT", "XDG_CACHE_HOME", "XDG_DATA_HOME")
    }
    done = ftstress("run", cwd=tmp_path, timeout=60, **nothing)
    assert done.returncode == 3, done.stdout + done.stderr
    assert "no free-threaded release" in done.stderr
    assert "Traceback" not in done.stderr


def test_x_stops_at_the_first_finding_that_counts(tmp_path: Path, free_threaded: str) -> None:
    file = write(tmp_path, "mine.py", FINDS)
    began = time.monotonic()
    done = ftstress(
        "run", file, "-x", "--target", free_threaded, "--budget", "1m", "--out", "o", cwd=tmp_path
    )
    assert done.returncode == 1
    assert time.monotonic() - began < 30
    assert "interrupted" not in done.stdout


@pytest.mark.parametrize("option", [("--seed", "2"), ("--budget", "2m"), ("--threads", "7")])
def test_a_campaign_is_not_resumed_as_another_one(
    tmp_path: Path, free_threaded: str, option: tuple[str, str]
) -> None:
    file = write(tmp_path, "mine.py", QUIET)
    command = ("run", file, "--target", free_threaded, "--budget", "1s", "--seed", "1", "--out", "o")
    assert ftstress(*command, cwd=tmp_path).returncode == 0
    done = ftstress("run", "--resume", "--out", "o", *option, cwd=tmp_path)
    assert done.returncode == 2
    assert f"{option[0]} " in done.stderr and "begun with" in done.stderr
