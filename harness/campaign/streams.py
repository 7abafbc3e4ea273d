"""What comes out of a child, bounded: two excerpts, and events checked one by one."""

from __future__ import annotations

import json
from typing import Any, cast

from harness.kernel.event_types import SaidEvent
from harness.record.definitions import fits, named
from harness.record.events import ChildEvent, NoiseEvent

KEPT_BYTES = 16 << 10
LONGEST_LINE = 256 << 10
MOST_BYTES = 16 << 20
"""Bytes in one child's event pipe; far above what an honest trial of many minutes sends."""
SHOWN_NOISE = 200
KEPT_NOISE = 20
"""Noise events kept of one child; the rest is counted."""

DEEPEST = 20
"""Nesting of an event's details."""
SAID = named(SaidEvent)


class Excerpt:
    """The first and the last 16 KiB of a stream, and how much there was of it."""

    def __init__(self) -> None:
        self.total = 0
        self._head = b""
        self._tail = b""

    def add(self, data: bytes) -> None:
        self.total += len(data)
        room = KEPT_BYTES - len(self._head)
        self._head += data[:room]
        self._tail = (self._tail + data[room:])[-KEPT_BYTES:]

    def text(self) -> str:
        left_out = self.total - len(self._head) - len(self._tail)
        middle = f"\n... {left_out} bytes left out ...\n".encode() if left_out else b""
        return (self._head + middle + self._tail).decode("utf-8", "backslashreplace")


class EventLines:
    """Cuts the event pipe into events. What is none becomes ``noise``: escaped, cut short, counted."""

    def __init__(self) -> None:
        self.noise = 0
        self.total = 0
        self._rest = b""
        self._skipping = False

    @property
    def flooded(self) -> bool:
        return self.total > MOST_BYTES

    def feed(self, data: bytes) -> list[ChildEvent]:
        """The events that ``data`` completes."""
        self.total += len(data)
        *lines, self._rest = (self._rest + data).split(b"\n")
        found = []
        for line in lines:
            if self._skipping:  # the end of a line whose beginning was too long already
                self._skipping = False
            elif line.strip():
                found.append(self._event(line))
        if len(self._rest) > LONGEST_LINE:
            if not self._skipping:
                found.append(self._noise(self._rest))
            self._skipping, self._rest = True, b""
        return [event for event in found if event is not None]

    def finish(self) -> list[ChildEvent]:
        """What is left when the pipe closes: half a line is noise, for its sender died over it."""
        rest, self._rest = self._rest, b""
        event = self._event(rest) if rest.strip() and not self._skipping else None
        return [event] if event is not None else []

    def _event(self, line: bytes) -> ChildEvent | None:
        event = parse(line) if len(line) <= LONGEST_LINE else None
        return event if event is not None else self._noise(line)

    def _noise(self, line: bytes) -> NoiseEvent | None:
        self.noise += 1
        if self.noise > KEPT_NOISE:
            return None
        shown = line[:SHOWN_NOISE].decode("latin-1").encode("unicode_escape").decode("ascii")
        return {"event": "noise", "bytes": len(line), "begins": shown}


def parse(line: bytes) -> SaidEvent | None:
    """The event that a line is, or None. A child may be dying: nothing it says is believed unchecked."""
    try:
        event = json.loads(line, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    if not isinstance(event, dict) or not isinstance(event.get("event"), str) or _deep(event, DEEPEST):
        return None
    definition = SAID.get(event["event"])
    if definition is None or not fits(event, definition):
        return None
    return None if event.get("kind") == "sanitizer" else cast(SaidEvent, event)  # no child can tell


def _deep(value: Any, left: int) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return left == 0 or any(_deep(item, left - 1) for item in inner)


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is not JSON")
