"""Seeded faults: what a patch must say of itself, and the interpreter that is made from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.builds import cache, fetch
from harness.builds.errors import NotASource, NotBuilt
from harness.builds.fault import DoesNotApply, branch, build_fault, corpus, find, patched, read
from harness.builds.progress import Step
from harness.builds.provision import CALIBRATED, compiled
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
Branches: 3.13, main

--- a/interpreter
+++ b/interpreter
@@ -1 +1,2 @@
-#!/bin/sh
+#!/bin/sh
+: a guarantee less
"""


@pytest.fixture
def patch(tmp_path: Path) -> Path:
    path = tmp_path / "corpus" / "3.13" / "stored-is-read.patch"
    path.parent.mkdir(parents=True)
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
    assert fault.branches == ("3.13", "main")


@pytest.mark.parametrize(
    ("version", "named"),
    [("3.13.5", "3.13"), ("3.15.0rc1+dev", "3.15"), ("3.16.0a0", "main"), ("3.17.0a0", "main")],
)
def test_a_version_is_of_a_branch(version: str, named: str) -> None:
    assert branch(version) == named


WRONG = [
    (PATCH.replace("Guarantee", "Promise"), "it lacks Guarantee"),
    (PATCH.replace("+++ ", "   "), "it lacks a diff behind its headers"),
    (
        PATCH.replace("Branches", "Command: walk\nBranches"),
        "its Command is walk, and must be one of run, pairs",
    ),
    ("", "it lacks Guarantee, Issue, Shows, Branches"),
]


@pytest.mark.parametrize(("text", "sentence"), WRONG)
def test_what_is_no_fault_is_refused_in_a_sentence(patch: Path, text: str, sentence: str) -> None:
    patch.write_text(text)
    with pytest.raises(NotASource, match=sentence):
        read(patch)


def test_a_fault_is_found_by_its_name_where_it_is_of_the_branch_and_by_its_path(patch: Path) -> None:
    folder = patch.parents[1]
    assert find("stored-is-read", "main", folder) == find(str(patch), "3.15") == read(patch)
    with pytest.raises(NotASource, match=r"no fault of CPython 3.13 named other: there are stored-is-read"):
        find("other", "3.13", folder)
    with pytest.raises(NotASource, match=r"there are no seeded faults of CPython 3.15 in"):
        find("stored-is-read", "3.15", folder)


def test_a_fault_is_an_interpreter_of_its_own_beside_the_bases_library(release: Path, patch: Path) -> None:
    made = build_fault(read(patch))
    (base,) = cache.entries()
    assert made.read_text().splitlines()[1] == ": a guarantee less"
    assert (made.parents[1] / "lib").resolve() == base.install / "lib"
    assert sorted(path.name for path in made.parents[1].iterdir()) == ["bin", "lib"]
    assert ": a guarantee less" not in (base.tree / "interpreter").read_text(), "the base stays what it is"


SHARED = """
modules: ; @mkdir -p build/lib.toy && cp Modules/mod.c build/lib.toy/mod.so && cp Modules/still.c build/lib.toy/still.so
python: interpreter ; @cp interpreter python
sharedmods: modules
"""
DYNLOAD = "$(DESTDIR)$(prefix)/lib/python3.13t/lib-dynload"


def test_a_fault_in_an_extension_module_is_a_copy_of_that_module_among_links(
    tmp_path: Path, cache_folder: Path, patch: Path
) -> None:
    installs = f"\t@mkdir -p {DYNLOAD} && cp build/lib.toy/* {DYNLOAD}\n"
    makefile = fake_source.MAKEFILE.replace("install: all", "install: all modules") + installs + SHARED
    source = fake_source.folder(tmp_path, makefile=makefile)
    (source / "Modules").mkdir()
    for name in ("mod.c", "still.c"):
        (source / "Modules" / name).write_text("whole\n")
    base = compiled(str(source))
    patch.write_text(
        PATCH.split("--- a/")[0] + "--- a/Modules/mod.c\n+++ b/Modules/mod.c\n@@ -1 +1 @@\n-whole\n+less\n"
    )
    library = build_fault(read(patch), base).parents[1] / "lib" / "python3.13t"
    changed, still = (library / "lib-dynload" / name for name in ("mod.so", "still.so"))
    assert changed.read_text() == "less\n" and not changed.is_symlink()
    assert still.resolve() == base.install / "lib" / "python3.13t" / "lib-dynload" / "still.so"
    assert (base.tree / "build" / "lib.toy" / "mod.so").read_text() == "whole\n", "the base stays what it is"


def test_a_fault_is_made_once_and_again_when_its_patch_changes(release: Path, patch: Path) -> None:
    first = build_fault(read(patch))
    told: list[Step] = []
    assert build_fault(read(patch), progress=told.append) == first
    assert told[-1].text == "stored-is-read was built before"
    patch.write_text(PATCH.replace("a guarantee less", "two guarantees less"))
    assert build_fault(read(patch)) != first


def test_a_fault_is_made_from_any_source_that_can_be_built(
    tmp_path: Path, cache_folder: Path, patch: Path
) -> None:
    base = compiled(str(fake_source.folder(tmp_path, version="3.16.0a0", makefile=MAKEFILE)))
    made = build_fault(read(patch), base)
    assert made.read_text().splitlines()[1] == ": a guarantee less"
    assert made.parents[1].parent.name == base.directory.name


def test_a_hunk_finds_its_lines_wherever_they_are(release: Path, patch: Path) -> None:
    patch.write_text(PATCH.replace("@@ -1 +1,2 @@", "@@ -70 +70,2 @@"))
    assert ": a guarantee less" in build_fault(read(patch)).read_text()


ELSEWHERE = [
    (
        PATCH.replace("-#!/bin/sh", "-#!/bin/bash"),
        "hunk 1, meant for line 1 of interpreter, changes lines that are gone",
    ),
    (
        PATCH.replace("b/interpreter", "b/other"),
        "hunk 1, meant for line 1 of other, changes lines that are gone",
    ),
    (PATCH.replace("-#!/bin/sh\n+#!/bin/sh\n", ""), "changes lines that are there 3 times"),
    (PATCH + "@@ -9 +10 @@\n-no such line\n+another\n", "hunk 2, meant for line 9 of interpreter"),
]


@pytest.mark.parametrize(("text", "sentence"), ELSEWHERE)
def test_a_patch_whose_lines_are_gone_or_not_alone_is_told_with_its_hunk(
    release: Path, patch: Path, text: str, sentence: str
) -> None:
    patch.write_text(text)
    with pytest.raises(DoesNotApply, match=f"stored-is-read does not apply to CPython 3.13.5: .*{sentence}"):
        build_fault(read(patch))
    assert not list((release / "faults").rglob("bin")), "nothing that could be taken for it is left"


def test_what_does_not_compile_is_told_with_the_log(release: Path, patch: Path) -> None:
    broken = PATCH.replace("a/interpreter", "a/Makefile").replace("b/interpreter", "b/Makefile")
    patch.write_text(
        broken.replace("-#!/bin/sh\n+#!/bin/sh\n+: a", "-python: interpreter\n+python: none\n+# a")
    )
    with pytest.raises(NotBuilt, match=r"compiling stored-is-read into CPython .* failed: .*none.*log"):
        build_fault(read(patch))
    assert not list((release / "faults").rglob("bin"))


BRANCHES = ("3.13", "3.14", "3.15", "main")


@pytest.mark.parametrize("of", BRANCHES)
def test_every_fault_of_the_corpus_says_what_it_is_and_a_name_is_one_fault_of_a_branch(of: str) -> None:
    faults = corpus(of)
    assert len([fault for fault in faults if not fault.invisible]) >= 50
    assert all(fault.issue.startswith("gh-") and set(fault.branches) <= set(BRANCHES) for fault in faults)
    assert len({fault.name for fault in faults}) == len(faults)


def test_the_patches_are_for_sources_as_they_are_built_here() -> None:
    """Those of a moved branch are told by ``ftstress calibrate``; the release that they were written for stays."""
    bases = [entry for entry in cache.entries() if entry.tree.is_dir()]
    bases = [entry for entry in bases if (said := entry.receipt()) and said.version == CALIBRATED]
    if not bases:
        pytest.skip("no release was compiled on this machine: ftstress build makes one")
    for fault in corpus():
        assert patched(fault, bases[0])
