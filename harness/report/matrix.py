"""The pairs of a subject's operations as a picture: operations by operations, coloured by what became of each pair."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from harness.campaign.gather import Report
from harness.campaign.own import coverage
from harness.campaign.select import ScenarioInfo
from harness.campaign.triples import THREADS, how_many
from harness.campaign.triples import operations as operations_of
from harness.kernel.pairs.program import is_program
from harness.kernel.pairs.subject import JOIN
from harness.record.raced import Raced, width
from harness.record.result import Finding
from harness.report.escape import escape
from harness.report.numbers import counted, short

State = Literal["new", "known", "quiet", "apart", "unraced"]
STATES: tuple[tuple[State, str], ...] = (
    ("new", "new"),
    ("known", "known"),
    ("quiet", "nothing seen"),
    ("apart", "never overlapped"),
    ("unraced", "not raced"),
)
"""What became of a pair, the gravest first; with what it is called."""
NOTHING = Raced()


@dataclass(frozen=True)
class Cell:
    """One pair."""

    state: State
    told: str
    """Its name, and in how many rounds it overlapped."""
    finding: str
    """Id of the first one; empty where nothing was seen."""


@dataclass(frozen=True)
class Matrix:
    """A subject's pairs: as none has a first and a second, a row has no more cells than its number says."""

    subject: str
    operations: tuple[str, ...]
    """Those that write come first."""
    rows: tuple[tuple[Cell, ...], ...]
    counts: Counter[str]
    """How many of the pairs are in each state."""
    others: tuple[Finding, ...]
    """Findings of triples, and what no pair can be told for."""

    @property
    def told(self) -> str:
        """``20 operations, 210 pairs: 3 new, 207 nothing seen``."""
        pairs = counted(self.counts.total(), "pair")
        states = ", ".join(f"{self.counts[state]:,} {said}" for state, said in STATES if self.counts[state])
        return f"{counted(len(self.operations), 'operation')}, {pairs}: {states}"

    @property
    def quiet(self) -> bool:
        """Whether there is nothing to see: all pairs were raced, and overlapped, and nothing was found."""
        return set(+self.counts) == {"quiet"} and not self.others


def matrices(report: Report) -> list[Matrix]:
    """Of each subject that was raced: those with new findings first, and those with nothing to see last."""
    raced, infos = report.raced, report.infos
    findings: dict[str, list[Finding]] = {name: [] for name in raced}
    for found in report.findings:
        if found.scenario in findings:
            findings[found.scenario].append(found)
    made = [
        _matrix(infos[name], pairs, findings[name])
        for name, pairs in raced.items()
        if name in infos and not all(map(is_program, pairs))
    ]
    return sorted(made, key=lambda one: (_rank(one), one.subject))


def _rank(one: Matrix) -> int:
    new = one.counts["new"] or any(found.known is None for found in one.others)
    return 0 if new else 1 if one.counts["known"] or one.others else 3 if one.quiet else 2


def _matrix(info: ScenarioInfo, raced: Mapping[str, Raced], findings: Sequence[Finding]) -> Matrix:
    operations = operations_of(info)
    names = {frozenset(name.split(JOIN)): name for name in info.pairs}
    by_pair: dict[str, list[Finding]] = {}
    for found in findings:
        by_pair.setdefault(found.where, []).append(found)
    rows = tuple(
        tuple(
            _cell(name, raced.get(name, NOTHING), by_pair.pop(name, []))
            for other in operations[: number + 1]
            for name in [names.get(frozenset((one, other)), one + JOIN + other)]
        )
        for number, one in enumerate(operations)
    )
    counts = Counter[str](cell.state for row in rows for cell in row)
    others = tuple(found for same in by_pair.values() for found in same)
    return Matrix(info.name, operations, rows, counts, others)


def _cell(name: str, raced: Raced, findings: Sequence[Finding]) -> Cell:
    told = f"{name} {short(raced.overlapped)}"
    if findings:
        new = any(found.known is None for found in findings)
        return Cell("new" if new else "known", told, findings[0].id)
    if raced.overlapped:
        return Cell("quiet", told, "")
    return (
        Cell("apart", f"{told} of {short(raced.rounds)}", "") if raced.rounds else Cell("unraced", name, "")
    )


def reached(report: Report) -> list[str]:
    """How many of the pairs have come, and of the triples, of all that the target can race: a sentence each; nothing
    where none came. Of somebody's own types also how many of their operations there are.
    """
    raced = report.raced
    infos = [info for info in report.infos.values() if info.pairs and not info.unavailable]
    told = []
    for threads, every, what in (
        (2, sum(len(info.pairs) for info in infos), "pair"),
        (THREADS, sum(map(how_many, infos)), "triple"),
    ):
        came = [one for pairs in raced.values() for name, one in pairs.items() if width(name) == threads]
        if came:
            met = sum(one.overlapped > 0 for one in came)
            told.append(f"{len(came):,} of {counted(every, what)} raced, {met:,} of them at once")
    programs = [one for pairs in raced.values() for name, one in pairs.items() if is_program(name)]
    if programs:
        met = sum(one.overlapped > 0 for one in programs)
        told.append(f"{counted(len(programs), 'program')} raced, {met:,} of them with all threads at once")
    for info in infos:
        driven, there = coverage([info])
        if there:
            told.append(f"{escape(info.name)}: {driven} of {counted(there, 'operation')} driven")
    return told
