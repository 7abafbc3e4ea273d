"""A build under test, with its fingerprint."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any


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
    """``thread``, ``address`` or None, from the configure arguments and compiler flags."""
    compiler: str
    commit: str
    """What ``sys._git`` knows; empty for a release tarball."""
    configure_args: str
    platform: str
    history: dict[str, bool] = field(default_factory=dict)
    """Of the commits on the known-issue list, whether it has each; empty where no clone of CPython's was at hand."""

    @property
    def title(self) -> str:
        """One line for people: ``CPython 3.13.5 free-threaded debug``."""
        words = [self.implementation, self.version, "free-threaded" if self.free_threaded else "with the GIL"]
        if self.debug:
            words.append("debug")
        if self.sanitizer:
            words.append(f"{self.sanitizer} sanitizer")
        return " ".join(words)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Target:
        """Rebuild a target from a journal; fields that a newer harness added are ignored."""
        known = {one.name for one in fields(cls)}
        kept = {key: value for key, value in data.items() if key in known}
        kept["version_info"] = tuple(kept["version_info"])
        return cls(**kept)
