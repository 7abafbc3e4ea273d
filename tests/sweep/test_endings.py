"""Targets that crash, hang, exit, fork or raise in the middle of a sweep; operations that wait for one another."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from harness.record.coverage import CLEAN, HIT, LOCK, WAITED, WORLD
from harness.sweep.points import Listing
from harness.sweep.scene import Seen
from harness.sweep.stage import NotStarted
from tests.sweep.conftest import MakeScene, both_ways, job_of

QUIET_TURNS = 12
"""Of the reader, in one state: enough to list the points of a store."""
MOST_STOPS = 10

SAMPLE = """
QUIET_TURNS = 12

class Sample(Scenario):
    "Something happens to who reads beside a store."
    def prepare(self, knobs):
        self.cls = fresh_class(x=0)
        self.turn = [0]
    @operation(actor="writer", stores=1)
    def store(self, n):
        self.cls.x = n
    @operation(actor="reader")
    def read(self):
        self.turn[0] += 1
        WHAT
"""


def at_a_stop(make: MakeScene, what: str, **options: Any) -> tuple[Any, Seen]:
    """The scene, and what the first stop of a store showed at which the reader did ``what``."""
    made = make(SAMPLE.replace("WHAT", f"if self.turn[0] > QUIET_TURNS:\n            {what}"), **options)
    job = job_of(made, "store", "read")
    listing = made.list(job)
    assert isinstance(listing, Listing)
    for point in listing.points[:MOST_STOPS]:
        seen = made.show(job, point)
        if seen.stop.how == HIT:
            return made, seen
    raise AssertionError("nothing happened")


ENDS = [
    ("ctypes.string_at(8)", "crash", "SIGSEGV", "SIGSEGV in B"),
    ("os.abort()", "crash", "SIGABRT", "SIGABRT in B"),
    ("os._exit(3)", "crash", "exited with status 3", "the target exited with status 3"),
    ("os.kill(os.getpid(), signal.SIGKILL)", "crash", "was ended by SIGKILL", "was ended by SIGKILL"),
]


@both_ways
@pytest.mark.parametrize(("what", "kind", "where", "message"), ENDS)
def test_a_target_that_ends_is_a_finding_and_the_sweep_goes_on_with_another(
    scene: MakeScene, what: str, kind: str, where: str, message: str, by_ptrace: bool
) -> None:
    made, seen = at_a_stop(scene, what, by_ptrace=by_ptrace)
    (found,) = seen.findings
    assert seen.ended and (found["kind"], found["where"]) == (kind, where)
    assert message in found["message"]
    job = job_of(made, "store", "read")
    listing = made.list(job)
    assert isinstance(listing, Listing) and made.show(job, listing.points[0]).stop.how == CLEAN


@both_ways
def test_a_hang_is_a_finding(scene: MakeScene, by_ptrace: bool) -> None:
    _, seen = at_a_stop(scene, "while True: pass", limit_s=1.0, by_ptrace=by_ptrace)
    (found,) = seen.findings
    assert (found["kind"], found["oracle"]) == ("hang", "process")
    assert "B did not come back" in found["message"]


def test_an_exception_is_a_finding(scene: MakeScene) -> None:
    _, seen = at_a_stop(scene, "raise LookupError('gone')")
    assert seen.findings[0]["message"] == "LookupError in read: gone" and not seen.ended


@pytest.mark.targets
@both_ways
def test_a_child_of_the_target_is_left_alone(scene: MakeScene, by_ptrace: bool) -> None:
    forks = "pid = os.fork()\n            if not pid: os._exit(0)\n            os.waitpid(pid, 0)"
    made = scene(
        SAMPLE.replace("WHAT", f"if self.turn[0] > QUIET_TURNS:\n            {forks}"), by_ptrace=by_ptrace
    )
    job = job_of(made, "store", "read")
    listing = made.list(job)
    assert isinstance(listing, Listing)
    seen = [made.show(job, point) for point in listing.points[:MOST_STOPS]]
    assert not [one.findings for one in seen if one.findings]
    assert {one.stop.how for one in seen} == {CLEAN, WORLD}, "a fork stops the world"


LOCKED = """
import threading
class Sample(Scenario):
    "Two threads under one lock; or one that spins until the other has gone on."
    def prepare(self, knobs):
        self.lock = threading.Lock()
        self.things, self.busy = [], [False]
    @operation(actor="writer", stores=1)
    def under_lock(self, n):
        with self.lock:
            self.things.append(n)
    @operation(actor="other", stores=1)
    def under_lock_too(self, n):
        with self.lock:
            self.things.append(n)
    @operation(actor="writer", stores=1)
    def flagged(self, n):
        self.busy[0] = True
        self.things.append(n)
        self.busy[0] = False
    @operation(actor="other", stores=1)
    def until_not_busy(self, n):
        while self.busy[0]:
            pass
"""


@both_ways
def test_who_waits_for_a_lock_is_told_from_who_spins(scene: MakeScene, by_ptrace: bool) -> None:
    made = scene(
        LOCKED,
        by_ptrace=by_ptrace,
        functions=":(list_append|PyList_Append|_PyList_AppendTakeRef|list_resize)",
    )
    for a, b, expected in (("under_lock", "under_lock_too", LOCK), ("flagged", "until_not_busy", WAITED)):
        job = job_of(made, a, b)
        listing = made.list(job)
        assert isinstance(listing, Listing) and listing.points
        seen = made.show(job, listing.points[0])
        assert (seen.stop.how, seen.findings) == (expected, ())


def test_a_scenario_that_cannot_be_loaded_is_a_sentence(scene: MakeScene) -> None:
    with pytest.raises(NotStarted, match=r"sample\.py"):
        scene("class Sample(Scenario): pass\nimport no_such_module\n")


def test_nothing_is_left_of_a_scene_that_is_closed(scene: MakeScene) -> None:
    made = scene(SAMPLE.replace("WHAT", "pass"))
    pid = made.stage.pid
    assert Path(f"/proc/{pid}").exists()
    made.stage.close()
    assert not Path(f"/proc/{pid}").exists()
    with pytest.raises(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    made.reopen = lambda specializes=None: None  # type: ignore[method-assign]
    made.close = lambda: None  # type: ignore[method-assign]
