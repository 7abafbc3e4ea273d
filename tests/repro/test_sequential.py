"""A sequential test is not fooled by luck, and costs few trials where the answer is clear."""

from __future__ import annotations

import random

import pytest

from harness.repro.sequential import lower_than, shows_often_enough

RATES = (0.5, 0.8, 0.95)
REPEATS = 400


def accepted(rate: float, shown: float) -> float:
    """The share of tests for ``rate`` that accept what shows at the rate ``shown``."""
    draw = random.Random(f"{rate} {shown}")
    return sum(shows_often_enough(lambda: draw.random() < shown, rate) for _ in range(REPEATS)) / REPEATS


@pytest.mark.parametrize("rate", RATES)
def test_what_shows_every_time_is_kept_and_what_never_shows_is_refused_at_once(rate: float) -> None:
    outcomes = iter([False] * 10)
    assert not shows_often_enough(lambda: next(outcomes), rate)
    assert len(list(outcomes)) > 0, "not all of them were needed"
    assert shows_often_enough(lambda: True, rate)


@pytest.mark.parametrize("rate", RATES)
def test_what_shows_at_the_rate_asked_for_is_kept_and_what_shows_too_rarely_is_not(rate: float) -> None:
    assert accepted(rate, rate) > 0.9
    assert accepted(rate, lower_than(rate)) < 0.1


def test_one_lucky_trial_is_not_believed() -> None:
    outcomes = iter([True, *[False] * 50])
    assert not shows_often_enough(lambda: next(outcomes), 0.8)
