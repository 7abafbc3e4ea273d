"""Threads go through a row of fresh objects together: at each they meet, and each does its operations at once.

Between two threads of a pair there is no lock, counter or print: each writes into lists of its own. Values are made by
the thread that uses them, and objects by each thread in turn, or, in some rows, by neither: reference counts are
biased, and what dies on its owner's thread is freed at once.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache, partial
from itertools import repeat
from time import perf_counter_ns, sleep
from typing import Any

from harness.kernel.delayed import empty_queue
from harness.kernel.events import describe
from harness.kernel.free_lists import fill_free_lists
from harness.kernel.nudges import nudged
from harness.kernel.pairs.frozen import Raised
from harness.kernel.pairs.lifetime import TIMES, Held, values_of
from harness.kernel.pairs.subject import Step


@dataclass(frozen=True)
class Patience:
    """How a thread waits for the others: first it looks, then it gives way in between, then it sleeps."""

    looks: int
    yields: int
    nap_s: float


APART = Patience(looks=4_000, yields=0, nap_s=0.000_05)
"""Where each thread has a core of its own. Where something else wants the cores too, who spins has spent its time slice
when the others come, and they theirs when it is its turn; who sleeps is let run as soon as it wakes, for its slices are
short (``builds/slices.py``). The others look for longer than it naps, so a round is lost to a nap at most, and many
follow while all are there.
"""
TOGETHER = Patience(looks=5, yields=2_000, nap_s=0.000_5)
"""Where all share one. Also where there are more threads than cores, for none is to keep another one from its core:
three threads that give way at once have thirty times as many rounds on two cores, and four, too. They sleep at last:
the other one is long at its operation, or will not come back, and what spins beside it takes a core from other
children.
"""
GIVE_WAY: Callable[[], None] = getattr(os, "sched_yield", partial(sleep, 0))
PAUSES = (0, 0, 1, 2, 4, 7, 12, 20)
"""Turns of an empty loop before a thread starts: who is ahead, and by how much, goes through all there are."""
TIMED = {
    "        CLOCK\n": "        now = clock()\n",
    "        STOPPED\n": "        took[i] = clock() - now\n",
}
"""In rows that are timed; in the others there is no clock between two operations."""
DRAIN_TURNS = 200
SHARES = 8
"""Of so many rows, one is raced on one core that all threads share: only there is a thread stopped in the middle of an
operation while the others do theirs."""
NEITHERS = 3
"""Of so many rows, the objects of one are none of the racing threads' own: what they take and release of them goes
through the counts that all threads share."""

LETTERS, DIGITS = "abcdefgh", "0" + "12" * 15
"""Of each thread, and of its operations: the first one's value is ``a1``. A third operation's is so, too: a subject may
say by these names what is wrong in what is left.
"""
IN_TURN = "ab" * 4
"""The threads' letters where they are more than a subject knows by name."""

PLAY = """
def play(row, me, threads, patience):
    objects, mine, began, results, met = row.objects, row.here[me], row.began[me], row.results[me], row.met[me]
    others = [(row.here[other], row.began[other]) for other in range(threads) if other != me]
    letter, pauses = row.whose[me], row.pauses[me]
    looks, nap_after, nap_s = patience.looks, patience.looks + patience.yields, patience.nap_s
    held, kept = (row.held[me], row.kept[me]) if row.held else (None, None)
    HOISTS
    for i in row.numbers:
        if row.stop:
            return
        VALUES
        if held is not None:
            held[i] += [(value,) * TIMES for value in (GIVES)]
        mine[i] = True
        for flags, _ in others:
            spins = 0
            while not flags[i]:
                spins += 1
                if spins > looks:
                    if row.stop:
                        return
                    if spins > nap_after:
                        sleep(nap_s)
                    else:
                        give_way()
        o = objects[i]
        for _ in pauses[i]:
            pass
        began[i] = True
        CLOCK
        STEPS
        STOPPED
        for _, flags in others:
            if not flags[i]:
                met[i] = False
        results[i] = (GIVEN)
        if kept is not None:
            kept[i] += [(one,) * TIMES for one in (GIVEN)]
        o = None
"""

STEP = """
        try:
            rINDEX = sINDEX(o, vINDEX)
        except BaseException as error:
            rINDEX = Raised(error)
"""
MADE = """
        else:
            if kept is not None:
                kept[i].append((rINDEX,) * TIMES)
            rINDEX = None
"""
"""Behind a step that gives what it has put there: it is no result."""


MIXED_STEP = """
        for _ in turns:
            try:
                r0 = steps[i](o, v0)
            except (SystemError, MemoryError) as error:
                r0 = Raised(error)
                break
            except BaseException as error:
                r0 = Raised(error)
            v0 = letter + "1"
        if makes[i] and type(r0) is not Raised:
            if kept is not None:
                kept[i].append((r0,) * TIMES)
            r0 = None
"""


@dataclass
class Row:
    """Fresh objects in a row, and what each thread made of them."""

    length: int
    threads: int
    stop: list[bool] = field(default_factory=list)
    """Not empty once the row must end."""
    pairs: list[int] = field(default_factory=list)
    """Of a mixed row: the note of each round, which says the round and the pair that it is of (``mixed.note_of``)."""
    steps: list[list[Step]] = field(default_factory=list)
    """Of a mixed row: per thread, the operation of each round."""
    notes: list[memoryview] = field(default_factory=list)
    """Of a mixed row: where each thread says which pair it has come to, for whoever finds the process dead."""
    whose: str = LETTERS
    """The letters that the threads' values begin with."""
    turns: int = 1
    """Of a mixed row: how often each thread does its operation in a round."""
    is_timed: bool = False
    pauses: list[Sequence[range]] = field(default_factory=list)
    """Per thread and round: what it goes through before it begins."""
    held: list[list[list[Held]]] = field(default_factory=list)
    """Per thread and round: values that the harness holds as well; empty: of this row it holds none."""
    kept: list[list[list[Held]]] = field(default_factory=list)
    """Of a row that is held: per thread and round, what its operations gave."""
    objects: list[Any] = field(default_factory=list)
    here: list[list[bool]] = field(default_factory=list)
    began: list[list[bool]] = field(default_factory=list)
    results: list[list[Any]] = field(default_factory=list)
    """Per thread and round: what each of its operations gave; None: it did not come so far."""
    met: list[list[bool]] = field(default_factory=list)
    """Per thread and round: whether all others had begun when it ended."""
    took_ns: int = 0
    took: list[list[int]] = field(default_factory=list)
    """Of a row that is timed: per thread and round, how long its operations took, in ns."""

    def __post_init__(self) -> None:
        self.numbers = range(self.length)
        self.objects = [None] * self.length
        self.here = [[False] * self.length for _ in range(self.threads)]
        self.began = [[False] * self.length for _ in range(self.threads)]
        self.results = [[None] * self.length for _ in range(self.threads)]
        self.met = [[True] * self.length for _ in range(self.threads)]
        self.pauses = self.pauses or [_usual(self.length, me) for me in range(self.threads)]

    def hold(self) -> None:
        """Have the threads hold what they give and are given, and what their objects hold."""
        self.held = [[[] for _ in self.numbers] for _ in range(self.threads)]
        self.kept = [[[] for _ in self.numbers] for _ in range(self.threads)]

    def time(self) -> None:
        """Have the threads read a clock around each operation."""
        self.is_timed = True
        self.took = [[0] * self.length for _ in range(self.threads)]

    def again(self) -> Row:
        """The same operations, once each, with nothing done yet, and nothing held."""
        return replace(self, stop=[], held=[], kept=[], turns=1, is_timed=False)

    def make(self, me: int, fresh: Callable[[int], Any], size: int) -> None:
        """One thread's share of the objects, as far as they have not been made yet."""
        for i in self.numbers[me :: self.threads]:
            if self.objects[i] is None:
                self.objects[i] = fresh(size)

    def begin_late(self, me: int, pauses: Sequence[range | None]) -> None:
        """Have one thread wait before it begins, in those rounds in which something is said."""
        usual = self.pauses[me]
        self.pauses[me] = [usual[i] if late is None else late for i, late in enumerate(pauses)]

    def open(self) -> None:
        """Have no thread wait for the others: one after the other goes through it alone."""
        for flags in (*self.here, *self.began):
            flags[:] = [True] * self.length

    def ended_by(self, me: int) -> int:
        """Rounds that one thread is through with."""
        return self.length - self.results[me].count(None)

    def ended(self) -> int:
        """Rounds that all threads are through with."""
        return min(map(self.ended_by, range(self.threads)))

    def done(self) -> int:
        """Rounds that each thread has begun, and ended, all together: what grows while anybody moves."""
        return sum(flags.count(True) for flags in self.here) + sum(map(self.ended_by, range(self.threads)))


Play = Callable[[Row, int, int, Patience], None]


@cache
def _usual(length: int, me: int) -> list[range]:
    """One thread's pauses where nothing is known of the others' operations: objects that no other thread holds."""
    some = [range(turns) for turns in PAUSES]
    return [some[i >> 3 * me & 7] for i in range(length)]


@cache
def mixed_player(timed: bool = False) -> Play:
    """What one thread runs in a row in which each round is of another pair: one operation a round, once or in turns.

    What is given is what the last turn gave, or what may never be raised. Each turn has a string of its own: what the
    one before put there is let go of by this thread, and freed at once.
    """
    text = (
        PLAY.replace("        STEPS\n", MIXED_STEP)
        .replace("        VALUES\n", '        v0 = letter + "1"\n        notes[me] = pairs[i]\n')
        .replace(
            "HOISTS",
            "steps, makes = [one.do for one in row.steps[me]], [one.makes for one in row.steps[me]]\n"
            "    pairs, notes, turns = row.pairs, row.notes[me], range(row.turns)",
        )
        .replace("GIVES", "v0, ")
        .replace("GIVEN", "r0, ")
    )
    return _compiled(text, {}, timed)


def player(steps: Sequence[Step], timed: bool = False) -> Play:
    """What one thread of a pair runs: its operations, one after the other, with nothing in between."""
    several = range(len(steps))
    made = STEP.rstrip(" \n") + MADE
    body = "".join(
        (made if one.makes else STEP).replace("INDEX", str(index)) for index, one in enumerate(steps)
    )
    values = "\n        ".join(f"v{index} = letter + DIGITS[{index + 1}]" for index in several)
    source = (
        PLAY.replace("        STEPS\n", body)
        .replace("VALUES", values)
        .replace("GIVES", "".join(f"v{index}, " for index in several))
        .replace("GIVEN", "".join(f"r{index}, " for index in several))
        .replace("HOISTS", "; ".join(f"s{index} = STEPS[{index}]" for index in several))
    )
    return _compiled(source, {"STEPS": tuple(one.do for one in steps)}, timed)


def _compiled(source: str, more: dict[str, Any], timed: bool) -> Play:
    for line, clock in TIMED.items():
        source = source.replace(line, clock if timed else "")
    if timed:
        source = source.replace("letter, pauses =", "took = row.took[me]\n    letter, pauses =", 1)
    names: dict[str, Any] = more | {
        "DIGITS": DIGITS,
        "clock": perf_counter_ns,
        "TIMES": TIMES,
        "Raised": Raised,
        "give_way": GIVE_WAY,
        "sleep": sleep,
    }
    exec(compile(source, "<pair>", "exec"), names)
    play: Play = names["play"]
    return play


class Racers:
    """As many threads as a pair has, made once for many pairs; they sleep between two rows."""

    def __init__(self, threads: int, rows: int = 0) -> None:
        """``rows``: so many are behind it already, as far as their kinds go."""
        self.jobs: list[Callable[[], None]] = [_nothing] * threads
        self.cores = _cores(threads)
        self.crowded = threads > _many_cores()
        self.rows = rows
        self.apart = False
        """Whether threads of the row had a core of their own."""
        self.wake = [threading.Semaphore(0) for _ in range(threads)]
        self.parked = threading.Semaphore(0)
        self.raised: list[str] = []
        """What left a job: its thread goes on, and whoever waits for it is not left waiting."""
        self.row: Row | None = None
        self.ending = False
        self.threads = [
            threading.Thread(target=self._work, args=(index,), name=LETTERS[index], daemon=True)
            for index in range(threads)
        ]
        for thread in self.threads:
            thread.start()

    def race(self, row: Row, plays: Sequence[Play], fresh: Callable[[int], Any], size: int) -> None:
        """Start a row; ``parked`` is released once by each thread that is through with it."""
        self.row = row
        self.rows += 1
        shared = self.rows % SHARES == 0
        self.apart = not (shared and self.cores)
        made_elsewhere = self.rows % NEITHERS == 0
        if made_elsewhere:
            with suppress(Exception):  # a thread that makes it itself will say so
                for index in range(row.threads):
                    row.make(index, fresh, size)
        in_turn = threading.Barrier(len(plays))
        for index, play in enumerate(plays):
            core = self.cores[0 if shared else index] if self.cores else None
            patience = APART if self.apart and not self.crowded else TOGETHER
            raced = _raced(row, index, play, core, patience)
            if self.apart:
                raced = nudged(raced, self.rows, index, len(plays))
            if made_elsewhere:
                raced = partial(_with_full_lists, raced)
            make = partial(row.make, index, fresh, size)
            self.jobs[index] = partial(_in_turn, in_turn, row, index, make, raced)
        for index in range(len(plays)):
            self.wake[index].release()

    def play(self, row: Row, index: int, play: Play) -> None:
        """Have one thread go through an open row of objects that are made; ``parked`` is released when it has."""
        self.call(index, _raced(row, index, play, None, APART))

    def call(self, index: int, what: Callable[[], None]) -> None:
        """Have one thread do something; ``parked`` is released when it has."""
        self.jobs[index] = what
        self.wake[index].release()

    def rest(self) -> None:
        """Have each thread run for a moment, nothing beside it: it frees what is its own and others have let go of."""
        for _ in self.threads:
            for wake in self.wake:
                wake.release()
            for _ in self.threads:
                self.parked.acquire()

    def finish(self) -> None:
        """End the threads; one that hangs is left behind."""
        self.ending = True
        for wake in self.wake:
            wake.release()
        for thread in self.threads:
            thread.join(1.0)

    def _work(self, index: int) -> None:
        while True:
            self.wake[index].acquire()
            if self.ending:
                return
            try:
                self.jobs[index]()
            except BaseException as error:  # noqa: BLE001  # an operation's own is a result: this is ``fresh``, or ours
                self.raised.append(f"{type(error).__name__}: {describe(error)}")
                if self.row is not None:
                    self.row.stop.append(True)  # the others would wait for it
            self.jobs[index] = _nothing  # it holds the row
            run_on()
            self.parked.release()


def _cores(threads: int) -> list[int]:
    """A core for each thread, where there are just as many: the scheduler would let them share one as soon as anything
    else runs. Else it decides.
    """
    if not hasattr(os, "sched_setaffinity"):
        return []
    cores = sorted(os.sched_getaffinity(0))
    return cores if len(cores) == threads else []


def _many_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _raced(
    row: Row,
    me: int,
    play: Play,
    core: int | None,
    patience: Patience,
) -> Callable[[], None]:
    def work() -> None:
        if core is not None:
            with suppress(OSError):  # a sandbox may forbid it: then the scheduler decides
                os.sched_setaffinity(0, {core})
        began = perf_counter_ns()
        play(row, me, row.threads, patience)
        row.took_ns = perf_counter_ns() - began

    return work


def _in_turn(
    turns: threading.Barrier, row: Row, me: int, make: Callable[[], None], raced: Callable[[], None]
) -> None:
    """Make this thread's objects first, each thread in its turn with the others at rest: some kinds take a hundred
    times as long where two threads make them at once. What they hold is asked when all are there.
    """
    try:
        for turn in range(row.threads):
            if turn == me:
                make()
                if row.held and turn == row.threads - 1:
                    for held, values in zip(row.held[me], values_of(row.objects), strict=True):
                        held += values
            turns.wait()
    except threading.BrokenBarrierError:
        return  # the thread that raised has the row end
    except BaseException:
        turns.abort()
        raise
    raced()


def _with_full_lists(raced: Callable[[], None]) -> None:
    """Where objects come from elsewhere, what a thread lets go of is not kept for the next that it makes."""
    fill_free_lists()
    raced()


def _nothing() -> None:
    pass


def run_on() -> None:
    """Let this thread run on for a moment: what others dropped is finalized on its owner's thread."""
    for _ in repeat(None, DRAIN_TURNS):
        pass
    empty_queue()
