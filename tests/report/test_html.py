"""The page: all that was found is on it, small, and nothing that a target said is markup."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from itertools import combinations_with_replacement

import pytest

from harness.campaign.plan import PAIRS
from harness.record.calibration import Calibration
from harness.report.html import WITH_GIL, calibration_page, render
from tests.campaign.fakes import fake_scenario, fake_target
from tests.campaign.journals import HandWritten
from tests.report import pages
from tests.report.markup import Page
from tests.report.test_calibration import calibration, hit, run

CALIBRATED = calibration(run("(base)"), run("f", 1, hit(1.0)), run("<h>"))
MOST_BYTES = 5_000_000


def page(*journals: HandWritten, calibrations: tuple[Calibration, ...] = ()) -> Page:
    return Page(render(replace(pages.report(*journals), calibrations=calibrations)))


def test_verdict_and_target_stand_before_everything_else() -> None:
    words = page(pages.quiet()).words()
    verdict = "not observed: 0 in 10 rounds (2,000 samples); below 0.3 a round at 95 %"
    assert verdict in words
    assert words.index(verdict) < words.index("CPython 3.13.5 free-threaded") < words.index("Over time")
    assert "safe" not in words


def test_a_finding_is_told_with_its_columns_stack_and_gil_control() -> None:
    report = pages.report(pages.busy())
    text = Page(render(report)).text
    for finding in report.findings:
        assert finding.message in text and finding.signature in text
    assert pages.HISTORY.strip("\n") in text
    assert pages.STACK.strip("\n") in text and "_PyType_Lookup\ntype_getattro" in text
    assert text.count("with the GIL: not tried") == len(report.findings) == 3
    assert (
        text.count("No script that shows it without the harness has been made: ftstress script makes one")
        == 2
    )


@pytest.mark.parametrize("tried", WITH_GIL)
def test_the_gil_control_is_told_in_words(tried: str) -> None:
    report = pages.report(pages.busy())
    (first, *others) = report.causes
    tried_so = replace(first.faces[0], with_gil=tried)  # type: ignore[arg-type]  # a key
    changed = replace(report, causes=(replace(first, faces=(tried_so,)), *others))
    assert f"with the GIL: {WITH_GIL[tried]}" in Page(render(changed)).words()  # type: ignore[index]  # the same


def test_a_known_finding_names_its_issue_and_shows_the_program_that_proves_it() -> None:
    words = page(pages.busy()).words()
    assert "ftstress-0001: C.__module__ = v ends the cached entries before it stores" in words
    assert "Program that shows ftstress-0001 without the harness" in words
    assert "import sys, threading, time" in words


def test_a_recorded_script_is_shown_whole() -> None:
    script = "\n".join(f"print('step {number} of it')" for number in range(300))
    journal = HandWritten().trial().progress().finding(details={"script": script}).ended()
    assert script in page(journal).text


def test_each_finding_has_an_id_to_link_to_and_no_link_leads_nowhere() -> None:
    report = pages.report(pages.busy())
    shown = Page(render(report))
    assert {finding.id for finding in report.findings} < shown.ids
    inside = [link[1:] for link in shown.values("href") if link.startswith("#")]
    assert set(inside) <= shown.ids
    assert {finding.id for finding in report.findings} < set(inside)


def test_a_command_runs_the_same_trials_again() -> None:
    text = page(pages.busy()).text
    assert f"ftstress run fake.well --target {fake_target().executable} --seed 7 -x\n" in text
    assert "--seed 7 -x --strict" in text  # what is known does not count otherwise


def test_scenarios_that_were_not_exercised_are_named_with_the_reason() -> None:
    words = page(pages.busy()).words()
    assert "1 skipped: needs Python 3.99 fake.skipped" in words
    assert "1 not exercised: no trial of it was started: the budget was too short fake.never" in words
    assert "a line that was no event" in words


def test_the_map_has_a_square_a_setting_with_trials_samples_and_hits() -> None:
    titles = page(pages.busy()).values("title")
    assert titles.count("fan_out 30: 1 trial, 2.0k samples, 1 hit") == 3
    assert "fan_out 30: 1 trial, 2.0k samples, 0 hits" in page(pages.quiet()).values("title")


def test_time_has_the_moment_at_which_each_finding_was_first_seen() -> None:
    shown = page(pages.busy())
    assert shown.words().count("known violation in type_attributes.set_module after 7.0 s") == 1
    assert shown.tags.count("rect") >= 3


def test_a_fleet_is_one_page() -> None:
    words = page(pages.busy(), pages.busy(), pages.quiet()).words()
    assert "in 3 campaigns" in words
    assert "seen in 2 of 3 trials" in words and "by results/1, results/2" in words
    assert words.count("Samples a second, and findings in results/") == 3
    assert "results/3 CPython 3.13.5 free-threaded 7" in words


def test_a_calibration_beside_a_campaign_is_shown_on_its_page() -> None:
    words = page(pages.quiet(), calibrations=(CALIBRATED,)).words()
    assert "False alarms on the base: 0 in 1 run" in words and "34 to" not in words
    assert "Calibration" not in page(pages.quiet()).words()


def test_a_calibration_has_a_page_of_its_own() -> None:
    shown = Page(calibration_page(CALIBRATED))
    assert "1 of 2 faults detected, 0 false alarms on the base" in shown.words()
    assert "circle" in shown.tags and "<h>" in shown.text


def test_nothing_from_a_target_is_markup() -> None:
    text = render(pages.report(pages.hostile()))
    shown = Page(text)
    assert not {"script", "img", "iframe", "object", "embed", "base", "form", "input"} & set(shown.tags)
    assert [
        name for _, name, _ in shown.attributes if name.startswith("on") or name in ("src", "srcset")
    ] == []
    assert [link for link in shown.values("href") if not link.startswith(("#", "https://"))] == []
    assert shown.tags.count("style") == 1
    assert set(shown.values("http-equiv")) == {"Content-Security-Policy"}
    for said in (
        "</script><script>document.title='taken'</script>",
        "{{ 7 * 7 }}{% raw %}",
        "&lt;b&gt; &amp;amp;",
    ):
        assert shown.text.count(said) > 5


def test_nothing_from_a_target_moves_a_cursor_or_turns_the_writing_round() -> None:
    text = render(pages.report(pages.hostile()))
    text.encode("utf-8")
    assert {char for char in text if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")} == {
        "\n"
    }
    assert "broken \\ud800 UTF-8 \\udcff" in Page(text).text


def test_a_message_of_ten_megabytes_leaves_both_its_ends() -> None:
    message = "begins <" + "&" * 10_000_000 + "> ends"
    text = render(pages.report(HandWritten().trial().progress().finding(message=message).ended()))
    assert len(text) < 300_000
    words = Page(text).words()
    assert "begins <&&&" in words and "&&&> ends" in words and "characters left out" in words


def test_pairs_are_a_table_of_operations_by_operations_a_subject() -> None:
    report = pages.report(pages.paired())
    shown = Page(render(report))
    words = shown.words()
    (found,) = report.findings
    assert "19 of 30 pairs raced, 18 of them at once. 1 of 48 triples raced, 1 of them at once." in words
    assert (
        "pairs.stack: 4 operations, 10 pairs: 1 new, 7 nothing seen, 1 never overlapped, 1 not raced" in words
    )
    assert "1 subject of which all pairs were raced, and nothing was seen" in words
    assert "pairs.never" not in words.partition("Pairs of operations")[2].partition("Targets")[0]
    titles, states = shown.values("title"), [value for tag, _, value in shown.attributes if tag == "td"]
    assert "operation_number_0+operation_number_0 4.0k" in titles, "mixed rows are counted with its own"
    assert "operation_number_0+operation_number_1 0 of 20" in titles
    assert "operation_number_0+operation_number_2" in titles
    assert [states.count(name) for name in ("new", "known", "apart", "unraced")] == [1, 0, 1, 1]
    places = "over time, head of the finding, table of scenarios, cell of its pair"
    assert shown.values("href").count(f"#{found.id}") == len(places.split(", "))


def test_the_whole_catalogue_of_pairs_is_on_a_page_of_its_size() -> None:
    names = [f"item_{number}" for number in range(17)]
    pairs = tuple("+".join(pair) for pair in combinations_with_replacement(names, 2))
    subjects = [
        fake_scenario(name=f"pairs.subject_{number}", pairs=pairs, writing_pairs=9) for number in range(500)
    ]
    journal = HandWritten(*subjects, kind=PAIRS)
    for number, one in enumerate(subjects):
        journal.trial(one.name).progress()
        journal.said("mixed", scenario=one.name, raced=[(pair, 4_000, 3_210) for pair in pairs])
        for pair in pairs[: number // 10]:
            stderr = "x" * 9000
            journal.finding(scenario=one.name, where=pair, message="<&>" * 99, details={"stderr": stderr})
        journal.ended()
    text = render(pages.report(journal))
    assert len(text.encode()) < MOST_BYTES
    shown = Page(text)
    assert sum(" 3.2k" in title for title in shown.values("title")) == len(subjects) * len(pairs) > 60_000
    assert {link[1:] for link in shown.values("href") if link.startswith("#")} <= shown.ids


def test_the_page_stays_small_however_much_there_was_to_tell() -> None:
    scenarios = [fake_scenario(name=f"fake.{'long_' * 60}{number}", doc="&" * 5000) for number in range(1200)]
    journal = HandWritten(*scenarios)
    for scenario in scenarios:
        journal.trial(scenario.name).progress()
        journal.finding(
            message="<&>" * 5000, details={"stderr": "\U0001fffe" * 9000, "x": "&" * 9000}
        ).ended()
    text = render(pages.report(journal))
    assert len(text.encode()) < MOST_BYTES
    shown = Page(text)
    words = shown.words()
    assert {link[1:] for link in shown.values("href") if link.startswith("#")} <= shown.ids
    assert "more findings left out: result.json has all of them" in words
    assert "more scenarios" in words
