"""The command in the folder of a toy clone, with a cache of the test's own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.cli import main
from tests.bisect import toys

Bisect = Callable[..., int]


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No build of this machine's is used. A toy has time on a busy machine, and few whole runs are enough."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("TOY_LOG", str(tmp_path / "toy.log"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("harness.repro.runs.LEAST_S", 60.0)
    monkeypatch.setattr("harness.repro.bisect.LEAST_S", 0.0)
    (tmp_path / "shows.py").write_text(toys.PROGRAM)


@pytest.fixture
def bisect() -> Bisect:
    """The command as it is typed in the folder of the clone and of the script ``shows.py``."""

    def run(good: str, bad: str, *more: str) -> int:
        ends = ["--good", good, "--bad", bad]
        return main(["bisect", "shows.py", "--repo", "cpython", *ends, "--out", "out", *more])

    return run
