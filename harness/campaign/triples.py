"""Three operations of a subject at once, of which two or more write: each pair of them has been raced before."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, combinations_with_replacement
from math import comb

from harness.campaign.select import ScenarioInfo
from harness.kernel.pairs.subject import JOIN

THREADS = 3


def operations(subject: ScenarioInfo) -> tuple[str, ...]:
    """A subject's operations, those that write first."""
    return _alone(subject.pairs)


def writers(subject: ScenarioInfo) -> tuple[str, ...]:
    """Those of its operations that write."""
    return _alone(subject.pairs[: subject.writing_pairs])


def _alone(pairs: tuple[str, ...]) -> tuple[str, ...]:
    """The operations whose pairs with themselves are among these."""
    halves = (pair.partition(JOIN) for pair in pairs)
    return tuple(one for one, _, other in halves if one == other)


def triples(subject: ScenarioInfo) -> Iterator[tuple[str, str, str]]:
    """All that are worth planning, each once; none with a pair that is not raced."""
    apart = {frozenset(name.split(JOIN)) for name, _ in subject.left_out}
    for three in _all(subject):
        if not apart or all(frozenset(two) not in apart for two in combinations(three, 2)):
            yield three


def _all(subject: ScenarioInfo) -> Iterator[tuple[str, str, str]]:
    writing = writers(subject)
    reading = operations(subject)[len(writing) :]
    yield from combinations_with_replacement(writing, 3)
    for one, other in combinations_with_replacement(writing, 2):
        for third in reading:
            yield one, other, third


def how_many(subject: ScenarioInfo) -> int:
    """The number of them."""
    if subject.left_out:
        return sum(1 for _ in triples(subject))
    writing = len(writers(subject))
    reading = len(operations(subject)) - writing
    return comb(writing + 2, 3) + comb(writing + 1, 2) * reading
