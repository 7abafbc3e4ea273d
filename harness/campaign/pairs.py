"""A campaign of pairs: a trial is some pairs of one subject, in one child; what that did not come to is gone on with.

The first trials of each subject are of all its pairs, in mixed rows: what shows at all mostly shows soon, and a budget
that does for each pair ten times does for one in a hundred of them a thousand times. What shows after something else
in the same child is tried in a fresh one. When each pair has had rows of its own, the rest of the budget goes to those
from which most is to be learnt (``campaign/learn.py``).
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from harness.campaign import learn
from harness.campaign.kind import Kind
from harness.campaign.options import Options
from harness.campaign.plan import (
    PAIRS,
    SUBJECTS,
    PlannedTrial,
    cores,
    filled,
    power,
    tables,
    why_skipped,
)
from harness.campaign.select import ScenarioInfo
from harness.campaign.servers import serving
from harness.campaign.shown import Shown, symptom_of
from harness.kernel.event_types import DoubtedEvent, FindingEvent
from harness.kernel.pairs.subject import JOIN
from harness.record.raced import Raced, width
from harness.record.target import Target

PAIR_S = 0.1
"""Seconds of a pair when it comes for the first time, where there are many; twice as much in each further cycle."""
FIRST = 0.1
"""Of the budget, for the first time of all pairs where there are few: threes come when each pair has had its time."""
LONGEST = 16
"""Times the first time that a pair gets when it has come often."""
MIXED_S = 0.015
"""Seconds of a subject's mixed rows when they come for the first time, and beside them for each of its pairs in which
an operation writes:"""
MIXED_PAIR_S = 0.00015
"""where the budget has room for all subjects, else less. The first pass is a glance: each of those comes about once."""
PASSES = (1, 2, 4, 8)
"""Passes of mixed rows over all subjects before a pair gets a row of its own, by how long they are; one in each cycle
after that. Freed memory is left as it is in each second one.
"""
TRIES = 3
"""At a subject's mixed rows in a pass, where its children die."""
SHARE = 0.75
"""Of the budget, for the first pass."""
START_S = 0.035
"""Beside a child's rows. No two race on the same cores at a time: each of them would wait for its own other thread
more than it races, and all together they would come to half of the rounds.
"""
TOGETHER = 16
"""Pairs of a trial: their child's start costs as much as one and a half."""
THREADS = 2
SERVED = 200
"""Trials that one server's children run."""
SHORTEST_S = LONGEST * PAIR_S * TOGETHER
"""No pair gets less than its time because others have not come yet: the budget is for fewer of them."""
NOTHING = Raced()


@dataclass
class _Work:
    """What is left to do of one subject in one cycle."""

    subject: ScenarioInfo
    first: list[str]
    """Where an operation writes, or most is to be learnt; and what is to be done again."""
    last: list[str]
    running: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """The pairs of trials that have not been seen to end, by index."""

    def planned(
        self, pairs: tuple[str, ...], index: int, seed: int, budget_s: float, fills: bool
    ) -> PlannedTrial:
        """``fills``: freed memory is filled, where the target can."""
        seed_of_it = f"{seed}:{self.subject.name}:{index}"
        threads = width(pairs[0]) if pairs else THREADS
        knobs = filled(self.subject) if fills else {}
        return PlannedTrial(self.subject, index, knobs, seed_of_it, threads, budget_s, pairs=pairs)

    def mixed(self, index: int, seed: int, budget_s: float, fills: bool, shown: Shown) -> PlannedTrial:
        """All pairs but those that have shown something, for what comes after it would be doubted; and, where children
        died, those of operations that had to do with it twice: what comes behind them would never come.
        """
        raced = shown.raced(self.subject.name)
        deadly = [set(pair.split(JOIN)) for pair in shown.deadly(self.subject.name)]
        times = Counter(name for pair in deadly for name in pair)
        often = {name for name, count in times.items() if count > 1}
        left_out = tuple(
            pair
            for pair in self.subject.pairs
            if (of := set(pair.split(JOIN))) in deadly or of & often or raced.get(pair, NOTHING).found
        )
        return replace(self.planned((), index, seed, budget_s, fills), mixed=True, left_out=left_out)

    def take(self, first: bool) -> tuple[str, ...]:
        """Some pairs for one child, or some triples."""
        some = self.first if first else self.last
        same = next((n for n, one in enumerate(some) if width(one) != width(some[0])), len(some))
        size = min(TOGETHER, same)
        taken, some[:] = tuple(some[:size]), some[size:]
        return taken

    def take_back(self, shown: Shown) -> None:
        """What trials that have ended did not come to is to be done; of one that came to nothing, nothing is."""
        for index, pairs in list(self.running.items()):
            begun = shown.pairs(self.subject.name, index)
            if begun is not None:
                del self.running[index]
                self.first[:0] = [pair for pair in pairs if pair not in begun and pair not in self.first]


def trials(
    scenarios: Sequence[ScenarioInfo], target: Target, options: Options, shown: Shown
) -> Iterator[PlannedTrial]:
    """Trials without end: all pairs of each subject, mixed, a few times; then some pairs of each in turn, those first
    in which an operation writes; when all have come, cycle after cycle, those that are worth most and triples, for
    twice as long.
    """
    subjects = [one for one in scenarios if one.pairs and why_skipped(one, target, PAIRS) is None]
    begun = {one.name: shown.begun(one.name) for one in subjects}
    had = {one.name: shown.mixed(one.name) for one in subjects}
    """Mixed rows of a campaign that is gone on with."""
    mixed_s = _mixed_s(subjects, options, target.stretch)
    longer = _longer_at_first(subjects, options, target.stretch)
    cycle = 0
    work: list[_Work] = []
    while subjects:
        draw = random.Random(f"{options.seed}:{cycle}:pairs")
        if cycle:
            # What is running was planned in the cycle before, and may not come to all of its pairs.
            most = zip(learn.most(subjects, shown, draw), work, strict=True)
            work = [_Work(*one, before.running) for one, before in most]
        else:
            work = [_all(one, draw, shown) for one in subjects]
        for number, times in enumerate(PASSES[:1] if cycle else PASSES):
            left = _by_arrival(work, f"{options.seed}:{cycle}:{number}")
            left = [one for one in left if cycle or had[one.subject.name] <= number]
            fills = (cycle + number) % 2 == 0
            for _ in range(TRIES):
                died = {}
                for one in left:
                    name = one.subject.name
                    died[name] = len(shown.deadly(name))
                    seconds = mixed_s[name] * times * longer * target.stretch
                    mixed = one.mixed(_next(begun, one), options.seed, seconds, fills, shown)
                    if len(mixed.left_out) < len(one.subject.pairs):
                        yield mixed
                left = [one for one in left if len(shown.deadly(one.subject.name)) > died[one.subject.name]]
            yield from _in_fresh_children(work, begun, options, shown, target.stretch)
        for writing in (True, False):
            while True:
                for one in work:
                    one.take_back(shown)
                yield from _in_fresh_children(work, begun, options, shown, target.stretch)
                left = [one for one in work if one.first or (not writing and one.last)]
                if not left:
                    break
                for one in left:
                    pairs = one.take(bool(one.first))
                    index = _next(begun, one)
                    one.running[index] = pairs
                    seconds = PAIR_S * longer * len(pairs) * target.stretch
                    # What is no use of freed memory shows sooner where nothing is filled.
                    yield one.planned(pairs, index, options.seed, seconds, fills=index % 2 == 0)
        cycle += 1
        longer = min(longer * 2, LONGEST)


def _in_fresh_children(
    work: Sequence[_Work], begun: dict[str, int], options: Options, shown: Shown, slower: float
) -> Iterator[PlannedTrial]:
    """What showed something in a child in which another pair had done so before, each by itself: with freed memory
    filled, and with it left, for each shows what the other does not. What was seen between two rows is of no pair.
    """
    for one in work:
        for pair in (name for name in shown.doubted(one.subject.name) if JOIN in name):
            for fills in (True, False) if filled(one.subject) else (False,):
                yield one.planned((pair,), _next(begun, one), options.seed, PAIR_S * slower, fills)


def doubt(found: FindingEvent, after: str = "") -> DoubtedEvent:
    """What a finding is in a child in which another pair had shown something before, or the program of which is to be
    made smaller first.
    """
    event: DoubtedEvent = {
        "event": "doubted",
        "pair": found["where"],
        "after": after,
        "message": found["message"],
        "symptom": symptom_of(found),
    }
    if not after and found["kind"] in ("crash", "hang"):
        event["found"] = found
    return event


def _by_arrival(work: Sequence[_Work], seed: str) -> list[_Work]:
    """They arrive at random, each at the rate of its power: what sees most comes first, as a rule."""
    powers = tables()[SUBJECTS]

    def arrival(one: _Work) -> float:
        return random.Random(f"{seed}:{one.subject.name}").expovariate(power(one.subject, powers))

    return sorted(work, key=arrival)


def _longer_at_first(subjects: Sequence[ScenarioInfo], options: Options, slower: float) -> float:
    """How many times PAIR_S a pair gets when it comes for the first time; its mixed rows get as many times theirs."""
    time = options.budget_s / slower * FIRST
    return max(1.0, min(LONGEST, time / (PAIR_S * max(1, sum(len(one.pairs) for one in subjects)))))


def _mixed_s(subjects: Sequence[ScenarioInfo], options: Options, slower: float) -> dict[str, float]:
    """Seconds of each subject's mixed rows in the first pass, which comes to all of them where that can be."""
    time = options.budget_s / slower * at_once(subjects, options) * SHARE - len(subjects) * (
        MIXED_S + START_S
    )
    pairs = sum(one.writing_pairs for one in subjects)
    of_a_pair = max(0.0, min(MIXED_PAIR_S, time / max(1, pairs)))
    return {one.name: MIXED_S + of_a_pair * one.writing_pairs for one in subjects}


def _next(begun: dict[str, int], work: _Work) -> int:
    """The index of the subject's next trial."""
    begun[work.subject.name] += 1
    return begun[work.subject.name] - 1


def _all(subject: ScenarioInfo, draw: random.Random, shown: Shown) -> _Work:
    """The pairs of a subject in a drawn order, but for those that a campaign that is gone on with has had."""
    raced = shown.raced(subject.name)
    writing = list(subject.pairs[: subject.writing_pairs])
    reading = list(subject.pairs[subject.writing_pairs :])
    draw.shuffle(writing)
    draw.shuffle(reading)
    first, last = ([one for one in some if not raced.get(one, NOTHING).rows] for some in (writing, reading))
    return _Work(subject, first, last)


def at_once(scenarios: Sequence[ScenarioInfo], options: Options) -> int:
    """How many trials run beside each other."""
    return options.jobs or max(1, cores() // THREADS)


KIND = Kind(PAIRS, trials, at_once, SHORTEST_S, None, partial(serving, SERVED))
