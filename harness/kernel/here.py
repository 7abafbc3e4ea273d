"""What the interpreter that runs this is: what a manager would ask of it in a child."""

from __future__ import annotations

import platform
import sys
import sysconfig
from typing import TYPE_CHECKING

from harness.kernel.trial import gil_enabled

if TYPE_CHECKING:
    from harness.kernel.journal_types import TargetData


class Here:
    """This interpreter, with the fields that a campaign's journal has of a target."""

    def __init__(self) -> None:
        self.version_info = sys.version_info[:3]
        self.free_threaded = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
        self.implementation = platform.python_implementation()
        self.version = _version()
        self.history: dict[str, bool] = {}
        """Of no commit it is known whether this build has it: its version decides."""

    @property
    def title(self) -> str:
        """One line for people."""
        kind = "free-threaded" if self.free_threaded else "with the GIL"
        on = ", GIL on" if self.free_threaded and gil_enabled() else ""
        return f"{self.implementation} {self.version} {kind}{on} on {sys.platform}"

    def to_json(self) -> TargetData:
        arguments = sysconfig.get_config_var("CONFIG_ARGS") or ""
        flags = f"{arguments} {sysconfig.get_config_var('PY_CFLAGS') or ''}"
        sanitizers = {
            "thread": "thread-sanitizer fsanitize=thread",
            "address": "address-sanitizer fsanitize=address",
        }
        return {
            "executable": sys.executable or "",
            "version": self.version,
            "version_info": list(self.version_info),
            "implementation": self.implementation,
            "free_threaded": self.free_threaded,
            "gil_enabled": gil_enabled(),
            "debug": hasattr(sys, "gettotalrefcount"),
            "sanitizer": next(
                (n for n, marks in sanitizers.items() if any(m in flags for m in marks.split())), None
            ),
            "compiler": platform.python_compiler(),
            "commit": getattr(sys, "_git", ("", "", ""))[2] or "",
            "configure_args": arguments,
            "platform": sysconfig.get_platform(),
        }


def _version() -> str:
    """As the fingerprint of a target has it: a build after the tag has a plus, whatever else its own text says."""
    level = {"alpha": "a", "beta": "b", "candidate": "rc"}.get(sys.version_info.releaselevel)
    stage = f"{level}{sys.version_info.serial}" if level else ""
    return ".".join(map(str, sys.version_info[:3])) + stage + "+" * ("+" in sys.version.split()[0])
