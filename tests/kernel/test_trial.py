"""A trial finds what is wrong, counts only what met somebody, and loses nothing that was raised."""

from __future__ import annotations

import gc
import mmap
from pathlib import Path

import pytest

from harness.kernel import workers
from harness.kernel.amplifiers import settings
from harness.kernel.hang import Sleepers
from harness.kernel.loader import find_scenario
from harness.kernel.rounds import ENDINGS, overlap_ns
from harness.kernel.scenario import actor_threads
from harness.kernel.trial import resident_bytes
from tests.kernel.conftest import RunTrial, Write, final, findings

PLAIN = """
class Sample(Scenario):
    "Plain store and read."
    oracle = Order()
    amplifiers = (readers,)
    needs_parallelism = False
    def prepare(self, knobs):
        self.cls = fresh_class(x=Value(0))
        self.stored = vars(self.cls)
        prime(self.cls)
    @operation(actor="writer", stores=1)
    def store(self, n):
        self.cls.x = Value(n)
    @operation(actor="reader")
    def read(self):
        return self.stored["x"], self.cls.x
    def quiescence(self):
        yield from agree(self.stored["x"], "x", self.cls)
"""


def test_a_correct_interpreter_shows_nothing_and_the_samples_are_counted(trial: RunTrial) -> None:
    events = trial(PLAIN, budget_s=3)  # on a busy machine with a GIL, actors seldom meet
    count = final(events)
    assert findings(events) == []
    assert events[-1] == {"event": "done", "reason": "budget"}
    assert count["rounds"] > 0 and count["samples"] > 0
    # A round that is slow, or that the deadline ends, is shorter.
    assert 0 < count["stores"] <= 960 * count["rounds"]
    assert 0 < count["overlap_ns"] <= count["span_ns"]


def test_threads_scale_the_actor_that_an_amplifier_scales(scenario_file: Write) -> None:
    scenario = find_scenario(str(scenario_file(PLAIN)), "sample.sample")
    knobs = settings(scenario.amplifiers, {})
    assert actor_threads(scenario, knobs) == {"writer": 1, "reader": 2}
    assert actor_threads(scenario, knobs, 5) == {"writer": 1, "reader": 4}


def test_a_stale_read_is_a_violation_with_what_was_seen(trial: RunTrial) -> None:
    events = trial(PLAIN.replace('return self.stored["x"], self.cls.x', "return Value(9), Value(3)"))
    (found,) = findings(events)
    assert (found["kind"], found["oracle"], found["where"]) == ("violation", "order", "read")
    assert found["details"]["seen"] == ["x#9", "x#3"]
    assert 0 < final(events)["rounds_hit"] <= final(events)["rounds"]


def test_what_disagrees_at_quiescence_is_a_violation(trial: RunTrial) -> None:
    events = trial(PLAIN.replace('agree(self.stored["x"], "x", self.cls)', 'agree(None, "x", self.cls)'))
    assert {found["oracle"] for found in findings(events)} == {"quiescence"}
    assert findings(events)[0]["where"] == "x of class 0"


@pytest.mark.parametrize("actor_line", ["self.cls.x = Value(n)", 'return self.stored["x"], self.cls.x'])
def test_an_exception_in_any_actor_is_a_finding(trial: RunTrial, actor_line: str) -> None:
    events = trial(PLAIN.replace(actor_line, "raise ZeroDivisionError('on purpose')"))
    assert any(f["kind"] == "exception" and "on purpose" in f["message"] for f in findings(events))
    assert "Traceback" in findings(events)[0]["details"]["traceback"]


def test_an_exception_in_prepare_is_a_finding_and_ends_the_trial(trial: RunTrial) -> None:
    events = trial(PLAIN.replace("prime(self.cls)", "raise OSError('no state')"))
    assert [f["where"] for f in findings(events)] == ["prepare"]
    assert events[-1]["reason"] == "findings"
    assert final(events)["rounds"] == 0


RAISING = """
class Raising(Value):
    __slots__ = ()
    def __del__(self):
        raise ZeroDivisionError("in a finalizer")
"""


def test_an_exception_in_a_finalizer_is_a_finding_unless_it_is_declared(trial: RunTrial) -> None:
    raising = RAISING + PLAIN.replace("self.cls.x = Value(n)", "self.cls.x = Raising(n)")
    assert [f["message"] for f in findings(trial(raising))] == [
        "ZeroDivisionError in finalizer: in a finalizer"
    ]


def test_a_declared_exception_in_a_finalizer_is_none(trial: RunTrial) -> None:
    raising = RAISING + PLAIN.replace("self.cls.x = Value(n)", "self.cls.x = Raising(n)").replace(
        "oracle = Order()", "oracle = Order()\n    finalizers_raise = (ZeroDivisionError,)"
    )
    assert findings(trial(raising)) == []


MORTAL = """
class Sample(Scenario):
    "Every value is finalized once."
    oracle = Lifetime()
    def prepare(self, knobs):
        self.ledger = Ledger(2000)
        self.cls = fresh_class(x=MortalValue(0, self.ledger))
        self.kept = []
        self.made = [0]
    @operation(actor="writer", stores=1)
    def store(self, n):
        self.cls.x = MortalValue(n, self.ledger)
        self.made[0] = n
    @operation(actor="reader")
    def read(self):
        return self.cls.x, "x"
    def unfinished(self):
        missing = self.ledger.missing(self.made[0] + 1, self.made[0])
        return f"{len(missing)} values were never finalized: {missing[:3]}" if missing else None
"""


def test_a_trial_that_has_met_nobody_when_its_budget_is_spent_goes_on(
    trial: RunTrial, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.kernel.trial.LONGER_S", 60.0)  # it ends with the first sample
    late = PLAIN.replace("class Sample", "import time\nSTART = time.monotonic() + 1\nclass Sample").replace(
        """    @operation(actor="reader")
    def read(self):
""",
        """    @operation(actor="reader", may_raise=(LookupError,))
    def read(self):
        if time.monotonic() < START:
            raise LookupError
""",
    )
    assert final(trial(late, budget_s=0.1))["samples"] > 0


def test_values_dropped_by_other_threads_are_waited_for(trial: RunTrial) -> None:
    events = trial(MORTAL, budget_s=0.5)
    assert findings(events) == []
    assert final(events)["rounds"] > 1


def test_a_value_that_is_never_finalized_is_a_leak(trial: RunTrial) -> None:
    events = trial(MORTAL.replace('return self.cls.x, "x"', "self.kept.append(self.cls.x)"))
    assert ("leak", "lifetime") in {(f["kind"], f["oracle"]) for f in findings(events)}


def test_what_only_the_collector_frees_is_owed_by_nobody(trial: RunTrial) -> None:
    """As functions are from 3.14.1 on, once they were stored into a class."""
    cyclic = """
        import weakref
        class Ring:
            "Its instances die on every target, as classes do not on 3.13t."
        class Sample(Scenario):
            "A ring is garbage once it is dropped."
            def prepare(self, knobs):
                self.cls = fresh_class(x=Value(0))
                ring = Ring()
                ring.ring = ring
                self.alive = weakref.ref(ring)
            @operation(actor="writer", stores=1)
            def store(self, n):
                self.cls.x = Value(n)
            def unfinished(self):
                return "the ring is there" if self.alive() else None
        """
    events = trial(cyclic, budget_s=1.0)
    assert findings(events) == []
    assert final(events)["rounds"] > 1


def collections(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What ``gc.collect`` has returned, as it goes."""
    seen: list[int] = []
    collect = gc.collect
    monkeypatch.setattr(gc, "collect", lambda: seen.append(collect()))
    return seen


def test_garbage_is_collected_by_how_much_has_come_not_by_rounds(
    trial: RunTrial, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = collections(monkeypatch)
    trial(PLAIN, rounds=3, budget_s=60)
    assert len(seen) == 1  # at the end
    monkeypatch.setattr("harness.kernel.trial.COLLECT_AFTER", 2000)
    trial(PLAIN, rounds=40, budget_s=60)
    assert len(seen) > 2


def test_a_trial_near_its_memory_limit_collects_before_it_gives_up(
    trial: RunTrial, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = collections(monkeypatch)
    monkeypatch.setattr("harness.kernel.trial.resident_bytes", lambda: 100 if seen else 800)
    events = trial(PLAIN, rounds=20, budget_s=60, memory_limit_bytes=1000)
    assert (events[-1]["reason"], len(seen)) == ("rounds", 2)
    monkeypatch.setattr("harness.kernel.trial.resident_bytes", lambda: 800)
    assert trial(PLAIN, rounds=20, budget_s=60, memory_limit_bytes=1000)[-1]["reason"] == "memory"


def test_what_was_given_back_no_longer_counts_as_resident() -> None:
    before = resident_bytes()
    with mmap.mmap(-1, 256 << 20) as much:  # an allocator would keep what it is given back for a while
        for _ in range(256):
            much.write(bytes(1 << 20))
        with_it = resident_bytes()
    assert with_it - before > 200 << 20
    if Path("/proc/self/statm").exists():
        assert resident_bytes() - before < 100 << 20


def test_a_single_actor_runs_on_the_callers_own_thread_and_every_observation_counts(trial: RunTrial) -> None:
    events = trial(
        """
        import threading
        class Sample(Scenario):
            "One thread."
            oracle = OwnWrite()
            needs_parallelism = False
            @operation(actor="writer", stores=1)
            def store(self):
                return threading.current_thread(), threading.main_thread()
        """
    )
    count = final(events)
    assert findings(events) == []
    assert count["samples"] == sum(960 - number % ENDINGS for number in range(1, count["rounds"] + 1))
    assert count["span_ns"] == 0


def test_an_actor_that_never_returns_is_a_hang_that_names_it(trial: RunTrial) -> None:
    events = trial(
        PLAIN.replace("self.cls.x = Value(n)", "time.sleep(3600)").replace("class", "import time\nclass", 1)
    )
    (found,) = findings(events)
    assert found["kind"] == "hang"
    assert "writer-0" in found["message"]
    assert events[-1] == {"event": "done", "reason": "stuck"}


def test_actors_that_all_sleep_are_given_up_sooner(trial: RunTrial, monkeypatch: pytest.MonkeyPatch) -> None:
    class Asleep(Sleepers):
        def look(self, pid: int | str, awake: int | None = None, beside: int = 0) -> bool:
            return True

    monkeypatch.setattr(workers, "STUCK_WAKES", 10**6)
    monkeypatch.setattr(workers, "ASLEEP_LOOKS", 3)
    monkeypatch.setattr(workers, "Sleepers", Asleep)
    waits = PLAIN.replace("self.cls.x = Value(n)", "time.sleep(3600)").replace(
        "class", "import time\nclass", 1
    )
    (found,) = findings(trial(waits))
    assert found["kind"] == "hang" and "writer-0" in found["message"]


def test_overlap_is_the_share_of_time_with_two_or_more_inside() -> None:
    assert overlap_ns([(0, 10), (5, 15)]) == (5, 15)
    assert overlap_ns([(0, 10), (10, 20)]) == (0, 20)
    assert overlap_ns([(0, 30), (5, 10), (8, 20)]) == (15, 30)
