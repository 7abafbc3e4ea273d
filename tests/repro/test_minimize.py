"""What is not needed goes, what is needed stays, and what is left still shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.campaign.again import Again
from harness.kernel.loader import find_scenario
from harness.repro.minimize import LONGEST_S, Step, smallest
from tests.repro._recordings import again

NAME = "type_attributes.wide_tree"
FULL = again(NAME, readers=2, fan_out=300, lock_free=1, rest=100)


def minimized(
    needs: dict[str, int], operations: set[str], seconds: float = 0.0, late: int = 999
) -> Again | None:
    """The smallest trial where it shows with the knobs no lower, those operations there, and so much time."""
    asked: list[Again] = []

    def shows(candidate: Again) -> bool:
        asked.append(candidate)
        return (
            all(int(candidate.knobs[name]) >= value for name, value in needs.items())
            and not operations & set(candidate.left_out)
            and candidate.budget_s >= seconds
        )

    scenario = find_scenario(FULL.scenario.file, NAME)
    return smallest(FULL, scenario, shows, lambda step: None, lambda: len(asked) > late)


def test_everything_goes_that_is_not_needed() -> None:
    left = minimized({"fan_out": 30}, {"store", "read_last"})
    assert left is not None
    assert set(left.left_out) == {"read_class", "refresh"}
    assert left.knobs == {
        "readers": 1,
        "fan_out": 30,
        "lock_free": 0,
        "rest": 0,
    }
    assert (left.threads, left.rounds) == (2, 1)
    assert left.budget_s < 0.3


@pytest.mark.parametrize("name", ["store", "read_class", "refresh"])
def test_what_is_needed_stays(name: str) -> None:
    left = minimized({"rest": 100, "readers": 2}, {name})
    assert left is not None and name not in left.left_out
    assert (left.knobs["rest"], left.knobs["readers"]) == (100, 2)


def test_a_trial_that_is_too_short_gets_more_time_and_one_that_never_shows_is_left() -> None:
    left = minimized({}, set(), seconds=3.0)
    assert left is not None and 3.0 <= left.budget_s < LONGEST_S
    assert minimized({}, set(), seconds=999.0) is None


def test_when_the_time_is_over_the_smallest_so_far_is_given() -> None:
    left = minimized({}, {"store"}, late=3)
    assert left is not None
    assert left.left_out and left.knobs["rest"] == 100


def test_steps_that_were_kept_by_luck_are_made_up_for_with_time() -> None:
    lucky = iter([True] * 10)
    scenario = find_scenario(FULL.scenario.file, NAME)
    left = smallest(FULL, scenario, lambda one: next(lucky, one.budget_s >= 1.0), _ignore, lambda: False)
    assert left is not None and left.budget_s == 1.0


def test_each_step_is_told_before_and_after(tmp_path: Path) -> None:
    told: list[Step] = []
    scenario = find_scenario(FULL.scenario.file, NAME)
    smallest(FULL, scenario, lambda one: not one.left_out, told.append, lambda: False)
    assert [step.kept for step in told[:2]] == [None, True]
    assert ("without writer", False) in [(step.text, step.kept) for step in told]


def _ignore(step: Step) -> None:
    pass
