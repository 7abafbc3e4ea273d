"""Markdown for a job's summary and for a comment: what a target said is no markup, and it fits."""

from __future__ import annotations

import re

import pytest

from harness.campaign.gather import merge
from harness.report.markdown import MOST_CHARACTERS, code, fenced, render
from tests.report.samples import (
    HOSTILE,
    QUIET,
    campaign,
    finding,
    found_in,
    not_tried,
    report,
    result,
    scenario,
)


def without_code(text: str) -> str:
    """What is left for a reader of markdown to obey."""
    text = re.sub(r"^(`{3,})[^\n]*\n.*?\n\1$", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", "", text)


def test_a_failure_comment_has_what_cpython_s_bot_posts_in_its_order() -> None:
    text = render(found_in(finding()))
    parts = [
        "## ftstress: found: 1 new finding in 51,234 rounds",
        "builder: `CPython 3.13.5 free-threaded, linux, GCC 12.2.0`, revision `3.13.5, as released`",
        "Failed tests:\n\n- `test.ftstress.type_attributes.subclass_read`\n",
        "Failed subtests:\n\n- `test.ftstress.type_attributes.subclass_read` - `NEW violation in",
        "Summary of the results:\n\n| scenario |",
        "| `type_attributes.subclass_read` | 51.2k | 181M | 93 % | >99 % | new |",
        "<details>\n<summary>Click to see traceback logs</summary>\n\n```python-traceback\nNEW violation",
        "</details>",
    ]
    places = [text.find(part) for part in parts]
    assert -1 not in places, parts[places.index(-1)]
    assert places == sorted(places)


def test_a_quiet_campaign_names_no_failure_and_shows_its_scenarios() -> None:
    never_met = scenario(name="mine.met", verdict="not exercised", reason="its actors never overlapped")
    text = render(report(QUIET, never_met, *not_tried("mine.b", verdict="skipped", reason="no threads")))
    assert "Failed" not in text and "traceback" not in text
    assert "- not observed: 1 scenario\n- not exercised: 1 scenario: `its actors never overlapped`" in text
    assert "\n- skipped: 1 scenario: `no threads` (`mine.b`)\n" in text
    assert "| not exercised: `its actors never overlapped` |" in text and "| skipped" not in text


def test_what_was_not_tried_is_a_line_a_reason_and_no_row_each() -> None:
    text = render(report(QUIET, *not_tried(*(f"mine.s{number:03}" for number in range(100)))))
    assert "(`mine.s000`, `mine.s001`, `mine.s002` and 97 more)" in text
    assert len(text.splitlines()) < 25


def test_what_a_target_says_is_no_markup() -> None:
    named = scenario(name=f"mine.{HOSTILE}", verdict="new", findings=("f1f1f1f1",), reason=HOSTILE)
    found = finding(scenario=named.name, message=HOSTILE, details={"stderr": HOSTILE})
    never = not_tried(f"mine.never {HOSTILE}", reason=HOSTILE)
    text = render(report(named, *never, findings=(found,), notices=(HOSTILE,)))
    left = without_code(text)
    assert "script" not in left and "@all" not in left and "img" not in left
    assert left.count("<details>") == left.count("</details>") == 1
    cause, row = (line for line in text.splitlines() if line.startswith("| `"))
    assert len(re.findall(r"(?<!\\)\|", row)) == 8, "a bar in a cell ends it"
    assert len(re.findall(r"(?<!\\)\|", cause)) == 6


@pytest.mark.parametrize("text", ["a", "`", "``a`", "a `b` c", "", " a\n b "])
def test_code_is_closed_by_its_own_backticks_only(text: str) -> None:
    span = code(text)
    match = re.fullmatch(r"(`+)( ?)(.*?)\2\1", span)
    assert match and match[1] not in re.findall("`+", match[3]) and match[3] == " ".join(text.split())
    assert fenced(f"```\n{text}").splitlines()[-1] == "````"


def test_however_much_there_is_it_fits_into_a_comment_and_what_is_left_out_is_counted() -> None:
    many = [
        finding(id=f"{number:08x}", message=f"{HOSTILE} {'x' * 5000}", details={"stderr": "y\n" * 5000})
        for number in range(200)
    ]
    shown = [scenario(name=f"mine.s{number}", verdict="skipped", reason="z" * 1000) for number in range(500)]
    new = scenario(verdict="new", findings=tuple(one.id for one in many))
    text = render(report(new, *shown, findings=tuple(many), exit_status=1, notices=("n" * 1000,) * 21))
    assert MOST_CHARACTERS * 0.8 < len(text) <= MOST_CHARACTERS
    assert "- and 175 more tests" in text
    assert re.search(r"1\d\d more causes in the other formats", text)
    assert re.search(r"4\d\d more scenarios in the other formats", text)
    assert text.count("<details>") == text.count("</details>") == 2


def test_a_fleet_s_findings_name_the_campaigns_that_saw_them() -> None:
    shown = scenario(verdict="new", findings=("f1f1f1f1",))
    one = campaign(result(shown, findings=(finding(),), exit_status=1), "machine-a")
    text = render(merge([one, campaign(result(), "machine-b")]))
    assert "(campaign `machine-a`" in text and "(campaign `machine-b`" in text
    assert "seen by: machine-a\n" in text
