"""What git says of a repository, and a revision's files: neither the work tree nor the index is touched.

Nor is a server asked: what a partial clone does not hold is not there.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from harness.builds.errors import NotASource
from harness.builds.progress import Progress, Step

COMMIT_SHOWN = 11
"""Characters of a commit's id: what CPython's own build shows."""

_NOT_COMPILED = ("Doc/",)
"""Folders that no build looks into."""
_NOT_NEEDED = (*_NOT_COMPILED, "Lib/test/", "Misc/")
"""Where a partial copy's gaps do no harm: its large files lie there. A build that needs one of them will name it."""
_EXECUTABLE, _LINK = "100755", "120000"
_BETWEEN_STEPS_S = 0.2
_ELSEWHERE = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
)
"""Set in a hook or by ``git bisect run``, these would lead to another repository than the folder's."""


def said(folder: Path, *arguments: str, given: str = "") -> str:
    """What git, ``given`` that much to read, says of a folder; nothing where there is no git, or it is none of its."""
    done = _ran(folder, *arguments, given=given)
    return done.stdout if done and done.returncode == 0 else ""


def commit(repository: Path, revision: str) -> str:
    """The full id of the commit that ``revision`` names. Raises NotASource where it names none."""
    opened = _ran(repository, "rev-parse", "--git-dir")
    if opened is None:
        raise NotASource(f"there is no git to look into {repository} with: install it, or give a tarball")
    if opened.returncode != 0:
        if "dubious ownership" in opened.stderr:
            raise NotASource(
                f"{repository} belongs to somebody else, and git does not look into it: allow it with"
                f" `git config --global --add safe.directory {repository}`"
            )
        raise NotASource(f"{repository} is no git repository: give a clone of CPython's before the @")
    found = _ran(repository, "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}")
    if found and found.returncode == 0:
        return found.stdout.split()[-1]
    if found and "ambiguous" in found.stderr:
        raise NotASource(f"{revision} is the beginning of several ids in {repository}: give more of it")
    raise NotASource(f"{repository} has no revision {revision}: give {_hint(repository, revision)}")


def _hint(repository: Path, revision: str) -> str:
    remote = said(
        repository, "for-each-ref", "--format=%(refname:short)", f"refs/remotes/*/{revision}"
    ).split()
    return " or ".join(remote) if remote else "a branch, a tag or a commit that it has"


def branch(repository: Path, revision: str) -> str:
    """The branch that ``revision`` is, or is on; of several the one that git's name-rev takes. Empty: on none."""
    full = said(
        repository, "rev-parse", "--symbolic-full-name", "--verify", "--quiet", "--end-of-options", revision
    ).strip()
    if not full.startswith(("refs/heads/", "refs/remotes/")):
        commit = f"{revision}^{{commit}}"
        named = said(repository, "name-rev", "--name-only", "--no-undefined", "--refs=refs/heads/*", commit)
        named = named or said(
            repository, "name-rev", "--name-only", "--no-undefined", "--refs=refs/remotes/*", commit
        )
        full = re.split(r"[~^]", named.strip())[0]
    return short(full)


def described(folder: Path) -> str:
    """What a work tree is on, as CPython's own build says it, with ``-dirty`` behind it where files were changed."""
    changed = said(folder, "status", "--porcelain", "--untracked-files=no")
    return short(said(folder, "describe", "--all", "--always").strip()) + ("-dirty" if changed else "")


def short(name: str) -> str:
    """The name of a branch, as people say it: ``3.15`` for ``heads/3.15`` and for ``refs/remotes/origin/3.15``."""
    return re.sub(r"^(refs/)?(heads/|remotes/[^/]+/)", "", name)


def text(repository: Path, commit: str, name: str) -> str | None:
    """A file of a commit; None where the commit has none of that name. Raises NotASource where it is not held here."""
    done = _ran(repository, "cat-file", "blob", f"{commit}:{name}")
    if done and done.returncode == 0:
        return done.stdout
    if said(repository, "ls-tree", "--full-tree", commit, "--", name):
        raise NotASource(_lacks(repository, commit, [name]))
    return None


def have(repository: Path, commits: Iterable[str], descendant: str) -> dict[str, bool]:
    """Of the commits that the repository has, whether ``descendant`` has each in its history; nothing without that.

    Two processes for all of them: each ``merge-base --is-ancestor`` would walk the history anew.
    """
    wanted = [*dict.fromkeys(commits)]
    asked = "".join(f"{one}^{{commit}}\n" for one in (descendant, *wanted))
    found = said(
        repository, "cat-file", "--batch-check=%(objectname) %(objecttype)", given=asked
    ).splitlines()
    full = [line.split()[0] if line.endswith(" commit") else "" for line in found]
    if not full or not full[0]:
        return {}
    there = {one: name for one, name in zip(wanted, full[1:], strict=True) if name}
    listed = _ran(repository, "rev-list", *there.values(), f"^{full[0]}") if there else None
    if listed is None or listed.returncode != 0:
        return {}
    lacking = set(listed.stdout.split())
    return {one: name not in lacking for one, name in there.items()}


def unpack(repository: Path, commit: str, tree: Path, progress: Progress) -> None:
    """Write the files of a commit into ``tree``, which is made, all with the commit's time, as a tarball has them.

    Raises NotASource where git itself fails, or the repository, a partial copy, does not hold a file that is compiled.
    """
    listed = said(repository, "ls-tree", "-r", "-z", "--full-tree", commit)
    when = said(repository, "show", "-s", "--format=%ct", commit)
    if not listed or not when:
        raise NotASource(
            f"git cannot list the files of {commit[:COMMIT_SHOWN]} in {repository}: give a complete clone"
        )
    absent = _absent(repository, commit)
    wanted: list[tuple[str, str, str]] = []
    lacking: list[str] = []
    for line in filter(None, listed.split("\0")):
        (mode, kind, blob), name = line.split("\t", 1)[0].split(), line.split("\t", 1)[1]
        if kind != "blob" or name.startswith(_NOT_COMPILED):
            continue
        if blob in absent:
            lacking.append(name)
        else:
            wanted.append((mode, blob, name))
    if needed := [name for name in lacking if not name.startswith(_NOT_NEEDED)]:
        raise NotASource(_lacks(repository, commit, needed))
    if lacking:
        progress(Step(f"left out, as {repository} does not hold them: {', '.join(lacking)}"))
    with tempfile.TemporaryFile() as asked:
        asked.write("".join(f"{blob}\n" for _, blob, _ in wanted).encode())
        asked.seek(0)
        with subprocess.Popen(
            ["git", "-C", str(repository), "cat-file", "--batch", "--buffer"],
            stdin=asked,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(),
        ) as child:
            assert child.stdout is not None
            stage = f"taking {commit[:COMMIT_SHOWN]} out of {repository}"
            told = time.monotonic()
            for number, (mode, _, name) in enumerate(wanted, 1):
                _write(tree / name, mode, _content(child.stdout, repository, name), int(when))
                if time.monotonic() - told > _BETWEEN_STEPS_S or number == len(wanted):
                    told = time.monotonic()
                    progress(Step(stage, number, len(wanted)))


def _absent(repository: Path, commit: str) -> set[str]:
    """The ids of the commit's files that the repository does not hold; found out without a word to a server."""
    listed = said(repository, "rev-list", "--objects", "--no-walk", "--missing=print", commit)
    return {line[1:] for line in listed.splitlines() if line.startswith("?")}


def _lacks(repository: Path, commit: str, names: list[str]) -> str:
    others = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return (
        f"{repository} does not hold {names[0]}{others} of {commit[:COMMIT_SHOWN]}, which a build needs: give a"
        " complete clone"
    )


def _content(batch: IO[bytes], repository: Path, name: str) -> bytes:
    header = batch.readline().split()
    if len(header) != 3:
        raise NotASource(f"git cannot read {name} in {repository}: see what `git fsck` says there")
    content = batch.read(int(header[2]))
    batch.read(1)  # a line's end
    return content


def _write(path: Path, mode: str, content: bytes, when: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if mode == _LINK:
        path.symlink_to(os.fsdecode(content))
    else:
        path.write_bytes(content)
        path.chmod(0o755 if mode == _EXECUTABLE else 0o644)
        os.utime(path, (when, when))


def _ran(folder: Path, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str] | None:
    """None where there is no git, or it does not come back."""
    try:
        return subprocess.run(
            ["git", "-C", str(folder), *arguments],
            input=given,
            capture_output=True,
            text=True,
            errors="surrogateescape",
            timeout=60,
            env=environment(),
        )
    except (OSError, subprocess.TimeoutExpired):
        return None


def environment() -> dict[str, str]:
    """What keeps git to the folder, its index as it is, and a partial clone's server out of it."""
    kept = {name: value for name, value in os.environ.items() if name not in _ELSEWHERE}
    return {
        **kept,
        "LC_ALL": "C",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "none",  # for a git that does not know the line above
    }
