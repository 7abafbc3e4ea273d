"""A trial: one scenario, one setting of its amplifiers, raced round after round until the budget is spent.

Rounds come in batches, as in jcstress: the threads are released once and go through a row of fresh states, so that
one synchronisation pays for many rounds. A batch is as long as keeps the threads racing for some tens of
milliseconds. Between batches all actors are parked and drained, and every state is asked at quiescence.
"""

from __future__ import annotations

import gc
import os
import sys
import sysconfig
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from harness.kernel.amplifiers import Knobs, settings
from harness.kernel.bystanders import NOBODY
from harness.kernel.compiler import Violation
from harness.kernel.events import EmitOfTrial, describe
from harness.kernel.findings import Recorder
from harness.kernel.hang import kind_of_hang, running
from harness.kernel.history import by_register
from harness.kernel.levers import amplifiers_of, check
from harness.kernel.linearizability import Contradiction, Unknown, decide
from harness.kernel.live import all_live
from harness.kernel.loader import find_scenario
from harness.kernel.rounds import (
    FIRST_STRIDE,
    Role,
    Round,
    evidence,
    new_round,
    next_strides,
    overlap_ns,
    roles,
)
from harness.kernel.scenario import without
from harness.kernel.workers import Stuck, Workers

if TYPE_CHECKING:
    from harness.kernel.event_types import Details, HelloEvent, ProgressEvent
    from harness.kernel.spec_types import TrialSpec

SWITCH_S = 1e-5
"""With a GIL, actors take turns within a round of a millisecond; the default of 5 ms would keep them apart."""
BATCH_S = 0.03
LONGEST_BATCH = 256
PROGRESS_S = 0.2
COLLECT_AFTER = 100_000
"""Objects that have come since the last collection, when the next is due; the collector is off while actors race. What
it alone frees are classes and, from 3.14.1 on, the functions that were stored into them (from 3.15 on whatever has a
``__get__``): a round may leave some hundred kilobytes of them."""
ENOUGH = 0.7
"""The share of its memory limit that a trial ends with."""
LONGER_S = 3.0
"""A trial whose actors have not met yet when its budget is spent goes on by at most this much: on a busy machine its
threads may have waited for a core all the time, and then it has looked at nothing."""
EXTRA_DRAINS = 20
"""How often the actors are drained again before something still owed is believed."""


@dataclass
class Count:
    """What a trial has done so far."""

    rounds: int = 0
    rounds_hit: int = 0
    samples: int = 0
    stores: int = 0
    reads: int = 0
    """Those of rounds of which could be told whether their cache was live."""
    live_reads: int = 0
    """Those of rounds at whose end what they read could still be cached."""
    overlap_ns: int = 0
    span_ns: int = 0
    histories: int = 0
    unknown_histories: int = 0
    """Histories that could not be decided; what their rounds observed is not counted as samples."""

    def event(self, elapsed_s: float) -> ProgressEvent:
        """It, so many seconds after the trial's start."""
        return {
            "event": "progress",
            "elapsed_s": round(elapsed_s, 4),
            "rounds": self.rounds,
            "rounds_hit": self.rounds_hit,
            "samples": self.samples,
            "stores": self.stores,
            "reads": self.reads,
            "live_reads": self.live_reads,
            "overlap_ns": self.overlap_ns,
            "span_ns": self.span_ns,
            "histories": self.histories,
            "unknown_histories": self.unknown_histories,
        }


def gil_enabled() -> bool:
    """Whether a GIL is held in this interpreter right now."""
    return bool(getattr(sys, "_is_gil_enabled", lambda: True)())


def hello() -> HelloEvent:
    """What a trial says first: which interpreter this is."""
    return {
        "event": "hello",
        "version": sys.version.split()[0],
        "free_threaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
        "gil_enabled": gil_enabled(),
    }


class Trial:
    """Runs one trial and reports through ``emit``, from the calling thread only."""

    def __init__(self, spec: TrialSpec, emit: EmitOfTrial) -> None:
        self.emit = emit
        self.had_gil = gil_enabled()
        self.budget_s = spec["budget_s"]
        self.most_rounds = spec.get("rounds")
        self.memory_limit_bytes = spec.get("memory_limit_bytes")
        self.scenario = without(find_scenario(spec["file"], spec["scenario"]), spec.get("left_out", ()))
        self.knobs: Knobs = settings(amplifiers_of(self.scenario), spec["knobs"])
        check(vars(self.knobs))
        file = Path(spec["ring_file"]) if "ring_file" in spec else None
        self.roles: list[Role] = roles(
            self.scenario, self.knobs, spec.get("threads"), spec.get("ring", "off"), file
        )
        self.rings = self.roles[0].rings
        self.began = time.monotonic()
        self.count = Count()
        self.strides = [FIRST_STRIDE] * len(self.roles)
        self.recorder = Recorder(emit, self.began, self.scenario, self._last_operations)
        self.last_progress = 0.0
        self.blocks, self.stored = sys.getallocatedblocks(), 0
        """Allocated, and stores made, when garbage was collected last."""
        self._watch_gil("after the imports")

    def run(self) -> None:
        """Race until the budget is spent, and say ``done`` with the reason.

        What the scenario does wrong is a finding; an exception that leaves here is the harness's own failure.
        """
        collecting = gc.isenabled()
        gc.disable()
        hook = sys.unraisablehook
        sys.unraisablehook = self.recorder.unraisable
        thread_hook = threading.excepthook
        interval = sys.getswitchinterval()
        sys.setswitchinterval(SWITCH_S)
        threading.excepthook = self.recorder.escaped
        workers = Workers(self.roles, self._progress, vars(self.knobs).get("bystander", NOBODY))
        reason = "stuck"
        try:
            reason = self._race(workers)
            workers.finish()
        except Stuck as stuck:
            self.recorder.finding(
                "hang", "process", "round", str(stuck), self._inside(stuck), self.count.rounds
            )
        finally:
            if reason != "stuck":
                gc.collect()  # the last states' finalizers belong to this trial, and to its hooks
            sys.setswitchinterval(interval)
            sys.unraisablehook = hook
            threading.excepthook = thread_hook
            if collecting:
                gc.enable()
        self.recorder.flush(self.count.rounds)
        self._progress(final=True)
        self.emit({"event": "done", "reason": reason})

    def _race(self, workers: Workers) -> str:
        length = 1
        while True:
            batch = self._prepare(length)
            if batch is None:
                return "findings"
            raced = workers.race(batch, self.began + self.budget_s, self._patience())
            self._judge(batch, workers)
            self._ask_bystander(workers)
            if self.rings:
                self.rings.forget()
            self.recorder.flush(self.count.rounds)
            self.strides = next_strides(batch)
            del batch
            self._watch_gil(f"in round {self.count.rounds}")
            self._progress()
            if raced < BATCH_S / 2 and length < LONGEST_BATCH:
                length *= 2
            elif raced > BATCH_S * 2 and length > 1:
                length //= 2
            if self._garbage() >= COLLECT_AFTER:
                self._collect()
            if time.monotonic() >= self._deadline():
                return "budget"
            if self.most_rounds is not None and self.count.rounds >= self.most_rounds:
                return "rounds"
            if self._memory_is_short():
                return "memory"

    def _inside(self, stuck: Stuck) -> Details:
        """Who hangs, and whether they wait or run."""
        return {"inside": stuck.inside, "state": kind_of_hang(running("self", stuck.threads))}

    def _last_operations(self, kind: str, number: int) -> str:
        """What the threads did last in the round ``number``; where they hang, in whichever they are."""
        return self.rings.shown(None if kind == "hang" else number) if self.rings else ""

    def _deadline(self) -> float:
        """When the trial is over, on the monotonic clock."""
        return self.began + self.budget_s + self._patience()

    def _patience(self) -> float:
        return 0.0 if self.count.samples or len(self.roles) == 1 else LONGER_S

    def _prepare(self, length: int) -> list[Round] | None:
        """Fresh states, or None when the scenario cannot make one."""
        batch: list[Round] = []
        deadline = self._deadline()
        first = self.count.rounds + 1
        most = length if self.most_rounds is None else min(length, self.most_rounds - self.count.rounds)
        for number in range(first, first + most):
            scenario = self.scenario()
            try:
                scenario.prepare(self.knobs)
            except Exception as error:  # noqa: BLE001  # what a scenario raises is a finding
                self.recorder.exception("prepare", error, {"traceback": describe(error)}, number)
                return None
            batch.append(new_round(number, scenario, self.roles, self.strides))
            if time.monotonic() > deadline:
                break
        return batch

    def _judge(self, batch: list[Round], workers: Workers) -> None:
        # A raised exception holds frames, and with them values: of its own round, and of a later one where the target
        # gave a reader memory that has been used again. Nothing can be said about the lifetimes of its batch.
        held = any(current.raised for current in batch)
        for current in batch:
            if not any(turns for turns, _ in current.tallies) and not current.raised:
                continue  # the budget ended before its turn
            hits = self.recorder.total
            for role, error in current.raised:
                if isinstance(error, Violation):
                    self.recorder.violation(role, error, current.number)
                else:
                    self.recorder.exception(role.actor, error, evidence(role, error), current.number)
            self._ask(current, workers, held)
            self._add(current, self._decide(current), self._live(current))
            self.count.rounds_hit += self.recorder.total > hits

    def _ask(self, current: Round, workers: Workers, held: bool) -> None:
        scenario = current.scenario
        number = current.number
        try:
            for where, seen in scenario.refused():
                self.recorder.refused(where, seen, number)
            for what, found, expected in scenario.quiescence():
                if found is not expected:
                    self.recorder.disagreement(what, found, expected, number)
            if held:
                return
            owed = scenario.unfinished()
            for _ in range(EXTRA_DRAINS):
                if owed is None:
                    return
                workers.drain()
                owed = scenario.unfinished()
            if owed is not None:
                self.recorder.finding("leak", "lifetime", "quiescence", owed, {}, number)
        except Exception as error:  # noqa: BLE001  # what a scenario raises is a finding
            self.recorder.exception("quiescence", error, {}, number)

    def _ask_bystander(self, workers: Workers) -> None:
        if workers.beside and workers.beside.raised:
            error, name = workers.beside.raised.pop(), workers.beside.thread.name
            self.recorder.exception(name, error, {"traceback": describe(error)}, self.count.rounds)

    def _decide(self, current: Round) -> bool:
        """Judge what the round's actors recorded; False where that could not be decided."""
        # What an exception interrupted may have taken effect, and nobody noted it.
        cut = "an actor raised, and what its last operation did is not known" if current.raised else ""
        decided = True
        for history in by_register(chain.from_iterable(current.logs), cut):
            verdict = decide(history)
            self.count.histories += 1
            if isinstance(verdict, Contradiction):
                self.recorder.contradiction(verdict, current.number)
            elif isinstance(verdict, Unknown):
                self.count.unknown_histories += 1
                decided = False
        return decided

    def _live(self, current: Round) -> bool | None:
        """Whether what the round's actors read can still be cached; None where it is not meant to be, or unknown."""
        try:
            return all_live(current.scenario.cached()) if self.scenario.caches else None
        except Exception as error:  # noqa: BLE001  # what a scenario raises is a finding
            self.recorder.exception("cached", error, {}, current.number)
            return None

    def _add(self, current: Round, decided: bool, live: bool | None) -> None:
        count = self.count
        stores = reads = samples = 0
        for role, (turns, observed) in zip(self.roles, current.tallies, strict=True):
            stores += role.loop.stores * turns
            reads += role.loop.observations * turns
            samples += observed if decided else 0
        share = 1.0
        if len(self.roles) > 1:
            together, span = overlap_ns(current.spans)
            count.overlap_ns += together
            count.span_ns += span
            share = together / span if span else 0.0
        count.rounds += 1
        count.stores += stores
        count.reads += reads if live is not None else 0
        count.live_reads += reads if live else 0
        count.samples += samples + int(current.scenario.observed() * share)

    def _watch_gil(self, when: str) -> None:
        if gil_enabled() and not self.had_gil:
            self.had_gil = True
            self.emit({"event": "gil", "enabled": True, "when": when})

    def _garbage(self) -> int:
        """Objects that have come since the last collection: as many as are there, or as were stored."""
        return max(sys.getallocatedblocks() - self.blocks, self.count.stores - self.stored)

    def _collect(self) -> None:
        gc.collect()
        self.blocks, self.stored = sys.getallocatedblocks(), self.count.stores

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


def resident_bytes() -> int:
    """The process's resident size; where the platform does not say, the largest it has had, or 0."""
    with suppress(OSError, ValueError, IndexError):
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    try:
        import resource
    except ImportError:  # Windows
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform in ("darwin", "ios") else peak * 1024


def run_trial(spec: TrialSpec, emit: EmitOfTrial) -> None:
    """Run the trial that ``spec`` describes (the child's JSON) in this process.

    Raises ScenarioError when the scenario cannot be found or compiled.
    """
    Trial(spec, emit).run()
