"""Watches one child from its start to its end: reads it, times it, weighs it, ends it with everything it
started.
"""

from __future__ import annotations

import os
import selectors
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

import psutil

from harness.campaign import child
from harness.campaign.child import MakeCommand
from harness.campaign.report_log import ENDED, ReportLog
from harness.campaign.streams import EventLines, Excerpt
from harness.diagnosis import native
from harness.diagnosis.ending import Ending, How, how_it_left
from harness.kernel import hang
from harness.kernel.event_types import Details, FindingEvent, SaidEvent
from harness.kernel.hang import Sleepers
from harness.record.events import ChildEvent

TICK_S = 0.1
SLOWEST_TIME, SLOWEST_SILENCE = 0.5, 0.25
"""Of a child that others keep from the cores: at least so much of the time counts."""
ALARM_S = 30.0
"""From the latest end that a watchdog makes to the child's own alarm: what it does between two ticks is not counted."""
LATE_S = 0.5
"""Without a word, before it is looked whether the child's threads wait for one another."""
SPUN = 0.25
"""Of ``silence_s``, in processor time of one that yields: threads that ran for so long without a word do not come back.
"""
YIELD_S = 1.0
"""Without a word, before a child yields the cores: one that hangs and spins would take half of them."""
TREE_S = 1.0
"""Between two looks at everything the child has started; its own memory is looked at every tick."""
CHUNK = 256 << 10
LAST_WORDS_S = 1.5
"""After SIGABRT, for faulthandler to write its text."""
LEFTOVER_S = 0.5
"""After the child's end, for pipes that somebody it started still holds open."""

FATAL = b"Fatal Python error"

Tell = Callable[[ChildEvent], None]


class Started(Protocol):
    """A running child: ``child.Child``, or one that ``servers`` had forked."""

    @property
    def pid(self) -> int: ...
    @property
    def reaped(self) -> bool: ...
    @property
    def events(self) -> int: ...
    @property
    def stdout(self) -> int: ...
    @property
    def stderr(self) -> int: ...
    @property
    def reports(self) -> ReportLog | None: ...
    def has_ended(self) -> bool: ...
    def wait(self) -> int: ...
    def close(self) -> None: ...


@dataclass(frozen=True)
class Limits:
    """Above these a child is ended. Times count only while this process runs too: a machine that sleeps ends
    nothing. They pass more slowly for one that others keep from the cores, down to a share (``SLOWEST_*``).
    """

    time_s: float
    silence_s: float
    """Without a word."""
    memory_bytes: int
    sleepless: bool = False
    """It has a thread that should speak all the time: where all wait for one another, ``silence_s`` need not pass."""
    beside: int = 0
    """Threads that are not its own, and only sleep."""
    yields: int = 0
    """By how much its priority is lowered (``nice``) when it falls silent: one that hangs may spin, and keeps threads
    apart that race beside it.
    """


def latest_s(time_s: float) -> float:
    """Seconds after which a child with that limit has ended, hang and all, however busy the machine is."""
    return time_s / SLOWEST_TIME + native.ATTACH_S + LAST_WORDS_S + LEFTOVER_S + 1.0


def alarm_s(time_s: float) -> int:
    """Seconds after which such a child's own alarm ends it: the last resort, for when nobody watches."""
    return int(latest_s(time_s) + ALARM_S)


def watch(make_command: MakeCommand, limits: Limits, tell: Tell, stop: Callable[[], bool]) -> Ending:
    """Run a child to its end. ``tell`` gets each event as it comes; ``stop`` returning True ends the child.

    Whatever happens here, an exception of ``tell`` included, no process of the child's is left and it is
    reaped. Raises OSError when the target cannot be executed.
    """
    return watch_over(child.start(make_command), limits, tell, stop)


def watch_over(started: Started, limits: Limits, tell: Tell, stop: Callable[[], bool]) -> Ending:
    """The same, of one that was started."""
    watched = _Watched(started, limits, tell, stop)
    try:
        return watched.run()
    finally:
        watched.end()


def counted_s(passed_s: float, waited_s: float, least: float) -> float:
    """Of the time that passed what counts for a child that waited so long for a core: at least that share."""
    return max(passed_s - max(waited_s, 0.0), passed_s * least)  # of one that is gone nobody says any more


class _Watched:
    def __init__(self, started: Started, limits: Limits, tell: Tell, stop: Callable[[], bool]) -> None:
        self.child = started
        self.limits = limits
        self.tell = tell
        self.stop = stop
        self.pid = started.pid
        self.began = time.monotonic()
        self.lines = EventLines()
        self.outputs = {started.stdout: Excerpt(), started.stderr: Excerpt()}
        self.last: SaidEvent | None = None
        self.done: str | None = None
        self.started = False
        self.failed = False
        self.passed_s = 0.0
        self.waited_s = 0.0
        """Of these: others had the cores that it was ready to use."""
        self.word = 0.0, 0.0
        """Both at its last word."""
        self.yielded_at_s: float | None = None
        """The processor time that it had used when it yielded; None: it has said something since."""
        self.sleepers = Sleepers()
        self.peak = 0
        self.weighed_s = 0.0
        self.tree: set[psutil.Process] = set()
        self.reports = started.reports
        self.pair = ""
        """Of a subject's operations: that is raced now."""
        self.selector = selectors.DefaultSelector()
        for descriptor in (started.events, started.stdout, started.stderr):
            os.set_blocking(descriptor, False)
            self.selector.register(descriptor, selectors.EVENT_READ)

    def run(self) -> Ending:
        how: How | None = None
        hung: Details = {}
        while not self._has_ended():
            self._tick()
            how = self._verdict()
            if how is not None:
                if how in ("timeout", "silent"):
                    hung = self._look_at_hang()
                self._abort(last_words=how != "stopped")
                break
        self._rest()
        for event in self.lines.finish():
            self._hear(event)
        self._kill_group()
        status = self.child.wait()
        if self.reports:
            for found in self.reports.rest(self.pair):
                self.tell(found)
        stdout, stderr = self.outputs[self.child.stdout], self.outputs[self.child.stderr]
        return Ending(
            how=how or self._how_it_left(status),
            status=status,
            done=self.done,
            started=self.started,
            last_event=self.last,
            stdout=stdout.text(),
            stderr="\n".join(filter(None, [stderr.text(), self._last_words()])),
            stdout_bytes=stdout.total,
            stderr_bytes=stderr.total,
            noise=self.lines.noise,
            peak_bytes=self.peak,
            wall_s=round(time.monotonic() - self.began, 3),
            evidence=hung,
            reports=self.reports.reports if self.reports else 0,
            suppressed=self.reports.matched if self.reports else {},
        )

    def _how_it_left(self, status: int) -> How:
        if status == ENDED and self.reports and self.reports.reports:
            return "sanitizer"
        left = how_it_left(status, self.done, self.failed)
        return "failure" if left == "exit" and self._last_words() else left

    def _last_words(self) -> str:
        """Of a sanitizer's runtime that died of itself, which is nobody's crash."""
        return self.reports.died if self.reports else ""

    def end(self) -> None:
        """Kill and reap whatever is left."""
        if not self.child.reaped:
            self._kill_group()
            self.child.wait()
        for process in (
            self.tree
        ):  # those that left the process group; psutil checks that a pid is still the same process
            with suppress(psutil.Error):
                process.kill()
        self.selector.close()
        self.child.close()

    def _has_ended(self) -> bool:
        # Left unreaped: until then its pid, which names the process group too, cannot be given to anybody
        # else.
        return self.child.has_ended()

    def _tick(self) -> None:
        before = time.monotonic()
        heard = self._read(0.0 if self.reports and self.reports.behind else TICK_S)
        self.passed_s += min(time.monotonic() - before, 2 * TICK_S)
        self.waited_s = max(self.waited_s, hang.kept_waiting_s(self.pid))
        if heard:
            self.word = self.passed_s, self.waited_s
            self.yielded_at_s = None
        elif self.limits.yields and self.yielded_at_s is None and self.silent_s > YIELD_S:
            self.yielded_at_s = self._used_s()
            with suppress(OSError):
                os.setpriority(os.PRIO_PGRP, self.pid, self.limits.yields)

    @property
    def running_s(self) -> float:
        return counted_s(self.passed_s, self.waited_s, SLOWEST_TIME)

    @property
    def silent_s(self) -> float:
        return counted_s(self.passed_s - self.word[0], self.waited_s - self.word[1], SLOWEST_SILENCE)

    def _read(self, timeout_s: float) -> bool:
        """Read once from everything that has something; whether there was an event."""
        if not self.selector.get_map():
            time.sleep(min(timeout_s, 0.02))
            self._look_at_reports()
            return False
        heard = False
        ready = self.selector.select(timeout_s)
        self._look_at_reports()  # what is there by now comes before the next pair, and before last words
        for key, _ in ready:
            try:
                data = os.read(key.fd, CHUNK)
            except BlockingIOError:
                continue
            self.sleepers = Sleepers()
            if not data:
                self.selector.unregister(key.fd)
            elif key.fd == self.child.events:
                heard = True
                for event in self.lines.feed(data):
                    self._hear(event)
            else:
                self.outputs[key.fd].add(data)
                if self.reports and FATAL in data:
                    self.reports.dying()
        return heard

    def _look_at_reports(self) -> None:
        if self.reports:
            for found in self.reports.look(self.pair):
                self.tell(found)

    def _hear(self, event: ChildEvent) -> None:
        if event["event"] != "noise":
            self.last = event
        self.started |= event["event"] == "hello"
        self.failed |= event["event"] == "failure"
        if event["event"] == "pair_begin":
            self.pair = event["pair"]
        if event["event"] == "done":
            self.done = event["reason"]
        if event["event"] == "finding" and event["kind"] == "hang" and not self._has_ended():
            event = self._told_of_hang(event)
        self.tell(event)

    def _verdict(self) -> How | None:
        """Why the child must be ended now, or None."""
        if self.stop():
            return "stopped"
        if self.lines.flooded:
            return "flood"
        if self.reports and self.reports.flooded:
            return "reports"
        if self._weigh() > self.limits.memory_bytes:
            return "memory"
        if self._has_ended():
            return None
        if self.running_s > self.limits.time_s:
            return "timeout"
        if self.silent_s > self.limits.silence_s:
            return "silent"
        if self.limits.sleepless and self.started and self.silent_s > LATE_S and self._all_sleep():
            return "silent"
        spun_s = 0.0 if self.yielded_at_s is None else self._used_s() - self.yielded_at_s
        if spun_s > self.limits.silence_s * SPUN:
            return "silent"
        return None

    def _used_s(self) -> float:
        """Processor time of the child's threads but the first: that one may collect, for long in a large heap."""
        try:
            used = psutil.Process(self.pid).cpu_times()
        except psutil.Error:  # it is ending
            return 0.0
        return float(used.user + used.system) - hang.used_by_first_s(self.pid)

    def _all_sleep(self) -> bool:
        return self.sleepers.look(self.pid, beside=self.limits.beside)

    def _weigh(self) -> int:
        """Bytes that the child holds; once a second with everything it started."""
        try:
            process = psutil.Process(self.pid)
            held: int = process.memory_info().rss
            if self.passed_s - self.weighed_s >= TREE_S:
                self.weighed_s = self.passed_s
                children = process.children(recursive=True)
                self.tree.update(children)
                held += sum(_resident(grandchild) for grandchild in children)
        except psutil.Error:  # it is ending
            return 0
        self.peak = max(self.peak, held)
        return held

    def _look_at_hang(self) -> Details:
        """What a child that hangs is doing, as it is: whether its threads run, and where they are."""
        state = hang.kind_of_hang(hang.running(self.pid))
        found: Details = {"state": state} if state else {}
        return found | native.details(native.attached(self.pid))

    def _told_of_hang(self, event: FindingEvent) -> FindingEvent:
        """The child's own word that actors hang, with their native stacks: it is held still for that, or it is gone."""
        os.kill(self.pid, signal.SIGSTOP)
        try:
            return event | {"details": event["details"] | native.details(native.attached(self.pid))}
        finally:
            os.kill(self.pid, signal.SIGCONT)

    def _abort(self, last_words: bool) -> None:
        """End the child; with SIGABRT first where faulthandler's text is wanted."""
        with suppress(psutil.Error):
            self.tree.update(psutil.Process(self.pid).children(recursive=True))
        if last_words:
            os.kill(self.pid, signal.SIGABRT)  # not reaped yet: its pid is its own
            deadline = time.monotonic() + LAST_WORDS_S
            while not self._has_ended() and time.monotonic() < deadline:
                self._read(TICK_S / 2)
        self._kill_group()

    def _rest(self) -> None:
        """Read what the pipes still hold. Somebody may hold them open: not for ever."""
        deadline = time.monotonic() + LEFTOVER_S
        while self.selector.get_map() and time.monotonic() < deadline:
            before = self._total()
            self._read(0.02)
            if self._total() == before and self._has_ended():
                self._kill_group()

    def _total(self) -> int:
        return self.lines.total + sum(output.total for output in self.outputs.values())

    def _kill_group(self) -> None:
        for kill in (os.killpg, os.kill):  # one that was forked a moment ago leads no group yet
            with suppress(ProcessLookupError, PermissionError):
                kill(self.pid, signal.SIGKILL)


def _resident(process: psutil.Process) -> int:
    try:
        rss: int = process.memory_info().rss
        return rss
    except psutil.Error:
        return 0
