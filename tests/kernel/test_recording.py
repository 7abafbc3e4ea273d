"""Operations are recorded with their times; a round whose history nothing explains is a finding with its columns."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.kernel.compiler import compile_actor
from harness.kernel.history import Log, key_of
from harness.kernel.loader import describe_file, find_scenario
from harness.kernel.recording import LOG
from harness.kernel.scenario import ScenarioError
from tests.kernel.conftest import RunTrial, Write, final, findings

REGISTER = """
class Sample(Scenario):
    "A register, read in two ways."
    oracle = Linearizable()
    amplifiers = (readers,)
    threads = {"writer": 3}
    needs_parallelism = False
    def prepare(self, knobs):
        self.cls = fresh_class(x=Value(0))
        self.sub = fresh_subclass(self.cls)
    @operation(actor="writer", stores=1, oracle=Linearizable.write())
    def store(self, n, me):
        value = Value(n, "x", me)
        self.cls.x = value
        return value
    @operation(actor="reader")
    def read(self):
        return self.sub.x
"""

STALE = """
class Copy:
    "What a reader of a register has kept, for nine reads of ten."
    def __init__(self, cls):
        self.cls, self.turn, self.kept = cls, 0, cls.x
    def read(self):
        self.turn += 1
        if self.turn % 10 == 0:
            self.kept = self.cls.x
        return self.kept
""" + REGISTER.replace("self.sub = fresh_subclass(self.cls)", "self.copy = Copy(self.cls)").replace(
    "self.sub.x", "self.copy.read()"
)


def test_a_correct_register_shows_nothing_and_every_history_is_decided(trial: RunTrial) -> None:
    events = trial(REGISTER, budget_s=2)
    count = final(events)
    assert findings(events) == []
    assert count["histories"] == count["rounds"] > 0
    assert count["unknown_histories"] == 0
    assert count["samples"] > 0


def test_stores_are_no_observations(trial: RunTrial) -> None:
    count = final(trial(REGISTER.partition('    @operation(actor="reader")')[0], budget_s=0.5))
    assert (count["samples"], count["unknown_histories"]) == (0, 0)
    assert count["histories"] == count["rounds"] > 0


def test_a_read_through_a_stale_copy_is_a_finding_with_the_columns_that_show_it(trial: RunTrial) -> None:
    events = trial(STALE, budget_s=2)
    (found,) = findings(events)
    assert (found["kind"], found["oracle"], found["where"]) == ("violation", "linearizability", "x")
    assert found["message"].startswith("no order explains x: ")
    assert "\n" not in found["message"]
    heading, *lines = found["details"]["history"].splitlines()
    assert "writer " in heading and "reader " in heading
    assert any("┌ store #" in line for line in lines) and any("└ #" in line for line in lines)
    assert len(lines) <= 12
    assert final(events)["rounds_hit"] > 0


def test_a_thread_that_reads_behind_its_own_stores_is_found_although_what_it_reads_never_goes_back(
    trial: RunTrial,
) -> None:
    events = trial(
        REGISTER.replace('@operation(actor="reader")', '@operation(actor="writer")')
        .replace("self.sub = fresh_subclass(self.cls)", "self.all = [Value(0), Value(0)]")
        .replace("return value", "self.all.append(value)\n        return value")
        .replace("return self.sub.x", "return self.all[-2]")
        .replace("(readers,)", "()")
        .replace('{"writer": 3}', "{}")
    )
    (found,) = findings(events)
    assert found["message"] == (
        "no order explains x: #0 was there before all others, and "
        "writer 0 had stored #1 before writer 0 began to read #0"
    )


def test_a_value_of_another_name_is_refused_at_once(trial: RunTrial) -> None:
    events = trial(REGISTER.replace("return self.sub.x", "return Value(0, 'y')"))
    assert findings(events)[0]["message"] == "x gave y#0, which was stored under another name"


def test_a_round_in_which_an_actor_raised_is_unknown_and_none_of_its_reads_counts(trial: RunTrial) -> None:
    raising = REGISTER.replace("self.cls.x = value", "self.cls.x = value\n        1 // (n - 1)")
    events = trial(raising)
    count = final(events)
    assert {found["kind"] for found in findings(events)} == {"exception"}
    assert count["unknown_histories"] == count["rounds_hit"] > 0
    # A round that was cut short may have ended before a writer's first store, and then nothing raised in it.
    assert count["samples"] == 0 or count["rounds_hit"] < count["rounds"]


def recorded(path: Path, actor: str, turns: int) -> Log:
    scenario = find_scenario(str(path), "sample.sample")
    state = scenario()
    state.prepare(None)  # type: ignore[arg-type]
    loop = compile_actor(scenario, actor, alone=True)
    memory = loop.memory()
    loop.run(state, 7, turns, 3, [True], [], [True], [], [0, 0], memory, [False], lambda: None)
    (log,) = [thing for name, thing in memory.items() if name.endswith(LOG)]
    assert isinstance(log, Log)
    return log


def test_each_operation_is_recorded_with_its_value_and_the_times_around_it(scenario_file: Write) -> None:
    slow = "from time import perf_counter_ns\ninside = []\n" + REGISTER.replace(
        "self.cls.x = value", "self.cls.x = value\n        self.inside.append(perf_counter_ns())"
    ).replace("self.sub =", "self.inside = inside\n        self.sub =")
    path = scenario_file(slow)
    log = recorded(path, "writer", 5)
    inside = find_scenario(str(path), "sample.sample").prepare.__globals__["inside"]
    assert log.writes
    assert list(log.keys) == [key_of(n, 7) for n in range(1, 6)]
    moments = [t for three in zip(log.calls, inside, log.returns, strict=True) for t in three]
    assert len(moments) == 15 and moments == sorted(moments)


def test_a_read_that_may_raise_and_does_is_not_recorded(scenario_file: Write) -> None:
    path = scenario_file(
        REGISTER.replace('(actor="reader")', '(actor="reader", may_raise=(LookupError,))')
        .replace("self.sub =", "self.each = iter(range(10))\n        self.sub =")
        .replace("return self.sub.x", "[][next(self.each) % 2:] or [][9]\n        return self.sub.x")
        .replace("[][next(self.each) % 2:] or [][9]", "(0,)[next(self.each) % 2]")
    )
    log = recorded(path, "reader", 6)
    assert len(log.keys) == len(log.calls) == len(log.returns) == 3


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (
            "self.cls.x = value",
            "del self.cls.x",
            "operation store deletes, and the scenario records histories",
        ),
        ("self.cls.x = value", "delattr(self.cls, 'x')", "operation store deletes"),
        (", oracle=Linearizable.write()", "", "is recorded as a read: give it oracle=Linearizable.write()"),
        ('"writer", stores=1', '"writer", stores=2', "it must store once and may not raise"),
        ("stores=1", "stores=1, may_raise=(TypeError,)", "it must store once and may not raise"),
        (".write()", ".write('y')", "records reads of x, but no operation records its stores"),
    ],
)
def test_a_scenario_whose_histories_could_not_be_decided_is_refused_in_one_sentence(
    scenario_file: Write, old: str, new: str, complaint: str
) -> None:
    assert old in REGISTER
    with pytest.raises(ScenarioError) as caught:
        describe_file(str(scenario_file(REGISTER.replace(old, new))))
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)
