"""``ftstress report``: what a campaign's journal shows, again."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from rich.text import Text

from harness.campaign.grade import grade
from harness.cli.errors import Stop
from harness.cli.terminal import terminal, write
from harness.record.journal import JournalError, read_journal
from harness.record.result import Result
from harness.report import json, text


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser("report", help="report on campaigns that have run, or are running")
    parser.add_argument(
        "directories", nargs="+", type=Path, metavar="DIR", help="a directory with a campaign's journal"
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: %(default)s")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Report on each directory in turn; JSON is one object a directory. 0 when all could be reported on."""
    results = [(directory, _graded(directory)) for directory in arguments.directories]
    console = terminal()
    for directory, result in results:
        if arguments.format == "json":
            write(json.render(result))
            continue
        console.print(Text(text.opening(result, str(directory))), soft_wrap=True)
        text.show(result, console)
    return 0


def _graded(directory: Path) -> Result:
    try:
        return grade(read_journal(directory))
    except JournalError as error:
        raise Stop(str(error)) from error
