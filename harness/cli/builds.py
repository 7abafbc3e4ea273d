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
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in (
        "version",
        "threads",
        "GIL",
        "debug",
        "sanitizer",
        "compiler",
        "commit",
        "branch",
        "made from",
    ):
        table.add_column(title, no_wrap=True)
    table.add_column("interpreter", overflow="fold")
    for target in targets:
        row = (
            target.version,
            "free-threaded" if target.free_threaded else "with the GIL",
            "on" if target.gil_enabled else "off",
            "debug" if target.debug else "",
            target.sanitizer or "",
            target.compiler,
            target.commit,
            target.branch,
            target.origin,
            target.executable,
        )
        table.add_row(*map(Text, row))
    console = terminal()
    if not console.is_terminal:  # whoever reads a pipe wants whole paths, not folded ones
        console.width += max(len(target.executable) for target in targets)
    console.print(table)
