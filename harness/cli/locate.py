"""``ftstress locate``: where in CPython's source the window of a finding is."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterable, Sequence
from typing import Any

from rich.text import Text

from harness.campaign.again import later_event
from harness.cli import finding
from harness.cli.arguments import budget
from harness.cli.errors import Stop, say
from harness.cli.sweep import refuse_where_it_cannot_work
from harness.cli.terminal import terminal
from harness.record.events import LaterEvent
from harness.record.journal import JournalError
from harness.report.escape import escape
from harness.report.numbers import counted
from harness.repro.recorded import Recorded, note
from harness.sweep.locate import Located, locate
from harness.sweep.replay import on_one_core
from harness.sweep.stage import NotStarted

LIMIT_S = 60.0
MOST_OTHERS = 5


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser("locate", help="where in CPython's source a finding's window is (Linux)")
    finding.add_arguments(parser)
    parser.add_argument(
        "--limit", type=budget, default=LIMIT_S, metavar="TIME", help="for sweeping (default: 60s)"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """0 located, 3 not."""
    recorded, target = finding.the_finding(arguments)
    scenario = recorded.again.scenario
    refuse_where_it_cannot_work(target, stepping=False)
    if sum(scenario.actors.values()) == 1 or not scenario.swept:
        raise Stop(f"{scenario.name} cannot be swept: see ftstress sweep --dry-run {scenario.name}", 3)
    console = terminal()
    with (
        tempfile.TemporaryDirectory(prefix="ftstress-sweep-") as cache,
        on_one_core(),
        console.status(f"sweeping {scenario.name}") as status,
    ):
        try:
            search = locate(
                target,
                scenario,
                recorded.finding.signature,
                cache,
                arguments.limit,
                lambda stops: status.update(f"{counted(stops, 'stop')} in {scenario.name}"),
            )
        except NotStarted as error:
            raise Stop(str(error), 3) from error
    lines = [*said(one for one in search.windows if one.same)]
    others = [one for one in search.windows if not one.same]
    for line in lines or ["no window found: it needs more than one preemption, or another order of memory"]:
        console.print(Text(escape(line)), soft_wrap=True)
    if target == recorded.target:
        found = search.names(scenario.name, recorded.finding.signature)
        _note(recorded, [later_event(text, {"windows": names}) for text, names in found.items()])
    for line in [*said(others)][:MOST_OTHERS]:
        console.print(Text(escape(f"also, {line}")), soft_wrap=True)
    rest = f", {counted(search.not_tried, 'point')} not tried" if search.not_tried else ""
    console.print(f"{counted(search.stops, 'stop')} in {scenario.name}{rest}")
    return 0 if lines else 3


def _note(recorded: Recorded, events: Sequence[LaterEvent]) -> None:
    """What was found out becomes part of the findings, whose causes it tells."""
    try:
        note(recorded.directory, *events)
    except JournalError as error:
        say(f"{error}; where the windows are stands above, and is not noted")


def said(windows: Iterable[Located]) -> Iterable[str]:
    """A line for each window, the variants of a pair that show the same one taken together."""
    seen: dict[str, int] = {}
    for one in windows:
        begin, end = " < ".join(one.begin), " < ".join(one.end)
        where = begin if begin == end else f"{begin}, to {end}"
        line = f"{one.a} stopped, {one.b} run ({one.symptom}): from {where}"
        seen[line] = max(seen.get(line, 0), one.points)
    for line, points in seen.items():
        yield f"{line}: {counted(points, 'point')}"
