"""A contradiction is shown with a column a thread, in the order of time, and fits a terminal."""

from __future__ import annotations

from harness.kernel.columns import WIDTH, columns
from harness.kernel.history import Event, key_of
from harness.kernel.linearizability import Contradiction, decide
from tests.kernel.test_linearizability import history

W, R = True, False


def test_calls_and_returns_stand_in_their_threads_columns() -> None:
    found = decide(
        history(
            [
                ("writer 0", W, 1000, 2000, 1),
                ("writer 0", W, 3000, 4500, 2),
                ("reader 0", R, 3200, 3700, 2),
                ("reader 0", R, 9000, 9500, 2),
                ("reader 1", R, 3900, 4100, 1),
            ]
        )
    )
    assert isinstance(found, Contradiction)
    assert columns(found) == [
        "      µs  reader 0    reader 1    writer 0",
        "   0.000                          ┌ store #1",
        "   1.000                          └",
        "   2.000                          ┌ store #2",
        "   2.200  ┌ read                  │",
        "   2.700  └ #2                    │",
        "   2.900              ┌ read      │",
        "   3.100              └ #1        │",
        "   3.500                          └",
    ]


def test_the_lines_of_six_threads_fit_a_terminal_of_100_columns() -> None:
    events = tuple(
        Event(f"writer {thread}", thread < 2, thread, 10**9 + thread, key_of(960, 7)) for thread in range(6)
    )
    lines = columns(Contradiction("x", "", events))
    assert max(map(len, lines)) <= WIDTH < 100
    assert lines[0].split() == ["µs"] + [word for thread in range(6) for word in ("writer", str(thread))]
    assert len(lines) == 13
