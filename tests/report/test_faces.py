"""Findings of one cause are one row, in every format, and are counted once."""

from __future__ import annotations

import json
import re

import pytest

from harness.campaign.gather import Report
from harness.report.formats import FORMATS, renderer
from tests.report.markup import Page
from tests.report.samples import finding, found_in

WINDOW = "type_set_module: between PyType_Modified and PyDict_SetItem > insertdict"
NAMES = ("aaaaaaaa", "bbbbbbbb", "cccccccc")


def three(**changes: object) -> Report:
    """Two faces of one cause, and something else."""
    same = {"details": {"windows": [WINDOW]}}
    return found_in(
        finding(id="aaaaaaaa", kind="crash", oracle="process", message="it died", **same),
        finding(id="bbbbbbbb", message="it read wrongly", **same),
        finding(id="cccccccc", message="it is another thing"),
    )


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_tells_the_cause_and_all_its_faces(format: str) -> None:
    text = renderer(format)(three())
    told = Page(text).words() if format == "html" else text.replace("&gt;", ">")
    assert WINDOW in re.sub(r"\s+", " ", told)
    assert all(name in told for name in NAMES)
    assert "it read wrongly" in told
    assert "not located" in told or format == "json"


@pytest.mark.parametrize("format", FORMATS)
def test_it_is_one_row(format: str) -> None:
    text = renderer(format)(three())
    rows = {
        "text": text.count("severity: "),
        "html": text.count("<article"),
        "junit": text.count("<error"),
        "regrtest": len(re.findall("^ERROR: ", text, re.MULTILINE)),
        "markdown": text.count("severity: "),
        "sarif": text.count('"ruleId"'),
        "json": text.count('"one_because"'),
    }
    assert rows[format] == 2


def test_the_verdict_counts_findings_and_causes() -> None:
    assert "found: 3 new findings of 2 causes in" in renderer("text")(three())


def test_why_they_are_one_is_said() -> None:
    for format in FORMATS:
        assert "all show in the same windows" in renderer(format)(three()) or format in ("junit", "regrtest")
    assert "2 findings of this cause: all show in the same windows" in renderer("junit")(three())


def test_a_case_that_shows_another_case_s_cause_is_not_passed() -> None:
    log = renderer("regrtest")(three())
    assert "2 tests failed:" in log and "1 test of a cause that another one tells of:" in log
    assert 'type="one cause"' in renderer("junit")(three())


def test_many_faces_are_counted() -> None:
    many = [finding(id=f"{n:08x}", details={"windows": [WINDOW]}) for n in range(150)]
    made = found_in(*many)
    assert "and 129 more findings" in renderer("text")(made)
    assert "and 49 more findings" in Page(renderer("html")(made)).words()
    assert len(json.loads(renderer("json")(made))["causes"][0]["findings"]) == 150
