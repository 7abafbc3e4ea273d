"""``ftstress pairs``: every operation against every other, on one shared object."""

from __future__ import annotations

import argparse
from typing import Any

from harness.campaign.pairs import KIND
from harness.cli import run
from harness.cli.choose import choose_subjects


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser("pairs", help="every operation against every other on one shared object")
    run.add_arguments(parser, "SUBJECT|FILE", "which subjects (default: the catalogue)")
    parser.set_defaults(run=pairs, in_process=False)


def pairs(arguments: argparse.Namespace) -> int:
    """Run the campaign. Returns its exit status."""
    return run.campaign(arguments, KIND, choose_subjects)
