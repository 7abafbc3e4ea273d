"""The report as CPython's regrtest would print it, for whoever reads a log: the Buildbot masters above all.

A failure comment is made from such a log by regular expressions. They want: a count of failed tests with their names
indented below; ``ERROR: name (dotted.id)`` between a double and a single rule; ``Traceback`` blocks ended by an empty
line, in which no line begins with a digit, ``test`` or ``ok``; a summary between the last ``== Tests result`` and the
last ``Tests result:``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from harness.campaign.gather import Report
from harness.report.cases import Case, Outcome, cases
from harness.report.coverage import sentences
from harness.report.numbers import counted
from harness.report.text import opening
from harness.report.verdict import report_verdict

RULE = 70
WORDS = {0: "SUCCESS", 3: "NO TESTS RAN", 130: "INTERRUPTED"}
MOST_ALIKE = 10
"""Tests that were skipped for one reason and are listed; of more, their number is told."""
LISTED: tuple[tuple[Outcome, str], ...] = (
    ("failed", "failed"),
    ("known", "known to fail"),
    ("not counted", "not counted"),
    ("face", "of a cause that another one tells of"),
    ("skipped", "skipped"),
)


def render(report: Report) -> str:
    """The whole text; its last line is the result."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    found = list(cases(report))
    for one in report.campaigns:
        yield f"== {opening(one)}"
    yield ""
    for case in found:
        if case.outcome == "failed":
            yield from _block(case)
    word = WORDS.get(report.exit_status, "FAILURE")
    yield f"== Tests result: {word} =="
    for outcome, said in LISTED:
        told = [case for case in found if case.outcome == outcome]
        if told:
            yield ""
            yield f"{counted(len(told), 'test')} {said}:"
            yield from (f"    {line}" for line in (_alike(told) if outcome == "skipped" else _ids(told)))
    passed = sum(case.outcome == "passed" for case in found)
    yield ""
    yield f"{counted(passed, 'test')} OK."
    yield ""
    yield f"Total duration: {report.elapsed_s:.1f} sec"
    yield f"Total tests: run={len(found):,}"
    yield f"Verdict: {report_verdict(report)}"
    yield from (f"Sweep: {sentence}" for sentence in sentences(report))
    yield f"Result: {word}"
    yield f"Tests result: {word}"


def _alike(skipped: Sequence[Case]) -> Iterator[str]:
    """Their names; or, of the many that were skipped for one reason, that reason."""
    reasons: dict[str, list[Case]] = defaultdict(list)
    for case in skipped:
        reasons[case.message].append(case)
    for reason, alike in reasons.items():
        if len(alike) > MOST_ALIKE:
            yield f"{counted(len(alike), 'test')}: {reason}"
        else:
            yield from _ids(alike)


def _ids(told: Sequence[Case]) -> Iterator[str]:
    return (case.id for case in told)


def _block(case: Case) -> Iterator[str]:
    yield "=" * RULE
    yield f"ERROR: {case.id.rpartition('.')[2]} ({case.id})"
    yield "-" * RULE
    yield "Traceback (most recent call last):"
    yield from (f"  {line}" for line in case.text.split("\n") if line.strip())
    # The last line of a traceback, with what it has of others indented below.
    said = [line for line in case.message.split("\n") if line.strip()]
    yield f"{case.kind}: {said[0]}"
    yield from (f"  {line}" for line in said[1:])
    yield ""
