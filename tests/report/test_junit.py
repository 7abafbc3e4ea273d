"""JUnit as CI systems and CPython's release dashboard read it."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from harness.campaign.gather import Report
from harness.report.junit import render
from tests.report.samples import HOSTILE, QUIET, finding, found_in, report, scenario

CHILDREN = {
    "testsuites": ["testsuite"],
    "testsuite": ["properties", "testcase", "system-out", "system-err"],
    "properties": ["property"],
    "testcase": ["skipped", "error", "failure", "system-out", "system-err"],
}
"""What may stand in what, in this order, as the schemas in use have it."""
NEEDED = {
    "testsuite": {"name", "tests", "errors", "failures", "skipped", "time"},
    "testcase": {"name", "classname"},
    "error": {"type", "message"},
    "skipped": {"type", "message"},
    "property": {"name", "value"},
}


def parsed(made: Report) -> ElementTree.Element:
    root = ElementTree.fromstring(render(made).encode())
    for element in root.iter():
        order = [CHILDREN.get(element.tag, []).index(child.tag) for child in element]
        assert order == sorted(order), f"{element.tag} has its parts in another order"
        assert NEEDED.get(element.tag, set()) <= set(element.attrib), element.tag
    return root


def cases(root: ElementTree.Element) -> dict[str, ElementTree.Element]:
    found = {case.attrib["name"]: case for case in root.iter("testcase")}
    assert len(found) == len(list(root.iter("testcase"))), "two test cases share a name"
    return found


def test_a_finding_that_counts_is_an_error_with_a_type_as_the_dashboard_wants_it() -> None:
    root = parsed(found_in(finding()))
    (case,) = root.iterfind(".//error/..")
    assert case.attrib["name"] == "test.ftstress.type_attributes.subclass_read"
    (error,) = case
    assert error.attrib["type"] == "violation"
    assert error.attrib["message"].endswith("first read gave #8, the read after it gave the older #7")
    assert error.text is not None and "Traceback" in error.text


def test_a_known_finding_is_skipped_and_named_and_no_error() -> None:
    root = parsed(found_in(finding(known="gh-118492")))
    assert not list(root.iter("error"))
    (skipped,) = root.iter("skipped")
    assert skipped.attrib["type"] == "known" and "known (gh-118492)" in skipped.attrib["message"]


def test_each_case_has_one_result_and_the_totals_add_up() -> None:
    made = found_in(
        finding(id="bbbbbbbb", known="gh-118492"),
        finding(id="aaaaaaaa"),
        finding(id="cccccccc", kind="crash"),
    )
    root = parsed(made)
    assert list(cases(root)) == [
        "test.ftstress.type_attributes.subclass_read",  # always there, red or green
        "test.ftstress.type_attributes.subclass_read.aaaaaaaa",  # a wrong value: the crash is graver
        "test.ftstress.type_attributes.subclass_read.bbbbbbbb",
    ]
    for suite in (root, *root):
        assert [suite.attrib[name] for name in ("tests", "errors", "failures", "skipped")] == [
            "3",
            "2",
            "0",
            "1",
        ]


@pytest.mark.parametrize("verdict", ["skipped", "not exercised"])
def test_what_did_not_run_is_skipped_with_its_reason(verdict: str) -> None:
    other = scenario(name="type_attributes.other", verdict=verdict, reason="needs parallelism")
    found = cases(parsed(report(QUIET, other)))
    assert len(found["test.ftstress.type_attributes.subclass_read"].findall("skipped")) == 0
    (skipped,) = found["test.ftstress.type_attributes.other"]
    assert skipped.attrib == {"type": verdict, "message": "needs parallelism"}


@pytest.mark.parametrize(
    ("status", "kind"), [(3, "not exercised"), (4, "harness failure"), (130, "interrupted")]
)
def test_a_campaign_without_a_verdict_is_not_green(status: int, kind: str) -> None:
    root = parsed(report(exit_status=status, complete=status == 3, notices=("the GIL was on",)))
    (error,) = root.iter("error")
    assert error.attrib["type"] == kind
    assert error.text is not None and "the GIL was on" in error.text


def test_what_xml_cannot_hold_does_not_break_it() -> None:
    named = scenario(name=f"mine.{HOSTILE}", verdict="new", findings=(finding().id,))
    made = report(named, findings=(finding(scenario=named.name, message=HOSTILE),), notices=(HOSTILE,))
    (error,) = parsed(made).iter("error")
    assert "</script><img src=x onerror=a()> ]]> &amp;" in error.attrib["message"]
    assert "\\x00\\x1b[2J\\ud800" in error.attrib["message"]
