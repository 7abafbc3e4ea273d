"""``ftstress list``: the scenarios, what each checks, the issue it comes from."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import Any

from rich.text import Text

from harness.builds.fingerprint import probe
from harness.campaign.select import ScenarioInfo
from harness.cli.choose import choose, refuse_missing
from harness.cli.terminal import terminal
from harness.report.escape import escape
from harness.report.numbers import counted


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser("list", help="scenarios, what each checks, the issue it comes from")
    parser.add_argument(
        "patterns",
        nargs="*",
        metavar="PATTERN|FILE",
        help="a glob on the dotted name (without wildcards it matches anywhere in it), or a scenario file",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the table. The interpreter that runs this describes the scenarios: no target is needed."""
    refuse_missing(arguments.patterns)
    scenarios = choose(probe(sys.executable), arguments.patterns)
    console = terminal()
    for line in rows(scenarios, console.width if console.is_terminal else None):
        console.print(Text(line), soft_wrap=True)
    console.print(counted(len(scenarios), "scenario"))
    return 0


def rows(scenarios: Sequence[ScenarioInfo], width: int | None) -> Iterator[str]:
    """Aligned columns, what is checked in the last one: below them where it has to fit into ``width``."""
    cells = [
        (scenario.name, ", ".join(scenario.issues) or "-", scenario.oracle, _threads(scenario))
        for scenario in scenarios
    ]
    heads = ("scenario", "issue", "oracle", "threads")
    widths = [max(map(len, column)) for column in zip(heads, *cells, strict=True)]
    for row, checks in zip((heads, *cells), ("what it checks", *map(_checks, scenarios)), strict=True):
        line = escape("  ".join(cell.ljust(wide) for cell, wide in zip(row, widths, strict=True)))
        if width is None:
            yield f"{line}  {checks}"
        else:
            yield line.rstrip()
            yield from wrap(checks, width, initial_indent="    ", subsequent_indent="    ")


def _checks(scenario: ScenarioInfo) -> str:
    unavailable = f" ({scenario.unavailable})" if scenario.unavailable else ""
    return escape(first_sentence(scenario.doc) + unavailable)


def first_sentence(doc: str) -> str:
    """Up to the first full stop that ends a sentence; the issue in brackets has a column of its own."""
    sentence = re.split(r"(?<=[.!?])\s(?=[^a-z`])", " ".join(doc.split()), maxsplit=1)[0]
    return re.sub(r"\s*\((?:gh-\d+(?:, )?)+\)", "", sentence)


def _threads(scenario: ScenarioInfo) -> str:
    return ", ".join(f"{number} {actor}" for actor, number in scenario.actors.items())
