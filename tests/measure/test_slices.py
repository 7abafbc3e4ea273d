"""Short time slices are measured beside the system's own."""

from __future__ import annotations

from typing import Any

import pytest

from harness.builds.slices import SLICE_NS, slice_ns
from harness.campaign.select import describe
from harness.kernel.suite import subject_files
from harness.record.target import Target
from measure import slices


def test_each_way_has_trials_beside_each_number_of_processes(
    free_threaded: Target, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[int | None] = []

    def rate(target: Target, raced: Any, number: int) -> float:
        with slices.child.short_slices():  # type: ignore[attr-defined]  # what children are started with
            asked.append(slice_ns())
        return 10.0

    monkeypatch.setattr(slices, "rounds_a_second", rate)
    monkeypatch.setattr(slices, "PROCESSES", (0, 1))
    assert slices.main(["--target", free_threaded.executable]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[2:6] == [f"| {name} | {busy} | 10 | 10 | 1.0 |" for name in slices.RACED for busy in (0, 1)]
    before = slice_ns()
    assert asked == [SLICE_NS if before else before, before] * (len(asked) // 2)
    assert len(asked) == 2 * len(slices.RACED) * 2 * slices.TRIALS


def test_rounds_of_a_trial_are_counted(free_threaded: Target) -> None:
    files = subject_files()
    (raced,) = [
        one for one in describe(free_threaded, files, "subjects").scenarios if one.name == "pairs.dict"
    ]
    assert slices.rounds_a_second(free_threaded, raced, 1) > 0


def test_what_is_no_target_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert slices.main(["--target", "/nowhere/python"]) == 3
    assert "/nowhere/python does not exist" in capsys.readouterr().err
