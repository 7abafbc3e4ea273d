"""``ftstress fuzz``: random programs over the catalogue."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from harness.campaign import corpus
from harness.campaign.drawn import why_apart
from harness.campaign.fuzz import programs
from harness.campaign.gather import gather
from harness.campaign.select import ScenarioInfo
from harness.cli import run
from harness.cli.choose import choose_subjects
from harness.cli.errors import Stop, say
from harness.kernel.pairs.program import is_program
from harness.record.target import Target


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser("fuzz", help="random programs over the catalogue")
    run.add_arguments(parser, "SUBJECT|FILE", "which subjects (default: the catalogue)")
    parser.set_defaults(run=fuzz, in_process=False)


def fuzz(arguments: argparse.Namespace) -> int:
    """Run the campaign, and keep what it found for later ones. Returns its exit status."""
    file = corpus.default_file()
    status = run.campaign(arguments, programs(corpus.read(file)), choose_objects)
    if arguments.dry_run:
        return status
    findings = gather([arguments.out]).findings
    if found := [one.where for one in findings if one.known is None and is_program(one.where)]:
        try:
            corpus.add(file, found)
        except OSError as error:
            say(f"what was found is not kept for later runs: {error}")
    return status


def choose_objects(target: Target, arguments: Sequence[str]) -> list[ScenarioInfo]:
    """The subjects that ``arguments`` mean and a program can have. Raises Stop as ``choose_subjects`` does, and where
    no program can have any of them.
    """
    subjects = choose_subjects(target, arguments)
    chosen = [one for one in subjects if why_apart(one) is None]
    if not chosen:
        raise Stop(
            f"no program can have {subjects[0].name}: {why_apart(subjects[0])}; ftstress pairs races it by itself",
            3,
        )
    return chosen
