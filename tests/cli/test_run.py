"""``ftstress run`` as a user types it, with real children on a real free-threaded target."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.cli.samples import (
    ALONE,
    CRASHES,
    FINDS,
    IMPORTS_PYTEST,
    LOADS_ONCE,
    NEVER_RETURNS,
    NO_SCENARIO,
    QUIET,
    SETUP_RAISES,
    SYNTAX_ERROR,
    ftstress,
    write,
)


def result_in(folder: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((folder / "result.json").read_text())
    return read


def test_a_quiet_run_exits_0_and_claims_only_its_bound(tmp_path: Path, free_threaded: str) -> None:
    file = write(tmp_path, "mine.py", QUIET)
    done = ftstress("run", file, "--target", free_threaded, "--budget", "2s", "--seed", "5", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    first, *_, verdict, where = done.stdout.splitlines()
    assert (
        "free-threaded" in first and "seed 5" in first and "budget 2.0 s" in first and "1 scenario" in first
    )
    assert re.fullmatch(
        r"not observed: 0 in [\d,]+ rounds? \([\d,]+ samples\); below \S+ a round at 95 %", verdict
    )
    (out,) = (path for path in (tmp_path / "ftstress-results").iterdir() if not path.is_symlink())
    assert where == f"result: {out}/result.json"
    assert str(out) in first
    result = result_in(out)
    assert (result["complete"], result["exit_status"], result["seed"]) == (True, 0, 5)
    assert result_in(tmp_path / "ftstress-results" / "latest") == result


def test_a_finding_exits_1_is_told_as_it_comes_and_whole_at_the_end(
    tmp_path: Path, free_threaded: str
) -> None:
    file = write(tmp_path, "mine.py", FINDS)
    done = ftstress("run", file, "--target", free_threaded, "--budget", "2s", "--out", "here", cwd=tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    assert re.search(
        r"^[\d.]+ s: NEW violation in mine.finds \[\w+\]: first read gave x#2", done.stdout, re.MULTILINE
    )
    assert "NEW violation in mine.finds" in done.stdout
    assert "found: 1 new finding in" in done.stdout
    assert result_in(tmp_path / "here")["exit_status"] == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (SYNTAX_ERROR, "has a syntax error in line 3"),
        (NO_SCENARIO, "holds no scenario"),
        (IMPORTS_PYTEST, "pytest"),
    ],
)
def test_a_file_that_cannot_be_loaded_exits_2_with_one_sentence(
    tmp_path: Path, free_threaded: str, text: str, says: str
) -> None:
    file = write(tmp_path, "mine.py", text)
    for command in (("run", file, "--target", free_threaded), ("list", file)):
        done = ftstress(*command, cwd=tmp_path)
        assert done.returncode == 2
        assert says in done.stderr and str(file) in done.stderr
        assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "ftstress-results").exists()


def test_a_setup_that_raises_is_a_finding_and_its_text_is_harmless(
    tmp_path: Path, free_threaded: str
) -> None:
    file = write(tmp_path, "mine.py", SETUP_RAISES)
    done = ftstress("run", file, "--target", free_threaded, "--budget", "2s", cwd=tmp_path, COLUMNS="200")
    assert done.returncode == 1
    assert "NEW exception in mine.unprepared" in done.stdout
    assert "LookupError in prepare: no [bold]state\\x1b[2J today" in done.stdout
    assert "\x1b" not in done.stdout


def test_a_crash_is_a_finding_that_names_the_signal(tmp_path: Path, free_threaded: str) -> None:
    file = write(tmp_path, "mine.py", CRASHES)
    done = ftstress("run", file, "--target", free_threaded, "--budget", "2s", "--out", "o", cwd=tmp_path)
    assert done.returncode == 1
    assert "NEW crash in mine.crashes" in done.stdout and "SIGSEGV" in done.stdout


@pytest.mark.alone
@pytest.mark.slow
def test_an_actor_that_never_returns_is_a_hang_and_nothing_else_is_lost(
    tmp_path: Path, free_threaded: str
) -> None:
    files = [write(tmp_path, "mine.py", NEVER_RETURNS), write(tmp_path, "other.py", QUIET)]
    asked = ("--budget", "3s", "--jobs", "2", "--out", "o")
    done = ftstress("run", *files, "--target", free_threaded, *asked, cwd=tmp_path, timeout=120)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "NEW hang in mine.stays" in done.stdout and "reader" in done.stdout
    shown = {scenario["name"]: scenario for scenario in result_in(tmp_path / "o")["scenarios"]}
    assert shown["other.quiet"]["verdict"] == "not observed" and shown["other.quiet"]["rounds"] > 0


def test_nothing_that_matches_is_3_and_not_a_pass(tmp_path: Path, free_threaded: str) -> None:
    done = ftstress("run", "no_such_scenario", "--target", free_threaded, cwd=tmp_path)
    assert done.returncode == 3
    assert "no scenario matches no_such_scenario" in done.stderr


def test_a_pattern_picks_from_the_file_named(tmp_path: Path, free_threaded: str) -> None:
    file = write(tmp_path, "mine.py", QUIET + ALONE.partition("\n\n")[2])
    done = ftstress("run", file, "al?ne", "mine.quiet", "--target", free_threaded, "--dry-run", cwd=tmp_path)
    assert done.returncode == 0 and "mine.quiet" in done.stdout and "mine.alone" not in done.stdout


def test_a_known_issue_is_named_and_counts_only_when_strict(tmp_path: Path, before_3_13: str) -> None:
    command = ("run", "type_attributes.finalizer_reads_class", "--target", before_3_13, "--budget", "1s")
    done = ftstress(*command, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "known (gh-118492) violation in type_attributes.finalizer_reads_class" in done.stdout
    assert "nothing new in" in done.stdout and "known: gh-118492" in done.stdout
    strict = ftstress(*command, "--strict", "--out", "o", cwd=tmp_path)
    assert strict.returncode == 1
    assert "found: 1 known finding in" in strict.stdout


def test_a_failure_of_the_kernel_is_4_and_gives_no_verdict(tmp_path: Path, free_threaded: str) -> None:
    file = write(tmp_path, "mine.py", LOADS_ONCE)
    done = ftstress("run", file, "--target", free_threaded, "--budget", "1s", cwd=tmp_path)
    assert done.returncode == 4, done.stdout + done.stderr
    assert "harness failure: this campaign gives no verdict" in done.stdout and "loaded twice" in done.stdout


def test_on_a_gil_build_only_what_needs_no_parallelism_runs(tmp_path: Path, with_gil: str) -> None:
    files = [write(tmp_path, "mine.py", QUIET), write(tmp_path, "other.py", ALONE)]
    done = ftstress("run", *files, "--target", with_gil, "--budget", "2s", "--out", "o", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert "with the GIL" in lines[0] and "with the GIL" in lines[-1]
    assert any(line.startswith("skipped: ") and " mine.quiet: " in line for line in lines)
    shown = {scenario["name"]: scenario["verdict"] for scenario in result_in(tmp_path / "o")["scenarios"]}
    assert shown == {"mine.quiet": "skipped", "other.alone": "not observed"}


def test_on_a_gil_build_where_nothing_can_run_the_status_is_3(tmp_path: Path, with_gil: str) -> None:
    file = write(tmp_path, "mine.py", QUIET)
    done = ftstress("run", file, "--target", with_gil, "--budget", "2s", cwd=tmp_path)
    assert done.returncode == 3, done.stdout + done.stderr
    assert "not exercised" in done.stdout


def test_an_out_that_cannot_be_written_is_2_before_anything_is_run(
    tmp_path: Path, free_threaded: str
) -> None:
    file = write(tmp_path, "mine.py", QUIET)
    (tmp_path / "taken").write_text("")
    done = ftstress("run", file, "--target", free_threaded, "--out", "taken/o", cwd=tmp_path)
    assert done.returncode == 2
    assert "cannot write to taken/o" in done.stderr and len(done.stderr.splitlines()) == 1


def test_a_directory_with_a_campaign_is_refused_unless_resumed(tmp_path: Path, free_threaded: str) -> None:
    file = write(tmp_path, "mine.py", QUIET)
    command = ("run", file, "--target", free_threaded, "--budget", "1s", "--out", "o")
    assert ftstress(*command, "--seed", "9", cwd=tmp_path).returncode == 0
    before = (tmp_path / "o" / "journal.jsonl").read_bytes()
    refused = ftstress(*command, cwd=tmp_path)
    assert refused.returncode == 2 and "o holds a campaign already" in refused.stderr
    assert (tmp_path / "o" / "journal.jsonl").read_bytes() == before
    resumed = ftstress(*command, "--resume", cwd=tmp_path)
    assert resumed.returncode == 0, resumed.stdout + resumed.stderr
    assert result_in(tmp_path / "o")["seed"] == 9
    nothing = ftstress("run", file, "--target", free_threaded, "--resume", "--out", "p", cwd=tmp_path)
    assert nothing.returncode == 2 and "p holds no campaign to resume" in nothing.stderr


def test_a_dry_run_says_what_would_be_run_and_leaves_nothing(tmp_path: Path, free_threaded: str) -> None:
    file = write(tmp_path, "mine.py", QUIET)
    done = ftstress("run", file, "--target", free_threaded, "--seed", "3", "--dry-run", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "seed 3" in done.stdout and "mine.quiet" in done.stdout
    assert {path.name for path in tmp_path.iterdir()} - {"__pycache__"} == {file.name}


def test_in_process_needs_no_child(tmp_path: Path) -> None:
    file = write(tmp_path, "mine.py", ALONE)
    done = ftstress("run", file, "--in-process", "--budget", "1s", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "not observed: 0 in" in done.stdout


def test_the_budget_is_kept(tmp_path: Path, free_threaded: str) -> None:
    file = write(tmp_path, "mine.py", QUIET)
    done = ftstress("run", file, "--target", free_threaded, "--budget", "4s", "--out", "o", cwd=tmp_path)
    assert done.returncode == 0
    assert 3 < result_in(tmp_path / "o")["elapsed_s"] < 4 + 2


@pytest.mark.parametrize("format", ["text", "json"])
def test_a_report_is_made_from_the_journal_alone(tmp_path: Path, free_threaded: str, format: str) -> None:
    file = write(tmp_path, "mine.py", FINDS)
    ran = ftstress("run", file, "--target", free_threaded, "--budget", "1s", "--out", "o", cwd=tmp_path)
    assert ran.returncode == 1
    result = result_in(tmp_path / "o")
    (tmp_path / "o" / "result.json").unlink()
    done = ftstress("report", str(tmp_path / "o"), "--format", format, cwd=tmp_path)
    assert done.returncode == 0 and done.stderr == ""
    if format == "json":
        told = json.loads(done.stdout)
        assert [cause["findings"] for cause in told.pop("causes")] == [[result["findings"][0]["id"]]]
        assert told == result
    else:
        at_its_end = ran.stdout[ran.stdout.index("\nNEW violation") :].rpartition("\nresult: ")[0]
        assert done.stdout.rstrip("\n").endswith(at_its_end)
