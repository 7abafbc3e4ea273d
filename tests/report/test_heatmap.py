"""The picture of scenarios and amplifier values."""

from __future__ import annotations

from harness.record.course import Cell
from harness.report.heatmap import LEVELS, MOST_COLUMNS, MOST_ROWS, heat_map, merged


def test_what_was_tried_is_a_square_and_what_was_not_is_empty() -> None:
    picture = heat_map([Cell("s.a", "readers", 1, 2, 64, 1), Cell("s.b", "fan_out", 30, 1, 0, 0)])
    assert picture is not None
    assert picture.amplifiers == (("fan_out", (30,)), ("readers", (1,)))
    assert picture.starts == {0, 1}
    first, second = picture.rows
    assert first.scenario == "s.a" and first.squares[0] is None and second.squares[1] is None
    assert first.squares[1] and first.squares[1].level == LEVELS
    assert second.squares[0] and second.squares[0].level == 0


def test_a_square_is_as_dark_as_the_legend_says() -> None:
    cells = [
        Cell("s", "readers", number, 1, samples, 0) for number, samples in enumerate((1, 3, 4, 16, 64, 256))
    ]
    picture = heat_map(cells)
    assert picture is not None
    levels = [square.level for square in picture.rows[0].squares if square]
    assert levels == [1, 1, 2, 3, 4, 5]
    for cell, level in zip(cells, levels, strict=True):
        assert level == next((level for level, least in picture.legend if cell.samples >= least), 1)


def test_scenarios_with_hits_come_first_in_their_suite() -> None:
    cells = [Cell(name, "readers", 1, 9, 9, hits) for name, hits in (("a.x", 0), ("a.y", 2), ("b.z", 5))]
    picture = heat_map(cells)
    assert picture is not None
    assert [row.scenario for row in picture.rows] == ["a.y", "a.x", "b.z"]


def test_what_does_not_fit_is_told() -> None:
    cells = [Cell(f"s{row}", "readers", row, 1, 1, 0) for row in range(MOST_ROWS + 1)]
    picture = heat_map(cells)
    assert picture is not None
    assert (len(picture.rows), len(picture.rows[0].squares)) == (MOST_ROWS, MOST_COLUMNS)
    assert picture.left_out == f"Not shown: 1 more scenario and {MOST_ROWS + 1 - MOST_COLUMNS} more columns."


def test_cells_of_several_campaigns_add_up() -> None:
    one, other = Cell("s", "readers", 1, 2, 30, 1), Cell("s", "readers", 2, 1, 1, 0)
    assert merged([[one, other], [one]]) == [Cell("s", "readers", 1, 4, 60, 2), other]


def test_nothing_tried_is_no_picture() -> None:
    assert heat_map([]) is None
