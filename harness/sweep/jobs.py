"""What is swept of one scenario: ordered pairs of operations, each in several variants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from harness.record.coverage import BEFORE, NOW, OFF


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
    specialized: str = OFF

    @property
    def one_stores(self) -> bool:
        """Whether it is one of the two that stores, while the other one reads."""
        return self.a_stores != self.b_stores

    @property
    def shape(self) -> tuple[str, str, bool, str]:
        """What A's path depends on: jobs that share it are listed once. What reads leaves the state as it is."""
        return self.a, self.b if self.b_stores else "", self.warm, self.specialized

    @property
    def reversed(self) -> Job:
        """The job that stops the other one."""
        return replace(
            self,
            a=self.b,
            b=self.a,
            a_stores=self.b_stores,
            b_stores=self.a_stores,
            pair=self.back,
            back=self.pair,
        )


def jobs_of(pairs: Sequence[tuple[OperationInfo, OperationInfo]], specializer: bool = False) -> list[Job]:
    """Each pair with B once and twice; with caches filled, and emptied too where it is one side that stores. Where the
    target has a specializer, that with it off; and with it on and caches filled: once all is specialised, and, where
    it is one side that stores, while it is.

    What has shown most comes first: a store that is stopped while others read, twice; then a read while others store.
    Of these and of all others, those with the specializer off come first, and then those with it on: they need another
    child.
    """
    storing = {one.actor for pair in pairs for one in pair if one.stores}
    jobs = [
        Job(a.name, b.name, a.actor in storing, b.actor in storing, number, pairs.index((b, a)), turns, True)
        for number, (a, b) in enumerate(pairs)
        for turns in (1, 2)
    ]
    found = jobs + [replace(job, warm=False) for job in jobs if job.one_stores]
    if specializer:
        found += [replace(job, specialized=BEFORE) for job in jobs]
        found += [replace(job, specialized=NOW) for job in jobs if job.one_stores and job.turns == 2]
    return sorted(found, key=_rank)


def _rank(job: Job) -> tuple[bool, ...]:
    stores = job.a_stores or job.b_stores
    usual = job.turns == (2 if job.a_stores and not job.b_stores else 1)
    first = stores and job.warm and usual
    return not first, job.specialized != OFF, not stores, not job.warm, not usual, not job.a_stores
