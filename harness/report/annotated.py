"""Swept source lines as a report shows them, coloured by what became of the stops there, with a little around them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from harness.campaign.gather import Campaign
from harness.record.coverage import CLEAN, HELD, HIT, LOCK, OUTCOMES, SEQUENCE, WAITED, WORLD
from harness.record.target import Target
from harness.report.coverage import lines_of
from harness.report.source import find

CONTEXT = 3
"""Lines in front of a swept one, and behind it."""

Mark = Literal["hit", "excluded", "clean", "unreached", ""]
MARKS: tuple[tuple[Mark, tuple[str, ...]], ...] = (
    ("hit", (HIT,)),
    ("excluded", (LOCK, SEQUENCE, HELD, WORLD, WAITED)),
    ("clean", (CLEAN,)),
)
"""The first that a line has a stop of is its own; with none of them, no stop there was reached or tried."""
LEGEND: tuple[tuple[Mark, str, str], ...] = (
    ("hit", "✗", "a stop there showed something"),
    ("excluded", "■", "a stop was excluded by a lock or a stopped world, or cannot be swept"),
    ("clean", "✓", "clean"),
    ("unreached", "○", "not reached, or not tried"),
)
"""Mark, the sign that stands for it beside its colour, and what it means."""
SIGNS = {mark: sign for mark, sign, _ in LEGEND} | {"": ""}


@dataclass(frozen=True)
class Line:
    number: int
    text: str
    mark: Mark
    """Empty where nothing was swept: context."""
    stops: str
    """How many had each outcome: ``3 hit, 12 clean``."""


@dataclass(frozen=True)
class SweptFile:
    name: str
    marks: Counter[str]
    """How many of its lines have each mark."""
    parts: tuple[tuple[Line, ...], ...]
    """Lines that follow one another; without the source, each swept line by itself."""


@dataclass(frozen=True)
class Annotated:
    """What was swept of one target."""

    target: Target
    files: tuple[SweptFile, ...]
    missing: tuple[str, ...]
    """Files whose source is not at hand."""
    looked_in: tuple[str, ...]


def sources(campaigns: Sequence[Campaign]) -> list[Annotated]:
    """A target after the other; campaigns on one target are one."""
    targets: dict[tuple[str, str], list[Campaign]] = defaultdict(list)
    for one in campaigns:
        targets[one.result.target.executable, one.result.target.version].append(one)
    made = []
    for same in targets.values():
        lines = lines_of(pair for one in same for _, pair in one.swept)
        found = find(same[0].result.target, lines)
        missing = tuple(name for name in lines if name not in found.texts)
        made.append(
            Annotated(same[0].result.target, tuple(files(lines, found.texts)), missing, found.looked_in)
        )
    return made


def files(
    lines: Mapping[str, Mapping[int, Counter[str]]], texts: Mapping[str, Sequence[str]]
) -> list[SweptFile]:
    """Those with hits first, then by how many of their lines were swept."""
    made = [_file(name, swept, texts.get(name)) for name, swept in lines.items()]
    return sorted(made, key=lambda one: (-one.marks["hit"], -one.marks.total(), one.name))


def mark_of(outcomes: Counter[str]) -> Mark:
    """The gravest of what became of a line's stops."""
    return next((mark for mark, of in MARKS if any(outcomes[one] for one in of)), "unreached")


def _file(name: str, swept: Mapping[int, Counter[str]], text: Sequence[str] | None) -> SweptFile:
    marks = Counter[str](map(mark_of, swept.values()))
    if text is None:
        return SweptFile(name, marks, tuple((_line(number, "", swept),) for number in swept))
    shown = sorted(
        {
            near
            for number in swept
            for near in range(max(1, number - CONTEXT), min(len(text), number + CONTEXT) + 1)
        }
    )
    return SweptFile(
        name,
        marks,
        tuple(tuple(_line(number, text[number - 1], swept) for number in run) for run in _runs(shown)),
    )


def _line(number: int, text: str, swept: Mapping[int, Counter[str]]) -> Line:
    outcomes = swept.get(number)
    if outcomes is None:
        return Line(number, text.expandtabs(8), "", "")
    gravest = sorted(OUTCOMES, key=lambda one: one != HIT)
    stops = ", ".join(f"{outcomes[one]:,} {one}" for one in gravest if outcomes[one])
    return Line(number, text.expandtabs(8), mark_of(outcomes), stops)


def _runs(numbers: Iterable[int]) -> list[list[int]]:
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return runs
