"""Whether threads that do not come back are asleep or running: what the operating system says (Linux)."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from pathlib import Path

LOOK_S = 0.3
BUSY = 0.3
"""The share of that time that a thread must have run, or been ready to, to be called running."""
ASLEEP_LOOKS = 40
"""Looks at which all threads waited for one another, after which nobody is left who could wake them. A thread that a
busy machine keeps from running does not wait: it is ready, at all looks but by chance."""
TAKES_BACK = 5
"""Of these, what a look takes back that finds one ready: who waits a millisecond at a time is, now and then."""
APART_S = 0.08
"""What is asked sooner after a look is none."""
IDLE = 0.05
"""The share of a core that all of them together may use in between: who waits for the world to stop looks again
each millisecond."""
FUTEX = {"x86_64": 202, "aarch64": 98}
"""The number of the system call in which locks wait."""


def running(pid: int | str, threads: Iterable[int] | None = None) -> list[int] | None:
    """Of the ``threads`` (native ids; all where None) of a process, those that use a core, or wait for one.

    None: cannot be told.
    """
    folder = Path(f"/proc/{pid}/task")
    try:
        chosen = list(threads) if threads is not None else [int(entry.name) for entry in folder.iterdir()]
        before = {thread: sum(_on_cores(folder / str(thread))) for thread in chosen}
        time.sleep(LOOK_S)
        after = {thread: sum(_on_cores(folder / str(thread))) for thread in chosen}
    except (OSError, ValueError, IndexError):
        return None
    return [thread for thread in chosen if after[thread] - before[thread] >= LOOK_S * BUSY]


def kept_waiting_s(pid: int) -> float:
    """Seconds for which a process's first thread was ready to run, and others had the cores; 0 where nobody says."""
    try:
        return _on_cores(Path(f"/proc/{pid}"))[1]
    except (OSError, ValueError, IndexError):
        return 0.0


def used_by_first_s(pid: int) -> float:
    """Seconds for which a process's first thread had a core; 0 where nobody says."""
    try:
        return _on_cores(Path(f"/proc/{pid}"))[0]
    except (OSError, ValueError, IndexError):
        return 0.0


def _on_cores(task: Path) -> tuple[float, float]:
    """Seconds for which a thread had a core, and for which it waited for one."""
    try:
        used, waited = (task / "schedstat").read_text().split()[:2]
    except FileNotFoundError:  # a kernel that does not count, or a sandbox
        return _ticks(task.parent, int(task.name)) / os.sysconf("SC_CLK_TCK"), 0.0
    return int(used) / 1e9, int(waited) / 1e9


def kind_of_hang(busy: list[int] | None) -> str:
    """``deadlock`` where nobody runs, ``livelock`` where somebody does; empty where it cannot be told."""
    if busy is None:
        return ""
    return f"livelock: {len(busy)} of its threads run" if busy else "deadlock: none of its threads runs"


class Sleepers:
    """Looks, now and then, whether all threads of a process wait for one another: then nobody is left to wake them, and
    a hang is believed sooner than where one may only be slow.

    A thread that sleeps for a time, or for what comes from outside, may go on by itself: it does not count. One that
    waits for a lock, for a time, and looks again since the last look, as who stops the world does, counts.
    """

    def __init__(self) -> None:
        self.looks = 0
        """At which all waited, less what was taken back."""
        self.ticks = 0
        """What they had used at the first of these."""
        self.since = 0.0
        self.looked = 0.0
        self.turns: dict[int, int] = {}
        """How often each had been given a core, at the last look."""

    def look(self, pid: int | str, awake: int | None = None, beside: int = 0) -> bool:
        """Whether the threads of a process, but for the one that looks (``awake``, its native id), have waited long
        enough; so many ``beside`` them may sleep for a time: a sanitizer has one of its own. False: they have not, or
        it cannot be told (only Linux says; of other processes, to who may trace them).
        """
        now = time.monotonic()
        if now - self.looked < APART_S:
            return self.looks >= ASLEEP_LOOKS
        self.looked = now
        folder = Path(f"/proc/{pid}/task")
        try:
            threads = [int(entry.name) for entry in folder.iterdir() if int(entry.name) != awake]
            turns = {
                thread: int((folder / str(thread) / "schedstat").read_text().split()[2]) for thread in threads
            }
            others = [one for one in threads if not _waits(folder, one, turns[one] != self.turns.get(one))]
            all_wait = len(threads) > beside >= len(others) and all(
                _stat(folder, thread)[0] == "S" for thread in others
            )
            ticks = sum(_ticks(folder, thread) for thread in threads)
        except (OSError, ValueError, IndexError):
            turns, all_wait, ticks = {}, False, 0
        self.turns = turns
        due = os.sysconf("SC_CLK_TCK") * (now - self.since) * IDLE
        if not all_wait:
            self.looks = max(0, self.looks - TAKES_BACK)
        elif self.looks and ticks - self.ticks <= max(due, 1.0):
            self.looks += 1
        else:
            self.looks, self.ticks, self.since = 1, ticks, now
        return self.looks >= ASLEEP_LOOKS


def _waits(folder: Path, thread: int, looked_again: bool) -> bool:
    """Whether a thread waits for a lock: until it is free, or for a time that was over since the last look."""
    if _stat(folder, thread)[0] != "S":
        return False
    number, *arguments = (folder / str(thread) / "syscall").read_text().split()
    if number != str(FUTEX.get(os.uname().machine)):
        return False
    return looked_again or int(arguments[3], 16) == 0


def _ticks(folder: Path, thread: int) -> int:
    return _stat(folder, thread)[1]


def _stat(folder: Path, thread: int) -> tuple[str, int]:
    """The state of a thread, a letter, and the ticks that it has used."""
    # The name of a thread stands in parentheses and may hold anything.
    fields = (folder / str(thread) / "stat").read_text().rpartition(")")[2].split()
    return fields[0], int(fields[11]) + int(fields[12])
