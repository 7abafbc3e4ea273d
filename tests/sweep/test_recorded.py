"""Paths that a thread records itself: they are those that a tracer steps through."""

from __future__ import annotations

import struct
from itertools import chain, pairwise

import pytest

from harness.kernel.page import INSIDE_AT, MOST_STEPS, RECORD, RECORDED, RECORDS
from harness.kernel.stepping import IN, LEAF, OUT, STUB
from harness.record.coverage import BEFORE, CLEAN, OFF
from harness.record.target import Target
from harness.sweep.jobs import Job
from harness.sweep.points import Listing, Point
from harness.sweep.recorded import BACK, RIP, RSP, UNTRAPPED, spans
from harness.sweep.scene import Scene, has_specializer
from tests.sweep.conftest import MakeScene, job_of
from tests.sweep.test_pairs import HEAP

PATHS = """
import json.encoder
class Slot:
    __slots__ = ("x",)

def instead(value):
    return encode([1], 0)

encode = json.encoder.c_make_encoder(
    None, instead, json.encoder.encode_basestring, None, ": ", ", ", False, False, True
)
UNKNOWN = object()

class Sample(Scenario):
    "Allocators, calls of an extension module that call back and come to the same place again, exceptions, frees."
    def prepare(self, knobs):
        self.slot = Slot()
        self.slot.x = self.cls = fresh_class(x=0)
        self.table = {}
    @operation(actor="writer", stores=1)
    def store(self, n):
        self.slot.x = [{"n": n}, bytes(4000)]
    @operation(actor="reader")
    def read(self):
        return self.slot.x, self.cls.x
    @operation(actor="reader")
    def recurse(self):
        return encode([UNKNOWN], 0)
    @operation(actor="reader")
    def fail(self):
        try:
            found = self.slot.y
        except AttributeError:
            found = self.table.get("absent")
        return found
"""


def listed(made: Scene, job: Job, traced: bool) -> Listing:
    made.traced = "it is compared" if traced else ""
    found = made.list(job)
    assert isinstance(found, Listing) and found.complete and made.stage.is_traced == traced
    return found


def told(point: Point) -> tuple[object, ...]:
    """Where in memory its objects are is of no account; how many words are read and written is."""
    return point.key, point.chain, len(point.loads), len(point.stores)


def compare(made: Scene, job: Job) -> None:
    """Where it is specialised its path is not the same each time, whoever lists it: then some of a few are."""
    listed(made, job, traced=False)  # fills caches
    times = 1 if job.specialized == OFF else 3
    mine, theirs = ([listed(made, job, traced) for _ in range(times)] for traced in (False, True))
    assert all(len(one.points) > 10 for one in mine)
    pairs = [(one, other) for one in mine for other in theirs if one.instructions == other.instructions]
    assert any([*map(told, one.points)] == [*map(told, other.points)] for one, other in pairs)


@pytest.mark.targets
@pytest.mark.parametrize("a", ["store", "read", "recurse", "fail"])
def test_a_thread_records_what_a_tracer_steps_through(
    scene: MakeScene, free_threaded: Target, a: str
) -> None:
    made = scene(PATHS)
    for specialized in (OFF, BEFORE) if has_specializer(free_threaded) else (OFF,):
        b, turns = ("read", 1) if a == "store" else ("store", 2)
        compare(made, job_of(made, a, b, turns, specialized=specialized))


@pytest.mark.targets
def test_a_subject_s_path_goes_through_several_files(scene: MakeScene) -> None:
    made = scene(HEAP, pairs=["push+push"])
    compare(made, job_of(made, "push", "push"))


def test_calls_that_are_of_no_interest_are_run_over(scene: MakeScene) -> None:
    made = scene(PATHS)
    listed(made, job_of(made, "recurse", "store"), traced=False)
    (size,) = struct.unpack_from("<Q", made.stage.page, RECORDED)
    found = list(RECORD.iter_unpack(made.stage.page[RECORDS : RECORDS + size]))
    over = [(one, after) for one, after in pairwise(found) if one[BACK]]
    assert over
    for one, after in over:
        assert after[RIP] == one[BACK] and after[RSP] > one[RSP], "behind the call, not in one within it"


def test_each_address_is_told_to_be_what_it_is(scene: MakeScene) -> None:
    made = scene(PATHS).program
    told = spans(made)
    assert [begin for begin, _ in told] == sorted({begin for begin, _ in told})
    ends = chain(told[1:], [(1 << 47, OUT)])
    kinds = set()
    for (begin, kind), (end, _) in zip(told, ends, strict=True):
        for address in (begin, end - 1):
            spot = made.spot(address)
            expected = STUB if spot.stub else OUT if spot.function is None else LEAF if spot.skipped else IN
            assert kind == expected, hex(address)
        kinds.add(kind)
    assert kinds == {OUT, STUB, IN, LEAF}


ONE_READ = """
LIBC = ctypes.CDLL(None)
class Sample(Scenario):
    "A store, and what a reader does in front of its read."
    def prepare(self, knobs):
        self.cell = [0]
    @operation(actor="writer", stores=1)
    def store(self, n):
        self.cell[0] = n
    @operation(actor="reader")
    def read(self):
        FIRST
        return self.cell[0]
"""
LONG = ONE_READ.replace("FIRST", "for _ in range(9000): pass")
BLOCKS = "before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTRAP])"
LETS_NO_SIGTRAP_IN = {
    "from its first turn on": BLOCKS,
    "for a while": BLOCKS + "; os.getpid(); signal.pthread_sigmask(signal.SIG_SETMASK, before)",
    "for it has another handler": "LIBC.signal(int(signal.SIGTRAP), 1)",
}
CRASHES = ONE_READ.replace("FIRST", "os.kill(os.getpid(), signal.SIGSEGV)")


def test_a_path_that_is_too_long_is_cut_and_the_child_goes_on(scene: MakeScene) -> None:
    made = scene(LONG)
    job, pid = job_of(made, "read", "store"), made.stage.pid
    found = made.list(job)
    assert isinstance(found, Listing) and not found.complete and found.points
    assert struct.unpack_from("<Q", made.stage.page, RECORDED) == (RECORD.size * MOST_STEPS,)
    assert made.show(job, found.points[0]).stop.how == CLEAN
    assert made.stage.pid == pid and not made.stage.is_traced


def test_a_tracer_cuts_a_path_where_a_thread_does(scene: MakeScene) -> None:
    made = scene(LONG)
    job = job_of(made, "read", "store")
    recorded = made.list(job)
    made.traced = "it is compared"
    traced = made.list(job)
    assert isinstance(recorded, Listing) and isinstance(traced, Listing)
    assert not recorded.complete and not traced.complete
    assert recorded.instructions == pytest.approx(traced.instructions, rel=0.05)


@pytest.mark.parametrize("first", LETS_NO_SIGTRAP_IN)
def test_what_cannot_be_stepped_within_itself_is_a_tracer_s_from_there_on_which_is_told(
    scene: MakeScene, first: str
) -> None:
    made = scene(ONE_READ.replace("FIRST", LETS_NO_SIGTRAP_IN[first]))
    job = job_of(made, "read", "store")
    found = made.list(job)
    assert isinstance(found, Listing) and found.complete and found.points
    assert made.traced == UNTRAPPED and made.stage.is_traced
    assert made.show(job, found.points[-1]).stop.how == CLEAN and made.stage.is_traced


def test_a_watch_that_cannot_be_had_is_told(scene: MakeScene) -> None:
    made = scene(PATHS)
    struct.pack_into("<Q", made.stage.page, INSIDE_AT, 1 << 63)  # in the kernel: refused
    found = made.list(job_of(made, "read", "store"))
    assert isinstance(found, Listing) and found.complete
    assert made.traced == "a thread's breakpoint cannot be moved to where its operation begins"


def test_what_ends_a_listing_is_shown_by_a_tracer_again(scene: MakeScene) -> None:
    made = scene(CRASHES)
    found = made.list(job_of(made, "read", "store"))
    assert not isinstance(found, Listing) and found.ended and "SIGSEGV" in found.findings[0]["where"]
    assert not made.traced, "it is not the listing's doing"
