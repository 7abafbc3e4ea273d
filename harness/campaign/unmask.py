"""What dominates is left out of later children, so that the rest shows: one race hides others.

Where two threads race on one word, the sanitizer remembers the last few accesses to it and reports each pair of stacks
once: what always comes takes the place of what rarely does, and costs most of the time. So when all scenarios have come
once, races that have come in many trials are suppressed in children that are started from then on.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

from harness.campaign import suppressions
from harness.campaign.suppressions import Suppression
from harness.kernel.event_types import FindingEvent
from harness.record.events import Event, SuppressedEvent

SHARE = 0.25
"""Of the trials that ended since it was looked last: a race that came in so many dominates."""
LEAST = 3
"""Trials that it must have come in."""
MOST_HIDDEN = 2
"""Other races that a suppression may hide with the one that it is for."""


class Unmasking:
    """Of one campaign on a build with a thread sanitizer, whose events it is fed, also those of before a resume."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._tops: dict[str, frozenset[str]] = {}
        """By race: the functions by which it can be suppressed."""
        self._hits: defaultdict[str, set[int]] = defaultdict(set)
        """By race: trials since the last look."""
        self._ended = 0
        self._per_look = 0
        self._scenarios = 0
        self.suppressed: dict[str, Suppression] = {}

    @property
    def file(self) -> str:
        """For children; empty where nothing is suppressed."""
        return str(self._path.resolve()) if self.suppressed else ""

    @property
    def _path(self) -> Path:
        """Of its own for each list: who was started with one goes on with it."""
        return self._folder / suppressions.FILE.format(len(self.suppressed))

    def feed(self, event: Event) -> None:
        if event["event"] == "campaign":
            self._scenarios = len(event["scenarios"])
        elif event["event"] == "finding" and event["kind"] == "sanitizer":
            self._hits[event["where"]].add(event["trial"])
            self._tops[event["where"]] = _tops(event)
        elif event["event"] == "trial_end":
            self._ended += 1
        elif event["event"] == "suppressed":
            self._ended, self._hits = 0, defaultdict(set)
            for data in event["suppressions"]:
                one = Suppression.from_json(data)
                self.suppressed.setdefault(one.pattern, one)
            suppressions.write(self._path, self.suppressed.values())

    def due(self, all_came: bool, at_s: float) -> SuppressedEvent | None:
        """What to suppress from now on; None: nothing new, or not all scenarios have come once since the last look."""
        if not all_came or self._ended < max(self._scenarios, LEAST):
            return None
        chosen = self._dominating()
        self._ended, self._hits = 0, defaultdict(set)
        if not chosen:
            return None
        return {"event": "suppressed", "at_s": at_s, "suppressions": [one.to_json() for one in chosen]}

    def _dominating(self) -> list[Suppression]:
        uses = Counter(function for tops in self._tops.values() for function in tops)
        chosen: dict[str, Suppression] = {}
        for race, trials in sorted(self._hits.items(), key=lambda one: -len(one[1])):
            if len(trials) < max(LEAST, SHARE * self._ended):
                break
            # Of the two functions the one of fewer other races.
            function = min(sorted(self._tops[race]), key=lambda name: uses[name], default="")
            pattern = f"race_top:{function}"
            if function and uses[function] <= 1 + MOST_HIDDEN and pattern not in self.suppressed:
                reason = f"came in {len(trials)} of {self._ended} trials: {race}"
                chosen.setdefault(pattern, Suppression(pattern, "", reason))
        return list(chosen.values())


def _tops(event: FindingEvent) -> frozenset[str]:
    """The functions, as a suppression names them, that are innermost on a stack and the target's own: what is compiled
    into many hides them all.
    """
    tops = set()
    for stack in event["details"].get("stacks", ()):
        first = stack["frames"][0] if stack["frames"] else ""
        if first and first == stack["place"] and stack["what"] != "allocated":
            function = first.partition(" (")[0]
            # Without the ends it would be a part of any function's, file's or module's name; a compiler's clone of it
            # has its name and a dot.
            is_clone = f" {function}." in event["details"].get("report", "")
            tops.add(f"^{function}." if is_clone else f"^{function}$")
    return frozenset(tops)
