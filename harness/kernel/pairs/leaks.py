"""Of which pairs a debug build's totals are asked: of one, or of all of a subject, and then which of them it is."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from harness.kernel.pairs.judge import Refusal
from harness.kernel.pairs.mixed import LENGTH, Mixed
from harness.kernel.pairs.race import Row, mixed_player, player
from harness.kernel.pairs.subject import Step
from harness.kernel.pairs.totals import FALSE_ALARM, SUSPICION, Leak, Totals

if TYPE_CHECKING:
    from harness.kernel.event_types import Details

Found = tuple[str, Refusal, "Details"]
"""The pair, what is said of it, and what was raced."""


def of_pair(totals: Totals, pair: str, threads: Sequence[Sequence[Step]], size: int) -> Found | None:
    """Ask of one pair: an operation of each of two threads."""

    def rows(rounds: int) -> list[Row]:
        return [Row(length, len(threads)) for length in _lengths(rounds)]

    leak = totals.leak(rows, size, [player(thread) for thread in threads])
    return _found(pair, leak, size) if leak else None


def of_mixed(totals: Totals, mixed: Mixed, otherwise: str) -> Found | None:
    """Ask of all pairs of a subject at once; where they leak, which one it is. What shows in neither half of them, or
    too late, is of none in particular (``otherwise``).
    """
    numbers, size = mixed.numbers, mixed.draw.choice(mixed.subject.sizes)

    def leak(some: Sequence[int], false_alarm: float) -> Leak | None:
        return totals.leak(partial(_rows, mixed, some), size, [mixed_player()] * 2, false_alarm)

    all_of_them = leak(numbers, FALSE_ALARM)
    if all_of_them is None:
        return None
    nobody = _found(otherwise, all_of_them, size)
    while len(numbers) > 1:
        half = len(numbers) // 2
        leaking = next((some for some in (numbers[:half], numbers[half:]) if leak(some, SUSPICION)), None)
        if leaking is None:
            return nobody
        numbers = leaking
    one = leak(numbers, FALSE_ALARM)
    return _found(mixed.names[numbers[0]], one, size) if one else nobody


def _rows(mixed: Mixed, numbers: Sequence[int], rounds: int) -> list[Row]:
    """Each pair as often as the others, as far as there is room."""
    times = -(-rounds // len(numbers))
    drawn = (mixed.draw.sample(numbers, len(numbers)) * times)[:rounds]
    return [mixed.row_of(drawn[LENGTH * at :][:length]) for at, length in enumerate(_lengths(rounds))]


def _lengths(rounds: int) -> list[int]:
    """Of rows of so many rounds together."""
    return [min(LENGTH, rounds - at) for at in range(0, rounds, LENGTH)]


def _found(pair: str, leak: Leak, size: int) -> Found:
    return pair, Refusal("leak", "process", leak.told(pair)), {"variant": pair, "size": size}
