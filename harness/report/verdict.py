"""A campaign's verdict in one line. It never says "safe"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from harness.campaign.gather import Report
from harness.campaign.plan import STRESS, SWEEP
from harness.record import severity
from harness.record.result import Finding, Result
from harness.record.severity import UNCOUNTED
from harness.report.numbers import counted, nothing_in

RACES = "data races without a wrong value"


class Graded(Protocol):
    """What a verdict depends on, beside what was looked at."""

    @property
    def complete(self) -> bool: ...
    @property
    def exit_status(self) -> int: ...
    @property
    def findings(self) -> tuple[Finding, ...]: ...


def verdict_line(result: Result) -> str:
    """What the exit status of a campaign that raced means, with the rounds and the bound behind it."""
    totals = result.totals
    return _line(result, _raced(totals.rounds, totals.samples), nothing_in(totals.rounds, totals.samples))


def report_verdict(report: Report) -> str:
    """The same over all campaigns of a report. What was swept is counted in stops, and has no bound."""
    rounds, samples, stops = _amounts(report)
    amounts = [_raced(rounds, samples)] if stops is None or report.of_kind(STRESS) else []
    return _line(report, " and ".join(amounts + _counted(stops)), nothing_seen(report))


def nothing_seen(report: Report) -> str:
    """What a report without findings may claim."""
    rounds, samples, stops = _amounts(report)
    claims = [nothing_in(rounds, samples)] if stops is None or report.of_kind(STRESS) else []
    return "; ".join(claims + [f"0 in {amount} of a sweep" for amount in _counted(stops)])


def _amounts(report: Report) -> tuple[int, int, int | None]:
    """Rounds and samples of what raced; stops of what was swept, None where nothing was."""
    raced, swept = ([one.result.totals for one in report.of_kind(kind)] for kind in (STRESS, SWEEP))
    stops = sum(one.rounds for one in swept) if swept else None
    return sum(one.rounds for one in raced), sum(one.samples for one in raced), stops


def _counted(stops: int | None) -> list[str]:
    return [] if stops is None else [counted(stops, "stop")]


def _raced(rounds: int, samples: int) -> str:
    return f"{counted(rounds, 'round')} ({counted(samples, 'sample')})"


def _line(result: Graded, amount: str, nothing: str) -> str:
    new = [one for one in result.findings if severity.counts(one.known, one.severity, strict=False)]
    known = sorted({finding.known for finding in result.findings if finding.known})
    also = f"; known: {', '.join(known)}" if known else ""
    passed = sum(finding.known is None for finding in result.findings) - len(new)
    also += f"; not counted: {counted(passed, UNCOUNTED, RACES)}" if passed else ""
    if result.exit_status == 4:
        so_far = counted(len(result.findings), "finding")
        return f"harness failure: this campaign gives no verdict ({so_far} so far)"
    if result.exit_status == 1:
        counts = _of_causes(new) if new else _strictly(result.findings)
        line = f"found: {counts} in {amount}{also}"
    elif result.exit_status == 3:
        line = f"not exercised: no verdict in {amount}{also}"
    elif known or passed:
        line = f"nothing new in {amount}{also}"
    else:
        line = f"not observed: {nothing}"
    if result.exit_status == 130 or (result.exit_status == 1 and not result.complete):
        return f"interrupted; until then {line}"
    return line if result.complete else f"incomplete; so far {line}"


def _of_causes(new: Sequence[Finding]) -> str:
    """How many they are, and of how many causes where that is fewer."""
    causes = len({found.cause or found.id for found in new})
    said = counted(len(new), "new finding")
    return said if causes == len(new) else f"{said} of {counted(causes, 'cause')}"


def _strictly(findings: Sequence[Finding]) -> str:
    """What counted though none does by itself (``--strict``)."""
    known = sum(finding.known is not None for finding in findings)
    races = len(findings) - known
    parts = [counted(known, "known finding")] if known else []
    return " and ".join([*parts, counted(races, UNCOUNTED, RACES)] if races else parts)
