"""The rate of random programs."""

from __future__ import annotations

import time

import pytest

from measure.programs import counted, main


def test_a_rate_is_what_was_done_in_the_time_that_it_took() -> None:
    def once() -> int:
        time.sleep(0.01)
        return 7

    times, rounds = counted(once, 0.1)
    assert 0.0 < times <= 100.0 and rounds == pytest.approx(7 * times)
    assert counted(once, 0.0)[0] <= 100.0


def test_without_a_target_it_says_how_it_is_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "python -m measure.programs TARGET" in capsys.readouterr().err
