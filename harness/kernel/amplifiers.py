"""Amplifiers: knobs that widen a race window and never change what is allowed.

Each is data: a name, its values (the first is the default) and what it widens. A scenario lists the ones it
understands; a trial draws one value of each from its seed and hands them to ``prepare`` as ``knobs``. A value that is
listed twice is drawn twice as often. What did not pay in calibration is not here: see docs/calibration.md.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from harness.kernel.event_types import AmplifierData

Setting = int | str
"""A value of an amplifier; all values of one are of one type."""


@dataclass(frozen=True)
class Amplifier:
    """One knob. ``values[0]`` is used where nothing is drawn."""

    name: str
    values: tuple[Setting, ...]
    widens: str
    minimum_version: tuple[int, int] = (3, 11)
    dead_from: tuple[int, int] | None = None
    """The first version on which it widens nothing."""
    idle_values: Mapping[Setting, str] = field(default_factory=dict)
    """Values that do nothing on this interpreter, and why."""

    @property
    def drawn(self) -> tuple[Setting, ...]:
        """The values that are drawn on this interpreter; empty where it widens nothing here."""
        if outside(self.minimum_version, self.dead_from):
            return ()
        left = tuple(value for value in self.values if value not in self.idle_values)
        return left if len(set(left)) > 1 or not self.idle_values else ()

    @property
    def idle(self) -> Iterator[tuple[str, str]]:
        """What of it is not drawn on this interpreter, with its value where that is not all of it; and why."""
        if reason := outside(self.minimum_version, self.dead_from):
            yield self.name, reason
            return
        for value, reason in self.idle_values.items():
            yield f"{self.name} {value}", reason

    def to_json(self) -> AmplifierData:
        """What is said of it where it does something."""
        return {"name": self.name, "values": list(self.drawn), "widens": self.widens}

    def plainer(self, value: Setting) -> list[Setting]:
        """Values that make a trial plainer than ``value`` does: lower numbers, or the value where nothing is drawn."""
        if isinstance(value, int):
            return sorted({v for v in self.values if isinstance(v, int) and v < value})
        return [] if value == self.values[0] else [self.values[0]]


def outside(minimum: tuple[int, int], dead_from: tuple[int, int] | None) -> str | None:
    """Why this interpreter is not between two versions, the second one excluded, or None."""
    if sys.version_info[:2] < minimum:
        return "needs Python {}.{}".format(*minimum)
    if dead_from and sys.version_info[:2] >= dead_from:
        return "tests nothing from Python {}.{} on".format(*dead_from)
    return None


class Knobs(SimpleNamespace):
    """A trial's settings, one attribute per amplifier of the scenario."""

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"the scenario reads knobs.{name}, but does not list an amplifier of that name")


def settings(amplifiers: tuple[Amplifier, ...], drawn: Mapping[str, Setting]) -> Knobs:
    """The knobs of a trial: what was drawn, and the default of everything else.

    Raises ValueError when ``drawn`` names a knob that is not declared.
    """
    unknown = set(drawn) - {amplifier.name for amplifier in amplifiers}
    if unknown:
        raise ValueError(f"the scenario has no amplifier named {', '.join(sorted(unknown))}")
    return Knobs(**{a.name: drawn.get(a.name, a.values[0]) for a in amplifiers})


readers = Amplifier(
    "readers",
    (2, 1),
    "how many threads play the reader: one leaves the writer fast, two meet it more often",
)
fan_out = Amplifier(
    "fan_out",
    (0, 30, 300),
    "subclasses with live versions: an invalidation walks them all before it clears the class's own version",
)
class_depth = Amplifier("class_depth", (1, 4), "classes between the one that is stored into and the one read")
dwell = Amplifier(
    "dwell",
    (0, 20),
    "reads a finalizer makes before it returns: it holds the window open in which it runs, which is the store that"
    " drops its value, and on main wherever the thread's queue is emptied",
)
lock_free = Amplifier(
    "lock_free",
    (1, 1, 0),
    "whether readers can take a fresh value without a lock (see sharing): otherwise they wait for a store to end",
)
rest = Amplifier(
    "rest",
    (100, 0),
    "turns a writer idles between two stores: a class that was not read twice since the last one has nothing cached",
)
names = Amplifier(
    "names",
    (6, 7, 12, 13, 24, 25, 48, 49),
    "names on the class, all of them read: its table grows with the 7th, the 13th, the 25th and the 49th",
    minimum_version=(3, 16),
)
