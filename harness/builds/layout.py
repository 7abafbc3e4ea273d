"""Programs with the same addresses each time: a thread sanitizer's runtime maps fixed ranges, and where the system has
put something there it dies at start, or runs and finds nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

_ASK = 0xFFFFFFFF
_NOT_RANDOMISED = 0x0040000
"""ADDR_NO_RANDOMIZE, of <sys/personality.h>."""


@contextmanager
def fixed_layout(wanted: bool = True) -> Iterator[None]:
    """What this thread starts meanwhile, and all that this starts, has no random addresses; as under ``setarch -R``.

    Linux keeps this for each thread, and only what it executes is changed. Where it is refused, as in some containers,
    or there is no such thing, or no ctypes, nothing is different: whoever needs it looks at what the program then does.
    """
    if not wanted or not sys.platform.startswith("linux"):
        yield
        return
    try:
        import ctypes
    except ImportError:  # a Python without libffi
        yield
        return
    personality = ctypes.CDLL(None).personality
    personality.argtypes, personality.restype = [ctypes.c_ulong], ctypes.c_int
    before = personality(_ASK)
    if before >= 0:
        personality(before | _NOT_RANDOMISED)
    try:
        yield
    finally:
        if before >= 0:
            personality(before)
