"""Campaigns with fake children."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.campaign import child, trial
from harness.campaign.options import Options
from harness.campaign.run import run_campaign
from harness.record.journal import read_journal
from harness.record.result import Result
from tests.campaign.fakes import fake_command, fake_scenario, fake_target
from tests.report.schemas import check_journal

RunFake = Callable[..., Result]


@pytest.fixture
def fake_children(monkeypatch: pytest.MonkeyPatch) -> None:
    """Children do what their scenario's name says; a hang is believed after a second."""
    monkeypatch.setattr(child, "command", fake_command)
    monkeypatch.setattr(trial, "GRACE_S", 1.0)
    monkeypatch.setattr(trial, "SILENCE_S", 1.0)


@pytest.fixture
def run_fake(fake_children: None, tmp_path: Path) -> RunFake:
    """Runs a campaign of the scenarios that do what is named."""

    def run(*behaviours: str, **options: Any) -> Result:
        chosen = Options(**({"budget_s": 0.5, "seed": 1} | options))
        scenarios = [fake_scenario(behaviour) for behaviour in behaviours]
        result = run_campaign(fake_target(), scenarios, chosen, tmp_path / "out", lambda event: None)
        check_journal(tmp_path / "out")
        return result

    return run


@pytest.fixture
def journal(tmp_path: Path) -> Callable[[], list[Any]]:
    """The events of the campaign that ``run_fake`` ran."""
    return lambda: list(read_journal(tmp_path / "out"))
