"""The text report: everything a person needs, in 80 columns, from a Report alone."""

from __future__ import annotations

from typing import Any

import pytest

from harness.campaign.gather import merge
from harness.record.result import IdleAmplifier
from harness.report import html, markdown
from harness.report.findings import MAX_LINES, finding_text
from harness.report.text import render
from tests.campaign.journals import HandWritten
from tests.report import pages
from tests.report.samples import QUIET, WITH_GIL, campaign, finding, not_tried, report, result, scenario


def test_a_quiet_campaign_says_how_much_was_looked_at_and_never_safe() -> None:
    text = render(report(), width=80)
    assert "not observed: 0 in 51,234 rounds (181,234,567 samples); below 5.9e-05 a round at 95 %" in text
    assert "safe" not in text


@pytest.mark.parametrize("width", [40, 71, 72, 80, 120])
def test_the_table_fits_its_width_and_cuts_no_name(width: int) -> None:
    long = scenario(
        name="type_attributes.special_methods_replaced_while_called_through_super", verdict="not exercised"
    )
    lines = render(report(QUIET, long), width=width).splitlines()
    table = lines[1 : next(number for number, line in enumerate(lines) if line.startswith("not exercised:"))]
    assert max(map(len, table)) <= width
    first_column = "".join(
        line[:60].split("  ")[0] if line[:2] != "  " else line[2:].split(" ")[0] for line in table
    )
    assert "not exercised" in "".join(table) and "…" not in "".join(table)
    assert "special_methods_replaced_while_called_through_super" in first_column


def test_a_finding_is_told_whole() -> None:
    found = finding()
    text = render(
        report(scenario(verdict="new", findings=("f1f1f1f1",)), findings=(found,), exit_status=1), width=100
    )
    assert "NEW violation in type_attributes.subclass_read [f1f1f1f1]" in text
    assert "seen in 3 of 4 trials, first after 0.41 s · with the GIL: not observed" in text
    assert "first read gave #8, the read after it gave the older #7" in text
    assert "    Traceback\n      line one\n      line two" in text
    assert "  again: ftstress repro 'results/one#f1f1f1f1'" in text
    assert "found: 1 new finding in 51,234 rounds" in text


def test_what_the_target_said_moves_no_cursor_and_is_no_markup() -> None:
    text = render(report(findings=(finding(message="[red]\x1b[2J[/red]", details={"k\x07": "\x1b]0;t"}),)))
    assert "[red]\\x1b[2J[/red]" in text
    assert "\x1b" not in text and "\x07" not in text


def test_a_long_detail_is_shown_at_both_ends() -> None:
    many = "\n".join(f"line {number}" for number in range(1000))
    text = finding_text(finding(details={"stderr": many}))
    assert "line 0\n" in text and "line 999" in text and f"{1000 - MAX_LINES} lines left out" in text
    assert len(text.splitlines()) < MAX_LINES + 10


def test_known_findings_come_first_and_are_named_in_the_verdict() -> None:
    known = finding(id="f2f2f2f2", known="gh-118492", first_seen_s=9.0)
    text = render(report(findings=(finding(), known), exit_status=1))
    assert text.index("known (gh-118492) violation") < text.index("NEW violation")
    assert text.rstrip().endswith(
        "found: 1 new finding in 51,234 rounds (181,234,567 samples); known: gh-118492"
    )
    assert "nothing new in 51,234 rounds" in render(report(findings=(known,)))


def test_a_gil_build_is_announced_first_and_last() -> None:
    skipped = scenario(
        name="type_attributes.b", verdict="skipped", reason="needs parallelism", trials=0, rounds=0
    )
    lines = render(report(QUIET, skipped, target=WITH_GIL)).splitlines()
    assert (
        lines[1]
        == lines[-1]
        == ("CPython 3.12.1 with the GIL: only what needs no parallelism runs on it: 1 scenario, 1 skipped")
    )
    assert "skipped: type_attributes.b: needs parallelism" in lines


def test_one_reason_is_told_once() -> None:
    skipped = [
        scenario(name=f"s.{letter}", verdict="skipped", reason="needs parallelism") for letter in "abcde"
    ]
    text = render(report(*skipped, target=WITH_GIL, exit_status=3))
    assert text.count("needs parallelism\n") == 1
    assert "skipped: s.a, s.b, s.c and 2 more: needs parallelism" in text
    assert "not exercised: no verdict" in text


def test_what_was_not_tried_is_a_line_a_reason_and_no_row_each() -> None:
    never_met = scenario(name="mine.met", verdict="not exercised", reason="its actors never overlapped")
    hundred = not_tried(*(f"mine.s{number:03}" for number in range(100)))
    text = render(report(QUIET, never_met, *hundred))
    assert len(text.splitlines()) < 20
    assert "\nnot exercised: mine.s000, mine.s001, mine.s002 and 97 more: the budget was too short\n" in text
    assert "\n  met " in text and "not exercised: mine.met: its actors never overlapped" in text


def test_a_table_without_rows_is_left_out() -> None:
    text = render(report(*not_tried("mine.a", verdict="skipped", reason="needs parallelism"), exit_status=3))
    assert "samples stores" not in text and "\nskipped: mine.a: needs parallelism\n" in text


def test_what_was_not_drawn_stands_with_what_was_skipped() -> None:
    idle = tuple(IdleAmplifier(name, "needs Python 3.16", 2) for name in ("names", "bystander invalidator"))
    skipped = scenario(name="s.a", verdict="skipped", reason="tests nothing from Python 3.16 on")
    lines = render(report(QUIET, skipped, idle_amplifiers=idle)).splitlines()
    at = lines.index("skipped:   s.a: tests nothing from Python 3.16 on")
    assert (
        lines[at + 1]
        == "not drawn: names in 2 scenarios, bystander invalidator in 2 scenarios: needs Python 3.16"
    )


def test_of_several_targets_each_reason_says_where() -> None:
    idle = (IdleAmplifier("queue", "needs Python 3.14", 3),)
    both = merge([campaign(result(idle_amplifiers=idle), "one"), campaign(result(), "two")])
    assert "not drawn: queue in 3 scenarios: needs Python 3.14 (on CPython 3.13.5 free-threaded" in render(
        both
    )
    assert "queue in 3 scenarios" in markdown.render(both) and "queue in 3 scenarios" in html.render(both)


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"exit_status": 130, "complete": False}, "interrupted; until then not observed: 0 in 51,234 rounds"),
        ({"exit_status": 0, "complete": False}, "incomplete; so far not observed: 0 in 51,234 rounds"),
        ({"exit_status": 4}, "harness failure: this campaign gives no verdict"),
        ({"exit_status": 3}, "not exercised: no verdict in 51,234 rounds"),
    ],
)
def test_the_last_line_says_what_the_exit_status_means(changes: dict[str, Any], line: str) -> None:
    assert render(report(**changes)).splitlines()[-1].startswith(line)


def test_notices_are_shown() -> None:
    assert "note: rubbish in the pipe: \\x00" in render(report(notices=("rubbish in the pipe: \x00",)))


@pytest.mark.parametrize("width", [80, 120])
def test_pairs_are_a_row_a_subject_and_the_share_that_came_is_told(width: int) -> None:
    lines = render(pages.report(pages.paired()), width).splitlines()
    assert "19 of 30 pairs raced, 18 of them at once." in lines
    assert "1 of 48 triples raced, 1 of them at once." in lines
    rows = [line.split() for line in lines if line.startswith("  ")]
    assert ["stack", "9", "10", "8", "0", "10", "2.0k", "1", "new"] in rows
    assert ["quiet", "10", "10", "10", "1", "10", "2.0k", "0", "not", "observed"] in rows


def test_of_many_causes_a_dozen_is_told_whole_and_the_others_in_a_line_for_those_that_are_alike() -> None:
    journal = HandWritten().trial().progress()
    for number in range(30):
        journal.finding(where=f"read {number}", message=f"message {number}")
    text = render(pages.report(journal.ended()), 80)
    assert text.count("signature: ") == 12
    assert "18 more causes, in short:" in text
    (line,) = [line for line in text.splitlines() if line.startswith("  NEW violation in fake.well: read ")]
    assert line.endswith("and 15 more")
