"""Let uv provide a free-threaded interpreter, where there is a uv."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

from harness.builds.errors import PassedOver
from harness.builds.fingerprint import NotATarget, probe
from harness.kernel.versions import version

_TIMEOUT_S = 300


def newest() -> str:
    """The newest free-threaded release that this uv knows, whether it can be downloaded or not. Raises PassedOver."""
    listed = json.loads(_uv("python", "list", "--only-downloads", "--output-format", "json"))
    keys = "\n".join(str(one["key"]) for one in listed)
    found = re.findall(r"^cpython-(3\.\d+\.\d+)\+freethreaded-", keys, re.MULTILINE)
    if not found:
        raise PassedOver("it knows no free-threaded release")
    return str(max(found, key=version))


def install(release: str) -> Path:
    """The interpreter of CPython ``release`` that uv manages, installed when it is not yet. Raises PassedOver."""
    wanted = f"cpython-{release}+freethreaded"
    _uv("python", "install", wanted)
    path = Path(_uv("python", "find", "--system", "--no-project", wanted).strip())
    try:
        target = probe(path)
    except NotATarget as error:
        raise PassedOver(str(error)) from error
    if not target.free_threaded or target.version != release:
        raise PassedOver(f"it gives {target.title}")
    return path


def _uv(*arguments: str) -> str:
    if not shutil.which("uv"):
        raise PassedOver("there is no uv on this machine")
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
        raise PassedOver(str(error)) from error
    if done.returncode != 0:
        said = " ".join(done.stderr.split())[:300]
        raise PassedOver(said or f"uv exited with {done.returncode}")
    return done.stdout
