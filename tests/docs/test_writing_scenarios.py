"""The walk-through of ``docs/writing-scenarios.md``, done as it says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from harness.record.target import Target

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "writing-scenarios.md"


def ftstress(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "harness", *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=180,
    )


def run(folder: Path, target: Target, *arguments: str) -> subprocess.CompletedProcess[str]:
    return ftstress(folder, "run", "my_scenarios.py", "--target", target.executable, *arguments)


def blocks() -> tuple[str, str]:
    """The page's file with the bug, and the class that mends it."""
    broken, mended = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    return broken, mended


def test_the_walk_through_finds_the_bug_it_plants(tmp_path: Path, free_threaded: Target) -> None:
    (tmp_path / "my_scenarios.py").write_text(blocks()[0])
    listed = ftstress(tmp_path, "list", "my_scenarios.py")
    assert listed.returncode == 0, listed.stderr
    assert "my_scenarios.settings_read" in listed.stdout
    done = run(tmp_path, free_threaded, "-x", "--budget", "60s")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "the read after it gave the older x#" in done.stdout


def test_the_mended_version_shows_nothing(tmp_path: Path, free_threaded: Target) -> None:
    broken, mended = blocks()
    head, scenario = broken.split("class Settings:")[0], broken[broken.index("class SettingsRead") :]
    (tmp_path / "my_scenarios.py").write_text("import threading\n" + head + mended + "\n\n" + scenario)
    done = run(tmp_path, free_threaded, "--budget", "5s")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "not observed: 0 in" in done.stdout
