"""The picture of a campaign over time: to scale, readable, and the same as its table."""

from __future__ import annotations

import re

import pytest

from harness.record.course import Moment
from harness.report.timeline import HEIGHT, MOST_MARKS, MOST_POINTS, ROWS, timeline
from tests.report.samples import finding


def moments(*samples: int, width: float = 0.5) -> list[Moment]:
    return [Moment(number * width, made, 1, number % 2) for number, made in enumerate(samples)]


def corners(path: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"[ML]([\d.]+) ([\d.]+)", path)]


def test_speeds_are_drawn_to_scale() -> None:
    picture = timeline(moments(0, 50, 100), [], 1.5)
    assert picture is not None
    top = picture.speeds[-1].value / picture.speeds[-1].at
    heights = {x: (HEIGHT - y) / HEIGHT * top for x, y in corners(picture.line)[1::2]}
    assert heights == pytest.approx({0.5: 0, 1.0: 100, 1.5: 200}, abs=0.05)
    assert [step.per_s for step in picture.steps] == [0, 100, 200]


def test_a_last_moment_that_is_cut_short_is_as_fast_as_it_was() -> None:
    picture = timeline(moments(100, 50), [], 0.75)
    assert picture is not None
    assert [step.per_s for step in picture.steps] == [200, 200]
    assert picture.elapsed_s == 0.75


@pytest.mark.parametrize("many", [1, 119, 121, 239, 240])
def test_many_moments_are_few_steps_and_nothing_is_lost(many: int) -> None:
    picture = timeline(moments(*range(many)), [], many / 2)
    assert picture is not None
    assert len(picture.steps) <= MOST_POINTS
    assert sum(step.samples for step in picture.steps) == sum(range(many))
    assert sum(step.rounds for step in picture.steps) == many
    assert sum(step.findings for step in picture.steps) == many // 2


@pytest.mark.parametrize("elapsed_s", [0.3, 2.0, 30.0, 59.0, 600.0, 4000.0, 90_000.0, 3e6])
def test_times_are_few_and_inside(elapsed_s: float) -> None:
    picture = timeline([Moment(0.0, 7, 1, 0)], [], elapsed_s)
    assert picture is not None
    assert 2 <= len(picture.times) <= 8
    assert all(0 <= tick.at <= 1 for tick in (*picture.times, *picture.speeds))


def test_findings_that_come_together_stand_above_each_other_as_far_as_there_is_room() -> None:
    found = [finding(id=f"f{number}", first_seen_s=5.0) for number in range(ROWS + 3)]
    picture = timeline(moments(1, 2), [*found, finding(id="late", first_seen_s=9.0)], 10.0)
    assert picture is not None
    assert {mark.row for mark in picture.marks[:ROWS]} == set(range(ROWS))
    assert [(mark.finding.id, mark.row, mark.at) for mark in picture.marks if mark.at > 0.5] == [
        ("late", 0, 0.9)
    ]


def test_only_so_many_findings_have_a_mark() -> None:
    found = [finding(id=f"f{number}", first_seen_s=number) for number in range(MOST_MARKS + 2)]
    picture = timeline(moments(1, 2), found, 400.0)
    assert picture is not None
    assert (len(picture.marks), picture.marks_left_out) == (MOST_MARKS, 2)


def test_where_no_time_has_passed_there_is_no_picture() -> None:
    assert timeline([], [], 0.0) is None
    assert timeline([Moment(0.0, 0, 0, 0)], [], 0.0) is None
