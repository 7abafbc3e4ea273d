"""``ftstress build``: make a free-threaded target, and print its path as the last line of stdout."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from rich.console import Console

from harness.builds.errors import NotASource, NotBuilt
from harness.builds.fault import branch, build_fault, find
from harness.builds.flavour import SANITIZERS, Flavour
from harness.builds.newest import newest
from harness.builds.progress import Progress
from harness.builds.provision import build, compiled
from harness.cli.errors import Stop
from harness.cli.steps import told


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser("build", help="make a free-threaded target; prints its path last")
    parser.add_argument(
        "what",
        nargs="?",
        metavar="VERSION|TARBALL|DIR|REPO@REV",
        help="a release, a tarball of CPython's source, a folder of it, or a revision of a git clone"
        " (default: the newest release that can be had)",
    )
    parser.add_argument("--debug", action="store_true", help="with CPython's own assertions (--with-pydebug)")
    parser.add_argument(
        "--sanitizer",
        choices=SANITIZERS,
        help="with every access to memory checked for races, or for bounds and use"
        " after free; several times slower",
    )
    parser.add_argument(
        "--fault", metavar="NAME|PATCH", help="with one guarantee removed on purpose, for calibration"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Progress goes to stderr, so that stdout is the path and nothing else. 3 where it cannot be made."""
    flavour = Flavour(arguments.debug, arguments.sanitizer)
    try:
        with told(Console(stderr=True, highlight=False)) as tell:
            if arguments.fault:
                path = _with_fault(arguments.what, arguments.fault, flavour, tell)
            elif arguments.what:
                path = build(arguments.what, flavour, tell)
            else:
                path = newest(tell, flavour)
    except NotASource as error:
        raise Stop(str(error)) from error
    except NotBuilt as error:
        raise Stop(str(error), 3) from error
    sys.stdout.write(f"{path}\n")
    return 0


def _with_fault(what: str | None, name: str, flavour: Flavour, tell: Progress) -> Path:
    base = compiled(what, flavour, tell)
    receipt = base.receipt()
    assert receipt is not None
    return build_fault(find(name, branch(receipt.version)), base, tell)
