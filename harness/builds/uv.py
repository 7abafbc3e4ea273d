"""Let uv provide a free-threaded interpreter, where there is a uv."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from harness.builds.fingerprint import NotATarget, probe

_TIMEOUT_S = 300


class UvFailed(Exception):
    """uv gives no interpreter; the message is the reason."""


def install(version: str) -> Path:
    """The interpreter of CPython ``version`` that uv manages, installed when it is not yet. Raises UvFailed."""
    if not shutil.which("uv"):
        raise UvFailed("there is no uv on this machine")
    wanted = f"cpython-{version}+freethreaded"
    _uv("python", "install", wanted)
    path = Path(_uv("python", "find", "--system", "--no-project", wanted).strip())
    try:
        target = probe(path)
    except NotATarget as error:
        raise UvFailed(str(error)) from error
    if not target.free_threaded or target.version != version:
        raise UvFailed(f"it gives {target.title}")
    return path


def _uv(*arguments: str) -> str:
    # No retries: without a network each would only make the user wait before the next way is tried.
    environment = {
        **os.environ,
        "UV_HTTP_RETRIES": "0",
        "UV_PYTHON_PREFERENCE": "only-managed",
        "NO_COLOR": "1",
    }
    try:
        done = subprocess.run(
            ["uv", *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_S,
            env=environment,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UvFailed(str(error)) from error
    if done.returncode != 0:
        said = " ".join(done.stderr.split())[:300]
        raise UvFailed(said or f"uv exited with {done.returncode}")
    return done.stdout
