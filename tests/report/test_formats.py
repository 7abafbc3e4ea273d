"""All seven formats tell the same."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from xml.etree import ElementTree

import pytest

from harness.campaign.gather import Report
from harness.report.escape import escape
from harness.report.formats import FORMATS, renderer
from tests.report.samples import HOSTILE, finding, found_in, report


def shown_by_a_browser(text: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", " ", text))


def said_by_xml(text: str) -> str:
    root = ElementTree.fromstring(text.encode())
    return " ".join(" ".join([*one.attrib.values(), one.text or ""]) for one in root.iter())


def said_by_sarif(text: str) -> str:
    return " ".join(one["message"]["text"] for one in json.loads(text)["runs"][0]["results"])


def said_by_json(text: str) -> str:
    """The contract's object has what the target said, as it was said."""
    findings = json.loads(text)["findings"]
    return " ".join(f"{one['id']} {escape(one['message'], lines=True)}" for one in findings)


READ: dict[str, Callable[[str], str]] = {
    "html": shown_by_a_browser,
    "junit": said_by_xml,
    "sarif": said_by_sarif,
    "json": said_by_json,
}


def words(text: str) -> str:
    """Where lines are broken differs."""
    return " ".join(text.split())


def told(format: str, made: Report) -> str:
    return words(READ.get(format, str)(renderer(format)(made)))


@pytest.mark.parametrize("known", [None, "gh-118492"])
@pytest.mark.parametrize("message", ["first read gave #8, the read after it gave the older #7", HOSTILE])
@pytest.mark.parametrize("format", FORMATS)
def test_a_finding_has_the_same_id_and_the_same_text_in_every_format(
    format: str, message: str, known: str | None
) -> None:
    found = finding(message=message, known=known)
    text = told(format, found_in(found))
    if known and format == "regrtest":
        assert "1 test known to fail: test.ftstress.type_attributes.subclass_read" in text
        return  # such a log has no place for what is expected
    assert found.id in text
    assert words(escape(message, lines=True)) in text


@pytest.mark.parametrize("format", FORMATS)
def test_nothing_that_a_target_says_reaches_a_terminal_or_breaks_an_encoding(format: str) -> None:
    text = renderer(format)(found_in(finding(message=HOSTILE, details={"stderr": HOSTILE, HOSTILE: "x"})))
    assert not re.search("[\x00\x1b\u202e\ufffe]", text)
    assert text.encode("utf-8")


@pytest.mark.parametrize("format", FORMATS)
def test_two_findings_are_told_apart(format: str) -> None:
    both = (finding(message="seen by one reader"), finding(id="f2f2f2f2", message="seen at rest"))
    text = told(format, found_in(*both))
    for found in both:
        assert found.id in text and found.message in text


@pytest.mark.parametrize("format", [name for name in FORMATS if name not in ("json", "html")])
@pytest.mark.parametrize("status", [3, 4, 130])
def test_no_verdict_is_told_and_is_no_pass(format: str, status: int) -> None:
    text = told(format, report(exit_status=status, complete=status == 3))
    if format == "sarif":
        (run,) = json.loads(renderer(format)(report(exit_status=status)))["runs"]
        assert run["invocations"][0]["exitCode"] == status
    else:
        assert re.search("not exercised|harness failure|interrupted", text)
