"""Build after build in one tree, so that only what changed between two commits is compiled again.

The tree is a repository of our own beside somebody's clone (see borrowed.py), one for each clone, version and configure
arguments, and it stays in the cache: the next search begins with what is compiled already. ::

    <user cache>/ftstress/bisect/<version>-<key>/tree/          the source, its objects and its interpreter
    <user cache>/ftstress/bisect/<version>-<key>/unfinished     there while something is built
    <user cache>/ftstress/bisect/<version>-<key>.lock           held while somebody uses it

CPython's Makefile does not know every header that a file includes (Argument Clinic's, among others), so the compiler
writes down what each object was made from, and an object goes when one of these files has changed. What was killed may
leave half an object: the next build begins from nothing. So does one for which configure has changed, and one that
fails, before that is believed.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from harness.builds import cache
from harness.builds.borrowed import Borrowed, path_in
from harness.builds.compile import CONFIGURE_LINES, USUAL_OBJECTS, Work, compiles, cores, revision
from harness.builds.errors import NoRoom, NotBuilt
from harness.builds.fingerprint import probe
from harness.builds.flavour import Flavour
from harness.builds.progress import Progress, Step
from harness.builds.provision import room, works
from harness.record.target import Target

LEFT_OUT = ("/Doc/", "/Lib/test/", "/Misc/NEWS.d/", "/Misc/*.txt")
"""No build needs them, and they are most of what changes; of some, a partial clone lacks files."""
INTERPRETERS = ("python", "python.exe")
_WHEN = "Modules/getbuildinfo.o"
"""Says which commit it was built from: made again each time."""


@contextmanager
def worktree(clone: Path, version: str, debug: bool, progress: Progress) -> Iterator[WorkTree]:
    """A work tree for commits of ``clone``, held for as long as it is used. Raises NotBuilt."""
    configure = arguments(debug)
    key = hashlib.sha256("\0".join([str(path_in(clone, "objects")), *configure]).encode()).hexdigest()[:16]
    folder = cache.root() / "bisect" / f"{version}-{key}"
    with room(), _locked(folder.with_name(folder.name + ".lock"), progress) as lock:
        yield WorkTree(clone, folder, configure, progress, lock)


@contextmanager
def _locked(path: Path, progress: Progress) -> Iterator[int]:
    """Hold a lock that can be handed on: a make whose starter was killed works on, and nobody is to work beside it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress(Step("somebody else builds there: waiting for it"))
            fcntl.flock(file, fcntl.LOCK_EX)
        yield file.fileno()


def arguments(debug: bool) -> tuple[str, ...]:
    """How each commit is configured: as ``ftstress build`` does, with ccache where there is one."""
    chosen = os.environ.get("CC", "")
    if shutil.which("ccache") and "ccache" not in chosen:
        chosen = f"ccache {chosen or ('gcc' if shutil.which('gcc') else 'cc')}"
    noted = [f"{one} -MMD" if one.startswith("CFLAGS=") else one for one in Flavour(debug).configure()]
    return (*noted, *([f"CC={chosen}"] if chosen else []))


class WorkTree:
    """One tree, in which commits are built one after another. The caller holds its lock."""

    def __init__(
        self, clone: Path, folder: Path, configure: tuple[str, ...], progress: Progress, lock: int
    ) -> None:
        self._lock = lock
        self._folder = folder
        self._tree = folder / "tree"
        self._configure = configure
        self._progress = progress
        self._git = Borrowed(clone, self._tree, bare=False, lock=lock)
        self._git.run("config", "core.sparseCheckout", "true")
        info = self._tree / ".git" / "info"
        info.mkdir(exist_ok=True)
        info.joinpath("sparse-checkout").write_text("".join(["/*\n", *(f"!{one}\n" for one in LEFT_OUT)]))

    def build(self, commit: str, log: Path) -> Target:
        """The interpreter of ``commit``, which is gone with the next build; ``log`` gets what was said.

        Raises NotBuilt where it does not build, and NoRoom where the disk is full.
        """
        unfinished = self._folder / "unfinished"
        again = not unfinished.exists() and (self._tree / "Makefile").exists()
        unfinished.touch()
        log.parent.mkdir(parents=True, exist_ok=True)
        try:
            target = self._build(commit, log, again)
        except NoRoom:
            raise
        except NotBuilt:
            unfinished.unlink()  # it came to its own end, so no object is half of one
            raise
        unfinished.unlink()
        return target

    def _build(self, commit: str, log: Path, again: bool) -> Target:
        """Build upon what is there, ``again``, or from nothing."""
        changed = self._changed(commit) if again else set()
        self._git.run("checkout", "--quiet", "--force", "--detach", commit)
        with log.open("w", encoding="utf-8", errors="replace") as said:
            work = Work(self._tree, said, self._progress, self._lock)
            if again and "configure" not in changed:
                self._forget_outdated(changed)
                try:
                    return self._made(work, commit, log)
                except NoRoom:
                    raise
                except NotBuilt:
                    self._progress(Step("what was compiled before may be why: once more, from nothing"))
            self._git.run("clean", "-ffdxq")
            configure = ["./configure", *self._configure]
            work.run("configuring CPython", configure, CONFIGURE_LINES, lambda line: True)
            return self._made(work, commit, log)

    def _made(self, work: Work, commit: str, log: Path) -> Target:
        """Make what is not there, or not of this commit. Raises NotBuilt."""
        (self._tree / _WHEN).unlink(missing_ok=True)
        make = ["make", f"-j{cores()}", *revision(commit, "")]
        work.run("compiling CPython", make, USUAL_OBJECTS, compiles)
        there = [self._tree / one for one in INTERPRETERS if os.access(self._tree / one, os.X_OK)]
        target = probe(works(there[0] if there else self._tree / INTERPRETERS[0], log))
        if not target.commit or not commit.startswith(target.commit):
            raise NotBuilt(f"what was built says that it is of {target.commit or 'no commit'}, not {commit}")
        return target

    def _changed(self, commit: str) -> set[str]:
        """The files that are not what they were in the commit that was built last."""
        names = self._git.run("diff", "--name-only", "--no-renames", "-z", "HEAD", commit)
        return {name for name in names.split("\0") if name}

    def _forget_outdated(self, changed: set[str]) -> None:
        """Remove each object that one of these files went into."""
        for noted in self._tree.rglob("*.d"):
            with suppress(OSError):
                words = noted.read_text(encoding="utf-8", errors="replace").replace("\\\n", " ").split()
                if any(self._name(word) in changed for word in words):
                    noted.with_suffix(".o").unlink(missing_ok=True)

    def _name(self, word: str) -> str:
        """A file as git calls it, from what the compiler calls it."""
        return os.path.relpath(os.path.join(self._tree, word), self._tree)
