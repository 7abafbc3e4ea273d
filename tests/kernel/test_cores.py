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
            counts = {len(some) for some in cores}
            yield "all alike", len(counts), 1
            yield "all of them", set.union(*cores) == os.sched_getaffinity(0), True
            SEEN.update(counts)
        if len(SEEN) == 2:
            raise LookupError("a core each in some rounds, and any core in others")
"""


def test_as_many_threads_as_cores_keep_to_one_each_in_some_rounds(trial: RunTrial) -> None:
    threads = len(os.sched_getaffinity(0))
    before = os.sched_getaffinity(0)
    found = findings(trial(KEPT.replace("THREADS", str(threads)), budget_s=2, threads=threads))
    assert found and all("any core in others" in one["message"] for one in found), found
    assert os.sched_getaffinity(0) == before


def test_more_threads_than_cores_go_where_there_is_room(trial: RunTrial) -> None:
    threads = len(os.sched_getaffinity(0)) + 1
    events = trial(KEPT.replace("THREADS", str(threads)), budget_s=1, threads=threads)
    assert findings(events) == []
    assert final(events)["rounds"] > 0
