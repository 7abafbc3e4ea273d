"""Configure, make and install one source into its place in the cache, with a log of everything that was said."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from harness.builds.cache import Entry, Receipt, write_receipt
from harness.builds.errors import NoRoom, NotASource, NotBuilt
from harness.builds.flavour import QUIET
from harness.builds.git import COMMIT_SHOWN
from harness.builds.layout import fixed_layout
from harness.builds.progress import Progress, Step
from harness.builds.source import Source

CONFIGURE_LINES = 780
"""About how many lines configure prints: only the progress bar depends on it."""
USUAL_OBJECTS = 350
FULL = ("No space left on device", "Disk quota exceeded")
"""What compilers, make and git say of a full disk: LC_ALL is C."""

_COMPILES = re.compile(r"(^|\s)-c\s")
_BETWEEN_STEPS_S = 0.2


def check_tools() -> None:
    """Raises NotBuilt when there is nothing here to compile with; asked before anything is fetched."""
    compiler = (os.environ.get("CC") or "").split()[:1]
    if not any(shutil.which(name) for name in compiler or ["gcc", "cc", "clang"]):
        missing = compiler[0] if compiler else "C compiler"
        raise NotBuilt(
            f"no {missing} on PATH, so nothing can be built: install one (Debian: the package build-essential)"
        )
    if not shutil.which("make"):
        raise NotBuilt(
            "no make on PATH, so nothing can be built: install it (Debian: the package build-essential)"
        )


def compile_into(entry: Entry, source: Source, configure: Sequence[str], progress: Progress) -> None:
    """Build ``source`` in ``entry``, whose lock the caller holds.

    The tree is made where it stays, so that the paths in its Makefile and in debug information hold; the install is
    made beside it and appears by a rename, so that there is never half of one. Raises NotBuilt, which names the log.
    """
    shutil.rmtree(entry.directory, ignore_errors=True)
    entry.directory.mkdir(parents=True)
    entry.log.parent.mkdir(parents=True, exist_ok=True)
    progress(Step(f"unpacking CPython {source.version}; the log is {entry.log}"))
    with entry.log.open("w", encoding="utf-8", errors="replace") as log:
        try:
            source.unpack(entry.tree, progress)
        except NotASource as error:
            log.write(f"{error}\n")
            raise NotBuilt(f"{error}; the log is {entry.log}") from error
        work = Work(entry.tree, log, progress)
        work.run(
            "configuring CPython",
            ["./configure", f"--prefix={entry.install}", *configure],
            CONFIGURE_LINES,
            lambda line: True,
        )
        make = ["make", f"-j{cores()}", *revision(source.commit, source.branch)]
        said = work.run("compiling CPython", make, USUAL_OBJECTS, compiles)
        for missing in _missing_modules(said):
            progress(Step(missing))
        # The bulk of an install is CPython's own tests, compiled three times over; nothing here runs them.
        shutil.rmtree(entry.tree / "Lib" / "test", ignore_errors=True)
        shutil.rmtree(entry.tree / "Doc", ignore_errors=True)
        staging = entry.directory / "staging"
        work.run(
            "installing CPython",
            ["make", *revision(source.commit, source.branch), "install", f"DESTDIR={staging}"],
            0,
            lambda line: False,
        )
    staged = staging / entry.install.relative_to(entry.install.anchor)
    for library in staged.rglob("libpython*.a"):
        library.unlink()
    write_receipt(
        staged, Receipt(source.version, source.origin, source.hash, tuple(configure), source.repository)
    )
    staged.rename(entry.install)
    shutil.rmtree(staging)


class Work:
    """The commands of one build, run in its ``tree``; ``log``, an open file with a name, gets all that they say.

    They hold ``lock``, an open file, for as long as they run: also when whoever started them was killed.
    """

    def __init__(self, tree: Path, log: IO[str], progress: Progress, lock: int | None = None) -> None:
        self._lock = [] if lock is None else [lock]
        self._tree = tree
        self._log = log
        self._progress = progress

    def run(self, stage: str, command: Sequence[str], total: int, counts: Callable[[str], bool]) -> list[str]:
        """Run one command; progress is the number of lines that count. Returns what it printed.

        Raises NotBuilt, with the reason that the command gave and the log's name, when it fails; NoRoom: a full disk.
        """
        self._log.write(f"$ {' '.join(command)}\n")
        self._log.flush()
        self._progress(Step(stage, 0, total))
        lines: list[str] = []
        done, told = 0, 0.0
        with fixed_layout():  # what is made is run to make the rest, and may be made with a sanitizer
            child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                cwd=self._tree,
                env=_environment(),
                start_new_session=True,
                pass_fds=self._lock,
            )
        assert child.stdout is not None
        try:
            with child.stdout as output:
                for line in output:
                    self._log.write(line)
                    lines.append(line)
                    done += counts(line)
                    if total and time.monotonic() - told > _BETWEEN_STEPS_S:
                        told = time.monotonic()
                        self._progress(Step(stage, min(done, total - 1), total))
            status = child.wait()
        finally:
            if child.poll() is None:  # interrupted: make's children must not go on without it
                with suppress(ProcessLookupError):
                    os.killpg(child.pid, signal.SIGKILL)
                child.wait()
            self._log.flush()
        if status != 0:
            if any(full in line for line in lines for full in FULL):
                raise NoRoom(
                    f"{stage} failed: the disk is full; make room: {self._log.name} has what it said"
                )
            reason = _reason(lines) or f"exit status {status}"
            raise NotBuilt(f"{stage} failed: {reason}; everything it said is in {self._log.name}")
        self._progress(Step(stage, total, total) if total else Step(f"{stage}: done"))
        return lines


def compiles(line: str) -> bool:
    """Whether a line of make's is the command that makes an object."""
    return bool(_COMPILES.search(line))


def _environment() -> dict[str, str]:
    """This process's environment without what would steer somebody else's make or Python."""
    dropped = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "DESTDIR", "CONFIG_SITE")
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in dropped and not name.startswith("PYTHON")
    }
    # What is made is run to make the rest: no build is to fail because the interpreter forgets memory at its end.
    return {**kept, "LC_ALL": "C", **QUIET}


def revision(commit: str, branch: str) -> list[str]:
    """For make: the tree is a copy without .git, so what sys._git is to say is handed over."""
    if not commit:
        return []
    return [
        f"GITVERSION=echo {commit[:COMMIT_SHOWN]}",
        "GITTAG=echo",
        f"GITBRANCH=echo {shlex.quote(branch)}",
    ]


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _reason(lines: Sequence[str]) -> str:
    """The line that says why: configure's own, else the first error of a compiler, else make's last word."""
    for pattern in (r"configure: error:", r"(^|\s)(fatal )?error:", r"\*\*\*"):
        for line in lines:
            if re.search(pattern, line):
                return line.strip()[:300]
    return lines[-1].strip()[:300] if lines else ""


def _missing_modules(lines: Sequence[str]) -> list[str]:
    """What CPython's build says about modules it left out for want of headers, as remarks for a person."""
    start = next(
        (at for at, line in enumerate(lines) if line.startswith("The necessary bits to build these")), None
    )
    if start is None:
        return []
    names: list[str] = []
    for line in lines[start + 1 :]:
        if not line.strip() or line.startswith("To find"):
            break
        names.extend(line.split())
    remarks = [f"built without {', '.join(names)}: their header files are not on this machine"]
    if "zlib" in names:
        remarks.append(
            "without zlib, pip cannot install into this build: for tox environments install zlib1g-dev and build again"
        )
    return remarks
