"""What the trials of a campaign have shown so far, as far as its plan asks."""

from __future__ import annotations

from collections import Counter

from harness.record.events import Event


class Shown:
    """By scenario: how many trials have ended, how many of them observed something, and how many have a finding."""

    def __init__(self) -> None:
        self._ended: Counter[str] = Counter()
        self._observed: Counter[str] = Counter()
        self._hit: Counter[str] = Counter()
        self._observing: set[int] = set()
        self._hitting: set[int] = set()
        self._begun: dict[int, list[str]] = {}
        self._pairs: dict[tuple[str, int], list[str]] = {}
        self._ending: dict[int, str] = {}
        self._deadly: dict[str, dict[str, None]] = {}

    def feed(self, event: Event) -> None:
        """Take in one event of the journal."""
        if event["event"] == "progress" and event["samples"]:
            self._observing.add(event["trial"])
        elif event["event"] == "finding":
            self._hitting.add(event["trial"])
            self._ending[event["trial"]] = event["where"]
        elif event["event"] == "pair_begin":
            self._begun.setdefault(event["trial"], []).append(event["pair"])
        elif event["event"] == "trial_end":
            trial = event["trial"]
            self._ended[event["scenario"]] += 1
            self._observed[event["scenario"]] += trial in self._observing
            self._hit[event["scenario"]] += trial in self._hitting
            self._observing.discard(trial)
            self._hitting.discard(trial)
            where = self._ending.pop(trial, "")
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

    def pairs(self, scenario: str, index: int) -> list[str] | None:
        """The pairs that a trial came to; None while it has not ended, or where it came to none."""
        return self._pairs.get((scenario, index))
