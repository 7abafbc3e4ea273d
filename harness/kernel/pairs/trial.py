"""A trial of pairs: one subject, some of its pairs, each raced for a share of the budget."""

from __future__ import annotations

import gc
import os
import random
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from harness.kernel.events import EmitOfTrial, describe_error
from harness.kernel.hang import ASLEEP_LOOKS, Sleepers, kind_of_hang, running
from harness.kernel.levers import check
from harness.kernel.pairs.durations import Durations
from harness.kernel.pairs.intact import Intact
from harness.kernel.pairs.judge import Judge, Refusal
from harness.kernel.pairs.leaks import Found, of_mixed, of_pair
from harness.kernel.pairs.lifetime import ROWS as HELD_ROWS
from harness.kernel.pairs.lifetime import Lifetimes
from harness.kernel.pairs.mixed import Mixed
from harness.kernel.pairs.orders import Stopped, explored
from harness.kernel.pairs.race import LETTERS, NEITHERS, SHARES, Racers, Row, player, run_on
from harness.kernel.pairs.subject import JOIN, PROCESS, THEN, Step, Subject, find_subject, sequences, steps
from harness.kernel.pairs.totals import LONGEST_S, Totals, is_due
from harness.kernel.scenario import ScenarioError
from harness.kernel.trial import SWITCH_S, Count, gil_enabled, resident_bytes
from harness.kernel.workers import STUCK_WAKES, WAKE_S

if TYPE_CHECKING:
    from harness.kernel.event_types import Details
    from harness.kernel.spec_types import TrialSpec

ROW_S = 0.005
"""How long a row of rounds should take."""
SHORTEST_ROW, LONGEST_ROW = 16, 1024
SPINS_S, LOWER = 0.75, 10
"""Of processor time without a step of any thread, after which the process lets others have the cores; and by how much
it lowers its priority then. Who is only kept from the cores uses none."""
SPUN_S = 1.0
"""Of processor time without a step: who had less may only have been kept from the cores, unless nobody wants one."""
PROGRESS_S = 0.2
COLLECT_AFTER = 100_000
ENOUGH = 0.7
"""The share of its memory limit that a trial ends with."""


ALONE = "{} waits for ever while nothing runs beside it: {} must try it without waiting"
MIXED = "mixed rows"
"""Where something is of no pair in particular."""


class Hung(Exception):
    """Threads of a pair did not come back."""


class PairTrial:
    """Runs one trial and reports through ``emit``, from the calling thread only."""

    whose = LETTERS
    """The letters that the threads' values begin with."""

    def __init__(self, spec: TrialSpec, emit: EmitOfTrial) -> None:
        check(spec["knobs"])
        self.name, self.pairs, self.budget_s = spec["scenario"], spec["pairs"], spec["budget_s"]
        self.memory_limit_bytes = spec.get("memory_limit_bytes")
        self.mixed, self.left_out = spec.get("mixed", False), spec.get("left_out", [])
        self.seed, self.file = str(spec.get("seed", "")), spec.get("ring_file")
        self.emit = emit
        self.subject: Subject = find_subject(spec["file"], self.name)()
        self.declared = steps(type(self.subject))
        self.began = time.monotonic()
        self.count = Count()
        self.last_progress, self.last_look = 0.0, self.began
        self.told: set[tuple[str, ...]] = set()
        self.found: str | None = None
        """The pair that showed something first: what another one shows after it is doubted."""
        self.is_broken = False
        self.lifetimes = Lifetimes()
        self.draw = random.Random(f"{self.seed}:totals")
        self.to_ask_s = LONGEST_S
        self.blocks: int | None = None
        """Allocated when that was asked first, or garbage was collected last. A glance is over before it is asked."""
        self.escaped: list[tuple[str, str, str]] = []
        self.had_gil = gil_enabled()

    def run(self) -> None:
        """Race all pairs, and say ``done`` with the reason. After one that has shown something the others are left to
        a fresh process: what they showed in this one might be its doing.
        """
        collecting = gc.isenabled()
        gc.disable()
        interval = sys.getswitchinterval()
        sys.setswitchinterval(SWITCH_S)
        hook, sys.unraisablehook = sys.unraisablehook, self._unraisable
        racers = {2: Racers(2, random.Random(self.seed).randrange(SHARES * NEITHERS))}
        reason = "pairs"
        try:
            try:
                self.intact = Intact(self.subject, self.declared, racers[2])
            except Stopped as stopped:
                raise ScenarioError(ALONE.format("an operation", self.name)) from stopped
            if self.mixed:
                self._mixed(racers[2])
            for number, pair in enumerate(self.pairs):
                left = self.began + self.budget_s - time.monotonic()
                if number and left <= 0:
                    reason = "budget"
                    break
                if self.found is not None:
                    reason = "found"
                    break
                if self._memory_is_short():
                    reason = "memory"
                    break
                self._pair(pair, max(left, 0.02) / (len(self.pairs) - number), racers)
        except Hung:
            reason = "stuck"
        finally:
            if reason != "stuck":
                for some in racers.values():
                    some.finish()
                gc.collect()
            sys.setswitchinterval(interval)
            sys.unraisablehook = hook
            if collecting:
                gc.enable()
        self._progress(final=True)
        self.emit({"event": "done", "reason": reason})

    def _mixed(self, racers: Racers) -> None:
        """Race mixed rows until the budget is spent, and one at least in which each thread has a core: a glance is not
        spent on one where they hardly meet.
        """
        mixed = Mixed(self.subject, self.declared, self.seed, self.file, self.left_out)
        until = self.began + self.budget_s
        met = False
        while (
            mixed.numbers
            and (not met or time.monotonic() < until)
            and not self.is_broken
            and not self._memory_is_short()
        ):
            row = mixed.row()
            racers.race(row, mixed.play(row), self.subject.fresh, mixed.size)
            self._wait(row, racers, mixed.come_to, cuts=True)
            met = met or racers.apart
            mixed.learn(row)
            ended = row.ended()
            for i in row.numbers:
                given = [results[i] for results in row.results]
                if None in given:
                    mixed.was_cut(row, i)
                    break
                number = mixed.pair_of(row, i)
                pair = mixed.names[number]
                if refusal := mixed.refusal(row, i, given, racers):
                    self.count.rounds_hit += 1
                    self._refuse(pair, refusal, {"variant": pair, "size": mixed.size}, MIXED)
                row.objects[i] = None
                mixed.rounds[number] += 1
                if all(met[i] for met in row.met):
                    mixed.overlapped[number] += 1
                    self.count.samples += 2 * mixed.asked[number]
                    self.count.overlap_ns += row.took_ns // ended
                self.count.rounds += 1
            self.count.span_ns += row.took_ns
            self._let_go(row, mixed.names_in(row), racers, {"size": mixed.size})
            self._settle(MIXED)
        self._look_at_the_process(MIXED)
        self._ask_totals(MIXED, self.budget_s, racers, partial(of_mixed, mixed=mixed, otherwise=MIXED))
        self.emit({"event": "mixed", "raced": mixed.raced()})

    def _settle(self, when: str) -> None:
        """Between two rows: what finalizers raised, the GIL, a sign of life, garbage."""
        while self.escaped:
            where, name, text = self.escaped.pop()
            self._tell(when, Refusal("exception", "process", f"{name} in {where}: {text}", name), {})
        run_on()
        self._watch_gil(f"in {when}")
        self._progress()
        self._look_at_memory()

    def _pair(self, pair: str, seconds: float, racers: dict[int, Racers]) -> None:
        self.emit({"event": "pair_begin", "pair": pair})
        before = self.count.rounds
        overlapped = outcomes = 0
        variants = _variants(pair)
        deadline = time.monotonic()
        promise = ""
        for share, variant in variants:
            threads = sequences(self.declared, variant)
            if len(threads) not in racers:
                racers[len(threads)] = Racers(len(threads))
            deadline += seconds * share
            for number, size in enumerate(self.subject.sizes):
                part = (deadline - time.monotonic()) / (len(self.subject.sizes) - number)
                judge, met = self._race(pair, variant, threads, size, part, racers[len(threads)])
                overlapped += met
                outcomes += len(judge.seen)
                promise = promise or judge.promise
        self._look_at_the_process(pair)
        threads = sequences(self.declared, pair)
        if [*map(len, threads)] == [1, 1]:
            ask = partial(of_pair, pair=pair, threads=threads, size=self.draw.choice(self.subject.sizes))
            self._ask_totals(pair, seconds, racers[2], ask)
        self.emit(
            {
                "event": "pair_end",
                "pair": pair,
                "rounds": self.count.rounds - before,
                "overlapped": overlapped,
                "outcomes": outcomes,
                "promise": promise,
            }
        )

    def _race(
        self, pair: str, variant: str, threads: list[list[Step]], size: int, seconds: float, racers: Racers
    ) -> tuple[Judge, int]:
        """Race one variant at one size; its judge, and the rounds in which all were at it at once."""
        until = time.monotonic() + seconds
        judge = self._judge_of(pair, threads, size, racers)
        plays = [player(thread) for thread in threads]
        timed = [player(thread, timed=True) for thread in threads]
        names = [THEN.join(one.name for one in thread) for thread in threads]
        durations = Durations(self.draw)
        length, overlapped, rows = SHORTEST_ROW, 0, 0
        while True:
            row = Row(length, len(threads), whose=self.whose)
            rows += 1
            if rows == 1:
                row.time()
            elif rows % HELD_ROWS == 0:
                row.hold()
            else:
                for me in range(len(threads)):
                    row.begin_late(me, [durations.pause(names[me], names[me - 1], size) for _ in row.numbers])
            began = time.perf_counter_ns()
            racers.race(row, timed if row.is_timed else plays, self.subject.fresh, size)
            self._wait(row, racers, lambda: pair)
            if row.is_timed:
                for name, times in zip(names, row.took, strict=True):
                    durations.learn(size, [(name, ns) for ns in times if ns])
            took = time.perf_counter_ns() - began
            overlapped += self._judge(row, judge, pair, variant, size)
            self._let_go(row, [pair] * length, racers, {"variant": variant, "size": size})
            del row
            self._settle(pair)
            if took < ROW_S * 5e8 and length < LONGEST_ROW:
                length *= 2
            elif took > ROW_S * 2e9 and length > SHORTEST_ROW:
                length //= 2
            if time.monotonic() >= until:
                return judge, overlapped

    def _judge_of(self, pair: str, threads: list[list[Step]], size: int, racers: Racers) -> Judge:
        try:
            orders = explored(racers, self.subject, size, threads)
        except Stopped as stopped:
            raise ScenarioError(ALONE.format(f"an operation of {pair}", self.name)) from stopped
        return Judge(self.subject, size, threads, orders)

    def _judge(self, row: Row, judge: Judge, pair: str, variant: str, size: int) -> int:
        overlapped = rounds = 0
        for i in row.numbers:
            given = [results[i] for results in row.results]
            if None in given:
                break
            rounds += 1
            refusal = judge.refusal(row.objects[i], given)
            row.objects[i] = None
            if refusal is not None:
                self.count.rounds_hit += 1
                self._refuse(pair, refusal, {"variant": variant, "size": size}, pair)
            overlapped += all(met[i] for met in row.met)
        self.count.rounds += rounds
        if judge.promise != PROCESS:
            self.count.samples += overlapped * sum(len(thread) for thread in judge.steps)
        self.count.stores += rounds * sum(one.writes for thread in judge.steps for one in thread)
        self.count.span_ns += row.took_ns
        self.count.overlap_ns += row.took_ns * overlapped // max(1, rounds)
        return overlapped

    def _let_go(self, row: Row, pairs: Sequence[str], racers: Racers, details: Details) -> None:
        """Nobody needs the row's objects and results any more: whether what is held of them is all there."""
        if not row.held:
            return
        row.objects.clear()
        row.results.clear()
        racers.rest()
        for held, whose in ((row.kept, "gave"), (row.held, "was given, or found in its object,")):
            for pair, kind in self.lifetimes.released_too_often(held, pairs):
                self.count.rounds_hit += 1
                message = f"a {kind} that {pair} {whose} was released more often than taken"
                self._refuse(
                    pair, Refusal("violation", "lifetime", message), {"variant": pair} | details, pair
                )
            held.clear()
            racers.rest()

    def _ask_totals(
        self, pair: str, seconds: float, racers: Racers, ask: Callable[[Totals], Found | None]
    ) -> None:
        """Whether what was raced for so many seconds leaves references behind, where the target counts them. In a
        process in which something else was wrong they say nothing.
        """
        due = self.to_ask_s > 0 and is_due(seconds, self.draw)
        if self.found is not None or self.is_broken or not due:
            return

        def wait(row: Row, threads: int) -> None:
            self._wait(row, racers, lambda: pair, threads)

        began = time.monotonic()
        until = began + self.to_ask_s
        totals = Totals(racers, self.subject.fresh, wait, lambda: self._settle(pair), self.draw, until)
        found = ask(totals)
        self.to_ask_s -= time.monotonic() - began
        self.emit({"event": "totals", "pair": pair, "blocks": totals.blocks, "rounds": totals.rounds})
        if found and self.found is None:
            shown, refusal, details = found
            self._refuse(shown, refusal, details, shown)

    def _wait(
        self,
        row: Row,
        racers: Racers,
        pair: Callable[[], str],
        threads: int | None = None,
        cuts: bool = False,
    ) -> None:
        """Until so many threads are through with the row; all of them, where nothing is said. One that ``cuts`` ends
        where it would take longer than its share of a glance: a single round of some subjects takes milliseconds.
        """
        missing, idle, before, used_s = threads or row.threads, 0, -1, 0.0
        stands_back = False
        sleepers = Sleepers()
        while missing:
            if racers.parked.acquire(timeout=WAKE_S):
                missing -= 1
                continue
            self._progress()
            if cuts and not row.stop and row.ended():
                row.stop.append(True)
            done = row.done()
            if done != before:
                idle, before, used_s = 0, done, time.process_time()
            idle += 1
            if not stands_back and time.process_time() - used_s >= SPINS_S:
                stands_back = True
                stand_back()
            asleep = sleepers.look("self", threading.get_native_id())
            if idle >= (ASLEEP_LOOKS if asleep else STUCK_WAKES):
                inside = self._inside(row, racers)
                if asleep or time.process_time() - used_s >= SPUN_S or not running("self", inside):
                    self._hangs(row, inside, pair())
        racers.row = None
        while racers.raised:
            said = racers.raised.pop()
            message = (
                f"{said} left a thread of {pair()}, and no operation raised it: fresh did, or the harness"
            )
            self._tell(pair(), Refusal("exception", "process", message, said.partition(":")[0]), {})

    def _inside(self, row: Row, racers: Racers) -> dict[int, int]:
        """The native ids of those threads, by number, that have begun an operation and not ended it."""
        inside: dict[int, int] = {}
        for index in range(row.threads):
            native = racers.threads[index].native_id
            if native is not None and row.began[index].count(True) > row.ended_by(index):
                inside[index] = native
        return inside

    def _hangs(self, row: Row, inside: dict[int, int], pair: str) -> None:
        state = kind_of_hang(running("self", inside.values()))
        names = ", ".join(LETTERS[index] for index in inside)
        message = f"{names} did not come back from {pair}"
        self._tell(pair, Refusal("hang", "process", message), {"state": state})
        row.stop.append(True)
        raise Hung

    def _refuse(self, pair: str, refusal: Refusal, details: Details, raced: str) -> None:
        """A round was not allowed, of all that were ``raced``. The first time it is asked whether it was the process
        that is no longer as it was.
        """
        if self.found is None:
            self._look_at_the_process(raced)
        self._tell(pair, refusal, details)

    def _look_at_the_process(self, raced: str) -> None:
        """With all threads parked: where the process is broken that is told, once, and nothing that comes after."""
        if self.is_broken:
            return
        try:
            broken = self.intact.broken()
        except Stopped:
            self._tell(
                raced, Refusal("hang", "process", f"after {raced}, an operation alone did not come back"), {}
            )
            raise Hung from None
        if not broken:
            return
        details: Details = {"alone": broken.operation, "size": broken.size, "variant": raced}
        self._tell(raced, Refusal("violation", "process", f"after {raced}, {broken.message}"), details)
        self.is_broken = True

    def _tell(self, pair: str, refusal: Refusal, details: Details) -> None:
        """Emit a finding unless it has been told in this trial; a doubt where another pair has shown something."""
        symptom = (refusal.kind, refusal.oracle, pair, refusal.exception)
        if self.is_broken or symptom in self.told:
            return
        self.told.add(symptom)
        if self.found is None:
            self.found = pair
        elif self.found != pair:
            self.emit({"event": "doubted", "pair": pair, "after": self.found, "message": refusal.message})
            return
        self.emit(refusal.told(pair, details, self.count.rounds, time.monotonic() - self.began))

    def _unraisable(self, unraisable: Any) -> None:
        name = getattr(unraisable.exc_type, "__name__", "an exception")
        self.escaped.append(("a finalizer", name, describe_error(unraisable.exc_value)))

    def _watch_gil(self, when: str) -> None:
        if gil_enabled() and not self.had_gil:
            self.had_gil = True
            self.emit({"event": "gil", "enabled": True, "when": when})

    def _look_at_memory(self) -> None:
        now = time.monotonic()
        if now - self.last_look < PROGRESS_S:  # it goes through all there is, with the world stopped
            return
        self.last_look = now
        blocks = sys.getallocatedblocks()
        if self.blocks is None:
            self.blocks = blocks
        elif blocks - self.blocks > COLLECT_AFTER:
            self._collect()

    def _collect(self) -> None:
        gc.collect()
        self.blocks = sys.getallocatedblocks()

    def _memory_is_short(self) -> bool:
        limit = self.memory_limit_bytes
        if limit is None or resident_bytes() <= ENOUGH * limit:
            return False
        self._collect()
        return resident_bytes() > ENOUGH * limit

    def _progress(self, final: bool = False) -> None:
        now = time.monotonic()
        if not final and now - self.last_progress < PROGRESS_S:
            return
        self.last_progress = now
        self.emit(self.count.event(now - self.began))


def stand_back() -> None:
    """Lower the priority of this process, all its threads, for good, where it is a child that was started for this."""
    if hasattr(os, "setpriority") and os.getpid() == os.getsid(0):
        with suppress(OSError):
            os.setpriority(os.PRIO_PGRP, 0, os.getpriority(os.PRIO_PROCESS, 0) + LOWER)


def _variants(pair: str) -> list[tuple[float, str]]:
    """What is raced of a pair, and for which share of its time: its operations once, and each twice in a row.

    No thread does both: what one of them shows with itself is another pair's finding.
    """
    threads = pair.split(JOIN)
    if THEN in pair or len(threads) != 2:
        return [(1.0, pair)]
    one, other = threads
    twice = THEN.join((one, one)) + JOIN + THEN.join((other, other))
    return [(0.6, pair), (0.4, twice)]


def run_pairs(spec: TrialSpec, emit: EmitOfTrial) -> None:
    """Run the pairs that ``spec`` names (the child's JSON) in this process.

    Raises ScenarioError when the subject or an operation cannot be found.
    """
    PairTrial(spec, emit).run()
