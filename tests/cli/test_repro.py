"""``ftstress repro`` and ``ftstress script`` on findings of real campaigns."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from harness.cli import main
from tests.campaign.fakes import fake_target
from tests.cli.samples import CRASHES, FINDS, ftstress, write
from tests.repro._recordings import journal, scenario_info


@pytest.fixture
def campaign(tmp_path: Path, free_threaded: str) -> Path:
    """A campaign that found what is wrong every time, on every interpreter."""
    file = write(tmp_path, "sample.py", FINDS)
    asked = ("run", file, "--target", free_threaded, "--budget", "1s", "-x", "--seed", "1", "--out", "found")
    assert ftstress(*asked, cwd=tmp_path).returncode == 1
    return tmp_path / "found"


def result(campaign: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((campaign / "result.json").read_text())["findings"][0]
    return found


def test_a_finding_shows_again_with_its_rate_and_with_the_gil(campaign: Path, tmp_path: Path) -> None:
    identity = result(campaign)["id"]
    done = ftstress("repro", f"found#{identity}", "--limit", "3s", cwd=tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"violation in sample.finds [{identity}]" in done.stdout
    assert "real threads do not replay" in done.stdout
    assert "showed it: 100 % (" in done.stdout and "expect to wait" in done.stdout
    assert "with -X gil=1: 3 of 3 children showed it" in done.stdout
    assert result(campaign)["with_gil"] == "observed"
    events = [json.loads(line) for line in (campaign / "journal.jsonl").read_text().splitlines()]
    assert [event["event"] for event in events[-3:]] == ["repro", "control", "later"]
    assert "the last operations of each thread, oldest first:" in done.stdout
    assert "reader-0" in result(campaign)["details"]["last_operations"]


def test_what_no_longer_shows_is_0(campaign: Path, tmp_path: Path) -> None:
    file = tmp_path / "sample.py"
    file.write_text(FINDS.replace("return Value(2), Value(1)", "return Value(1), Value(1)"))
    done = ftstress("repro", f"found#{result(campaign)['id']}", "--limit", "2s", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 of " in done.stdout


def test_the_smallest_trial_is_what_the_script_is_written_from(campaign: Path, tmp_path: Path) -> None:
    identity = result(campaign)["id"]
    done = ftstress("repro", f"found#{identity}", "--minimize", "--limit", "10s", cwd=tmp_path, timeout=200)
    assert "without writer: still shows" in done.stdout
    written = ftstress("script", f"found#{identity}", "--limit", "2s", cwd=tmp_path, timeout=200)
    assert (written.returncode, written.stderr) == (0, "")
    assert "def reader" in written.stdout and "def writer" not in written.stdout
    header = ast.get_docstring(ast.parse(written.stdout)) or ""
    assert "Build: CPython 3." in header and "Measured: " in header and "With -X gil=1: " in header
    assert result(campaign)["details"]["script"] == written.stdout
    script = write(tmp_path, "alone.py", written.stdout)
    target = json.loads((campaign / "result.json").read_text())["target"]["executable"]
    alone = subprocess.run([target, script], capture_output=True, text=True, timeout=100, cwd=tmp_path)
    assert (alone.returncode, alone.stdout[:4]) == (1, "seen")


def test_a_crash_shows_again(tmp_path: Path, free_threaded: str) -> None:
    file = write(tmp_path, "sample.py", CRASHES)
    asked = ("run", file, "--target", free_threaded, "--budget", "1s", "-x", "--seed", "1", "--out", "found")
    assert ftstress(*asked, cwd=tmp_path).returncode == 1
    done = ftstress("repro", f"found#{result(tmp_path / 'found')['id']}", "--limit", "2s", cwd=tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr


def test_a_scenario_that_has_gone_is_told(campaign: Path, tmp_path: Path) -> None:
    (tmp_path / "sample.py").unlink()
    identity = result(campaign)["id"]
    for asked, status in ((["repro"], 3), (["repro", "--minimize"], 3), (["script"], 2)):
        done = ftstress(*asked, f"found#{identity}", "--limit", "2s", cwd=tmp_path)
        assert done.returncode == status, done.stdout + done.stderr
        assert "sample.py does not exist" in done.stderr and len(done.stderr.splitlines()) == 1


def test_a_target_that_has_gone_is_3_and_another_is_taken_only_when_asked_for(tmp_path: Path) -> None:
    gone = fake_target(executable=str(tmp_path / "python"))
    identity = journal(tmp_path / "found", gone, scenario_info("type_attributes.set_module"), where="read")
    done = ftstress("repro", f"found#{identity}", cwd=tmp_path)
    assert (done.returncode, len(done.stderr.splitlines())) == (3, 1)
    assert "--target and --anyway" in done.stderr
    done = ftstress("repro", f"found#{identity}", "--target", sys.executable, cwd=tmp_path)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "is not the build that showed it" in done.stderr and "add --anyway" in done.stderr


def test_where_gdb_may_not_or_is_not_there_it_is_said_and_nothing_is_lost(
    tmp_path: Path, free_threaded: str
) -> None:
    file = write(tmp_path, "sample.py", CRASHES)
    asked = ("run", file, "--target", free_threaded, "--budget", "1s", "-x", "--seed", "1", "--out", "found")
    assert ftstress(*asked, cwd=tmp_path).returncode == 1
    identity = result(tmp_path / "found")["id"]
    gdb = tmp_path / "bin" / "gdb"
    gdb.parent.mkdir()
    gdb.write_text("#!/bin/sh\necho 'ptrace: Operation not permitted.' >&2\nexit 1\n")
    gdb.chmod(0o755)
    for path, said in (
        (f"{gdb.parent}:/usr/bin:/bin", "ptrace is forbidden here"),
        ("/nowhere", "there is no gdb"),
    ):
        done = ftstress("repro", f"found#{identity}", "--limit", "1s", cwd=tmp_path, PATH=path)
        assert done.returncode == 1, done.stdout + done.stderr
        assert done.stdout.count("no native stacks: ") == 1 and said in done.stdout
        assert result(tmp_path / "found")["details"]["frames"]


WRONG = [
    (["repro", "nowhere#12345678"], "nowhere holds no campaign"),
    (["repro", "12345678"], "holds no campaign"),
    (["script", "found#"], "names no finding"),
    (["repro", "a#b", "--limit", "soon"], "'soon' is not a duration"),
    (["repro", "a#b", "--rate", "2"], "'2' is not a share"),
]


@pytest.mark.parametrize(("arguments", "sentence"), WRONG)
def test_wrong_arguments_are_told_in_a_sentence(
    arguments: list[str],
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    told = capsys.readouterr().err
    assert sentence in told and len(told.splitlines()) == 1
