"""One child of a detector: bounded in time and memory, and gone when this process is, however that ends."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

TICK_S = 0.1
WEIGH_S = 1.0
TAIL_BYTES = 64 * 1024
MEMORY_BYTES = 4 * 1024**3
"""Classes are never freed in 3.13t, so a process that makes them for minutes grows; one that leaks must not take the
machine with it."""
LEFT_OUT = ("PYTHON_GIL", "PYTHONHOME", "PYTHONPATH", "PYTHONSAFEPATH", "PYTHONSTARTUP", "VIRTUAL_ENV")
LEFT_OUT_PREFIXES = ("PYTEST_", "COV_")
GUARD = 'read _; kill -s KILL -- "-$1"'
"""Its stdin is a pipe that nobody writes to: it reads until this process is gone."""


@dataclass(frozen=True)
class Ended:
    """How a child ended: its status (negative: the signal), the end of what it printed, and who ended it."""

    status: int
    tail: str
    by: Literal["itself", "time", "memory"]


def run(
    command: Sequence[str],
    folder: Path,
    variables: dict[str, str],
    limit_s: float,
    tick: Callable[[], None] = lambda: None,
) -> Ended:
    """Run ``command`` in ``folder`` for at most ``limit_s``. ``tick`` is called every moment, to report progress.

    When it returns or raises, nothing that the child started in its process group is left. Raises OSError when the
    command cannot be executed.
    """
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment(variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    with _ends_with_us(process):
        return _watch(process, time.monotonic() + limit_s, tick)


def environment(variables: dict[str, str]) -> dict[str, str]:
    """This process's environment, less what would turn the GIL on or make the child another program."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in LEFT_OUT and not name.startswith(LEFT_OUT_PREFIXES)
    }
    return kept | variables


@contextmanager
def _ends_with_us(process: subprocess.Popen[bytes]) -> Iterator[None]:
    # The group is killed before its leader is reaped: until then no other process can have its number.
    guard: subprocess.Popen[bytes] | None = None
    try:
        guard = subprocess.Popen(
            ["/bin/sh", "-c", GUARD, "guard", str(process.pid)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        yield
    finally:
        if guard is not None:
            guard.kill()
            guard.communicate()
        _kill(process)
        assert process.stdout is not None
        process.stdout.close()


def _watch(process: subprocess.Popen[bytes], deadline: float, tick: Callable[[], None]) -> Ended:
    assert process.stdout is not None
    output = process.stdout.fileno()
    tail = b""
    weighed = time.monotonic()
    by: Literal["itself", "time", "memory"] = "itself"
    is_open = True
    while not _has_ended(process.pid):
        tick()
        now = time.monotonic()
        if now > deadline:
            by = "time"
            break
        if now - weighed > WEIGH_S:
            weighed = now
            if _weigh(process.pid) > MEMORY_BYTES:
                by = "memory"
                break
        if not is_open:
            time.sleep(TICK_S)
        elif select.select([output], [], [], TICK_S)[0]:
            read = os.read(output, TAIL_BYTES)
            is_open = bool(read)
            tail = (tail + read)[-TAIL_BYTES:]
    status = _kill(process)
    while is_open and select.select([output], [], [], 0)[0] and (read := os.read(output, TAIL_BYTES)):
        tail = (tail + read)[-TAIL_BYTES:]
    return Ended(status, tail.decode(errors="replace"), by)


def _has_ended(pid: int) -> bool:
    """Whether a child has ended; it is left unreaped."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _kill(process: subprocess.Popen[bytes]) -> int:
    """End the whole group, reap its leader, and give its status; the first call's where there are several."""
    if process.returncode is None:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):  # nobody but the leader, who has ended
            pass
        process.wait()
    return process.returncode


def _weigh(pid: int) -> int:
    """Bytes of memory that a process holds; 0 where the system does not say."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
