"""``ftstress build``: make a free-threaded target, and print its path as the last line of stdout."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape as escape_markup
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from harness.builds.errors import NotASource, NotBuilt
from harness.builds.fault import branch, build_fault, find
from harness.builds.newest import newest
from harness.builds.progress import Progress as Tell
from harness.builds.progress import Step
from harness.builds.provision import build, compiled
from harness.cli.errors import Stop

PLAIN_LINE_S = 15.0
"""Where stderr is no terminal, a line says how far it is this often."""


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser("build", help="make a free-threaded target; prints its path last")
    parser.add_argument(
        "what",
        nargs="?",
        metavar="VERSION|TARBALL|DIR|REPO@REV",
        help="a release, a tarball of CPython's source, a folder of it, or a revision of a git clone"
        " (default: the newest release that can be had)",
    )
    either = parser.add_mutually_exclusive_group()
    either.add_argument("--debug", action="store_true", help="with CPython's own assertions (--with-pydebug)")
    either.add_argument(
        "--fault", metavar="NAME|PATCH", help="with one guarantee removed on purpose, for calibration"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Progress goes to stderr, so that stdout is the path and nothing else. 3 where it cannot be made."""
    try:
        with _told(Console(stderr=True, highlight=False)) as tell:
            if arguments.fault:
                path = _with_fault(arguments.what, arguments.fault, tell)
            elif arguments.what:
                path = build(arguments.what, debug=arguments.debug, progress=tell)
            else:
                path = newest(tell, debug=arguments.debug)
    except NotASource as error:
        raise Stop(str(error)) from error
    except NotBuilt as error:
        raise Stop(str(error), 3) from error
    sys.stdout.write(f"{path}\n")
    return 0


def _with_fault(what: str | None, name: str, tell: Tell) -> Path:
    base = compiled(what, tell)
    receipt = base.receipt()
    assert receipt is not None
    return build_fault(find(name, branch(receipt.version)), base, tell)


@contextmanager
def _told(console: Console) -> Iterator[Tell]:
    """Show steps: a bar a stage on a terminal, plain lines elsewhere."""
    if not console.is_terminal:
        yield _Lines(console)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bars:
        yield _Bars(bars)


class _Bars:
    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._stages: dict[str, TaskID] = {}

    def __call__(self, step: Step) -> None:
        if not step.total:
            self._bars.console.print(escape_markup(step.text), soft_wrap=True)
            return
        if step.text not in self._stages:
            self._stages[step.text] = self._bars.add_task(step.text, total=step.total)
        self._bars.update(self._stages[step.text], completed=step.done)


class _Lines:
    def __init__(self, console: Console) -> None:
        self._console = console
        self._last = 0.0

    def __call__(self, step: Step) -> None:
        now = time.monotonic()
        if step.total and 0 < step.done < step.total and now - self._last < PLAIN_LINE_S:
            return
        self._last = now
        how_far = f": {step.done} of {step.total}" if step.total else ""
        self._console.print(escape_markup(step.text) + how_far, soft_wrap=True)
