"""The interpreters that are compared on."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass

ASK = (
    "import json, sys, sysconfig;"
    " print(json.dumps([sys.version.split()[0], bool(sysconfig.get_config_var('Py_GIL_DISABLED'))]))"
)
PATIENCE_S = 60


class Missing(Exception):
    """Nothing can be compared on this machine until somebody does what the message says."""


@dataclass(frozen=True)
class Target:
    """A build under the name that its row has in the table."""

    name: str
    executable: str
    version: str


def ask(name: str, executable: str) -> Target:
    """Ask an interpreter what it is. Raises Missing unless it is a free-threaded CPython that runs."""
    try:
        done = subprocess.run(
            [executable, "-c", ASK], capture_output=True, text=True, timeout=PATIENCE_S, check=True
        )
        version, free_threaded = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise Missing(
            f"{name}: {executable} is no interpreter that answers ({error}): give its path"
        ) from error
    if not free_threaded:
        raise Missing(
            f"{name}: {executable} is CPython {version} with a GIL: give a build made with --disable-gil"
        )
    return Target(name, executable, version)
