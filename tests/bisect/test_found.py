"""``ftstress bisect`` on a toy clone: the commit is found, whatever lies around it, and the clone is left as it is."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from harness.record.bisection import Past
from harness.record.journal import read_lines
from harness.repro import bisection
from tests.bisect import toys
from tests.bisect.conftest import Bisect
from tests.cli.samples import ROOT, environment

CAME = ("fine", "fine", "fine", "shows", "shows", "shows")


def past(folder: Path) -> Past:
    return Past.of(read_lines(folder / "out"))


def log(folder: Path) -> list[str]:
    return (folder / "toy.log").read_text().splitlines()


def state(folder: Path) -> dict[str, tuple[int, bytes]]:
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return {str(path): (path.stat().st_mtime_ns, path.read_bytes()) for path in files}


def test_the_commit_that_it_came_with(
    tmp_path: Path, bisect: Bisect, capsys: pytest.CaptureFixture[str]
) -> None:
    commits = toys.clone(tmp_path / "cpython", *CAME)
    assert bisect(commits[0], "main") == 0
    said = capsys.readouterr()
    assert said.out.startswith(f"shows.py came with {commits[3][:11]} (")
    assert "6 builds in " in said.out and ", 0 commits skipped; 99 % sure; " in said.out
    assert "bad end, " in said.err and "Measured: 10 of 10 runs" in said.err
    assert "5 commits between the ends, about 2 more to look at, 0 min" in said.err
    verdicts = {one.commit: one.verdict for one in past(tmp_path).judged}
    assert verdicts[commits[0]] == verdicts[commits[2]] == "does not show"
    assert verdicts[commits[3]] == "shows"
    assert len(verdicts) == 4
    assert past(tmp_path).answered is not None


def test_the_commit_that_mended_it(
    tmp_path: Path, bisect: Bisect, capsys: pytest.CaptureFixture[str]
) -> None:
    commits = toys.clone(tmp_path / "cpython", "shows", "shows", "shows", "shows", "fine", "fine")
    assert bisect("main", commits[0], "--fixed") == 0
    assert capsys.readouterr().out.startswith(f"shows.py left with {commits[4][:11]} (")


def test_the_commit_that_decides_is_looked_at_twice(
    tmp_path: Path, bisect: Bisect, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It showed on none of a busy machine's runs, so its neighbour would be blamed."""
    states = ("fine", "fine", "shows", "late", "shows", "shows", "shows", "shows")
    commits = toys.clone(tmp_path / "cpython", *states)
    monkeypatch.setenv("TOY_LATE", str(tmp_path / "late"))
    assert bisect(commits[0], "main") == 0
    said = capsys.readouterr()
    assert said.out.startswith(f"shows.py came with {commits[2][:11]} (")
    verdicts = [one.verdict for one in past(tmp_path).judged if one.commit == commits[3]]
    assert verdicts == ["does not show", "shows"]


def test_builds_after_the_first_compile_only_what_changed(tmp_path: Path, bisect: Bisect) -> None:
    """What changed is a header that the Makefile does not know about, or nothing that is compiled at all."""
    commits = toys.clone(tmp_path / "cpython", *CAME, *["shows"] * 6)
    assert bisect(commits[0], "main") == 0
    configured = [line for line in log(tmp_path) if line.startswith("configure")]
    assert len(configured) == 1
    assert "--disable-gil" in configured[0] and "-MMD" in configured[0]
    builds = 1 + len(past(tmp_path).judged)
    assert 2 <= log(tmp_path).count("compile") < builds


def test_a_build_that_fails_is_tried_from_nothing_before_it_is_skipped(
    tmp_path: Path, bisect: Bisect, capsys: pytest.CaptureFixture[str]
) -> None:
    states = ("fine", "fine", "fine clean1", "shows clean2", "shows clean3", "shows")
    commits = toys.clone(tmp_path / "cpython", *states)
    assert bisect(commits[0], "main") == 0
    said = capsys.readouterr()
    assert said.out.startswith(f"shows.py came with {commits[3][:11]} (")
    assert "what was compiled before may be why: once more, from nothing" in said.err
    assert all(one.verdict != "skipped" for one in past(tmp_path).judged)


def test_where_configure_has_changed_all_is_made_again(tmp_path: Path, bisect: Bisect) -> None:
    folder = tmp_path / "cpython"
    commits = toys.clone(folder, *CAME)
    (folder / "configure").write_text((folder / "configure").read_text() + "# changed\n")
    toys.commit(folder, "shows")
    assert bisect(commits[0], "main") == 0
    assert len([line for line in log(tmp_path) if line.startswith("configure")]) == 2


def test_what_a_git_that_was_killed_left_is_in_nobody_s_way(tmp_path: Path, bisect: Bisect) -> None:
    commits = toys.clone(tmp_path / "cpython", *CAME)
    assert bisect(commits[0], "main") == 0
    (tree,) = (tmp_path / "cache" / "ftstress" / "bisect").glob("3.16-*/tree")
    (tree / ".git" / "index.lock").touch()
    (tmp_path / "out").rename(tmp_path / "before")
    assert bisect(commits[0], "main") == 0
    assert (
        len([line for line in log(tmp_path) if line.startswith("configure")]) == 1
    )  # the tree is used again


def test_what_no_build_needs_is_not_there(tmp_path: Path, bisect: Bisect) -> None:
    commits = toys.clone(tmp_path / "cpython", *CAME)
    toys.lose(tmp_path / "cpython", "main:Doc/library.rst")
    assert bisect(commits[0], "main") == 0
    (tree,) = (tmp_path / "cache" / "ftstress" / "bisect").glob("3.16-*/tree")
    assert not (tree / "Doc").exists() and not (tree / "Lib" / "test").exists()


def test_what_does_not_build_is_skipped(
    tmp_path: Path, bisect: Bisect, capsys: pytest.CaptureFixture[str]
) -> None:
    states = ("fine", "fine", "shows", "shows broken", "shows", "shows", "shows", "shows")
    commits = toys.clone(tmp_path / "cpython", *states)
    assert bisect(commits[0], "main") == 0
    assert capsys.readouterr().out.startswith(f"shows.py came with {commits[2][:11]} (")
    skipped = [one for one in past(tmp_path).judged if one.verdict == "skipped"]
    assert skipped and all("state.c:1:1: error: no" in one.reason for one in skipped)


def test_skipped_ones_around_the_answer_are_the_range_that_is_told(
    tmp_path: Path, bisect: Bisect, capsys: pytest.CaptureFixture[str]
) -> None:
    commits = toys.clone(
        tmp_path / "cpython", "fine", "fine", "fine broken", "shows broken", "shows", "shows"
    )
    assert bisect(commits[0], "main") == 3
    first, *range_, _ = capsys.readouterr().out.splitlines()
    assert first == "shows.py came with one of these 3 commits, and it cannot be told with which:"
    assert [line.split()[0] for line in range_] == [one[:11] for one in reversed(commits[2:5])]
    assert "error: no" in range_[1] and range_[0].endswith("not skipped")


def test_a_commit_on_which_the_program_does_not_run_is_skipped(tmp_path: Path, bisect: Bisect) -> None:
    commits = toys.clone(tmp_path / "cpython", "fine", "breaks", "breaks", "fine", "shows")
    assert bisect(commits[0], "main") == 0
    skipped = [one for one in past(tmp_path).judged if one.verdict == "skipped"]
    assert skipped and all("the script cannot run on" in one.reason for one in skipped)


@pytest.mark.parametrize("kind", ["dirty", "bare", "busy", "worktree"])
def test_the_clone_is_left_as_it_is(kind: str, tmp_path: Path, bisect: Bisect) -> None:
    folder = tmp_path / "cpython"
    commits = toys.clone(folder, *CAME)
    if kind == "dirty":
        (folder / "Modules" / "state.h").write_text("breaks")
        (folder / "Modules" / "state.c").write_text("broken, and staged")
        toys.git(folder, "add", "Modules/state.c")
        (folder / "stray.c").touch()
        os.utime(folder / "configure", (1, 1))  # not what the index says: whoever refreshes it, writes it
    if kind == "bare":
        folder.rename(tmp_path / "whole")
        toys.git(tmp_path, "clone", "-q", "--bare", "whole", "cpython")
    if kind == "busy":
        toys.git(folder, "bisect", "start", "main", "main~2")
    if kind == "worktree":
        folder.rename(tmp_path / "whole")
        toys.git(tmp_path / "whole", "worktree", "add", "-q", "--detach", str(folder))
    before = state(tmp_path / "whole" if kind == "worktree" else folder)
    assert bisect(commits[0], commits[-1]) == 0
    assert state(tmp_path / "whole" if kind == "worktree" else folder) == before


def test_a_good_end_on_another_branch_stands_for_where_the_two_parted(
    tmp_path: Path, bisect: Bisect, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "cpython"
    commits = toys.clone(folder, *CAME)
    toys.git(folder, "checkout", "-q", "-b", "3.15", commits[1])
    toys.commit(folder, "fine", "release")
    assert bisect("3.15", "main") == 0
    assert commits[1] in {one.commit for one in past(tmp_path).judged}
    assert capsys.readouterr().out.startswith(f"shows.py came with {commits[3][:11]} (")


def test_with_a_compiler_cache_it_is_used(
    tmp_path: Path, bisect: Bisect, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "ccache").symlink_to("/bin/true")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    commits = toys.clone(tmp_path / "cpython", *CAME)
    assert bisect(commits[0], "main") == 0
    assert " CC=ccache " in log(tmp_path)[0]


def test_one_that_is_killed_goes_on_where_it_was(
    tmp_path: Path, bisect: Bisect, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    states = ["fine", "fine slow1", "fine slow2", "fine slow3", "shows slow4", "shows slow5", "shows"]
    commits = toys.clone(tmp_path / "cpython", *states)
    reached = tmp_path / "reached"
    more = {"TOY_SLOW": str(reached), "PYTHONPATH": str(ROOT)}
    command = [
        "bisect",
        "shows.py",
        "--repo",
        "cpython",
        "--good",
        commits[0],
        "--bad",
        "main",
        "--out",
        "out",
    ]
    child = subprocess.Popen(
        [sys.executable, "-m", "harness", *command], env=environment(**more), stderr=subprocess.DEVNULL
    )
    while not reached.exists():
        assert child.poll() is None
        time.sleep(0.05)
    child.send_signal(signal.SIGKILL)
    child.wait()
    before = past(tmp_path)
    assert before.rated is not None and before.answered is None
    monkeypatch.setattr(bisection, "shown", None)  # that is not done again
    assert bisect(commits[0], "main", "--resume") == 0
    said = capsys.readouterr()
    assert "waiting for it" in said.err  # what was being built then still was
    assert said.out.startswith(f"shows.py came with {commits[4][:11]} (")
    assert past(tmp_path).judged[: len(before.judged)] == before.judged
    assert len([line for line in log(tmp_path) if line.startswith("configure")]) == 2


def test_a_full_disk_is_no_reason_to_skip(
    tmp_path: Path, bisect: Bisect, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    commits = toys.clone(tmp_path / "cpython", "fine", "fine big1", "fine big2", "shows big3", "shows")
    monkeypatch.setenv("TOY_FULL", "yes")
    assert bisect(commits[0], "main") == 3
    last = capsys.readouterr().err.splitlines()[-1]
    assert "the disk is full; make room" in last and "--resume goes on from here" in last
    assert [one.verdict for one in past(tmp_path).judged] == ["does not show"]
    monkeypatch.delenv("TOY_FULL")
    assert bisect(commits[0], "main", "--resume") == 0
    assert capsys.readouterr().out.startswith(f"shows.py came with {commits[3][:11]} (")


def test_one_that_has_ended_is_told_again_without_a_build(
    tmp_path: Path, bisect: Bisect, capsys: pytest.CaptureFixture[str]
) -> None:
    commits = toys.clone(tmp_path / "cpython", *CAME)
    assert bisect(commits[0], "main") == 0
    first, lines = capsys.readouterr().out, log(tmp_path)
    assert bisect(commits[0], "main", "--resume") == 0
    assert capsys.readouterr().out == first
    assert log(tmp_path) == lines


def test_the_journal_is_only_added_to(tmp_path: Path, bisect: Bisect) -> None:
    commits = toys.clone(tmp_path / "cpython", *CAME)
    assert bisect(commits[0], "main") == 0
    events = [json.loads(line) for line in (tmp_path / "out" / "journal.jsonl").read_text().splitlines()]
    kinds = [event["event"] for event in events]
    assert kinds == ["bisect", "rate", *["judged"] * 5, "answer"]
    assert events[0]["schema"] == 1 and events[-1]["left"] == [commits[3]]
