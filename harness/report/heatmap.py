"""Scenarios and amplifier values, as a picture: where the samples were made, and which settings had findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from harness.kernel.amplifiers import Setting
from harness.record.course import Cell
from harness.report.numbers import counted

LEVELS = 5
FACTOR = 4
"""Between one shade and the next."""
MOST_ROWS = 150
MOST_COLUMNS = 80


@dataclass(frozen=True)
class Square:
    cell: Cell
    level: int
    """0: no samples; 1 to ``LEVELS``: how dark it is."""


@dataclass(frozen=True)
class Row:
    scenario: str
    squares: tuple[Square | None, ...]
    """One a column; None where the scenario was not tried with that value."""


@dataclass(frozen=True)
class HeatMap:
    amplifiers: tuple[tuple[str, tuple[Setting, ...]], ...]
    """Name and values: each value is a column."""
    starts: frozenset[int]
    """Columns that are an amplifier's first."""
    rows: tuple[Row, ...]
    legend: tuple[tuple[int, float], ...]
    """Level, and the samples from which on it is used; the darkest first."""
    left_out: str
    """What is not shown, as a sentence; empty where all of it is."""


def heat_map(cells: Sequence[Cell]) -> HeatMap | None:
    """The picture; None where nothing was tried. Scenarios with hits come first in their suite."""
    if not cells:
        return None
    hits = Counter[str]()
    for cell in cells:
        hits[cell.scenario] += cell.hits

    def order(scenario: str) -> tuple[str, int, str]:
        return scenario.rpartition(".")[0], -hits[scenario], scenario

    columns = sorted({(cell.amplifier, cell.value) for cell in cells})
    scenarios = sorted({cell.scenario for cell in cells}, key=order)
    most = max(cell.samples for cell in cells)
    by_place = {(cell.scenario, cell.amplifier, cell.value): cell for cell in cells}
    left_out = [
        counted(len(things) - limit, f"more {name}")
        for name, things, limit in (("scenario", scenarios, MOST_ROWS), ("column", columns, MOST_COLUMNS))
        if len(things) > limit
    ]
    columns = columns[:MOST_COLUMNS]
    rows: list[Row] = []
    for scenario in scenarios[:MOST_ROWS]:
        found = [by_place.get((scenario, amplifier, value)) for amplifier, value in columns]
        squares = (None if cell is None else Square(cell, _level(cell.samples, most)) for cell in found)
        rows.append(Row(scenario, tuple(squares)))
    firsts = {amplifier: at for at, (amplifier, _) in reversed(list(enumerate(columns)))}
    return HeatMap(
        amplifiers=tuple(
            (name, tuple(v for amplifier, v in columns if amplifier == name)) for name in sorted(firsts)
        ),
        starts=frozenset(firsts.values()),
        rows=tuple(rows),
        legend=tuple((level, most / FACTOR ** (LEVELS - level)) for level in range(LEVELS, 1, -1)),
        left_out=f"Not shown: {' and '.join(left_out)}." if left_out else "",
    )


def _level(samples: int, most: int) -> int:
    if not samples:
        return 0
    level = LEVELS
    while level > 1 and samples < most / FACTOR ** (LEVELS - level):
        level -= 1
    return level


def merged(courses: Sequence[Sequence[Cell]]) -> list[Cell]:
    """The cells of several campaigns, added up."""
    total: dict[tuple[str, str, Setting], Cell] = {}
    for cells in courses:
        for cell in cells:
            place = cell.scenario, cell.amplifier, cell.value
            before = total.get(place, Cell(*place, 0, 0, 0))
            total[place] = Cell(
                *place,
                before.trials + cell.trials,
                before.samples + cell.samples,
                before.hits + cell.hits,
            )
    return list(total.values())
