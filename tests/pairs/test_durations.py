"""Who begins beside a longer operation comes late in it, too."""

from __future__ import annotations

import random

from harness.kernel.pairs.durations import LATE_NS, Durations, loop_ns

LONG_NS = 20 * LATE_NS


def durations(**ns: int) -> Durations:
    made = Durations(random.Random(1))
    made.learn(3, list(ns.items()))
    return made


def test_what_takes_long_is_begun_beside_at_each_of_its_moments() -> None:
    known = durations(long=LONG_NS, short=300)
    pauses = [known.pause("short", "long", 3) for _ in range(200)]
    assert None in pauses, "as in every round"
    late = [len(pause) * loop_ns() for pause in pauses if pause is not None]
    assert min(late) < LONG_NS / 4 and LONG_NS * 3 / 4 < max(late) <= LONG_NS


def test_nobody_waits_for_what_is_short_or_as_long_or_was_never_timed() -> None:
    known = durations(long=LONG_NS, longer=LONG_NS * 3 // 2, short=300)
    for name, beside, size in (
        ("long", "short", 3),
        ("short", "short", 3),
        ("long", "longer", 3),
        ("long", "long", 3),
        ("short", "unknown", 3),
        ("unknown", "long", 3),
        ("short", "long", 4),
    ):
        assert {known.pause(name, beside, size) for _ in range(50)} == {None}
