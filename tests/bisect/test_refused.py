"""What ``ftstress bisect`` refuses: one sentence, the right exit status, and no build where it can be told without."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.cli import main
from tests.bisect import toys
from tests.bisect.conftest import Bisect

CAME = ("fine", "fine", "shows", "shows")


def told(capsys: pytest.CaptureFixture[str]) -> str:
    said = capsys.readouterr()
    assert said.out == ""
    return said.err.splitlines()[-1]


ENDS = [
    ("main", "main~3", (), "--good main comes after --bad main~3: swap the two, or add --fixed"),
    (
        "main~3",
        "main",
        ("--fixed",),
        "--good main~3 comes before --bad main, and what is mended is good later",
    ),
    ("main", "main~0", (), "main and main~0 are one commit"),
    ("3.99", "main", (), "has no revision 3.99: give a branch, a tag or a commit that it has"),
    ("other", "main", (), "other and main have no history in common"),
    ("old", "main", (), "CPython 3.12.4+ cannot be built free-threaded"),
    ("empty", "main", (), "holds no CPython source at empty"),
]


@pytest.mark.parametrize(("good", "bad", "more", "says"), ENDS)
def test_ends_between_which_nothing_can_be(
    good: str,
    bad: str,
    more: tuple[str, ...],
    says: str,
    tmp_path: Path,
    bisect: Bisect,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = tmp_path / "cpython"
    toys.clone(folder, *CAME)
    toys.git(folder, "checkout", "-q", "--orphan", "other")
    toys.commit(folder, "fine", "of its own")
    (folder / "Include" / "patchlevel.h").write_text('#define PY_VERSION "3.12.4+"\n')
    toys.git(folder, "checkout", "-q", "-b", "old")
    toys.commit(folder, "fine")
    toys.git(folder, "rm", "-q", "-r", "Include")
    toys.git(folder, "checkout", "-q", "-b", "empty")
    toys.commit(folder, "fine")
    assert bisect(good, bad, *more) == 2
    assert says in told(capsys)
    assert not (tmp_path / "toy.log").exists() and not (tmp_path / "out").exists()


@pytest.mark.parametrize("depth", [1, 2])
def test_a_shallow_clone_says_how_to_get_the_rest(
    depth: int, tmp_path: Path, bisect: Bisect, capsys: pytest.CaptureFixture[str]
) -> None:
    commits = toys.clone(tmp_path / "whole", *CAME)
    toys.git(tmp_path, "clone", "-q", f"--depth={depth}", f"file://{tmp_path / 'whole'}", "cpython")
    assert bisect(commits[1], "main") == 2
    said = told(capsys)
    assert f"has no revision {commits[1]}" in said and "`git fetch --unshallow` there gets the rest" in said


def test_a_shallow_clone_that_holds_both_ends_will_do(tmp_path: Path, bisect: Bisect) -> None:
    commits = toys.clone(tmp_path / "whole", *CAME)
    toys.git(tmp_path, "clone", "-q", "--depth=3", f"file://{tmp_path / 'whole'}", "cpython")
    assert bisect(commits[1], "main") == 0


def test_where_the_good_end_shows_it_too(
    tmp_path: Path, bisect: Bisect, capsys: pytest.CaptureFixture[str]
) -> None:
    toys.clone(tmp_path / "cpython", "shows", "shows", "shows")
    assert bisect("main~2", "main") == 2
    assert "it shows at --good main~2, too: name an earlier commit that does not show it" in told(capsys)
    assert bisect("main~2", "main", "--resume") == 2  # nothing is lost, nor built again
    assert "it shows at --good main~2, too" in told(capsys)


def test_what_never_shows(tmp_path: Path, bisect: Bisect, capsys: pytest.CaptureFixture[str]) -> None:
    toys.clone(tmp_path / "cpython", "fine", "fine", "fine")
    assert bisect("main~2", "main", "--limit", "1s") == 2
    said = told(capsys)
    assert "it never shows at --bad main: 0 of " in said and "give it longer with --limit" in said


def test_no_compiler(
    tmp_path: Path, bisect: Bisect, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    toys.clone(tmp_path / "cpython", *CAME)
    monkeypatch.setenv("CC", "no-such-compiler")
    assert bisect("main~3", "main") == 3
    assert "no no-such-compiler on PATH, so nothing can be built: install one" in told(capsys)
    assert not (tmp_path / "out").exists()


ENDS_THAT_CANNOT_BE_TOLD = [
    (
        ("fine", "fine", "shows broken"),
        "--bad main does not build, so nothing can be measured there: compiling",
    ),
    (
        ("fine broken", "fine", "shows"),
        "--good main~2 cannot be told: compiling CPython failed: Modules/state.c",
    ),
    (("fine", "fine", "breaks"), "the program cannot run on "),
]


@pytest.mark.parametrize(("states", "says"), ENDS_THAT_CANNOT_BE_TOLD)
def test_an_end_that_cannot_be_told(
    states: tuple[str, ...], says: str, tmp_path: Path, bisect: Bisect, capsys: pytest.CaptureFixture[str]
) -> None:
    toys.clone(tmp_path / "cpython", *states)
    assert bisect("main~2", "main") == 3
    assert says in told(capsys)


def test_a_partial_clone_that_lacks_what_is_compiled(
    tmp_path: Path, bisect: Bisect, capsys: pytest.CaptureFixture[str]
) -> None:
    toys.clone(tmp_path / "cpython", "fine one", "fine two", "shows three")
    toys.lose(tmp_path / "cpython", "main:Modules/state.c")
    assert bisect("main~2", "main") == 3
    assert "--bad main does not build, so nothing can be measured there: git checkout failed: " in told(
        capsys
    )


def test_a_folder_that_holds_something_else(
    tmp_path: Path, bisect: Bisect, capsys: pytest.CaptureFixture[str]
) -> None:
    toys.clone(tmp_path / "cpython", *CAME)
    assert bisect("main~3", "main", "--resume") == 2
    assert "out holds no campaign to resume" in told(capsys)
    (tmp_path / "out").mkdir()
    journal = tmp_path / "out" / "journal.jsonl"
    journal.write_text(json.dumps({"event": "campaign"}) + "\n")
    before = journal.read_bytes()
    assert bisect("main~3", "main") == 2
    assert "holds a campaign already" in told(capsys)
    assert bisect("main~3", "main", "--resume") == 2
    assert "holds no search for a commit: leave --resume out, and choose another --out" in told(capsys)
    assert journal.read_bytes() == before


def test_what_another_search_was_begun_with(
    tmp_path: Path, bisect: Bisect, capsys: pytest.CaptureFixture[str]
) -> None:
    toys.clone(tmp_path / "cpython", *CAME)
    assert bisect("main~3", "main") == 0
    capsys.readouterr()
    assert bisect("main~2", "main", "--resume") == 2
    assert "was begun with good main~3, not main~2: give the same, or choose another --out" in told(capsys)


FINDINGS = [
    ("gone.py", "gone.py cannot be read: "),
    ("gh-1", "gh-1 is not on the list of known issues"),
    ("12345678", "latest holds no campaign: journal.jsonl cannot be read"),
    ("nowhere#12345678", "nowhere holds no campaign"),
    ("out#", "'out#' names no finding: write DIR#id"),
]


@pytest.mark.parametrize(("name", "says"), FINDINGS)
def test_what_names_no_finding(
    name: str, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    toys.clone(tmp_path / "cpython", *CAME)
    assert main(["bisect", name, "--repo", "cpython", "--good", "main~3", "--bad", "main"]) == 2
    assert says in told(capsys)


def test_what_is_no_clone(tmp_path: Path, bisect: Bisect, capsys: pytest.CaptureFixture[str]) -> None:
    assert bisect("main~3", "main") == 2
    assert "cpython is no git repository" in told(capsys)
    (tmp_path / "cpython").mkdir()
    assert bisect("main~3", "main") == 2
    assert "cpython is no git repository" in told(capsys)
