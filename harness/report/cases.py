"""A report as CI systems read it: test cases, each of which failed, is known to fail, was not counted, was skipped,
or passed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from harness.campaign.causes import Cause
from harness.campaign.gather import Report, merge
from harness.record.result import Finding, ScenarioResult
from harness.report.coverage import COLUMNS, counts
from harness.report.escape import escape
from harness.report.faces import cause_text
from harness.report.findings import finding_text, headline
from harness.report.numbers import counted
from harness.report.verdict import report_verdict

Outcome = Literal["failed", "known", "not counted", "face", "skipped", "passed"]
"""``face``: it shows a cause that another case tells of, and counts once."""
PREFIX = "test.ftstress."
"""CPython's dashboard takes dotted names that begin with ``test`` for its own."""
CAMPAIGN = PREFIX + "campaign"
"""The case that fails where a campaign gives no verdict: what was not exercised has not passed."""
NO_VERDICT = {4: "harness failure", 130: "interrupted", 3: "not exercised"}


@dataclass(frozen=True)
class Case:
    """One scenario; or what it showed beside its first finding; or a campaign without a verdict."""

    id: str
    """Dotted, the same from run to run: a scenario's first finding fails the scenario's own case."""
    outcome: Outcome
    kind: str
    """What sort of failure, or why it was skipped."""
    message: str
    """One line where it is ours; what a target said may have several. Escaped."""
    text: str
    """The whole of it, escaped."""


def cases(report: Report) -> Iterator[Case]:
    """All of them, those of a scenario one after the other; a finding that counts goes first,
    and of these the gravest.
    """
    findings = {found.id: found for found in report.findings}
    causes = {face.id: cause for cause in report.causes for face in cause.faces}
    for scenario in report.scenarios:
        id = PREFIX + escape(scenario.name)
        seen = [found for one, found in findings.items() if one in scenario.findings]
        for number, found in enumerate(seen):
            yield _finding(report, f"{id}.{found.id}" if number else id, found, causes[found.id])
        if seen:
            continue
        if scenario.verdict in ("skipped", "not exercised"):
            reason = escape(scenario.reason or "no reason recorded")
            yield Case(id, "skipped", scenario.verdict, reason, "")
        else:
            yield Case(id, "passed", scenario.verdict, _amount(report, scenario), "")
    for one in report.campaigns:
        if one.result.exit_status in NO_VERDICT:
            kind = NO_VERDICT[one.result.exit_status]
            told = [report_verdict(merge([one])), *map(escape, one.result.notices)]
            yield Case(CAMPAIGN, "failed", kind, f"{escape(one.name)}: {told[0]}", "\n".join(told))


def _finding(report: Report, id: str, found: Finding, cause: Cause) -> Case:
    first = cause.faces[0]
    message = f"{headline(found)}, {found.severity}: {escape(found.message, lines=True)}"
    if found is not first:
        said = f"of the cause that {escape(first.scenario)} shows [{escape(first.id)}]"
        return Case(id, "face", found.kind, f"{said}: {message}", finding_text(found))
    uncounted: Outcome = "known" if found.known else "not counted"
    outcome: Outcome = "failed" if found.id in report.counting else uncounted
    return Case(id, outcome, found.kind, message, cause_text(report, cause))


def _amount(report: Report, scenario: ScenarioResult) -> str:
    """What it was that showed nothing."""
    if pairs := report.coverage.get(scenario.name):
        return ", ".join(
            f"{name}: {number:,}" for (name, _), number in zip(COLUMNS, counts(pairs), strict=True)
        )
    return f"{counted(scenario.rounds, 'round')}, {counted(scenario.samples, 'sample')}"
