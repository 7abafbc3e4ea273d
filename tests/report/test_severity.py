"""The gravest first, in every format; what does not count fails nothing, and is not kept quiet."""

from __future__ import annotations

from typing import Any

import pytest

from harness.campaign.gather import Report
from harness.report.formats import FORMATS, renderer
from tests.campaign.journals import HandWritten
from tests.report import pages

RACE = {
    "kind": "sanitizer",
    "oracle": "process",
    "details": {"stderr": "WARNING: ThreadSanitizer: data race"},
}
IDS_BY_MESSAGE = ("freed first", "died second", "hung third", "read wrongly fourth", "raised fifth")
UNGRADED: tuple[dict[str, Any], ...] = (
    {"kind": "exception", "oracle": "process"},
    {"kind": "violation", "oracle": "order"},
    {"kind": "hang", "oracle": "process"},
    {"kind": "crash", "oracle": "process"},
    {"kind": "violation", "oracle": "lifetime"},
)


def all_kinds() -> Report:
    """In the order in which they were seen: the mildest first."""
    journal = HandWritten().trial().progress()
    for message, kind in zip(reversed(IDS_BY_MESSAGE), UNGRADED, strict=True):
        journal.finding(message=message, where=message, **kind)
    return pages.report(journal.ended())


def races(strict: bool = False) -> Report:
    return pages.report(HandWritten(strict=strict).trial().progress().finding(**RACE).ended())


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_shows_the_severity_and_the_gravest_first(format: str) -> None:
    text = renderer(format)(all_kinds())
    assert "memory that was freed is used" in text and "exception out of nowhere" in text
    first = [text.index(message) for message in IDS_BY_MESSAGE]
    # On a terminal the last is next to the verdict, where the eye is left.
    assert first == sorted(first, reverse=format == "text")


@pytest.mark.parametrize("format", FORMATS)
def test_a_data_race_alone_fails_nothing_and_is_told(format: str) -> None:
    made = races()
    assert made.exit_status == 0 and not made.counting
    assert "data race without a wrong value" in renderer(format)(made)


def test_a_data_race_alone_is_said_in_the_verdict() -> None:
    line = renderer("text")(races()).splitlines()[-1]
    assert line.startswith("nothing new in 10 rounds") and "not counted: 1 data race without" in line
    strict = races(strict=True)
    assert strict.exit_status == 1
    assert "found: 1 data race without a wrong value" in renderer("text")(strict)


def test_junit_and_regrtest_do_not_call_it_known() -> None:
    assert 'type="not counted"' in renderer("junit")(races())
    assert "1 test not counted:" in renderer("regrtest")(races())
    assert "known" not in renderer("regrtest")(races()).split("== Tests result")[1]
