"""From addresses to source lines, once for a campaign: what a journal says must be readable without the binary."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from harness.record.coverage import PairCoverage, Window, access
from harness.sweep.image import Image
from harness.sweep.lines import Lines


class Resolver:
    """Turns a worker's events into the journal's. Used by several threads: reading a binary's lines takes a second."""

    def __init__(self) -> None:
        self._lines: dict[str, Lines] = {}
        self._lock = threading.Lock()

    def event(self, event: dict[str, Any]) -> dict[str, Any]:
        """The event with places for addresses."""
        if event["event"] == "swept":
            return {"event": "swept", "pair": self._pair(event).to_json()}
        if event["event"] == "finding":
            return self._finding(event)
        return event

    def _finding(self, event: dict[str, Any]) -> dict[str, Any]:
        event = dict(event)
        binary = event.pop("binary", "")
        sweep = event["details"].get("sweep", {})
        for where in (sweep[name] for name in ("point", "other") if name in sweep):
            where["places"] = self._places(binary, where["address"])
        return event

    def _pair(self, event: dict[str, Any]) -> PairCoverage:
        pair, binary = event["pair"], event["binary"]
        lines: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
        for address, outcomes in event["addresses"].items():
            # Also the lines that called what was inlined there: whoever reads the function sees them.
            for file, line in {(place.file, place.line) for place in self._at(binary, int(address))}:
                lines[file][str(line)].update(outcomes)
        windows = tuple(
            Window(
                one["cause"],
                one["points"],
                tuple(self._places(binary, one["first"])),
                tuple(self._places(binary, one["last"])),
                one["function"],
                tuple(
                    access(below, self._places(binary, one[address]))
                    for below, address in zip(one["below"], ("opens", "last"), strict=True)
                ),
            )
            for one in pair["windows"]
        )
        plain = {file: {line: dict(counts) for line, counts in of.items()} for file, of in lines.items()}
        coverage = PairCoverage.from_json({name: data for name, data in pair.items() if name != "windows"})
        return PairCoverage(**(vars(coverage) | {"lines": plain, "windows": windows}))

    def _places(self, binary: str, address: int) -> list[str]:
        return [str(place) for place in self._at(binary, address)] or [f"{address:#x}"]

    def _at(self, binary: str, address: int) -> tuple[Any, ...]:
        with self._lock:
            if binary not in self._lines:
                self._lines[binary] = Lines(Image(Path(binary)))
            return self._lines[binary].at(address)
