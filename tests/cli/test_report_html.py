"""``ftstress report --format html``: of campaigns, of a calibration beside them, and of one alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.cli import main
from harness.record.journal import Journal
from tests.report import pages
from tests.report.test_html import CALIBRATED


@pytest.fixture
def campaign(tmp_path: Path) -> Path:
    out = tmp_path / "campaign"
    out.mkdir()
    with Journal(out) as journal:
        for event in pages.busy().end():
            journal.append(event)
    return out


@pytest.fixture
def calibrated(tmp_path: Path) -> Path:
    out = tmp_path / "calibrated"
    out.mkdir()
    (out / "calibration.json").write_text(json.dumps(CALIBRATED.to_json()))
    return out


def test_the_page_is_written_to_a_file(campaign: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    assert main(["report", str(campaign), "--format", "html", "--output", str(page)]) == 0
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_calibration_may_be_named_beside_campaigns(
    campaign: Path, calibrated: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", str(campaign), str(calibrated), "--format", "html"]) == 0
    told = capsys.readouterr().out
    assert "found: 2 new findings" in told and "False alarms on the base" in told


def test_a_calibration_alone_is_a_page_and_nothing_else(
    calibrated: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", str(calibrated), "--format", "html"]) == 0
    assert "1 of 2 faults detected" in capsys.readouterr().out
    assert main(["report", str(calibrated)]) == 2
    told = capsys.readouterr().err
    assert "holds a calibration and no campaign: --format html shows it" in told
    assert len(told.splitlines()) == 1


def test_a_calibration_that_cannot_be_read_is_one_sentence(
    calibrated: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (calibrated / "calibration.json").write_text('{"runs": 7}')
    assert main(["report", str(calibrated), "--format", "html"]) == 2
    told = capsys.readouterr().err
    assert "cannot be read as a calibration" in told and len(told.splitlines()) == 1
