"""What was measured, as data: the table is made from this and from nothing else."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

SCHEMA = 1


@dataclass(frozen=True)
class Result:
    """One detector on one build, once."""

    build: str
    detector: str
    outcome: Literal["detected", "not detected", "cannot run"]
    elapsed_s: float
    """Until it was detected, or until time was over."""
    how: str = ""
    detail: str = ""
    passes: int = 0
    """Children that were started."""
    over_memory: int = 0
    """Of these, the ones that were ended because they had grown too large."""


@dataclass
class Record:
    """A whole comparison, finished or not."""

    seconds: float
    repeat: int
    cpus: int
    builds: dict[str, dict[str, str]] = field(default_factory=dict)
    detectors: dict[str, dict[str, Any]] = field(default_factory=dict)
    results: list[Result] = field(default_factory=list)


def write(record: Record, path: Path) -> None:
    """Replace the file as a whole: whoever reads it finds the old one or the new one."""
    staged = path.with_name(path.name + ".new")
    staged.write_text(json.dumps({"schema": SCHEMA, **asdict(record)}, indent=1) + "\n", encoding="utf-8")
    os.replace(staged, path)


def read(paths: Sequence[Path]) -> Record:
    """What several runs recorded, as one. Raises ValueError when a file is none, or they do not fit together."""
    records = [_read(path) for path in paths]
    if len({one.seconds for one in records}) > 1:
        raise ValueError("the files were recorded with different --seconds")
    whole = records[0]
    for one in records[1:]:
        whole.builds |= one.builds
        whole.detectors |= one.detectors
        whole.results += one.results
    return whole


def _read(path: Path) -> Record:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data.pop("schema") != SCHEMA:
            raise ValueError("another schema")
        return Record(**(data | {"results": [Result(**one) for one in data["results"]]}))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{path} is no record of a comparison: {error}") from error
