"""What the manager itself tells of a campaign, and what a journal holds in all: see ``harness.kernel.event_types``."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict, TypeGuard

from harness.kernel.amplifiers import Setting
from harness.kernel.event_types import Details, SaidEvent, Stamp, Swept, TrialEvent
from harness.kernel.journal_types import (
    CampaignEndEvent,
    CampaignEvent,
    SuppressionData,
    TrialEndEvent,
    TrialStartEvent,
)
from harness.record.definitions import named


class NoiseEvent(Stamp):
    """A line in a child's pipe that was no event."""

    event: Literal["noise"]
    bytes: int
    begins: str
    """Escaped, and cut short."""


class WindowData(TypedDict):
    """Points that follow one another at which something showed (``harness.record.coverage.Window``)."""

    symptom: str
    points: int
    places: list[str]
    end: list[str]
    function: NotRequired[str]
    accesses: NotRequired[list[str]]


class PairData(Swept):
    """One ordered pair of operations, with source lines."""

    lines: dict[str, dict[str, dict[str, int]]]
    """By file and line: how many stops there had each outcome."""
    windows: list[WindowData]


class SweptEvent(Stamp):
    """A pair has been swept, in one variant."""

    event: Literal["swept"]
    pair: PairData


class ResumeEvent(TypedDict):
    """A campaign goes on. What ran when it was ended never came to an end."""

    event: Literal["resume"]
    at_s: float
    """Of its own time: the pause is not in it."""
    strict: bool


class SuppressedEvent(TypedDict):
    """Children that are started from now on do not report these, beside what was suppressed before."""

    event: Literal["suppressed"]
    at_s: float
    suppressions: list[SuppressionData]


class OfFinding(TypedDict):
    """What was found out about a finding after it was recorded."""

    signature: str
    at_s: NotRequired[float]
    """Only while the campaign runs: ``ftstress repro`` comes later."""


class ControlEvent(OfFinding):
    """A finding's trial has been run again with the GIL on."""

    event: Literal["control"]
    children: int
    hits: int
    """How many of them showed it."""
    rounds: int
    took_s: float


class LaterEvent(OfFinding):
    """More of a finding's details."""

    event: Literal["later"]
    details: Details


class SmallerData(TypedDict):
    """What minimising left of a trial."""

    knobs: dict[str, Setting]
    threads: int
    budget_s: float
    rounds: int | None
    left_out: list[str]
    """Operations that need not be raced."""
    pairs: NotRequired[list[str]]
    """Of a random program: what is left of it."""


class ReproEvent(OfFinding):
    """``ftstress repro`` has looked how often a finding shows."""

    event: Literal["repro"]
    children: int
    hits: int
    took_s: float
    machine: str
    smaller: SmallerData | None
    """None where none was sought, or found."""


ChildEvent = SaidEvent | NoiseEvent
"""What whoever watches a child hears."""

RecordedEvent = TrialEvent | SweptEvent | NoiseEvent
"""What a journal keeps of what a trial's child says, each with its stamp."""

Event = (
    CampaignEvent
    | ResumeEvent
    | SuppressedEvent
    | TrialStartEvent
    | RecordedEvent
    | TrialEndEvent
    | ControlEvent
    | LaterEvent
    | ReproEvent
    | CampaignEndEvent
)
"""A line of a journal."""


OF_TRIAL = frozenset(named(TrialEvent | NoiseEvent))


def is_of_trial(event: ChildEvent) -> TypeGuard[TrialEvent | NoiseEvent]:
    """Whether it belongs into the journal as it is, but for its stamp."""
    return event["event"] in OF_TRIAL
