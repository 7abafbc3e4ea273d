"""What B drops at a stop is freed: at once, or with what it dropped before, out of the queue of delayed frees."""

from __future__ import annotations

import pytest

from harness.record.coverage import CLEAN, HIT, MISSED
from harness.record.target import Target
from harness.sweep.points import Listing
from tests.sweep.conftest import MakeScene, job_of

FREED = """
class Thing:
    dead = 0
    def __del__(self):
        Thing.dead += 1

class Freed(Oracle):
    "Refuses a store that frees none of the values that were there before; a state's first stores are let pass."
    name = "freed"
    @staticmethod
    def judge(n, before, after):
        return n > 8 and after == before

class Sample(Scenario):
    "Values with a finalizer are stored into a class."
    oracle = Freed()
    def prepare(self, knobs):
        self.cls = fresh_class(x=0)
    @operation(actor="writer", stores=1)
    def store(self, n):
        before = Thing.dead
        self.cls.x = Thing()
        return n, before, Thing.dead
    @operation(actor="reader", oracle=None)
    def read(self):
        self.cls.x
"""


@pytest.mark.targets
def test_a_store_at_a_stop_frees_what_was_stored_before(scene: MakeScene, free_threaded: Target) -> None:
    made = scene(FREED)
    job = job_of(made, "read", "store")
    listing = made.list(job)
    assert isinstance(listing, Listing)
    # A path that was listed once is not always gone again: up to 3.15 whether a look-up hits follows from addresses.
    # At its end it holds no lock any more.
    latest = reversed(listing.points)
    point = next(point for point in latest if made.show(job, point).stop.how != MISSED)
    freed = [made.show(job, point).stop.how for _ in range(30)]
    assert freed.count(CLEAN) == 30, freed
    # The queue of the thread that stands is left alone: where values are queued, they are in it when its store is over.
    job = job_of(made, "store", "read")
    kept = [made.show(job, listing.points[0]).stop.how for _ in range(30)]
    assert (HIT in kept) == (free_threaded.version_info >= (3, 16)), kept
