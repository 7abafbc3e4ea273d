"""What a thread sanitizer is told not to report: a person's list, each with its issue and reason; none by default.

A line each, ``race_top:FUNCTION gh-NUMBER REASON``; ``#`` begins a remark. CPython's own list has a ``race_top`` for
what hides the fewest others: the function must be the innermost of one of the two stacks, and no caller of it. FUNCTION
is a part of its name, or of its file's, unless it is ^FUNCTION$.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from harness.campaign.options import CampaignError
from harness.kernel.journal_types import SuppressionData

FILE = "suppressions-{}.txt"
"""In a campaign's directory, numbered by its lines: what children are given, in the sanitizer's own format."""
LINE = re.compile(r"(?P<pattern>race_top:\S+)\s+(?P<issue>gh-\d+)\s+(?P<reason>\S.*)")
HOW = "a line is race_top:FUNCTION gh-NUMBER REASON"


@dataclass(frozen=True)
class Suppression:
    """One line."""

    pattern: str
    issue: str
    """``gh-123456``; empty where the campaign itself has chosen it."""
    reason: str

    def to_json(self) -> SuppressionData:
        return {"pattern": self.pattern, "issue": self.issue, "reason": self.reason}

    @classmethod
    def from_json(cls, data: SuppressionData) -> Suppression:
        return cls(data["pattern"], data["issue"], data["reason"])


def load(path: Path) -> tuple[Suppression, ...]:
    """A person's list. Raises CampaignError for a file that cannot be read, or a line that is none."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise CampaignError(f"the suppressions in {path} cannot be read: {error}") from error
    return tuple(_read(path, number, line) for number, line in enumerate(lines, 1) if _says(line))


def _says(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _read(path: Path, number: int, line: str) -> Suppression:
    found = LINE.fullmatch(line.strip())
    if found is not None:
        return Suppression(found["pattern"], found["issue"], found["reason"])
    broad = " (race: would hide all that is called from there, too)" if line.startswith("race:") else ""
    raise CampaignError(f"{path}, line {number}: {HOW}, and {line.strip()!r} is not{broad}")


def write(path: Path, suppressions: Iterable[Suppression]) -> None:
    """Put them where the children that are started from now on find them."""
    told = (f"# {' '.join((one.issue, one.reason)).strip()}\n{one.pattern}\n" for one in suppressions)
    staged = path.with_suffix(".new")
    staged.write_text("".join(told), encoding="utf-8")
    staged.replace(path)
