"""The result of a campaign: the data behind ``result.json`` and every report (schema 1)."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Literal

from harness.kernel.event_types import Details
from harness.kernel.event_types import Kind as Kind
from harness.record.severity import Severity
from harness.record.target import Target

Verdict = Literal["new", "known", "not observed", "not exercised", "skipped"]
WithGil = Literal["observed", "not observed", "not tried", "not applicable"]

SCHEMA = 1


@dataclass(frozen=True)
class ScenarioResult:
    """What one scenario showed over all its trials. Rates and bounds are per round."""

    name: str
    trials: int
    rounds: int
    samples: int
    stores: int
    overlap: float | None
    """Share of the rounds' time in which two or more actors were inside their loops; None where one thread is meant."""
    cache_live: float | None
    """Share of reads made in rounds at whose end what was read could still be cached, as the target itself says; None
    where nothing that is read is meant to be, or the target lacks the modules that say so."""
    verdict: Verdict
    reason: str | None
    """Why it was skipped or not exercised; None otherwise."""
    findings: tuple[str, ...]
    """Ids of its findings."""
    rate_per_round: float
    bound_95: float | None


@dataclass(frozen=True)
class Finding:
    """Something a correct interpreter would not do: one signature, however often it was seen."""

    id: str
    kind: Kind
    scenario: str
    oracle: str
    signature: str
    known: str | None
    """Id of the known issue that it matches: ``gh-118492`` or ``ftstress-0001``."""
    with_gil: WithGil
    first_seen_s: float
    """Seconds after the campaign's start."""
    trials_hit: int
    trials_run: int
    message: str
    severity: Severity
    details: Details = field(default_factory=Details)
    cause: str | None = None
    """What broke, where that has been told; several findings may be faces of one."""

    @property
    def where(self) -> str:
        """Operation, pair of operations, register, or how a process died."""
        return self.signature.split(" | ")[3]


@dataclass(frozen=True)
class IdleAmplifier:
    """An amplifier that does nothing on the target, and was not drawn there."""

    name: str
    """With a value where it is only that one: ``bystander invalidator``."""
    reason: str
    scenarios: int
    """How many of those that were planned have it."""


@dataclass(frozen=True)
class PairTotals:
    """Pairs of operations, or triples, that came at all, and those of them that were at it at once in some round."""

    distinct: int = 0
    overlapped: int = 0

    def __add__(self, other: PairTotals) -> PairTotals:
        return PairTotals(self.distinct + other.distinct, self.overlapped + other.overlapped)


@dataclass(frozen=True)
class Totals:
    trials: int
    rounds: int
    samples: int
    findings: int
    pairs: PairTotals = PairTotals()
    triples: PairTotals = PairTotals()


@dataclass(frozen=True)
class Result:
    """A whole campaign, graded."""

    complete: bool
    """False while it runs, and for ever if it was interrupted or killed."""
    exit_status: int
    seed: int
    budget_s: float
    elapsed_s: float
    target: Target
    totals: Totals
    scenarios: tuple[ScenarioResult, ...]
    findings: tuple[Finding, ...]
    notices: tuple[str, ...] = ()
    """Sentences that a reader must see: the GIL came on, rubbish in an event pipe, what was skipped."""
    idle_amplifiers: tuple[IdleAmplifier, ...] = ()
    """What of its scenarios' amplifiers does nothing on the target; of a sweep, which draws none, empty."""

    def to_json(self) -> dict[str, object]:
        """The contract's ``result.json``, as plain data."""
        flat = {name: tuple(map(vars, getattr(self, name))) for name in ("scenarios", "idle_amplifiers")}
        rest = asdict(replace(self, scenarios=(), idle_amplifiers=()))
        return {"schema": SCHEMA} | rest | flat
