"""Journals written by hand, for grading."""

from __future__ import annotations

from typing import Any

from harness.campaign import plan
from harness.campaign.history import header
from harness.campaign.options import Options
from harness.campaign.select import ScenarioInfo
from harness.record.target import Target
from tests.campaign.fakes import fake_scenario, fake_target

COUNTS = {
    "rounds": 10,
    "rounds_hit": 0,
    "samples": 2000,
    "stores": 100,
    "reads": 2000,
    "live_reads": 1800,
    "overlap_ns": 90,
    "span_ns": 100,
}


class HandWritten:
    """A journal that grows an event at a time; trials are numbered from 1."""

    def __init__(
        self,
        *scenarios: ScenarioInfo,
        target: Target | None = None,
        kind: str = plan.STRESS,
        **options: Any,
    ) -> None:
        chosen = Options(**({"budget_s": 60.0, "seed": 7} | options))
        known = scenarios or (fake_scenario(),)
        self.events: list[Any] = [header(target or fake_target(), known, chosen, kind)]
        self.number = 0

    def add(self, event: str, **fields: Any) -> HandWritten:
        self.events.append({"event": event, "at_s": float(len(self.events)), **fields})
        return self

    def trial(self, scenario: str = "fake.well") -> HandWritten:
        self.number += 1
        start = {
            "index": self.number,
            "knobs": {"fan_out": 30},
            "seed": f"7:{scenario}",
            "threads": 2,
            "budget_s": 1.0,
        }
        return self.add("trial_start", trial=self.number, scenario=scenario, **start)

    def said(self, event: str, **fields: Any) -> HandWritten:
        return self.add(event, trial=self.number, **fields)

    def progress(self, **changed: Any) -> HandWritten:
        return self.said("progress", elapsed_s=1.0, **(COUNTS | changed))

    def finding(self, **changed: Any) -> HandWritten:
        fields = {
            "kind": "violation",
            "oracle": "order",
            "where": "read",
            "message": "the second read was older",
            "details": {"thread": 1},
            "round": 3,
        }
        return self.said("finding", **(fields | changed))

    def ended(self, unwell: str | None = None, notice: str | None = None) -> HandWritten:
        scenario = next(e["scenario"] for e in reversed(self.events) if e["event"] == "trial_start")
        ending = {"how": "finished", "done": "budget"}
        said = {
            "scenario": scenario,
            "index": self.number,
            "ending": ending,
            "unwell": unwell,
            "notice": notice,
        }
        return self.said("trial_end", **said)

    def end(self, complete: bool = True) -> list[Any]:
        return self.add("campaign_end", complete=complete, reason="budget").events
