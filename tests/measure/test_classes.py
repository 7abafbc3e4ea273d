"""Pairs fall into classes by which of their operations write, and a campaign's are counted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.campaign.plan import PAIRS
from measure.classes import CLASSES, class_of, main
from tests.campaign.fakes import fake_scenario
from tests.campaign.journals import HandWritten

WRITING = ("put+put", "put+drop", "drop+drop", "put+get", "drop+get")


@pytest.mark.parametrize(
    ("pair", "number"), [("put+put", 0), ("put+drop", 1), ("drop+get", 2), ("get+put", 2), ("get+get", 3)]
)
def test_a_pair_is_of_a_class(pair: str, number: int) -> None:
    assert class_of(pair, frozenset(WRITING)) == CLASSES[number]


def test_rounds_and_what_they_showed_are_counted_by_class(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    subject = fake_scenario(name="pairs.fake", pairs=(*WRITING, "get+get"), writing_pairs=len(WRITING))
    told = HandWritten(subject, kind=PAIRS).trial(subject.name)
    told.said("mixed", raced=[("put+put", 5000, 1), ("get+get", 20_000, 1)], scenario=subject.name)
    for _ in range(2):
        told.said("finding", where="put+put", scenario=subject.name)
    (tmp_path / "journal.jsonl").write_text("".join(json.dumps(event) + "\n" for event in told.events))
    assert main([str(tmp_path)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[2] == f"| {CLASSES[0]} | 5,000 | 1 | 2.0 |"
    assert said[5] == f"| {CLASSES[3]} | 20,000 | 0 | 0.0 |"


def test_what_is_no_campaign_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "none")]) == 2
    assert "none" in capsys.readouterr().err
    assert main([]) == 2
    assert "DIR" in capsys.readouterr().err
