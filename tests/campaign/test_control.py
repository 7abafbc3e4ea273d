"""Each finding is tried again with the GIL on, within the budget; what that showed is part of the finding."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from harness.campaign.grade import grade
from harness.record.result import Result
from tests.campaign.conftest import RunFake
from tests.campaign.fakes import fake_target
from tests.campaign.journals import HandWritten

Journal = Callable[[], list[Any]]
TEXT = "violation | order | fake.well | read"
FOUND = TEXT.replace("well", "finds")


def with_gil(result: Result) -> list[str]:
    """Of all findings but hangs: on a machine that is busy with other things a fake child may be taken for one."""
    return [finding.with_gil for finding in result.findings if finding.kind != "hang"]


def controls(journal: Journal) -> list[Any]:
    return [event for event in journal() if event["event"] == "control"]


def test_what_shows_with_the_gil_too_is_told(run_fake: RunFake, journal: Journal) -> None:
    assert with_gil(run_fake("finds", budget_s=3.0)) == ["observed"]
    control = controls(journal)[0]
    assert (control["signature"], control["children"], control["hits"]) == (FOUND, 1, 1)


def test_what_needs_parallelism_is_told(run_fake: RunFake) -> None:
    assert with_gil(run_fake("finds_without_gil", budget_s=3.0)) == ["not observed"]


def test_a_crash_is_tried_too(run_fake: RunFake) -> None:
    assert with_gil(run_fake("sigsegv", budget_s=3.0)) == ["observed"]


def test_a_run_that_stops_at_its_first_finding_still_tries_it(run_fake: RunFake) -> None:
    result = run_fake("finds_without_gil", "slow", budget_s=20.0, stop_at_first=True)
    assert with_gil(result) == ["not observed"]
    assert result.complete and result.elapsed_s < 15


def test_where_no_budget_is_left_nothing_is_tried(run_fake: RunFake, journal: Journal) -> None:
    assert with_gil(run_fake("finds", budget_s=0.1)) == ["not tried"]
    assert controls(journal) == []


def test_each_finding_is_tried_once(run_fake: RunFake, journal: Journal) -> None:
    run_fake("finds", "sigsegv", "exit_3", budget_s=6.0)
    tried = [control["signature"] for control in controls(journal)]
    assert len(tried) == len(set(tried)) >= 3
    assert FOUND in tried


def test_controls_count_neither_as_trials_nor_as_rounds() -> None:
    written = HandWritten().trial().finding().progress().ended()
    before = grade(written.events).totals
    written.add("control", signature=TEXT, children=1, hits=0, rounds=500, took_s=0.5)
    after = grade(written.end())
    assert after.totals == before
    assert with_gil(after) == ["not observed"]


def test_once_observed_with_the_gil_stays_observed() -> None:
    written = HandWritten().trial().finding().progress().ended()
    for hits in (0, 2, 0):
        written.add("control", signature=TEXT, children=3, hits=hits, rounds=5, took_s=0.5)
    assert with_gil(grade(json.loads(json.dumps(written.end())))) == ["observed"]


def test_a_control_of_something_else_changes_nothing() -> None:
    written = HandWritten().trial().finding().progress().ended()
    written.add("control", signature="crash | process | fake.well | SIGSEGV", children=1, hits=1, rounds=1)
    assert with_gil(grade(written.end())) == ["not tried"]


def test_a_build_that_has_no_choice_is_not_tried(run_fake: RunFake) -> None:
    target = fake_target(free_threaded=False, gil_enabled=True)
    written = HandWritten(target=target).trial().finding().progress().ended()
    assert with_gil(grade(written.end())) == ["not applicable"]
