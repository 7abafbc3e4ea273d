"""Whether threads that do not come back are asleep or running: what the operating system says (Linux)."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from pathlib import Path

LOOK_S = 0.3
BUSY = 0.3
"""The share of that time that a thread must have run to be called running."""
ASLEEP_LOOKS = 40
"""Looks in a row at which all threads slept, after which nobody is left who could wake them. A thread that a busy
machine keeps from running does not sleep: it is ready, at all looks but by chance."""
APART_S = 0.08
"""What is asked sooner after a look is none."""
IDLE = 0.05
"""The share of a core that all of them together may use in between: who waits for the world to stop looks again
each millisecond."""


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


class Sleepers:
    """Looks, now and then, whether all threads of a process sleep that should have something to do: where they do,
    nobody is left to wake them, and a hang is believed sooner than where one may only be slow.
    """

    def __init__(self) -> None:
        self.looks = 0
        """In a row, at which all slept."""
        self.ticks = 0
        """What they had used at the first of these."""
        self.since = 0.0
        self.looked = 0.0

    def look(self, pid: int | str, awake: int | None = None) -> bool:
        """Whether the threads of a process, but for the one that looks (``awake``, its native id), have slept long
        enough. False: they have not, or it cannot be told.
        """
        now = time.monotonic()
        if now - self.looked < APART_S:
            return self.looks >= ASLEEP_LOOKS
        self.looked = now
        folder = Path(f"/proc/{pid}/task")
        try:
            threads = [int(entry.name) for entry in folder.iterdir()]
            states = [_stat(folder, thread) for thread in threads if thread != awake]
        except (OSError, ValueError, IndexError):
            states = []
        ticks = sum(used for _, used in states)
        due = os.sysconf("SC_CLK_TCK") * (now - self.since) * IDLE if self.looks else 0.0
        if not states or any(state != "S" for state, _ in states):
            self.looks = 0
        elif self.looks and ticks - self.ticks <= max(due, 1.0):
            self.looks += 1
        else:
            self.looks, self.ticks, self.since = 1, ticks, now
        return self.looks >= ASLEEP_LOOKS


def _ticks(folder: Path, thread: int) -> int:
    return _stat(folder, thread)[1]


def _stat(folder: Path, thread: int) -> tuple[str, int]:
    """The state of a thread, a letter, and the ticks that it has used."""
    # The name of a thread stands in parentheses and may hold anything.
    fields = (folder / str(thread) / "stat").read_text().rpartition(")")[2].split()
    return fields[0], int(fields[11]) + int(fields[12])
