"""Results made by hand, for tests of what is shown."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from harness.campaign.gather import Campaign, Report, merge
from harness.record import severity
from harness.record.course import Course
from harness.record.result import Finding, Result, ScenarioResult, Totals
from harness.record.severity import severity_of
from harness.record.target import Target

FREE_THREADED = Target(
    executable="/opt/python3.13t",
    version="3.13.5",
    version_info=(3, 13, 5),
    implementation="CPython",
    free_threaded=True,
    gil_enabled=False,
    debug=False,
    sanitizer=None,
    compiler="GCC 12.2.0",
    commit="",
    configure_args="--disable-gil",
    platform="linux",
)
WITH_GIL = replace(
    FREE_THREADED, version="3.12.1", version_info=(3, 12, 1), free_threaded=False, gil_enabled=True
)

QUIET = ScenarioResult(
    name="type_attributes.subclass_read",
    trials=4,
    rounds=51_234,
    samples=181_234_567,
    stores=912_345,
    overlap=0.93,
    cache_live=0.996,
    verdict="not observed",
    reason=None,
    findings=(),
    rate_per_round=0.0,
    bound_95=3 / 51_234,
)
FINDING = Finding(
    id="f1f1f1f1",
    kind="violation",
    scenario=QUIET.name,
    oracle="order",
    signature="violation/order/read",
    known=None,
    with_gil="not observed",
    first_seen_s=0.41,
    trials_hit=3,
    trials_run=4,
    message="first read gave #8, the read after it gave the older #7",
    severity="wrong value",
    details={"knobs": {"fan_out": 100}, "traceback": "Traceback\n  line one\n  line two"},
)
HOSTILE = (
    "</script><img src=x onerror=a()> ]]> &amp; a | b ```` @all #1 \x00\x1b[2J\ud800\u202e\ufffe"
    "\ntest\n3 failed:\n\nok"
)
"""What a target may say to whoever shows it."""


def found_in(*findings: Finding, **changes: Any) -> Report:
    """A campaign whose only scenario showed these."""
    ids = tuple(found.id for found in findings)
    new = any(found.known is None for found in findings)
    shown = replace(QUIET, verdict="new" if new else "known", findings=ids)
    return report(shown, findings=findings, **({"exit_status": int(new)} | changes))


def scenario(**changes: Any) -> ScenarioResult:
    return replace(QUIET, **changes)


def not_tried(*names: str, **changes: Any) -> tuple[ScenarioResult, ...]:
    """Of which no trial was started."""
    told: dict[str, Any] = {"verdict": "not exercised", "reason": "the budget was too short"} | changes
    nothing: dict[str, Any] = dict.fromkeys(("trials", "rounds", "samples", "stores"), 0)
    return tuple(scenario(name=name, overlap=None, bound_95=None, **nothing, **told) for name in names)


def finding(**changes: Any) -> Finding:
    made = replace(FINDING, **changes)
    return replace(made, severity=severity_of(made.kind, made.oracle, made.details))


def result(*scenarios: ScenarioResult, findings: tuple[Finding, ...] = (), **changes: Any) -> Result:
    shown = scenarios or (QUIET,)
    totals = Totals(
        trials=sum(one.trials for one in shown),
        rounds=sum(one.rounds for one in shown),
        samples=sum(one.samples for one in shown),
        findings=len(findings),
    )
    made = Result(
        complete=True,
        exit_status=0,
        seed=7,
        budget_s=120.0,
        elapsed_s=119.4,
        target=FREE_THREADED,
        totals=totals,
        scenarios=shown,
        findings=findings,
    )
    return replace(made, **changes)


def campaign(made: Result, name: str = "results/one") -> Campaign:
    counting = frozenset(
        found.id for found in made.findings if severity.counts(found.known, found.severity, strict=False)
    )
    counts = {
        one.name: Counter(trials=one.trials, rounds=one.rounds, samples=one.samples, stores=one.stores)
        for one in made.scenarios
    }
    return Campaign(name, made, Course((), ()), {}, counts, counting)


def report(*scenarios: ScenarioResult, findings: tuple[Finding, ...] = (), **changes: Any) -> Report:
    """Of one campaign."""
    return merge([campaign(result(*scenarios, findings=findings, **changes))])
