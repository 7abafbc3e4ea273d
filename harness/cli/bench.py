"""``ftstress bench``: the harness's own cost beside the bare loop."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from itertools import product
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from harness.builds.find import resolve
from harness.campaign.bench import ORACLES, PAIRS, READERS, BenchError, Pair, measure
from harness.cli.errors import Stop, tell
from harness.cli.terminal import terminal
from harness.kernel.rings import Every
from harness.record.target import Target

RINGS: tuple[Every, ...] = ("stride", "operation")


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    parser = subparsers.add_parser(
        "bench",
        help="the harness's own cost beside the bare loop",
        description="Samples per second, in pairs.",
    )
    parser.add_argument("--target", metavar="PY", help="a path, or a spec such as 3.14t")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print a table of pairs as they come, and the median of their ratios. Returns the exit status."""
    target = resolve(args.target, tell)
    out = terminal()
    out.print(f"{target.title}: samples a second of a scenario, and of the same loop written by hand")
    out.print(_table(target, "bare loop/s", product(ORACLES, READERS, ("off",)), out))
    out.print("the same with threads that note what they do (--ring), and with threads that do not")
    out.print(_table(target, "without/s", product(ORACLES, READERS[-1:], RINGS), out))
    return 0


def _table(target: Target, beside: str, cases: Iterable[tuple[str, int, Every]], out: Console) -> Table:
    table = Table("oracle", "readers", "ring", "harness/s", beside, "median of ratios", "worst", "best")
    for column in table.columns[1:]:
        column.justify = "right"
    for oracle, readers, ring in cases:
        pairs = _measured(target, oracle, readers, ring, out)
        ratios = [pair.ratio for pair in pairs]
        table.add_row(
            oracle,
            str(readers),
            ring,
            f"{median(pair.harness for pair in pairs):,.0f}",
            f"{median(pair.beside for pair in pairs):,.0f}",
            f"{median(ratios):.2f}",
            f"{min(ratios):.2f}",
            f"{max(ratios):.2f}",
        )
    return table


def _measured(target: Target, oracle: str, readers: int, ring: Every, out: Console) -> list[Pair]:
    done: list[Pair] = []
    with out.status(f"{oracle}, {readers} reader(s)") as status:

        def heard(pair: Pair) -> None:
            done.append(pair)
            status.update(
                f"{oracle}, {readers} reader(s): pair {len(done)} of {PAIRS}, ratio {pair.ratio:.2f}"
            )

        try:
            return measure(target, oracle, readers, heard, ring)
        except BenchError as error:
            raise Stop(str(error), 4) from error
