"""What a sweep tells of what it has seen, and when: by a scene that is made up."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from harness.kernel.event_types import FindingEvent
from harness.record.coverage import CLEAN, HIT
from harness.sweep import sweeper
from harness.sweep.image import Code, Symbols
from harness.sweep.jobs import Job, OperationInfo, jobs_of
from harness.sweep.points import Listing, Point
from harness.sweep.program import Files
from harness.sweep.scene import Seen
from harness.sweep.stops import Stop
from harness.sweep.sweeper import MOST_UNSURE, Sweeper, same_calls
from tests.campaign.fakes import fake_target

POINTS = tuple(Point(16 * number, 1, ("f",), frozenset()) for number in range(8))
STORE, READ = OperationInfo("store", "writer", 1), OperationInfo("read", "reader", 0)


class MadeUp:
    """A scene whose stores show something at some points; at some of them a replay shows it again."""

    def __init__(self, shows: set[int], again: set[int]) -> None:
        self.target = fake_target(version_info=(3, 16, 0), free_threaded=False)
        self.stage = SimpleNamespace(sizes=[])
        self.jobs = jobs_of([(STORE, READ), (READ, STORE)])
        self.specializes = False
        self.traced = ""
        self.files = Files(
            lambda path, base: Code(Symbols((), True, False, (0, b""), False), base), modules=False
        )
        self.shows = {POINTS[number].key for number in shows}
        self.shown_again = {POINTS[number].key for number in again}
        self.replays = 0

    def list(self, job: Job) -> Listing:
        return Listing(POINTS if job.a == "store" and job.warm else (), 8, complete=True)

    def show(self, job: Job, point: Point, other: Point | None = None, *, look: bool = False) -> Seen:
        if look:
            return Seen(Stop(CLEAN), calls=("f",) if point.occurrence == 1 else ("g",))
        if point.key not in self.shows:
            return Seen(Stop(CLEAN))
        found: FindingEvent = {
            "event": "finding",
            "kind": "violation",
            "oracle": "order",
            "where": "read",
            "message": "the second read was older",
            "details": {"seen": [str(point.address)]},
        }
        return Seen(Stop(HIT), (found,))

    def again(self, job: Job, point: Point, *rest: Any) -> tuple[int, tuple[Any, ...]]:
        self.replays += 1
        return 3 * (point.key in self.shown_again), ()

    def text(self, point: Point) -> str:
        return "nop"


def told(shows: set[int], again: set[int]) -> tuple[list[tuple[int, str]], int]:
    """The points that are told of, with their replays; and how often there were replays."""
    events: list[Any] = []
    scene: Any = MadeUp(shows, again)
    Sweeper(scene, events.append, lambda counts: True).sweep()
    sweeps = [event["details"]["sweep"] for event in events]
    return [(one["point"]["address"] // 16, one["replayed"]) for one in sweeps], scene.replays


def test_what_replays_show_is_told_at_once_and_once() -> None:
    assert told({2, 3, 4, 5, 6, 7}, {2, 4}) == ([(4, "3 of 3")], 1), "every fourth point comes first"


def test_a_point_whose_replays_show_it_is_preferred() -> None:
    assert told({2, 3, 4, 5}, {2}) == ([(2, "3 of 3")], 3), "4 comes before, with B once and twice"


def test_what_no_replay_shows_is_told_all_the_same() -> None:
    assert told({1, 2, 3, 4, 5, 6}, set()) == ([(6, "0 of 3")], MOST_UNSURE), (
        "4, with B once and twice, then 2"
    )
    assert told({6}, set()) == ([(6, "0 of 3")], 2), "at the end: B once and twice is all that there is"


CALLS = [
    (("insertdict", "PyDict_SetItem", "type_setattro", "_PyEval_EvalFrameDefault"), True),
    (("insertdict", "type_setattro"), True),
    (("PyDict_SetItem", "type_setattro"), False),
    (("insertdict", "type_setattro", "PyDict_SetItem"), False),
    (("insertdict", "type_getattro"), False),
    ((), False),
]


@pytest.mark.parametrize(("calls", "same"), CALLS)
def test_a_stop_is_the_same_where_a_stands_in_the_calls_of_its_point(
    calls: tuple[str, ...], same: bool
) -> None:
    chain = ("PyObject_SetAttr", "type_setattro", "PyDict_SetItem", "insertdict")
    assert same_calls(calls, Point(1, 1, chain, frozenset())) == same


def test_a_point_in_the_loop_is_the_loop_s() -> None:
    loop = "_PyEval_EvalFrameDefault"
    assert same_calls((loop,), Point(1, 1, (loop,), frozenset()))


def test_now_and_then_a_stop_is_made_again_and_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeper, "REPEATED", 2)
    for shows, same in ((set[int](), True), (set(range(8)), False)):  # the second time all is clean
        scene: Any = MadeUp(shows, shows)
        swept = Sweeper(scene, lambda event: None, lambda counts: True).sweep()
        repeated, alike = (sum(getattr(one, name) for one in swept) for name in ("repeated", "alike"))
        assert repeated == sum(len(one.stops) for one in swept) // 2 > 0
        assert alike == (repeated if same else 0)
