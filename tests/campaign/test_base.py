"""A calibration's base is asked for what was seen on a fault."""

from __future__ import annotations

from pathlib import Path

from harness.campaign.base import shows
from harness.campaign.select import describe
from harness.record.result import Finding
from harness.record.target import Target

FILE = Path(__file__).parents[1] / "pairs" / "_subjects.py"


def seen(signature: str) -> Finding:
    return Finding(
        id="1",
        kind="crash",
        scenario="pairs.deadly",
        oracle="process",
        signature=signature,
        known=None,
        with_gil="not tried",
        first_seen_s=1.0,
        trials_hit=1,
        trials_run=1,
        message="",
        severity="crash",
        details={"seed": "1", "threads": 2},
    )


def test_it_shows_what_it_shows_and_not_what_it_does_not(free_threaded: Target) -> None:
    (deadly,) = [
        one for one in describe(free_threaded, [FILE], "subjects").scenarios if one.name == "pairs.deadly"
    ]
    other = shows(free_threaded, deadly, seen("crash | process | pairs.deadly | other+other"), lambda: False)
    assert {text.split(" | ")[3] for text in other} == {"ends+ends"}
    (same,) = other
    assert shows(free_threaded, deadly, seen(same), lambda: False) == {same}
