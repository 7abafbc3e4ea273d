"""What was not looked at, and why: scenarios that were not exercised, amplifiers that were not drawn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from harness.campaign.gather import Report
from harness.record.result import IdleAmplifier, ScenarioResult, Verdict
from harness.report.escape import escape
from harness.report.numbers import counted

NOT_DRAWN = "not drawn"
NOT_DRIVEN = "not driven"
UNEXERCISED: tuple[Verdict, ...] = ("not exercised", "skipped")
ENOUGH = 3
"""Names in a sentence."""


def unexercised(scenarios: Iterable[ScenarioResult]) -> list[tuple[Verdict, str, list[str]]]:
    """Each verdict and reason once, with the names that go by it. Nothing is escaped."""
    told: dict[tuple[Verdict, str], list[str]] = defaultdict(list)
    for one in scenarios:
        if one.verdict in UNEXERCISED:
            told[one.verdict, one.reason or "no reason recorded"].append(one.name)
    return [(verdict, reason, names) for (verdict, reason), names in told.items()]


def tried(scenarios: Iterable[ScenarioResult]) -> list[ScenarioResult]:
    """Those that have numbers: of the others there is nothing to show but the reason, which goes for all alike."""
    return [one for one in scenarios if one.trials]


def first(names: Sequence[str]) -> str:
    """Some of them, and how many more there are."""
    more = f" and {len(names) - ENOUGH:,} more" if len(names) > ENOUGH else ""
    return ", ".join(names[:ENOUGH]) + more


def not_drawn(report: Report) -> list[tuple[str, list[str]]]:
    """A reason, escaped, and what goes by it; of several campaigns with the target that each goes for."""
    several = len(report.campaigns) > 1
    told: dict[str, dict[str, None]] = {}
    for one in report.campaigns:
        on = f" (on {one.result.target.title})" if several else ""
        for reason, names in by_reason(one.result.idle_amplifiers):
            told.setdefault(escape(reason + on), {}).update(dict.fromkeys(map(escape, names)))
    return [(reason, list(names)) for reason, names in told.items()]


def not_driven(report: Report) -> list[tuple[str, list[str]]]:
    """Of somebody's own types: a reason, escaped, and the operations, and pairs of them, that it goes for."""
    told: dict[str, dict[str, None]] = {}
    for one in report.infos.values():
        for name, reason in one.left_out:
            told.setdefault(escape(reason), {})[escape(name)] = None
    return [(reason, list(names)) for reason, names in told.items()]


def by_reason(idle: Iterable[IdleAmplifier]) -> list[tuple[str, list[str]]]:
    """Each reason once, with the names that go by it and how many scenarios have them."""
    told: dict[str, list[str]] = {}
    for one in idle:
        told.setdefault(one.reason, []).append(f"{one.name} in {counted(one.scenarios, 'scenario')}")
    return list(told.items())
