"""The text that looks like regrtest's, read as the Buildbot masters' expressions read it."""

from __future__ import annotations

import re

import pytest

from harness.campaign.gather import Report
from harness.report.regrtest import render
from tests.report.samples import HOSTILE, QUIET, finding, found_in, not_tried, report, scenario

NAME = "test.ftstress.type_attributes.subclass_read"


def failed_tests(log: str) -> set[str]:
    """The names below a count of failed tests, up to a line that begins with a digit or ``test`` or ``Total``."""
    names: set[str] = set()
    for block in re.findall(
        r"^\d+ tests? failed:(.+?)(?=^\d|^test|^Total|\Z)", log, re.MULTILINE | re.DOTALL
    ):
        names.update(block.split())
    return names


def failed_subtests(log: str) -> list[tuple[str, str]]:
    return re.findall(r"^=+\n[A-Z]+: (\w+) \((.*?)\)\n-+$", log, re.MULTILINE)


def tracebacks(log: str) -> list[str]:
    return re.findall(r"Traceback.+?(?=^\d|^test|^\n|^ok|\Z)", log, re.MULTILINE | re.DOTALL)


def test_what_failed_is_found_where_a_comment_is_made_from() -> None:
    log = render(found_in(finding()))
    assert failed_tests(log) == {NAME}
    assert failed_subtests(log) == [("subclass_read", NAME)]
    (trace,) = tracebacks(log)
    assert trace.rstrip().endswith(
        "[f1f1f1f1], wrong value: first read gave #8, the read after it gave the older #7"
    )
    summary = log[log.rindex("== Tests result") : log.rindex("Tests result:")]
    assert "1 test failed" in summary and "found: 1 new finding" in summary
    assert log.splitlines()[-2:] == ["Result: FAILURE", "Tests result: FAILURE"]


def test_what_a_target_says_cannot_end_a_traceback_or_fail_another_test() -> None:
    log = render(
        found_in(finding(message=HOSTILE, details={"stderr": f"{HOSTILE}\n=====\nERROR: a (b)\n-----"}))
    )
    assert failed_tests(log) == {NAME}
    assert failed_subtests(log) == [("subclass_read", NAME)]
    (trace,) = tracebacks(log)
    assert "3 failed:" in trace and trace.rstrip().endswith("ok")


def test_known_and_skipped_ones_are_listed_and_fail_nothing() -> None:
    skipped = not_tried("type_attributes.other", verdict="skipped", reason="needs parallelism")
    known = scenario(verdict="known", findings=("f1f1f1f1",))
    log = render(report(known, *skipped, findings=(finding(known="gh-118492"),)))
    assert failed_tests(log) == set() and failed_subtests(log) == [] and tracebacks(log) == []
    assert f"1 test known to fail:\n    {NAME}\n" in log
    assert "1 test skipped:\n    test.ftstress.type_attributes.other\n" in log
    assert log.endswith("Result: SUCCESS\nTests result: SUCCESS\n")


def test_of_many_that_were_not_run_for_one_reason_the_number_is_told() -> None:
    few = not_tried("mine.a", "mine.b", verdict="skipped", reason="needs Python 3.16")
    log = render(report(QUIET, *not_tried(*(f"mine.s{number}" for number in range(100))), *few))
    assert "\n102 tests skipped:\n    100 tests: the budget was too short\n    test.ftstress.mine.a\n" in log
    assert "mine.s1" not in log and failed_tests(log) == set()


@pytest.mark.parametrize(
    ("made", "word"),
    [
        (report(QUIET), "SUCCESS"),
        (report(exit_status=3), "NO TESTS RAN"),
        (report(exit_status=130, complete=False), "INTERRUPTED"),
        (report(exit_status=4), "FAILURE"),
    ],
)
def test_the_last_line_is_the_result(made: Report, word: str) -> None:
    assert render(made).splitlines()[-1] == f"Tests result: {word}"
