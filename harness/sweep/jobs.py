"""What is swept of one scenario: ordered pairs of operations, each in several variants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class OperationInfo:
    """An operation as the target described it."""

    name: str
    actor: str
    stores: int


@dataclass(frozen=True)
class Job:
    """One ordered pair in one variant."""

    a: str
    b: str
    a_stores: bool
    """Whether its actor does."""
    b_stores: bool
    pair: int
    """Index among the child's pairs."""
    back: int
    """Index of the same pair the other way round."""
    turns: int
    warm: bool

    @property
    def shape(self) -> tuple[str, str, bool]:
        """What A's path depends on: jobs that share it are listed once. What reads leaves the state as it is."""
        return self.a, self.b if self.b_stores else "", self.warm

    @property
    def reversed(self) -> Job:
        """The job that stops the other one."""
        return Job(self.b, self.a, self.b_stores, self.a_stores, self.back, self.pair, self.turns, self.warm)


def jobs_of(pairs: Sequence[tuple[OperationInfo, OperationInfo]]) -> list[Job]:
    """Each pair with B once and twice; with caches filled, and emptied too where it is one side that stores.

    What has shown most comes first: a store that is stopped while others read, twice; then a read while others store.
    """
    storing = {one.actor for pair in pairs for one in pair if one.stores}
    jobs = [
        Job(a.name, b.name, a.actor in storing, b.actor in storing, number, pairs.index((b, a)), turns, warm)
        for number, (a, b) in enumerate(pairs)
        for warm in ((True, False) if (a.actor in storing) != (b.actor in storing) else (True,))
        for turns in (1, 2)
    ]
    return sorted(jobs, key=_rank)


def _rank(job: Job) -> tuple[bool, bool, bool, bool]:
    usual = 2 if job.a_stores and not job.b_stores else 1
    return not (job.a_stores or job.b_stores), not job.warm, job.turns != usual, not job.a_stores
