"""One report from the journals of one campaign or of many: a fleet's campaign is one report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

from harness.campaign.causes import Cause, causes, shows, told
from harness.campaign.grade import Grader, scenario_result
from harness.campaign.plan import STRESS, SWEEP
from harness.campaign.select import ScenarioInfo
from harness.kernel import known
from harness.kernel.event_types import Details
from harness.kernel.events import SCHEMA
from harness.record.calibration import Calibration, recorded
from harness.record.course import Course, CourseTaker
from harness.record.coverage import PairCoverage, Window, variant_of
from harness.record.events import Event
from harness.record.journal import JOURNAL, JournalError, read_journal
from harness.record.raced import Raced, RacedTaker
from harness.record.result import (
    Finding,
    PairTotals,
    Result,
    ScenarioResult,
    Totals,
    Verdict,
    WithGil,
)
from harness.record.severity import gravity, order

SERIOUS = (2, 4, 1, 130, 3, 0)
"""Exit statuses in the contract's order: the first that applies."""
FOUND_OUT = ("windows", "cycle", "freed", "came_with", "left_with")
"""What was found out of a finding's cause goes for it in every campaign that saw it."""
VERDICTS: tuple[Verdict, ...] = ("new", "known", "not observed", "not exercised", "skipped")
"""What one campaign exercised was exercised; what one saw was seen."""
WITH_GIL: tuple[WithGil, ...] = ("observed", "not observed", "not tried", "not applicable")

Swept = tuple[str, PairCoverage]
"""A scenario's name, and one pair of its operations."""


@dataclass(frozen=True)
class Campaign:
    """One campaign, read from its journal."""

    name: str
    """The directory, as the user gave it."""
    result: Result
    course: Course
    infos: Mapping[str, ScenarioInfo] = field(default_factory=dict)
    """Its scenarios, as its target described them, by name."""
    counts: Mapping[str, Counter[str]] = field(default_factory=dict)
    """What its scenarios' rates are made of, by name."""
    counting: frozenset[str] = frozenset()
    """Ids of the findings that count: new ones, and with ``--strict`` known ones too."""
    kind: str = STRESS
    """``STRESS`` or ``SWEEP``: of a sweep, rounds are stops and samples the operations that ran meanwhile."""
    swept: tuple[Swept, ...] = ()
    """What it covered, in the journal's order; empty unless it is a sweep."""
    raced: Mapping[str, Mapping[str, Raced]] = field(default_factory=dict)
    """What it did with each pair and triple, by subject; empty unless it is of pairs."""


@dataclass(frozen=True)
class Report:
    """What every format renders: one campaign, or a fleet's."""

    campaigns: tuple[Campaign, ...]
    """None where there are calibrations only."""
    scenarios: tuple[ScenarioResult, ...]
    """Merged by name: rounds, samples and the like are sums, rates and bounds are computed anew from these."""
    findings: tuple[Finding, ...]
    """Merged by signature, what counts first and of that the gravest. Message and details are those of the first
    campaign named that saw it."""
    sources: Mapping[str, tuple[str, ...]]
    """By a finding's id: the names of the campaigns that saw it."""
    complete: bool
    exit_status: int
    """The most serious one."""
    elapsed_s: float
    """Of all campaigns together."""
    totals: Totals
    counting: frozenset[str] = frozenset()
    """Ids of the findings that count in any of the campaigns."""
    causes: tuple[Cause, ...] = ()
    """The findings in groups: what a report tells as one."""
    calibrations: tuple[Calibration, ...] = ()
    """That lie in the directories, beside a campaign or by themselves."""

    @property
    def infos(self) -> dict[str, ScenarioInfo]:
        """All scenarios as they were described, by name; where campaigns differ, as the first one has it."""
        return {name: info for one in reversed(self.campaigns) for name, info in one.infos.items()}

    @property
    def coverage(self) -> dict[str, list[PairCoverage]]:
        """What sweeps have looked at, by scenario; a pair that several campaigns swept is there for each of them."""
        found: dict[str, list[PairCoverage]] = {}
        for one in self.campaigns:
            for scenario, pair in one.swept:
                found.setdefault(scenario, []).append(pair)
        return found

    @property
    def raced(self) -> dict[str, dict[str, Raced]]:
        """What was done with each pair and triple, by subject; of several campaigns the sum."""
        taken = RacedTaker()
        for one in self.campaigns:
            taken.add(one.raced)
        return taken.raced

    def of_kind(self, kind: str) -> tuple[Campaign, ...]:
        """The campaigns that raced, or those that swept."""
        return tuple(one for one in self.campaigns if one.kind == kind)

    def windows(self, finding: Finding) -> list[tuple[PairCoverage, Window]]:
        """Where sweeps saw it, the pair that its details tell of first."""
        sweep = finding.details.get("sweep")
        own = variant_of(sweep) if sweep else None
        seen = [
            (pair, window)
            for pair in self.coverage.get(finding.scenario, ())
            for window in pair.windows
            if shows(window, finding)
        ]
        return sorted(seen, key=lambda one: one[0].variant != own)


def gather(directories: Sequence[Path]) -> Report:
    """Read each journal once, a line at a time; a directory may hold a calibration instead.

    Raises JournalError where one holds no campaign, and CalibrationError.
    """
    found = {directory: recorded(directory) for directory in directories}
    alone = [
        directory for directory in directories if found[directory] and not (directory / JOURNAL).exists()
    ]
    report = merge([read(directory) for directory in directories if directory not in alone])
    return replace(report, calibrations=tuple(filter(None, found.values())))


def _refuse_newer(event: Event, directory: Path) -> None:
    """A newer harness's journal is not shown by halves. Raises JournalError."""
    if event["event"] == "campaign" and event.get("schema", SCHEMA) > SCHEMA:
        raise JournalError(
            f"the journal in {directory} has schema {event['schema']}, and this harness reads {SCHEMA}: "
            "use the harness that wrote it"
        )


def read(directory: Path) -> Campaign:
    """The campaign in ``directory``, from its journal alone. Raises JournalError where there is none."""
    grader, taker, swept = Grader(), CourseTaker(), list[Swept]()
    for event in read_journal(directory):
        _refuse_newer(event, directory)
        grader.feed(event)
        taker.add(event)
        if event["event"] == "swept":
            swept.append((event["scenario"], PairCoverage.from_json(event["pair"])))
    try:
        return campaign(str(directory), grader, taker.course(), swept)
    except JournalError as error:
        raise JournalError(f"{directory}: {error}") from error


def campaign(name: str, grader: Grader, course: Course, swept: Sequence[Swept] = ()) -> Campaign:
    """What a grader knows so far. Raises JournalError when no campaign has begun."""
    return Campaign(
        name=name,
        result=grader.result(),
        course=course,
        infos=grader.infos(),
        counts=grader.counts(),
        counting=grader.counting_ids(),
        kind=SWEEP if grader.kind == SWEEP else STRESS,  # pairs are raced too
        swept=tuple(swept),
        raced=grader.pairs.raced,
    )


def merge(campaigns: Sequence[Campaign]) -> Report:
    """One report on all of them. A single campaign's numbers are those of its result."""
    results = [one.result for one in campaigns]
    scenarios = summed(campaigns)
    counting = frozenset[str]().union(*(one.counting for one in campaigns))
    findings = _findings(campaigns, counting)
    report = Report(
        campaigns=tuple(campaigns),
        scenarios=scenarios,
        findings=findings,
        sources={
            found.id: tuple(one.name for one in campaigns if found.id in _ids(one)) for found in findings
        },
        complete=all(result.complete for result in results),
        exit_status=min((result.exit_status for result in results), key=SERIOUS.index, default=0),
        elapsed_s=round(sum(result.elapsed_s for result in results), 3),
        totals=Totals(
            trials=sum(result.totals.trials for result in results),
            rounds=sum(result.totals.rounds for result in results),
            samples=sum(result.totals.samples for result in results),
            findings=len(findings),
            pairs=sum((result.totals.pairs for result in results), PairTotals()),
            triples=sum((result.totals.triples for result in results), PairTotals()),
        ),
        counting=counting,
    )
    return _with_causes(report)


def _with_causes(report: Report) -> Report:
    """What one campaign has found out goes for what another one saw."""
    groups = causes(
        report.findings,
        lambda finding: [window for _, window in report.windows(finding)],
        known.load() if report.findings else [],
    )
    cause = told(groups)
    findings = {found.id: replace(found, cause=cause[found.id]) for found in report.findings}
    return replace(
        report,
        findings=tuple(findings.values()),
        causes=tuple(replace(one, faces=tuple(findings[face.id] for face in one.faces)) for one in groups),
    )


def _ids(one: Campaign) -> set[str]:
    return {found.id for found in one.result.findings}


def _by_name(campaigns: Sequence[Campaign]) -> dict[str, list[tuple[Campaign, ScenarioResult]]]:
    named: dict[str, list[tuple[Campaign, ScenarioResult]]] = {}
    for one in campaigns:
        for scenario in one.result.scenarios:
            named.setdefault(scenario.name, []).append((one, scenario))
    return named


def summed(campaigns: Sequence[Campaign]) -> tuple[ScenarioResult, ...]:
    """Each scenario's line over these campaigns. Where some raced and some swept, its rates are those of the races."""
    return tuple(_scenario(name, shown) for name, shown in _by_name(campaigns).items())


def _scenario(name: str, shown: Sequence[tuple[Campaign, ScenarioResult]]) -> ScenarioResult:
    if len(shown) == 1:
        return shown[0][1]
    raced = [one for one, _ in shown if one.kind == STRESS]
    counts: Counter[str] = Counter()
    for one in raced or [one for one, _ in shown]:
        counts.update(one.counts[name])
    best = min((scenario for _, scenario in shown), key=lambda scenario: VERDICTS.index(scenario.verdict))
    ids = dict.fromkeys(found for _, scenario in shown for found in scenario.findings)
    return scenario_result(name, counts, best.verdict, best.reason, tuple(ids))


def _findings(campaigns: Sequence[Campaign], counting: frozenset[str]) -> tuple[Finding, ...]:
    seen: dict[str, list[Finding]] = {}
    trials: Counter[str] = Counter()
    for one in campaigns:
        trials.update({scenario.name: scenario.trials for scenario in one.result.scenarios})
        for found in one.result.findings:
            seen.setdefault(found.id, []).append(found)
    merged = (_finding(same, trials[same[0].scenario]) for same in seen.values())
    return tuple(
        sorted(merged, key=lambda found: order(found.id in counting, found.severity, found.first_seen_s))
    )


def _finding(seen: Sequence[Finding], trials: int) -> Finding:
    """One signature, seen by several campaigns; new where it is new to any: a known issue names its versions."""
    told = {
        name: value for found in reversed(seen) for name, value in found.details.items() if name in FOUND_OUT
    }
    return replace(
        seen[0],
        details=cast(Details, told) | seen[0].details,
        known=None if any(found.known is None for found in seen) else seen[0].known,
        severity=min((found.severity for found in seen), key=gravity),
        with_gil=min((found.with_gil for found in seen), key=WITH_GIL.index),
        first_seen_s=min(found.first_seen_s for found in seen),
        trials_hit=sum(found.trials_hit for found in seen),
        trials_run=trials,
    )
