"""What is started for short turns has them, and this process keeps its own."""

from __future__ import annotations

import sys
from pathlib import Path

from harness.builds.slices import SLICE_NS, short_slices, slice_ns
from harness.campaign import child
from harness.record.target import Target
from harness.repro.runs import run

ASKS = (
    f"import sys; sys.path.insert(0, {str(Path(__file__).parents[2])!r})\n"
    "from harness.builds.slices import slice_ns\n"
    "print('slice', slice_ns())\n"
)
BEFORE = slice_ns()
EXPECTED = SLICE_NS if BEFORE else BEFORE
"""Nothing to ask for before Linux 6.12; without ctypes, or on another system, nothing to ask with."""


def test_only_what_is_started_meanwhile_has_short_slices() -> None:
    with short_slices():
        assert slice_ns() == EXPECTED
    assert slice_ns() == BEFORE


def test_a_child_has_short_slices() -> None:
    started = child.start(lambda events: [sys.executable, "-c", ASKS])
    assert started.process.stdout is not None
    said = started.process.stdout.read()
    assert started.wait() == 0
    started.close()
    assert said.decode() == f"slice {EXPECTED}\n"
    assert slice_ns() == BEFORE


def test_a_program_has_short_slices(free_threaded: Target, tmp_path: Path) -> None:
    script = tmp_path / "asks.py"
    asks = ASKS + "sys.exit(1)"
    script.write_text(f"import os; os.execv({sys.executable!r}, ['python', '-c', {asks!r}])")
    assert run(free_threaded, script, limit_s=60.0, must_say=f"slice {EXPECTED}").seen
