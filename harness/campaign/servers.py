"""Children that are forked from a process of the target that has loaded what they need: see ``harness.kernel.server``.

A trial that cannot be served has a child of its own, as always.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import NamedTuple

from harness.campaign import child, trial
from harness.campaign.report_log import ReportLog, environment, folder
from harness.campaign.trial import RunTrial
from harness.campaign.watch import Started
from harness.kernel.amplifiers import Setting
from harness.kernel.levers import LEFT, ON, freed, specializer
from harness.kernel.server import ENDED, FORKED, LONGEST
from harness.kernel.spec_types import ChildTrial, ServeSpec
from harness.record.target import Target

ANSWERS_S = 10.0
"""For a server to start, to import a file and to fork: above this the trial has a child of its own."""
GONE = "gone"
"""What no server says."""


class Kind(NamedTuple):
    """What must be known before a server's interpreter starts."""

    specialized: Setting
    freed: Setting
    with_gil: bool
    suppressions: str
    """What a sanitizer is not to report: a file."""


@contextmanager
def serving(most: int) -> Iterator[RunTrial]:
    """What runs trials with servers, where they can be; they are ended behind it, with all trials over.

    A server has ``most`` trials: these share the hashes of their strings, and where lies what was imported.
    """
    if sys.platform != "linux":
        yield trial.run_in_child
        return
    servers = _Servers(most)
    try:
        yield partial(trial.run_in_child, start=servers.start)
    finally:
        servers.end()


class _Servers:
    """Those that are not at work: of each kind as many as trials run beside each other."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.idle: dict[Kind, list[_Server]] = {}
        self.suppressions = ""
        """The list that trials are started with now."""
        self.lock = threading.Lock()
        """Trials are started, and end, in threads of their own."""

    def start(self, target: Target, spec: ChildTrial) -> Started:
        """A child for a trial. Raises OSError when the target cannot be executed."""
        with_gil = spec.get("with_gil", False)
        knobs = spec["knobs"]
        specialized, freed_is = knobs.get(specializer.name, ON), knobs.get(freed.name, LEFT)
        kind = Kind(specialized, freed_is, with_gil, spec.get("suppressions", ""))
        with self.lock:
            self.suppressions = kind.suppressions
            stale = [one for one in self.idle if one.suppressions != self.suppressions]
            old = [server for one in stale for server in self.idle.pop(one)]
            idle = self.idle.setdefault(kind, [])
            # One that has loaded the trial's file has nothing to do but fork.
            best = max(
                range(len(idle)),
                key=lambda number: (spec["file"] in idle[number].loaded, number),
                default=None,
            )
            ready = None if best is None else idle.pop(best)
        for other in old:
            other.end()  # it would report what is suppressed by now
        server = ready or _Server(target, kind)
        forked = server.fork(spec, self._take_back)
        if forked is not None:
            return forked
        server.end()
        return trial.start_alone(target, spec)

    def _take_back(self, server: _Server) -> None:
        with self.lock:
            goes_on = (
                not server.gone
                and server.served < self.most
                and server.kind.suppressions == self.suppressions
            )
            if goes_on:
                self.idle.setdefault(server.kind, []).append(server)
        if not goes_on:
            server.end()

    def end(self) -> None:
        for idle in self.idle.values():
            while idle:
                idle.pop().end()


class _Server:
    """A process of the target that forks children, one at a time."""

    def __init__(self, target: Target, kind: Kind) -> None:
        """Raises OSError when the target cannot be executed."""
        self.kind = kind
        self.answers_s = ANSWERS_S * target.stretch
        self.reports = folder() if target.sanitizer else None
        """Of a sanitizer: its children's, one after the other."""
        more = (
            environment(target.sanitizer or "", self.reports.name, kind.suppressions) if self.reports else {}
        )
        self.served = 0
        self.loaded: set[str] = set()
        """Files, by path, of trials that it has had."""
        self.gone = False
        self.socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        spec: ServeSpec = {
            "do": "serve",
            "alarm_s": 0,
            "socket_fd": theirs.fileno(),
            "with_gil": kind.with_gil,
            "knobs": {specializer.name: kind.specialized, freed.name: kind.freed},
        }
        try:
            with child.ready_to_race(target.executable):
                self.process = subprocess.Popen(
                    child.command(target, spec),
                    stdin=subprocess.PIPE,  # nothing is written to it: see ``child.Child``
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    pass_fds=[theirs.fileno()],
                    env=child.environment() | more | child.allocator(spec),
                    start_new_session=True,
                )
        except BaseException:
            self.socket.close()
            raise
        finally:
            theirs.close()

    def fork(self, spec: ChildTrial, take_back: Callable[[_Server], None]) -> _Forked | None:
        """A child that runs a trial; None where it cannot. ``take_back`` gets the server when the child is gone."""
        self.served += 1
        self.loaded.add(spec["file"])
        lifeline, *outgoing = [os.pipe() for _ in range(4)]
        theirs = [lifeline[0], *(writing for _, writing in outgoing)]
        ours = [lifeline[1], *(reading for reading, _ in outgoing)]
        said, pid = GONE, 0
        try:
            with suppress(OSError):
                socket.send_fds(self.socket, [json.dumps(spec).encode()], theirs)
                said, pid = self.answer(self.answers_s)
        finally:
            _close(theirs if said == FORKED else theirs + ours)
        return _Forked(self, pid, ours, take_back) if said == FORKED else None

    def answer(self, wait_s: float) -> tuple[str, int]:
        """The next thing that it says, and a number; nothing where it has nothing to say in time."""
        readable, _, _ = select.select([self.socket], [], [], wait_s)
        if not readable:
            return "", 0
        try:
            said, _, number = self.socket.recv(LONGEST).decode().partition(" ")
        except ConnectionError:
            said = ""
        self.gone = not said
        return (GONE, 0) if self.gone else (said, int(number or 0))

    def end(self) -> None:
        """Kill it. Its child must be gone."""
        self.socket.close()
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate()
        if self.reports:
            self.reports.cleanup()


class _Forked:
    """A running child of a server; what it can is what ``child.Child`` can."""

    def __init__(
        self, server: _Server, pid: int, streams: list[int], take_back: Callable[[_Server], None]
    ) -> None:
        self.server = server
        self.pid = pid
        self.lifeline, self.stdout, self.stderr, self.events = streams
        self.take_back = take_back
        self.reports = ReportLog(server.reports.name) if server.reports else None
        self.status: int | None = None
        self.reaped = False

    def has_ended(self) -> bool:
        """Whether it has ended: its server does not reap it before it is told to."""
        return self._status(0.0) is not None

    def wait(self) -> int:
        """Have it reaped when it ends: its status, below 0 for a signal."""
        while (status := self._status(1.0)) is None:
            pass
        if not self.reaped:
            self.reaped = True
            with suppress(OSError):  # the server is gone
                self.server.socket.send(b"reap")
        return status

    def close(self) -> None:
        """Let go of the pipes. The process must have been reaped."""
        _close([self.lifeline, self.stdout, self.stderr, self.events])
        if self.reports:
            self.reports.close()
        self.take_back(self.server)

    def _status(self, wait_s: float) -> int | None:
        if self.status is None:
            said, number = self.server.answer(wait_s)
            if said == ENDED:
                self.status = number
            elif said == GONE:
                self.status = -signal.SIGKILL
        return self.status


def _close(descriptors: list[int]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)
