"""What a value of an amplifier is worth: from which records, and in which direction."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.record.calibration import BASE, JSON, Calibration, Hit, Run
from measure.ablation import NEVER, main, told, worth


def run(build: str, scenario: str | None, *signatures: str) -> Run:
    hit = Hit(scenario, "order", "violation | order", {}, 1.0) if scenario else None
    return Run(build, 1, 1, 2.0, 1, 1, 1, signatures, hit, ())


def test_a_calibration_says_what_sees_which_fault_and_what_the_base_shows(tmp_path: Path) -> None:
    runs = (run(BASE, None, "violation | a"), run("f", "s.a", "violation | b"), run("g", None))
    made = Calibration("m", 60.0, 1, 2, {}, {}, runs)
    (tmp_path / JSON).write_text(json.dumps(made.to_json()))
    assert told(tmp_path) == ({"f": {"s.a"}}, frozenset({"violation | a"}))


def test_a_record_of_single_trials_says_it_too(tmp_path: Path) -> None:
    lines = [
        {"scenario": "s.a", "fault": f"{BASE} 0", "knobs": {}, "signatures": ["violation | a"]},
        {"scenario": "s.a", "fault": "f", "knobs": {}, "signatures": ["violation | a", "violation | b"]},
    ]
    record = tmp_path / "power.jsonl"
    record.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert told(record) == ({"f": {"s.a"}}, frozenset({"violation | a"}))


def test_what_is_no_record_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 2
    assert "neither what python -m measure.power wrote nor a calibration" in capsys.readouterr().err


def test_sooner_is_worth_more_and_never_comes_last() -> None:
    assert worth([0.1, 0.2, 0.1, 0.2], [0.5, NEVER, 0.6, NEVER]).z > 2
    assert worth([0.5, NEVER, 0.6, NEVER], [0.1, 0.2, 0.1, 0.2]).z < -2
    assert worth([NEVER, NEVER], [NEVER, NEVER]).z == 0
