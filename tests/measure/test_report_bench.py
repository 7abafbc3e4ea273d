"""The measurement of reports: the journal is one that a harness could have written, and every format gets its line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from harness.campaign.grade import grade
from harness.report.formats import FORMATS
from measure import report_bench

ROOT = Path(__file__).resolve().parents[2]


def test_its_journal_is_a_campaign_s() -> None:
    events = list(report_bench.events(5_000))
    result = grade(json.loads(json.dumps(events)))
    assert len(events) >= 5_000
    assert (result.complete, result.exit_status) == (True, 1)
    assert result.totals.trials == sum(event["event"] == "trial_start" for event in events)
    assert result.totals.rounds == 10 * report_bench.PROGRESS * result.totals.trials
    assert result.totals.findings > 1


def test_it_prints_a_line_for_every_format(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "measure.report_bench", "--events", "2000", "--keep", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert (done.returncode, done.stderr) == (0, "")
    _, heading, *lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines] == [report_bench.FLOOR, *FORMATS]
    assert {len(line) for line in lines} == {len(heading)}
    assert all((tmp_path / f"report.{name}").stat().st_size for name in FORMATS)
