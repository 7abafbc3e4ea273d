"""What is swept of one scenario, or of one subject: ordered pairs of operations, each in several variants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from harness.record.coverage import BEFORE, NOW, OFF, Variant

LAG = 2
"""Levels (``progress.LEVELS``) that a pair of which neither operation writes is behind the others, and what differs
from the plainest way to sweep a pair behind that.
"""


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
    size: int | None = None
    """Of a subject: what its objects are made with."""
    made_by: str = "A"
    """Of a subject: the thread that makes them. Who owns an object counts its references, and may read it, otherwise
    than who does not."""

    @property
    def variant(self) -> Variant:
        return self.a, self.b, self.turns, self.warm, self.specialized, self.size, self.made_by

    @property
    def one_stores(self) -> bool:
        """Whether it is one of the two that stores, while the other one reads."""
        return self.a_stores != self.b_stores

    @property
    def shape(self) -> Variant:
        """What A's path depends on: jobs that share it are listed once. What reads leaves the state as it is, and what
        is done to a subject is gone with its object.
        """
        stays = self.b_stores and self.size is None
        return replace(self, b=self.b if stays else "", turns=1).variant

    @property
    def lag(self) -> int:
        """Of a subject: how much later than others it comes. First one size, B once, A's own object and no specializer,
        where one operation writes; then what differs from that in one thing.
        """
        plain = self.turns == 1 and self.specialized == OFF and self.made_by == "A"
        return LAG * (not plain) + LAG * (not (self.a_stores or self.b_stores))

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


def jobs_of(
    pairs: Sequence[tuple[OperationInfo, OperationInfo]], specializer: bool = False, sizes: Sequence[int] = ()
) -> list[Job]:
    """All jobs of a scenario's pairs; with ``sizes`` a subject's. ``specializer``: whether the target has one."""
    return subject_jobs(pairs, specializer, sizes) if sizes else scenario_jobs(pairs, specializer)


def scenario_jobs(pairs: Sequence[tuple[OperationInfo, OperationInfo]], specializer: bool) -> list[Job]:
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


def subject_jobs(
    pairs: Sequence[tuple[OperationInfo, OperationInfo]], specializer: bool, sizes: Sequence[int]
) -> list[Job]:
    """Each pair at each size; and at the first one with B twice, with objects that B makes, and, where the target has a
    specializer, specialised: one thing at a time. What neither writes comes last.
    """
    back = {pair: number for number, pair in enumerate(pairs)}
    plain = [
        Job(a.name, b.name, a.stores > 0, b.stores > 0, number, back[b, a], 1, True, size=sizes[0])
        for number, (a, b) in enumerate(pairs)
    ]
    found = [replace(job, size=size) for size in sizes for job in plain]
    found += [replace(job, turns=2) for job in plain] + [replace(job, made_by="B") for job in plain]
    if specializer:
        found += [replace(job, specialized=BEFORE) for job in plain]
    return sorted(found, key=lambda job: (job.lag, not job.one_stores))


def _rank(job: Job) -> tuple[bool, ...]:
    stores = job.a_stores or job.b_stores
    usual = job.turns == (2 if job.a_stores and not job.b_stores else 1)
    first = stores and job.warm and usual
    return not first, job.specialized != OFF, not stores, not job.warm, not usual, not job.a_stores
