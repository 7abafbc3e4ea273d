"""How a campaign went: over time, and by amplifier setting. From the journal's events, in one pass."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from harness.kernel.amplifiers import Setting
from harness.kernel.event_types import FindingEvent, ProgressEvent
from harness.kernel.journal_types import TrialStartEvent
from harness.record.events import Event

MOST_MOMENTS = 240
FIRST_WIDTH_S = 1 / 64
"""The first guess at a moment's width; doubled whenever the campaign outgrows its moments."""


@dataclass(frozen=True)
class Moment:
    """One of at most ``MOST_MOMENTS`` equal slices of the campaign's time."""

    at_s: float
    """Where it begins."""
    samples: int
    rounds: int
    findings: int
    """How many times a trial told a finding."""


@dataclass(frozen=True)
class Cell:
    """What all trials of a scenario with one value of one amplifier did."""

    scenario: str
    amplifier: str
    value: Setting
    trials: int
    samples: int
    hits: int
    """Trials with a finding."""


@dataclass(frozen=True)
class Course:
    """The moments one after the other, from 0 on, and the cells by name and value."""

    moments: tuple[Moment, ...]
    cells: tuple[Cell, ...]


@dataclass
class _Slice:
    """A moment that still grows."""

    samples: int = 0
    rounds: int = 0
    findings: int = 0

    def take(self, other: _Slice) -> None:
        self.samples += other.samples
        self.rounds += other.rounds
        self.findings += other.findings


@dataclass
class _Sum:
    """A cell that still grows."""

    trials: int = 0
    samples: int = 0
    hits: int = 0


@dataclass
class _Trial:
    """A trial that runs."""

    cells: list[_Sum]
    at_s: float
    """Until when it is counted."""
    samples: int = 0
    rounds: int = 0
    hit: bool = False


@dataclass
class CourseTaker:
    """Takes a journal's events in order. What it keeps does not grow with the campaign's length."""

    width_s: float = FIRST_WIDTH_S
    _slices: list[_Slice] = field(default_factory=list)
    _cells: dict[tuple[str, str, Setting], _Sum] = field(default_factory=dict)
    _running: dict[int, _Trial] = field(default_factory=dict)

    def add(self, event: Event) -> None:
        """Take in one event; those of a trial that never began are passed over."""
        if event["event"] == "progress":  # nine of ten events
            if trial := self._running.get(event.get("trial", -1)):
                self._progress(trial, event)
        elif event["event"] == "finding":
            if trial := self._running.get(event.get("trial", -1)):
                self._finding(trial, event)
        elif event["event"] == "trial_start":
            self._start(event)
        elif event["event"] == "trial_end":
            self._running.pop(event["trial"], None)
        elif event["event"] == "resume":  # what ran when the manager was killed never ended
            self._running.clear()
        elif event["event"] == "campaign_end":
            self._slice(event["at_s"])

    def course(self) -> Course:
        """What there is so far."""
        moments = tuple(
            Moment(number * self.width_s, part.samples, part.rounds, part.findings)
            for number, part in enumerate(self._slices)
        )
        cells = tuple(
            Cell(*key, sums.trials, sums.samples, sums.hits) for key, sums in sorted(self._cells.items())
        )
        return Course(moments, cells)

    def _start(self, event: TrialStartEvent) -> None:
        cells = [
            self._cells.setdefault((event["scenario"], amplifier, value), _Sum())
            for amplifier, value in event["knobs"].items()
        ]
        for cell in cells:
            cell.trials += 1
        self._running[event["trial"]] = _Trial(cells, event["at_s"])

    def _progress(self, trial: _Trial, event: ProgressEvent) -> None:
        # Cumulative in its trial; what is new was made since the last one, and is spread over that time.
        began, at_s = trial.at_s, event["at_s"]
        samples, rounds = event["samples"] - trial.samples, event["rounds"] - trial.rounds
        trial.at_s, trial.samples, trial.rounds = at_s, event["samples"], event["rounds"]
        for cell in trial.cells:
            cell.samples += samples
        number = int(began / self.width_s)
        if (
            number < len(self._slices) and at_s < (number + 1) * self.width_s
        ):  # within one, as in a long campaign
            part = self._slices[number]
            part.samples += samples
            part.rounds += rounds
            return
        told_samples = told_rounds = 0
        for share, part in self._shares(began, at_s):
            part.samples += round(samples * share) - told_samples
            part.rounds += round(rounds * share) - told_rounds
            told_samples, told_rounds = round(samples * share), round(rounds * share)

    def _finding(self, trial: _Trial, event: FindingEvent) -> None:
        self._slice(event["at_s"]).findings += 1
        if not trial.hit:
            trial.hit = True
            for cell in trial.cells:
                cell.hits += 1

    def _shares(self, began: float, ended: float) -> Iterator[tuple[float, _Slice]]:
        """Each slice that the time runs through, and the share of the time that has passed at its end."""
        last = self._slice(ended)
        if ended > began:
            for number in range(int(began / self.width_s), int(ended / self.width_s)):
                yield ((number + 1) * self.width_s - began) / (ended - began), self._slices[number]
        yield 1.0, last

    def _slice(self, at_s: float) -> _Slice:
        while at_s >= self.width_s * MOST_MOMENTS:
            self.width_s *= 2
            for number in range(len(self._slices) // 2):
                self._slices[number].take(self._slices.pop(number + 1))
        while len(self._slices) <= at_s / self.width_s:
            self._slices.append(_Slice())
        return self._slices[int(at_s / self.width_s)]
