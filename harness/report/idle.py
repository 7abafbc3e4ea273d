"""What a campaign's target has no use for: amplifiers, or values of theirs, that were not drawn there, and why."""

from __future__ import annotations

from collections.abc import Iterable

from harness.campaign.gather import Report
from harness.record.result import IdleAmplifier
from harness.report.escape import escape
from harness.report.numbers import counted

NOT_DRAWN = "not drawn"


def not_drawn(report: Report) -> list[tuple[str, list[str]]]:
    """A reason, escaped, and what goes by it; of several campaigns with the target that each goes for."""
    several = len(report.campaigns) > 1
    told: dict[str, dict[str, None]] = {}
    for one in report.campaigns:
        on = f" (on {one.result.target.title})" if several else ""
        for reason, names in by_reason(one.result.idle_amplifiers):
            told.setdefault(escape(reason + on), {}).update(dict.fromkeys(map(escape, names)))
    return [(reason, list(names)) for reason, names in told.items()]


def by_reason(idle: Iterable[IdleAmplifier]) -> list[tuple[str, list[str]]]:
    """Each reason once, with the names that go by it and how many scenarios have them."""
    told: dict[str, list[str]] = {}
    for one in idle:
        told.setdefault(one.reason, []).append(f"{one.name} in {counted(one.scenarios, 'scenario')}")
    return list(told.items())
