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

class Sample(Scenario):
    "Where each thread may run, as it saw it in its first turn."
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
            yield "a core each", sorted(len(some) for some in cores) == [1] * THREADS, EACH
            yield "all of them", set.union(*cores) == os.sched_getaffinity(0), True
"""


@pytest.mark.parametrize("more", [0, 1])
def test_as_many_threads_as_cores_keep_to_one_each_and_more_go_where_there_is_room(
    trial: RunTrial, more: int
) -> None:
    threads = len(os.sched_getaffinity(0)) + more
    before = os.sched_getaffinity(0)
    body = KEPT.replace("THREADS", str(threads)).replace("EACH", str(more == 0))
    events = trial(body, budget_s=1, threads=threads)
    assert findings(events) == []
    assert final(events)["rounds"] > 0
    assert os.sched_getaffinity(0) == before


def test_the_claims_above_are_looked_at(trial: RunTrial) -> None:
    threads = len(os.sched_getaffinity(0))
    body = KEPT.replace("THREADS", str(threads)).replace("EACH", "False")
    assert {found["where"] for found in findings(trial(body, budget_s=1, threads=threads))} == {"a core each"}
