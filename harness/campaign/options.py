"""What a campaign is asked to do."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import cast

import psutil

from harness.kernel.journal_types import OptionsData
from harness.kernel.rings import Every

MOST_MEMORY = 2 << 30
TIMES = 4
"""What a sanitizer keeps of each byte is several bytes, which count, too."""


@dataclass(frozen=True)
class Options:
    """The common options of a run. ``None`` means: what this machine can take."""

    budget_s: float
    seed: int
    jobs: int | None = None
    """Trials at a time; by default as many as their threads find cores."""
    threads: int | None = None
    """Threads of a trial; by default the scenario's."""
    stop_at_first: bool = False
    strict: bool = False
    in_process: bool = False
    resume: bool = False
    ring: Every = "off"
    """How often a trial's threads note what they do. Where they do not, a new finding is shown once more in a child
    whose threads note each operation, as long as there is budget left."""
    memory_limit_bytes: int | None = None
    """What a child and everything it started may hold; by default 2 GiB, less on a small machine."""

    min_coverage: float | None = None
    """Of the operations of somebody's own types, the share that must be driven."""

    def to_json(self) -> OptionsData:
        return cast(OptionsData, asdict(self))


class CampaignError(Exception):
    """The campaign cannot be started as asked; the message is one sentence for the user (exit status 2)."""


def memory_limit(options: Options, children: int, sanitizer: str | None = None) -> int:
    """Bytes that one of ``children`` may hold: together at most half of what the machine has."""
    if options.memory_limit_bytes is not None:
        return options.memory_limit_bytes
    most = MOST_MEMORY * (TIMES if sanitizer else 1)
    return int(min(most, psutil.virtual_memory().total // 2 // max(1, children)))
