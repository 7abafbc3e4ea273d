"""What a target says is shown, never obeyed."""

from __future__ import annotations

import pytest

from harness.report.escape import escape


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("\x1b[31mred", "\\x1b[31mred"),
        ("bell\x07 back\b", "bell\\x07 back\\x08"),
        ("two\nlines\r", "two\\nlines\\r"),
        ("\u202ereversed", "\\u202ereversed"),
        ("\ud800 alone", "\\ud800 alone"),
        ("\x9b31m", "\\x9b31m"),
        ("größer, 値, 🙂", "größer, 値, 🙂"),
    ],
)
def test_what_a_terminal_would_obey_is_written_out(said: str, shown: str) -> None:
    assert escape(said) == shown


def test_lines_stay_lines_where_they_are_wanted_and_a_lone_return_is_still_written_out() -> None:
    assert escape("one\r\n\ttwo\rthree", lines=True) == "one\n        two\\rthree"
