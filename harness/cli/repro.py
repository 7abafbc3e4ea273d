"""``ftstress repro``: how often a finding shows again, with the GIL on too; the smallest trial that shows it."""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import replace
from typing import Any

from rich.console import Console
from rich.text import Text

from harness.campaign.again import Again, Outcome, control_event, later_event, native_stacks
from harness.campaign.calibrate import machine
from harness.cli import finding
from harness.cli.arguments import budget, share
from harness.cli.errors import Stop, say
from harness.cli.sweep import refuse_where_it_cannot_work
from harness.cli.terminal import terminal
from harness.diagnosis.native import NO_GDB, details
from harness.kernel.event_types import Details
from harness.kernel.levers import OFF, specializer
from harness.kernel.scenario import ScenarioError
from harness.record.events import Event, ReproEvent, SmallerData
from harness.record.journal import JournalError
from harness.record.target import Target
from harness.report.escape import escape
from harness.report.numbers import counted, duration, percent
from harness.repro.measure import MEMORY_BYTES, Measured, control, last_operations, measure
from harness.repro.minimize import Step, minimize
from harness.repro.recorded import Recorded, note
from harness.sweep.replay import NotReplayable, on_one_core, replay
from harness.sweep.stage import NotStarted

LIMIT_S = 60.0
STOPS = 20
"""At the point of a sweep's finding."""


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser("repro", help="show a finding again, and say how often it shows")
    finding.add_arguments(parser)
    parser.add_argument(
        "--limit", type=budget, default=LIMIT_S, metavar="TIME", help="for showing it again (default: 60s)"
    )
    parser.add_argument(
        "--minimize", action="store_true", help="look for the smallest trial that still shows it"
    )
    parser.add_argument(
        "--rate",
        type=share,
        default=0.8,
        metavar="P",
        help="with --minimize: the share of children that must still show it (default: 0.8)",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """1 it showed, 0 it did not within the limit, 3 nothing could be exercised."""
    recorded, target = finding.the_finding(arguments)
    console = terminal()
    _print(
        console,
        f"{recorded.finding.kind} in {recorded.finding.scenario} [{recorded.finding.id}] on {target.title}",
    )
    if "sweep" in recorded.finding.details:
        return _replayed(console, recorded, target, arguments)
    again = recorded.again
    smaller = None
    if arguments.minimize:
        smaller = _minimized(console, recorded, target, arguments)
        again = smaller or again
    measured = _measured(console, target, again, recorded.finding.signature, arguments.limit)
    if measured.failure:
        raise Stop(f"nothing could be exercised: {measured.failure}", 3)
    _print(console, said(measured))
    _tell_others(console, measured)
    with_gil = None
    if target.free_threaded:
        with console.status("the same with -X gil=1"):
            with_gil = control(target, again, recorded.finding.signature, measured, tell=lambda one: None)
        _print(console, f"with -X gil=1: {said(with_gil)}")
    found = _without_specializer(console, target, again, recorded.finding.signature, measured)
    if measured.hits:
        found |= _last_operations(console, target, again, recorded.finding.signature, measured)
        if recorded.finding.kind == "crash":
            found |= _under_gdb(console, target, again, measured)
    _keep(recorded, target, measured, with_gil, smaller, found)
    return 1 if measured.hits else 0


def _replayed(console: Console, recorded: Recorded, target: Target, arguments: argparse.Namespace) -> int:
    """A sweep's finding: timing does not matter, so it shows at each stop (a child may hide it) or is gone."""
    if arguments.minimize:
        raise Stop("a sweep's finding is two operations and a point: there is nothing to make smaller")
    refuse_where_it_cannot_work(target, stepping=False)
    details, wanted = recorded.finding.details, recorded.finding.signature
    with (
        tempfile.TemporaryDirectory(prefix="ftstress-sweep-") as cache,
        on_one_core(),
        console.status("stopping") as status,
    ):
        try:
            found = replay(
                target,
                recorded.again.scenario,
                details,
                wanted,
                cache,
                STOPS,
                lambda done: status.update(f"{done} of {counted(STOPS, 'stop')}"),
            )
        except (NotReplayable, NotStarted) as error:
            raise Stop(str(error), 3) from error
    for thread, operation, seen in found.steps:
        _print(console, f"  {thread}  {operation}: {seen}")
    _print(console, f"{found.shown} of {counted(found.times, 'stop')} showed it")
    return 1 if found.shown else 0


def said(measured: Measured) -> str:
    """``18 of 20 children showed it: 90 % (70 to 97 %); one waits 0.42 s for it``."""
    low, high = measured.interval
    line = f"{measured.hits} of {counted(measured.children, 'child', 'children')} showed it"
    line += f": {percent(measured.hits / measured.children)} ({percent(low)} to {percent(high)} at 95 %)"
    if measured.expected_s is None:
        return f"{line}, in {duration(measured.took_s)}"
    return f"{line}; expect to wait {duration(measured.expected_s)} for it"


def _measured(console: Console, target: Target, again: Again, signature: str, limit_s: float) -> Measured:
    _print(
        console, f"{_trial(again)}; real threads do not replay: the same trial shows the same at a rate only"
    )
    seen: list[Outcome] = []
    with console.status("looking") as status:

        def tell(outcome: Outcome) -> None:
            seen.append(outcome)
            status.update(f"{sum(one.hit for one in seen)} of {counted(len(seen), 'child', 'children')}")

        try:
            return measure(target, again, signature, limit_s=limit_s, tell=tell)
        except OSError as error:
            raise Stop(f"{target.executable} cannot be started: {error.strerror or error}", 3) from error


def _minimized(
    console: Console, recorded: Recorded, target: Target, arguments: argparse.Namespace
) -> Again | None:
    with console.status("making it smaller") as status:

        def tell(step: Step) -> None:
            status.update(step.text)
            if step.kept is not None:
                _print(console, f"{step.text}: {'still shows' if step.kept else 'shows too rarely'}")

        try:
            found = minimize(
                target,
                recorded.again,
                recorded.finding.signature,
                rate=arguments.rate,
                limit_s=arguments.limit,
                tell=tell,
            )
        except ScenarioError as error:
            raise Stop(f"nothing can be made smaller: {error}", 3) from error
    if found is None:
        _print(
            console,
            f"the trial itself does not show it in {percent(arguments.rate)} of children: left as it is",
        )
    return found


def _trial(again: Again) -> str:
    knobs = "".join(f", {name} {value}" for name, value in again.knobs.items())
    less = f", without {', '.join(again.left_out)}" if again.left_out else ""
    rounds = f", at most {counted(again.rounds, 'round')}" if again.rounds else ""
    threads = counted(again.threads, "thread")
    return f"a child: {duration(again.budget_s)}{rounds}, {threads}{knobs}{less}"


def _tell_others(console: Console, measured: Measured) -> None:
    for signature, times in measured.others.items():
        _print(console, f"{counted(times, 'child', 'children')} showed something else: {signature}")


def _without_specializer(
    console: Console, target: Target, again: Again, signature: str, measured: Measured
) -> Details:
    """Whether instructions that were specialised have to do with it, as part of the finding's details."""
    can = target.free_threaded and target.version_info[:2] >= specializer.minimum_version
    if not can or again.knobs.get(specializer.name) == OFF:
        return {}
    other = replace(again, knobs=again.knobs | {specializer.name: OFF})
    with console.status("the same with -X tlbc=0"):
        without = control(target, other, signature, measured, tell=lambda one: None, with_gil=False)
    _print(console, f"with -X tlbc=0, without the specializer: {said(without)}")
    return {"without_specializer": said(without)}


def _last_operations(
    console: Console, target: Target, again: Again, signature: str, measured: Measured
) -> Details:
    """What the threads did before it showed once more, as part of the finding's details; nothing where it did not."""
    with console.status("once more, each operation noted"):
        last = last_operations(target, again, signature, measured)
    if not last:
        _print(console, "last operations: it did not show once more while each operation was noted")
        return {}
    _print(console, "the last operations of each thread, oldest first:")
    for line in last.splitlines():
        _print(console, line)
    return {"last_operations": last}


def _under_gdb(console: Console, target: Target, again: Again, measured: Measured) -> Details:
    """The stacks of one more crash, as part of the finding's details; nothing where there are none."""
    with console.status("once more under gdb"):
        for _ in range(measured.once_more):
            native = native_stacks(target, again, memory_bytes=MEMORY_BYTES)
            if native is NO_GDB or not native.missing:
                break
    if native.missing:
        _print(console, f"no native stacks: {native.missing}")
        return {}
    at = f", touching {native.fault_address}" if native.fault_address else ""
    _print(console, f"under gdb it died in {' < '.join(native.top())}{at}; all stacks are in the journal")
    return details(native) | _with_debug_allocator(console, target, again, measured)


def _with_debug_allocator(console: Console, target: Target, again: Again, measured: Measured) -> Details:
    """Whether what it died of had been freed, and by whom; nothing where it does not die with that allocator."""
    with console.status("once more under gdb, with the target's debug allocator"):
        for _ in range(measured.once_more):
            native = native_stacks(target, again, memory_bytes=MEMORY_BYTES, debug_allocator=True)
            if native is NO_GDB or native.poisoned:
                break
    if not native.poisoned:
        why = native.missing or "what it died of was not filled as freed memory is"
        _print(console, f"with the target's debug allocator: {why}")
        return {}
    who = f"by {native.freed}" if native.freed else "by whom, no stack tells any more"
    _print(console, f"with the target's debug allocator it died of memory that had been freed, {who}")
    return {"poisoned": True, "freed": native.freed} if native.freed else {"poisoned": True}


def _keep(
    recorded: Recorded,
    target: Target,
    measured: Measured,
    with_gil: Measured | None,
    smaller: Again | None,
    found: Details,
) -> None:
    """Into the journal, from which reports and scripts take it; not what another build showed."""
    if target != recorded.target:
        return
    signature = recorded.finding.signature
    seen: ReproEvent = {
        "event": "repro",
        "signature": signature,
        "children": measured.children,
        "hits": measured.hits,
        "took_s": round(measured.took_s, 3),
        "machine": machine(),
        "smaller": None if smaller is None else _left(smaller),
    }
    events: list[Event] = [seen]
    if with_gil:
        events.append(control_event(signature, with_gil.outcomes))
    if found:
        events.append(later_event(signature, found))
    try:
        note(recorded.directory, *events)
    except JournalError as error:
        say(f"what was seen is not noted: {error}")


def _left(again: Again) -> SmallerData:
    return {
        "knobs": again.knobs,
        "threads": again.threads,
        "budget_s": again.budget_s,
        "rounds": again.rounds,
        "left_out": list(again.left_out),
        "pairs": list(again.pairs),
    }


def _print(console: Console, line: str) -> None:
    console.print(Text(escape(line)), soft_wrap=True)
