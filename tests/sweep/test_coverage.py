"""What a sweep says that it looked at: pairs, outcomes, windows, who holds what."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.record.coverage import CLEAN, HIT, LOCK, MISSED, NOT_TRIED, PairCoverage, Window, total
from harness.record.target import Target
from harness.sweep import campaign
from harness.sweep.jobs import Job, OperationInfo, jobs_of
from harness.sweep.points import Point
from harness.sweep.progress import Progress, by_address, holders, outcomes, windows
from harness.sweep.stops import Stop
from harness.sweep.worker import described

STORE, READ, ASK = (
    OperationInfo("store", "writer", 1),
    OperationInfo("read", "reader", 0),
    OperationInfo("ask", "reader", 0),
)
PAIRS = [
    (a, b) for a in (STORE, READ, ASK) for b in (STORE, READ, ASK) if a.actor != b.actor or a is not STORE
]
JOB = Job("store", "read", True, False, 0, 1, 1, True)
SYMPTOM = "violation | order | read"


def progress(*hows: str, chains: tuple[str, ...] = ()) -> Progress:
    points = [
        Point(16 * number, 1, tuple((chains or ["f"] * len(hows))[number].split("/")), frozenset())
        for number in range(len(hows))
    ]
    made = Progress(JOB, points, 100, complete=True)
    for point, how in zip(points, hows, strict=True):
        if how != NOT_TRIED:
            made.stops[point.key] = Stop(how, ("waiting",) if how == LOCK else ())
            made.symptoms[point.key] = (SYMPTOM,) if how == HIT else ()
    return made


def test_each_pair_comes_both_ways_round_with_caches_filled_and_emptied() -> None:
    jobs = jobs_of(PAIRS)
    assert len(set(jobs)) == len(jobs)
    assert {(job.a, job.b) for job in jobs} == {(a.name, b.name) for a, b in PAIRS}
    assert {(job.turns, job.warm) for job in jobs if (job.a, job.b) == ("store", "read")} == {
        (1, True),
        (2, True),
        (1, False),
        (2, False),
    }
    assert {job.warm for job in jobs if "store" not in (job.a, job.b)} == {True}, "nobody empties them"
    assert jobs[0].a_stores and not jobs[0].b_stores and jobs[0].warm and jobs[0].turns == 2
    for job in jobs:
        assert (job.reversed.a, job.reversed.b) == (job.b, job.a) and job.reversed.reversed == job


def test_hits_that_follow_one_another_are_one_window() -> None:
    made = progress(CLEAN, HIT, HIT, MISSED, HIT, CLEAN, HIT, NOT_TRIED)
    found = windows(made)
    assert [(one.symptom, one.points, one.first.address, one.last.address) for one in found] == [
        (SYMPTOM, 3, 16, 64),
        (SYMPTOM, 1, 96, 96),
    ]
    assert [one.before.address if one.before else None for one in found] == [0, 80]


def test_outcomes_add_up_to_the_points() -> None:
    made = progress(CLEAN, HIT, LOCK, MISSED, NOT_TRIED, NOT_TRIED)
    assert outcomes(made) == {CLEAN: 1, HIT: 1, LOCK: 1, MISSED: 1, NOT_TRIED: 2}
    assert sorted(how for _, how in by_address(made)) == sorted(
        [CLEAN, HIT, LOCK, MISSED, NOT_TRIED, NOT_TRIED]
    )


def test_what_holds_a_lock_is_the_function_that_all_excluded_points_are_in() -> None:
    chains = ("set", "set/store", "set/store/insert", "set/store/notify", "set")
    made = progress(CLEAN, LOCK, LOCK, LOCK, CLEAN, chains=chains)
    assert holders(made) == [(LOCK, "store", "waiting", 3)]


def test_coverage_survives_the_journal() -> None:
    pair = PairCoverage(
        a="store",
        b="read",
        turns=2,
        warm=True,
        bound=1,
        instructions=100,
        points=5,
        outcomes={CLEAN: 3, HIT: 1, NOT_TRIED: 1},
        lines={"Objects/typeobject.c": {"5": {CLEAN: 3}}},
        holders=((LOCK, "f", "g", 2),),
        windows=(Window(SYMPTOM, 1, ("f (a.c:1)",), ("f (a.c:2)",)),),
        seconds=0.5,
    )
    assert PairCoverage.from_json(pair.to_json()) == pair
    assert pair.reached == 4 and total([pair, pair])[CLEAN] == 6


def test_who_tells_what_its_stops_came_to_is_late_and_is_heard_to_the_end(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, free_threaded: Target
) -> None:
    ended: Any = object()
    stops = described(progress(CLEAN, HIT), [free_threaded.executable])
    done = {"event": "done", "reason": "budget"}
    told: list[str] = []

    def watch(command: Any, limits: Any, hear: Callable[[Any], None], stop: Callable[[], bool]) -> Any:
        assert stop(), "it has told nothing, and its time is over"
        hear(stops)
        assert not stop()
        assert not told, "what lasts for seconds would hold it up"
        hear(stops)
        hear(done)
        return ended

    monkeypatch.setattr(campaign, "watch", watch)
    spec: Any = {"budget_s": 1.0, "memory_limit_bytes": 1}
    with campaign.sweeps(campaign.Asked(), tmp_path).running() as run:
        assert run(free_threaded, spec, lambda event: told.append(event["event"]), lambda: True) is ended
    assert told == ["swept", "swept", "done"]
