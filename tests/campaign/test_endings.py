"""A child that goes wrong is told by how it went, and nothing that it said before is lost."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.campaign import child, run, trial
from harness.campaign.options import Options
from harness.campaign.run import run_campaign
from harness.campaign.watch import SLOWEST_SILENCE, TICK_S, Limits, watch
from harness.diagnosis import native
from harness.kernel import hang
from harness.kernel.hang import ASLEEP_LOOKS
from harness.kernel.spec_types import DescribeSpec
from tests.campaign.conftest import RunFake
from tests.campaign.fakes import alive, fake_scenario, fake_target, wait_for

Journal = Callable[[], list[Any]]

DEATHS = {
    "sigkill": "died of SIGKILL",
    "sigsegv": "died of SIGSEGV in trial",
    "sigabrt": "died of SIGABRT in trial",
    "exit_0": "left without saying done, exit status 0",
    "exit_3": "left without saying done, exit status 3",
}


@pytest.mark.parametrize("behaviour", DEATHS)
def test_a_death_is_a_crash_finding_and_nothing_before_it_is_lost(run_fake: RunFake, behaviour: str) -> None:
    result = run_fake(behaviour)
    (finding,) = result.findings
    assert (finding.kind, finding.oracle, result.exit_status) == ("crash", "process", 1)
    assert DEATHS[behaviour] in finding.message
    last = finding.details["last_event"]
    assert last is not None and last["event"] == "progress"
    (shown,) = result.scenarios
    assert shown.rounds == 5 * shown.trials
    assert shown.samples == 1000 * shown.trials
    assert shown.verdict == "new"


def test_a_crash_carries_what_faulthandler_said(run_fake: RunFake) -> None:
    (finding,) = run_fake("sigsegv").findings
    assert "most recent call first" in finding.details["stderr"]
    assert finding.details["frames"][0].startswith("_fake_child.py:")
    assert "SIGSEGV | _fake_child.py:" in finding.signature


@pytest.mark.parametrize("behaviour", ["silent", "endless"])
def test_a_child_that_never_ends_is_a_hang_finding(run_fake: RunFake, behaviour: str) -> None:
    result = run_fake(behaviour, jobs=1)
    (finding,) = result.findings
    assert (finding.kind, result.exit_status) == ("hang", 1)
    assert "for_ever" in finding.details["stderr"] or "says_it_is_alive" in finding.details["stderr"]


def test_a_silent_child_whose_threads_wait_for_one_another_is_not_waited_for(
    run_fake: RunFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "GRACE_S", 600.0)
    monkeypatch.setattr(trial, "SILENCE_S", 600.0)
    (finding,) = run_fake("deadlocked", jobs=1).findings
    assert finding.kind == "hang" and "deadlock" in finding.details["state"]


def test_a_child_that_others_keep_from_the_cores_is_given_more_time(
    run_fake: RunFake, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hang, "kept_waiting_s", lambda pid: time.monotonic())
    monkeypatch.setattr(trial, "GRACE_S", 600.0)
    monkeypatch.setattr(trial, "SILENCE_S", 0.5)
    (finding,) = run_fake("silent", jobs=1).findings
    assert finding.details["ending"] == "silent"
    (ending,) = [event["ending"] for event in journal() if event["event"] == "trial_end"]
    assert ending["wall_s"] > 0.5 / SLOWEST_SILENCE


def test_one_that_sleeps_for_a_time_is_given_the_time(
    run_fake: RunFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "SILENCE_S", 600.0)
    monkeypatch.setattr(trial, "GRACE_S", (ASLEEP_LOOKS + 20) * TICK_S)
    (finding,) = run_fake("silent", jobs=1).findings
    assert finding.details["ending"] == "timeout", "what ended it is that its trial was over long ago"


def test_a_long_campaign_keeps_its_time_and_tells_which_trial_had_not_ended(
    run_fake: RunFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "GRACE_S", 60.0)
    monkeypatch.setattr(run, "KEEPS_TIME_S", 0.5)
    result = run_fake("endless", jobs=1)
    assert result.findings == ()
    assert (result.complete, result.exit_status) == (True, 0)
    assert "had not ended when the campaign's time was over: it may hang" in result.notices[0]


@pytest.mark.parametrize("behaviour", ["eater", "eating_tree"])
def test_a_child_that_eats_memory_is_ended_and_is_no_leak(
    run_fake: RunFake, monkeypatch: pytest.MonkeyPatch, behaviour: str
) -> None:
    monkeypatch.setattr(trial, "GRACE_S", 60.0)
    monkeypatch.setattr(trial, "SILENCE_S", 60.0)  # a machine that is short of memory takes its time
    result = run_fake(behaviour, memory_limit_bytes=300 << 20, jobs=1)
    assert result.findings == ()
    assert result.exit_status == 0, "it ran rounds before"
    assert "MiB and was ended at the memory limit" in result.notices[0]


def test_a_flood_of_output_is_drained_and_its_ends_are_kept(run_fake: RunFake, journal: Journal) -> None:
    assert run_fake("loud").exit_status == 0
    ending = next(event["ending"] for event in journal() if event["event"] == "trial_end")
    assert (ending["stdout_bytes"], ending["stderr_bytes"]) == (400 * 90_000, 400 * 90_000)
    assert len(ending["stdout"]) < 40_000
    assert ending["stdout"].startswith("outout")
    assert ending["stderr"].endswith("err")
    assert "bytes left out" in ending["stderr"]


def test_garbage_in_the_event_pipe_is_kept_as_noise_and_events_beside_it_count(
    run_fake: RunFake, journal: Journal
) -> None:
    result = run_fake("garbage")
    assert result.exit_status == 0
    assert result.complete, "a child cannot end the campaign by saying so"
    (shown,) = result.scenarios
    assert shown.rounds == 7 * shown.trials
    noise = [event for event in journal() if event["event"] == "noise" and event["trial"] == 1]
    assert len(noise) == 11
    assert noise[0]["begins"] == r"\x00\xff\x1b[31m garbage"
    assert max(len(event["begins"]) for event in noise) <= 800
    assert "no events" in result.notices[0]


def test_a_child_that_floods_the_event_pipe_is_ended(run_fake: RunFake, tmp_path: Path) -> None:
    result = run_fake("flood")
    assert result.exit_status == 0, "it ran rounds before"
    assert "flooded the event pipe" in result.notices[0]
    assert (tmp_path / "out" / "journal.jsonl").stat().st_size < 1 << 20


def test_an_alarm_of_our_own_is_no_crash(run_fake: RunFake) -> None:
    result = run_fake("sigalrm")
    assert (result.findings, result.exit_status) == ((), 0)
    assert "stood still" in result.notices[0]


def test_a_failing_kernel_is_a_failure_of_the_harness(run_fake: RunFake) -> None:
    result = run_fake("fails", "finds")
    assert result.exit_status == 4
    assert any("ZeroDivisionError" in notice for notice in result.notices)


def test_a_child_that_cannot_start_is_a_failure_of_the_harness(run_fake: RunFake) -> None:
    result = run_fake("stillborn")
    assert result.exit_status == 4
    assert "this target cannot even import os" in result.notices[0]


def test_a_target_that_is_gone_ends_the_campaign(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(child, "command", lambda target, spec: [str(tmp_path / "gone")])
    options = Options(budget_s=30, seed=1)
    result = run_campaign(fake_target(), [fake_scenario()], options, tmp_path / "out", lambda event: None)
    assert (result.exit_status, result.complete) == (4, False)
    assert "could not be started: No such file or directory" in result.notices[0]


def test_what_a_child_started_ends_with_it(run_fake: RunFake, journal: Journal) -> None:
    run_fake("parent")
    endings = [event["ending"] for event in journal() if event["event"] == "trial_end"]
    assert endings
    for ending in endings:
        assert ending["how"] == "ok"
        wait_for(lambda pid=int(ending["stdout"]): not alive(pid))  # type: ignore[misc]  # a default binds it now


def test_what_left_the_process_group_ends_too(run_fake: RunFake, journal: Journal) -> None:
    run_fake("hiding")
    endings = [event["ending"] for event in journal() if event["event"] == "trial_end"]
    assert endings
    for ending in endings:
        assert ending["how"] in ("silent", "timeout")  # on a busy machine either limit may be the first
        wait_for(lambda pid=int(ending["stdout"]): not alive(pid))  # type: ignore[misc]  # a default binds it now


def test_a_child_inherits_no_setting_that_makes_it_another_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "PYTHON_GIL",
        "PYTHONHASHSEED",
        "PYTHONHOME",
        "PYTEST_CURRENT_TEST",
        "COV_CORE_SOURCE",
        "KEPT",
    ):
        monkeypatch.setenv(name, "1")
    inherited = child.environment()
    assert "KEPT" in inherited
    assert not {"PYTHON_GIL", "PYTHONHASHSEED", "PYTHONHOME", "PYTEST_CURRENT_TEST", "COV_CORE_SOURCE"} & set(
        inherited
    )


def test_a_build_with_the_gil_is_never_told_to_do_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        child, "_bytecode", lambda executable: {}
    )  # told where it cannot lie beside the sources
    spec: DescribeSpec = {"do": "describe", "alarm_s": 1, "files": []}
    assert "gil=0" in child.command(fake_target(), spec)
    assert "gil=0" not in child.command(fake_target(free_threaded=False, gil_enabled=True), spec)
    assert json.loads(child.command(fake_target(), spec)[-1]) == spec


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="counts descriptors in /proc")
def test_no_descriptor_is_left_open(run_fake: RunFake) -> None:
    before = len(os.listdir("/proc/self/fd"))
    run_fake("well", "sigsegv", "garbage")
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_child_that_hangs_is_looked_at_before_it_is_ended(run_fake: RunFake) -> None:
    (found,) = run_fake("silent").findings
    assert found.kind == "hang"
    if Path("/proc/self/task").exists():
        assert found.details["state"] == "deadlock: none of its threads runs"
    assert "native" in found.details or "native_missing" in found.details


def test_that_native_stacks_are_missing_is_said_once(
    run_fake: RunFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(native, "attached", lambda pid: native.NO_GDB)
    result = run_fake("silent", "endless", jobs=2)
    assert len([finding for finding in result.findings if finding.kind == "hang"]) == 2
    assert [notice for notice in result.notices if "gdb" in notice] == [
        "native stacks are missing: there is no gdb on this machine"
    ]


WHAT_IT_IS = """
import os, time
until = time.monotonic() + {wait_s}
while time.monotonic() < until and os.getpriority(os.PRIO_PROCESS, 0) == {now}:
    time.sleep(0.05)
print(os.getpriority(os.PRIO_PROCESS, 0))
"""


@pytest.mark.parametrize(("yields", "wait_s"), [(7, 25.0), (0, 2.5)])
def test_a_silent_child_that_is_to_yield_the_cores_does(yields: int, wait_s: float) -> None:
    now = os.getpriority(os.PRIO_PROCESS, 0)
    code = WHAT_IT_IS.format(wait_s=wait_s, now=now)
    limits = Limits(60.0, 40.0, 1 << 30, yields=yields)
    ending = watch(lambda events: [sys.executable, "-c", code], limits, lambda event: None, lambda: False)
    assert int(ending.stdout) == (yields or now)


@pytest.mark.parametrize(
    ("runs", "how"),
    [
        ("Thread(target=spin).start()", "silent"),
        ("spin()  # as a collection by the first thread would", "timeout"),
    ],
)
def test_of_a_silent_child_that_yields_processor_time_says_whether_it_hangs(runs: str, how: str) -> None:
    limits = Limits(15.0, 20.0, 1 << 30, yields=1)
    code = f"from threading import Thread\ndef spin():\n    while True: pass\n{runs}\n"
    spins = [sys.executable, "-c", code]
    ending = watch(lambda events: spins, limits, lambda event: None, lambda: False)
    assert ending.how == how
