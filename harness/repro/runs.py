"""Runs a script as somebody who gets it would: in a process of its own, with a limit; and how often it showed."""

from __future__ import annotations

import math
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Semaphore

import psutil

from harness.campaign.child import environment, ready_to_race
from harness.record.target import Target

SEEN = "seen"
OF_A_CHILD = re.compile(r"seen: the child's exit status is -?\d+$")
"""What a program says that has watched a child: it may stand behind what the child had begun to say when it died."""
"""How a line begins that a script prints, or ends with, when it exits 1: a traceback exits 1, too."""
LEAST_S = 5.0
"""A commit gets at least so much: another build, or a busy machine, may be some times slower."""
MEMORY_BYTES = 4 << 30
LOOK_S = 0.5
"""Between two looks at what it holds and uses, and all that it started."""
RESTS = 0.1
"""Of a core: who uses less from one look to the next waits for what does not come."""
GO_ON = Event()
"""Never set: nobody ends the run."""
MEASURED = re.compile(
    r"^Measured: (\d+) of (\d+) runs of at most ([\d.]+) s, ([\d.]+) s each on average", re.MULTILINE
)


@dataclass(frozen=True)
class Run:
    """One run of a script."""

    seen: bool
    took_s: float
    failure: str | None
    """Why it is no answer; None where it is one."""
    died: bool = False
    """Whether a signal ended the script itself, other than SIGKILL: that one comes from outside."""


class Turns:
    """So many may race at a time, each of them once it has a turn. Who only waits gives his on."""

    def __init__(self, count: int) -> None:
        self._free = Semaphore(count)

    @contextmanager
    def one(self) -> Iterator[Callable[[], None]]:
        """A turn; what it gives ends it before its time."""
        self._free.acquire()
        has = [True]

        def give_on() -> None:
            if has:
                has.clear()
                self._free.release()

        try:
            yield give_on
        finally:
            give_on()


def run(
    target: Target,
    script: Path,
    *,
    limit_s: float,
    with_gil: bool = False,
    must_say: str = SEEN,
    stop: Event = GO_ON,
    rests: Callable[[], None] = lambda: None,
) -> Run:
    """Run ``script`` on ``target`` for at most ``limit_s``, or until ``stop``, then end it and all that it started.

    It has seen something when it exits 1 and a line of its output begins with ``must_say``. ``rests`` is called when it
    uses no processor any more, maybe more than once. Raises OSError when the target cannot be executed.
    """
    options = ["-X", f"gil={int(with_gil)}"] if target.free_threaded else []
    began = time.monotonic()
    with ready_to_race(target.executable):
        process = subprocess.Popen(
            [target.executable, *options, str(script)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(),
            text=True,
            errors="backslashreplace",
            start_new_session=True,
        )
    try:
        said_all = _heard(process, began + limit_s, stop, rests)
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    took_s = time.monotonic() - began
    if said_all is None:
        heavy = took_s < limit_s and not stop.is_set()
        return Run(False, took_s, f"it held over {MEMORY_BYTES >> 20} MiB and was ended" if heavy else None)
    out, err = said_all
    status = process.returncode
    said = any(line.startswith(must_say) or OF_A_CHILD.search(line) for line in f"{out}\n{err}".splitlines())
    # Where a line is asked for, what else stands in stderr is of a child that died, or of its other threads.
    if status == 1 and said and (must_say or "Traceback (most recent call last)" not in err):
        return Run(True, took_s, None)
    if status == 0:
        return Run(False, took_s, None)
    last = (err.strip() or out.strip()).splitlines()[-1:] or ["it said nothing"]
    return Run(
        False, took_s, f"exit status {status}: {last[0][:200]}", died=status < 0 and status != -signal.SIGKILL
    )


def _heard(
    process: subprocess.Popen[str], deadline: float, stop: Event, rests: Callable[[], None]
) -> tuple[str, str] | None:
    """What it said, on stdout and stderr, until it ended; None where it goes on, or holds too much memory."""
    used_s = 0.0
    while True:
        try:
            return process.communicate(timeout=min(LOOK_S, max(0.0, deadline - time.monotonic())))
        except subprocess.TimeoutExpired:
            held, now_s = _looked_at(process.pid)
            if stop.is_set() or time.monotonic() >= deadline or held > MEMORY_BYTES:
                return None
            if 0.0 <= now_s - used_s < RESTS * LOOK_S:  # less than before where one has ended
                rests()
            used_s = now_s


def _looked_at(pid: int) -> tuple[int, float]:
    """Resident bytes, and seconds of processor time, of a process and of all that it started and that is there."""
    held, used_s = 0, 0.0
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        for one in (process, *process.children(recursive=True)):
            with suppress(psutil.Error):
                held += one.memory_info().rss
                times = one.cpu_times()
                used_s += times.user + times.system
    return held, used_s


@dataclass(frozen=True)
class Rate:
    """How often, and how soon, a script shows it."""

    hits: int
    runs: int
    limit_s: float
    """Of a run."""
    mean_s: float
    """That a run took, hit or not."""

    def said(self) -> str:
        """The line in a script's header that ``from_text`` reads."""
        return (
            f"Measured: {self.hits} of {self.runs} runs of at most {self.limit_s:g} s,"
            f" {max(self.mean_s, 0.01):.2f} s each on average"
        )

    @classmethod
    def of(cls, runs: Sequence[Run], limit_s: float) -> Rate:
        """Of runs that are all answers; there must be one."""
        return cls(sum(one.seen for one in runs), len(runs), limit_s, sum(o.took_s for o in runs) / len(runs))

    @classmethod
    def from_text(cls, text: str) -> Rate | None:
        """What a script's header says of it; None where it says nothing."""
        found = MEASURED.search(text)
        if found is None:
            return None
        return cls(int(found[1]), int(found[2]), float(found[3]), float(found[4]))

    def needed_s(self, confidence: float) -> float | None:
        """For how long it must have looked in vain, until it is that sure that there is nothing to see.

        The time until it shows is taken to be exponentially distributed. What was measured until so many hits is then
        spread as Erlang's distribution says, and looking for k times as long sees nothing with a chance of
        (1 + k) ** -hits, over measurements and looks, whatever the true rate is. None where it never showed.
        """
        if not self.hits:
            return None
        times = math.pow(1 - confidence, -1 / self.hits) - 1
        return max(LEAST_S, self.mean_s * self.runs * times)

    def needed_runs(self, confidence: float) -> int | None:
        """How many whole runs must have been in vain, until it is that sure; whatever the time within a run is like.

        What always takes a minute to show, as a hang does, is told sooner by this than by the time. The chance that all
        are in vain is Laplace's rule of succession: before any was run, each share of runs that show it is as likely as
        the next. None where it never showed.
        """
        if not self.hits:
            return None
        chance, vain, runs = 1.0, self.runs - self.hits, self.runs
        while chance > 1 - confidence:
            chance *= (vain + 1) / (runs + 2)
            vain, runs = vain + 1, runs + 1
        return runs - self.runs


Tell = Callable[[Run], None]


def measure(
    target: Target,
    script: Path,
    *,
    most: int,
    limit_s: float,
    run_s: float,
    tell: Tell,
    with_gil: bool = False,
) -> list[Run]:
    """Up to ``most`` runs of at most ``run_s``, while ``limit_s`` lasts; a run that is no answer ends it."""
    deadline = time.monotonic() + limit_s
    runs: list[Run] = []
    while len(runs) < most and (not runs or time.monotonic() < deadline):
        runs.append(run(target, script, limit_s=run_s, with_gil=with_gil))
        tell(runs[-1])
        if runs[-1].failure:
            break
    return runs
