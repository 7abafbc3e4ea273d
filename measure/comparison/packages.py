"""Packages for a target that has no pip of its own: another Python's pip puts them into a folder."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from measure.comparison.detector import CannotRun, last_line

PATIENCE_S = 300


def install(requirements: Sequence[str], version: str, folder: Path) -> tuple[str, ...]:
    """Install into ``folder`` what a free-threaded target of ``version`` can import; returns names with versions.

    pip takes it from where this machine's settings say, wheels only. Raises CannotRun with pip's own reason.
    """
    if not importlib.util.find_spec("pip"):
        raise CannotRun(
            f"cannot be installed: {sys.executable} has no pip; start this with a Python that has"
        )
    major, minor = version.split(".")[:2]
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    command += ["--target", str(folder), "--only-binary", ":all:", "--python-version", f"{major}.{minor}"]
    command += ["--implementation", "cp", "--abi", f"cp{major}{minor}t", "--abi", "none", *requirements]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S)
    except subprocess.TimeoutExpired as error:
        raise CannotRun(f"cannot be installed: pip had not finished after {PATIENCE_S} s") from error
    if done.returncode != 0:
        raise CannotRun(f"cannot be installed ({', '.join(requirements)}): {last_line(done.stderr, 'ERROR')}")
    return tuple(_installed(folder, requirement) for requirement in requirements)


def _installed(folder: Path, requirement: str) -> str:
    """The requirement's name and the version that was taken."""
    name = requirement.partition(">=")[0]
    for path in folder.glob("*.dist-info"):
        found, _, version = path.name.removesuffix(".dist-info").partition("-")
        if found.replace("_", "-") == name:
            return f"{name} {version}"
    return name
