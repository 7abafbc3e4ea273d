"""The scenario run by racecheck, until its invariant breaks or an operation raises."""

from __future__ import annotations

from pathlib import Path

from measure.comparison import packages
from measure.comparison.child import Ended
from measure.comparison.detector import Detection, Detector, Ready, copy_scenario, last_line

FILE = "scenario_racecheck.py"


class Racecheck(Detector):
    """``racecheck.check`` again and again."""

    name = "racecheck"
    title = "racecheck"

    def prepare(self, version: str, folder: Path) -> Ready:
        library = folder / "packages"
        uses = packages.install(("racecheck>=0.1",), version, library)
        copy_scenario(self.about, FILE, folder)
        return Ready(folder, (library,), uses)

    @property
    def rehearsal(self) -> list[str]:
        return ["-c", "import scenario_racecheck"]

    @property
    def arguments(self) -> list[str]:
        return [FILE]

    def judge(self, ended: Ended) -> Detection | None:
        if ended.status == 0:
            return None
        raised = last_line(ended.tail, "raised ").removeprefix("raised").strip()
        if "TimeoutError: racecheck" in ended.tail:
            return Detection("hang", last_line(ended.tail, "TimeoutError"))
        if "AssertionError: racecheck: invariant" not in ended.tail:
            return Detection("exception", last_line(ended.tail))
        if "raised " not in ended.tail:
            return Detection("failed assertion", "at rest, what is left does not agree with itself")
        return Detection("failed assertion" if raised.startswith("AssertionError") else "exception", raised)
