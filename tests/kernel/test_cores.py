"""Threads meet inside an operation only where they run at the same time: what cores the actors keep to."""

from __future__ import annotations

import os

import pytest

from tests.kernel.conftest import RunTrial, final, findings

pytestmark = pytest.mark.skipif(
    not hasattr(os, "sched_getaffinity") or len(os.sched_getaffinity(0)) < 2, reason="needs two cores"
)

KEPT = """
import os
SEEN = set()

class Sample(Scenario):
    "Where each thread may run, as it saw it in its first turns."
    oracle = Permitted()
    amplifiers = (readers,)
    needs_parallelism = False
    def prepare(self, knobs):
        self.kept = [[], []]
    @operation(actor="writer", stores=1)
    def store(self, n):
        if n == 1:
            self.kept[0].append(os.sched_getaffinity(0))
    @operation(actor="reader")
    def read(self, me):
        if len(self.kept[1]) <= me:
            self.kept[1].append(os.sched_getaffinity(0))
        return 0, (0,)
    def quiescence(self):
        cores = [kept for some in self.kept for kept in some]
        if len(cores) == THREADS:
            count = len(set.union(*cores))
            yield "all of them, or one", count in (1, len(os.sched_getaffinity(0))), True
            SEEN.add((count, *map(len, cores)))
        if len(SEEN) == 2 and all(set(kept) == {1} for _, *kept in SEEN):
            raise LookupError("a core each in some rounds, and the same one in others")
"""


def test_as_many_threads_as_cores_have_one_each_and_then_share_one(trial: RunTrial) -> None:
    threads = len(os.sched_getaffinity(0))
    before = os.sched_getaffinity(0)
    found = findings(trial(KEPT.replace("THREADS", str(threads)), budget_s=2, threads=threads))
    assert found and all("the same one in others" in one["message"] for one in found), found
    assert os.sched_getaffinity(0) == before


def test_more_threads_than_cores_go_where_there_is_room(trial: RunTrial) -> None:
    threads = len(os.sched_getaffinity(0)) + 1
    events = trial(KEPT.replace("THREADS", str(threads)), budget_s=1, threads=threads)
    assert findings(events) == []
    assert final(events)["rounds"] > 0
