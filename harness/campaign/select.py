"""Which scenarios there are, as the target itself describes them, and which of them are meant."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Literal, cast

from harness.builds.fingerprint import probe
from harness.campaign import child
from harness.campaign.watch import Limits, watch
from harness.diagnosis.ending import Ending, what_happened
from harness.kernel.amplifiers import Setting
from harness.kernel.event_types import ScenarioEvent
from harness.kernel.journal_types import ScenarioData
from harness.kernel.levers import NEEDS_A_CHILD, OF_THE_PROCESS
from harness.kernel.spec_types import DescribeSpec
from harness.kernel.suite import listed, selects
from harness.record.events import ChildEvent
from harness.record.target import Target

What = Literal["scenarios", "subjects"]
LOAD_S = 20.0
"""For importing a file of scenarios: above this it hangs."""


@dataclass(frozen=True)
class ScenarioInfo:
    """A scenario as the target described it."""

    name: str
    file: str
    line: int
    class_name: str
    doc: str
    issues: tuple[str, ...]
    oracle: str
    actors: dict[str, int]
    """Threads per actor when every amplifier has its default value."""
    amplifiers: tuple[tuple[str, tuple[Setting, ...]], ...]
    """Name and values of each that does something on this target."""
    needs_parallelism: bool
    unavailable: str | None
    swept: bool = True
    """Whether it can be swept, if the target can be."""
    pairs: tuple[str, ...] = ()
    """Of a subject: the names of its pairs, those first in which one operation writes."""
    writing_pairs: int = 0
    """How many those are."""
    driven: int = 0
    """Of somebody's own type: how many operations there are."""
    left_out: tuple[tuple[str, str], ...] = ()
    """Of somebody's own type: what no operation drives, and pairs that are not raced, with the reason."""
    idle_amplifiers: tuple[tuple[str, str], ...] = ()
    """What of its amplifiers does nothing on this target and is not drawn: name, with the value where that is not all
    of it, and why."""

    def to_json(self) -> ScenarioData:
        return cast(ScenarioData, asdict(self))

    @classmethod
    def from_json(cls, data: ScenarioData) -> ScenarioInfo:
        """Rebuild it from a journal; fields that a newer harness added are ignored."""
        return cls(
            name=data["name"],
            file=data["file"],
            line=data["line"],
            class_name=data["class_name"],
            doc=data["doc"],
            issues=tuple(data["issues"]),
            oracle=data["oracle"],
            actors=data["actors"],
            amplifiers=tuple((name, tuple(values)) for name, values in data["amplifiers"]),
            needs_parallelism=data["needs_parallelism"],
            unavailable=data["unavailable"],
            swept=data.get("swept", True),
            pairs=tuple(data.get("pairs", ())),
            writing_pairs=data.get("writing_pairs", 0),
            driven=data.get("driven", 0),
            left_out=tuple((name, why) for name, why in data.get("left_out", ())),
            idle_amplifiers=tuple((name, why) for name, why in data.get("idle_amplifiers", ())),
        )


def in_this_process(scenario: ScenarioInfo) -> ScenarioInfo:
    """The scenario without what only a child of its own can be set to."""
    left = tuple(entry for entry in scenario.amplifiers if entry[0] not in OF_THE_PROCESS)
    if len(left) == len(scenario.amplifiers):
        return scenario
    gone = (name for name, _ in scenario.amplifiers if name in OF_THE_PROCESS)
    idle = (*scenario.idle_amplifiers, *((name, NEEDS_A_CHILD) for name in gone))
    return replace(scenario, amplifiers=left, idle_amplifiers=idle)


@dataclass(frozen=True)
class Catalogue:
    """What files of scenarios hold. ``errors`` has one sentence for each that cannot be loaded, ``lacking`` for each
    that imports a module of the standard library which the target was built without.
    """

    scenarios: list[ScenarioInfo]
    errors: list[str]
    lacking: list[str] = field(default_factory=list)


def split(arguments: Iterable[str]) -> tuple[list[Path], list[str]]:
    """Files of scenarios and patterns: a ``.py`` file, or a folder of them, that exists; all else is a
    PATTERN.
    """
    files: list[Path] = []
    patterns: list[str] = []
    for argument in arguments:
        path = Path(argument)
        if path.suffix == ".py" and path.is_file():
            files.append(path)
        elif path.is_dir():
            files += [
                file
                for file in sorted(path.rglob("*.py"))
                if not file.name.startswith(("_", "test_", "conftest"))
            ]
        else:
            patterns.append(argument)
    return files, patterns


def select(catalogue: Catalogue, patterns: Sequence[str]) -> list[ScenarioInfo]:
    """The scenarios that any of ``patterns`` selects; all of them when there is no pattern."""
    if not patterns:
        return list(catalogue.scenarios)
    return [
        found for found in catalogue.scenarios if any(selects(pattern, found.name) for pattern in patterns)
    ]


def describe(target: Target, files: Sequence[Path], what: What = "scenarios") -> Catalogue:
    """Ask the target what scenarios, or what subjects, are in ``files``. Whatever these do when they are imported, they
    do it to a child.

    All go through one child; only when that child does not come through is each file asked in a child of its
    own, so that the sentence names the culprit and the others can be used. A file in which the target crashes
    or hangs is described by this interpreter where it can: that is the target's doing, and trials are to find it.
    """
    paths = [str(Path(file).resolve()) for file in files]
    if not paths:
        return Catalogue([], [])
    events, ending = _ask(target, paths, what)
    if ending.how == "ok":
        return _catalogue(events)
    events.clear()
    for path in paths:
        some, ending = _ask(target, [path], what)
        if ending.how in ("signal", "ntstatus", "timeout", "silent"):
            some, by_us = _ask(probe(sys.executable), [path], what)
            ending = by_us if by_us.how == "ok" else ending
        if ending.how == "ok":
            events += some
        else:
            events.append({"event": "load_error", "message": _sentence(path, ending)})
    return _catalogue(events)


def _ask(target: Target, paths: list[str], what: What) -> tuple[list[ChildEvent], Ending]:
    events: list[ChildEvent] = []
    load_s = LOAD_S * target.stretch
    spec: DescribeSpec = {"do": "describe", "what": what, "files": paths, "alarm_s": int(load_s * 3)}
    limits = Limits(time_s=load_s, silence_s=load_s, memory_bytes=2 << 30)
    ending = watch(
        lambda fd: child.command(target, spec | {"events_fd": fd}), limits, events.append, lambda: False
    )
    return events, ending


def _sentence(path: str, ending: Ending) -> str:
    last_words = ending.stderr.strip().rpartition("\n")[2].strip()
    said = f": {last_words}" if last_words else ""
    return f"{path} cannot be loaded: the child that imported it {what_happened(ending)}{said}"


def _catalogue(events: list[ChildEvent]) -> Catalogue:
    scenarios = [info(event) for event in events if event["event"] == "scenario"]
    errors = [
        event["message"]
        for event in events
        if event["event"] == "failure" or (event["event"] == "load_error" and not event.get("lacks"))
    ]
    lacking = [event["message"] for event in events if event["event"] == "load_error" and event.get("lacks")]
    for name, count in Counter(scenario.name for scenario in scenarios).items():
        if count > 1:
            where = " and ".join(scenario.file for scenario in scenarios if scenario.name == name)
            errors.append(
                f"{count} scenarios are named {name}: in {where}; rename one of the classes or files"
            )
    return Catalogue(scenarios, errors, lacking)


def info(event: ScenarioEvent) -> ScenarioInfo:
    """The scenario that a kernel's ``scenario`` event describes."""
    return ScenarioInfo.from_json(listed(event))
