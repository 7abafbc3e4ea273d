"""The proofs of the known-issue list, run again: whether each entry still shows without the harness."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from harness.diagnosis.proof import program
from harness.kernel.known import KnownIssue
from harness.record.target import Target
from harness.repro.runs import Run, run

LIMIT_S = 120.0
"""A proof looks for 20 s at most; above this it hangs."""


@dataclass(frozen=True)
class Proven:
    """What an entry's proof showed on a target."""

    issue: KnownIssue
    shows: bool
    runs: int
    took_s: float
    """Of the run that showed it, or of the last one."""
    with_gil: bool | None
    """Whether it shows with the GIL on; None where that was not asked, or the target has no choice."""
    failure: str | None
    """Why the proof gave no answer."""

    @property
    def as_listed(self) -> bool:
        """Whether it is what the list says: it shows; and with the GIL on exactly where the list says so."""
        return self.shows and self.with_gil in (None, self.issue.with_gil)


def prove(
    issue: KnownIssue,
    target: Target,
    *,
    tries: int,
    control: bool,
    tell: Callable[[Run], None] = lambda one: None,
) -> Proven:
    """Run the proof until it shows, ``tries`` times at most; with ``control`` once more with the GIL on.

    Raises OSError when the target cannot be executed.
    """
    one = Run(False, 0.0, None)
    runs = 0
    while runs < tries and not one.seen and not one.failure:
        one = run(target, program(issue), limit_s=LIMIT_S, must_say="")
        runs += 1
        tell(one)
    with_gil = None
    failure = one.failure
    if control and target.free_threaded and one.seen:
        other = run(target, program(issue), limit_s=LIMIT_S, with_gil=True, must_say="")
        with_gil, failure = other.seen, other.failure
    return Proven(issue, one.seen, runs, one.took_s, with_gil, failure)
