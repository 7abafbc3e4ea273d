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


def test_the_walk_through_finds_the_bug_it_plants(tmp_path: Path, free_threaded: Target) -> None:
    (block,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    (tmp_path / "my_scenarios.py").write_text(block)
    listed = ftstress(tmp_path, "list", "my_scenarios.py")
    assert listed.returncode == 0, listed.stderr
    assert "my_scenarios.settings_read" in listed.stdout
    done = ftstress(
        tmp_path, "run", "my_scenarios.py", "-x", "--budget", "60s", "--target", free_threaded.executable
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "the read after it gave the older x#" in done.stdout


def test_the_mended_version_shows_nothing(tmp_path: Path, free_threaded: Target) -> None:
    (block,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    mended = (
        block.replace("class Settings:", "import threading\n\nclass Settings:")
        .replace("        self.value = value\n        self.copy = value", "        self.lock = threading.Lock()\n        self.value = self.copy = value")
        .replace("        self.copy = None  # the bug: too early\n        self.value = value", "        with self.lock:\n            self.copy = None\n            self.value = value")
        .replace("        copy = self.copy\n        if copy is None:\n            copy = self.copy = self.value\n        return copy", "        with self.lock:\n            if self.copy is None:\n                self.copy = self.value\n            return self.copy")
    )
    assert mended.count("with self.lock") == 2
    (tmp_path / "my_scenarios.py").write_text(mended)
    done = ftstress(tmp_path, "run", "my_scenarios.py", "--budget", "5s", "--target", free_threaded.executable)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "not observed: 0 in" in done.stdout
