"""How a child of the target is started: its command, its environment, its pipes."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO

from harness.builds.flavour import QUIET
from harness.builds.instrumented import linked
from harness.builds.layout import fixed_layout
from harness.builds.slices import short_slices
from harness.campaign.report_log import ReportLog
from harness.kernel import child as entry_point
from harness.kernel.amplifiers import Setting
from harness.kernel.levers import DEBUG_ALLOCATOR, OFF, is_filled, specializer
from harness.kernel.spec_types import ChildSpec
from harness.record.target import Target

LEFT_OUT = ("PYTHON_GIL", "PYTHON_JIT", "PYTHON_TLBC", "PYTHONHASHSEED", "PYTHONHOME", "PYTHONSTARTUP")
LEFT_OUT_PREFIXES = ("PYTEST_", "COV_")

MakeCommand = Callable[[int], list[str]]
"""From the descriptor that the child writes its events to, to its command line."""


@dataclass(frozen=True)
class Child:
    """A running child. It leads a process group of its own, so that everything it starts can be ended with
    it.
    """

    process: subprocess.Popen[bytes]
    events: int
    stdout: int
    stderr: int
    lifeline: IO[bytes]
    """The child's stdin. Nothing is ever written to it; when this process is gone, it closes, and the child
    ends.
    """
    reports: ReportLog | None = None
    """Where its sanitizer writes; None where it has none, or nobody looks."""

    @property
    def pid(self) -> int:
        """Its own until it has been reaped, and its process group's name."""
        return self.process.pid

    @property
    def reaped(self) -> bool:
        return self.process.returncode is not None

    def has_ended(self) -> bool:
        """Whether it has ended, reaped or not; it is not reaped here."""
        return self.reaped or os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def wait(self) -> int:
        """Reap it when it ends: its status, below 0 for a signal."""
        return self.process.wait()

    def close(self) -> None:
        """Let go of the pipes. The process must have been reaped."""
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            assert stream is not None
            stream.close()
        os.close(self.events)
        if self.reports:
            self.reports.close()


def command(target: Target, spec: ChildSpec) -> list[str]:
    """The command line of a child that does what ``spec`` says, with the GIL on where ``spec`` says ``with_gil``, and
    without the specializer where a knob of its trial says so.

    A build with a GIL is never given ``-X gil=0``.
    """
    with_gil = spec["do"] in ("trial", "pairs", "serve") and spec.get("with_gil", False)
    options = ["-X", f"gil={int(with_gil)}"] if target.free_threaded else []
    if _knobs(spec).get(specializer.name) == OFF:
        options += ["-X", "tlbc=0"]
    told = json.dumps(spec | _bytecode(target.executable))
    return [target.executable, "-P", *options, str(Path(entry_point.__file__).resolve()), told]


def allocator(spec: ChildSpec) -> dict[str, str]:
    """What the environment of a child that does what ``spec`` says has, for what it frees to be filled where that is
    asked for.
    """
    return DEBUG_ALLOCATOR if is_filled(_knobs(spec)) else {}


def _knobs(spec: ChildSpec) -> Mapping[str, Setting]:
    return spec["knobs"] if spec["do"] in ("trial", "pairs", "serve", "sweep") else {}


def _bytecode(executable: str) -> dict[str, str]:
    """Where the children of a target keep bytecode for one another, as long as this process lives: each would compile
    the kernel anew where the environment forbids to keep it beside the sources, or that is nowhere to write.

    A folder for each target: one that is broken must not be what others read.
    """
    folder = Path(entry_point.__file__).parent
    if not os.environ.get("PYTHONDONTWRITEBYTECODE") and os.access(folder, os.W_OK):
        return {}
    name = hashlib.sha256(executable.encode()).hexdigest()[:16]
    return {"bytecode": str(Path(_folder().name) / name)}


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="ftstress-bytecode-")


def environment() -> dict[str, str]:
    """What a child inherits: everything but what would turn the GIL or the JIT on, or the specializer off, make it
    another program, or have strings hash alike in all of them (tox does): a race in a table shows by some hashes only.
    A sanitizer is quiet.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in LEFT_OUT and not name.startswith(LEFT_OUT_PREFIXES)
    }
    return kept | QUIET


@cache
def _instrumented(executable: str) -> bool:
    return linked(Path(executable)) is not None


@contextmanager
def ready_to_race(executable: str) -> Iterator[None]:
    """What this thread starts meanwhile has short time slices; and no random addresses, where these disturb the
    program.
    """
    with fixed_layout(_instrumented(executable)), short_slices():
        yield


def start(
    make_command: MakeCommand,
    inherited: Sequence[int] = (),
    more: Mapping[str, str] | None = None,
    reports: ReportLog | None = None,
) -> Child:
    """Start a child, which inherits some descriptors, and finds ``more`` in its environment; ``reports``: what its
    sanitizer writes, which is closed with it.

    Raises OSError when the target cannot be executed.
    """
    reading, writing = os.pipe()
    try:
        command = make_command(writing)
        with ready_to_race(command[0]):
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                pass_fds=[writing, *inherited],
                env=environment() | dict(more or {}),
                start_new_session=True,
            )
    except BaseException:
        os.close(reading)
        if reports:
            reports.close()
        raise
    finally:
        os.close(writing)
    assert process.stdin is not None and process.stdout is not None and process.stderr is not None
    return Child(process, reading, process.stdout.fileno(), process.stderr.fileno(), process.stdin, reports)
