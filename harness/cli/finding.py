"""FINDING on the command line: ``DIR#id``, or an id in ``latest``."""

from __future__ import annotations

import argparse
from pathlib import Path

from harness.builds.find import resolve
from harness.cli.errors import Stop
from harness.cli.outdir import LATEST, RESULTS
from harness.record.target import Target
from harness.repro.recorded import NotRecorded, Recorded, TargetGone, read, the_target


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What every command that takes a finding understands."""
    parser.add_argument("finding", metavar="FINDING", help="DIR#id, or an id in the latest campaign")
    parser.add_argument(
        "--target", metavar="PY", help="another build than the one that showed it (needs --anyway)"
    )
    parser.add_argument(
        "--anyway", action="store_true", help="on a build that is not the one that showed it, too"
    )


def recorded_as(name: str) -> Recorded:
    """The finding that ``DIR#id``, or an id in ``latest``, names. Raises Stop with a sentence."""
    directory, mark, identity = name.rpartition("#")
    if not identity:
        raise Stop(f"{name!r} names no finding: write DIR#id, or an id in the latest campaign")
    try:
        return read(Path(directory) if mark else RESULTS / LATEST, identity)
    except NotRecorded as error:
        raise Stop(str(error)) from error


def the_finding(arguments: argparse.Namespace) -> tuple[Recorded, Target]:
    """The finding that is meant, and the target to run it on. Raises Stop with a sentence."""
    recorded = recorded_as(arguments.finding)
    try:
        other = resolve(arguments.target) if arguments.target else None
        return recorded, the_target(recorded, other, arguments.anyway)
    except NotRecorded as error:
        raise Stop(str(error)) from error
    except TargetGone as error:
        raise Stop(str(error), 3) from error
