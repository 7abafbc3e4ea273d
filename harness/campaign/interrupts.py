"""Ctrl-C during a campaign: a flag that is looked at, not an exception that may strike anywhere."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")


class Flag:
    """Set by a signal handler, so that it is no lock and no ``threading.Event``: those may be held when it
    runs.
    """

    def __init__(self) -> None:
        self.set = False


@contextmanager
def noted(wanted: bool = True) -> Iterator[Flag]:
    """Until the block ends, signals that Python code handles are noted in the flag that is yielded.

    What a signal does by default, or that it is ignored, stays as it is, and so does everything when this is
    not the main thread or ``wanted`` is False: then KeyboardInterrupt is raised as ever.
    """
    flag = Flag()

    def note(number: int, frame: FrameType | None) -> None:
        flag.set = True

    before = {}
    if wanted and threading.current_thread() is threading.main_thread():
        for name in SIGNALS:
            number = getattr(signal, name, None)
            if number is not None and callable(signal.getsignal(number)):
                before[number] = signal.signal(number, note)
    try:
        yield flag
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
