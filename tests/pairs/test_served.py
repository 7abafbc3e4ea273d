"""Trials whose children are forked from one process that has loaded what they need."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from harness.builds.slices import SLICE_NS, slice_ns
from harness.campaign.plan import PlannedTrial
from harness.campaign.select import describe
from harness.campaign.servers import serving
from harness.campaign.trial import RunTrial, run_in_child, trial_spec
from harness.diagnosis.ending import Ending
from harness.kernel.amplifiers import Setting
from harness.kernel.levers import FILLED, LEFT, OFF, ON
from harness.kernel.spec_types import ChildTrial
from harness.kernel.suite import suite_files
from harness.record.target import Target

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="each has a child of its own elsewhere")

FILE = Path(__file__).with_name("_subjects.py")


def spec_of(target: Target, name: str, file: Path = FILE, budget_s: float = 0.1) -> ChildTrial:
    (chosen,) = [one for one in describe(target, [file], "subjects").scenarios if one.name == name]
    planned = PlannedTrial(chosen, 0, {}, "1", 2, budget_s, mixed=True)
    return trial_spec(planned, budget_s, None, 1 << 30, "off")


def run(run_trial: RunTrial, target: Target, spec: ChildTrial) -> tuple[Ending, int, int]:
    """A trial's ending, its process id, and that of the process that started it."""
    parents: list[tuple[int, int]] = []

    def hear(event: Any) -> None:
        if event["event"] == "hello":
            parents.append((event["pid"], psutil.Process(event["pid"]).ppid()))

    ending = run_trial(target, spec, hear, lambda: False)
    ((pid, parent),) = parents
    return ending, pid, parent


def test_one_process_starts_a_child_for_each_trial_and_none_is_left(free_threaded: Target) -> None:
    spec = spec_of(free_threaded, "pairs.kept")
    before = len(os.listdir("/proc/self/fd"))
    with serving(200) as run_trial:
        one, other = (run(run_trial, free_threaded, spec) for _ in range(2))
        assert one[0].how == other[0].how == "ok" and one[0].done == other[0].done == "pairs"
        assert one[1] != other[1] and one[2] == other[2] != os.getpid()
        assert slice_ns(one[2]) == (SLICE_NS if slice_ns() else slice_ns())
        assert not psutil.pid_exists(one[1])
    assert not psutil.pid_exists(one[2])
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_crash_is_of_its_own_trial(free_threaded: Target) -> None:
    with serving(200) as run_trial:
        deadly, _, one = run(run_trial, free_threaded, spec_of(free_threaded, "pairs.deadly", budget_s=5.0))
        kept, _, other = run(run_trial, free_threaded, spec_of(free_threaded, "pairs.kept"))
    assert deadly.status == 9 and deadly.evidence["pair"] == "ends+ends"
    assert kept.how == "ok" and one == other


def test_a_trial_is_stopped_at_once(free_threaded: Target) -> None:
    heard: list[str] = []
    with serving(200) as run_trial:
        began = time.monotonic()
        spec = spec_of(free_threaded, "pairs.kept", budget_s=60.0)
        ending = run_trial(
            free_threaded, spec, lambda event: heard.append(event["event"]), lambda: "hello" in heard
        )
        assert ending.how == "stopped" and time.monotonic() - began < 50
        assert run(run_trial, free_threaded, spec_of(free_threaded, "pairs.kept"))[0].how == "ok"


def test_without_its_server_a_trial_has_a_child_of_its_own(free_threaded: Target) -> None:
    spec = spec_of(free_threaded, "pairs.kept")
    with serving(200) as run_trial:
        _, _, server = run(run_trial, free_threaded, spec)
        psutil.Process(server).kill()
        ending, _, parent = run(run_trial, free_threaded, spec)
        assert ending.how == "ok" and parent == os.getpid()
        assert run(run_trial, free_threaded, spec)[2] != os.getpid()


@pytest.mark.parametrize("specialized", [ON, OFF])
def test_a_race_of_a_scenario_is_served_by_an_interpreter_with_the_options_that_it_asks_for(
    free_threaded: Target, specialized: str
) -> None:
    (file,) = [one for one in suite_files() if one.name == "plain_stores.py"]
    (chosen,) = [one for one in describe(free_threaded, [file]).scenarios if one.name.endswith(".read_back")]
    planned = PlannedTrial(chosen, 0, {"specializer": specialized}, "1", 2, 0.1)
    spec = trial_spec(planned, 0.1, None, 1 << 30, "off")
    with serving(200) as run_trial:
        _, _, other = run(run_trial, free_threaded, spec | {"knobs": {}})
        ending, _, server = run(run_trial, free_threaded, spec)
        assert ending.how == "ok" and ending.done == "budget"
        assert server != os.getpid() and (server == other) is (specialized == ON)
        assert ("tlbc=0" in psutil.Process(server).cmdline()) is (specialized == OFF)


@pytest.mark.parametrize("is_served", [True, False])
def test_a_child_fills_freed_memory_where_it_is_asked_to(free_threaded: Target, is_served: bool) -> None:
    (file,) = [one for one in suite_files() if one.name == "plain_stores.py"]
    (chosen,) = [one for one in describe(free_threaded, [file]).scenarios if one.name.endswith(".read_back")]
    seen = []
    asked: tuple[dict[str, Setting], ...] = ({}, {"freed": FILLED}, {"freed": LEFT})
    with serving(200) as run_trial:
        for knobs in asked:
            spec = trial_spec(PlannedTrial(chosen, 0, knobs, "1", 2, 0.1), 0.1, None, 1 << 30, "off")
            ending, _, server = run(run_trial if is_served else run_in_child, free_threaded, spec)
            assert ending.how == "ok" and ending.done == "budget", "a child that was not started so refuses"
            seen.append(server)
    assert (seen[0] == seen[2] != seen[1]) is is_served


def test_a_server_has_so_many_trials(free_threaded: Target) -> None:
    spec = spec_of(free_threaded, "pairs.kept")
    with serving(2) as run_trial:
        servers = [run(run_trial, free_threaded, spec)[2] for _ in range(4)]
    assert servers[0] == servers[1] != servers[2] == servers[3]


def test_what_starts_a_thread_when_it_is_imported_is_not_forked(
    free_threaded: Target, tmp_path: Path
) -> None:
    file = tmp_path / "threaded.py"
    file.write_text(
        "import threading, time\n"
        "from harness.kernel.pairs import Subject, step\n"
        "threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
        "class Threaded(Subject):\n"
        '    "Beside it a thread sleeps."\n'
        "    def fresh(self, size):\n"
        "        return []\n"
        "    @step()\n"
        "    def look(o, v):\n"
        "        return len(o)\n"
    )
    with serving(200) as run_trial:
        ending, _, parent = run(run_trial, free_threaded, spec_of(free_threaded, "pairs.threaded", file))
    assert ending.how == "ok" and parent == os.getpid()
