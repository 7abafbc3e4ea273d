"""``ftstress sweep``: stop an operation at each of CPython's own instructions, and run another one there."""

from __future__ import annotations

import argparse
import re
import tempfile
from pathlib import Path
from typing import Any

from harness.cli import run
from harness.cli.choose import choose, choose_pairs
from harness.cli.errors import Stop
from harness.record.target import Target
from harness.sweep import ptrace
from harness.sweep.campaign import Asked, sweeps


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser("sweep", help="every preemption point, one by one (Linux)")
    run.add_arguments(parser)
    parser.add_argument(
        "--functions", metavar="REGEX", help="of FILE:FUNCTION, what to stop in (default: the object model)"
    )
    parser.add_argument(
        "--bound", type=int, choices=(1, 2), default=1, help="how many stops a run may have (default: 1)"
    )
    parser.add_argument(
        "--stepping", action="store_true", help="do without debug registers: slow, works everywhere"
    )
    parser.add_argument(
        "--pairs",
        action="store_true",
        help="subjects' operations instead of scenarios': SUBJECT and A+B choose which (default: the catalogue)",
    )
    parser.set_defaults(run=sweep, in_process=False)


def refuse_where_it_cannot_work(target: Target | None, stepping: bool) -> None:
    """Raise Stop (3) with what stands in the way: the system, its settings, or a target whose GIL is on."""
    try:
        ptrace.check(stepping)
    except ptrace.CannotTrace as error:
        raise Stop(str(error), 3) from error
    if target is not None and target.gil_enabled:
        raise Stop("a thread that is stopped keeps the GIL: a sweep needs a target whose GIL is off", 3)


def sweep(arguments: argparse.Namespace) -> int:
    """Run the campaign. Returns its exit status; 3 where this machine cannot sweep."""
    if arguments.functions is not None:
        try:
            re.compile(arguments.functions)
        except re.error as error:
            raise Stop(f"--functions {arguments.functions!r} is not a regular expression: {error}") from error
    refuse_where_it_cannot_work(None, arguments.stepping)
    asked = Asked(arguments.functions, arguments.bound, arguments.stepping)
    with tempfile.TemporaryDirectory(prefix="ftstress-sweep-") as cache:
        return run.campaign(
            arguments, sweeps(asked, Path(cache)), choose_pairs if arguments.pairs else choose
        )
