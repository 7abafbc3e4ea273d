"""Calibration, end to end: a fault is built, detected and told; the base stays quiet."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from harness.builds import cache
from harness.cli import main
from tests.cli.samples import ftstress


@pytest.mark.slow
def test_a_fault_is_detected_and_the_base_is_clean(tmp_path: Path) -> None:
    if not any(entry.tree.is_dir() for entry in cache.entries()):
        pytest.skip("no target was compiled on this machine: ftstress build makes one")
    asked = ("--fault", "deleted-value-leaks", "--repeat", "1", "--limit", "30s", "--out", "c")
    done = ftstress("calibrate", *asked, cwd=tmp_path, timeout=280)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"deleted-value-leaks +1 of 1 ", done.stdout)
    assert "False alarms on the base: 0 in 1 run" in done.stdout
    recorded = json.loads((tmp_path / "c" / "calibration.json").read_text())
    ended = {run["build"]: run["exit_status"] for run in recorded["runs"]}
    assert ended["(base)"] == 0
    assert ended["deleted-value-leaks"] in (1, 130), "found, and ended for it"
    assert recorded["base"].startswith("CPython 3.13.5 free-threaded")
    assert (tmp_path / "c" / "calibration.svg").exists()
    assert "1 of 1 fault detected" in (tmp_path / "c" / "calibration.html").read_text(encoding="utf-8")
    assert "| deleted-value-leaks | 1 of 1 |" in (tmp_path / "c" / "calibration.md").read_text()
    again = ftstress("calibrate", *asked, cwd=tmp_path)  # nothing is left to run
    assert (again.returncode, " of 2 " in again.stdout) == (0, False), again.stdout + again.stderr
    other = ftstress("calibrate", *asked[:-4], "--limit", "5s", "--out", "c", cwd=tmp_path)
    assert (other.returncode, "with a limit of 30 s" in other.stderr) == (2, True)


WRONG = [
    (
        ["calibrate", "--fault", "no-such-fault"],
        "there is no fault of CPython 3.13 named no-such-fault: there are ",
    ),
    (["calibrate", "--repeat", "0"], "'0' is not a number from 1 to 1000"),
    (["calibrate", "--source", "no-such-source"], "no-such-source is neither a version such as "),
    (
        ["build", "--fault", "no-such-fault"],
        "there is no fault of CPython 3.13 named no-such-fault: there are ",
    ),
    (["build", "no-such-source", "--fault", "fetch-leaks"], "no-such-source is neither a version such as "),
]


@pytest.mark.parametrize(("arguments", "sentence"), WRONG)
def test_wrong_arguments_are_told_in_a_sentence(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    told = capsys.readouterr().err
    assert sentence in told and len(told.splitlines()) == 1
