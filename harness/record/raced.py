"""What a campaign of pairs has come to: by subject and pair, or triple, how often, and what came of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

from harness.kernel.event_types import MixedEvent
from harness.kernel.pairs.program import is_program
from harness.kernel.pairs.subject import JOIN
from harness.record.events import Event
from harness.record.result import PairTotals


@dataclass(slots=True)
class Raced:
    """What was done with one pair, or triple, of a subject's operations."""

    rows: int = 0
    """Times that it had rows of its own; 0: it came in mixed rows only."""
    rounds: int = 0
    overlapped: int = 0
    """Rounds in which its operations were at it at the same time."""
    outcomes: int = 0
    """The most different ones that were seen, and allowed, at one time."""
    found: int = 0
    """How many times something was found."""


class RacedTaker:
    """Takes a journal's events in order. ``raced``: by subject, and by pair or triple."""

    def __init__(self) -> None:
        self.raced: dict[str, dict[str, Raced]] = defaultdict(lambda: defaultdict(Raced))

    def feed(self, event: Event) -> None:
        """Take in one event; what is not about pairs is passed over."""
        if event["event"] == "pair_begin":
            self.raced[event["scenario"]][event["pair"]].rows += 1
        elif event["event"] == "pair_end":
            one = self.raced[event["scenario"]][event["pair"]]
            one.rounds += event["rounds"]
            one.overlapped += event["overlapped"]
            one.outcomes = max(one.outcomes, event["outcomes"])
        elif event["event"] == "mixed":
            for pair, rounds, overlapped in of_mixed(event):
                one = self.raced[event["scenario"]][pair]
                one.rounds += rounds
                one.overlapped += overlapped
        elif event["event"] == "finding" and event["kind"] != "sanitizer" and _is_raced(event["where"]):
            self.raced[event["scenario"]][event["where"]].found += 1

    def swept(self, subject: str, pair: str, stops: int) -> None:
        """Take in what a sweep did with a pair: a stop is a round in which both were at it."""
        one = self.raced[subject][pair]
        one.rows += 1
        one.rounds += stops
        one.overlapped += stops

    def has_found(self, subject: str, pair: str) -> bool:
        """Whether anything was found at a pair."""
        return pair in self.raced[subject] and self.raced[subject][pair].found > 0

    def add(self, raced: Mapping[str, Mapping[str, Raced]]) -> None:
        """Take in what another one has taken."""
        for subject, pairs in raced.items():
            for name, other in pairs.items():
                one = self.raced[subject][name]
                one.rows += other.rows
                one.rounds += other.rounds
                one.overlapped += other.overlapped
                one.outcomes = max(one.outcomes, other.outcomes)
                one.found += other.found

    def totals(self, threads: int = 2) -> PairTotals:
        """How many have come; of two threads, or of three."""
        came = [one for pairs in self.raced.values() for name, one in pairs.items() if width(name) == threads]
        return PairTotals(len(came), sum(one.overlapped > 0 for one in came))


def of_mixed(event: MixedEvent) -> list[tuple[str, int, int]]:
    """Each pair of mixed rows, its rounds, and those in which both were at it at once. A journal from before these were
    counted has the names of those that were, in one round at least.
    """
    names = cast(Mapping[str, list[str]], event).get("pairs", [])
    return event.get("raced", [(name, 1, 1) for name in names])


def _is_raced(where: str) -> bool:
    return JOIN in where or is_program(where)


@lru_cache(1 << 17)  # a campaign's totals ask for each name every second; programs are without end
def width(name: str) -> int:
    """How many threads a pair, or a triple, is of; 0: it is a random program."""
    return 0 if is_program(name) else name.count(JOIN) + 1
