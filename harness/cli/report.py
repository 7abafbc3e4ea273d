"""``ftstress report``: what journals show: one campaign's, or a fleet's as one report."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from harness.campaign.gather import Report, gather
from harness.cli.errors import Stop
from harness.cli.output import write
from harness.cli.terminal import terminal
from harness.record.calibration import CalibrationError
from harness.record.journal import JournalError
from harness.report import text
from harness.report.formats import FORMATS, renderer


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser("report", help="report on campaigns that have run, or are running")
    parser.add_argument(
        "directories",
        nargs="+",
        type=Path,
        metavar="DIR",
        help="a directory with a campaign's journal (html: or a calibration)",
    )
    parser.add_argument("--format", choices=FORMATS, default="text", help="default: %(default)s")
    parser.add_argument(
        "--umbrella",
        action="store_true",
        help="markdown: one text to paste as an issue above all that was found, a row a cause",
    )
    parser.add_argument("--output", type=Path, metavar="FILE", help="default: stdout")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """One report on all directories. 0 when it could be made, whatever is in it."""
    if arguments.umbrella and arguments.format != "markdown":
        raise Stop("--umbrella is a markdown text: add --format markdown")
    format = "umbrella" if arguments.umbrella else arguments.format
    directories = list(dict.fromkeys(arguments.directories))
    try:
        report = gather(directories)
    except (JournalError, CalibrationError) as error:
        raise Stop(str(error)) from error
    if not report.campaigns and arguments.format != "html":
        raise Stop(f"{directories[0]} holds a calibration and no campaign: --format html shows it")
    if arguments.output:
        save(report, format, arguments.output)
    elif arguments.format == "text":
        console = terminal()
        text.announce(report, console)
        text.show(report, console)
    else:
        write(renderer(format)(report))
    return 0


def save(report: Report, format: str, path: Path) -> None:
    """Write the report to a file. Raises Stop where it cannot be written."""
    try:
        path.write_text(renderer(format)(report), encoding="utf-8")
    except OSError as error:
        raise Stop(f"cannot write {path}: {error.strerror or error}; the journal is whole") from error
