"""A bet wins where what it is against is not so, and loses where it is, whenever one stops."""

from __future__ import annotations

import random

import pytest

from harness.kernel.pairs.evidence import Bet


def won(chance: float, truth: float, cases: int, draw: random.Random) -> float:
    """The most that a bet ever wins."""
    bet = Bet(chance)
    most = 1.0
    for _ in range(cases):
        bet.add(draw.random() < truth)
        most = max(most, bet.won)
    return most


@pytest.mark.parametrize("chance", [1 / 2, 1 / 3])
def test_what_is_so_is_refuted_no_more_often_than_is_said(chance: float) -> None:
    draw = random.Random(1)
    mosts = [won(chance, chance, 100, draw) for _ in range(4000)]
    for times in (2, 10, 100):
        wrongly = sum(most >= times for most in mosts)
        assert wrongly <= len(mosts) / times + 4 * (len(mosts) / times) ** 0.5
    assert any(most > 2 for most in mosts), "luck is possible"


@pytest.mark.parametrize("chance", [1 / 2, 1 / 3])
def test_what_is_not_so_is_refuted(chance: float) -> None:
    draw = random.Random(2)
    assert won(chance, 1.0, 50, draw) > 1e12
    assert won(chance, 0.9, 200, draw) > 1e12


def test_a_bet_that_always_loses_is_all_but_lost() -> None:
    bet = Bet(1 / 2)
    for _ in range(10):
        bet.add(False)
    assert 0 < bet.won < 1 / 2
