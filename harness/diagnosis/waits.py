"""Who holds what the others wait for, as far as threads' stacks tell, and the cycle in one sentence.

CPython's mutexes name no owner. That a thread waits for one is certain: it sleeps in the parking lot under the mutex's
address. Who holds it is told where something names him, or where the address lies in just one thread's frames that are
not part of waiting for it: what is to be unlocked later must be kept. Where several threads have it, nothing is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, takewhile
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.diagnosis.inside_gdb import ThreadData

LOCKS = (
    *("parking_lot.c", "lock.c", "critical_section.c", "pycore_critical_section.h", "pycore_lock.h"),
    *("pylock.h", "pycore_semaphore.h"),
)
"""CPython's files in which threads only wait."""
LIBC = ("./nptl", "../sysdeps", "./sysdeps", "../nptl", "./csu", "../csu")
RESUMES = "_PyCriticalSection_Resume"
STOPS = ("stop_the_world", "_PyEval_StopTheWorld", "_PyEval_StopTheWorldAll", "types_stop_world")
"""Many stop the world by these: which of them it was says who has called."""


@dataclass(frozen=True)
class Frame:
    """One native frame."""

    function: str
    file: str
    line: int
    has: frozenset[int]
    """Of the addresses that threads wait for, those that lie in it."""

    @property
    def waits(self) -> bool:
        """Whether it is part of waiting, and not of what asked for it."""
        return self.file.startswith(LIBC) or PurePosixPath(self.file).name in LOCKS

    def __str__(self) -> str:
        place = self.file.removeprefix("./") + (f":{self.line}" if self.line else "")
        return f"{self.function} ({place})" if place else self.function


@dataclass(frozen=True)
class Thread:
    """One thread of a process that hangs."""

    number: int
    lwp: int
    name: str
    frames: tuple[Frame, ...]
    """The innermost first."""
    python: tuple[str, ...]
    waits: int
    """The address that it waits for; 0: for none."""
    whom: int
    """The thread (its native id) that is named beside it; 0: none is."""

    @property
    def asked(self) -> Frame | None:
        """The function that asked for what it waits for."""
        return next((frame for frame in self.frames if not frame.waits and frame.function not in STOPS), None)

    @property
    def title(self) -> str:
        return f'Thread {self.number} (LWP {self.lwp}) "{self.name}"'


@dataclass(frozen=True)
class Wait:
    """One thread waits for another."""

    waiter: Thread
    holder: Thread
    holds: str
    """The function that holds it; empty where the holder is named by something else than its frames."""

    def told(self) -> str:
        """A sentence that names the threads."""
        own = self.holder is self.waiter
        who = "its own thread" if own else f'"{self.holder.name}" ({self.holder.lwp})'
        what = f"what {who} holds in {self.holds}" if self.holds else "itself" if own else who
        return f'"{self.waiter.name}" ({self.waiter.lwp}) waits {place(self.waiter)} for {what}'


def threads(found: Sequence[ThreadData]) -> tuple[Thread, ...]:
    """From what ``inside_gdb.py`` has printed."""
    return tuple(
        Thread(
            one["number"],
            one["lwp"],
            one["name"],
            tuple(Frame(f["function"], f["file"], f["line"], frozenset(f["has"])) for f in one["frames"]),
            tuple(one["python"]),
            one["waits"],
            one["whom"],
        )
        for one in found
    )


def waits(all_of_them: Sequence[Thread]) -> list[Wait]:
    """Who waits for whom, where it can be told."""
    by_lwp = {one.lwp: one for one in all_of_them}
    found = []
    for waiter in all_of_them:
        if not waiter.waits:
            continue
        if waiter.whom in by_lwp:
            found.append(Wait(waiter, by_lwp[waiter.whom], ""))
            continue
        holders = [(one, frame) for one in all_of_them if (frame := _holds(one, waiter.waits))]
        # One that waits for it may have it, too; but who waits for something else is likelier.
        holders = [one for one in holders if one[0].waits != waiter.waits] or holders
        if len(holders) == 1:
            holder, frame = holders[0]
            outwards = holder.frames[holder.frames.index(frame) :]
            holds = next((one for one in outwards if one.function not in STOPS), frame)
            found.append(Wait(waiter, holder, holds.function))
    return found


def cycle(found: Sequence[Wait]) -> str:
    """The first cycle among them as a sentence that names functions and no threads; empty where there is none."""
    after = {wait.waiter.lwp: wait for wait in found}
    for wait in found:
        path = [wait]
        while (following := after.get(path[-1].holder.lwp)) and following not in path:
            path.append(following)
        if following is wait:
            return _sentence(path)
    return ""


def place(thread: Thread) -> str:
    """Where it waits: the function that asked."""
    asked = thread.asked.function if thread.asked else "?"
    waiting = [frame.function for frame in takewhile(lambda frame: frame is not thread.asked, thread.frames)]
    if RESUMES in waiting:
        return f"in {asked}, to go on with its critical section,"
    return f"in {asked}, to stop the world," if any(one in STOPS for one in waiting) else f"in {asked}"


def _sentence(path: Sequence[Wait]) -> str:
    if len(path) == 1:
        (wait,) = path
        return f"a thread waits {place(wait.waiter)} for what it holds itself{_held(wait)}"
    # The same cycle, whichever thread is looked at first.
    turns = [[*path[n:], *path[:n]] for n in range(len(path))]
    first, *others = min(turns, key=lambda turn: [(place(wait.waiter), wait.holds) for wait in turn])
    told = f"a thread waits {place(first.waiter)} for {_what(first, 'another')}"
    for number, wait in enumerate(others, 2):
        whose = "the first" if number == len(path) else "a third" if number == 2 else "the next"
        told += f"; that one waits {place(wait.waiter)} for {_what(wait, whose)}"
    return told


def _what(wait: Wait, whose: str) -> str:
    return f"what {whose} holds{_held(wait)}" if wait.holds else f"{whose}"


def _held(wait: Wait) -> str:
    return f" in {wait.holds}" if wait.holds else ""


def _holds(thread: Thread, address: int) -> Frame | None:
    """The function of its that holds what lies at the address, if any does.

    The address lies in a row of frames: those to which it has been handed on, in registers that they keep for their
    callers, and the outermost, whose it is. Of who waits for it the first such row is what waits.
    """
    rows = [list(row) for has, row in groupby(thread.frames, lambda frame: address in frame.has) if has]
    if thread.waits == address:
        rows = rows[1:]
    for row in rows:
        for frame in reversed(row):
            if not frame.waits:
                return frame
    return None
