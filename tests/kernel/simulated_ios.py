"""Simulated iOS: makes this process one in which only what iOS has is there, then runs a module.

``python simulated_ios.py MODULE ARGUMENT ...`` in the folder of an app, as CPython's test bed starts one. A simulation:
what it leaves out is what a Mac shows (``ci/ios/README.md``). The order matters: what CPython decides by
``sys.platform`` when a module is first imported must be decided as on iOS.
"""

from __future__ import annotations

import os
import runpy
import sys
import sysconfig
import types
from importlib.abc import MetaPathFinder
from typing import Any

# fmt: off
MISSING = frozenset([
    "_curses", "_curses_panel", "_gdbm", "_multiprocessing", "_posixshmem", "_posixsubprocess", "_scproxy", "_tkinter",
    "grp", "nis", "readline", "pwd", "spwd", "syslog",
])
# fmt: on
PROCESSES = ("fork", "forkpty", "posix_spawn", "posix_spawnp", "execv", "execve")


class Missing(MetaPathFinder):
    """Finds none of the modules that iOS lacks."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        if name in MISSING:
            raise ModuleNotFoundError(f"No module named {name!r} (simulated iOS)", name=name)


def refuse(*arguments: Any, **options: Any) -> Any:
    raise OSError("simulated iOS: no processes")


def simulate() -> None:
    """Take away from this process what iOS has not."""
    sysconfig.get_config_vars()  # before the platform changes: later it would look for files of iOS
    for name in MISSING:
        sys.modules.pop(name, None)
    sys.meta_path.insert(0, Missing())
    for name in PROCESSES:
        if hasattr(os, name):
            setattr(os, name, refuse)
    del os.system
    support: Any = types.ModuleType("_ios_support")
    support.get_platform_ios = lambda: ("iOS", "17.0", "iPhone", True)
    sys.modules["_ios_support"] = support
    assert "subprocess" not in sys.modules, "it decides at import what the platform can do"
    sys.platform = "ios"


if __name__ == "__main__":
    simulate()
    sys.argv = sys.argv[1:]
    sys.path[0] = os.getcwd()  # the app's folder, as in the test bed
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
