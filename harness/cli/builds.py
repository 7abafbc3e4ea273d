"""``ftstress builds``: the targets of this machine, each with its fingerprint."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from harness.builds.find import find_targets
from harness.cli.errors import say, tell
from harness.cli.terminal import terminal
from harness.record.target import Target


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser("builds", help="targets found on this machine")
    parser.add_argument("--json", action="store_true", help="the whole fingerprints, as a JSON list")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """List the targets found. 3 where there is none; what was passed over, and why, goes to stderr."""
    targets = find_targets(tell)
    if arguments.json:
        print(json.dumps([target.to_json() for target in targets], indent=1))
    elif targets:
        _show(targets)
    else:
        say("no target on this machine: make one with `ftstress build`")
    return 0 if targets else 3


def _show(targets: Sequence[Target]) -> None:
    """A row a target; a column in which none of them has anything is left out."""
    columns = {
        "version": [target.version for target in targets],
        "threads": ["free-threaded" if target.free_threaded else "with the GIL" for target in targets],
        "GIL": ["on" if target.gil_enabled else "off" for target in targets],
        "debug": ["debug" if target.debug else "" for target in targets],
        "sanitizer": [target.sanitizer or "" for target in targets],
        "compiler": [target.compiler for target in targets],
        "commit": [target.commit for target in targets],
        "branch": [target.branch for target in targets],
        "made from": [target.origin for target in targets],
        "interpreter": [target.executable for target in targets],
    }
    told = {title: cells for title, cells in columns.items() if any(cells)}
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in told:
        table.add_column(title, no_wrap=title != "interpreter", overflow="fold")
    for row in zip(*told.values(), strict=True):
        table.add_row(*map(Text, row))
    console = terminal()
    if not console.is_terminal:  # whoever reads a pipe wants whole paths, not folded ones
        whole = sum(len(max(title, *cells, key=len)) + 2 for title, cells in told.items())
        console.width = max(console.width, whole)
    console.print(table)
