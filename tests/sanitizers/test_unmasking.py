"""What dominates is left out of later children; what a person leaves out has a reason, and is told when it is stale."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harness.campaign.options import CampaignError
from harness.campaign.suppressions import FILE, Suppression, load
from harness.campaign.unmask import LEAST, Unmasking
from harness.cli import main
from harness.diagnosis.sanitizers.parse import parse
from harness.diagnosis.sanitizers.told import finding
from harness.record.events import Event
from harness.record.journal import read_journal
from tests.sanitizers import samples
from tests.sanitizers.test_children import RACE, Run, run

__all__ = ["run"]

GIVEN = Suppression("race_top:^store_it$", "gh-123456", "a counter that nobody reads")


class Course:
    """A campaign's events, as they come."""

    def __init__(self, folder: Path, scenarios: int) -> None:
        self.unmasking = Unmasking(folder)
        self.trials = 0
        self.feed({"event": "campaign", "scenarios": [{}] * scenarios})

    def feed(self, event: Any) -> None:
        self.unmasking.feed(event)

    def trial(self, *reports: str) -> None:
        self.trials += 1
        for text in reports:
            report = parse(text.split("\n", 1)[1].partition("SUMMARY")[0])
            assert report is not None
            self.feed(finding(report) | {"trial": self.trials})
        self.feed({"event": "trial_end", "trial": self.trials})

    def due(self, all_came: bool = True) -> list[str]:
        event = self.unmasking.due(all_came, 1.0)
        if event is None:
            return []
        self.feed(event)
        return [one["pattern"] for one in event["suppressions"]]


def test_what_comes_in_most_trials_is_suppressed_once_all_scenarios_have_come(tmp_path: Path) -> None:
    course = Course(tmp_path, 6)
    for number in range(6):
        assert course.due(all_came=number == 5) == []
        course.trial(samples.race())
    assert course.due(all_came=False) == []
    # The read's innermost frame is a header's, compiled into all that read atomically: that would hide them all.
    assert course.due() == ["race_top:^store_it$"]
    lines = (tmp_path / FILE.format(1)).read_text().splitlines()
    assert lines == [f"# came in 6 of 6 trials: {RACE}", "race_top:^store_it$"]
    assert Path(course.unmasking.file) == (tmp_path / FILE.format(1)).resolve()
    assert course.due() == []


def test_what_is_rare_is_not(tmp_path: Path) -> None:
    course = Course(tmp_path, 40)
    for number in range(40):
        course.trial(*([samples.race()] if number % 8 == 0 else []))
    assert course.due() == [] and course.unmasking.file == ""
    assert not (tmp_path / FILE).exists()


def test_the_function_of_fewer_other_races_is_taken_and_one_of_many_never(tmp_path: Path) -> None:
    course = Course(tmp_path, LEAST)
    loop = [("loop", "Python/loop.c", 1)]
    often = [samples.race(loop, [(f"read_{n}", "Objects/a.c", n)]) for n in range(9)]
    for _ in range(LEAST):
        course.trial(*often, samples.race(loop, loop))
    # Each is told apart by its reader; the one of the loop with itself would hide all of them.
    assert sorted(course.due()) == [f"race_top:^read_{n}$" for n in range(9)]


def test_a_compiler_s_clone_of_a_function_is_suppressed_by_its_own_name(tmp_path: Path) -> None:
    course = Course(tmp_path, 1)
    for _ in range(LEAST):
        course.trial(samples.race([("fill_in.isra.0", "Objects/fill.c", 7)], samples.LOAD))
    assert course.due() == ["race_top:^fill_in."]


def test_a_campaign_s_later_children_do_not_report_it_and_others_show(run: Run, tmp_path: Path) -> None:
    result = run("suppressed", budget_s=6.0)
    assert any("Objects/rare.c:rare" in found.where for found in result.findings)
    (notice,) = (one for one in result.notices if "race_top:^store_it$" in one)
    assert notice.startswith("suppressed from then on, so that others show: race_top:^store_it$, ")
    assert " 0 reports" not in notice
    events: list[Event] = list(read_journal(tmp_path / "out"))
    at = next(n for n, event in enumerate(events) if event["event"] == "suppressed")
    # By default nothing is: the first children report all.
    assert any(event["event"] == "finding" and event["where"] == RACE for event in events[:at])


def test_a_person_s_is_given_to_all_children_and_one_that_matches_nothing_is_stale(run: Run) -> None:
    stale = Suppression("race_top:gone", "gh-7", "no more")
    result = run("suppressed", given=[GIVEN, stale])
    assert all(found.where != RACE for found in result.findings)
    assert (
        "the suppression race_top:gone (gh-7) matched nothing: it is stale, or too little was run"
        in result.notices
    )
    (told,) = (one for one in result.notices if one.startswith("suppressed: "))
    assert "race_top:^store_it$" in told and "(gh-123456: a counter that nobody reads)" in told


def test_a_list_has_a_line_each_with_issue_and_reason(tmp_path: Path) -> None:
    path = tmp_path / "list"
    path.write_text("# remark\n\nrace_top:^store_it$  gh-123456  a counter that nobody reads\n")
    assert load(path) == (GIVEN,)


@pytest.mark.parametrize(
    "line", ["race_top:store_it", "race_top:store_it gh-1", "race:store_it gh-1 why", "store_it gh-1 why"]
)
def test_a_line_that_is_none_is_refused_with_its_number(tmp_path: Path, line: str) -> None:
    path = tmp_path / "list"
    path.write_text(f"# one\n{line}\n")
    with pytest.raises(CampaignError, match=r"line 2: a line is race_top:FUNCTION gh-NUMBER REASON, and"):
        load(path)
    with pytest.raises(CampaignError, match="cannot be read"):
        load(tmp_path / "missing")


def test_a_target_without_the_sanitizer_has_nothing_to_suppress(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from harness.cli import run as command
    from tests.campaign.fakes import fake_target

    monkeypatch.setattr(command, "resolve", lambda spec, tell: fake_target())
    monkeypatch.setattr(command, "choose", lambda target, patterns: [])
    path = tmp_path / "list"
    path.touch()
    assert main(["run", "--suppressions", str(path), "--out", str(tmp_path / "out")]) == 2
    assert "are a thread sanitizer's" in capsys.readouterr().err
