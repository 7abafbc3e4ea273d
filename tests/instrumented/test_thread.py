"""A real build with the thread sanitizer: it reports what is a race, and nothing where one thread is alone."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from harness.builds.layout import fixed_layout
from harness.campaign import preflight, report_log
from harness.campaign.again import run_once
from harness.campaign.options import Options
from harness.campaign.preflight import NothingReported, checked
from harness.campaign.run import run_campaign
from harness.campaign.select import describe
from harness.campaign.suppressions import Suppression
from harness.record.result import Result
from harness.record.severity import UNCOUNTED
from harness.record.target import Target
from harness.repro.recorded import read
from harness.repro.runs import run
from harness.repro.script import docstring, script
from tests.report.schemas import check_journal

pytestmark = pytest.mark.instrumented
SCENARIOS = '''
from harness.kernel import *


class Views(Scenario):
    """Two threads store into one byte."""

    needs_parallelism = True

    def prepare(self, knobs):
        self.shared = bytearray(8)
        self.first = memoryview(self.shared)
        self.second = memoryview(self.shared)

    @operation(actor="one")
    def store(self, n):
        self.first[0] = n & 255

    @operation(actor="other")
    def store_too(self, n):
        self.second[0] = n & 255


class Alone(Scenario):
    """One thread."""

    needs_parallelism = False

    def prepare(self, knobs):
        self.view = memoryview(bytearray(8))

    @operation(actor="one")
    def store(self, n):
        self.view[0] = n & 255
'''


@pytest.fixture
def raced(thread_sanitized: Target, tmp_path: Path) -> Raced:
    file = tmp_path / "mine.py"
    file.write_text(SCENARIOS)
    return Raced(thread_sanitized, file, tmp_path / "out")


class Raced:
    def __init__(self, target: Target, file: Path, out: Path) -> None:
        self.target, self.file, self.out = target, file, out

    def __call__(self, name: str, budget_s: float, *given: Suppression) -> Result:
        found = describe(self.target, [self.file])
        assert not found.errors
        scenarios = [one for one in found.scenarios if one.name == f"mine.{name}"]
        options = Options(budget_s, 1, jobs=1)
        result = run_campaign(self.target, scenarios, options, self.out, lambda event: None, given=given)
        check_journal(self.out)
        return result


def test_it_is_told_what_it_is_and_how_slow(thread_sanitized: Target) -> None:
    assert thread_sanitized.slower > 1
    assert thread_sanitized.set_apart, "it is never the default"


def test_a_race_of_two_actors_is_one_finding_with_both_stacks_and_their_names(raced: Raced) -> None:
    result = raced("views", 8)
    races = [found for found in result.findings if "pack_single" in found.where]
    assert len(races) == 1
    (race,) = races
    assert (race.kind, race.oracle, race.severity) == ("sanitizer", "data race", UNCOUNTED)
    assert race.where == "Objects/memoryobject.c:pack_single"
    if raced.target.version_info >= (3, 14):
        assert {stack["thread"] for stack in race.details["stacks"]} == {"one-0", "other-0"}
    assert result.exit_status == 0


def test_it_shows_again_and_its_script_sees_it_in_a_process_of_its_own(raced: Raced, tmp_path: Path) -> None:
    result = raced("views", 8)
    (race,) = (found for found in result.findings if "pack_single" in found.where)
    recorded = read(raced.out, race.id)
    outcome = run_once(raced.target, recorded.again, race.signature, memory_bytes=8 << 30)
    assert outcome.hit, outcome
    path = tmp_path / "script.py"
    path.write_text(script(race, recorded.again, docstring(["What it shows."])))
    done = run(raced.target, path, limit_s=100)
    assert done.seen, done


def test_one_thread_alone_has_no_race(raced: Raced) -> None:
    result = raced("alone", 5)
    assert result.totals.rounds > 0
    assert result.findings == ()


def test_a_suppression_hides_it_and_is_told_with_how_often_it_did(raced: Raced) -> None:
    one = Suppression("race_top:pack_single", "gh-1", "a test")
    result = raced("views", 8, one)
    assert not [found for found in result.findings if "pack_single" in found.where]
    assert any(notice.startswith("suppressed: race_top:pack_single, ") for notice in result.notices)
    assert not any("race_top:pack_single, 0 reports" in notice for notice in result.notices)


def test_a_runtime_that_reports_nothing_is_refused(
    thread_sanitized: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = f"{report_log.OPTIONS['thread']} report_bugs=0"
    monkeypatch.setitem(report_log.OPTIONS, "thread", options)
    with pytest.raises(NothingReported, match="which does not report two threads that store into one byte"):
        checked(thread_sanitized)


def test_one_whose_code_is_not_instrumented_is_refused(free_threaded: Target, tmp_path: Path) -> None:
    """The library alone, under an ordinary build."""
    library = subprocess.run(
        ["cc", "-print-file-name=libtsan.so"], capture_output=True, text=True, check=False
    ).stdout.strip()
    if not Path(library).is_file():
        pytest.skip("the compiler has no libtsan.so that could be preloaded")
    wrapper = tmp_path / "python"
    wrapper.write_text(f'#!/bin/sh\nLD_PRELOAD={library} exec {free_threaded.executable} "$@"\n')
    wrapper.chmod(0o755)
    with fixed_layout(), pytest.raises(NothingReported):
        checked(replace(free_threaded, executable=str(wrapper), sanitizer="thread"))


def test_the_program_of_the_preflight_needs_no_harness(thread_sanitized: Target, tmp_path: Path) -> None:
    done = subprocess.run(
        [thread_sanitized.executable, "-I", preflight.PROGRAM, "speed"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert done.returncode == 0 and float(done.stdout) > 0
