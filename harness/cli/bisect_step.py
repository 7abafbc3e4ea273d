"""``ftstress bisect-step``: what ``git bisect run`` calls at each commit, with a finding's script."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from harness.builds.progress import Step
from harness.cli.arguments import share
from harness.cli.errors import Stop, say
from harness.cli.output import write
from harness.report.numbers import counted, duration
from harness.repro.bisect import CannotTell, interpreter, look
from harness.repro.runs import Rate

CANNOT_TELL = 125
"""What ``git bisect run`` takes for: skip this commit."""


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "bisect-step",
        help="for git bisect run: 1 the script shows it, 0 it does not, 125 cannot be told",
    )
    parser.add_argument("script", type=Path, metavar="SCRIPT", help="written by ftstress script")
    parser.add_argument(
        "--build",
        type=Path,
        default=Path(),
        metavar="DIR",
        help="CPython's source, to be built, or a folder with an interpreter (default: this one)",
    )
    parser.add_argument(
        "--confidence",
        type=share,
        default=0.99,
        metavar="P",
        help="how sure a commit must be to count as good (default: 0.99)",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """0 not shown for as long as the script's own rate asks for, 1 shown, 125 no build or no run."""
    rate = _rate(arguments.script)
    try:
        target = interpreter(arguments.build, _told)
        answer = look(target, arguments.script.absolute(), rate, arguments.confidence, lambda one: None)
    except CannotTell as error:
        raise Stop(str(error), CANNOT_TELL) from error
    verdict = "it shows" if answer.seen else f"it does not show ({arguments.confidence:.0%} sure)"
    write(
        f"{target.title}: {verdict}: {counted(answer.runs, 'run')} of {arguments.script}"
        f" in {duration(answer.looked_s)}\n"
    )
    return int(answer.seen)


def _rate(script: Path) -> Rate:
    try:
        text = script.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise Stop(f"{script} cannot be read: {error}", CANNOT_TELL) from error
    rate = Rate.from_text(text)
    if rate is None or not rate.hits:
        raise Stop(
            f"{script} does not say how often it shows: its header needs the line 'Measured: K of N runs ...' "
            "that ftstress script writes, with K above 0",
            CANNOT_TELL,
        )
    return rate


def _told(step: Step) -> None:
    if not step.total or step.done in (0, step.total):
        say(step.text)
