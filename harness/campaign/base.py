"""Asks a calibration's base for what was seen on a fault: what it shows, too, is no detection."""

from __future__ import annotations

import time
from collections.abc import Callable

from harness.campaign.options import MOST_MEMORY
from harness.campaign.plan import PlannedTrial
from harness.campaign.select import ScenarioInfo
from harness.campaign.trial import run_in_child, trial_spec
from harness.diagnosis import ending
from harness.kernel.signature import signature
from harness.record.events import RecordedEvent
from harness.record.result import Finding
from harness.record.target import Target

MIXED_S = 4.0
"""Seconds for the rows that the pair was seen in: what came before it may be what it died of."""
ALONE_S = 3.0
"""Seconds for the pair itself."""
TRIES = 8
"""Children, where each dies of another pair."""


def shows(target: Target, subject: ScenarioInfo, finding: Finding, stop: Callable[[], bool]) -> set[str]:
    """The signatures that the base shows of a subject, given the rows in which ``finding`` was seen, and its pair.

    Over once it has shown the finding itself.
    """
    seen: set[str] = set()
    deadly: list[str] = []
    pair = finding.signature.split(" | ")[3]

    def over() -> bool:
        return finding.signature in seen or stop()

    def race(planned: PlannedTrial) -> None:
        def hear(event: RecordedEvent) -> None:
            if event["event"] == "finding":
                seen.add(signature(subject.name, event))

        spec = trial_spec(planned, planned.budget_s, None, MOST_MEMORY, "off")
        ended = run_in_child(target, spec, hear, over)
        if event := ending.finding(ended, 0, subject.name):
            hear(event)
            deadly.append(event["where"])

    seed, threads = str(finding.details["seed"]), int(finding.details["threads"])
    knobs = finding.details.get("knobs", {})
    until = time.monotonic() + MIXED_S
    for _ in range(TRIES):
        if over() or (left := until - time.monotonic()) <= 0:
            break
        race(PlannedTrial(subject, 0, knobs, seed, threads, left, mixed=True, left_out=tuple(deadly)))
    if not over() and pair in subject.pairs:
        race(PlannedTrial(subject, 0, knobs, seed, threads, ALONE_S, pairs=(pair,)))
    return seen
