"""Subjects' operations, swept: what the judges of pairs say of a stop, and what is told of a pair."""

from __future__ import annotations

import os
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from harness.campaign.select import ScenarioInfo, describe
from harness.cli.choose import only
from harness.kernel.signature import signature
from harness.record.coverage import CLEAN, HIT, LOCK, MISSED, OFF, SEQUENCE
from harness.record.target import Target
from harness.sweep.image import ENTERED, Function, chooser
from harness.sweep.jobs import OperationInfo, jobs_of
from harness.sweep.locate import locate
from harness.sweep.passes import LEVELS, due, passes
from harness.sweep.points import Listing, Point
from harness.sweep.program import FILE, WITHIN
from harness.sweep.progress import Progress, gap
from harness.sweep.replay import replay
from harness.sweep.stops import Stop
from tests.campaign.fakes import fake_scenario
from tests.sweep.conftest import SUBJECTS, MakeScene, job_of, swept

SAMPLE = """
class Sample(Subject):
    "Two items that belong together."
    sizes = (2, 3)
    def fresh(self, size):
        return fresh_strings(size)
    def wrong(self, o):
        return "" if o[0] in ("x0", o[1]) else "they are of two threads"
    @step(writes=True)
    def both(o, v):
        o[0] = v
        o[1] = v
    @step(writes=True)
    def halfway(o, v):
        o[1] = "halfway"
        o[1] = "x1"
    @step()
    def dies(o, v):
        if o[1] == "halfway":
            os._exit(3)
"""
STACK = """
class Sample(Subject):
    "A list, with one operation that is not as atomic as it says."
    def fresh(self, size):
        return fresh_strings(size)
    @step(ATOMIC, writes=True)
    def swap(o, v):
        before = o[0]
        o[0] = v
        return before
    @step(ATOMIC, writes=True, lock="holds")
    def append(o, v):
        o.append(v)
    @step(ATOMIC, writes=True, lock="holds")
    def pop(o, v):
        return o.pop()
"""


HEAP = """
import heapq
class Sample(Subject):
    "A heap, from a module that may be a file of its own."
    def fresh(self, size):
        return fresh_strings(size)
    @step(writes=True)
    def push(o, v):
        heapq.heappush(o, v)
"""


@pytest.mark.targets
def test_what_is_left_between_two_stores_of_one_operation_is_found(scene: MakeScene) -> None:
    made = scene(SAMPLE, pairs=["both+both"])
    sweeper, told, jobs = swept(made, 150)
    (found,) = told
    assert (found["kind"], found["oracle"], found["where"]) == ("violation", "structure", "both+both")
    assert found["details"]["variant"] == "both+both" and found["details"]["size"] == 2
    details = found["details"]["sweep"]
    assert (details["a"], details["b"], details["turns"], details["made_by"]) == ("both", "both", 1, "A")
    assert details["replayed"] != "0 of 3"
    assert signature("pairs.sample", found) == "violation | structure | pairs.sample | both+both"
    assert sweeper.counts.rounds == sum(len(job.stops) for job in jobs) > 50
    assert all(
        {stop.how for stop in job.stops.values()} <= {CLEAN, HIT, LOCK, SEQUENCE, MISSED} for job in jobs
    )
    assert any(stop.how == CLEAN for job in jobs for stop in job.stops.values())


@pytest.mark.targets
def test_operations_that_are_atomic_are_quiet_at_each_point(scene: MakeScene) -> None:
    made = scene(STACK, pairs=["append+pop"])
    for a, b in (("append", "pop"), ("pop", "append")):
        job = job_of(made, a, b)
        listing = made.list(job)
        assert isinstance(listing, Listing) and len(listing.points) > 30
        found = Counter(made.show(job, point).stop.how for point in listing.points)
        assert found[CLEAN] > len(listing.points) / 2, found
        # Up to 3.15 A may stand in an entry of the shared cache that B asks, too.
        assert set(found) <= {CLEAN, LOCK, SEQUENCE, MISSED}, found


@pytest.mark.targets
def test_what_no_order_gives_is_found_where_documents_promise_orders(
    scene: MakeScene, free_threaded: Target
) -> None:
    made = scene(STACK, pairs=["swap+swap"])
    _, told, _ = swept(made, 150)
    if free_threaded.version_info < (3, 14):
        assert not told, "nothing is promised there"
        return
    (found,) = told
    assert (found["kind"], found["oracle"], found["where"]) == ("violation", "outcomes", "swap+swap")
    assert "the orders give" in found["message"]


def test_a_target_that_dies_is_told_of_its_pair_and_the_next_stop_has_another(scene: MakeScene) -> None:
    made = scene(SAMPLE, pairs=["halfway+dies"])
    job = job_of(made, "halfway", "dies")
    listing = made.list(job)
    assert isinstance(listing, Listing)
    seen = [made.show(job, point) for point in listing.points[len(listing.points) // 4 :: 12]]
    assert {CLEAN, HIT} <= {one.stop.how for one in seen} <= {CLEAN, HIT, LOCK}
    ended = next(one for one in seen if one.ended)
    (found,) = ended.findings
    assert signature("pairs.sample", found) == "crash | process | pairs.sample | halfway+dies"
    assert found["details"]["pair"] == "halfway+dies"


@pytest.mark.targets
def test_what_an_extension_module_does_and_calls_has_points(scene: MakeScene) -> None:
    made = scene(HEAP, pairs=["push+push"])
    job = job_of(made, "push", "push")
    listing = made.list(job)
    assert isinstance(listing, Listing)
    inside = [point for point in listing.points if "_heapq_heappush" in point.chain]
    called = [point for point in inside if "PyObject_RichCompare" in point.chain]
    assert called and len(inside) > len(called), "it compares elements, by the interpreter"
    for point in (inside[0], called[0]):
        assert made.show(job, point).stop.how != MISSED  # on 3.13 it has no lock, and shows
        file = made.files.name(point.address)
        assert made.files.place(file, point.address & WITHIN) == point.address
    assert not called[0].address >> FILE
    assert not any("mmap" in name for point in listing.points for name in point.chain), (
        "that is the harness's own"
    )


def subject(target: Target, folder: Path, *wanted: str) -> ScenarioInfo:
    file = folder / "sample.py"
    file.write_text(SUBJECTS + SAMPLE)
    (info,) = describe(target, [file], "subjects").scenarios
    return only(info, wanted)


def test_what_a_race_has_found_is_located_by_sweeping_its_pair_and_shown_again(
    free_threaded: Target, symbols: str, tmp_path: Path, scene: MakeScene
) -> None:
    info = subject(free_threaded, tmp_path)
    wanted = "violation | structure | pairs.sample | both+both"
    search = locate(free_threaded, info, wanted, symbols, 5.0, lambda stops: None)
    assert search.windows and all(one.same for one in search.windows)
    assert {(one.a, one.b) for one in search.windows} == {("both", "both")}
    _, told, _ = swept(scene(SAMPLE, pairs=["both+both"]), 60)
    again = replay(free_threaded, info, told[0]["details"], wanted, symbols, 3)
    assert again.shown, told[0]["details"]["sweep"]
    assert [(thread, operation) for thread, operation, _ in again.steps] == [("B", "both"), ("A", "both")]


def test_a_pattern_with_a_plus_chooses_pairs_whichever_is_named_first() -> None:
    info = fake_scenario(name="pairs.stack", pairs=("push+pop", "push+has", "has+has"), writing_pairs=2)
    assert only(info, []) == info
    for wanted in ("pop+push", "push+pop", "pairs.stack.pop+push", "*.stack.push+po?"):
        assert only(info, [wanted]).pairs == ("push+pop",) and only(info, [wanted]).writing_pairs == 1
    assert only(info, ["has+has"]).writing_pairs == 0
    assert only(info, ["*+has"]).pairs == ("push+has", "has+has")
    assert only(info, ["other+pop"]).pairs == ()


def test_points_come_broad_first_and_all_of_them_in_the_end() -> None:
    points = [Point(number, 1, ("f",), frozenset()) for number in range(200)]
    tried: set[int] = set()
    widest = []
    for level in range(LEVELS):
        tried |= {point.address for point in due(points, level)}
        edges = [-1, *sorted(tried), len(points)]
        widest.append(max(after - before for before, after in pairwise(edges)))
    assert len(due(points, 0)) == 3 and tried == set(range(200))
    assert widest[0] <= 64 + 32 and widest[1] <= 32 + 16 and widest[-1] == 1
    assert widest == sorted(widest, reverse=True)
    assert [point.address for point in due(points[:5], 0)] == [2], "a short path is not passed over"


def test_the_widest_gap_between_stops_is_told() -> None:
    points = [Point(number, 1, ("f",), frozenset()) for number in range(6)]
    job = jobs_of([(OperationInfo("a", "a", 1), OperationInfo("a", "a", 1))], False, [3])[0]
    made = Progress(job, points, 6, complete=True)
    made.stops = {points[2].key: Stop(CLEAN), points[3].key: Stop(MISSED)}
    assert gap(made) == 3


def test_pairs_in_which_one_writes_come_first_and_one_thing_is_varied_at_a_time() -> None:
    push, has = OperationInfo("push", "push", 1), OperationInfo("has", "has", 0)
    pairs = [(push, push), (push, has), (has, push), (has, has)]
    jobs = jobs_of(pairs, True, [3, 8])
    assert len(set(jobs)) == len(jobs) == len(pairs) * 5
    meets, first, *later = (one.parts for one in passes(jobs, (3, 14), lambda job: lambda points: ()))
    assert [job for job, _ in meets] == jobs, "first comes where two operations meet, of all pairs"
    assert [(job.a, job.b) for job, _ in first[:2]] == [("push", "has"), ("has", "push")]
    assert {(job.turns, job.made_by, job.specialized) for job, _ in first} == {(1, "A", OFF)}
    assert ("has", "has") not in {(job.a, job.b) for job, _ in first}
    assert {job for one in (first, *later) for job, _ in one} == set(jobs)
    for job in jobs:
        varied = (job.size != 3, job.turns != 1, job.made_by != "A", job.specialized != OFF)
        assert sum(varied) <= 1
        assert job.reversed.reversed == job and (job.reversed.a, job.reversed.b) == (job.b, job.a)
        assert job.shape == jobs_of(pairs, True, [3, 8])[jobs.index(job)].shape


def test_a_subject_is_stopped_in_whatever_it_enters_but_allocators_and_the_loop() -> None:
    fits = chooser(ENTERED)
    for file, name in (
        ("Objects/listobject.c", "list_pop"),
        ("Python/lock.c", "PyMutex_Lock"),
        ("", "list_pop"),
    ):
        assert fits(Function(0, 1, name, file))
    for name in ("_PyEval_EvalFrameDefault", "mi_malloc", "PyObject_Free", "_TAIL_CALL_LOAD_ATTR"):
        assert not fits(Function(0, 1, name, "Objects/any.c")) and not fits(Function(0, 1, name, ""))


def test_the_catalogue_is_swept_where_it_is_chosen(free_threaded: Target) -> None:
    folder = Path(__file__).parents[2] / "stress_tests" / "subjects"
    found = describe(free_threaded, [folder / "lists.py"], "subjects")
    assert not found.errors and all(one.swept and one.pairs for one in found.scenarios)
    assert os.path.basename(found.scenarios[0].file) == "lists.py"
