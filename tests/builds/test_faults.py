"""Seeded faults: what a patch must say of itself, and the interpreter that is made from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.builds import cache, fetch
from harness.builds.errors import NotASource, NotBuilt
from harness.builds.fault import build_fault, corpus, find, read
from harness.builds.progress import Step
from harness.builds.source import from_tarball
from tests.builds import fake_source

MAKEFILE = (
    fake_source.MAKEFILE + "\npython: interpreter\n\t@echo gcc -c interpreter\n\t@cp interpreter python\n"
)
PATCH = """\
Guarantee: what is stored is what is read
Issue: gh-118362
Shows: a read gives something else,
 now and then

--- a/interpreter
+++ b/interpreter
@@ -1 +1,2 @@
-#!/bin/sh
+#!/bin/sh
+: a guarantee less
"""


@pytest.fixture
def patch(tmp_path: Path) -> Path:
    path = tmp_path / "stored-is-read.patch"
    path.write_text(PATCH)
    return path


@pytest.fixture
def release(tmp_path: Path, cache_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The release that faults are made from, built in a moment; its cache."""
    source = from_tarball(fake_source.tarball(tmp_path, makefile=MAKEFILE), "release")
    monkeypatch.setattr(fetch, "release", lambda version, progress: source)
    return cache_folder


def test_a_patch_says_what_it_removes_and_how_it_shows(patch: Path) -> None:
    fault = read(patch)
    assert (fault.name, fault.issue, fault.invisible) == ("stored-is-read", "gh-118362", None)
    assert fault.shows == "a read gives something else, now and then"


WRONG = [
    (PATCH.replace("Guarantee", "Promise"), "it lacks Guarantee"),
    (PATCH.replace("+++ ", "   "), "it lacks a diff behind its headers"),
    ("", "it lacks Guarantee, Issue, Shows"),
]


@pytest.mark.parametrize(("text", "sentence"), WRONG)
def test_what_is_no_fault_is_refused_in_a_sentence(patch: Path, text: str, sentence: str) -> None:
    patch.write_text(text)
    with pytest.raises(NotASource, match=sentence):
        read(patch)


def test_a_fault_is_found_by_its_name_and_by_its_path(patch: Path) -> None:
    assert find("stored-is-read", patch.parent) == find(str(patch)) == read(patch)
    with pytest.raises(NotASource, match="no fault named other: there are stored-is-read"):
        find("other", patch.parent)
    with pytest.raises(NotASource, match="there are no seeded faults in"):
        corpus(patch.parent / "empty")


def test_a_fault_is_an_interpreter_of_its_own_beside_the_bases_library(release: Path, patch: Path) -> None:
    made = build_fault(read(patch))
    (base,) = cache.entries()
    assert made.read_text().splitlines()[1] == ": a guarantee less"
    assert (made.parents[1] / "lib").resolve() == base.install / "lib"
    assert sorted(path.name for path in made.parents[1].iterdir()) == ["bin", "lib"]
    assert ": a guarantee less" not in (base.tree / "interpreter").read_text(), "the base stays what it is"


def test_a_fault_is_made_once_and_again_when_its_patch_changes(release: Path, patch: Path) -> None:
    first = build_fault(read(patch))
    told: list[Step] = []
    assert build_fault(read(patch), told.append) == first
    assert told[-1].text == "stored-is-read was built before"
    patch.write_text(PATCH.replace("a guarantee less", "two guarantees less"))
    assert build_fault(read(patch)) != first


def test_a_patch_that_does_not_apply_is_told_with_the_log(release: Path, patch: Path) -> None:
    patch.write_text(PATCH.replace("-#!/bin/sh", "-#!/bin/bash"))
    with pytest.raises(
        NotBuilt, match=r"applying stored-is-read to CPython .* failed: .*; everything it said is in .*log"
    ):
        build_fault(read(patch))
    assert not list((release / "faults").rglob("bin")), "nothing that could be taken for it is left"


def test_every_fault_of_the_corpus_says_what_it_is() -> None:
    faults = corpus()
    assert len([fault for fault in faults if not fault.invisible]) >= 16
    assert all(fault.issue.startswith("gh-") for fault in faults)
