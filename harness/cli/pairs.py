"""``ftstress pairs``: every operation against every other, on one shared object."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from functools import partial
from typing import Any, get_args

from harness.campaign.own import OwnType, is_factory, own_subject
from harness.campaign.pairs import KIND
from harness.campaign.select import ScenarioInfo
from harness.cli import run
from harness.cli.arguments import share
from harness.cli.choose import choose_subjects
from harness.cli.errors import Stop
from harness.kernel.pairs.subject import VALUES, Promise
from harness.record.target import Target

OF_FACTORIES = ("promise", "attributes", "operations", "min_coverage")


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser("pairs", help="every operation against every other on one shared object")
    run.add_arguments(parser, "SUBJECT|FILE|MODULE:FACTORY", "which subjects (default: the catalogue)")
    own = parser.add_argument_group("of your own types (MODULE:FACTORY or FILE.py:FACTORY makes an object)")
    own.add_argument(
        "--promise",
        choices=get_args(Promise)[:2],
        help="what operations promise that are found (default: values)",
    )
    own.add_argument("--attributes", action="store_true", help="read and store instance attributes, too")
    own.add_argument(
        "--operations", metavar="FILE:CLASS", help="your own operations beside those that are found"
    )
    own.add_argument(
        "--min-coverage", type=share, metavar="SHARE", help="status 3 where fewer operations are driven"
    )
    parser.set_defaults(run=pairs, in_process=False)


def pairs(arguments: argparse.Namespace) -> int:
    """Run the campaign. Returns its exit status."""
    given = [name for name in OF_FACTORIES if getattr(arguments, name)]
    if given and not any(map(is_factory, arguments.patterns)) and not arguments.resume:
        option = "--" + given[0].replace("_", "-")
        raise Stop(
            f"{option} is of your own types: name what makes one, as MODULE:FACTORY or FILE.py:FACTORY"
        )
    return run.campaign(arguments, KIND, partial(_chosen, arguments))


def _chosen(arguments: argparse.Namespace, target: Target, patterns: Sequence[str]) -> list[ScenarioInfo]:
    """Subjects, and what factories make, in the order in which they were named."""
    factories = [one for one in patterns if is_factory(one)]
    others = [one for one in patterns if not is_factory(one)]
    own = [
        own_subject(
            target,
            OwnType(
                one,
                arguments.operations or "",
                arguments.promise or VALUES,
                arguments.attributes,
                (os.getcwd(),),
            ),
        )
        for one in factories
    ]
    chosen = [*own, *(choose_subjects(target, others) if others or not own else [])]
    names = [one.name for one in chosen]
    if twice := [name for name in dict.fromkeys(names) if names.count(name) > 1]:
        raise Stop(f"two subjects are called {twice[0]}: give one's factory, file or class another name")
    return chosen
