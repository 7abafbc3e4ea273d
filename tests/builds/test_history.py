"""A target knows which of the list's commits it has, where the clone that it was built from is at hand."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from harness.builds import git
from harness.builds.find import resolve
from harness.builds.fingerprint import probe
from harness.builds.history import with_history
from harness.builds.provision import build
from harness.kernel import known
from harness.kernel.known import Change
from harness.record.target import Target
from tests.builds import fake_source
from tests.campaign.fakes import fake_target

WHO = ["-c", "user.name=a", "-c", "user.email=a@example.org"]


def said(repository: Path, *arguments: str) -> str:
    command = ["git", *WHO, "-C", str(repository), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def commit(repository: Path, message: str) -> str:
    said(repository, "commit", "-q", "--allow-empty", "-m", message)
    return said(repository, "rev-parse", "--short=11", "HEAD")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A toy: a branch that was left before the mending commit, which a later commit follows."""
    repository = fake_source.folder(tmp_path)
    said(repository, "init", "-q", "-b", "main")
    said(repository, "add", ".")
    commit(repository, "as it was")
    said(repository, "branch", "3.13")
    return repository


def test_git_says_which_commits_are_in_a_history(clone: Path) -> None:
    was, mended, later = git.commit(clone, "3.13"), commit(clone, "mended"), commit(clone, "later")
    asked = [was, mended, later, "abcdef123456"]
    assert git.have(clone, asked, mended) == {was: True, mended: True, later: False}
    assert git.have(clone, asked, "3.13") == {was: True, mended: False, later: False}
    assert git.have(clone, asked, "abcdef123456") == {}
    assert git.have(clone, [], mended) == {}
    assert git.have(clone.parent, asked, mended) == {}


@pytest.mark.usefixtures("cache_folder")
def test_a_build_of_a_clone_comes_with_its_history(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = commit(clone, "old")
    mended = commit(clone, "mended")
    (issue, *_) = known.load()
    monkeypatch.setattr(known, "load", lambda: [replace(issue, mended=(Change("3.13", "", mended),))])
    # The toy's interpreter does not know its own commit, as CPython's does.
    monkeypatch.setattr("harness.builds.find.probe", probing(old))
    executable = build(f"{clone}@{old}")
    assert resolve(str(executable)).history == {mended: False}
    monkeypatch.setattr("harness.builds.find.probe", probing(mended))
    assert resolve(str(executable)).history == {mended: True}
    moved = clone.rename(clone.with_name("moved"))
    assert resolve(str(executable)).history == {}
    assert (
        build(f"{moved}@{old}") == executable
    )  # nothing is built again, and where the clone is now is noted
    assert resolve(str(executable)).history == {mended: True}


def test_an_interpreter_in_a_work_tree_is_asked_about_there(
    clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mended = commit(clone, "mended")
    (issue, *_) = known.load()
    monkeypatch.setattr(known, "load", lambda: [replace(issue, mended=(Change("3.13", "", mended),))])
    target = fake_target(executable=str(clone / "python"), commit="")
    assert with_history(target).history == {}
    assert with_history(replace(target, commit=mended)).history == {mended: True}
    assert with_history(replace(target, commit="3.13")).history == {mended: False}


def probing(commit: str) -> Callable[[Path], Target]:
    return lambda path: replace(probe(path), commit=commit)
