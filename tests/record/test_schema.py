"""The journal's schema is made from the events' definitions, and both say what is recorded."""

from __future__ import annotations

import dataclasses
import json
import subprocess
from pathlib import Path
from typing import Any, get_args, get_origin, is_typeddict

import pytest
from jsonschema import ValidationError

from harness.campaign.grade import grade
from harness.campaign.options import Options
from harness.campaign.select import ScenarioInfo
from harness.diagnosis.ending import Ending
from harness.kernel.event_types import FindingEvent, ProgressEvent, SaidEvent, Stamp
from harness.kernel.journal_types import EndingData, OptionsData, ScenarioData, TargetData
from harness.kernel.trial import Count
from harness.record.coverage import PairCoverage, Window
from harness.record.definitions import fields, fits, named
from harness.record.events import Event, PairData, WindowData
from harness.record.schema import text
from harness.record.target import Target
from tests.campaign.fakes import fake_scenario
from tests.campaign.journals import COUNTS, HandWritten
from tests.report.schemas import DOCS, check_journal, schema


def test_the_published_schema_is_what_the_definitions_make() -> None:
    published = (DOCS / "journal.schema.json").read_text(encoding="utf-8")
    assert published == text(), "run python -m harness.record.schema > docs/journal.schema.json"


def test_every_event_has_a_name_of_its_own_and_words() -> None:
    made = named(Event)
    assert len(made) == len(schema("journal").schema["oneOf"]) == 22
    assert all(one["description"] for one in schema("journal").schema["$defs"].values())
    said = {
        "hello",
        "progress",
        "finding",
        "pair_begin",
        "pair_end",
        "mixed",
        "totals",
        "doubted",
        "gil",
        "failure",
        "done",
    }
    assert set(made) & set(named(SaidEvent)) == said


@pytest.mark.parametrize(
    ("kept", "written"),
    [
        (Target, TargetData),
        (ScenarioInfo, ScenarioData),
        (Options, OptionsData),
        (Ending, EndingData),
        (PairCoverage, PairData),
        (Window, WindowData),
    ],
)
def test_what_is_kept_as_an_object_has_the_fields_of_what_is_written(kept: Any, written: Any) -> None:
    assert {field.name for field in dataclasses.fields(kept)} == set(fields(written))


def test_progress_has_all_that_a_trial_counts() -> None:
    counted = {field.name for field in dataclasses.fields(Count)}
    assert set(fields(ProgressEvent)) == counted | {"event", "elapsed_s"} | set(fields(Stamp))
    assert set(Count().event(0.0)) == counted | {"event", "elapsed_s"}


def events() -> dict[str, Any]:
    """One of each kind, by name, as they are read from a journal."""
    journal = HandWritten().trial().progress(scenario="fake.well").finding(scenario="fake.well")
    journal.ended().events[-1]["ending"] = {"how": "ok", "done": "budget"}
    return {event["event"]: json.loads(json.dumps(event)) for event in journal.end()}


def test_a_journal_is_what_its_schema_says() -> None:
    made = events()
    assert list(made) == ["campaign", "trial_start", "progress", "finding", "trial_end", "campaign_end"]
    for event in made.values():
        schema("journal").validate(event)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("campaign", {"schema": "1"}),
        ("campaign", {"target": {}}),
        ("trial_start", {"threads": None}),
        ("trial_start", {"knobs": {"fan_out": 0.5}}),
        ("progress", {"rounds": "many"}),
        ("progress", {"guessed": 1}),
        ("finding", {"kind": "rumour"}),
        ("finding", {"details": {"sene": ["x#1"]}}),
        ("finding", {"details": {"sweep": {"a": "store"}}}),
        ("trial_end", {"ending": {}}),
        ("campaign_end", {"event": "the end"}),
    ],
)
def test_what_is_no_line_of_a_journal_is_refused(name: str, changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        schema("journal").validate(events()[name] | changes)


def test_what_a_trial_said_has_its_stamp_in_a_journal() -> None:
    said = events()["progress"]
    del said["scenario"]
    with pytest.raises(ValidationError):
        schema("journal").validate(said)


FINDING = {
    "event": "finding",
    "kind": "violation",
    "oracle": "o",
    "where": "w",
    "message": "m",
    "details": {},
}


@pytest.mark.parametrize(
    ("definition", "value", "is_one"),
    [
        (ProgressEvent, {"event": "progress", "elapsed_s": 1} | COUNTS, True),
        (ProgressEvent, {"event": "progress", "elapsed_s": 1, "of a newer kernel": 1} | COUNTS, True),
        (ProgressEvent, {"event": "progress"} | COUNTS, False),
        (ProgressEvent, {"event": "progress", "elapsed_s": 1, "histories": None} | COUNTS, False),
        (FindingEvent, FINDING, True),
        (FindingEvent, FINDING | {"round": "third"}, False),
        (FindingEvent, FINDING | {"details": {"thread": 1, "seen": ["x#1"]}}, True),
        (FindingEvent, FINDING | {"details": {"thread": "A"}}, True),
        (FindingEvent, FINDING | {"details": {"thread": None}}, False),
        (FindingEvent, FINDING | {"details": {"seen": "x#1"}}, False),
        (FindingEvent, FINDING | {"details": {"knobs": {"fan_out": 30, "rest": "none"}}}, True),
        (FindingEvent, FINDING | {"details": {"knobs": {"fan_out": []}}}, False),
        (FindingEvent, FINDING | {"details": {"last_event": {"event": "done", "reason": "x"}}}, True),
        (FindingEvent, FINDING | {"details": {"last_event": {"event": "done"}}}, False),
        (FindingEvent, FINDING | {"details": {"sweep": {"steps": [["A", "store"]]}}}, False),
        (tuple[str, int], ["x", 1], True),
        (tuple[str, int], ["x", 1, 2], False),
    ],
)
def test_a_value_fits_its_definition(definition: Any, value: Any, is_one: bool) -> None:
    assert fits(value, definition) is is_one


def test_an_older_journal_that_has_only_what_must_be_there_is_read() -> None:
    """What is not required now came later, or is not there always."""
    journal = HandWritten(fake_scenario(pairs=("get+set",), writing_pairs=1)).trial().progress().finding()
    journal.ended().events[-1]["ending"] = {"how": "ok", "done": "budget"}
    read = [json.loads(json.dumps(event)) for event in journal.end()]
    older = [bare(event, named(Event)[event["event"]]) for event in read]
    assert "kind" not in older[0] and "pairs" not in older[0]["scenarios"][0] and "notice" not in older[-2]
    now, then = grade(read), grade(older)
    assert then.totals == now.totals and then.findings[0].signature == now.findings[0].signature
    assert then.exit_status == now.exit_status == 1


def bare(value: Any, definition: Any) -> Any:
    """Without what a definition does not require, the stamp of an event excepted."""
    kept = {}
    for name, (hint, needed) in fields(definition).items():
        if name in value and (needed or name in fields(Stamp)):
            kept[name] = bare(value[name], hint) if is_typeddict(hint) else value[name]
            if get_origin(hint) is list and is_typeddict(get_args(hint)[0]):
                kept[name] = [bare(one, get_args(hint)[0]) for one in value[name]]
    return kept


def test_the_journal_of_a_suite_without_a_manager_is_a_journal(free_threaded: Target, tmp_path: Path) -> None:
    command = [free_threaded.executable, "-m", "harness.kernel", "read_by", "--budget", "1"]
    done = subprocess.run(
        [*command, "--journal", str(tmp_path)], cwd=DOCS.parent, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    check_journal(tmp_path)
