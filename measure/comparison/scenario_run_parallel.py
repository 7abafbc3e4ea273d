"""The scenario as one writes it for pytest-run-parallel: with its threads, its barrier and its indices."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from scenario import THREADS, Race


@pytest.fixture
def races(num_iterations: int) -> Iterator[list[Race]]:
    """A fresh class for each iteration, shared by all threads; looked at once more when they have ended."""
    fresh = [Race() for _ in range(num_iterations)]
    yield fresh
    assert all(race.agrees() for race in fresh), "at rest, what is left does not agree with itself"


@pytest.mark.force_parallel_threads(THREADS)
@pytest.mark.iterations(20)
@pytest.mark.parametrize("again", range(10))  # --forever with a single test makes no new fixtures, and fails
def test_a_race(races: list[Race], thread_index: int, iteration_index: int, again: int) -> None:
    race = races[iteration_index]
    if thread_index == 0:
        race.write()
    else:
        race.read()
