"""``git bisect``, driven from outside in a repository of its own, and the two ends of its search."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from harness.builds import git
from harness.builds.borrowed import Borrowed
from harness.builds.errors import NotASource
from harness.builds.provision import threaded
from harness.builds.source import from_revision

Verdict = Literal["old", "new", "skip"]
"""What git is told of a commit: like the older end, like the newer one, or it cannot be told."""


class BadEnds(Exception):
    """Between these two there is nothing to search for (exit status 2); the message is one sentence."""


@dataclass(frozen=True)
class Ends:
    """Between which commits it came, or went; ``older`` is in the history of ``newer``."""

    older: str
    newer: str
    version: str
    """``3.16``: of the newer one."""
    parted: bool
    """Whether the earlier one is not in the history of the other: then ``older`` is where the two parted."""


def ends(clone: Path, good: str, bad: str, *, fixed: bool) -> Ends:
    """Look the two revisions up. Raises BadEnds."""
    older, newer = (bad, good) if fixed else (good, bad)
    shallow = git.said(clone, "rev-parse", "--is-shallow-repository").strip() == "true"
    hint = f"; {clone} is a shallow clone: `git fetch --unshallow` there gets the rest" if shallow else ""
    try:
        sources = [from_revision(clone, one) for one in (older, newer)]
        for one in sources:
            threaded(one.version)
    except NotASource as error:
        raise BadEnds(f"{error}{hint}") from error
    first, last = (one.commit for one in sources)
    if first == last:
        raise BadEnds(f"{good} and {bad} are one commit: there is nothing between them")
    base = git.said(clone, "merge-base", first, last).strip()
    if not base:
        raise BadEnds(f"{good} and {bad} have no history in common{hint}")
    if base == last:
        raise BadEnds(_swapped(good, bad, fixed))
    version = ".".join(re.findall(r"\d+", sources[1].version)[:2])
    return Ends(base, last, version, base != first)


def _swapped(good: str, bad: str, fixed: bool) -> str:
    if fixed:
        return (
            f"--good {good} comes before --bad {bad}, and what is mended is good later: swap the two, or leave"
            " --fixed out to look for the commit that it came with"
        )
    return f"--good {good} comes after --bad {bad}: swap the two, or add --fixed to look for the commit that mended it"


class Search:
    """One ``git bisect``: what it was told is in the order of the calls, and nowhere else."""

    def __init__(self, clone: Path, folder: Path, found: Ends) -> None:
        """``folder`` is made, and is nobody's after. Raises NotBuilt where git fails."""
        self._git = Borrowed(clone, folder, bare=True)
        self._skipped: set[str] = set()
        self._git.run("update-ref", "--no-deref", "HEAD", found.newer)
        start = ("start", "--no-checkout", "--term-old=old", "--term-new=new")
        self._git.run("bisect", *start, found.newer, found.older)

    def left(self) -> list[str]:
        """The commits of which one is the answer, newest first: those after the last old one, to the first new one."""
        return self._git.run("rev-list", *_BETWEEN).split()

    def next(self) -> str | None:
        """The commit to look at; None where the search is over: one is left, or the others were skipped."""
        left = self.left()
        first_new = self._git.run("rev-parse", "refs/bisect/new").strip()
        if all(one in self._skipped or one == first_new for one in left):
            return None
        return self._git.run("rev-parse", "BISECT_HEAD").strip()

    def steps(self) -> int:
        """About how many commits are still to be looked at."""
        said = self._git.run("rev-list", "--bisect-vars", *_BETWEEN)
        found = re.search(r"^bisect_steps=(\d+)", said, re.MULTILINE)
        return int(found[1]) + 1 if found else 0

    def tell(self, commit: str, verdict: Verdict) -> None:
        """What was seen of a commit."""
        if verdict == "skip":
            self._skipped.add(commit)
        self._git.run("bisect", verdict, commit, fine=(0, _ONLY_SKIPPED))


_ONLY_SKIPPED = 2
"""git's own exit status where all that is left was skipped."""
_BETWEEN = ("refs/bisect/new", "--not", "--glob=refs/bisect/old-*")


def subject(clone: Path, commit: str) -> str:
    """A commit as people write it: id, date and first line."""
    return git.said(
        clone, "show", "-s", "--format=%h (%cs) %s", f"--abbrev={git.COMMIT_SHOWN}", commit
    ).strip()
