"""What every scenario can be set to, without its code knowing: bystanders, the queue, the specializer."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from harness.campaign import child
from harness.campaign.plan import PlannedTrial
from harness.campaign.select import describe, in_this_process
from harness.kernel import bystanders, workers
from harness.kernel.amplifiers import Amplifier, Setting, settings
from harness.kernel.bystanders import KINDS, NOBODY, Bystander
from harness.kernel.levers import FILLED, LEFT, OFF, amplifiers_of, bystander, freed, specializer
from harness.kernel.loader import find_scenario
from harness.kernel.rounds import new_round, roles
from harness.kernel.scenario import operation
from harness.kernel.spec_types import ChildTrial
from harness.kernel.workers import Workers
from harness.record.target import Target
from tests.campaign.fakes import fake_scenario, fake_target
from tests.kernel.conftest import RunTrial, Write, final, findings
from tests.kernel.test_trial import PLAIN

ROOT = Path(__file__).resolve().parents[2]
ALONE = """
class Sample(Scenario):
    "One thread."
    oracle = OwnWrite()
    def prepare(self, knobs):
        self.cls = fresh_class(x=Value(0))
    @operation(actor="writer", stores=1)
    def store(self, n):
        self.cls.x = value = Value(n)
        return value, self.cls.x
"""


class Raising(Bystander):
    @operation(actor="raising")
    def fail(self) -> None:
        raise ZeroDivisionError("beside a race")


class Endless(Bystander):
    @operation(actor="endless")
    def sleep(self) -> None:
        time.sleep(3600)


@pytest.mark.parametrize("kind", [name for name in KINDS if name != "invalidator"])
def test_a_bystander_changes_nothing_that_is_allowed(trial: RunTrial, kind: str) -> None:
    events = trial(PLAIN, knobs={"bystander": kind, "queue": 1}, budget_s=2)
    assert findings(events) == []
    assert final(events)["samples"] > 0


@pytest.mark.parametrize("text", [PLAIN, ALONE])
def test_it_runs_while_actors_race_and_is_parked_with_them(scenario_file: Write, text: str) -> None:
    scenario = find_scenario(str(scenario_file(text)), "sample.sample")
    knobs = settings(amplifiers_of(scenario), {"bystander": "leaver"})
    played = roles(scenario, knobs, None)
    work = Workers(played, lambda: None, knobs.bystander)
    assert work.beside is not None
    for _ in range(500):  # on a busy machine a row may be over before it has had a core
        row = []
        for number in range(1, 20):
            row.append(new_round(number, scenario(), played, [8] * len(played)))
            row[-1].scenario.prepare(knobs)
        work.race(row, time.monotonic() + 60, 0.0)
        turns = work.beside.turns
        time.sleep(0.01)
        assert work.beside.turns == turns
        assert work.beside.batch == ()
        if turns:
            break
    assert turns > 0
    work.finish()
    assert not work.beside.thread.is_alive()


def test_an_exception_in_one_is_a_finding_that_names_it(
    trial: RunTrial, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(KINDS, "raising", Raising)
    (found,) = findings(trial(PLAIN, knobs={"bystander": "raising"}))
    assert (found["kind"], found["where"]) == ("exception", "raising")
    assert "beside a race" in found["message"]


def test_one_that_never_returns_is_a_hang_that_names_it(
    trial: RunTrial, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "STUCK_WAKES", 3)
    monkeypatch.setitem(KINDS, "endless", Endless)
    (found,) = findings(trial(ALONE, knobs={"bystander": "endless"}))
    assert found["kind"] == "hang"
    assert "endless did not return" in found["message"]


def test_a_hang_of_the_actors_names_a_bystander_that_does_nothing_either(
    trial: RunTrial, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "STUCK_WAKES", 5)
    monkeypatch.setitem(KINDS, "endless", Endless)
    both = PLAIN.replace("self.cls.x = Value(n)", "time.sleep(3600)").replace(
        "class", "import time\nclass", 1
    )
    (found,) = findings(trial(both, knobs={"bystander": "endless"}))
    assert found["kind"] == "hang"
    assert "writer-0" in found["message"] and "endless" in found["message"]


def test_a_bystander_keeps_a_core_busy_and_is_no_actor() -> None:
    def planned(bystander: str) -> PlannedTrial:
        return PlannedTrial(fake_scenario(), 0, {"bystander": bystander}, "", 2, 1.0)

    assert (planned(NOBODY).busy, planned("stopper").busy, planned("stopper").threads) == (2, 3, 2)


def test_a_scenario_may_want_some_of_them_or_none(scenario_file: Write) -> None:
    some = PLAIN.replace("oracle = ", "bystanders = ('leaver',)\n    oracle = ", 1)
    found = find_scenario(str(scenario_file(some)), "sample.sample")
    assert set(bystander(found).values) == {NOBODY, "leaver"}
    found.bystanders = ()
    assert "bystander" not in {one.name for one in amplifiers_of(found)}


def test_what_does_nothing_here_is_not_drawn_and_its_reason_is_told() -> None:
    idle = Amplifier("a", ("none", "one", "two"), "", idle_values={"two": "why"})
    assert (idle.drawn, list(idle.idle)) == (("none", "one"), [("a two", "why")])
    without = Amplifier("a", ("none", "two"), "", idle_values={"two": "why"})
    assert (without.drawn, list(without.idle)) == ((), [("a two", "why")])
    new = Amplifier("a", (1, 2), "", minimum_version=(99, 1))
    assert (new.drawn, list(new.idle)) == ((), [("a", "needs Python 99.1")])
    gone = Amplifier("a", (1, 2), "", dead_from=(3, 0))
    assert (gone.drawn, list(gone.idle)) == ((), [("a", "tests nothing from Python 3.0 on")])
    assert Amplifier("a", (1, 2), "").drawn == (1, 2)


def test_a_plainer_value_is_a_lower_one_or_the_one_where_nothing_is_drawn() -> None:
    assert Amplifier("a", (2, 1, 4), "").plainer(4) == [1, 2]
    assert specializer.plainer(OFF) == ["on"] and specializer.plainer("on") == []


def test_the_target_says_which_of_them_it_has_a_use_for(free_threaded: Target, scenario_file: Write) -> None:
    (told,) = describe(free_threaded, [scenario_file(PLAIN)]).scenarios
    drawn, idle = {name for name, _ in told.amplifiers}, {name for name, _ in told.idle_amplifiers}
    for name in ("bystander", "queue", "specializer"):
        assert (name in drawn) != (name in idle)
        assert (name in drawn) == (free_threaded.version_info >= (3, 14))
    assert dict(told.amplifiers)[freed.name] == (LEFT, FILLED)
    for name in (specializer.name, freed.name):
        assert name not in dict(in_this_process(told).amplifiers)
        assert name in dict(in_this_process(told).idle_amplifiers)


def spec_with(knobs: dict[str, Setting]) -> ChildTrial:
    return {
        "do": "trial",
        "alarm_s": 1,
        "file": "f.py",
        "scenario": "f.s",
        "knobs": knobs,
        "seed": "",
        "budget_s": 1.0,
    }


def test_without_the_specializer_the_child_is_started_so_and_nothing_else_turns_it_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def command(**knobs: Setting) -> list[str]:
        return child.command(fake_target(), spec_with(knobs))

    without = command(specializer=OFF)
    assert without[without.index("tlbc=0") - 1] == "-X"
    assert "tlbc=0" not in command(specializer="on")
    assert "tlbc=0" not in command()
    assert "tlbc=0" not in child.command(fake_target(), {"do": "describe", "alarm_s": 1, "files": []})
    for name in ("PYTHON_TLBC", "PYTHON_JIT", "PYTHON_GIL"):
        monkeypatch.setenv(name, "1")
        assert name not in child.environment()


def test_where_freed_memory_is_filled_the_child_is_told_so() -> None:
    assert child.allocator(spec_with({"freed": FILLED})) == {"PYTHONMALLOC": "debug"}
    assert child.allocator(spec_with({"freed": LEFT})) == child.allocator(spec_with({})) == {}
    assert child.allocator({"do": "describe", "alarm_s": 1, "files": []}) == {}


def test_a_trial_that_was_not_started_so_is_refused(trial: RunTrial, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="-X tlbc=0"):
        trial(PLAIN, knobs={"specializer": OFF})
    monkeypatch.delenv("PYTHONMALLOC", raising=False)
    with pytest.raises(ValueError, match="PYTHONMALLOC=debug"):
        trial(PLAIN, knobs={"freed": FILLED})


def test_what_a_class_store_replaced_is_gone_once_the_queue_is_emptied(free_threaded: Target) -> None:
    program = """
import gc
from harness.kernel.delayed import empty_queue, queue_entries
gc.disable()
class Mortal:
    deaths = 0
    def __del__(self):
        Mortal.deaths += 1
class C:
    x = None
for made in (1, 5, 253, 254, 255, 1000):
    Mortal.deaths = 0
    queue_entries(made % 7)
    for _ in range(made):
        C.x = Mortal()
    C.x = None
    empty_queue()
    print(made, Mortal.deaths)
"""
    done = subprocess.run(
        [free_threaded.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    lines = [line.split() for line in done.stdout.splitlines()]
    assert len(lines) == 6 and all(made == dead for made, dead in lines), done.stdout + done.stderr


@pytest.mark.parametrize("kind", KINDS)
def test_each_says_why_it_has_nothing_to_do_or_nothing(kind: str) -> None:
    with_gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    assert (bystanders.why_idle(kind) is not None) >= with_gil
