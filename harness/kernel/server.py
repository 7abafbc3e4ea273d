"""Serves trials: one process of the target that imports what they need once, and forks a child for each (Linux).

A trial of mixed rows takes less time than an interpreter's start and the import of its subject's file. This process has
one thread, and touches no subject: each child starts from the same state as one that was started for itself.
"""

from __future__ import annotations

import gc
import json
import os
import random
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from harness.kernel.loader import import_file
from harness.kernel.pairs import programs as _programs  # noqa: F401  # so that no child has to import it
from harness.kernel.pairs.program import is_program, parse
from harness.kernel.pairs.race import mixed_player
from harness.kernel.pairs.world import files_of
from harness.kernel.scenario import ScenarioError
from harness.kernel.spec_types import ChildTrial
from harness.kernel.trial import gil_enabled

LONGEST = 1 << 17
"""Bytes of a message."""
STREAMS = 4
"""What comes with a trial: its standard input, output and error, and where its events go."""
FORKED, ENDED, UNFIT = "forked", "ended", "unfit"
"""What is answered, followed by a number: a child's process id, its status as ``waitpid`` would give it."""


def serve(descriptor: int, attend: Callable[[ChildTrial], int]) -> None:
    """Run the trials that come through a socket, one after another, until its other end is closed.

    Each message is a trial's spec, with its streams; each is answered by the child's process id, and, when it has
    ended, by its status. It is reaped with the next message: until then its process id is its own.
    """
    for timed in (False, True):
        mixed_player(timed)  # so that no child has to compile it
    random.Random("")  # nor to load what makes a seed of a string
    loaded: set[str] = set()
    with socket.socket(fileno=descriptor) as manager:
        while True:
            text, streams, _, _ = socket.recv_fds(manager, LONGEST, STREAMS)
            if not text:
                return
            spec: ChildTrial = json.loads(text)
            if all(_loaded(file, loaded) for file in _files(spec)):
                _fork(manager, spec, streams, attend)
            else:
                _close(streams)
                manager.send(UNFIT.encode())


def _files(spec: ChildTrial) -> list[str]:
    """What a trial needs: its own file, and those of its programs' objects."""
    programs = [parse(one) for one in spec.get("pairs", ()) if is_program(one)]
    return list(
        dict.fromkeys([spec["file"], *(file for one in programs for file in files_of(one, spec["file"]))])
    )


def _loaded(file: str, before: set[str]) -> bool:
    """Import a file that has not come ``before``; False where that turned the GIL on, or started a thread: no other
    trial is to run like that.
    """
    if file in before:
        return True
    had_gil = gil_enabled()
    with suppress(ScenarioError):  # its trial says so
        import_file(Path(file))
    # What is there stays: a child's collections need not look at it, nor copy its pages. Not for each trial: while the
    # child before still lives, it takes this process 10 to 17 ms, for it writes to all there is.
    gc.freeze()
    if gil_enabled() != had_gil or threading.active_count() != 1:
        return False
    before.add(file)
    return True


def _fork(
    manager: socket.socket, spec: ChildTrial, streams: list[int], attend: Callable[[ChildTrial], int]
) -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if not child:
        status = 70
        try:
            os.setsid()
            for number, stream in enumerate(streams[:3]):
                os.dup2(stream, number)
            manager.close()
            status = attend(spec | {"events_fd": streams[3]})
        finally:
            os._exit(status)
    _close(streams)
    manager.send(f"{FORKED} {child}".encode())
    left = os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    assert left is not None
    status = left.si_status if left.si_code == os.CLD_EXITED else -left.si_status
    manager.send(f"{ENDED} {status}".encode())
    manager.recv(1)
    os.waitpid(child, 0)


def _close(streams: list[int]) -> None:
    for stream in streams:
        os.close(stream)
