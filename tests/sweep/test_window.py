"""A target whose window is known to the instruction: two stores that belong together, and who looks between them."""

from __future__ import annotations

import operator
from collections import defaultdict

import pytest

from harness.record.coverage import CLEAN, HIT, OFF
from harness.record.target import Target
from harness.sweep import sweeper
from harness.sweep.jobs import Job
from harness.sweep.passes import STRIDES
from harness.sweep.points import Listing, Point, list_points
from harness.sweep.progress import windows
from harness.sweep.ptrace import SIGTRAP
from harness.sweep.scene import Scene, Seen
from tests.sweep.conftest import MakeScene, both_ways, job_of, swept

TWO_STORES = """
class Two:
    __slots__ = ("first", "second")

class Equal(Oracle):
    "Whoever looks in one go at what is stored in two sees it halfway."
    name = "equal"
    @staticmethod
    def judge(first, second):
        return first != second

class Sample(Scenario):
    "Two stores into slots that belong together."
    oracle = Equal()
    def prepare(self, knobs):
        self.two = Two()
        self.two.first = self.two.second = 0
    @operation(actor="writer", stores=1)
    def store(self, n):
        self.two.first = n
        self.two.second = n
    @operation(actor="reader")
    def read(self):
        return self.two.first, self.two.second
"""
STORE = "PyMember_SetOne"


def unmerged(made: Scene, job: Job, traced: bool) -> Listing:
    """Each instruction a point."""
    listing = list_points(made.steps(job, traced), made.program, made.accesses, merge=False)
    assert made.stage.is_traced == traced
    made.stage.let_b_pass()
    made.stage.end_turn()
    return listing


@both_ways
@pytest.mark.targets
def test_the_window_is_what_lies_between_the_two_stores(scene: MakeScene, by_ptrace: bool) -> None:
    stage = scene(TWO_STORES, functions=f":{STORE}$", by_ptrace=by_ptrace)
    job = job_of(stage, "store", "read")
    listing = unmerged(stage, job, by_ptrace)
    first = [point for point in listing.points if point.occurrence == 1]
    second = [point for point in listing.points if point.occurrence == 2]
    assert [point.address for point in first] == [point.address for point in second], "it is called twice"
    outcomes = [stage.show(job, point).stop.how for point in listing.points]
    assert stage.stage.is_traced == by_ptrace
    begins, ends = outcomes.index(HIT), len(outcomes) - outcomes[::-1].index(HIT)
    assert outcomes[begins:ends] == [HIT] * (ends - begins), "one window, without gaps"
    assert outcomes[:begins] == [CLEAN] * begins
    assert outcomes[ends:] == [CLEAN] * (len(outcomes) - ends)
    # It opens behind the instruction that stores the first time, and closes behind the same one the second time.
    assert listing.points[begins - 1].address == listing.points[ends - 1].address
    assert (listing.points[begins - 1].occurrence, listing.points[ends - 1].occurrence) == (1, 2)


def test_a_listing_begins_where_the_operation_does(scene: MakeScene) -> None:
    made = scene(TWO_STORES, functions=f":{STORE}$")
    stage = made.stage
    stage.fresh(job_of(made, "store", "read"))
    assert not stage.inside(stage.a)
    assert stage.enter(stage.a) == SIGTRAP and stage.inside(stage.a)
    stage.go(stage.a)
    stage.until_gate(stage.a)
    assert not stage.inside(stage.a)


def test_without_debug_registers_the_same_is_found_by_stepping(scene: MakeScene) -> None:
    stage = scene(TWO_STORES, functions=f":{STORE}$", stepping=True)
    job = job_of(stage, "store", "read")
    listing = stage.list(job)
    assert isinstance(listing, Listing)
    outside, inside = listing.points[0], next(one for one in listing.points if one.occurrence == 2)
    assert [stage.show(job, point).stop.how for point in (outside, inside)] == [CLEAN, HIT]


@both_ways
def test_merging_points_loses_no_window(scene: MakeScene, by_ptrace: bool) -> None:
    stage = scene(TWO_STORES, by_ptrace=by_ptrace)
    job = job_of(stage, "store", "read")
    every = unmerged(stage, job, by_ptrace)
    merged = stage.list(job)
    assert isinstance(merged, Listing)
    assert {point.key for point in merged.points} < {point.key for point in every.points}
    assert merged.instructions == every.instructions == len(every.points)
    kept = {point.key for point in merged.points}
    how = CLEAN
    for point in every.points:
        found = stage.show(job, point).stop.how
        if point.key in kept:
            how = found
        assert found == how, f"{point} differs from the point that stands for it"


@both_ways
def test_a_hit_is_told_once_replayed_and_has_its_window(scene: MakeScene, by_ptrace: bool) -> None:
    stage = scene(TWO_STORES, functions=f":{STORE}$", by_ptrace=by_ptrace)
    sweeper, told, jobs = swept(stage)
    (found,) = told
    assert (found["kind"], found["oracle"], found["where"]) == ("violation", "equal", "read")
    details = found["details"]["sweep"]
    assert (details["a"], details["b"], details["replayed"]) == ("store", "read", "3 of 3")
    assert details["point"]["calls"][-1] == STORE and details["point"]["instruction"]
    read = [seen for thread, operation, seen in details["steps"] if (thread, operation) == ("B", "read")]
    assert read[0] == "(3, 2)"
    assert sweeper.counts.rounds == sum(len(job.stops) for job in jobs)
    hit = [job for job in jobs if windows(job)]
    assert {job.job.a for job in hit} == {"store"} and len(windows(hit[0])) == 1
    (window,) = windows(hit[0])
    assert window.symptom == "violation | equal | read" and window.points == sum(
        stop.how == HIT for stop in hit[0].stops.values()
    )


def test_what_one_process_hides_is_looked_for_in_others(scene: MakeScene, free_threaded: Target) -> None:
    stage = scene(TWO_STORES, functions=f":{STORE}$")
    children: dict[Job, set[int]] = defaultdict(set)
    show = stage.show

    def noted(
        job: Job, point: Point, other: Point | None = None, *, anew: bool = False, look: bool = False
    ) -> Seen:
        seen = show(job, point, other, anew=anew, look=look)
        if not anew:  # replays belong to the stop that they repeat
            children[job].add(stage.stage.pid)
        return seen

    stage.show = noted  # type: ignore[method-assign]
    _, _, jobs = swept(stage)
    # Where no place follows from addresses there is nothing to hide.
    strides = 1 if free_threaded.version_info >= (3, 16) else len(STRIDES)
    off = [one.job for one in jobs if one.job.specialized == OFF]
    # Where there is a specializer the child changes between the passes, too.
    enough = operator.ge if free_threaded.version_info >= (3, 14) else operator.eq
    assert all(enough(len(children[one.job]), min(strides, len(one.points))) for one in jobs)
    assert enough(len(set().union(*(children[job] for job in off))), strides)
    assert all(len(one.stops) == len(one.points) for one in jobs), "no point is left out, whatever its stride"


def test_with_two_stops_a_reader_is_torn_in_the_middle(scene: MakeScene) -> None:
    stage = scene(TWO_STORES, functions=":PyMember_(Set|Get)One$")
    job = job_of(stage, "read", "store")
    mine, theirs = stage.list(job), stage.list(job.reversed)
    assert isinstance(mine, Listing) and isinstance(theirs, Listing)
    seen = [stage.show(job, point, other) for point in mine.points[::3] for other in theirs.points[::3]]
    assert {one.stop.how for one in seen} == {CLEAN, HIT}
    assert all(one.findings for one in seen if one.stop.how == HIT)


@pytest.mark.targets
def test_what_is_stopped_again_comes_to_the_same(scene: MakeScene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeper, "REPEATED", 7)
    _, _, jobs = swept(scene(TWO_STORES, functions=f":{STORE}$"))
    repeated = sum(one.repeated for one in jobs)
    assert repeated > 3 and sum(one.alike for one in jobs) == repeated
