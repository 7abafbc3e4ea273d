"""A running campaign, graded from the journal's events as they are written: what the live display shows."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from threading import Event as Flag
from threading import Lock

from harness.campaign.grade import Grader
from harness.campaign.plan import SWEEP
from harness.record.events import Event
from harness.record.result import Finding, Totals
from harness.report.escape import escape
from harness.report.findings import headline
from harness.report.numbers import duration

WINDOW_S = 5.0
"""The speed shown is that of the last seconds: a stall must show."""
APART_S = 0.2
"""Between two looks at it: to sum up the samples of some hundred scenarios takes a millisecond."""
NOTHING = Totals(trials=0, rounds=0, samples=0, findings=0)


@dataclass(frozen=True)
class Reading:
    """The campaign at one moment."""

    elapsed_s: float
    totals: Totals
    samples_per_s: float
    racing: tuple[str, ...]
    """The scenarios of the trials that are running."""
    unit: str = "round"
    """What the totals' rounds are called: ``stop`` in a sweep."""


class Meter:
    """A campaign's listener; read from another thread. ``tell`` gets a line for each finding, once."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.tell: Callable[[str], None] = lambda line: None
        self.first_samples = Flag()
        self._lock = Lock()
        self._grader = Grader()
        self._began = clock()
        self._racing: dict[int, str] = {}
        self._told: set[str] = set()
        self._recent: deque[tuple[float, int]] = deque()

    def catch_up(self, events: Iterable[Event]) -> None:
        """Take in what a campaign that is gone on with had recorded before: nothing of it is told again."""
        with self._lock:
            for event in events:
                self._grader.feed(event)
            if self._grader.header:
                self._told = {found.id for found in self._grader.untold(())}

    def __call__(self, event: Event) -> None:
        with self._lock:
            lines = self._take(event)
        for line in lines:
            self.tell(line)

    def reading(self) -> Reading:
        """A consistent look at what there is so far."""
        with self._lock:
            now = self.clock()
            totals = self._totals()
            speed = 0.0
            if self._recent and now > self._recent[0][0]:
                speed = max(0, totals.samples - self._recent[0][1]) / (now - self._recent[0][0])
            unit = "stop" if self._grader.kind == SWEEP else "round"
            return Reading(max(0.0, now - self._began), totals, speed, tuple(self._racing.values()), unit)

    def _totals(self) -> Totals:
        return self._grader.totals() if self._grader.header else NOTHING

    def _take(self, event: Event) -> list[str]:
        self._grader.feed(event)
        now = self.clock()
        if event["event"] == "campaign" or event["event"] == "resume":
            # A resumed campaign's time goes on where it stood.
            self._began = now - event["at_s"]
        elif event["event"] == "trial_start":
            self._racing[event["trial"]] = event["scenario"]
        elif event["event"] == "trial_end":
            self._racing.pop(event["trial"], None)
        elif event["event"] == "progress" and not (self._recent and now < self._recent[-1][0] + APART_S):
            self._recent.append((now, self._grader.samples()))
            while self._recent[0][0] < now - WINDOW_S:
                self._recent.popleft()
            if self._recent[-1][1]:
                self.first_samples.set()
        elif event["event"] == "finding":
            untold = self._grader.untold(self._told)
            self._told.update(found.id for found in untold)
            return [_line(found) for found in untold]
        return []


def _line(found: Finding) -> str:
    first_line = found.message.strip().partition("\n")[0]
    return f"{duration(found.first_seen_s)}: {headline(found)}: {escape(first_line)}"
