"""Where two operations meet: what one of them writes, and the other reads. These are what two stops are to cover."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from harness.sweep.points import Point

Ordered = tuple[int, int, int, int]
"""Address and occurrence of A's access, and of B's."""


@dataclass(frozen=True)
class Meeting:
    """A store of one thread and a load of the same bytes by the other, in one order, with both threads in the middle of
    their operations: A stands in front of its access, B in front of its own or behind it. Then A goes on.
    """

    point: Point
    other: Point
    access: Ordered
    b_first: bool


def meetings(mine: Sequence[Point], theirs: Sequence[Point], draw: random.Random) -> list[Meeting]:
    """All meetings of A's points and B's. Each word of memory comes in turn, those at which the threads meet least
    often first, for what is met a thousand times is a count of references, or nobody else's business; in an order
    drawn.
    """
    by_word: dict[int, list[Meeting]] = defaultdict(list)
    reads, writes = defaultdict[int, list[int]](list), defaultdict[int, list[int]](list)
    for number, point in enumerate(theirs):
        for word in point.loads:
            reads[word].append(number)
        for word in point.stores:
            writes[word].append(number)
    seen = set()
    for point in mine:
        met = [(word, number) for word in point.stores for number in reads[word]]
        met += [(word, number) for word in point.loads for number in writes[word]]
        for word, number in met:
            access = (*point.key, *theirs[number].key)
            if access in seen:
                continue
            seen.add(access)
            by_word[word].append(Meeting(point, theirs[number], access, b_first=False))
            if number + 1 < len(theirs):
                by_word[word].append(Meeting(point, theirs[number + 1], access, b_first=True))
    for found in by_word.values():
        draw.shuffle(found)
    return list(_in_turn(sorted(by_word.values(), key=len)))


def _in_turn(rows: Sequence[list[Meeting]]) -> Iterator[Meeting]:
    left = [iter(row) for row in rows]
    while left:
        still = []
        for row in left:
            meeting = next(row, None)
            if meeting is not None:
                yield meeting
                still.append(row)
        left = still
