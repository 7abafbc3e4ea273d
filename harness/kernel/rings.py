"""The last operations of each thread, in a mapped file: what was noted is there when the target is killed, too.

Each thread writes into a ring of its own and takes no lock, so nothing waits for anything that would not have waited
without. A note is two stores into mapped memory; the times by which the threads' notes are put in order are taken on
each thread by itself.
"""

from __future__ import annotations

import json
import mmap
from collections.abc import Callable, Sequence
from functools import partial
from itertools import cycle
from pathlib import Path
from struct import unpack_from
from time import perf_counter_ns
from typing import Literal

Every = Literal["off", "stride", "operation"]
"""How often a note is made. One a stride costs next to nothing; one an operation keeps racing steps apart."""
Trace = Callable[[int], None]
"""Makes a note of ``turn * 256 + place of the operation``, or ``STRIDE`` for a stride that begins at that turn."""

STRIDE = 255
ENTRIES = 256
"""Notes that a ring holds."""
RING_BYTES = ENTRIES * 16
HEADER_BYTES = 16384
MOST_KEPT = 8
"""Copies kept at a time: one a round in which an actor raised something, until the batch has been judged."""
ROWS = 40
LEAST_OF_EACH = 8
"""Notes of each thread that are shown, however long ago it made them: it may hang since then."""
WIDTH = 96


class Rings:
    """The rings of a trial's threads, each named with its operations. Raises OSError where the file has no room."""

    def __init__(self, file: Path, threads: Sequence[tuple[str, Sequence[str]]]) -> None:
        header = json.dumps(threads).encode()
        if len(header) > HEADER_BYTES:
            raise OSError(f"{len(threads)} threads are more than {file} can name")
        with file.open("w+b") as opened:
            opened.write(header.ljust(HEADER_BYTES) + bytes(RING_BYTES * len(threads)))
            opened.flush()
            self._map = mmap.mmap(opened.fileno(), 0)
        self._notes: list[tuple[list[int], Trace] | None] = [None for _ in threads]
        self._kept: dict[int, bytes] = {}

    def start(self, index: int, number: int) -> Trace:
        """How the thread that calls this, and no other, notes what it does in the round ``number``."""
        if (mine := self._notes[index]) is None:
            mine = self._notes[index] = self._of_this_thread(index)
        current, trace = mine
        current[0] = number << 40
        return trace

    def keep(self, number: int) -> None:
        """Copy all rings as they are, on the thread to which something happened in that round."""
        if len(self._kept) < MOST_KEPT and number not in self._kept:
            self._kept[number] = self._map[:]

    def forget(self) -> None:
        """Let go of the copies."""
        self._kept.clear()

    def shown(self, number: int | None) -> str:
        """The notes of one round as it was when something happened; None: all, as they are now."""
        return shown(self._kept.get(number or 0) or self._map[:], number)

    def _of_this_thread(self, index: int) -> tuple[list[int], Trace]:
        # Everything that a note touches is made by the thread that makes the note: reference counts that several
        # threads change are slow, and would have racing threads wait for one another.
        began = HEADER_BYTES + index * RING_BYTES
        ring = memoryview(self._map)[began : began + RING_BYTES].cast("Q")
        place = cycle(range(0, 2 * ENTRIES, 2)).__next__
        clock = partial(perf_counter_ns)
        current = [0]

        def trace(word: int) -> None:
            at = place()
            ring[at + 1] = current[0] + word
            ring[at] = clock()

        return current, trace


def shown(data: bytes, number: int | None = None) -> str:
    """A column a thread, oldest notes first; empty where there are none. ``number``: of that round only."""
    try:
        threads = json.loads(data[:HEADER_BYTES])
    except ValueError:  # the child did not get so far
        return ""
    notes: list[tuple[int, int, str]] = []
    for index, (_, names) in enumerate(threads):
        words = unpack_from(f"={2 * ENTRIES}Q", data, HEADER_BYTES + index * RING_BYTES)
        mine = [
            (when, index, _said(word, names))
            for when, word in zip(words[::2], words[1::2], strict=True)
            if when and number in (None, word >> 40)
        ]
        notes += sorted(mine)
    if not notes:
        return ""
    last = [note for index in range(len(threads)) for note in _of(index, notes)[-LEAST_OF_EACH:]]
    chosen = sorted({*last, *sorted(notes)[-ROWS:]})
    width = min((WIDTH - 10) // len(threads), 2 + max(len(text) for text in _texts(threads, chosen)))
    lines = ["      µs  " + "".join(f"{name[: width - 2]:<{width}}" for name, _ in threads)]
    for when, index, text in chosen:
        lines.append(f"{(when - chosen[-1][0]) / 1000:>8.1f}  {' ' * width * index}{text[: width - 1]}")
    return "\n".join(line.rstrip() for line in lines)


def _of(index: int, notes: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    return [note for note in notes if note[1] == index]


def _texts(threads: list[tuple[str, list[str]]], notes: list[tuple[int, int, str]]) -> list[str]:
    return [*(name for name, _ in threads), *(text for _, _, text in notes)]


def _said(word: int, names: Sequence[str]) -> str:
    turn, place = word >> 8 & 0xFFFFFFFF, word & 0xFF
    return f"from turn {turn + 1}" if place == STRIDE else f"{names[place]} {turn}"
