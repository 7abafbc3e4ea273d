"""From addresses to source lines, once for a campaign: what a journal says must be readable without the binary."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from harness.kernel.event_types import FindingEvent, StopsEvent
from harness.record.coverage import access
from harness.record.events import PairData, SweptEvent, WindowData
from harness.sweep.image import Image
from harness.sweep.lines import Lines, Place
from harness.sweep.program import FILE, WITHIN


class Resolver:
    """Turns a worker's events into the journal's. Used by several threads: reading a binary's lines takes a second."""

    def __init__(self) -> None:
        self._lines: dict[str, Lines] = {}
        self._lock = threading.Lock()

    def finding(self, event: FindingEvent) -> FindingEvent:
        """It, with places for addresses."""
        told = event.copy()
        binaries = told.pop("binaries", [])
        names = [Path(path).name for path in binaries]
        sweep = told["details"].get("sweep")
        for where in (sweep.get("point"), sweep.get("other")) if sweep else ():
            if where is not None:
                number = names.index(file) if (file := where.get("file")) else 0
                where["places"] = self.places(binaries, number << FILE | where["address"])
        return told

    def swept(self, event: StopsEvent) -> SweptEvent:
        """What became of a pair, by source lines."""
        pair, binaries = event["pair"], event["binaries"]
        lines: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
        for address, outcomes in event["addresses"].items():
            # Also the lines that called what was inlined there: whoever reads the function sees them.
            for file, line in {(place.file, place.line) for place in self._at(binaries, int(address))}:
                lines[file][str(line)].update(outcomes)
        windows: list[WindowData] = [
            {
                "symptom": one["symptom"],
                "points": one["points"],
                "places": self.places(binaries, one["first"]),
                "end": self.places(binaries, one["last"]),
                "function": one["function"],
                "accesses": [
                    access(one["below"][0], self.places(binaries, one["opens"])),
                    access(one["below"][1], self.places(binaries, one["last"])),
                ],
            }
            for one in pair["windows"]
        ]
        plain = {file: {line: dict(counts) for line, counts in of.items()} for file, of in lines.items()}
        resolved: PairData = {
            "a": pair["a"],
            "b": pair["b"],
            "turns": pair["turns"],
            "warm": pair["warm"],
            "specialized": pair["specialized"],
            "size": pair["size"],
            "made_by": pair["made_by"],
            "gap": pair["gap"],
            "traced": pair["traced"],
            "meetings": pair["meetings"],
            "met": pair["met"],
            "repeated": pair["repeated"],
            "alike": pair["alike"],
            "bound": pair["bound"],
            "instructions": pair["instructions"],
            "points": pair["points"],
            "outcomes": pair["outcomes"],
            "lines": plain,
            "holders": pair["holders"],
            "windows": windows,
            "reason": pair["reason"],
            "seconds": pair["seconds"],
        }
        return {"event": "swept", "pair": resolved}

    def places(self, binaries: Sequence[str], place: int) -> list[str]:
        """Where a place in a program of these files is in their source, the innermost first."""
        return [str(one) for one in self._at(binaries, place)] or [f"{place & WITHIN:#x}"]

    def _at(self, binaries: Sequence[str], place: int) -> tuple[Place, ...]:
        binary = binaries[place >> FILE]
        with self._lock:
            if binary not in self._lines:
                self._lines[binary] = Lines(Image(Path(binary)))
            return self._lines[binary].at(place & WITHIN)
