"""What a sweep has looked at, pair by pair: the data of a journal's ``swept`` events."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import cast

from harness.kernel.event_types import StopData, Swept
from harness.record.events import PairData, WindowData

CLEAN, HIT = "clean", "hit"
LOCK, SEQUENCE, HELD, WORLD, WAITED = "lock", "sequence lock", "held world", "stopped world", "waited"
MISSED, NOT_TRIED = "not reached", "not tried"
OUTCOMES = (CLEAN, HIT, LOCK, SEQUENCE, HELD, WORLD, WAITED, MISSED, NOT_TRIED)
"""Of a stop. ``lock``, ``sequence lock`` and ``held world``: excluded, for B waited there until A had gone on, which
had the lock or had stopped the world. ``stopped world``: B stops the world, which waits for A, so that this cannot be
swept. ``waited``: B did neither finish nor sleep until A had gone on. ``not reached``: A's path was another one this
time."""

OFF, NOW, BEFORE = "off", "now", "before"
"""When the bytecode of a swept operation is specialised (3.14 and later; ``off``: never, ``-X tlbc=0``)."""


Variant = tuple[str, str, int, bool, str, int | None, str]
"""What tells one job from another: A's operation, B's, how often B did it, warm, specialized; of a subject the object's
size, and who made it."""


def variant_of(sweep: StopData | Swept) -> Variant:
    """Of a finding's ``details["sweep"]``, or of what became of a job. An older journal says nothing of the
    specializer.
    """
    return (
        sweep["a"],
        sweep["b"],
        sweep["turns"],
        sweep["warm"],
        sweep.get("specialized", OFF),
        sweep.get("size"),
        sweep.get("made_by", "A"),
    )


@dataclass(frozen=True)
class Window:
    """Points that follow one another at which the oracle, or the process, showed something."""

    symptom: str
    """Kind, oracle and operation, joined by `` | ``."""
    points: int
    places: tuple[str, ...]
    """Where the window begins, the innermost function first: ``function (file:line)``."""
    end: tuple[str, ...]
    """Where its last point is."""
    function: str = ""
    """The innermost function that the stopped thread is in from one end to the other; empty in older journals."""
    accesses: tuple[str, ...] = ()
    """The two between which the other thread must come, each as the functions that lead to it from ``function`` on."""

    @property
    def name(self) -> str:
        """What makes two windows the same, in words, without line numbers; empty where these do not tell one from
        another: two accesses in one function, that the compiler has left no name between.
        """
        if len(set(self.accesses)) != 2:
            return ""
        first, then = self.accesses
        return f"{self.function or 'the interpreter loop'}: between {first} and {then}"


def _symptom(data: WindowData) -> str:
    return data["symptom"] if "symptom" in data else cast(dict[str, str], data)["cause"]  # in older journals


PLACE = re.compile(r"(?P<function>.*) \([^()]*:[0-9]+\)")


def access(below: Sequence[str], places: Sequence[str]) -> str:
    """How an access is reached: what was called, the outermost first, then what the compiler inlined there, without
    line numbers. ``places`` are those of its instruction, the innermost first.
    """
    steps = [*below, *(match["function"] for match in map(PLACE.fullmatch, reversed(places)) if match)]
    kept = [step for step, before in zip(steps, ["", *steps], strict=False) if step != before]
    return " > ".join(kept)


@dataclass(frozen=True)
class PairCoverage:
    """One ordered pair of operations, in one variant."""

    a: str
    """The operation that was stopped."""
    b: str
    """The one that ran meanwhile."""
    turns: int
    """How often it ran at each stop."""
    warm: bool
    """Whether the caches were left filled between two stops, or emptied."""
    bound: int
    instructions: int
    """Of the chosen functions that A executed; 0 where they could not be listed."""
    points: int
    """Stops that were planned: instructions after which nothing outside A's own stack was touched are merged."""
    outcomes: dict[str, int] = field(default_factory=dict)
    """How many stops had each of ``OUTCOMES``; those without any are left out."""
    lines: dict[str, dict[str, dict[str, int]]] = field(default_factory=dict)
    """By file and line of the source: how many stops there had each outcome."""
    holders: tuple[tuple[str, str, str, int], ...] = ()
    """Of what was excluded: by what, A's function, what B waited in, and how many points."""
    windows: tuple[Window, ...] = ()
    reason: str | None = None
    """Why it was not swept to the end."""
    specialized: str = OFF
    """``now``: in the turn that is swept; ``before``: in turns before it."""
    seconds: float = 0.0
    """Spent on its stops, listing left out."""
    size: int | None = None
    """Of a subject: of its object; ``made_by``: by which of the two threads that is made."""
    made_by: str = "A"
    gap: int = 0
    """Of points that follow one another, the most at none of which A was stopped: a longer window was met."""
    traced: str = ""
    """Why a tracer took its stops; empty where the threads stopped within themselves, or both were stopped."""
    meetings: int = 0
    """With two stops: a store and a load of the same bytes, in one order each, that are possible; ``met``: those of
    them that both threads were stopped at."""
    met: int = 0
    repeated: int = 0
    """Stops that were made again, by a tracer; ``alike``: those that came to the same instruction, occurrence, calls
    and outcome."""
    alike: int = 0

    @classmethod
    def from_json(cls, data: PairData) -> PairCoverage:
        return cls(
            a=data["a"],
            b=data["b"],
            turns=data["turns"],
            warm=data["warm"],
            bound=data["bound"],
            instructions=data["instructions"],
            points=data["points"],
            outcomes=data.get("outcomes", {}),
            lines=data.get("lines", {}),
            holders=tuple(
                (how, function, waits, points) for how, function, waits, points in data.get("holders", ())
            ),
            windows=tuple(
                Window(
                    _symptom(one),
                    one["points"],
                    tuple(one["places"]),
                    tuple(one["end"]),
                    one.get("function", ""),
                    tuple(one.get("accesses", ())),
                )
                for one in data.get("windows", ())
            ),
            reason=data.get("reason"),
            specialized=data.get("specialized", OFF),
            seconds=data.get("seconds", 0.0),
            size=data.get("size"),
            made_by=data.get("made_by", "A"),
            gap=data.get("gap", 0),
            traced=data.get("traced", ""),
            meetings=data.get("meetings", 0),
            met=data.get("met", 0),
            repeated=data.get("repeated", 0),
            alike=data.get("alike", 0),
        )

    def to_json(self) -> PairData:
        return cast(PairData, asdict(self))

    @property
    def variant(self) -> Variant:
        return self.a, self.b, self.turns, self.warm, self.specialized, self.size, self.made_by

    def count(self, *outcomes: str) -> int:
        """How many stops had one of ``outcomes``."""
        return sum(self.outcomes.get(one, 0) for one in outcomes)

    @property
    def reached(self) -> int:
        """Stops at which A stood still at its point, and B began."""
        return self.count(CLEAN, HIT, LOCK, SEQUENCE, HELD, WORLD, WAITED)


def total(pairs: list[PairCoverage]) -> Counter[str]:
    """Outcomes of all pairs together, with ``points`` and ``instructions``."""
    found: Counter[str] = Counter()
    for pair in pairs:
        found.update(pair.outcomes)
        found["points"] += pair.points
        found["instructions"] += pair.instructions
    return found
