"""Makes findings of a child's reports: each pair of places once, marked where the target was dying already."""

from __future__ import annotations

import re
from collections.abc import Iterable

from harness.diagnosis.freed import of_functions
from harness.diagnosis.sanitizers.parse import UNKNOWN, Report, Stack, parse
from harness.kernel.event_types import Details, FindingEvent, StackData

DYING = re.compile(
    r"\b(?:faulthandler_\w+|fatal_error\w*|_Py_FatalError\w*|_Py_DumpTraceback\w*|_PyObject_AssertFailed)\b"
)
"""Functions in which a process only is that dies of something else: they look at what others still change."""
AFTER_FATAL = "after a fatal error"
Key = tuple[str, tuple[str, ...], bool]
"""Kind, places, and whether the process was dying: what tells findings of one child apart."""
MOST_FRAMES = 24
MOST_TEXT = 12_000
MOST = 500
"""Findings of one child; more are counted."""
LINK = " with "


class Teller:
    """Of one child: which of its reports are findings that it has not told yet."""

    def __init__(self) -> None:
        self.total = 0
        """Reports, those told before included."""
        self.dying = False
        self._told: set[Key] = set()
        self._halves: dict[Key, FindingEvent] = {}
        """Of which one stack was not kept: they may be another report's race."""

    def findings(self, reports: Iterable[str], pair: str) -> list[FindingEvent]:
        """Those among whole reports. ``pair``: the operations on a subject that are raced; empty where there are none.

        The actor is the thread's name, which CPython gives to the system from 3.14 on; the operation is its pair's.
        """
        found = []
        for text in reports:
            self.total += 1
            # Once it dies all that comes does so behind that.
            self.dying = self.dying or DYING.search(text) is not None
            report = parse(text)
            if report is None:
                continue
            key = (report.kind, report.places, self.dying)
            if key in self._told or len(self._told) + len(self._halves) >= MOST:
                continue
            if UNKNOWN in report.places:
                self._halves.setdefault(key, finding(report, pair, self.dying))
            else:
                self._told.add(key)
                found.append(finding(report, pair, self.dying))
        return found

    def rest(self) -> list[FindingEvent]:
        """When no more reports come: races of which one stack was not kept, where no other report has that place."""
        places = {place for _, told, _ in self._told for place in told}
        return [event for (_, half, _), event in self._halves.items() if not places & {*half}]


def finding(report: Report, pair: str = "", dying: bool = False) -> FindingEvent:
    """What a report is: its kind in the oracle's place, and both places in the operation's."""
    places = LINK.join(dict.fromkeys(report.places)) or UNKNOWN
    details: Details = {
        "report": report.text[:MOST_TEXT],
        "stacks": [stack_data(stack) for stack in report.stacks],
    }
    if report.location:
        details["location"] = report.location
    if pair:
        details["pair"] = pair
    if dying:
        details["fatal"] = AFTER_FATAL
    freed = next((stack for stack in report.stacks if stack.what == "freed"), None)
    if freed is not None:
        details["freed"] = of_functions(frame.function for frame in freed.frames)
    told = "; ".join(f"{stack.what} in {stack.where or UNKNOWN}, {stack.thread}" for stack in report.main)
    return {
        "event": "finding",
        "kind": "sanitizer",
        "oracle": report.kind,
        "where": places,
        "message": f"{report.kind}: {told or places}" + (f", {AFTER_FATAL}" if dying else ""),
        "details": details,
    }


def stack_data(stack: Stack) -> StackData:
    where = stack.where
    return {
        "what": stack.what,
        "thread": stack.thread,
        "place": str(where) if where else "",
        "frames": [str(frame) for frame in stack.frames[:MOST_FRAMES]],
    }
