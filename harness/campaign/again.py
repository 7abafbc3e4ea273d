"""A recorded trial, run again in a child: with the GIL on for a finding's control, or as it was to see it once more."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from harness.campaign import child, trial
from harness.campaign.plan import SHORTEST_S, PlannedTrial
from harness.campaign.select import ScenarioInfo
from harness.campaign.trial import RunTrial
from harness.campaign.watch import Limits, alarm_s, watch
from harness.diagnosis import ending as endings
from harness.diagnosis.native import NO_GDB, Native, read, under_gdb
from harness.kernel.amplifiers import Setting
from harness.kernel.event_types import Details
from harness.kernel.journal_types import TrialStartEvent
from harness.kernel.pairs.program import is_program
from harness.kernel.pairs.subject import JOIN
from harness.kernel.rings import Every
from harness.kernel.signature import same_finding, signature
from harness.kernel.spec_types import ChildTrial
from harness.record.events import ControlEvent, LaterEvent, RecordedEvent
from harness.record.target import Target


@dataclass(frozen=True)
class Again:
    """What a trial was, as far as it decides what it can show. Real threads do not replay: it shows at a rate."""

    scenario: ScenarioInfo
    knobs: dict[str, Setting]
    seed: str
    threads: int
    """All of them."""
    budget_s: float
    rounds: int | None = None
    """The most that it may have; None: as many as its budget allows."""
    left_out: tuple[str, ...] = ()
    """Operations that are not raced."""
    pairs: tuple[str, ...] = ()
    """Of a subject: the pairs that are; none: all of them, in mixed rows."""

    @property
    def planned(self) -> PlannedTrial:
        mixed = bool(self.scenario.pairs) and not self.pairs
        return PlannedTrial(
            self.scenario, 0, self.knobs, self.seed, self.threads, self.budget_s, self.pairs, mixed
        )

    def spec(self, memory_bytes: int) -> ChildTrial:
        """What the kernel is told."""
        told = trial.trial_spec(self.planned, self.budget_s, self.threads, memory_bytes, "off")
        return told | {"rounds": self.rounds, "left_out": list(self.left_out)}


def of_event(scenario: ScenarioInfo, start: TrialStartEvent, where: str) -> Again:
    """The trial that a journal's ``trial_start`` tells of, of a subject only the pair ``where`` it showed. What showed
    at a glance gets a whole trial to show again.
    """
    budget_s = max(start["budget_s"], SHORTEST_S)
    pairs = (where,) if scenario.pairs and (JOIN in where or is_program(where)) else ()
    return Again(scenario, start["knobs"], start["seed"], start["threads"], budget_s, pairs=pairs)


@dataclass(frozen=True)
class Outcome:
    """What one child showed."""

    hit: bool
    """Whether it showed what was looked for."""
    took_s: float
    """Of wall time, until it showed or the child ended."""
    rounds: int
    others: tuple[str, ...]
    """Signatures of what else it showed."""
    failure: str | None
    """Why it exercised nothing; None where it did."""
    last_operations: str = ""
    """Of each thread, before it showed; empty where they were not noted."""


@dataclass(frozen=True)
class Control:
    """What a campaign still wants to know of a finding: whether it shows with the GIL on, and what its threads did."""

    signature: str
    again: Again

    @property
    def busy(self) -> int:
        """How many threads its trial keeps running: with the GIL on, one at a time."""
        return 1


def run_once(
    target: Target,
    again: Again,
    wanted: str,
    *,
    memory_bytes: int,
    with_gil: bool = False,
    ring: Every = "off",
    stop: Callable[[], bool] = lambda: False,
    run: RunTrial = trial.run_in_child,
) -> Outcome:
    """Run the trial in a child until it shows the finding with the signature ``wanted``, or ends, or ``stop`` says so.

    Raises OSError when the target cannot be executed.
    """
    name = again.scenario.name
    began = time.monotonic()
    seen: list[str] = []
    rounds = 0
    hit_s: float | None = None
    last = ""
    failed: str | None = None

    def hear(event: RecordedEvent) -> None:
        nonlocal rounds, hit_s, last, failed
        if event["event"] == "progress":
            rounds = event["rounds"]
        elif event["event"] == "failure":
            failed = f"the kernel failed in a child: {event['message']}"
        elif event["event"] == "finding":
            text = signature(name, event)
            seen.append(text)
            if hit_s is None and same_finding(text, wanted):
                hit_s = time.monotonic() - began
                last = event["details"].get("last_operations", "")

    spec = again.spec(memory_bytes) | {"with_gil": with_gil, "ring": ring}
    ending = run(target, spec, hear, lambda: hit_s is not None or stop())
    found = endings.finding(ending, 0, name)
    if found is not None:
        hear(found)
    failure = failed or endings.failure(ending)
    if failure is None and not rounds and not seen and ending.how not in ("ok", "stopped"):
        failure = f"a child finished no round: it {endings.what_happened(ending)}"
    others = dict.fromkeys(text for text in seen if not same_finding(text, wanted))
    return Outcome(
        hit=hit_s is not None,
        took_s=round(hit_s if hit_s is not None else time.monotonic() - began, 4),
        rounds=rounds,
        others=tuple(others),
        failure=failure,
        last_operations=last,
    )


def native_stacks(
    target: Target, again: Again, *, memory_bytes: int, debug_allocator: bool = False
) -> Native:
    """Run the trial in a child under gdb, and give the stacks of its threads when it dies; with the target's own
    ``debug_allocator`` also whether it died of freed memory, and who freed that, where it can be told.

    Where there are none it says why: no gdb, no ptrace, or it did not die. Raises OSError when gdb cannot be started.
    """
    time_s = again.budget_s + trial.GRACE_S * target.stretch
    spec = again.spec(memory_bytes) | {"alarm_s": alarm_s(time_s)}

    def command(descriptor: int) -> list[str]:
        started = child.command(target, spec | {"events_fd": descriptor})
        wrapped = under_gdb(started, debug_allocator=debug_allocator or bool(child.allocator(spec)))
        assert wrapped is not None
        return wrapped

    if under_gdb([]) is None:
        return NO_GDB
    ending = watch(command, Limits(time_s, time_s, memory_bytes), lambda event: None, lambda: False)
    return read(ending.stdout, ending.stderr)


def control_event(signature: str, outcomes: Sequence[Outcome]) -> ControlEvent:
    """What the journal keeps of the children that were given a finding's trial with the GIL on."""
    return {
        "event": "control",
        "signature": signature,
        "children": len(outcomes),
        "hits": sum(outcome.hit for outcome in outcomes),
        "rounds": sum(outcome.rounds for outcome in outcomes),
        "took_s": round(sum(outcome.took_s for outcome in outcomes), 3),
    }


def later_event(signature: str, details: Details) -> LaterEvent:
    """What the journal keeps of what was found out about a finding after it was recorded: part of its details."""
    return {"event": "later", "signature": signature, "details": details}
