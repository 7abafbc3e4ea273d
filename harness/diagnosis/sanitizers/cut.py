"""Cuts what a sanitizer writes into whole reports, as it comes and within bounds.

A report begins with its warning and is complete with its summary. What is cut off by another one, or by the end, is
none: its process died over it.
"""

from __future__ import annotations

import re

BEGINS = re.compile(rb"(?:WARNING|ERROR): (?:Thread|Address|Leak)Sanitizer: ")
ENDS = re.compile(rb"SUMMARY: (?:Thread|Address|Leak)Sanitizer: ")
MATCHED = re.compile(rb"\s*(\d+) ((?:race|race_top|thread|mutex|signal|deadlock|called_from_lib):\S.*)")
"""How often a suppression was used; the thread sanitizer says so at a process's end."""
DIES = re.compile(rb"FATAL: \w+Sanitizer|\w+Sanitizer: CHECK failed")
"""The runtime's own last words: it leaves with the status that it was told to leave with after reports."""
LONGEST_LINE = 4 << 10
LONGEST = 64 << 10
"""Bytes that are kept of a report: the stacks of both accesses come first."""


class Cutter:
    """Takes a stream piece by piece. Holds one line and one report at most, whatever comes."""

    def __init__(self) -> None:
        self.total = 0
        """Bytes taken."""
        self.died = ""
        """The runtime's last words, where it died of itself."""
        self.matched: dict[str, int] = {}
        """By suppression: how often it hid a report."""
        self._rest = b""
        self._report: list[bytes] | None = None
        self._size = 0

    def feed(self, data: bytes) -> list[str]:
        """The reports that ``data`` completes."""
        self.total += len(data)
        *lines, rest = (self._rest + data).split(b"\n")
        self._rest = rest[:LONGEST_LINE]
        return [report for line in lines if (report := self._line(line[:LONGEST_LINE])) is not None]

    def finish(self) -> None:
        """Nothing more comes: half a report is none."""
        self._hear_last_words(self._rest)
        self._report, self._rest = None, b""

    def _hear_last_words(self, line: bytes) -> None:
        if DIES.search(line):
            self.died = line.decode("utf-8", "backslashreplace").strip()

    def _line(self, line: bytes) -> str | None:
        self._hear_last_words(line)
        if BEGINS.search(line):
            self._report, self._size = [], 0
        if self._report is None:
            if found := MATCHED.fullmatch(line):
                name = found[2].decode("utf-8", "backslashreplace").strip()
                self.matched[name] = self.matched.get(name, 0) + int(found[1])
            return None
        self._size += len(line) + 1
        ended = ENDS.match(line)
        if self._size <= LONGEST or ended:
            self._report.append(line)
        if not ended:
            return None
        text = b"\n".join(self._report).decode("utf-8", "backslashreplace")
        self._report = None
        return text
