"""Several journals are one report: sums, bounds computed anew, one finding for one signature."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harness.campaign.gather import gather
from harness.campaign.grade import Grader, grade
from harness.campaign.plan import STRESS, SWEEP
from harness.record.journal import JournalError
from tests.campaign.fakes import fake_scenario, fake_target
from tests.campaign.journals import HandWritten
from tests.report.sweeps import pair

FINALIZER = fake_scenario(name="type_attributes.finalizer_reads_class", needs_parallelism=False)


def write(folder: Path, events: list[Any]) -> Path:
    folder.mkdir()
    (folder / "journal.jsonl").write_text("".join(json.dumps(event) + "\n" for event in events))
    return folder


def quiet(tmp_path: Path, name: str, **changed: Any) -> Path:
    return write(tmp_path / name, HandWritten().trial().progress(**changed).ended().end())


def test_a_single_campaign_is_told_as_its_result_says(tmp_path: Path) -> None:
    events = HandWritten().trial().progress(rounds_hit=2).finding().ended().trial().progress().ended().end()
    report, result = gather([write(tmp_path / "a", events)]), grade(events)
    (one,) = report.campaigns
    assert one.result == result
    assert (report.scenarios, report.findings, report.totals) == (
        result.scenarios,
        result.findings,
        result.totals,
    )
    assert (report.exit_status, report.complete, report.elapsed_s) == (1, True, result.elapsed_s)


def test_several_quiet_campaigns_amount_to_one_longer_one(tmp_path: Path) -> None:
    report = gather([quiet(tmp_path, "a", overlap_ns=100), quiet(tmp_path, "b", rounds=90, overlap_ns=50)])
    (shown,) = report.scenarios
    assert (shown.trials, shown.rounds, shown.samples, shown.stores) == (2, 100, 4000, 200)
    assert (shown.verdict, shown.rate_per_round, shown.bound_95) == ("not observed", 0.0, 0.03)
    assert (shown.overlap, shown.cache_live) == (0.75, 0.9)
    assert (report.totals.rounds, report.totals.trials, report.exit_status) == (100, 2, 0)


def test_the_same_signature_is_one_finding_with_all_its_hits(tmp_path: Path) -> None:
    def saw(name: str, message: str, hits: int) -> Path:
        journal = HandWritten()
        for _ in range(hits):
            journal.trial().finding(message=message).progress(rounds_hit=1).ended()
        return write(tmp_path / name, journal.trial().progress().ended().end())

    report = gather([quiet(tmp_path, "a"), saw("b", "first", 1), saw("c", "second", 2)])
    (finding,) = report.findings
    assert (finding.message, finding.trials_hit, finding.trials_run) == ("first", 3, 6)
    assert report.sources == {finding.id: (str(tmp_path / "b"), str(tmp_path / "c"))}
    (shown,) = report.scenarios
    assert (shown.verdict, shown.findings, shown.rate_per_round) == ("new", (finding.id,), 3 / 60)
    assert (report.totals.findings, report.exit_status) == (1, 1)
    assert report.counting == {finding.id}


def test_what_is_known_on_one_version_and_new_on_another_is_new(tmp_path: Path) -> None:
    def saw(name: str, **target: Any) -> Path:
        journal = HandWritten(FINALIZER, target=fake_target(**target)).trial(FINALIZER.name)
        journal.finding(oracle="finalizer", where="finalizer").progress(rounds_hit=1)
        return write(tmp_path / name, journal.ended().end())

    old = {"version": "3.12.1", "version_info": (3, 12, 1), "free_threaded": False, "gil_enabled": True}
    known = saw("known", **old)
    assert (gather([known]).findings[0].known, gather([known]).exit_status) == ("gh-118492", 0)
    both = gather([known, saw("new")])
    assert (both.findings[0].known, both.exit_status, both.scenarios[0].verdict) == (None, 1, "new")
    assert both.findings[0].with_gil == "not tried"


@pytest.mark.parametrize(
    ("others", "status"), [([0, 3], 3), ([3, 130], 130), ([130, 1], 1), ([1, 4, 0], 4), ([0, 0], 0)]
)
def test_the_most_serious_status_is_the_fleet_s(tmp_path: Path, others: list[int], status: int) -> None:
    def journal(kind: int) -> list[Any]:
        begun = HandWritten().trial()
        if kind == 4:
            begun.said("failure", message="ZeroDivisionError", traceback="")
        if kind == 1:
            begun.finding()
        if kind != 3:
            begun.progress()
        return begun.ended().end(complete=kind != 130)

    report = gather([write(tmp_path / f"{at}", journal(kind)) for at, kind in enumerate(others)])
    assert [one.result.exit_status for one in report.campaigns] == others
    assert (report.exit_status, report.complete) == (status, 130 not in others)


def test_scenarios_that_only_some_have_run_stand_beside_each_other(tmp_path: Path) -> None:
    other = HandWritten(fake_scenario("other"), fake_scenario()).trial("fake.other").progress().ended()
    report = gather([quiet(tmp_path, "a"), write(tmp_path / "b", other.end())])
    assert {shown.name: shown.verdict for shown in report.scenarios} == {
        "fake.well": "not observed",
        "fake.other": "not observed",
    }
    assert set(report.infos) == {"fake.well", "fake.other"}


def test_what_a_sweep_covered_is_read_from_its_journal_and_several_are_put_together(tmp_path: Path) -> None:
    def swept(name: str, *operations: str) -> Path:
        journal = HandWritten(kind=SWEEP).trial().progress()
        for one in operations:
            journal.said("swept", scenario="fake.well", pair=pair(a=one).to_json())
        return write(tmp_path / name, journal.ended().end())

    raced = quiet(tmp_path, "raced")
    report = gather([swept("a", "store", "read"), raced, swept("b", "delete")])
    assert report.coverage == {"fake.well": [pair(a="store"), pair(a="read"), pair(a="delete")]}
    assert [one.kind for one in report.campaigns] == [SWEEP, STRESS, SWEEP]
    assert [one.name for one in report.of_kind(STRESS)] == [str(raced)]
    (shown,) = report.scenarios
    assert shown.rounds == 10, "what was raced has a rate, and stops are no part of it"
    assert gather([raced]).coverage == {}


def test_a_directory_without_a_campaign_is_named(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="nowhere holds no campaign"):
        gather([quiet(tmp_path, "a"), tmp_path / "nowhere"])
    with pytest.raises(JournalError, match="empty: the journal has no beginning"):
        gather([write(tmp_path / "empty", [])])


def test_the_starts_of_ended_trials_are_not_kept() -> None:
    journal, grader = HandWritten(), Grader()
    for _ in range(50):
        journal.trial().progress().finding().ended()
    for event in journal.end():
        grader.feed(event)
    assert not grader.trials and not grader.progress
    assert grader.result().findings[0].details["trial"] == 1


def test_the_journal_of_a_newer_harness_is_refused_in_one_sentence(tmp_path: Path) -> None:
    events = HandWritten().end()
    events[0]["schema"] += 1
    with pytest.raises(JournalError, match="use the harness that wrote it"):
        gather([write(tmp_path / "a", events)])
