"""Where a campaign leaves its journal: ``--out``, or a directory of its own, linked as ``latest``."""

from __future__ import annotations

import tempfile
import time
from contextlib import suppress
from pathlib import Path

from harness.cli.errors import Stop
from harness.record.journal import JOURNAL

RESULTS = Path("ftstress-results")
LATEST = "latest"


def held(out: Path | None) -> Path:
    """The directory of the campaign to resume. Raises Stop when it holds none."""
    chosen = out or RESULTS / LATEST
    if not (chosen / JOURNAL).exists():
        raise Stop(f"{chosen} holds no campaign to resume")
    return chosen.resolve()


def fresh(out: Path | None, seed: int) -> Path:
    """Make the directory of a new campaign. Raises Stop when it cannot be written, or holds a campaign."""
    chosen = out or RESULTS / f"{time.strftime('%Y%m%d-%H%M%S')}-{seed}"
    if (chosen / JOURNAL).exists():
        raise Stop(
            f"{chosen} holds a campaign already: add --resume to go on with it, or choose another --out"
        )
    try:
        chosen.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=chosen):
            pass
    except OSError as error:
        raise Stop(f"cannot write to {chosen}: {error.strerror or error}; choose another --out") from error
    if out is None:
        _point_latest_at(chosen)
    return chosen.resolve()


def _point_latest_at(chosen: Path) -> None:
    """Replace the link in one step, so that two campaigns started at once leave one whole link."""
    link = chosen.parent / LATEST
    fresh = chosen.parent / f".{LATEST}-{chosen.name}"
    with suppress(
        OSError
    ):  # no symlinks here, or something else is called that: the first line names the directory
        fresh.symlink_to(chosen.name, target_is_directory=True)
        try:
            fresh.replace(link)
        except OSError:
            fresh.unlink()
            raise
