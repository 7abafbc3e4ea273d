"""What git says of a repository, and a revision's files: neither the work tree nor the index is touched."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from pathlib import Path

from harness.builds.errors import NotASource

_NOT_COMPILED = ("Doc/",)
"""Folders that no build needs; with their large files they are what a partial copy lacks first."""
_EXECUTABLE, _LINK = "100755", "120000"


def said(folder: Path, *arguments: str) -> str:
    """What git says about a folder; nothing where there is no git, or the folder is none of its."""
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="surrogateescape",
            timeout=60,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""


def commit(repository: Path, revision: str) -> str:
    """The full id of the commit that ``revision`` names. Raises NotASource where it names none."""
    if not said(repository, "rev-parse", "--git-dir"):
        raise NotASource(f"{repository} is no git repository: give a clone of CPython's, as CLONE@3.15")
    found = said(repository, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if not found:
        raise NotASource(
            f"{repository} has no revision {revision}: give a branch, a tag or a commit that it has"
        )
    return found.split()[-1]


def branch(repository: Path, revision: str) -> str:
    """The branch that ``revision`` is, or is on; of several the one that git's name-rev takes. Empty: on none."""
    full = said(
        repository, "rev-parse", "--symbolic-full-name", "--verify", "--quiet", "--end-of-options", revision
    ).strip()
    if not full.startswith(("refs/heads/", "refs/remotes/")):
        named = said(repository, "name-rev", "--name-only", "--no-undefined", "--refs=refs/heads/*", revision)
        named = named or said(
            repository, "name-rev", "--name-only", "--no-undefined", "--refs=refs/remotes/*", revision
        )
        full = re.split(r"[~^]", named.strip())[0]
    return re.sub(r"^(refs/)?(heads/|remotes/[^/]+/)", "", full)


def is_ancestor(repository: Path, commit: str, descendant: str) -> bool | None:
    """Whether ``descendant`` has ``commit`` in its history; None where the repository lacks one of them."""
    if not all(
        said(repository, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{one}^{{commit}}")
        for one in (commit, descendant)
    ):
        return None
    done = subprocess.run(
        ["git", "-C", str(repository), "merge-base", "--is-ancestor", commit, descendant],
        stdin=subprocess.DEVNULL,
        capture_output=True,
    )
    return done.returncode == 0


def unpack(repository: Path, commit: str, tree: Path) -> None:
    """Write the files of a commit into ``tree``, which is made, all with the commit's time, as a tarball has them.

    Files that the repository does not hold (a partial copy) are left out: what a build needs of them, it will name.
    Raises NotASource where git itself fails.
    """
    listed = said(repository, "ls-tree", "-r", "-z", "--full-tree", commit)
    when = said(repository, "show", "-s", "--format=%ct", commit)
    if not listed or not when:
        raise NotASource(f"{repository}: git cannot list the files of {commit}")
    wanted: list[tuple[str, str, str]] = []
    for line in filter(None, listed.split("\0")):
        (mode, kind, blob), name = line.split("\t", 1)[0].split(), line.split("\t", 1)[1]
        if kind == "blob" and not name.startswith(_NOT_COMPILED):
            wanted.append((mode, blob, name))
    with tempfile.TemporaryFile() as asked:
        asked.write("".join(f"{blob}\n" for _, blob, _ in wanted).encode())
        asked.seek(0)
        with subprocess.Popen(
            ["git", "-C", str(repository), "cat-file", "--batch", "--buffer"],
            stdin=asked,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={
                **os.environ,
                "GIT_NO_LAZY_FETCH": "1",
            },  # what a partial clone lacks is not asked of a server
        ) as child:
            assert child.stdout is not None
            for mode, _, name in wanted:
                header = child.stdout.readline().split()
                if header[-1:] == [b"missing"]:
                    continue
                if len(header) != 3:
                    raise NotASource(f"{repository}: git cannot read {name} of {commit}")
                content = child.stdout.read(int(header[2]))
                child.stdout.read(1)  # a line's end
                _write(tree / name, mode, content, int(when))


def _write(path: Path, mode: str, content: bytes, when: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if mode == _LINK:
        path.symlink_to(os.fsdecode(content))
    else:
        path.write_bytes(content)
        path.chmod(0o755 if mode == _EXECUTABLE else 0o644)
        os.utime(path, (when, when))
