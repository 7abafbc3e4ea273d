"""``ftstress builds`` and ``ftstress build``: what is on stdout, what on stderr, and the status."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from harness.builds.errors import NotBuilt
from harness.builds.flavour import Flavour
from harness.builds.progress import Progress, Step
from harness.cli import build, builds, main
from harness.record.target import Target
from tests.campaign.fakes import fake_target


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> list[Target]:
    """What is found on the machine; to be added to."""
    targets: list[Target] = []
    monkeypatch.setattr(builds, "find_targets", lambda progress: targets)
    return targets


def test_a_row_says_commit_branch_and_what_it_was_made_from(
    found: list[Target], capsys: pytest.CaptureFixture[str]
) -> None:
    tip = replace(fake_target(), version="3.15.0rc1+", commit="0123456789a", branch="3.15", origin="revision")
    own = replace(fake_target(), version="3.14.2+", commit="a9876543210", branch="mine-dirty")
    found += [fake_target(), tip, own]
    assert main(["builds"]) == 0
    title, *rows = capsys.readouterr().out.splitlines()
    columns = {name: title.index(name) for name in ("commit", "branch", "made from", "interpreter")}
    cells = [[row[at:].split("  ")[0].strip() for at in columns.values()] for row in rows]
    assert [row[:3] for row in cells[1:]] == [
        ["0123456789a", "3.15", "revision"],
        ["a9876543210", "mine-dirty", ""],
    ]
    assert main(["builds", "--json"]) == 0
    read = json.loads(capsys.readouterr().out)
    assert [(one["branch"], one["origin"]) for one in read] == [
        ("", ""),
        ("3.15", "revision"),
        ("mine-dirty", ""),
    ]


def test_where_there_is_none_the_status_is_3(found: list[Target], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["builds"]) == 3
    said = capsys.readouterr()
    assert said.out == "" and "make one with `ftstress build`" in said.err


def test_the_path_is_all_that_is_on_stdout_and_the_newest_release_is_what_is_made_without_a_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def newest(tell: Progress, flavour: Flavour) -> Path:
        tell(Step("target: the newest"))
        return Path(f"/built/newest{kind(flavour)}")

    def named(what: str, flavour: Flavour, progress: Progress) -> Path:
        return Path(f"/built/{what}{kind(flavour)}")

    def kind(flavour: Flavour) -> str:
        return "-debug" * flavour.debug + (f"-{flavour.sanitizer}" if flavour.sanitizer else "")

    monkeypatch.setattr(build, "newest", newest)
    monkeypatch.setattr(build, "build", named)
    for arguments, path in (
        ([], "/built/newest"),
        (["--debug"], "/built/newest-debug"),
        (["3.14.2"], "/built/3.14.2"),
        (["clone@main", "--debug"], "/built/clone@main-debug"),
        (["clone@main", "--debug", "--sanitizer", "thread"], "/built/clone@main-debug-thread"),
        (["--sanitizer", "address"], "/built/newest-address"),
    ):
        assert main(["build", *arguments]) == 0
        said = capsys.readouterr()
        assert said.out == f"{path}\n"
        assert ("target: the newest" in said.err) == ("newest" in path)


def test_what_is_no_source_is_a_bad_argument_and_what_cannot_be_made_is_3(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["build", "nonsense"]) == 2
    assert capsys.readouterr().err.startswith("ftstress: nonsense is neither a version such as")

    def refuse(tell: Progress, flavour: Flavour) -> Path:
        raise NotBuilt("no free-threaded release can be had")

    monkeypatch.setattr(build, "newest", refuse)
    assert main(["build"]) == 3
    assert capsys.readouterr().err == "ftstress: no free-threaded release can be had\n"
