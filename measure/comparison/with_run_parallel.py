"""The scenario run by pytest-run-parallel, until a test fails."""

from __future__ import annotations

import re
from pathlib import Path

from measure.comparison import packages
from measure.comparison.child import Ended
from measure.comparison.detector import (
    HANG_S,
    CannotRun,
    Detection,
    Detector,
    Ready,
    copy_scenario,
    hang,
    last_line,
)

FILE = "scenario_run_parallel.py"
SETTINGS = f"""\
[pytest]
faulthandler_timeout = {HANG_S}
faulthandler_exit_on_timeout = true
"""
RAISED = re.compile(r"^E +([\w.]+(?:Error|Exception)\b.*)", re.MULTILINE)
"""What was raised, as pytest prints it; lines that explain it follow."""
TESTS_FAILED = 1
USAGE_ERROR, NOTHING_COLLECTED = 4, 5


class RunParallel(Detector):
    """``pytest --forever -x``: the tool's own way to wait for a rare failure."""

    name = "pytest_run_parallel"
    title = "pytest-run-parallel"

    def prepare(self, version: str, folder: Path) -> Ready:
        library = folder / "packages"
        uses = packages.install(("pytest>=9", "pytest-run-parallel>=0.10"), version, library)
        copy_scenario(self.about, FILE, folder)
        (folder / "pytest.ini").write_text(SETTINGS, encoding="utf-8")
        return Ready(folder, (library,), uses)

    @property
    def rehearsal(self) -> list[str]:
        return [*self._pytest, "--collect-only", FILE]

    @property
    def arguments(self) -> list[str]:
        return [*self._pytest, "-x", "--forever", FILE]

    @property
    def _pytest(self) -> list[str]:
        # What else is installed beside the target's own library is not asked for its plugins.
        alone = ["--disable-plugin-autoload", "-p", "pytest_run_parallel.plugin", "-p", "no:cacheprovider"]
        return ["-m", "pytest", "-q", *alone]

    def judge(self, ended: Ended) -> Detection | None:
        if ended.status == 0:
            return None
        if ended.status in (USAGE_ERROR, NOTHING_COLLECTED):
            raise CannotRun(last_line(ended.tail, "ERROR"))
        raised: list[str] = RAISED.findall(ended.tail)
        detail = raised[-1][:200] if raised else last_line(ended.tail, "INTERNALERROR")
        if ended.status == TESTS_FAILED and detail.startswith("AssertionError"):
            return Detection("failed assertion", detail)
        return hang(ended) or Detection("exception", detail)
