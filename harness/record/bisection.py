"""What a search for a commit records, one event a line, in a journal of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal

Line = Mapping[str, Any]
"""One of them as JSON: what is in it, the classes below say."""
SCHEMA = 1
Verdict = Literal["shows", "does not show", "skipped"]


@dataclass(frozen=True)
class Program:
    """A program that shows what is looked for: exit status 1, and a line that begins with ``must_say``."""

    text: str
    must_say: str


@dataclass(frozen=True)
class Begun:
    """What was asked, and what was found of it in the clone."""

    event: ClassVar[str] = "bisect"
    finding: str
    repository: str
    good: str
    bad: str
    fixed: bool
    confidence: float
    """Of the answer; each commit is looked at for as long as that takes."""
    older: str
    newer: str
    """The ends, as whole ids: of ``good`` and ``bad``, or of where they parted, in place of the earlier one."""
    parted: bool
    version: str
    debug: bool
    programs: tuple[Program, ...]
    """To be tried in this order: the first that shows it is used."""
    campaign: str = ""
    """The directory with the campaign that saw the finding; empty where it is none of a campaign's."""
    signature: str = ""
    """Of that finding."""
    schema: int = SCHEMA

    @property
    def command(self) -> list[str]:
        """The words after ``ftstress`` with which it was begun, but for those that say where its journal is."""
        ends = ["--good", self.good, "--bad", self.bad, *["--fixed"] * self.fixed]
        return ["bisect", self.finding, "--repo", self.repository, *ends, f"--confidence={self.confidence:g}"]

    @classmethod
    def from_event(cls, event: Line) -> Begun:
        programs = tuple(Program(**one) for one in event["programs"])
        return cls(**{**_own(event), "programs": programs})


@dataclass(frozen=True)
class Rated:
    """How often one of the programs showed it at the bad end."""

    event: ClassVar[str] = "rate"
    commit: str
    program: int
    hits: int
    runs: int
    limit_s: float
    """Of a run."""
    mean_s: float
    """That a run took."""
    built_s: float


@dataclass(frozen=True)
class Judged:
    """What was seen of a commit."""

    event: ClassVar[str] = "judged"
    commit: str
    verdict: Verdict
    reason: str
    """Why it was skipped; else empty."""
    built_s: float
    runs: int
    looked_s: float


@dataclass(frozen=True)
class Answered:
    """The commits of which one is the answer, newest first; it is found where there is one."""

    event: ClassVar[str] = "answer"
    left: tuple[str, ...]

    @classmethod
    def from_event(cls, event: Line) -> Answered:
        return cls(tuple(event["left"]))


Recorded = Begun | Rated | Judged | Answered


def to_event(what: Recorded) -> Line:
    """As it is written into the journal."""
    return {"event": what.event, **asdict(what)}


@dataclass(frozen=True)
class Past:
    """What a journal holds. Raises KeyError and TypeError for one that somebody has changed."""

    begun: Begun | None
    rated: Rated | None
    judged: tuple[Judged, ...]
    answered: Answered | None

    @classmethod
    def of(cls, events: Iterable[Line]) -> Past:
        begun, rated, answered = None, None, None
        judged: list[Judged] = []
        for event in events:
            match event.get("event"):
                case Begun.event:
                    begun = Begun.from_event(event)
                case Rated.event:
                    rated = Rated(**_own(event))
                case Judged.event:
                    judged.append(Judged(**_own(event)))
                case Answered.event:
                    answered = Answered.from_event(event)
        return cls(begun, rated, tuple(judged), answered)


def _own(event: Line) -> Line:
    return {name: value for name, value in event.items() if name != "event"}
