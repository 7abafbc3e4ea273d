"""How a campaign went over time and by setting: nothing is lost, and what is kept does not grow."""

from __future__ import annotations

from typing import Any

from harness.record.course import MOST_MOMENTS, Cell, Course, CourseTaker


def start(trial: int, at_s: float, scenario: str = "s.reads", **knobs: int) -> Any:
    return {"event": "trial_start", "trial": trial, "at_s": at_s, "scenario": scenario, "knobs": knobs}


def progress(trial: int, at_s: float, samples: int, rounds: int = 0) -> Any:
    return {"event": "progress", "trial": trial, "at_s": at_s, "samples": samples, "rounds": rounds}


def finding(trial: int, at_s: float) -> Any:
    return {"event": "finding", "trial": trial, "at_s": at_s}


def end(trial: int, at_s: float) -> Any:
    return {"event": "trial_end", "trial": trial, "at_s": at_s}


def course(*events: Any) -> Course:
    taker = CourseTaker()
    for event in events:
        taker.add(event)
    return taker.course()


def test_what_a_trial_made_is_spread_over_the_time_in_which_it_was_made() -> None:
    went = course(start(1, 0.0), progress(1, 8.0, 8000, 80), {"event": "campaign_end", "at_s": 16.0})
    width = went.moments[1].at_s
    first_half = [moment for moment in went.moments if moment.at_s + width <= 8.0]
    assert {moment.samples for moment in first_half} == {round(8000 * width / 8)}
    assert sum(moment.samples for moment in went.moments if moment.at_s > 8.0) == 0
    assert went.moments[-1].at_s <= 16.0 < went.moments[-1].at_s + width


def test_a_trial_tells_all_it_has_made_and_only_what_is_new_is_added() -> None:
    went = course(start(1, 0.0, readers=2), progress(1, 1.0, 700, 7), progress(1, 2.0, 1001, 10), end(1, 2.0))
    assert sum(moment.samples for moment in went.moments) == 1001
    assert sum(moment.rounds for moment in went.moments) == 10
    assert went.cells == (Cell("s.reads", "readers", 2, 1, 1001, 0),)


def test_nothing_is_lost_however_often_the_moments_get_wider() -> None:
    taker = CourseTaker()
    for trial in range(1, 3001):
        at_s = trial**1.5
        for event in (
            start(trial, at_s, readers=trial % 3),
            progress(trial, at_s + 0.3, 7, 1),
            finding(trial, at_s + 0.4),
            progress(trial, at_s + 0.9, 13, 3),
            end(trial, at_s + 1.0),
        ):
            taker.add(event)
        went = taker.course()
        assert len(went.moments) <= MOST_MOMENTS
    assert len(went.moments) > MOST_MOMENTS / 2
    assert sum(moment.samples for moment in went.moments) == 13 * 3000
    assert sum(moment.rounds for moment in went.moments) == 3 * 3000
    assert sum(moment.findings for moment in went.moments) == 3000
    assert {b.at_s - a.at_s for a, b in zip(went.moments, went.moments[1:], strict=False)} == {
        went.moments[1].at_s
    }


def test_a_trial_with_two_findings_is_one_hit_and_two_tellings() -> None:
    went = course(start(1, 0.0, readers=1), finding(1, 0.1), finding(1, 0.2), start(2, 0.3, readers=1))
    assert went.cells == (Cell("s.reads", "readers", 1, 2, 0, 1),)
    assert sum(moment.findings for moment in went.moments) == 2


def test_each_value_of_each_amplifier_is_a_cell_of_its_scenario() -> None:
    went = course(start(1, 0.0, "s.b", fan_out=30, readers=2), start(2, 0.0, "s.a", readers=2))
    assert [(cell.scenario, cell.amplifier, cell.value) for cell in went.cells] == [
        ("s.a", "readers", 2),
        ("s.b", "fan_out", 30),
        ("s.b", "readers", 2),
    ]


def test_what_ran_when_the_manager_was_killed_says_nothing_more() -> None:
    went = course(
        start(1, 0.0, readers=1),
        progress(1, 1.0, 50),
        {"event": "resume", "at_s": 1.5},
        progress(1, 2.0, 99),
        progress(7, 2.0, 99),
    )
    assert sum(moment.samples for moment in went.moments) == 50


def test_an_empty_journal_has_no_course() -> None:
    assert course({"event": "campaign", "at_s": 0.0}) == Course((), ())
