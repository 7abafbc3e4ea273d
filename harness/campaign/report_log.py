"""Where the sanitizer of one child writes: files of the child's own, read while it runs and when it is gone.

Files, for they lose nothing: not when the child is killed, nor when it writes faster than they are read, and who reads
late holds up nobody whose races are looked for. Each process of the child's has its own.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from harness.diagnosis.sanitizers.cut import Cutter
from harness.diagnosis.sanitizers.told import Teller
from harness.kernel.event_types import FindingEvent
from harness.record.target import Target

MOST_BYTES = 256 << 20
"""On disk, before a child is one that reports without end: some hundred thousand reports, millions of lines."""
PIECE = 1 << 20
AT_ONCE = 4
"""Pieces of a file that are read in one look."""
ENDED = 66
"""The exit status of a child that the address sanitizer has ended at an error."""
SIGNALS = " ".join(f"handle_{one}=0" for one in ("segv", "abort", "sigbus", "sigfpe", "sigill"))
"""Who dies of one tells so itself, by faulthandler, and is a crash as on any other build."""
OPTIONS = {
    # It goes on after a report, and leaves with the status that it would have left with: whether a report is a failure
    # is graded here. A thread's history is as long as can be, for the stack of the access before. Threads that hang are
    # daemons and never joined, and faulthandler's handler does what no handler should.
    "thread": "exitcode=0 halt_on_error=0 history_size=7 report_thread_leaks=0 report_signal_unsafe=0"
    f" print_suppressions=1 {SIGNALS}",
    # An interpreter forgets memory at its end.
    "address": f"exitcode={ENDED} halt_on_error=0 detect_leaks=0 allocator_may_return_null=1 {SIGNALS}",
}
VARIABLES = {"thread": "TSAN_OPTIONS", "address": "ASAN_OPTIONS"}


def folder() -> tempfile.TemporaryDirectory[str]:
    """A folder for reports."""
    return tempfile.TemporaryDirectory(prefix="ftstress-reports-")


def environment(sanitizer: str, where: str, suppressions: str = "") -> dict[str, str]:
    """What makes a sanitizer write its reports into the folder ``where``; ``suppressions``: a file of them, for the
    thread sanitizer, or empty.
    """
    options = f"{OPTIONS[sanitizer]} log_path='{where}/report'"
    if suppressions and sanitizer == "thread":
        options += f" suppressions='{suppressions}'"
    # No symbolizer that asks the network.
    return {VARIABLES[sanitizer]: options, "DEBUGINFOD_URLS": ""}


class ReportLog:
    """Of one child, and of what it starts."""

    def __init__(self, where: str, own: tempfile.TemporaryDirectory[str] | None = None) -> None:
        """``where``: the folder of the reports, which is empty; it goes with the child that it is its ``own``."""
        self._where = Path(where)
        self._own = own
        self._cutters: dict[Path, Cutter] = {}
        self._teller = Teller()
        self._behind = False

    @property
    def flooded(self) -> bool:
        return sum(one.total for one in self._cutters.values()) > MOST_BYTES

    @property
    def behind(self) -> bool:
        """Whether there was more than one look reads."""
        return self._behind

    @property
    def reports(self) -> int:
        """Whole ones, so far."""
        return self._teller.total

    @property
    def died(self) -> str:
        """The last words of a runtime that died of itself; empty where none did."""
        return next((one.died for one in self._cutters.values() if one.died), "")

    @property
    def matched(self) -> dict[str, int]:
        """By suppression that was used: how often. Known of processes that have ended by themselves."""
        counts: dict[str, int] = {}
        for one in self._cutters.values():
            for name, count in one.matched.items():
                counts[name] = counts.get(name, 0) + count
        return counts

    def dying(self) -> None:
        """The child has said that it dies: what comes from now on follows that."""
        self._teller.dying = True

    def look(self, pair: str) -> list[FindingEvent]:
        """What is new; ``pair``: of a subject's operations, that is raced now. At most some megabytes in one look."""
        self._behind = False
        reports: list[str] = []
        with suppress(OSError):
            for path in sorted(self._where.iterdir()):
                reports += self._read(path, self._cutters.setdefault(path, Cutter()))
        return self._teller.findings(reports, pair)

    def rest(self, pair: str) -> list[FindingEvent]:
        """All that is left, of a child that has ended."""
        found = self.look(pair)
        while self._behind and not self.flooded:
            found += self.look(pair)
        for one in self._cutters.values():
            one.finish()
        return found + self._teller.rest()

    def close(self) -> None:
        """Remove the reports."""
        if self._own:
            self._own.cleanup()
        for path in self._cutters:
            path.unlink(missing_ok=True)

    def _read(self, path: Path, cutter: Cutter) -> list[str]:
        reports: list[str] = []
        with path.open("rb", buffering=0) as file:
            file.seek(cutter.total)
            for _ in range(AT_ONCE):
                data = file.read(PIECE)
                if not data:
                    break
                reports += cutter.feed(data)
            self._behind |= cutter.total < os.fstat(file.fileno()).st_size
        return reports


def log_for(target: Target, suppressions: str = "") -> tuple[ReportLog | None, dict[str, str]]:
    """Where a child of ``target`` writes its reports, and its environment for that; None where it makes none."""
    if target.sanitizer is None:
        return None, {}
    own = folder()
    return ReportLog(own.name, own), environment(target.sanitizer, own.name, suppressions)
