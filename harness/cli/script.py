"""``ftstress script``: a finding as one program of its own, measured, on stdout."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console

from harness.campaign.again import later_event
from harness.cli import finding
from harness.cli.arguments import budget
from harness.cli.errors import Stop, say
from harness.cli.output import write
from harness.kernel.scenario import ScenarioError
from harness.record.journal import JournalError
from harness.repro.bundle import NotScriptable
from harness.repro.recorded import note
from harness.repro.written import Written, written

LIMIT_S = 60.0


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser("script", help="a finding as a standalone program, on stdout")
    finding.add_arguments(parser)
    parser.add_argument(
        "--limit",
        type=budget,
        default=LIMIT_S,
        metavar="TIME",
        help="for measuring how often it shows (default: 60s)",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the program to stdout. 0 when it was written; that it never showed is said on stderr."""
    recorded, target = finding.the_finding(arguments)
    console = Console(stderr=True, highlight=False)
    with tempfile.TemporaryDirectory(prefix="ftstress-") as folder, console.status("measuring") as status:

        def tell(text: str) -> None:
            status.update(text)

        try:
            done: Written = written(recorded, target, Path(folder), arguments.limit, tell)
        except (NotScriptable, ScenarioError) as error:
            raise Stop(f"no script can be written for {recorded.finding.id}: {error}") from error
    if done.failure:
        say(f"the script does not run on {target.executable}: {done.failure}")
    elif done.rate is None or not done.rate.hits:
        say(f"the script did not show it on {target.executable}: try ftstress repro --minimize first")
    elif target == recorded.target:
        try:
            note(recorded.directory, later_event(recorded.finding.signature, {"script": done.text}))
        except JournalError as error:
            say(f"the script is not noted: {error}")
    write(done.text)
    return 0
