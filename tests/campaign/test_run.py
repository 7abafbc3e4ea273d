"""What a campaign does when nothing goes wrong."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.campaign import kind, plan, run, trial
from harness.campaign.grade import grade
from harness.campaign.options import Options
from harness.campaign.run import WORTH_STARTING_S, run_campaign
from tests.campaign.conftest import RunFake
from tests.campaign.fakes import fake_scenario, fake_target

Journal = Callable[[], list[Any]]


def test_every_event_is_in_the_journal_and_told_in_the_same_order(
    fake_children: None, tmp_path: Path
) -> None:
    told: list[Any] = []
    run_campaign(fake_target(), [fake_scenario()], Options(0.5, 1, jobs=1), tmp_path, told.append)
    lines = (tmp_path / "journal.jsonl").read_text().splitlines()
    assert [json.loads(json.dumps(event)) for event in told] == [json.loads(line) for line in lines]
    assert [event["event"] for event in told[:4]] == ["campaign", "trial_start", "hello", "progress"]
    assert [event["event"] for event in told[-2:]] == ["trial_end", "campaign_end"]


def test_the_listener_is_called_from_the_calling_thread_only(fake_children: None, tmp_path: Path) -> None:
    threads: set[threading.Thread] = set()
    scenarios = [fake_scenario("well"), fake_scenario("finds")]
    run_campaign(
        fake_target(),
        scenarios,
        Options(1.0, 1),
        tmp_path,
        lambda event: threads.add(threading.current_thread()),
    )
    assert threads == {threading.current_thread()}


def test_the_result_on_disk_is_the_journal_graded(
    run_fake: RunFake, journal: Journal, tmp_path: Path
) -> None:
    result = run_fake("well", "finds", "sigsegv", "no_samples", budget_s=2.0)
    assert grade(journal()) == result
    assert json.loads((tmp_path / "out" / "result.json").read_text()) == json.loads(
        json.dumps(result.to_json())
    )


def test_every_scenario_runs_once_before_any_runs_twice(run_fake: RunFake, journal: Journal) -> None:
    names = ("well", "finds", "exit_0", "no_samples", "sigsegv")
    run_fake(*names, budget_s=3.0)
    started = [event["scenario"] for event in journal() if event["event"] == "trial_start"]
    assert len(started) >= len(names)
    assert {name.rpartition(".")[2] for name in started[: len(names)]} == set(names)


def test_x_stops_at_the_first_finding_that_counts(run_fake: RunFake, journal: Journal) -> None:
    result = run_fake("finds", "slow", "well", budget_s=600.0, stop_at_first=True)
    assert (result.exit_status, result.complete) == (1, True)
    assert [event["reason"] for event in journal() if event["event"] == "campaign_end"] == ["found"]


@pytest.mark.parametrize(("jobs", "at_once"), [(1, 1), (3, 3)])
def test_jobs_is_how_many_trials_run_beside_each_other(
    run_fake: RunFake, journal: Journal, jobs: int, at_once: int
) -> None:
    run_fake("well", "finds", "no_samples", "slow", budget_s=2.0, jobs=jobs)
    running = most = 0
    for event in journal():
        running += (event["event"] == "trial_start") - (event["event"] == "trial_end")
        most = max(most, running)
    assert most == at_once


def test_trials_beside_each_other_have_no_more_threads_than_there_are_cores(
    run_fake: RunFake, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "cores", lambda: 5)
    run_fake("well", "finds", "no_samples", "slow", budget_s=2.0)
    leaves: dict[int, float] = {}
    begun: dict[int, Any] = {}
    most = 0
    for event in journal():
        if event["event"] == "trial_start":
            begun[event["trial"]] = event
            leaves[event["trial"]] = event["at_s"] + event["budget_s"] + run.OVERDUE_S
            racing = [number for number in begun if leaves[number] > event["at_s"]]
            most = max(most, sum(begun[number]["threads"] for number in racing))
        elif event["event"] == "hello":
            leaves[event["trial"]] = event["at_s"] + begun[event["trial"]]["budget_s"] - kind.LEAD_S
        elif event["event"] == "trial_end":
            del begun[event["trial"]]
    assert most == 4


def test_a_trial_that_hangs_keeps_no_others_from_the_cores(
    run_fake: RunFake, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "cores", lambda: 2)
    monkeypatch.setattr(plan, "LONGEST_S", 0.5)
    monkeypatch.setattr(run, "OVERDUE_S", 0.1)
    monkeypatch.setattr(trial, "SILENCE_S", 3.0)
    run_fake("silent", "well", budget_s=8.0)
    told = [(event["event"], event.get("scenario")) for event in journal()]
    begun = told.index(("trial_start", "fake.silent"))
    assert ("trial_end", "fake.well") in told[begun : told.index(("trial_end", "fake.silent"))]


def test_a_budget_below_a_trial_still_runs_one(run_fake: RunFake) -> None:
    assert run_fake("well", budget_s=0.01).totals.trials == 1


def test_trials_of_one_thread_are_short_and_end_no_campaign(fake_children: None, tmp_path: Path) -> None:
    alone = [fake_scenario(name=f"fake.well_{number}", actors={"writer": 1}) for number in range(20)]
    options = Options(3.0, 1, jobs=1)
    assert plan.trial_length(alone, options, {}) * plan.ALONE < WORTH_STARTING_S
    result = run_campaign(fake_target(), alone, options, tmp_path, lambda event: None)
    assert result.totals.trials > 3


def test_nothing_that_the_target_can_run_is_no_pass(fake_children: None, tmp_path: Path) -> None:
    target = fake_target(free_threaded=False, gil_enabled=True)
    result = run_campaign(target, [fake_scenario()], Options(600, 1), tmp_path, lambda event: None)
    assert (result.exit_status, result.totals.trials) == (3, 0)
    assert result.scenarios[0].verdict == "skipped"
