"""What stands between a finding and its trial: no such id, another schema, half a journal, another target."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path

import pytest

from harness.builds.fingerprint import probe
from harness.record.events import ReproEvent
from harness.record.target import Target
from harness.repro.recorded import NotRecorded, TargetGone, note, read, the_target
from tests.campaign.fakes import fake_target
from tests.repro._recordings import journal, scenario_info


@pytest.fixture(scope="module")
def here() -> Target:
    return probe(sys.executable)


@pytest.fixture
def identity(tmp_path: Path, here: Target) -> str:
    return journal(tmp_path, here, scenario_info("type_attributes.set_module"), where="read_instance")


def test_a_finding_is_read_with_the_trial_that_showed_it(tmp_path: Path, identity: str) -> None:
    found = read(tmp_path, identity)
    assert found.finding.id == identity
    assert found.again.scenario.name == "type_attributes.set_module"
    assert found.again == found.smallest
    assert found.again.budget_s == 1.0


def test_what_minimising_left_is_what_later_commands_take(tmp_path: Path, identity: str) -> None:
    found = read(tmp_path, identity)
    seen: ReproEvent = {
        "event": "repro",
        "signature": found.finding.signature,
        "children": 20,
        "hits": 19,
        "took_s": 1.0,
        "machine": "2 cores",
        "smaller": {
            "knobs": {"fan_out": 0},
            "threads": 2,
            "budget_s": 0.25,
            "rounds": 1,
            "left_out": ["read_class"],
        },
    }
    note(tmp_path, seen)
    note(tmp_path, seen | {"smaller": None})
    smaller = read(tmp_path, identity).smallest
    assert (smaller.left_out, smaller.threads, smaller.rounds) == (("read_class",), 2, 1)
    assert json.loads((tmp_path / "result.json").read_text())["findings"][0]["id"] == identity


def test_an_unknown_id_is_told_with_those_that_are_there(tmp_path: Path, identity: str) -> None:
    with pytest.raises(NotRecorded, match=f"has no finding 12345678; it has: {identity}"):
        read(tmp_path, "12345678")


def test_a_journal_of_a_newer_harness_is_left_alone(tmp_path: Path, identity: str) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_text(path.read_text().replace('"schema": 1', '"schema": 2', 1))
    with pytest.raises(NotRecorded, match="has schema 2, and this harness reads 1"):
        read(tmp_path, identity)


def test_a_journal_cut_in_the_middle_gives_what_is_whole(tmp_path: Path, identity: str) -> None:
    path = tmp_path / "journal.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.index(b'"trial_end"') + 5])
    assert read(tmp_path, identity).finding.id == identity
    path.write_bytes(whole[whole.index(b'"schema"') :])
    with pytest.raises(NotRecorded, match="has lost its beginning"):
        read(tmp_path, identity)
    with pytest.raises(NotRecorded, match="holds no campaign"):
        read(tmp_path / "nowhere", identity)


def test_the_build_that_showed_it_is_taken_without_asking(
    tmp_path: Path, identity: str, here: Target
) -> None:
    assert the_target(read(tmp_path, identity), None, anyway=False) == here


def test_a_target_that_has_gone_is_told(tmp_path: Path) -> None:
    gone = fake_target(executable=str(tmp_path / "python"))
    identity = journal(tmp_path, gone, scenario_info("type_attributes.set_module"), where="read_instance")
    with pytest.raises(TargetGone, match=r"cannot be used: .* does not exist.*--target and --anyway"):
        the_target(read(tmp_path, identity), None, anyway=False)


def test_a_target_that_has_changed_is_told_and_taken_only_when_asked_for(
    tmp_path: Path, here: Target
) -> None:
    then = dataclasses.replace(here, commit="0123abc")
    identity = journal(tmp_path, then, scenario_info("type_attributes.set_module"), where="read_instance")
    recorded = read(tmp_path, identity)
    with pytest.raises(NotRecorded, match=r"is not the build that showed it: commit was '0123abc'.*--anyway"):
        the_target(recorded, None, anyway=False)
    assert the_target(recorded, None, anyway=True) == here
