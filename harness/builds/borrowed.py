"""A repository of our own that has no objects of its own: it borrows a clone's, which is only read.

A work tree that git itself adds to a clone (``git worktree add``) writes into the clone, and so does ``git bisect`` in
one. What is done here leaves the clone as it is: bare, with a dirty work tree, in the middle of a search of its own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from harness.builds import git
from harness.builds.compile import FULL
from harness.builds.errors import NoRoom, NotBuilt

TIMEOUT_S = 1800
"""A checkout from nothing, on a busy machine."""


class Borrowed:
    """A repository in ``folder``, made where there is none yet, with all commits of ``clone``."""

    def __init__(self, clone: Path, folder: Path, *, bare: bool, lock: int | None = None) -> None:
        """``lock``: what is held while somebody works in it, an open file; git holds it, too.

        Raises NotBuilt, and OSError where the folder cannot be written.
        """
        self.folder = folder
        self._lock = [] if lock is None else [lock]
        own = folder if bare else folder / ".git"
        if not (own / "HEAD").exists():
            folder.mkdir(parents=True, exist_ok=True)
            self.run("init", "--quiet", "--template=", *(["--bare"] if bare else []))
        for left in own.glob("*.lock"):  # by a git that was killed: nobody else is here
            left.unlink()
        info = own / "objects" / "info"
        info.mkdir(parents=True, exist_ok=True)
        info.joinpath("alternates").write_text(f"{path_in(clone, 'objects')}\n", encoding="utf-8")
        shallow = path_in(clone, "shallow")
        if shallow.exists():  # history ends there, and must end here, too
            shutil.copyfile(shallow, own / "shallow")
        else:
            (own / "shallow").unlink(missing_ok=True)

    def run(self, *arguments: str, fine: Sequence[int] = (0,)) -> str:
        """What git says, on stdout, where its exit status is ``fine``.

        Raises NotBuilt with its own words where it fails, NoRoom for a full disk.
        """
        try:
            done = subprocess.run(
                ["git", "-C", str(self.folder), *arguments],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="surrogateescape",
                timeout=TIMEOUT_S,
                pass_fds=self._lock,
                # Nobody's settings, nor hooks: what is done is the same everywhere.
                env={**git.environment(), "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"},
            )
        except (FileNotFoundError, subprocess.TimeoutExpired) as error:
            raise NotBuilt(f"git cannot be used in {self.folder}: {error}") from error
        if done.returncode in fine:
            return done.stdout
        if any(full in done.stderr for full in FULL):
            raise NoRoom(f"git {arguments[0]} failed: the disk of {self.folder} is full; make room")
        words = next((line for line in done.stderr.splitlines() if line.startswith("error:")), done.stderr)
        raise NotBuilt(f"git {arguments[0]} failed: {' '.join(words.split())[:300]}")


def path_in(clone: Path, name: str) -> Path:
    """Where a repository, or one of its work trees, has a part of its own. Raises NotBuilt."""
    said = git.said(clone, "rev-parse", "--git-path", name).rstrip("\n")
    if not said:
        raise NotBuilt(f"git cannot look into {clone}")
    return (clone / said).resolve()
