"""Numbers are short, and never rounded into a claim."""

from __future__ import annotations

import pytest

from harness.report.numbers import counted, duration, nothing_in, percent, short


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (0, "0"),
        (999, "999"),
        (1000, "1.0k"),
        (51_234, "51.2k"),
        (999_950, "1.0M"),
        (181_234_567, "181M"),
        (2e9, "2.0G"),
    ],
)
def test_big_numbers_fit_into_six_characters(number: float, shown: str) -> None:
    assert short(number) == shown


@pytest.mark.parametrize(
    ("share", "shown"),
    [(None, "-"), (0.0, "0 %"), (0.001, "<1 %"), (0.93, "93 %"), (0.996, ">99 %"), (1.0, "100 %")],
)
def test_a_share_is_neither_all_nor_nothing_by_rounding(share: float | None, shown: str) -> None:
    assert percent(share) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0.41, "0.41 s"),
        (1.5, "1.5 s"),
        (9.999, "10 s"),
        (59.6, "1 min"),
        (125, "2 min 05 s"),
        (3725, "1 h 02 min"),
    ],
)
def test_durations(seconds: float, shown: str) -> None:
    assert duration(seconds) == shown


def test_one_is_singular() -> None:
    assert (counted(1, "round"), counted(0, "round"), counted(1234, "round")) == (
        "1 round",
        "0 rounds",
        "1,234 rounds",
    )


def test_a_quiet_run_claims_its_bound_and_no_more() -> None:
    assert nothing_in(51_234, 2_000_000) == (
        "0 in 51,234 rounds (2,000,000 samples); below 5.9e-05 a round at 95 %"
    )
    assert nothing_in(0, 0) == "0 in 0 rounds (0 samples)"
