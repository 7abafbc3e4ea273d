"""Signals that hold a thread up for some microseconds, wherever it is, while the others go on.

Many windows are wide enough only for a thread that is held up in them: another one does a whole operation meanwhile.
Threads that start together never are, but by what else the machine does. A timer's signal is handled by the thread it
interrupts, between any two instructions, and there the interpreter only notes it (``trip_signal`` in
Modules/signalmodule.c); the main thread has nothing to do for it.

The process needs its timer and SIGALRM for that, so only a child that was started for one trial is asked to ``give``
them. Its last resort is a limit of processor time from then on, with SIGPROF's default action.
"""

from __future__ import annotations

import os
import signal
import sys
import sysconfig
from collections.abc import Callable

EVERY_S = 0.000_03
"""From one signal to the next: a round or two of most pairs."""
NUDGED, OF_ROWS = 2, 5
"""So many rows of so many: windows that are a question of who starts when are met in the others
(``python -m measure.nudges``)."""

_given = False


def give(last_resort_s: float) -> None:
    """Let threads of this process be nudged; after so many seconds of each core's time it ends. From the main thread,
    before any other is made: they are to leave the signal to whom it is meant for. Nothing without Linux's timers, and
    where a sanitizer keeps signals back.
    """
    global _given
    if sys.platform != "linux" or "sanitizer" in str(sysconfig.get_config_var("CONFIG_ARGS")):
        return
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, last_resort_s * len(os.sched_getaffinity(0)))
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
    signal.signal(signal.SIGALRM, _noted)
    signal.siginterrupt(signal.SIGALRM, False)  # what waits in the system goes on, and no library hears of it
    _given = True


def nudged(work: Callable[[], None], row: int, me: int, threads: int) -> Callable[[], None]:
    """A thread's work in a row of rounds. Of some rows one of the threads, each in its turn, is nudged in the course of
    it, where threads of this process may be. Not for threads that share a core: who is held up has it, and nobody goes
    on.
    """

    def while_nudged() -> None:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGALRM])
        signal.setitimer(signal.ITIMER_REAL, EVERY_S, EVERY_S)
        try:
            work()
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])

    # By fives of rows: what else takes turns from row to row, as cores do, would leave some thread out.
    mine = row % OF_ROWS < NUDGED and row // OF_ROWS % threads == me
    return while_nudged if _given and mine else work


def _noted(number: int, frame: object) -> None:
    pass
