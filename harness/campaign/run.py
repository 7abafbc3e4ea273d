"""A campaign: trials beside each other until the budget is spent, everything they say in the journal, graded
as it goes.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from harness.campaign import again, plan, trial
from harness.campaign.again import Control, Outcome, control_event, later_event
from harness.campaign.grade import Grader
from harness.campaign.history import check_same_target, header, open_journal, read_past, write_result
from harness.campaign.interrupts import Flag, noted
from harness.campaign.kind import STRESS, Kind
from harness.campaign.options import CampaignError, Options, memory_limit
from harness.campaign.pairs import doubt
from harness.campaign.plan import PlannedTrial
from harness.campaign.select import ScenarioInfo
from harness.campaign.shown import Shown
from harness.campaign.suppressions import Suppression
from harness.campaign.trial import RunTrial
from harness.campaign.unmask import Unmasking
from harness.diagnosis import ending as endings
from harness.diagnosis.ending import Ending
from harness.diagnosis.faulthandler import noticed_late
from harness.kernel.pairs.program import is_program
from harness.kernel.spec_types import ChildTrial
from harness.record.events import Event, RecordedEvent
from harness.record.journal import Journal
from harness.record.result import Result
from harness.record.target import Target

__all__ = ["CampaignError", "Listener", "Options", "run_campaign"]

Listener = Callable[[Event], None]

WORTH_STARTING_S = 0.2
"""A trial that would get less than this because time is short is not started, unless it is the first."""
SHORTEST_S = 0.01
LOOK_S = 0.1
"""Between two looks at the interrupt flag."""
CONTROLS = 0.2
"""The share of the budget, at its end, in which findings come first that were not tried with the GIL on yet."""
OVERDUE_S = 1.0
"""Beyond its budget, when a trial that has said nothing yet, or a control, stops being counted among those that use
the cores."""
THROUGH = ("mixed", "done")
"""What a trial says when its threads are through: what comes behind that needs no second core."""
EARLIER = "an earlier round"
"""What has written beside a block, or broken the process, where that is noticed later: nobody knows which pair's."""
LATE_S = 0.25
"""Beyond its budget, when one that should have said so stops being counted: it hangs, or the machine is busy."""
ALIVE = 4
"""Children that are alive, for each that runs: what starts, judges and ends is beside it. With more of them, two
threads seldom have a core each."""
LAST, BEHIND = 19, 10
"""By how much the priority of a trial of pairs is lowered that falls silent: where it is known what may become of it,
it gets what nobody else wants; else a tenth of a core beside one that races: to be sure of a hang it must have run.
"""
LATE = 1.08
"""A campaign of at least ``KEEPS_TIME_S`` waits until this many times its budget for trials that do not end. A shorter
one waits for as long as it takes to be sure of a hang (``trial.longest_s``)."""
KEEPS_TIME_S = 30.0
WRITE_S = 5.0
"""Between two results of a campaign that goes on; its journal has everything at once. With hundreds of subjects one
takes a twentieth of a second, in which no trial is started."""
QUEUED = 1000
"""Events that children may be ahead of the journal."""


def run_campaign(
    target: Target,
    scenarios: Sequence[ScenarioInfo],
    options: Options,
    out: Path,
    listener: Listener,
    kind: Kind = STRESS,
    given: Sequence[Suppression] = (),
) -> Result:
    """Run trials of ``scenarios`` on ``target`` until the budget is spent; ``out`` has everything as it happens.

    With ``options.resume`` the seed, the budget, the threads and the scenarios are those of the campaign in
    ``out``. What is ``given`` no child's sanitizer reports. ``listener`` gets each event once the journal has it.
    Interrupted by a signal, it ends its children and returns what there is (exit status 130, or 1). Raises
    CampaignError when it cannot be started as asked, and JournalError when the journal can no longer be written;
    whatever it raises, no child is left.
    """
    with noted(wanted=not options.in_process) as interrupted:
        past = read_past(out) if options.resume else None
        if past is not None:
            check_same_target(past, target, out)
            scenarios = past.scenarios
            options = replace(options, seed=past.seed, budget_s=past.budget_s, threads=past.threads)
        with open_journal(out, options.resume) as journal:
            campaign = _Campaign(target, scenarios, options, out, listener, journal, interrupted, kind)
            if past is None:
                campaign.record(header(target, scenarios, options, kind.name))
                campaign.suppress(given)
            else:
                for event in past.events:
                    campaign.take(event)
                campaign.resume(past.elapsed_s, past.last_trial, past.finished)
            return campaign.run()


@dataclass(frozen=True)
class _Tried:
    """What came of trying a finding again."""

    with_gil: Outcome
    last_operations: str
    """Of each thread, before it showed once more; empty where it did not, or was not asked to."""


@dataclass(frozen=True)
class _Said:
    """What a trial's thread has for the journal: an event, its ending, or the error that kept it from
    running.
    """

    number: int
    at_s: float
    what: RecordedEvent | Ending | _Tried | OSError


class _Campaign:
    """A running campaign. Only the calling thread records; a thread per trial watches its child."""

    def __init__(
        self,
        target: Target,
        scenarios: Sequence[ScenarioInfo],
        options: Options,
        out: Path,
        listener: Listener,
        journal: Journal,
        interrupted: Flag,
        kind: Kind,
    ) -> None:
        self.target = target
        self.kind = kind
        self.options = options
        self.out = out
        self.listener = listener
        self.journal = journal
        self.interrupted = interrupted
        self.grader = Grader()
        self.shown = Shown()
        self.unmasking = Unmasking(out) if target.sanitizer == "thread" else None
        self.run_trial: RunTrial
        self.began = time.monotonic()
        self.last_trial = 0
        self.finished: frozenset[tuple[str, int]] = frozenset()
        self.plan = self._trials(scenarios)
        self.next: PlannedTrial | None = None
        self.unseen = {s.name for s in scenarios if plan.why_skipped(s, target, kind.name) is None}
        self.at_once = kind.at_once(scenarios, options)
        self.running: dict[int, tuple[PlannedTrial, threading.Thread | None]] = {}
        self.leaves: dict[int, float] = {}
        """From when on each trial is not counted among those that use the cores, in the campaign's own time."""
        self.overdue: dict[int, float] = {}
        """From when on each trial is not counted among those that are alive."""
        self.controls: dict[int, tuple[Control, threading.Thread]] = {}
        """By numbers below 0, that no trial has."""
        self.controlled: set[str] = set()
        self.said: queue.Queue[_Said] = queue.Queue(QUEUED)
        self.written_at_s = -WRITE_S
        self.stop = threading.Event()
        self.stop_controls = threading.Event()
        self.reason = "budget"

    def resume(self, elapsed_s: float, last_trial: int, finished: frozenset[tuple[str, int]]) -> None:
        """Go on where the campaign in the directory ended."""
        self.began = time.monotonic() - elapsed_s
        self.last_trial = last_trial
        self.finished = finished
        self.unseen -= {scenario for scenario, _ in finished}
        self.record({"event": "resume", "at_s": self.now(), "strict": self.options.strict})

    def suppress(self, given: Sequence[Suppression]) -> None:
        """Leave out of all children what a person wants to be left out."""
        if given:
            told = [one.to_json() for one in given]
            self.record({"event": "suppressed", "at_s": self.now(), "suppressions": told})

    def now(self) -> float:
        """Seconds of the campaign's own time: the pauses before a resume are not in it."""
        return round(time.monotonic() - self.began, 4)

    def record(self, event: Event) -> None:
        self.journal.append(event)
        self.take(event)
        self.listener(event)

    def take(self, event: Event) -> None:
        """Count an event that the journal has."""
        self.grader.feed(event)
        self.shown.feed(event)
        if self.unmasking:
            self.unmasking.feed(event)

    def run(self) -> Result:
        with self.kind.running() as self.run_trial:
            self._run()
        return self._end()

    def _run(self) -> None:
        try:
            self.next = next(self.plan, None)
            while True:
                self._start_controls()
                self._start_what_fits()
                if not self.running and not self.controls:
                    break
                self._hear()
        except KeyboardInterrupt:  # in-process, or not the main thread: otherwise the flag is set instead
            self._halt("interrupted")
        finally:
            self._let_go()

    def _trials(self, scenarios: Sequence[ScenarioInfo]) -> Iterator[PlannedTrial]:
        for planned in self.kind.trials(scenarios, self.target, self.options, self.shown):
            if (planned.scenario.name, planned.index) not in self.finished:
                yield planned

    def _start_what_fits(self) -> None:
        while self.next is not None and not self._is_halted() and self._has_room(self.next):
            left = self.options.budget_s - self.now()
            shortest = self.kind.shortest_s * self.target.stretch
            budget = plan.cut(self.next.budget_s, left, len(self.unseen), self.at_once, shortest)
            if budget < min(WORTH_STARTING_S, self.next.budget_s) and self.last_trial:
                self.next = None
                return
            planned, self.next = self.next, next(self.plan, None)
            self.unseen.discard(planned.scenario.name)
            self._start(planned, max(budget, SHORTEST_S))

    def _start_controls(self) -> None:
        """Try what is new again with the GIL on, when each scenario has come once, towards the end, and where ``-x``
        ended the trials. With many findings this would else take half of a minute from what has not come yet.
        """
        if self.kind.name == plan.SWEEP or self.options.in_process or not self.target.free_threaded:
            return
        late = self.stop.is_set() or self.now() > self.options.budget_s * (1 - CONTROLS)
        if self.unseen and not late:
            return
        for control in self.grader.uncontrolled():
            budget = min(control.again.budget_s, self.options.budget_s - self.now())
            if budget < WORTH_STARTING_S or self.stop_controls.is_set() or not self._has_room(control):
                return
            if control.signature not in self.controlled:
                self.controlled.add(control.signature)
                number = -len(self.controlled)
                arguments = (number, replace(control, again=replace(control.again, budget_s=budget)))
                thread = threading.Thread(target=self._watch_control, args=arguments, name="control")
                self.controls[number] = control, thread
                self.leaves[number] = self.now() + budget + OVERDUE_S * self.target.stretch
                thread.start()

    def _watch_control(self, number: int, control: Control) -> None:
        run_once = partial(
            again.run_once,
            self.target,
            control.again,
            control.signature,
            memory_bytes=memory_limit(self.options, self.at_once, self.target.sanitizer),
            run=self.run_trial,
        )
        what: _Tried | OSError
        try:
            with_gil = run_once(with_gil=True, stop=self.stop_controls.is_set)
            last = ""
            # Each scenario comes once before anything is looked at more closely.
            noted = self.kind.name == plan.STRESS and self.options.ring == "off"
            if noted and (not self.unseen or self.stop.is_set()) and not self._controls_are_over():
                last = run_once(ring="operation", stop=self._controls_are_over).last_operations
            what = _Tried(with_gil, last)
        except OSError as error:
            what = error
        self.said.put(_Said(number, self.now(), what))

    def _controls_are_over(self) -> bool:
        return self.stop_controls.is_set() or self.now() > self.options.budget_s

    def _is_halted(self) -> bool:
        if self.interrupted.set:
            self._halt("interrupted")
        if self.options.budget_s >= KEEPS_TIME_S and self.now() > self.options.budget_s * LATE:
            self._halt("budget")
        return self.stop.is_set()

    def _halt(self, reason: str) -> None:
        if not self.stop.is_set():
            self.reason = reason
            self.stop.set()
        if reason != "found":
            self.stop_controls.set()

    def _has_room(self, planned: PlannedTrial | Control) -> bool:
        if self.options.in_process:
            return not self.running
        if self.options.jobs is not None:
            return len(self.running) + len(self.controls) < self.options.jobs
        # One that hangs does not keep the others waiting until that is sure: it waits, or one thread of it spins.
        now = self.now()
        if sum(now < overdue for overdue in self.overdue.values()) >= ALIVE * self.at_once:
            return False
        busy = sum(other.busy for number, (other, _) in self.running.items() if now < self.leaves[number])
        busy += sum(other.busy for number, (other, _) in self.controls.items() if now < self.leaves[number])
        return not busy or busy + planned.busy <= plan.cores()

    def _start(self, planned: PlannedTrial, budget_s: float) -> None:
        self.last_trial += 1
        number = self.last_trial
        planned = replace(planned, budget_s=budget_s)
        spec = trial.trial_spec(
            planned,
            budget_s,
            self.options.threads,
            memory_limit(self.options, self.at_once, self.target.sanitizer),
            self.options.ring,
        )
        if planned.scenario.pairs:
            spec = spec | {"yields": LAST if self.grader.tears(planned.scenario.name) else BEHIND}
        if self.unmasking and self.unmasking.file:
            spec = spec | {"suppressions": self.unmasking.file}
        self.running[number] = planned, None
        self.leaves[number] = self.overdue[number] = self.now() + budget_s + OVERDUE_S * self.target.stretch
        self.record(
            {
                "event": "trial_start",
                "trial": number,
                "at_s": self.now(),
                "scenario": planned.scenario.name,
                "index": planned.index,
                "knobs": planned.knobs,
                "seed": planned.seed,
                "threads": planned.threads,
                "budget_s": spec["budget_s"],
                "pairs": list(planned.pairs),
            }
        )
        if self.options.in_process:
            self._ended(number, self.now(), self._here(number, spec))
            return
        thread = threading.Thread(target=self._watch, args=(number, spec), name=f"trial {number}")
        self.running[number] = planned, thread
        thread.start()

    def _watch(self, number: int, spec: ChildTrial) -> None:
        def tell(event: RecordedEvent) -> None:
            self.said.put(_Said(number, self.now(), event))

        what: Ending | OSError
        try:
            what = self.run_trial(self.target, spec, tell, self.stop.is_set)
        except OSError as error:
            what = error
        self.said.put(_Said(number, self.now(), what))

    def _here(self, number: int, spec: ChildTrial) -> Ending:
        return trial.run_here(spec, lambda event: self._child_said(number, self.now(), event))

    def _hear(self) -> None:
        """Record what the trials have said; wait for it a moment."""
        self._is_halted()
        now = self.now()
        leave = min((moment - now for moment in self.leaves.values() if moment > now), default=LOOK_S)
        try:
            said = self.said.get(timeout=min(leave, LOOK_S))
        except queue.Empty:
            return
        if said.number < 0:
            self._control_ended(said)
        elif isinstance(said.what, dict):
            self._child_said(said.number, said.at_s, said.what)
        elif isinstance(said.what, Ending):
            self._ended(said.number, said.at_s, said.what)
        elif isinstance(said.what, OSError):
            self._not_started(said.number, said.at_s, said.what)

    def _child_said(self, number: int, at_s: float, event: RecordedEvent) -> None:
        planned, _ = self.running[number]
        # A report of a sanitizer says itself what it is of, and nothing smaller shows what came before any program.
        if event["event"] == "finding":
            if planned.tentative and is_program(event["where"]):
                event = doubt(event)
            elif self.grader.may_be_another_s(planned.scenario.name, event, planned.others(event["where"])):
                event = doubt(event, EARLIER)
        if event["event"] == "hello":
            # What comes behind its budget takes a slow target long, and there a debug build is asked for its totals:
            # children would pile up.
            slow = self.target.slower > 1 or self.target.debug
            late = LATE_S if self.kind.lead_s is None else -self.kind.lead_s
            self.leaves[number] = (
                at_s + planned.budget_s + (OVERDUE_S * self.target.stretch if slow else late)
            )
        elif self.kind.lead_s is None and event["event"] in THROUGH:
            self.leaves[number] = at_s
        self.record(event | {"trial": number, "at_s": at_s, "scenario": planned.scenario.name})
        if event["event"] == "finding" and self.options.stop_at_first and self.grader.counting():
            self._halt("found")

    def _ended(self, number: int, at_s: float, ending: Ending) -> None:
        planned, _ = self.running[number]
        name = planned.scenario.name
        found = endings.finding(ending, number, name)
        if found is not None:
            after = self.shown.first_in(number) if planned.mixed else None
            several = planned.mixed or len(planned.pairs) > 1
            if several and after is None and noticed_late(ending.stderr):
                after = EARLIER
            self._child_said(number, at_s, found if after in (None, found["where"]) else doubt(found, after))
        failure = endings.failure(ending)
        last = ending.last_event
        if failure is not None and (last is None or last["event"] != "failure"):  # else it has told so itself
            self._child_said(
                number, at_s, {"event": "failure", "message": failure, "traceback": ending.stderr}
            )
        self.record(
            {
                "event": "trial_end",
                "trial": number,
                "at_s": at_s,
                "scenario": name,
                "index": planned.index,
                "ending": ending.to_json(),
                "unwell": None if ending.how == "ok" else endings.what_happened(ending),
                "notice": endings.notice(ending, number, name, late=self.reason == "budget"),
            }
        )
        if self.unmasking and (due := self.unmasking.due(not self.unseen, self.now())):
            self.record(due)
        self._forget(number)
        self._write()

    def _control_ended(self, said: _Said) -> None:
        control, thread = self.controls.pop(said.number)
        del self.leaves[said.number]
        thread.join()
        if not isinstance(said.what, _Tried):
            return
        if said.what.with_gil.hit or said.what.with_gil.rounds:
            self.record(control_event(control.signature, [said.what.with_gil]) | {"at_s": said.at_s})
        if last := said.what.last_operations:
            self.record(later_event(control.signature, {"last_operations": last}) | {"at_s": said.at_s})
        self._write()

    def _not_started(self, number: int, at_s: float, error: OSError) -> None:
        # The next trial would fare no better, and would be tried thousands of times.
        message = f"a child could not be started: {error.strerror or error} ({self.target.executable})"
        self._child_said(number, at_s, {"event": "failure", "message": message, "traceback": ""})
        self._forget(number)
        self._halt("failure")

    def _write(self) -> None:
        """Write the result so far, now and then: with hundreds of subjects it takes as long as a trial of one does."""
        if self.now() - self.written_at_s >= WRITE_S:
            write_result(self.out, self.grader.result())
            self.written_at_s = self.now()

    def _forget(self, number: int) -> None:
        _, thread = self.running.pop(number)
        del self.leaves[number]
        del self.overdue[number]
        if thread is not None:
            thread.join()

    def _let_go(self) -> None:
        """End what still runs; on the way out of an exception nothing more is recorded."""
        self.stop.set()
        self.stop_controls.set()
        for _, thread in (*self.running.values(), *self.controls.values()):
            while thread is not None and thread.is_alive():
                try:
                    self.said.get(timeout=LOOK_S)
                except queue.Empty:
                    continue
        self.running.clear()
        self.controls.clear()

    def _end(self) -> Result:
        complete = self.reason in ("budget", "found")
        self.record(
            {"event": "campaign_end", "at_s": self.now(), "complete": complete, "reason": self.reason}
        )
        result = self.grader.result()
        write_result(self.out, result)
        return result
