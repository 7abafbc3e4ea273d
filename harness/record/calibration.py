"""What a calibration measured: on each seeded fault, and on the untouched base, what a run with ``-x`` saw and when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

SCHEMA = 1
BASE = "(base)"
"""The name under which the untouched build is run."""


@dataclass(frozen=True)
class Hit:
    """The finding at which a run stopped."""

    scenario: str
    oracle: str
    signature: str
    knobs: dict[str, int]
    at_s: float
    """Seconds after the campaign's start."""


@dataclass(frozen=True)
class Run:
    """One campaign with ``-x`` on one build."""

    build: str
    """The fault's name, or ``BASE``."""
    seed: int
    exit_status: int
    elapsed_s: float
    rounds: int
    samples: int
    stores: int
    signatures: tuple[str, ...]
    """Of all its findings, known ones too."""
    hit: Hit | None
    """Its first finding that is not on the known-issue list."""
    trials: dict[str, dict[str, tuple[int, int]]]
    """By amplifier and value: how many trials ran with it, and how many of them had the hit."""
    message: str = ""
    """Why there is no result, when there is none."""


@dataclass(frozen=True)
class Calibration:
    """All runs of a calibration. Everything that is shown of it is computed from these."""

    machine: str
    limit_s: float
    repeat: int
    cores: int
    """That each run had."""
    guarantees: dict[str, str]
    """What each fault removes; only faults that can be seen."""
    invisible: dict[str, str]
    """Faults that cannot be seen even in principle, and why."""
    runs: tuple[Run, ...]

    def of(self, build: str) -> list[Run]:
        return [run for run in self.runs if run.build == build]

    def detections(self, fault: str) -> list[Hit]:
        """The hits on ``fault`` that count: with a signature that the base never showed."""
        of_base = {signature for run in self.of(BASE) for signature in run.signatures}
        return [run.hit for run in self.of(fault) if run.hit and run.hit.signature not in of_base]

    def false_alarms(self) -> list[Run]:
        """Runs on the base that did not end well: a finding that counts, or nothing exercised."""
        return [run for run in self.of(BASE) if run.exit_status != 0]

    def missed(self) -> list[str]:
        """Visible faults that no run detected."""
        return [fault for fault in self.guarantees if not self.detections(fault)]

    def median_s(self) -> float | None:
        """The median, over all faults, of the time to a detection; None where nothing was detected."""
        times = [hit.at_s for fault in self.guarantees for hit in self.detections(fault)]
        return median(times) if times else None

    def per_amplifier(self) -> dict[str, dict[int, tuple[int, int]]]:
        """Trials and hits on faults, by amplifier and value: what a value of a knob is worth."""
        return _summed(run.trials for run in self.runs if run.build != BASE)

    def to_json(self) -> dict[str, Any]:
        return {"schema": SCHEMA} | asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Calibration:
        """Raises KeyError or TypeError when ``data`` is no calibration."""
        kept = {name: value for name, value in data.items() if name != "schema"}
        return cls(**(kept | {"runs": tuple(_run(run) for run in data["runs"])}))


def _run(data: dict[str, Any]) -> Run:
    hit = Hit(**data["hit"]) if data["hit"] else None
    return Run(**(data | {"hit": hit, "signatures": tuple(data["signatures"])}))


def _summed(parts: Iterable[dict[str, dict[str, tuple[int, int]]]]) -> dict[str, dict[int, tuple[int, int]]]:
    total: dict[str, dict[int, tuple[int, int]]] = {}
    for part in parts:
        for name, values in part.items():
            for value, (trials, hits) in values.items():
                before = total.setdefault(name, {}).get(int(value), (0, 0))
                total[name][int(value)] = before[0] + trials, before[1] + hits
    return {name: dict(sorted(values.items())) for name, values in sorted(total.items())}
