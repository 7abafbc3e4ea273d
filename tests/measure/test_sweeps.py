"""The table of what one preemption shows."""

from __future__ import annotations

from measure.sweeps import table

SEEN = {
    "fault": "kept",
    "exit_status": 1,
    "seen_s": 2.0,
    "scenario": "type_attributes.read",
    "replayed": "3 of 3",
    "places": ["insertdict (Objects/dictobject.c:1885)"],
    "stops": 40,
}


def test_a_row_says_how_often_how_soon_and_where() -> None:
    slower = SEEN | {"seed": 2, "seen_s": 4.0}
    missed = {"fault": "leaks", "seed": 1, "exit_status": 0, "stops": 12_000}
    _, _, kept, leaks = table([SEEN | {"seed": 1}, slower, missed])
    assert kept == (
        "| kept | 2 of 2 | 3.0 s | 4.0 s | insertdict (Objects/dictobject.c:1885), in read | 3 of 3 |"
    )
    assert leaks == "| leaks | 0 of 1 | - | - | not in 12,000 stops | - |"
