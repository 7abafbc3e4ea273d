"""Start a program that may be anything, and come back whatever it does."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, Literal

from harness.builds.flavour import QUIET
from harness.builds.layout import fixed_layout

MOST_OUTPUT = 256 * 1024
"""Bytes read from a program before it is taken for one that never stops printing."""

_NOT_INHERITED = ("PYTHON_GIL", "PYTHONHOME", "PYTHONSTARTUP")


@dataclass(frozen=True)
class Answer:
    """What the program did: it ended by itself with ``status`` (negative: that signal), or was stopped, and why."""

    ended: Literal["exit", "time", "flood"]
    status: int
    out: str
    err: str

    @property
    def died_of(self) -> str | None:
        """The signal's name where one ended the program and it was not ours."""
        if self.ended != "exit" or self.status >= 0:
            return None
        with suppress(ValueError):
            return signal.Signals(-self.status).name
        return f"signal {-self.status}"


def ask(command: Sequence[str], timeout_s: float, more: Mapping[str, str] | None = None) -> Answer:
    """Run ``command`` without input, in a process group of its own that is killed before this returns; it has ``more``
    in its environment.

    Guarantees to come back within about ``timeout_s`` and to hold at most MOST_OUTPUT of what is printed, also when
    the program leaves children behind that keep its output open. Raises OSError when it cannot be started.
    """
    environment = (
        {name: value for name, value in os.environ.items() if name not in _NOT_INHERITED}
        | QUIET
        | dict(more or {})
    )
    with tempfile.TemporaryFile() as err:
        with fixed_layout():  # it may be made with a sanitizer
            child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=err,
                env=environment,
                cwd=os.path.abspath(os.sep),
                start_new_session=True,
            )
        assert child.stdout is not None
        try:
            out, ended = _read(child, child.stdout, err, time.monotonic() + timeout_s)
        finally:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(child.pid, signal.SIGKILL)
            child.stdout.close()
            status = child.wait()
        err.seek(0)
        said = err.read(MOST_OUTPUT).decode("utf-8", "replace")
    return Answer(ended, status, out.decode("utf-8", "replace"), said)


def _read(
    child: subprocess.Popen[bytes], out: IO[bytes], err: IO[bytes], deadline: float
) -> tuple[bytes, Literal["exit", "time", "flood"]]:
    read = b""
    with selectors.DefaultSelector() as selector:
        selector.register(out, selectors.EVENT_READ)
        at_end = False
        while time.monotonic() < deadline:
            if len(read) > MOST_OUTPUT or os.fstat(err.fileno()).st_size > MOST_OUTPUT:
                return read, "flood"
            # Asked before the pipe is looked at: what a child that has ended wrote last is in the pipe by now.
            ended = child.poll() is not None
            if not at_end and selector.select(0 if ended else 0.02):
                piece = os.read(out.fileno(), 65536)
                read += piece
                at_end = not piece
            elif ended:
                return read, "exit"
            elif at_end:
                time.sleep(0.005)
    return read, "time"
