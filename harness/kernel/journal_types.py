"""What a journal holds beside what a trial's child says, as far as a suite writes it that has no manager."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from harness.kernel.amplifiers import Setting
from harness.kernel.event_types import Details, SaidEvent, ScenarioFacts, TrialEvent


class ScenarioData(ScenarioFacts):
    """A scenario as a journal lists it."""

    amplifiers: list[tuple[str, list[Setting]]]
    """Names and values."""


class OptionsData(TypedDict):
    """What a campaign was asked for (``harness.campaign.options.Options``); None: what the machine can take."""

    strict: bool
    threads: int | None
    in_process: bool
    budget_s: NotRequired[float]
    seed: NotRequired[int]
    jobs: NotRequired[int | None]
    stop_at_first: NotRequired[bool]
    resume: NotRequired[bool]
    ring: NotRequired[str]
    memory_limit_bytes: NotRequired[int | None]
    min_coverage: NotRequired[float | None]


class TargetData(TypedDict):
    """A build under test (``harness.record.target.Target``)."""

    executable: str
    version: str
    version_info: list[int]
    implementation: str
    free_threaded: bool
    gil_enabled: bool
    debug: bool
    sanitizer: str | None
    compiler: str
    commit: str
    configure_args: str
    platform: str
    history: NotRequired[dict[str, bool]]
    branch: NotRequired[str]
    origin: NotRequired[str]
    slower: NotRequired[float]


class SuppressionData(TypedDict):
    """What a sanitizer is told not to report (``harness.campaign.suppressions.Suppression``)."""

    pattern: str
    issue: str
    reason: str


class CampaignEvent(TypedDict):
    """A journal's first event: all that is needed to grade and to resume."""

    event: Literal["campaign"]
    schema: int
    """``SCHEMA`` of the harness that wrote it."""
    kind: NotRequired[str]
    """``stress``, also where it is missing, or ``sweep``."""
    at_s: float
    seed: int
    budget_s: float
    options: OptionsData
    target: TargetData
    scenarios: list[ScenarioData]


class TrialStartEvent(TypedDict):
    """A trial is about to be started."""

    event: Literal["trial_start"]
    trial: int
    at_s: float
    scenario: str
    index: int
    """How many trials of the scenario come before it."""
    knobs: dict[str, Setting]
    seed: str
    threads: int
    budget_s: float
    pairs: NotRequired[list[str]]
    """Of a subject's operations; empty where a scenario is raced."""


class EndingData(TypedDict):
    """How a trial ended (``harness.diagnosis.ending.Ending``); of one without a child only the first two."""

    how: str
    done: str | None
    status: NotRequired[int | None]
    started: NotRequired[bool]
    last_event: NotRequired[SaidEvent | None]
    stdout: NotRequired[str]
    stderr: NotRequired[str]
    stdout_bytes: NotRequired[int]
    stderr_bytes: NotRequired[int]
    noise: NotRequired[int]
    peak_bytes: NotRequired[int]
    wall_s: NotRequired[float]
    evidence: NotRequired[Details]
    reports: NotRequired[int]
    suppressed: NotRequired[dict[str, int]]


class TrialEndEvent(TypedDict):
    """A trial is over, and nothing of it is left."""

    event: Literal["trial_end"]
    trial: int
    at_s: float
    scenario: str
    index: int
    ending: EndingData
    unwell: NotRequired[str | None]
    """How it ended, where that was not well."""
    notice: NotRequired[str | None]
    """What a reader must know about it."""


class CampaignEndEvent(TypedDict):
    """A campaign's last event, unless it is gone on with."""

    event: Literal["campaign_end"]
    at_s: float
    complete: bool
    reason: str


SuiteEvent = CampaignEvent | TrialStartEvent | TrialEvent | TrialEndEvent | CampaignEndEvent
"""What a journal holds that was written without a manager."""
