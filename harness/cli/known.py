"""``ftstress known``: the known-issue list, each entry's proof run again on a target."""

from __future__ import annotations

import argparse
from typing import Any

from rich.text import Text

from harness.builds.find import resolve
from harness.cli.errors import Stop
from harness.cli.terminal import terminal
from harness.kernel.known import KnownIssue, load
from harness.record.target import Target
from harness.report.escape import escape
from harness.report.numbers import duration
from harness.repro.proofs import Proven, prove

TRIES = 3


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser("known", help="the known issues: run the proof of each again")
    parser.add_argument("ids", nargs="*", metavar="ID", help="gh-NUMBER or ftstress-NNNN (default: all)")
    parser.add_argument("--target", metavar="PY", help="a path, or a spec such as 3.13t")
    parser.add_argument("--no-control", action="store_true", help="not with -X gil=1, too")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """0 when every proof that applies to the target shows as listed, 1 when one does not, 3 where none applies."""
    issues = load()
    if unknown := sorted(set(arguments.ids) - {issue.id for issue in issues}):
        there = ", ".join(dict.fromkeys(issue.id for issue in issues))
        raise Stop(f"{', '.join(unknown)} is not on the list: there are {there}")
    target = resolve(arguments.target)
    console = terminal()
    chosen = [issue for issue in issues if not arguments.ids or issue.id in arguments.ids]
    done: list[Proven] = []
    for issue in chosen:
        if not issue.applies_to(target):
            line = f"{issue.id} {issue.proof}: does not apply to {target.title}"
        else:
            with console.status(f"{issue.id}: {issue.proof}"):
                done.append(_proven(issue, target, control=not arguments.no_control))
            line = f"{issue.id} {issue.proof}: {said(done[-1])}"
        console.print(Text(escape(line)), soft_wrap=True)
    if not done:
        return 3
    return 0 if all(one.as_listed and not one.failure for one in done) else 1


def said(proven: Proven) -> str:
    """What the proof showed, and what the list says where that is something else."""
    if proven.failure:
        return f"no answer: {proven.failure}"
    if not proven.shows:
        return f"does not show any more, in {proven.runs} runs: is it fixed?"
    line = f"shows, run {proven.runs}, after {duration(proven.took_s)}"
    if proven.with_gil is not None:
        line += f"; with -X gil=1 {'too' if proven.with_gil else 'not'}"
    return line if proven.as_listed else f"{line}, and the list says otherwise"


def _proven(issue: KnownIssue, target: Target, control: bool) -> Proven:
    try:
        return prove(issue, target, tries=TRIES, control=control)
    except OSError as error:
        raise Stop(f"{target.executable} cannot be started: {error.strerror or error}", 3) from error
