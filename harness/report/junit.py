"""The report as JUnit XML: for ordinary CI, and for CPython's release dashboard, which reads ``.//error/..``.

A finding that counts is an ``<error>`` with a type: the dashboard shows no other. One that does not is
``<skipped>``, as pytest tells an expected failure. Each test case has one result, so that the totals add up wherever
they are added.
"""

from __future__ import annotations

from junitparser import Error, JUnitXml, Property, Skipped, TestCase, TestSuite
from junitparser.junitparser import Properties

from harness.campaign.gather import Report
from harness.report.cases import Case, Outcome, cases
from harness.report.coverage import sentences
from harness.report.escape import escape
from harness.report.verdict import report_verdict

SKIPPED: dict[Outcome, str] = {"face": "one cause"}
"""What JUnit says that does not fail by itself, where that is not its outcome."""


def render(report: Report) -> str:
    """One ``<testsuite>``. What XML cannot hold is written out, as in every other report."""
    suite = TestSuite("ftstress")
    suite.append(_properties(report))
    for case in cases(report):
        suite.append(_testcase(case))
    whole = JUnitXml("ftstress")
    whole.add_testsuite(suite)
    whole.update_statistics()
    suite.time = whole.time = report.elapsed_s
    xml: str = whole.tostring().decode()
    if xml.startswith("<?xml"):  # it depends on which library junitparser has found
        xml = xml.partition("?>\n")[2]
    return f'<?xml version="1.0" encoding="utf-8"?>\n{xml}\n'


def _properties(report: Report) -> Properties:
    properties = Properties()
    properties.append(Property("verdict", report_verdict(report)))
    properties.append(Property("exit_status", str(report.exit_status)))
    for number, sentence in enumerate(sentences(report), 1):
        properties.append(Property(f"swept {number}", sentence))
    for one in report.campaigns:
        title = f"{one.result.target.title}, seed {one.result.seed}"
        properties.append(Property(f"campaign {escape(one.name)}", escape(title)))
    return properties


def _testcase(case: Case) -> TestCase:
    # The whole dotted name stands in ``name``, where the dashboard splits it; others want it apart from its class.
    made = TestCase(case.id, case.id.rpartition(".")[0])
    if case.outcome == "passed":
        made.system_out = f"{case.kind}: {case.message}"
        return made
    result: Error | Skipped
    if case.outcome == "failed":
        result = Error(case.message, case.kind)
    else:
        result = Skipped(
            case.message, case.kind if case.outcome == "skipped" else SKIPPED.get(case.outcome, case.outcome)
        )
    if case.text:
        result.text = case.text
    made.result = result
    return made
