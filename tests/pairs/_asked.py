"""A program that a target runs, with the harness and the subjects at hand."""

from __future__ import annotations

import subprocess
from pathlib import Path

from harness.record.target import Target

ROOT = Path(__file__).parents[2]
SUBJECTS = ROOT / "stress_tests" / "subjects"


def asked(target: Target, program: str, *arguments: str) -> str:
    """What the program prints; it must end well."""
    ran = subprocess.run(
        [target.executable, "-P", "-c", program, *arguments],
        env={"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60.0,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout
