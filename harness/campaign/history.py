"""What a campaign's directory already holds: refused, or gone on with."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from harness.campaign.options import CampaignError, Options
from harness.campaign.plan import STRESS
from harness.campaign.select import ScenarioInfo
from harness.kernel.events import SCHEMA
from harness.kernel.journal_types import CampaignEvent
from harness.record.events import Event
from harness.record.journal import JOURNAL, Journal, JournalError, read_journal
from harness.record.result import Result
from harness.record.target import Target

RESULT = "result.json"


@dataclass(frozen=True)
class Past:
    """A campaign that was begun before."""

    events: list[Event]
    target: Target
    scenarios: list[ScenarioInfo]
    kind: str
    seed: int
    budget_s: float
    threads: int | None
    elapsed_s: float
    last_trial: int
    finished: frozenset[tuple[str, int]]
    """Scenario and index of the trials that need not be run again."""


def header(target: Target, scenarios: Sequence[ScenarioInfo], options: Options, kind: str) -> CampaignEvent:
    """The journal's first event: all that is needed to grade and to resume."""
    return {
        "event": "campaign",
        "schema": SCHEMA,
        "kind": kind,
        "at_s": 0.0,
        "seed": options.seed,
        "budget_s": options.budget_s,
        "options": options.to_json(),
        "target": target.to_json(),
        "scenarios": [scenario.to_json() for scenario in scenarios],
    }


def read_past(out: Path) -> Past:
    """What ``out`` holds. Raises CampaignError when it holds no campaign that can be gone on with."""
    try:
        events = list(read_journal(out))
    except JournalError as error:
        raise CampaignError(str(error)) from error
    first = events[0] if events else None
    if first is None or first["event"] != "campaign":
        raise CampaignError(
            f"{out} holds a journal without a beginning: there is nothing to resume, choose another --out"
        )
    if first.get("schema") != SCHEMA:
        raise CampaignError(
            f"the campaign in {out} has schema {first.get('schema')}, this harness writes {SCHEMA}"
        )
    ended = [e for e in events if e["event"] == "trial_end" and e["ending"]["how"] != "stopped"]
    return Past(
        events=events,
        target=Target.from_json(first["target"]),
        scenarios=[ScenarioInfo.from_json(data) for data in first["scenarios"]],
        kind=first.get("kind", STRESS),
        seed=first["seed"],
        budget_s=first["budget_s"],
        threads=first["options"]["threads"],
        elapsed_s=max(event.get("at_s", 0.0) for event in events),
        last_trial=max([0, *(event["trial"] for event in events if event["event"] == "trial_start")]),
        finished=frozenset((event["scenario"], event["index"]) for event in ended),
    )


def check_same_target(past: Past, target: Target, out: Path) -> None:
    """Raise CampaignError when the campaign was begun on another build."""
    same = (past.target.executable, past.target.version, past.target.configure_args)
    if same != (target.executable, target.version, target.configure_args):
        raise CampaignError(
            f"the campaign in {out} was begun on {past.target.title} ({past.target.executable}): "
            f"resume it with --target {past.target.executable}, or choose another --out"
        )


def open_journal(out: Path, resume: bool) -> Journal:
    """The journal to write to. Raises CampaignError when ``out`` cannot be written, or is taken."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CampaignError(f"cannot make {out}: {error.strerror or error}; choose another --out") from error
    if not resume and (out / JOURNAL).exists():
        raise CampaignError(
            f"{out} holds a campaign already: add --resume to go on with it, or choose another --out"
        )
    try:
        return Journal(out)
    except JournalError as error:
        raise CampaignError(str(error)) from error


def _told(result: Result) -> str:
    """The result as JSON, with a line for each entry of a list: an encoder that indents takes ten times as long."""
    lines = []
    for name, value in result.to_json().items():
        text = json.dumps(value)
        if isinstance(value, list | tuple) and value:
            text = "[\n  " + ",\n  ".join(map(json.dumps, value)) + "\n ]"
        lines.append(f' "{name}": {text}')
    return "{\n" + ",\n".join(lines) + "\n}\n"


def write_result(out: Path, result: Result) -> None:
    """Replace ``result.json`` whole, so that a reader sees one or the other. Raises JournalError."""
    path, fresh = out / RESULT, out / f".{RESULT}.new"
    try:
        fresh.write_text(_told(result), encoding="ascii")
        os.replace(fresh, path)
    except OSError as error:
        with suppress(OSError):
            fresh.unlink()
        reason = error.strerror or error
        raise JournalError(f"cannot write {path}: {reason}; make room and run again with --resume") from error
