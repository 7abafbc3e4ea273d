"""Ctrl-C, and the signals that mean the same: everything is kept, status 130, no traceback."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from harness.campaign.gather import Report, gather
from harness.cli import main
from tests.cli.samples import FINDS, QUIET, environment, ftstress, write


def start(*arguments: object, cwd: Path) -> subprocess.Popen[str]:
    """Start the command and wait for its first line: from there on a campaign is under way."""
    process = subprocess.Popen(
        [sys.executable, "-m", "harness", *map(str, arguments)],
        cwd=cwd,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    assert process.stdout is not None
    assert "free-threaded" in process.stdout.readline()
    return process


@pytest.mark.parametrize("after_s", [0.0, 0.05, 0.2, 0.6, 1.5])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_campaign_keeps_everything(
    tmp_path: Path, free_threaded: str, after_s: float, number: signal.Signals
) -> None:
    file = write(tmp_path, "mine.py", QUIET)
    process = start("run", file, "--target", free_threaded, "--budget", "1m", "--out", "o", cwd=tmp_path)
    time.sleep(after_s)
    children = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(number)
    stdout, stderr = process.communicate(timeout=20)
    assert process.returncode == 130, stdout + stderr
    assert "Traceback" not in stdout + stderr
    assert not [child for child in children if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]
    if after_s < 1:
        return  # nothing needs to have been recorded yet
    result = json.loads((tmp_path / "o" / "result.json").read_text())
    assert (result["complete"], result["exit_status"]) == (False, 130)
    assert result["totals"]["rounds"] > 0
    assert "interrupted; until then not observed: 0 in" in stdout
    assert ftstress("report", "o", cwd=tmp_path).returncode == 0


def test_a_finding_stays_a_finding_when_interrupted_later(tmp_path: Path, free_threaded: str) -> None:
    file = write(tmp_path, "mine.py", FINDS)
    process = start("run", file, "--target", free_threaded, "--budget", "1m", "--out", "o", cwd=tmp_path)
    assert process.stdout is not None
    while "violation in mine.finds" not in process.stdout.readline():
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=20)
    assert process.returncode == 1, stdout + stderr
    assert "interrupted; until then found: 1 new finding" in stdout


def test_an_interrupt_while_the_result_is_gathered_changes_neither_status_nor_text(
    tmp_path: Path, free_threaded: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(directories: list[Path]) -> Report:
        signal.raise_signal(signal.SIGINT)
        return gather(directories)

    monkeypatch.setattr("harness.cli.run.gather", interrupted)
    file = write(tmp_path, "mine.py", FINDS)
    asked = [
        "run",
        str(file),
        "--target",
        free_threaded,
        "--budget",
        "1m",
        "-x",
        "--out",
        str(tmp_path / "o"),
    ]
    assert main(asked) == 1
    assert "found: 1 new finding" in capsys.readouterr().out


def test_a_second_ctrl_c_is_no_traceback_either(tmp_path: Path, free_threaded: str) -> None:
    file = write(tmp_path, "mine.py", QUIET)
    process = start("run", file, "--target", free_threaded, "--budget", "1m", "--out", "o", cwd=tmp_path)
    time.sleep(0.5)
    for _ in range(3):
        process.send_signal(signal.SIGINT)
        time.sleep(0.02)
    stdout, stderr = process.communicate(timeout=20)
    assert process.returncode == 130, stdout + stderr
    assert "Traceback" not in stderr


def test_ctrl_c_during_the_imports_is_130(tmp_path: Path) -> None:
    program = (
        "import sys, harness.__main__ as main\n"
        "class Interrupt:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'harness.cli': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupt())\n"
        "sys.exit(main.main())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment(),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (130, "")


def test_a_reader_that_has_seen_enough_is_no_failure(tmp_path: Path) -> None:
    file = write(tmp_path, "mine.py", QUIET)
    with subprocess.Popen(
        [sys.executable, "-m", "harness", "list", file],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        assert process.wait(30) == 0
        assert process.stderr.read() == ""
