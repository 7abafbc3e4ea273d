"""Whether threads that do not come back are waiting or running: what the operating system says (Linux)."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from pathlib import Path

LOOK_S = 0.3
BUSY = 0.3
"""The share of that time that a thread must have run to be called running."""


def running(pid: int | str, threads: Iterable[int] | None = None) -> list[int] | None:
    """Of the ``threads`` (native ids; all where None) of a process, those that use a core. None: cannot be told."""
    folder = Path(f"/proc/{pid}/task")
    try:
        chosen = list(threads) if threads is not None else [int(entry.name) for entry in folder.iterdir()]
        before = {thread: _ticks(folder, thread) for thread in chosen}
        time.sleep(LOOK_S)
        after = {thread: _ticks(folder, thread) for thread in chosen}
    except (OSError, ValueError, IndexError):
        return None
    due = os.sysconf("SC_CLK_TCK") * LOOK_S * BUSY
    return [thread for thread in chosen if after[thread] - before[thread] >= due]


def kind_of_hang(busy: list[int] | None) -> str:
    """``deadlock`` where nobody runs, ``livelock`` where somebody does; empty where it cannot be told."""
    if busy is None:
        return ""
    return f"livelock: {len(busy)} of its threads run" if busy else "deadlock: none of its threads runs"


def _ticks(folder: Path, thread: int) -> int:
    # The name of a thread stands in parentheses and may hold anything.
    fields = (folder / str(thread) / "stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])
