"""A campaign that is killed, interrupted or out of room loses nothing, leaves no child, and can be gone on with."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from harness.campaign.grade import grade
from harness.campaign.options import CampaignError, Options
from harness.campaign.run import run_campaign
from harness.record.events import Event
from harness.record.journal import read_journal
from harness.record.result import Result
from tests.campaign.fakes import PATIENCE_S, alive, fake_scenario, fake_target, wait_for

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def manager(out: Path, *behaviours: str, **options: Any) -> Iterator[subprocess.Popen[str]]:
    """A campaign in a process of its own; whatever the test does, it is gone afterwards."""
    asked = {"budget_s": 120.0, "seed": 1, "behaviours": behaviours} | options
    command = [sys.executable, "-m", "tests.campaign.manager", str(out), json.dumps(asked)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def events(out: Path, kind: str) -> list[Any]:
    if not (out / "journal.jsonl").exists():
        return []
    return [event for event in read_journal(out) if event.get("event") == kind]


def resume(out: Path, **options: Any) -> Result:
    chosen = Options(**({"budget_s": 1.0, "seed": 99, "resume": True} | options))
    return run_campaign(fake_target(), [], chosen, out, lambda event: None)


def test_a_killed_manager_takes_its_children_along_and_can_be_resumed(
    fake_children: None, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    with manager(out, "slow", "well", budget_s=8.0) as process:
        wait_for(lambda: events(out, "trial_end") and events(out, "progress"))
        children: list[psutil.Process] = []
        while not children:  # between two trials there is none for a moment
            children = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGKILL)
        process.wait()
    for child in children:
        wait_for(lambda child=child: not alive(child.pid))  # type: ignore[misc]  # a default binds it now

    before = grade(read_journal(out))
    assert (before.complete, before.exit_status) == (False, 130)
    assert before.totals.rounds > 0

    after = resume(out)
    assert (after.complete, after.exit_status) == (True, 0)
    assert (after.seed, after.budget_s) == (1, 8.0), "the campaign's own, not the command line's"
    assert after.totals.rounds > before.totals.rounds
    assert {scenario.name for scenario in after.scenarios} == {"fake.slow", "fake.well"}
    numbers = [event["trial"] for event in events(out, "trial_start")]
    assert numbers == list(range(1, len(numbers) + 1))
    ended = [(event["scenario"], event["index"]) for event in events(out, "trial_end")]
    assert len(ended) == len(set(ended)), "a trial that ended is not run again"
    assert json.loads((out / "result.json").read_text())["complete"] is True


def test_what_was_cut_is_run_again(fake_children: None, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with manager(out, "slow", budget_s=20.0, jobs=1) as process:
        wait_for(lambda: events(out, "progress"))
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_S) == 130
    (cut,) = events(out, "trial_end")
    assert (cut["index"], cut["ending"]["how"]) == (0, "stopped")
    with manager(out, "slow", resume=True) as process:
        wait_for(lambda: len(events(out, "trial_start")) > 1)
    again = events(out, "trial_start")[1]
    assert (again["trial"], again["index"]) == (2, 0)


def test_a_complete_campaign_has_nothing_to_resume(fake_children: None, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = run_campaign(fake_target(), [fake_scenario()], Options(0.5, 1), out, lambda event: None)
    again = resume(out)
    assert again.totals == first.totals
    assert (again.complete, again.exit_status) == (True, 0)


@pytest.mark.parametrize("moment", ["at once", "begun", "first trial", "first round", "first end"])
@pytest.mark.parametrize("times", [1, 3])
def test_ctrl_c_at_any_moment_keeps_everything(tmp_path: Path, moment: str, times: int) -> None:
    out = tmp_path / "out"
    seen = {
        "at once": lambda: True,
        "begun": lambda: events(out, "campaign"),
        "first trial": lambda: events(out, "trial_start"),
        "first round": lambda: events(out, "progress"),
        "first end": lambda: events(out, "trial_end"),
    }
    with manager(out, "slow", "well", "silent", jobs=3) as process:
        wait_for(seen[moment])
        children = psutil.Process(process.pid).children(recursive=True)
        for _ in range(times):
            process.send_signal(signal.SIGINT)
            time.sleep(0.01)
        stdout, stderr = process.communicate(timeout=PATIENCE_S)
    if moment == "at once":  # Python itself may not have been up yet
        assert process.returncode in (130, -signal.SIGINT, 1)
        return
    # The last of three may come when the campaign has handed back, and Python itself is about to end.
    assert process.returncode in ((130,) if times == 1 else (130, -signal.SIGINT)), stdout + stderr
    assert not any(alive(child.pid) for child in children)
    if times == 1:  # a further one may come when the campaign has already handed back
        assert events(out, "campaign_end")[0]["reason"] == "interrupted"
        assert (out / "result.json").exists()
    result = grade(read_journal(out))
    assert (result.complete, result.exit_status) == (False, 130)
    assert moment != "first round" or result.totals.rounds >= 5


def test_a_finding_before_ctrl_c_still_decides(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with manager(out, "finds", "slow") as process:
        wait_for(lambda: events(out, "finding"))
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_S) == 1


@pytest.mark.parametrize("file_limit", [1000, 10_000, 30_000])
def test_a_full_disk_ends_the_campaign_and_what_was_recorded_stays(
    fake_children: None, tmp_path: Path, file_limit: int
) -> None:
    out = tmp_path / "out"
    with manager(out, "well", "endless", "finds", budget_s=6.0, file_limit=file_limit) as process:
        stdout, stderr = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 4, stdout + stderr
    assert "cannot write" in stdout
    assert "--resume" in stdout
    assert not stderr
    recorded = list(read_journal(out))
    assert (out / "journal.jsonl").stat().st_size <= file_limit
    if file_limit == 1000:
        return  # not even the beginning found room
    assert grade(recorded).complete is False
    assert resume(out).totals.trials >= grade(recorded).totals.trials


def test_an_out_that_cannot_be_written_is_a_bad_argument(fake_children: None, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for out in (tmp_path / "file", tmp_path / "file" / "out"):
        with pytest.raises(CampaignError, match="choose another --out"):
            run_campaign(fake_target(), [fake_scenario()], Options(0.5, 1), out, lambda event: None)


def test_an_out_that_holds_a_campaign_is_refused(fake_children: None, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run_campaign(fake_target(), [fake_scenario()], Options(0.5, 1), out, lambda event: None)
    before = (out / "journal.jsonl").read_bytes()
    with pytest.raises(CampaignError, match="holds a campaign already: add --resume"):
        run_campaign(fake_target(), [fake_scenario()], Options(0.5, 1), out, lambda event: None)
    assert (out / "journal.jsonl").read_bytes() == before


def test_nothing_to_resume_is_a_bad_argument(tmp_path: Path) -> None:
    with pytest.raises(CampaignError, match="holds no campaign"):
        resume(tmp_path / "out")
    (tmp_path / "journal.jsonl").write_text('{"event":"camp')
    with pytest.raises(CampaignError, match="without a beginning"):
        resume(tmp_path)


def test_another_build_cannot_go_on_with_a_campaign(fake_children: None, tmp_path: Path) -> None:
    run_campaign(fake_target(), [fake_scenario()], Options(0.5, 1), tmp_path, lambda event: None)
    other = fake_target(version="3.14.0")
    with pytest.raises(CampaignError, match=r"was begun on CPython 3\.13\.5 free-threaded"):
        run_campaign(other, [], Options(0.5, 1, resume=True), tmp_path, lambda event: None)


def test_a_listener_that_raises_leaves_no_child(fake_children: None, tmp_path: Path) -> None:
    pids: list[int] = []

    def listener(event: Event) -> None:
        if event["event"] == "hello":
            pids.append(event["pid"])
        if event["event"] == "progress":
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_campaign(fake_target(), [fake_scenario("slow")], Options(60, 1), tmp_path, listener)
    assert pids
    assert not any(alive(pid) for pid in pids)
