"""A campaign's verdict in one line. It never says "safe"."""

from __future__ import annotations

from typing import Protocol

from harness.record.result import Finding, Totals
from harness.report.numbers import counted, nothing_in


class Graded(Protocol):
    """A campaign's result, or the report of a fleet's."""

    @property
    def complete(self) -> bool: ...
    @property
    def exit_status(self) -> int: ...
    @property
    def totals(self) -> Totals: ...
    @property
    def findings(self) -> tuple[Finding, ...]: ...


def verdict_line(result: Graded) -> str:
    """What the exit status means for this campaign, with the rounds and the bound behind it."""
    rounds, samples = result.totals.rounds, result.totals.samples
    new = [finding for finding in result.findings if finding.known is None]
    known = sorted({finding.known for finding in result.findings if finding.known})
    also = f"; known: {', '.join(known)}" if known else ""
    amount = f"in {counted(rounds, 'round')} ({counted(samples, 'sample')})"
    if result.exit_status == 4:
        so_far = counted(len(result.findings), "finding")
        return f"harness failure: this campaign gives no verdict ({so_far} so far)"
    if result.exit_status == 1:
        counts = counted(len(new), "new finding") if new else counted(len(result.findings), "known finding")
        line = f"found: {counts} {amount}{also}"
    elif result.exit_status == 3:
        line = f"not exercised: no verdict {amount}{also}"
    elif known:
        line = f"nothing new {amount}{also}"
    else:
        line = f"not observed: {nothing_in(rounds, samples)}"
    if result.exit_status == 130 or (result.exit_status == 1 and not result.complete):
        return f"interrupted; until then {line}"
    return line if result.complete else f"incomplete; so far {line}"
