"""``REPO@REV``: what is built of a toy clone, what of it is left alone, and what is said of bad ones."""

from __future__ import annotations

import os
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from harness.builds import cache, git
from harness.builds.errors import NotASource, NotBuilt
from harness.builds.fingerprint import probe
from harness.builds.flavour import PLAIN, Flavour
from harness.builds.progress import Step
from harness.builds.provision import build, compiled
from tests.builds import fake_source

pytestmark = pytest.mark.usefixtures("cache_folder")

EXTRA = ("Doc/library.rst", "Misc/NEWS.d/changes.rst", "Objects/typeobject.c")


def run_git(folder: Path, *arguments: str) -> str:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main")
    done = subprocess.run(
        ["git", *who, "-C", str(folder), *arguments], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def commit_all(folder: Path, message: str) -> str:
    run_git(folder, "add", "-A", "-f")
    run_git(folder, "commit", "-q", "-m", message)
    return run_git(folder, "rev-parse", "HEAD")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A repository of two commits on main, with a tag on the first and a link among its files."""
    top = fake_source.folder(tmp_path, version="3.15.0a1+")
    for name in EXTRA:
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_text(f"{name}\n")
    (top / "link.c").symlink_to("Objects/typeobject.c")
    run_git(top, "init", "-q")
    commit_all(top, "first")
    run_git(top, "tag", "-a", "-m", "first", "v3.15.0a1")
    (top / "second.c").touch()
    commit_all(top, "second")
    return top


def built(what: str, flavour: Flavour = PLAIN) -> tuple[Path, list[str]]:
    told: list[Step] = []
    path = build(what, flavour, told.append)
    return path, [step.text for step in told]


def test_a_revision_is_built_and_knows_its_commit_and_branch(clone: Path) -> None:
    path, _ = built(f"{clone}@main")
    (entry,) = cache.entries()
    head = run_git(clone, "rev-parse", "HEAD")
    receipt = entry.receipt()
    assert receipt is not None
    assert (receipt.origin, receipt.source_hash) == ("revision", head)
    assert entry.executable() == path
    said = entry.log.read_text()
    assert f"revision {head[: git.COMMIT_SHOWN]}\n" in said
    assert "branch main\n" in said


def test_its_files_are_those_of_the_commit_whatever_lies_in_the_work_tree(clone: Path) -> None:
    (clone / "Objects" / "typeobject.c").write_text("changed, not committed")
    (clone / "stray.c").touch()
    tree = compiled(f"{clone}@v3.15.0a1").tree
    assert (tree / "Objects" / "typeobject.c").read_text() == "Objects/typeobject.c\n"
    assert (tree / "link.c").readlink() == Path("Objects/typeobject.c")
    assert (tree / "configure").stat().st_mode & 0o111
    assert not (tree / "stray.c").exists() and not (tree / "second.c").exists()


def test_neither_the_work_tree_nor_the_index_is_touched(clone: Path) -> None:
    (clone / "Objects" / "typeobject.c").write_text("changed, and staged")
    run_git(clone, "add", "-A")
    (clone / "stray.c").touch()
    os.utime(clone / "second.c", (1, 1))  # not what the index says: whoever refreshes it, writes it

    def state() -> dict[str, tuple[int, bytes]]:
        files = (path for path in clone.rglob("*") if path.is_file() and not path.is_symlink())
        return {str(path): (path.stat().st_mtime_ns, path.read_bytes()) for path in files}

    before = state()
    built(f"{clone}@main")
    built(f"{clone}@v3.15.0a1")
    assert state() == before


def test_one_commit_is_built_once_under_whatever_name(clone: Path) -> None:
    first, _ = built(f"{clone}@main")
    head = run_git(clone, "rev-parse", "HEAD")
    for name in (head, head[:9], "HEAD", "main~0", "@", "main@{0}"):
        again, told = built(f"{clone}@{name}")
        assert again == first
        assert told == ["CPython 3.15.0a1+ was built from this source before"]
    (clone / "third.c").touch()
    commit_all(clone, "third")
    assert built(f"{clone}@main")[0] != first


def test_other_arguments_make_another_build_of_it(clone: Path) -> None:
    plain, _ = built(f"{clone}@main")
    debug, _ = built(f"{clone}@main", Flavour(debug=True))
    assert debug != plain
    assert any("--with-pydebug" in entry.log.read_text() for entry in cache.entries())


@pytest.mark.parametrize(
    ("revision", "branch"),
    [
        ("main", "main"),
        ("main~1", "main"),
        ("v3.15.0a1", "main"),
        ("HEAD", "main"),
        ("origin/3.14", "3.14"),
        ("refs/remotes/origin/3.14", "3.14"),
        ("feature", "feature"),
    ],
)
def test_the_branch_is_the_one_named_or_the_one_that_has_it(clone: Path, revision: str, branch: str) -> None:
    run_git(clone, "update-ref", "refs/remotes/origin/3.14", "main")
    run_git(clone, "branch", "feature", "main~1")
    if revision in ("main~1", "v3.15.0a1"):
        run_git(clone, "branch", "-D", "feature")
    assert git.branch(clone, revision) == branch


def test_a_commit_on_no_branch_has_none(clone: Path) -> None:
    run_git(clone, "checkout", "-q", "--detach")
    alone = commit_all_empty(clone)
    assert git.branch(clone, alone) == ""
    assert built(f"{clone}@{alone}")[0].exists()


def commit_all_empty(folder: Path) -> str:
    run_git(folder, "commit", "-q", "--allow-empty", "-m", "alone")
    alone = run_git(folder, "rev-parse", "HEAD")
    run_git(folder, "checkout", "-q", "main")
    return alone


def test_a_folder_with_an_at_in_its_name(clone: Path) -> None:
    there = clone.rename(clone.with_name("me@here"))
    assert built(f"{there}@main")[0].exists()


def test_a_bare_clone_and_a_work_tree_below_it(clone: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare.git"
    run_git(tmp_path, "clone", "-q", "--bare", str(clone), str(bare))
    run_git(bare, "worktree", "add", "-q", str(tmp_path / "work"), "v3.15.0a1")
    first, _ = built(f"{bare}@main")
    assert built(f"{tmp_path / 'work'}@main")[0] == first


def test_git_s_own_variables_lead_to_no_other_repository(
    clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "other-index"))
    assert built(f"{clone}@main")[0].exists()


def test_what_a_work_tree_is_on_is_told_with_its_changes_and_its_index_left_as_it_is(clone: Path) -> None:
    os.utime(clone / "second.c", (1, 1))  # not what the index says: whoever refreshes it, writes it
    index = (clone / ".git" / "index").read_bytes()
    assert git.described(clone) == "main"
    (clone / "second.c").write_text("changed")
    assert git.described(clone) == "main-dirty"
    assert (clone / ".git" / "index").read_bytes() == index
    run_git(clone, "checkout", "-q", "-f", "v3.15.0a1")
    assert git.described(clone) == "tags/v3.15.0a1"


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ("{clone}@", "names no revision: give a branch, a tag or a commit behind the @"),
        ("@main", "@main names no clone: give the folder of one before the @, as REPO@main"),
        ("{clone}/nothing@main", "/nothing is no folder: give a git clone of CPython's before the @"),
        ("{empty}@main", "is no git repository: give a clone of CPython's before the @"),
        ("{clone}@3.99", "has no revision 3.99: give a branch, a tag or a commit that it has"),
        ("{clone}@main:configure", "has no revision main:configure: give"),
        ("{clone}@--all", "has no revision --all: give"),
        ("{clone}@3.14", "has no revision 3.14: give origin/3.14"),
        ("{clone}@other", "holds no CPython source at other (no Include/patchlevel.h): give a clone"),
        ("{clone}@old", "CPython 3.12.4+ cannot be built free-threaded: give 3.13.0 or later"),
    ],
)
def test_what_names_no_revision_that_can_be_built_is_one_sentence(
    clone: Path, tmp_path: Path, what: str, says: str
) -> None:
    (tmp_path / "empty").mkdir()
    run_git(clone, "update-ref", "refs/remotes/origin/3.14", "main")
    run_git(clone, "checkout", "-q", "-b", "old")
    (clone / "Include" / "patchlevel.h").write_text('#define PY_VERSION "3.12.4+"\n')
    commit_all(clone, "old")
    run_git(clone, "checkout", "-q", "--orphan", "other")
    run_git(clone, "rm", "-q", "-r", "-f", "Include")
    commit_all(clone, "other")
    with pytest.raises(NotASource) as raised:
        build(what.format(clone=clone, empty=tmp_path / "empty"))
    assert says in str(raised.value)
    assert "\n" not in str(raised.value)


def test_the_beginning_of_several_ids_is_told_as_that(clone: Path) -> None:
    shared = alike(clone)
    with pytest.raises(
        NotASource, match=f"^{shared} is the beginning of several ids in .*: give more of it$"
    ):
        build(f"{clone}@{shared}")


def alike(folder: Path) -> str:
    """Write commits, in one process, until two begin with the same four characters, and return these."""
    commits = (
        f"commit refs/heads/many-{number}\ncommitter a <a@example.org> {number} +0000\ndata 0\nfrom main\n\n"
        for number in range(2000)
    )
    fast_import = ["git", "-C", str(folder), "fast-import", "--quiet"]
    subprocess.run(fast_import, input="".join(commits).encode(), check=True)
    ids = run_git(folder, "for-each-ref", "--format=%(objectname)", "refs/heads/many-*").split()
    begin, often = Counter(one[:4] for one in ids).most_common(1)[0]
    assert often > 1
    return begin


def lose(clone: Path, name: str) -> None:
    """Take a file's contents out of the repository: what a partial copy looks like."""
    blob = run_git(clone, "rev-parse", f"main:{name}")
    (clone / ".git" / "objects" / blob[:2] / blob[2:]).unlink()


def test_files_that_no_build_needs_may_be_absent(clone: Path) -> None:
    lose(clone, "Doc/library.rst")
    lose(clone, "Misc/NEWS.d/changes.rst")
    path, told = built(f"{clone}@main")
    assert probe(path).free_threaded
    assert f"left out, as {clone} does not hold them: Misc/NEWS.d/changes.rst" in told


def test_a_file_that_is_compiled_may_not(clone: Path) -> None:
    lose(clone, "Objects/typeobject.c")
    with pytest.raises(NotBuilt, match=r"does not hold Objects/typeobject\.c of .*: give a complete clone"):
        build(f"{clone}@main")
    assert cache.entries() == []


def test_a_version_that_cannot_be_read_is_no_repository_without_source(clone: Path) -> None:
    lose(clone, "Include/patchlevel.h")
    with pytest.raises(NotASource, match=r"does not hold Include/patchlevel\.h of .*, which a build needs"):
        build(f"{clone}@main")


def test_what_a_partial_clone_lacks_is_asked_of_nobody(clone: Path, tmp_path: Path) -> None:
    run_git(clone, "config", "uploadpack.allowFilter", "true")
    partial, asked = tmp_path / "partial", tmp_path / "asked"
    run_git(tmp_path, "clone", "-q", "--filter=blob:none", "--no-checkout", f"file://{clone}", str(partial))
    server = tmp_path / "server"
    server.write_text(f'#!/bin/sh\necho >> {asked}\nexec git upload-pack "$@"\n')
    server.chmod(0o755)
    run_git(partial, "config", "remote.origin.uploadpack", str(server))
    with pytest.raises(NotASource, match=r"does not hold Include/patchlevel\.h"):
        build(f"{partial}@main")
    run_git(partial, "cat-file", "-e", "main:Include/patchlevel.h")  # git by itself does ask
    assert asked.read_text() == "\n"
    with pytest.raises(NotBuilt, match=r"does not hold Makefile\.in and 5 more of"):
        build(f"{partial}@main")
    assert asked.read_text() == "\n"


def test_a_long_extraction_says_how_far_it_is(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git, "_BETWEEN_STEPS_S", 0)
    _, told = built(f"{clone}@main")
    head = run_git(clone, "rev-parse", "HEAD")
    assert f"taking {head[: git.COMMIT_SHOWN]} out of {clone}" in told
