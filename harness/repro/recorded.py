"""A finding as its journal holds it, and whether the target it was seen on is still there."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from pathlib import Path

from harness.builds.fingerprint import NotATarget, probe
from harness.campaign.again import Again, of_event
from harness.campaign.grade import grade
from harness.campaign.history import write_result
from harness.campaign.select import ScenarioInfo
from harness.kernel.events import SCHEMA
from harness.record.events import Event, ReproEvent, SmallerData
from harness.record.journal import Journal, JournalError, read_journal
from harness.record.result import Finding
from harness.record.target import Target


class NotRecorded(Exception):
    """There is no such finding to work on; the message is one sentence for the user (exit status 2)."""


class TargetGone(Exception):
    """The interpreter that showed it is not there any more; the message is one sentence (exit status 3)."""


@dataclass(frozen=True)
class Recorded:
    """A finding, where it is recorded, and the trial that showed it first."""

    directory: Path
    target: Target
    finding: Finding
    again: Again
    shown_again: tuple[ReproEvent, ...]
    """What ``ftstress repro`` has recorded about it, oldest first."""

    @property
    def smallest(self) -> Again:
        """The smallest trial that was seen to show it at the rate asked for: the first one where none was sought."""
        found = next((event["smaller"] for event in reversed(self.shown_again) if event["smaller"]), None)
        return smaller_of(self.again, found) if found else self.again


def read(directory: Path, identity: str) -> Recorded:
    """The finding ``identity`` in ``directory``. Raises NotRecorded."""
    try:
        events = list(read_journal(directory))
    except JournalError as error:
        raise NotRecorded(str(error)) from error
    first = next((event for event in events if event["event"] == "campaign"), None)
    if first is None:
        raise NotRecorded(
            f"the journal in {directory} has lost its beginning: nothing in it can be run again"
        )
    if first.get("schema") != SCHEMA:
        raise NotRecorded(
            f"the journal in {directory} has schema {first.get('schema')}, and this harness reads {SCHEMA}: "
            "use the harness that wrote it"
        )
    result = grade(events)
    found = next((finding for finding in result.findings if finding.id == identity), None)
    if found is None:
        there = ", ".join(finding.id for finding in result.findings) or "none"
        raise NotRecorded(f"{directory} has no finding {identity}; it has: {there}")
    number = found.details["trial"]
    start = next(e for e in events if e["event"] == "trial_start" and e["trial"] == number)
    infos = [ScenarioInfo.from_json(data) for data in first["scenarios"]]
    info = next(info for info in infos if info.name == found.scenario)
    again = tuple(e for e in events if e["event"] == "repro" and e["signature"] == found.signature)
    where = found.details.get("pair", "" if found.kind == "sanitizer" else found.where)
    return Recorded(directory, result.target, found, of_event(info, start, where), again)


def note(directory: Path, *events: Event) -> None:
    """Add what was seen later to the journal, and grade it again. Raises JournalError where it cannot be written."""
    with Journal(directory) as journal:
        for event in events:
            journal.append(event)
    write_result(directory, grade(read_journal(directory)))


def smaller_of(again: Again, found: SmallerData) -> Again:
    """``again`` with what minimising left of it."""
    return Again(
        again.scenario,
        found["knobs"],
        again.seed,
        found["threads"],
        found["budget_s"],
        found["rounds"],
        tuple(found["left_out"]),
        tuple(found.get("pairs", again.pairs)),
    )


def the_target(recorded: Recorded, other: Target | None, anyway: bool) -> Target:
    """The build to run it on: the one it was seen on, or ``other``.

    Raises TargetGone when that is gone, and NotRecorded when it is no longer the build it was, unless ``anyway``.
    """
    then = recorded.target
    if other is None:
        try:
            other = probe(then.executable)
        except NotATarget as error:
            raise TargetGone(
                f"the target that showed it cannot be used: {error}; name another with --target and --anyway"
            ) from error
    changed = [
        f"{field.name.replace('_', ' ')} was {getattr(then, field.name)!r} and is {getattr(other, field.name)!r}"
        for field in fields(Target)
        if field.name not in ("executable", "history", "slower")
        and getattr(then, field.name) != getattr(other, field.name)
    ]
    if changed and not anyway:
        raise NotRecorded(
            f"{other.executable} is not the build that showed it: {'; '.join(changed)}; "
            "add --anyway to try it there"
        )
    return other if changed else replace(other, history=then.history, slower=then.slower)
