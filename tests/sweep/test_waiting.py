"""What B waits for while A stands still: told by the function that waits, and which function that is by the stack."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from harness.kernel.page import GATE
from harness.record.coverage import CLEAN, HELD, LOCK, MISSED, SEQUENCE, WAITED, WORLD
from harness.record.target import Target
from harness.sweep.image import is_eval
from harness.sweep.points import Listing
from harness.sweep.scene import Scene
from harness.sweep.stops import SPIN_TIMES, WAITING, Stop, Stops, told
from tests.sweep.conftest import CHILDREN, MakeScene, both_ways, job_of

MOVED = """
class Sample(Scenario):
    "An object's class is assigned, for which the world is stopped."
    def prepare(self, knobs):
        self.classes = fresh_class(x=0), fresh_class(x=1)
        self.thing = self.classes[0]()
    @operation(actor="writer", stores=1)
    def move(self, n):
        self.thing.__class__ = self.classes[n % 2]
    @operation(actor="reader")
    def read(self):
        self.thing.x
"""
STORED = """
class Sample(Scenario):
    "A class attribute is stored, under locks of the class and of its dict."
    def prepare(self, knobs):
        self.cls = fresh_class(x=0)
    @operation(actor="writer", stores=1)
    def store(self, n):
        self.cls.x = n
    @operation(actor="other", stores=1)
    def store_too(self, n):
        self.cls.y = n
"""


def became(made: Scene, a: str, b: str, every: int = 1) -> Counter[str]:
    """What became of stops of ``a``, ``b`` meanwhile."""
    job = job_of(made, a, b)
    listing = made.list(job)
    assert isinstance(listing, Listing) and listing.points
    return Counter(made.show(job, point).stop.how for point in listing.points[::every])


@pytest.mark.targets
@both_ways
def test_who_cannot_run_because_the_world_is_stopped_is_not_told_to_wait_for_a_lock(
    scene: MakeScene, by_ptrace: bool
) -> None:
    made = scene(MOVED, by_ptrace=by_ptrace)
    for _ in range(CHILDREN):
        found = became(made, "move", "read")
        assert found[HELD] and found[CLEAN], found
        if not found[LOCK] and not found[SEQUENCE]:
            break
        made.reopen()
    assert set(found) <= {HELD, CLEAN, MISSED, WAITED}, found


@pytest.mark.targets
@both_ways
def test_who_stops_the_world_waits_for_the_one_that_stands(scene: MakeScene, by_ptrace: bool) -> None:
    found = became(scene(MOVED, by_ptrace=by_ptrace), "read", "move")
    assert found[WORLD] > found.total() / 2, found
    assert set(found) <= {WORLD, CLEAN, MISSED, WAITED}, found


@both_ways
def test_who_waits_for_the_type_s_lock_is_told_so(scene: MakeScene, by_ptrace: bool) -> None:
    made = scene(STORED, by_ptrace=by_ptrace)
    found = became(made, "store", "store_too", 2)
    assert found[LOCK] and found[CLEAN] and not found[HELD] and not found[WORLD], found


READING = ("_PySeqLock_BeginRead", "_PyType_LookupRef")


def kept(where: Callable[[], tuple[str, ...]], cores: int) -> Stop | None:
    """What a thread is told to wait for that neither sleeps nor ends within forty glances, then ends.

    At each of them it is in ``where()``, and has got a core ``cores`` times since the last one.
    """
    glances = [0]

    def until(thread: object, limit_s: float) -> int | None:
        glances[0] += 1
        return None if glances[0] <= 40 else GATE

    thread: Any = SimpleNamespace(
        asleep=lambda: None, had_a_core=lambda: (0.0, cores * glances[0]), waited_for_a_core_s=lambda: 0.0
    )
    stops: Any = object.__new__(Stops)
    stops.stage = SimpleNamespace(machine=SimpleNamespace(futex=202), until=until, go=lambda thread: None)
    stops._where = lambda thread: where()
    found: Stop | None = stops._keeps(thread)
    return found


def test_who_gets_no_core_is_not_stopped_to_see_where_it_is() -> None:
    assert kept(lambda: pytest.fail("it would come nowhere"), cores=0) is None


def test_who_loses_its_core_under_a_sequence_lock_does_not_wait_for_it() -> None:
    seen = iter([READING])
    assert kept(lambda: next(seen, ()), cores=SPIN_TIMES + 1) is None
    stop = kept(lambda: READING, cores=SPIN_TIMES + 1)
    assert stop is not None and stop.how == SEQUENCE


NAMES = [
    (("_PySemaphore_Wait", "_PyParkingLot_Park", "_PyMutex_LockTimed", "type_setattro"), LOCK),
    (("PyMutex_Lock", "_PyCriticalSection_Resume", "_PyThreadState_Attach"), LOCK),
    (("_PyParkingLot_Park", "_PyThreadState_Attach", "_PyMutex_LockTimed"), HELD),
    (("PyEvent_WaitTimed", "stop_the_world", "type_set_name"), WORLD),
    (("PyMutex_Lock", "stop_the_world", "type_set_name"), HELD),
    (("_PySeqLock_BeginRead", "_PyType_LookupRef"), SEQUENCE),
    (("_PySemaphore_Wait", "_PyRWMutex_RLock"), WAITED),
]


@pytest.mark.parametrize(("names", "expected"), NAMES)
def test_the_innermost_function_that_waits_says_what_for(names: tuple[str, ...], expected: str) -> None:
    stop = told(names, WAITED)
    assert stop.how == expected
    assert not set(stop.waits_in) & set(WAITING), "they wait on behalf of others"


@pytest.mark.targets
def test_the_functions_that_wait_are_there_to_be_seen(scene: MakeScene, free_threaded: Target) -> None:
    functions = {one.plain for one in scene(STORED).program.interpreter.symbols.functions}
    assert {"_PyMutex_LockTimed", "_PyThreadState_Attach", "stop_the_world"} <= functions
    assert ("_PySeqLock_BeginRead" in functions) == (free_threaded.version_info < (3, 16))


@pytest.mark.targets
def test_stacks_are_unwound_to_the_calls_that_stepping_saw(scene: MakeScene) -> None:
    made = scene(STORED, by_ptrace=True)
    job = job_of(made, "store", "store_too")
    listing = made.list(job)
    assert isinstance(listing, Listing) and len(listing.points) > 50
    stage, stops = made.stage, made.stops
    deepest = 0
    for point in listing.points[::5]:
        stage.a.break_at(made.program.address(point.address))
        stage.begin_a()
        arrived = stops._arrive(stage.a, point) is None
        *inner, outermost = stops.names(stage.a)
        if arrived:
            stage.go(stage.a)
            stage.until_gate(stage.a)
        stage.let_b_pass()
        stage.end_turn()
        if not arrived:
            continue
        assert is_eval(
            next(one for one in made.program.interpreter.symbols.functions if one.plain == outermost)
        )
        # A function that another one ended with, by a jump, has taken that one's place on the stack.
        calls = iter(point.chain)
        assert inner and inner[0] == point.chain[-1] and all(name in calls for name in reversed(inner)), point
        deepest = max(deepest, len(inner))
    assert deepest > 3
