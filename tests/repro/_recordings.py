"""Findings in journals written by hand, with scenarios that are really there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

from harness.campaign.again import Again
from harness.campaign.grade import grade
from harness.campaign.select import ScenarioInfo
from harness.kernel.amplifiers import settings
from harness.kernel.event_types import Details
from harness.kernel.loader import load_file
from harness.kernel.scenario import actor_threads
from harness.kernel.suite import suite_files
from harness.record.result import Finding, Kind
from harness.record.severity import severity_of
from harness.record.target import Target
from tests.campaign.fakes import fake_scenario
from tests.campaign.journals import HandWritten


def scenario_info(name: str, file: Path | None = None) -> ScenarioInfo:
    """A scenario of the suite, or of ``file``, as a journal has it."""
    for path in [file] if file else suite_files():
        found = load_file(str(path)).get(name)
        if found is not None:
            amplifiers = tuple((one.name, one.values) for one in found.amplifiers)
            return fake_scenario(name=name, file=str(path), class_name=found.__name__, amplifiers=amplifiers)
    raise AssertionError(f"no scenario {name}")


def again(name: str, file: Path | None = None, **knobs: int) -> Again:
    """A trial of it with the least of each knob, but for those given."""
    info = scenario_info(name, file)
    scenario = load_file(info.file)[name]
    chosen = {amplifier: min(values) for amplifier, values in info.amplifiers} | knobs
    threads = sum(actor_threads(scenario, settings(scenario.amplifiers, chosen)).values())
    return Again(info, chosen, "1", threads, 1.0)


def finding(kind: Kind, oracle: str, name: str, where: str, **details: Any) -> Finding:
    """A finding with that signature."""
    signature = f"{kind} | {oracle} | {name} | {where}"
    evidence = cast(Details, details)
    return Finding(
        "0" * 8,
        kind,
        name,
        oracle,
        signature,
        None,
        "not tried",
        0.1,
        1,
        1,
        "seen",
        severity_of(kind, oracle, evidence),
        evidence,
    )


def journal(folder: Path, target: Target, info: ScenarioInfo, **changed: Any) -> str:
    """Write a campaign with one finding of ``info``'s into ``folder``; the finding's id."""
    written = HandWritten(info, target=target).trial(info.name).progress()
    written.events[-2]["knobs"] = {name: min(values) for name, values in info.amplifiers}
    events = written.finding(**changed).ended().end()
    folder.mkdir(exist_ok=True)
    (folder / "journal.jsonl").write_text("".join(json.dumps(event) + "\n" for event in events))
    (found,) = grade(events).findings
    return found.id
