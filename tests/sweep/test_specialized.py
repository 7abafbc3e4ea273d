"""Operations swept with the specializer off, at work, and done: what they execute, and that the same window shows."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import pytest

from harness.record.coverage import BEFORE, CLEAN, HIT, LOCK, MISSED, NOW, OFF
from harness.record.target import Target
from harness.sweep.image import EVAL
from harness.sweep.points import Listing, Point
from harness.sweep.progress import Progress, outcomes, windows
from harness.sweep.scene import Scene, has_specializer
from harness.sweep.worker import described
from tests.sweep.conftest import CHILDREN, MakeScene, job_of, swept
from tests.sweep.test_window import TWO_STORES

# The text is immortal: 3.14 specialises reads of nothing else through a class.
CLASS_READ = """
TEXT = "text"
class Sample(Scenario):
    "What is read through a class is specialised: a version is compared, and the value is in the bytecode."
    def prepare(self, knobs):
        self.cls = fresh_class(x=TEXT, y=0)
    @operation(actor="writer", stores=1)
    def store(self, n):
        self.cls.y = n
    @operation(actor="reader")
    def read(self):
        return self.cls.x
    @operation(actor="reader")
    def read_and_call(self):
        self.helper()
        return self.cls.x
    def helper(self):
        for _ in range(50):
            pass
"""


SPECIALIZING = ("3.14t", "3.15t", "main")


@pytest.fixture
def specializing(scene: MakeScene) -> Scene:
    return scene(CLASS_READ)


def listed(made: Scene, a: str, specialized: str) -> tuple[Point, ...]:
    listing = made.list(job_of(made, a, "store", 2, specialized=specialized))
    assert isinstance(listing, Listing) and listing.complete
    return listing.points


def functions(points: tuple[Point, ...]) -> set[str]:
    return {name for point in points for name in point.chain}


@pytest.mark.targets(*SPECIALIZING)
def test_each_variant_executes_what_it_says(specializing: Scene) -> None:
    off, now, before = (listed(specializing, "read", one) for one in (OFF, NOW, BEFORE))
    assert "_Py_Specialize_LoadAttr" in functions(now)
    assert "_Py_Specialize_LoadAttr" not in functions(off) | functions(before)
    looks_up = {"_PyObject_GetAttrStackRef", "PyObject_GetAttr", "_PyType_LookupRef"}
    assert looks_up & functions(off) and not looks_up & functions(before), "specialised, it looks up nothing"
    assert not any(EVAL.match(point.chain[-1]) for point in off)
    assert sum(bool(EVAL.match(point.chain[-1])) for point in before) > 20


@pytest.mark.targets(*SPECIALIZING)
def test_only_the_operation_s_own_bytecode_is_stopped_in(specializing: Scene) -> None:
    short, calling = (len(listed(specializing, a, BEFORE)) for a in ("read", "read_and_call"))
    assert short < calling < short + 200, "its helper takes a thousand instructions of the loop"


@pytest.mark.targets(*SPECIALIZING)
def test_a_loop_whose_frame_is_not_found_has_no_points_and_that_is_told(specializing: Scene) -> None:
    job = job_of(specializing, "read", "store", 2, specialized=BEFORE)
    specializing.reopen(specializes=True)
    specializing.stage.frames = [None, None]  # as where there is no ctypes
    listing = specializing.list(job)
    assert isinstance(listing, Listing) and listing.unlooped
    assert not any(EVAL.match(point.chain[-1]) for point in listing.points)
    told = described(Progress(job, list(listing.points), 1, complete=True, unlooped=True), "")["pair"]
    assert told["reason"] == "without the interpreter's loop: its frame was not found"


@pytest.mark.targets(*SPECIALIZING)
def test_the_path_is_the_same_each_time(specializing: Scene) -> None:
    for specialized in (NOW, BEFORE):
        job = job_of(specializing, "read", "store", 2, specialized=specialized)
        points, again = (listed(specializing, "read", specialized) for _ in range(2))
        assert len(points) == len(again)
        # Where in memory its objects are is of no account.
        assert points == tuple(
            replace(other, touches=one.touches, loads=one.loads, stores=one.stores)
            for one, other in zip(points, again, strict=True)
        )
        found = [specializing.show(job, point).stop.how for point in points[::4]]
        assert found.count(CLEAN) == len(found), found


@pytest.mark.targets("3.13t", "main")
def test_the_same_window_shows_whether_it_is_specialised_or_not(
    scene: MakeScene, free_threaded: Target
) -> None:
    _, told, jobs = swept(scene(TWO_STORES))
    (found,) = told
    assert (found["kind"], found["oracle"], found["where"]) == ("violation", "equal", "read")
    begins: dict[str, set[str]] = defaultdict(set)
    for one in jobs:
        for hits in windows(one) if one.job.a == "store" else ():
            begins[one.job.specialized].add(hits.first.chain[-1])
    if has_specializer(free_threaded):
        assert set(begins) == {OFF, NOW, BEFORE}
        assert all(map(EVAL.match, begins[BEFORE])) and not any(map(EVAL.match, begins[OFF]))
    else:
        assert set(begins) == {OFF}


ONE_STORE = (
    TWO_STORES.replace("self.two.second = n", "")
    .replace("self.two.first, self.two.second", "self.two.first, self.two.first")
    .replace("return first != second", "return second < first")
)


def test_where_there_is_no_window_nothing_shows(scene: MakeScene) -> None:
    for _ in range(CHILDREN):
        _, told, jobs = swept(scene(ONE_STORE))
        assert not told
        assert all(outcomes(one)[HIT] == 0 < outcomes(one)[CLEAN] for one in jobs)
        others = [stop for one in jobs for stop in one.stops.values() if stop.how not in (CLEAN, MISSED)]
        assert all(stop.how == LOCK and "_PyType_Lookup" in stop.waits_in[0] for stop in others), others
        if not others:
            break
    assert not others, others


FEW_STORES = """
class Sample(Scenario):
    "What it stores into was made ready for as many stores as a round has: twenty."
    def prepare(self, knobs):
        self.classes = [fresh_class() for _ in range(20)]
    @operation(actor="writer", stores=48)
    def store(self, n):
        self.classes[n - 1].x = n
    @operation(actor="reader")
    def read(self):
        return self.classes[0]
"""


@pytest.mark.targets(*SPECIALIZING)
def test_no_more_is_stored_than_in_a_round_for_it_to_be_specialised(scene: MakeScene) -> None:
    _, told, jobs = swept(scene(FEW_STORES))
    assert not told
    assert {one.job.specialized for one in jobs} == {OFF, NOW, BEFORE}
