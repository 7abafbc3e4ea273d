"""Somebody's own type, as a subject: what there is to do on it is asked of the target, and kept as a file of subjects.

What an operation does to the process that tries it is found out by trying it: a child that ends, or says no more, is
followed by another one that leaves out what it was at.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from harness.builds.cache import root
from harness.campaign import child
from harness.campaign.options import CampaignError
from harness.campaign.select import ScenarioInfo, describe
from harness.campaign.watch import SLOWEST_SILENCE, Limits, alarm_s, counted_s, watch
from harness.diagnosis.ending import Ending, signal_name, what_happened
from harness.kernel.hang import kept_waiting_s
from harness.kernel.own.asked import IMPORTING, MAKING
from harness.kernel.pairs.subject import JOIN, PROMISES, VALUES, Promise
from harness.kernel.spec_types import OwnSpec
from harness.record.events import ChildEvent
from harness.record.target import Target

SILENT_S = 4.0
"""For one try of one operation: what has not come back by then waits."""
STARTING_S = 20.0
"""For the import, and for the first objects: a big package takes seconds."""
LONGEST_S = 120.0
"""For all of them in one child."""
MEMORY_BYTES = 1 << 30
SPELLED = re.compile(r"(?P<where>[\w.]+|.+\.py):(?P<name>\w+(?:\.\w+)*)")


@dataclass(frozen=True)
class OwnType:
    """What the author of a type has asked for."""

    factory: str
    """What makes one: MODULE:CALLABLE or FILE:CALLABLE."""
    operations: str = ""
    """The author's own operations: MODULE:CLASS or FILE:CLASS; empty: none but those that are found."""
    promise: Promise = VALUES
    """Of all operations that are found."""
    attributes: bool = False
    """What an instance holds is read and stored, too."""
    path: tuple[str, ...] = ()
    """Folders in which modules are looked for that are not installed in the target."""


def is_factory(argument: str) -> bool:
    """Whether it names what makes an object, and no subject, file or pattern."""
    return SPELLED.fullmatch(argument) is not None


def own_subject(target: Target, asked: OwnType) -> ScenarioInfo:
    """The subject that a type of somebody's own is, in the target.

    Raises CampaignError, in one sentence, where it cannot be made, or nothing of it can be driven.
    """
    _refuse(asked)
    factory = _whole(asked.factory)
    spec: OwnSpec = {
        "do": "own",
        "factory": factory,
        "operations": _whole(asked.operations) if asked.operations else "",
        "promise": asked.promise,
        "attributes": asked.attributes,
        "path": list(asked.path),
        "left_out": {},
        "alarm_s": alarm_s(LONGEST_S * target.stretch),
    }
    while True:
        at, found, ending = _ask(target, spec)
        if ending.how == "ok":
            break
        if ending.how == "timeout":
            raise CampaignError(
                f"{asked.factory}: trying its operations took more than {LONGEST_S * target.stretch:g} s:"
                " name a factory whose objects, and whose operations, take less time"
            )
        if ending.how == "failure" or at in ("", IMPORTING, MAKING) or at in spec["left_out"]:
            raise CampaignError(f"{asked.factory}: {at or 'a child'} {_did(ending)}")
        spec["left_out"] |= _left_out(at, ending)
    assert found["event"] == "own"
    file = _kept(found["name"], found["source"])
    catalogue = describe(target, [file], "subjects")
    if errors := catalogue.errors + catalogue.lacking:
        raise CampaignError("\n".join(errors))
    return catalogue.scenarios[0]


def _refuse(asked: OwnType) -> None:
    """Raise CampaignError for what no file of subjects can say."""
    if asked.promise not in PROMISES:
        raise CampaignError(f"{asked.promise!r} is no promise: name one of {', '.join(PROMISES)}")
    factory, operations = (one.rpartition(":") for one in (asked.factory, asked.operations))
    first = factory[2].partition(".")[0]
    if factory[0] != operations[0] and first == operations[2].partition(".")[0]:
        raise CampaignError(
            f"{asked.factory} and {asked.operations} are both called {first}: give the class of operations another name"
        )


def coverage(subjects: Sequence[ScenarioInfo]) -> tuple[int, int]:
    """How many operations of these are driven, and how many there are."""
    driven = sum(one.driven for one in subjects)
    return driven, driven + sum(JOIN not in name for one in subjects for name, _ in one.left_out)


def _whole(spelled: str) -> str:
    """With the whole path of its file, where it has one. Raises CampaignError where there is no such file."""
    match = SPELLED.fullmatch(spelled)
    if match is None:
        raise CampaignError(f"{spelled} is not MODULE:NAME or FILE.py:NAME")
    where = match["where"]
    if not where.endswith(".py"):
        return spelled
    if not Path(where).is_file():
        raise CampaignError(f"there is no file {where}")
    return f"{Path(where).resolve()}:{match['name']}"


def _ask(target: Target, spec: OwnSpec) -> tuple[str, ChildEvent, Ending]:
    """What a child was at last, its last word, and how it ended. Raises CampaignError with what it could not do."""
    at = ""
    last: list[ChildEvent] = []
    passed_s, waited_s, looked = 0.0, 0.0, monotonic()
    pid: int | None = None

    def waits() -> bool:
        """Whether an operation has not come back by now. A machine that sleeps, or is busy, ends nothing."""
        nonlocal passed_s, looked
        now = monotonic()
        passed_s, looked = passed_s + min(now - looked, 1.0), now
        if pid is None or at in ("", IMPORTING, MAKING):
            return False
        silent_s = counted_s(passed_s, kept_waiting_s(pid) - waited_s, SLOWEST_SILENCE)
        return silent_s > SILENT_S * target.stretch

    def hear(event: ChildEvent) -> None:
        nonlocal at, passed_s, waited_s, pid
        if event["event"] == "hello":
            pid = event.get("pid")
        passed_s, waited_s = 0.0, kept_waiting_s(pid) if pid is not None else 0.0
        if event["event"] == "trying":
            at = event["operation"]
        elif event["event"] in ("own", "load_error"):
            last[:] = [event]

    limits = Limits(LONGEST_S * target.stretch, STARTING_S * target.stretch, MEMORY_BYTES)
    ending = watch(lambda fd: child.command(target, spec | {"events_fd": fd}), limits, hear, waits)
    if last and last[0]["event"] == "load_error":
        raise CampaignError(last[0]["message"])
    return at, last[0] if last else {"event": "done", "reason": ""}, ending


def _left_out(at: str, ending: Ending) -> dict[str, str]:
    """What is left out from now on, with the reason."""
    one, _, other = at.partition(JOIN)
    if not other:
        return {at: f"it {_did(ending)}"}
    if one == other:  # a thread does it again, whatever runs beside it
        return {one: f"it {_did(ending)} when it is done again"}
    return {at: f"{other} {_did(ending)} where {one} has been"}


def _did(ending: Ending) -> str:
    """What became of what was tried, as the predicate of a sentence."""
    status = ending.status or 0
    if ending.how == "failure":
        return what_happened(ending)
    if ending.how in ("silent", "stopped"):
        return "does not come back"
    if ending.how == "memory":
        return f"takes more memory than it may ({ending.peak_bytes >> 20} MiB)"
    return f"ends the process ({signal_name(-status) if status < 0 else f'exit status {status}'})"


def _kept(name: str, source: str) -> Path:
    """A file of its own for each source, where a finding's ``repro`` and ``script`` still have it tomorrow."""
    folder = root() / "subjects"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}-{hashlib.sha256(source.encode()).hexdigest()[:12]}.py"
    if not file.exists():
        staged = file.with_suffix(f".{os.getpid()}.new")
        staged.write_text(source, encoding="utf-8")
        staged.replace(file)
    return file
