"""What a scenario is worth: what it sees that others before it have not."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from harness.campaign import plan
from harness.record.calibration import Calibration, Hit, Run
from measure.power import DECAY, STRONGEST, hits, of_base, powers, rank, seen, write_table


def test_what_sees_most_comes_first_and_then_what_sees_the_rest() -> None:
    seen = {"a": {"s.wide", "s.like_wide"}, "b": {"s.wide", "s.like_wide"}, "rare": {"s.alone"}}
    seen["a"].add("s.narrow")
    found = powers(seen)
    assert found["s.like_wide"] == STRONGEST, "of two that see the same, either may be first"
    assert found["s.like_wide"] > found["s.alone"] > found["s.wide"] > found["s.narrow"] > 1


def test_where_nothing_was_seen_nothing_is_worth_more() -> None:
    assert powers({}) == {}


def outcome(scenario: str, fault: str, *signatures: str) -> dict[str, Any]:
    return {"scenario": scenario, "fault": fault, "knobs": {}, "signatures": list(signatures)}


def test_what_the_base_shows_too_is_no_merit() -> None:
    outcomes = [
        outcome("s.a", "(base) 2", "violation | a"),
        outcome("s.a", "f", "violation | a"),
        outcome("s.b", "f", "violation | b"),
        outcome("s.c", "f"),
    ]
    assert of_base(outcomes) == {"violation | a"}
    assert seen(outcomes) == {"f": {"s.b"}}


def test_a_table_is_written_and_the_others_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = plan.tables()
    monkeypatch.setattr(plan, "POWER", tmp_path / "power.toml")
    write_table(plan.PER_TYPE, {"s.a": 7.5})
    written = tomllib.loads((tmp_path / "power.toml").read_text())
    assert written == before | {plan.PER_TYPE: {"s.a": 7.5}}


def test_what_ended_the_runs_of_a_calibration_comes_first_and_what_was_in_the_table_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(build: str, scenario: str | None) -> Run:
        hit = Hit(scenario, "order", "violation | order", {}, 1.0) if scenario else None
        return Run(build, 1, 1, 2.0, 1, 1, 1, (), hit, ())

    runs = (run("f", "s.a"), run("f", "s.b"), run("g", "s.b"), run("h", None))
    calibrated = Calibration("m", 60.0, 1, 2, {}, {}, runs)
    assert hits(calibrated, "run") == {"f": {"s.a", "s.b"}, "g": {"s.b"}}
    assert hits(calibrated, "pairs") == {}
    monkeypatch.setattr(plan, "POWER", tmp_path / "power.toml")
    monkeypatch.setattr(plan, "tables", lambda: {plan.SHARED: {}, plan.PER_TYPE: {"s.old": 9.0, "s.a": 8.0}})
    rank(plan.PER_TYPE, {"f": {"s.a", "s.b"}, "g": {"s.b"}})
    written = tomllib.loads((tmp_path / "power.toml").read_text())[plan.PER_TYPE]
    expected = [round(STRONGEST * DECAY**place, 1) for place in range(3)]
    assert written == dict(zip(["s.b", "s.a", "s.old"], expected, strict=True))
