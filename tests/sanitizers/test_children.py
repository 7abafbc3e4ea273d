"""Reports of children: read while the trial runs, and none is lost, whatever becomes of the child."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from harness.campaign import child, report_log, trial
from harness.campaign.options import Options
from harness.campaign.run import run_campaign
from harness.campaign.suppressions import Suppression
from harness.diagnosis.sanitizers.told import AFTER_FATAL
from harness.record.journal import read_journal
from harness.record.result import Result
from harness.record.severity import UNCOUNTED
from harness.record.target import Target
from tests.campaign.fakes import fake_scenario, fake_target
from tests.report.schemas import check_journal
from tests.sanitizers.test_reports import PLACES

FAKE_CHILD = Path(__file__).with_name("_fake_child.py")
RACE = " with ".join(PLACES)
Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Runs a campaign whose children do what is named, under a sanitizer."""

    def command(target: Target, spec: Any) -> list[str]:
        return [sys.executable, str(FAKE_CHILD), json.dumps(spec)]

    def running(
        *behaviours: str, sanitizer: str = "thread", given: Sequence[Suppression] = (), **options: Any
    ) -> Result:
        chosen = Options(**({"budget_s": 1.5, "seed": 1, "jobs": 1, "threads": 2} | options))
        scenarios = [fake_scenario(one) for one in behaviours]
        out = tmp_path / "out"
        target = fake_target(sanitizer=sanitizer)
        result = run_campaign(target, scenarios, chosen, out, lambda event: None, given=given)
        check_journal(out)
        return result

    monkeypatch.setattr(child, "command", command)
    monkeypatch.setattr(trial, "GRACE_S", 20.0)
    return running


def test_a_race_is_a_finding_that_fails_no_run_unless_it_is_strict(run: Run) -> None:
    result = run("one")
    (finding,) = result.findings
    assert (finding.kind, finding.oracle, finding.where) == ("sanitizer", "data race", RACE)
    assert (finding.severity, finding.with_gil) == (UNCOUNTED, "not applicable")
    assert finding.trials_hit == finding.trials_run
    assert finding.cause == f"data race: {RACE}"
    assert result.exit_status == 0


def test_it_fails_a_strict_one(run: Run) -> None:
    assert run("one", strict=True).exit_status == 1


def test_one_race_in_many_scenarios_is_one_cause(run: Run) -> None:
    result = run("one", "killed", budget_s=3.0)
    races = [found for found in result.findings if found.kind == "sanitizer"]
    assert {found.scenario for found in races} == {"fake.one", "fake.killed"}
    assert len({found.cause for found in races}) == 1


def test_a_child_that_is_killed_loses_no_whole_report_and_half_of_one_is_none(run: Run) -> None:
    result = run("killed")
    assert sorted(found.kind for found in result.findings) == ["crash", "sanitizer"]
    assert next(found for found in result.findings if found.kind == "sanitizer").where == RACE


def test_a_runtime_that_dies_of_itself_is_no_crash_of_the_target(run: Run) -> None:
    result = run("dies")
    assert result.exit_status == 4 and not result.findings
    (notice,) = {one for one in result.notices if "runtime" in one}
    assert "a sanitizer's runtime died of itself in a child: ThreadSanitizer: CHECK failed" in notice


def test_what_comes_after_a_fatal_error_is_marked(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    result = run("crashes", budget_s=3.0)
    races = {found.where: found for found in result.findings if found.kind == "sanitizer"}
    assert "fatal" not in races[RACE].details
    (other,) = (found for where, found in races.items() if where != RACE)
    assert other.details["fatal"] == AFTER_FATAL
    assert other.signature.endswith(f" | {AFTER_FATAL}")


def test_a_million_lines_are_read_to_the_last_report(run: Run, tmp_path: Path) -> None:
    result = run("loud", budget_s=0.5)
    assert any("Objects/last.c:last" in found.where for found in result.findings)
    ends = [event for event in read_journal(tmp_path / "out") if event["event"] == "trial_end"]
    assert all(end["ending"]["how"] == "ok" for end in ends)
    assert ends[0]["ending"]["reports"] > 15_000


def test_one_that_reports_without_end_is_ended_and_what_it_said_counts(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_log, "MOST_BYTES", 4 << 20)
    result = run("endless", budget_s=0.5)
    assert any(found.where == RACE for found in result.findings)
    assert any("ended because its sanitizer reported without end" in notice for notice in result.notices)


def test_one_that_its_sanitizer_ends_has_the_report_as_its_finding_and_no_crash_beside_it(run: Run) -> None:
    result = run("freed", sanitizer="address")
    (finding,) = result.findings
    assert (finding.kind, finding.oracle) == ("sanitizer", "heap-use-after-free")
    assert finding.severity == "memory that was freed is used"
    assert result.exit_status == 1


def test_its_files_are_gone_with_the_child(run: Run) -> None:
    log, more = report_log.log_for(fake_target(sanitizer="thread"))
    assert log is not None
    (where,) = re.findall("log_path='(.+)/report'", more["TSAN_OPTIONS"])
    assert Path(where).is_dir()
    log.close()
    assert not Path(where).exists()
