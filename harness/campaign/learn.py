"""What a campaign of pairs does with the rest of its budget: those come again from which most is to be learnt."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from random import Random

from harness.campaign.select import ScenarioInfo
from harness.campaign.shown import Shown
from harness.campaign.triples import triples
from harness.kernel.pairs.subject import JOIN
from harness.record.raced import Raced

SHARE = 4
"""Of so many pairs one comes again in a cycle, and a triple for each of these."""
OWED, SHOWN = 4.0, 0.25
"""What a pair that never overlapped is worth, and one that has shown something, beside what gave one outcome only."""
VAIN = 4
"""Rows of its own in which a pair never overlapped, after which it is not likely to."""
NOTHING = Raced()


def most(
    subjects: Sequence[ScenarioInfo], shown: Shown, draw: Random
) -> Iterator[tuple[ScenarioInfo, list[str], list[str]]]:
    """By subject: those of all pairs of all subjects that are worth most, and of all triples as many that have not
    come yet; of what is worth as much, some.
    """
    raced = {one.name: shown.raced(one.name) for one in subjects}
    worths = {
        (one.name, pair): worth(raced[one.name].get(pair, NOTHING)) for one in subjects for pair in one.pairs
    }
    some = -(-len(worths) // SHARE)
    two: dict[str, list[str]] = {one.name: [] for one in subjects}
    three: dict[str, list[str]] = {one.name: [] for one in subjects}
    pairs = ((value, draw.random(), *pair) for pair, value in worths.items())
    for _, _, subject, pair in heapq.nlargest(some, pairs):
        two[subject].append(pair)
    threes = (
        (_worth_of_three(one.name, operations, worths), draw.random(), one.name, name)
        for one in subjects
        for operations in triples(one)
        if (name := JOIN.join(operations)) not in raced[one.name]
    )
    for _, _, subject, name in heapq.nlargest(some, threes):
        three[subject].append(name)
    for one in subjects:
        yield one, two[one.name], three[one.name]


def worth(raced: Raced) -> float:
    """How much a pair's next rows are worth, beside those of other pairs, for those that it has had (D'Hondt's way of
    sharing out seats).

    Where outcomes varied there is more than one way for two operations to meet, and rarer ones may come. What never
    overlapped was not raced at all; what has shown something is likely to show the same again.
    """
    if raced.found:
        value = SHOWN
    elif not raced.overlapped:
        value = OWED if raced.rows < VAIN else SHOWN
    else:
        value = math.log2(1 + max(1, raced.outcomes))
    return value / (raced.rows + 1)


def _worth_of_three(
    subject: str, operations: tuple[str, str, str], worths: Mapping[tuple[str, str], float]
) -> float:
    """Of its pair that is worth least: what one pair shows, three show too."""
    names = ((JOIN.join((a, b)), JOIN.join((b, a))) for a, b in combinations(operations, 2))
    return min(worths.get((subject, one), worths.get((subject, other), 0.0)) for one, other in names)
