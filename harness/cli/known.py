"""``ftstress known``: the known-issue list held against targets, a row an issue, a column a target."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.builds.find import resolve
from harness.cli.errors import Stop, tell
from harness.cli.output import write
from harness.cli.steps import told
from harness.cli.terminal import terminal
from harness.kernel.known import KnownIssue, load
from harness.kernel.scenario import ScenarioError
from harness.record.target import Target
from harness.report.escape import escape
from harness.repro.bundle import NotScriptable
from harness.repro.proofs import Holding, Proven, texts

TRIES = 3
WIDEST = 500
NOT_RUN = "not run"
"""A cell that an interrupt left open."""
LEGEND = (
    "mended: the list says it is, and it was looked for once; GIL: with -X gil=1, where it showed soonest; "
    "!: not as listed; -: it was never there"
)


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser("known", help="the known issues: which of them show, on which target")
    parser.add_argument("ids", nargs="*", metavar="ID", help="gh-NUMBER or ftstress-NNNN (default: all)")
    parser.add_argument(
        "--target",
        action="append",
        metavar="PY",
        help="a path, or a spec such as 3.14t; once for each column of the table",
    )
    parser.add_argument("--no-control", action="store_true", help="not with -X gil=1, too")
    parser.add_argument("--script", action="store_true", help="print the programs that are run, and run none")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """0 when each is on each target as the list says, 1 when one is not, 3 where the list says nothing of any."""
    issues = _chosen(arguments.ids)
    if arguments.script:
        write("\n\n".join(program for issue in issues for program in _programs(issue)))
        return 0
    targets = [resolve(spec, tell) for spec in arguments.target or [None]]
    console = terminal()
    titles = _titles(targets)
    for title, target in zip(titles, targets, strict=True):
        console.print(Text(escape(f"{title}: {target.title}, {target.executable}")), soft_wrap=True)
    with told(Console(stderr=True, highlight=False)) as progress:
        held = Holding(issues, targets, TRIES, not arguments.no_control, progress)
        interrupted = _hold(held)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("issue", "proof", *titles):
        table.add_column(title, no_wrap=not console.is_terminal)
    for row, issue in enumerate(issues):
        cells = [
            NOT_RUN
            if interrupted and (row, column) not in held.done and issue.concerns(target)
            else said(held.done.get((row, column)))
            for column, target in enumerate(targets)
        ]
        table.add_row(issue.id, _what(issue), *map(escape, cells))
    if not console.is_terminal:  # a row stays a line
        console.width = max(console.width, WIDEST)
    console.print(table)
    console.print(LEGEND, soft_wrap=True)
    for _, proven in sorted(held.done.items()):
        if proven.failure:
            line = f"{proven.issue.id} {_what(proven.issue)} on {proven.target.title}: {proven.failure}"
            console.print(Text(escape(line)), soft_wrap=True)
    if interrupted is not None:
        raise interrupted
    if not held.done:
        return 3
    return 0 if all(proven.as_listed for proven in held.done.values()) else 1


def said(proven: Proven | None) -> str:
    """A cell: ``shown 1 of 2``, after ``mended`` where the list says so, after ``!`` where it says something else."""
    if proven is None:
        return "-"
    mark = "" if proven.as_listed else "! "
    if proven.failure:
        return f"{mark}no answer"
    mended = "" if proven.issue.applies_to(proven.target) else "mended, "
    gil = {None: "", True: ", GIL too", False: ", GIL not"}[proven.with_gil]
    return f"{mark}{mended}shown {proven.shown} of {len(proven.runs)}{gil}"


def _chosen(ids: Sequence[str]) -> list[KnownIssue]:
    issues = load()
    if unknown := sorted(set(ids) - {issue.id for issue in issues}):
        there = ", ".join(dict.fromkeys(issue.id for issue in issues))
        raise Stop(f"{', '.join(unknown)} is not on the list: there are {there}")
    return [issue for issue in issues if not ids or issue.id in ids]


def _programs(issue: KnownIssue) -> list[str]:
    try:
        return texts(issue)
    except (ScenarioError, NotScriptable) as error:
        raise Stop(f"no program can be written for {issue.id}: {error}") from error


def _hold(held: Holding) -> KeyboardInterrupt | None:
    """Run all proofs; the interrupt, where one ended them: what has been held by then is told all the same."""
    try:
        held.run()
    except KeyboardInterrupt as interrupt:
        return interrupt
    except OSError as error:
        where = error.filename or "the target"
        raise Stop(f"{where} cannot be started: {error.strerror or error}", 3) from error
    except (ScenarioError, NotScriptable) as error:
        raise Stop(f"a program cannot be written: {error}") from error
    return None


def _what(issue: KnownIssue) -> str:
    return issue.proof or issue.written[0].split(" | ")[2]


def _titles(targets: Sequence[Target]) -> list[str]:
    """``3.13.5t``, ``3.15.0b1td``; with the commit where two would be called the same."""
    short = [target.version + "t" * target.free_threaded + "d" * target.debug for target in targets]
    return [
        f"{title} {target.commit}".strip() if Counter(short)[title] > 1 else title
        for title, target in zip(short, targets, strict=True)
    ]
