"""A build under test, with its fingerprint."""

from __future__ import annotations

import math
import re
from dataclasses import asdict, dataclass, field
from typing import cast

from harness.kernel.journal_types import TargetData

_NO_RELEASE = {
    "tarball": "built from a tarball",
    "directory": "built from a folder",
    "revision": "a revision of a clone",
    "fault": "a seeded fault",
}
"""Of ``Target.origin``: what may hold anything, whatever version it gives."""


@dataclass(frozen=True)
class Target:
    """An interpreter that answered when it was asked what it is.

    ``free_threaded`` says how it was built; ``gil_enabled`` what it runs with when started as the harness
    starts it (``-X gil=0`` on a free-threaded build).
    """

    executable: str
    version: str
    """As ``3.13.5`` or ``3.14.0a7``; ``3.15.0rc1+`` is what came after that tag."""
    version_info: tuple[int, int, int]
    implementation: str
    free_threaded: bool
    gil_enabled: bool
    debug: bool
    sanitizer: str | None
    """``thread``, ``address`` or None, from what the executable is linked with, or how it was configured."""
    compiler: str
    commit: str
    """What ``sys._git`` knows; empty for a release tarball."""
    configure_args: str
    platform: str
    history: dict[str, bool] = field(default_factory=dict)
    """Of the commits on the known-issue list, whether it has each; empty where no clone of CPython's was at hand."""
    branch: str = ""
    """What it was built on, as ``sys._git`` has it: ``3.15``, ``main-dirty``, ``tags/v3.14.0``; empty as ``commit``."""
    origin: str = ""
    """What ``ftstress build`` made it from (``cache.Origin``, ``fault``); empty where it was not made by that."""
    slower: float = 1.0
    """How many times slower it runs than the interpreter that runs the harness, where that was measured: of a build
    with a sanitizer."""

    @property
    def title(self) -> str:
        """One line for people: ``CPython 3.13.5 free-threaded debug``."""
        words = [self.implementation, self.version, "free-threaded" if self.free_threaded else "with the GIL"]
        if self.debug:
            words.append("debug")
        if self.sanitizer:
            words.append(f"{self.sanitizer} sanitizer")
        return " ".join(words)

    @property
    def set_apart(self) -> str:
        """Why it is no ordinary release, so that it is taken only by name, in a few words; empty where it is one."""
        if self.origin in _NO_RELEASE:
            return _NO_RELEASE[self.origin]
        if self.debug:
            return "a debug build"
        if self.sanitizer:
            return f"with the {self.sanitizer} sanitizer"
        if self.free_threaded and self.gil_enabled:
            return "its GIL stays on"
        if re.search("[ab]|rc", self.version):
            return "a pre-release"
        if "+" in self.version or (self.commit and not re.fullmatch(r"(tags/)?v[\d.]+", self.branch)):
            return "built from a checkout"
        return ""

    @property
    def stretch(self) -> float:
        """How many times longer trials are, and what is waited for, than on a build that is not slow.

        The square root: a round takes ``slower`` times as long, but a sanitizer tells of a race whenever both accesses
        come, and need not meet its window, so fewer rounds do.
        """
        return math.sqrt(self.slower)

    def to_json(self) -> TargetData:
        return cast(TargetData, asdict(self))

    @classmethod
    def from_json(cls, data: TargetData) -> Target:
        """Rebuild a target from a journal; fields that a newer harness added are ignored."""
        first, second, third = data["version_info"]
        return cls(
            executable=data["executable"],
            version=data["version"],
            version_info=(first, second, third),
            implementation=data["implementation"],
            free_threaded=data["free_threaded"],
            gil_enabled=data["gil_enabled"],
            debug=data["debug"],
            sanitizer=data["sanitizer"],
            compiler=data["compiler"],
            commit=data["commit"],
            configure_args=data["configure_args"],
            platform=data["platform"],
            history=data.get("history", {}),
            branch=data.get("branch", ""),
            origin=data.get("origin", ""),
            slower=data.get("slower", 1.0),
        )
