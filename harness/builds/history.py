"""Which of the known-issue list's commits a target has, where a clone of CPython's is at hand that knows its own.

At hand is the clone or the folder that a build of ours was made from (its receipt has the path; ``ftstress build
REPO@REV`` notes it anew), or the work tree that the interpreter lies in. Of any other target the version decides.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from harness.builds import cache, git
from harness.kernel import known
from harness.record.target import Target


def with_history(target: Target) -> Target:
    """``target`` with its history, as far as git can tell."""
    if not target.commit:
        return target
    changes = (change for issue in known.load() for change in (*issue.shown, *issue.mended))
    commits = (change.commit for change in changes if change.commit)
    return replace(target, history=git.have(_clone(Path(target.executable)), commits, target.commit))


def _clone(executable: Path) -> Path:
    entry = cache.entry_of(executable)
    receipt = entry.receipt() if entry else None
    return Path(receipt.repository) if receipt and receipt.repository else executable.parent
