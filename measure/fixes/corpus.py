"""The fixes that are undone: facts about commits, and nothing of their text. ``corpus.tsv`` ends with 2025; what was
mended until August 2026 is in ``corpus_2026.tsv``.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, fields
from pathlib import Path

CORPUS = Path(__file__).with_name("corpus.tsv")
SHOWN = ("high", "medium")
"""Of ``effect``: where reading says that a release build shows it from Python."""


@dataclass(frozen=True)
class Fix:
    """A commit on CPython's main that mended something which two threads could break."""

    issue: str
    commit: str
    date: str
    area: str
    kind: str
    """What it led to, by reading."""
    effect: str
    """How sure reading is that a release build shows it: high, medium, low, none."""

    @property
    def name(self) -> str:
        """What its builds and runs are called."""
        return f"{self.issue}-{self.commit}"


def corpus(only: str = "", path: Path = CORPUS) -> list[Fix]:
    """The fixes of which a line fits the regular expression ``only``."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [Fix(**row) for row in csv.DictReader(file, delimiter="\t")]
    return [
        one for one in rows if re.search(only, "\t".join(getattr(one, field.name) for field in fields(one)))
    ]
