"""Programs whose threads run for short turns: on a machine that does other things too they are let run at once when
they wake, and meet more often.

Threads that race must run at the same time. Where another program keeps a core busy, one that has waited gets it back
only when that program's time slice is over, 3 or 4 ms later, while a race takes microseconds. Since 6.12 Linux lets a
thread ask for a shorter slice (kernel/sched/syscalls.c, ``sched_runtime`` of a normal policy): it gets no more of a
core than before, but sooner.
"""

from __future__ import annotations

import platform
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager

SLICE_NS = 100_000
"""The shortest there is."""
_CALLS = {"x86_64": (314, 315), "aarch64": (274, 275)}
"""The numbers of sched_setattr and sched_getattr, by machine: older C libraries have no functions for them."""
_ATTRIBUTES = struct.Struct("=IIQiIQQQ")
"""struct sched_attr of <linux/sched/types.h>, as it was first: its size, the policy, flags, the nice value, the
priority, and three times, of which the first is the slice, in ns.
"""
_NORMAL = (0, 3)
"""SCHED_OTHER and SCHED_BATCH."""


@contextmanager
def short_slices() -> Iterator[None]:
    """What this thread starts meanwhile, and all that this starts, has short time slices.

    Where there is no such thing, or it is refused, or there is no ctypes, nothing is different.
    """
    before = _attributes()
    if before is None:
        yield
        return
    _set(before, SLICE_NS)
    try:
        yield
    finally:
        _set(before, before[5])


def slice_ns(thread: int = 0) -> int | None:
    """The time slice of a thread, by its native id, or of this one, in ns; None where it can't be told, 0 where there
    are none to ask for.
    """
    attributes = _attributes(thread)
    return None if attributes is None else attributes[5]


def _attributes(thread: int = 0) -> tuple[int, ...] | None:
    room = bytearray(_ATTRIBUTES.size)
    if not _call(1, thread, room, _ATTRIBUTES.size):
        return None
    attributes = _ATTRIBUTES.unpack(room)
    return attributes if attributes[1] in _NORMAL else None


def _set(attributes: tuple[int, ...], slice_ns: int) -> None:
    _call(0, 0, bytearray(_ATTRIBUTES.pack(_ATTRIBUTES.size, *attributes[1:5], slice_ns, 0, 0)))


def _call(which: int, thread: int, attributes: bytearray, *more: int) -> bool:
    numbers = _CALLS.get(platform.machine())
    if numbers is None or not sys.platform.startswith("linux"):
        return False
    try:
        import ctypes
    except ImportError:  # a Python without libffi
        return False
    room = (ctypes.c_char * len(attributes)).from_buffer(attributes)
    done: int = ctypes.CDLL(None).syscall(numbers[which], thread, room, *more, 0)
    return done == 0
