"""What a calibration measured: on each seeded fault, and on the untouched base, what a run saw, and when."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from harness.kernel.amplifiers import Setting

SCHEMA = 1
JSON = "calibration.json"
BASE = "(base)"
"""The name under which the untouched build is run."""


class CalibrationError(Exception):
    """A recorded calibration cannot be read; the message is one sentence for the user."""


@dataclass(frozen=True)
class Hit:
    """The finding at which a run stopped."""

    scenario: str
    oracle: str
    signature: str
    knobs: dict[str, Setting]
    at_s: float
    """Seconds after the campaign's start."""


@dataclass(frozen=True)
class Trial:
    """One trial of a run, and whether it had the hit."""

    scenario: str
    knobs: dict[str, Setting]
    hit: bool


@dataclass(frozen=True)
class Run:
    """One campaign on one build; on a fault's, until its hit."""

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
    """Its first finding that neither is known nor was seen on the base before."""
    trials: tuple[Trial, ...]
    """All that were started, in order."""
    message: str = ""
    """Why there is no result, when there is none."""
    command: str = "run"
    """What made it: ``run`` or ``pairs``."""
    of_base: tuple[str, ...] = ()
    """Signatures that the base showed when it was asked for one that this run had shown: no hits."""


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
    base: str = ""
    """What the faults were made from, in a few words; empty in a record of before it was noted."""
    not_applicable: dict[str, str] = field(default_factory=dict)
    """Faults of the base's branch whose patch does not apply to it any more, and where."""
    areas: dict[str, str] = field(default_factory=dict)
    """What part of the interpreter a fault is in; of real bugs, see ``measure/fixes``."""

    def of(self, build: str) -> list[Run]:
        return [run for run in self.runs if run.build == build]

    def detections(self, fault: str) -> list[Hit]:
        """The hits on ``fault`` that count: with a signature that the base never showed."""
        of_base = self.of_base()
        return [run.hit for run in self.of(fault) if run.hit and run.hit.signature not in of_base]

    def of_base(self) -> frozenset[str]:
        """The signatures that the base showed, in its own runs or when it was asked for one."""
        shown = {signature for run in self.of(BASE) for signature in run.signatures}
        return frozenset(shown.union(*(run.of_base for run in self.runs)))

    def false_alarms(self) -> list[Run]:
        """Runs on the base that did not end well: a finding that counts, or nothing exercised. What pairs find there is
        CPython's, and counts against no fault.
        """
        return [
            run
            for run in self.of(BASE)
            if run.exit_status not in ((0, 1) if run.command == "pairs" else (0,))
        ]

    def by_chance(self) -> tuple[int, int]:
        """Of how many runs of pairs on the base one would have been a detection: it showed what no other did."""
        runs = [run for run in self.of(BASE) if run.command == "pairs"]
        asked: set[str] = set().union(*(run.of_base for run in self.runs))
        alone = 0
        for one in runs:
            others = asked.union(*(run.signatures for run in runs if run is not one))
            alone += not others.issuperset(one.signatures)
        return alone, len(runs)

    def missed(self) -> list[str]:
        """Visible faults that no run detected."""
        return [fault for fault in self.guarantees if not self.detections(fault)]

    def median_s(self) -> float | None:
        """The median, over all faults, of the time to a detection; None where nothing was detected."""
        times = [hit.at_s for fault in self.guarantees for hit in self.detections(fault)]
        return median(times) if times else None

    def per_area(self) -> dict[str, tuple[int, int]]:
        """By area: how many of its faults were run, and how many of these a run detected."""
        total: dict[str, tuple[int, int]] = {}
        for fault, area in self.areas.items():
            if self.of(fault):
                every, detected = total.get(area, (0, 0))
                total[area] = every + 1, detected + bool(self.detections(fault))
        return dict(sorted(total.items()))

    def per_amplifier(self) -> dict[str, dict[Setting, tuple[int, int]]]:
        """Trials and hits by amplifier and value: what a value of a knob is worth.

        Only trials of a scenario on a fault that it saw in one of the runs: others say nothing of a knob.
        """
        able = {(fault, hit.scenario) for fault in self.guarantees for hit in self.detections(fault)}
        total: dict[str, dict[Setting, tuple[int, int]]] = {}
        for run in self.runs:
            for trial in run.trials:
                if (run.build, trial.scenario) in able:
                    for name, value in trial.knobs.items():
                        trials, hits = total.setdefault(name, {}).get(value, (0, 0))
                        total[name][value] = trials + 1, hits + trial.hit
        return {name: dict(sorted(values.items())) for name, values in sorted(total.items())}

    def to_json(self) -> dict[str, object]:
        return {"schema": SCHEMA} | asdict(self)

    def write(self, directory: Path) -> None:
        """Keep it in ``directory``, whole or as it was before. Raises OSError."""
        whole = directory / f".{JSON}"
        whole.write_text(json.dumps(self.to_json(), indent=1) + "\n", encoding="utf-8")
        whole.replace(directory / JSON)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Calibration:
        """Raises KeyError or TypeError when ``data`` is no calibration."""
        kept = {name: value for name, value in data.items() if name != "schema"}
        return cls(**(kept | {"runs": tuple(_run(run) for run in data["runs"])}))


def recorded(directory: Path) -> Calibration | None:
    """The calibration that ``directory`` holds; None where it holds none. Raises CalibrationError."""
    path = directory / JSON
    if not path.exists():
        return None
    try:
        return Calibration.from_json(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CalibrationError(f"{path} cannot be read as a calibration ({error})") from error


def _run(data: dict[str, Any]) -> Run:
    hit = Hit(**data["hit"]) if data["hit"] else None
    trials = tuple(Trial(**trial) for trial in data["trials"])
    tuples = {name: tuple(data.get(name, ())) for name in ("signatures", "of_base")}
    return Run(**(data | tuples | {"hit": hit, "trials": trials}))
