"""What a child writes is bounded and believed only where it is what an event must be."""

from __future__ import annotations

import json
from typing import Any

import pytest

from harness.campaign.streams import KEPT_BYTES, LONGEST_LINE, EventLines, Excerpt, parse
from tests.campaign.journals import COUNTS


def line(**fields: Any) -> bytes:
    return json.dumps(fields).encode() + b"\n"


PROGRESS = {"event": "progress", "elapsed_s": 0.5} | COUNTS
GOOD = line(**PROGRESS)


def test_events_come_whole_however_the_pipe_cuts_them() -> None:
    lines = EventLines()
    found = [event for byte in GOOD + GOOD for event in lines.feed(bytes([byte]))]
    assert found == [PROGRESS, PROGRESS]
    assert lines.noise == 0


BAD = [
    b"",
    b"\xff\xfe",
    b"null",
    b"[]",
    b"{}",
    b'{"event":[]}',
    b'{"event":"campaign_end","complete":true}',
    b'{"event":"trial_end","trial":1}',
    b'{"event":"done"}',
    line(**(PROGRESS | {"rounds": -1})),
    line(**(PROGRESS | {"rounds": True})),
    line(**(PROGRESS | {"rounds": 1.5})),
    line(**(PROGRESS | {"rounds": 1 << 70})),
    line(**(PROGRESS | {"elapsed_s": float("nan")})),
    line(event="finding", kind="sanitizer", oracle="o", where="w", message="m", details={}),
    line(event="finding", kind="violation", oracle="o", where="w", message="m", details="d"),
    b"[" * 100_000,
    b'{"event":"done","reason":"x","deep":' + b"[" * 50 + b"]" * 50 + b"}",
]


@pytest.mark.parametrize("text", BAD)
def test_what_is_no_event_is_none(text: bytes) -> None:
    assert parse(text) is None


def test_a_line_without_an_end_takes_no_memory_and_what_follows_it_counts() -> None:
    lines = EventLines()
    found: list[Any] = []
    for _ in range(100):
        found += lines.feed(b"x" * LONGEST_LINE)
    assert len(lines._rest) <= LONGEST_LINE
    found += lines.feed(b"\n" + GOOD)
    assert [event["event"] for event in found] == ["noise", "progress"]
    assert lines.flooded


def test_noise_is_kept_up_to_a_point_and_counted_beyond() -> None:
    lines = EventLines()
    assert len(lines.feed(b"rubbish\n" * 1000)) == 20
    assert lines.noise == 1000


def test_half_a_line_at_the_end_is_noise() -> None:
    lines = EventLines()
    lines.feed(GOOD[:-20])
    assert [event["event"] for event in lines.finish()] == ["noise"]
    assert EventLines().finish() == []


def test_noise_is_shown_in_ascii_and_printable() -> None:
    (noise,) = EventLines().feed("\x1b]0;title\x07 ü \u202e\n".encode())
    assert noise["event"] == "noise"
    assert noise["begins"].isascii()
    assert noise["begins"].isprintable()


@pytest.mark.parametrize("chunk", [1, 1000, 1 << 20])
def test_an_excerpt_keeps_both_ends(chunk: int) -> None:
    data = b"".join(b"%07d\n" % number for number in range(8000))
    excerpt = Excerpt()
    for start in range(0, len(data), chunk):
        excerpt.add(data[start : start + chunk])
    head, tail = data[:KEPT_BYTES].decode(), data[-KEPT_BYTES:].decode()
    assert excerpt.text() == f"{head}\n... {len(data) - 2 * KEPT_BYTES} bytes left out ...\n{tail}"


def test_a_short_text_is_kept_as_it_is() -> None:
    excerpt = Excerpt()
    excerpt.add(b"one \xff")
    assert (excerpt.text(), excerpt.total) == (r"one \xff", 5)
