"""What the trials of a campaign have shown so far, as far as its plan asks."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from harness.kernel.event_types import FindingEvent
from harness.record.events import Event
from harness.record.raced import Raced, RacedTaker


class Shown:
    """By scenario: how many trials have ended, how many of them observed something, and how many have a finding."""

    def __init__(self) -> None:
        self._ended: Counter[str] = Counter()
        self._observed: Counter[str] = Counter()
        self._hit: Counter[str] = Counter()
        self._observing: set[int] = set()
        self._first: dict[int, str] = {}
        """Of trials that run and have a finding: where the first one was."""
        self._begun: dict[int, list[str]] = {}
        self._pairs: dict[tuple[str, int], list[str]] = {}
        self._last: dict[int, str] = {}
        self._deadly: dict[str, dict[str, None]] = {}
        self._planned: Counter[str] = Counter()
        self._mixed: Counter[str] = Counter()
        self._doubted: dict[str, dict[str, None]] = defaultdict(dict)
        self._raced = RacedTaker()
        self._symptoms: dict[int, list[tuple[str, str]]] = defaultdict(list)
        self._over: dict[tuple[str, int], Sequence[tuple[str, str]]] = {}

    def feed(self, event: Event) -> None:
        """Take in one event of the journal."""
        self._raced.feed(event)
        if event["event"] == "progress" and event["samples"]:
            self._observing.add(event["trial"])
        elif (
            event["event"] == "finding" and event["kind"] != "sanitizer"
        ):  # the process is none the worse for it
            self._first.setdefault(event["trial"], event["where"])
            self._last[event["trial"]] = event["where"]
            self._symptoms[event["trial"]].append((event["where"], symptom_of(event)))
        elif event["event"] == "pair_begin":
            self._begun.setdefault(event["trial"], []).append(event["pair"])
        elif event["event"] == "doubted":
            self._doubted[event["scenario"]][event["pair"]] = None
            self._last[event["trial"]] = event["pair"]
            if symptom := event.get("symptom"):
                self._symptoms[event["trial"]].append((event["pair"], symptom))
        elif event["event"] == "trial_start":
            planned = self._planned[event["scenario"]]
            self._planned[event["scenario"]] = max(planned, event["index"] + 1)
            self._mixed[event["scenario"]] += event.get("pairs") == []
        elif event["event"] == "trial_end":
            trial = event["trial"]
            self._ended[event["scenario"]] += 1
            self._observed[event["scenario"]] += trial in self._observing
            self._hit[event["scenario"]] += trial in self._first
            self._observing.discard(trial)
            self._first.pop(trial, None)
            self._over[event["scenario"], event["index"]] = self._symptoms.pop(trial, ())
            where = self._last.pop(trial, "")
            if where and event["ending"]["done"] in (None, "stuck"):
                self._deadly.setdefault(event["scenario"], {})[where] = None
            if trial in self._begun:
                self._pairs[event["scenario"], event["index"]] = self._begun.pop(trial)

    def of(self, scenario: str) -> tuple[int, int, int]:
        """Trials ended, trials that observed something, trials with a finding."""
        return self._ended[scenario], self._observed[scenario], self._hit[scenario]

    def deadly(self, scenario: str) -> tuple[str, ...]:
        """Where children died or hung: a subject's pairs."""
        return tuple(self._deadly.get(scenario, ()))

    def first_in(self, trial: int) -> str | None:
        """Where the first finding of a trial that runs was; None where it has none."""
        return self._first.get(trial)

    def begun(self, scenario: str) -> int:
        """How many trials have been started, those that came to nothing included."""
        return self._planned[scenario]

    def mixed(self, subject: str) -> int:
        """How many trials of mixed rows have been started."""
        return self._mixed[subject]

    def doubted(self, subject: str) -> list[str]:
        """The pairs that showed something where another one had done so before, since this was asked last."""
        return list(self._doubted.pop(subject, ()))

    def has_ended(self, scenario: str, index: int) -> bool:
        """Whether a trial has."""
        return (scenario, index) in self._over

    def symptoms(self, scenario: str, index: int) -> Sequence[tuple[str, str]]:
        """What a trial that has ended showed, whether or not it is known whose doing it is: where, and the symptom."""
        return self._over[scenario, index]

    def raced(self, subject: str) -> Mapping[str, Raced]:
        """What has come of each pair and triple that came at all."""
        return self._raced.raced[subject]

    def pairs(self, scenario: str, index: int) -> list[str] | None:
        """The pairs that a trial came to; None while it has not ended, or where it came to none."""
        return self._pairs.get((scenario, index))


def symptom_of(found: FindingEvent) -> str:
    """Kind, oracle and exception of what was seen."""
    return " | ".join(filter(None, (found["kind"], found["oracle"], found["details"].get("exception", ""))))
