"""The scenario that the other tools run: that of ``type_attributes.read_by_subclass``, in plain Python.

One writer stores fresh counted values into a class; readers compare what its dict holds with what its subclass
gives, in both orders, by the order rule: of two reads the second is never older. A class gets 1,000 versions in its
life and is not cached after that, so each race has a class of its own and ends after 900 stores. What the harness
adds beyond that (amplifiers, compiled loops, counted overlap) is left out: the other tools are taken as they come.

It runs inside the target: standard library only.
"""

from __future__ import annotations

import os
from typing import Any

STORES = 900
THREADS = max(2, min(4, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 4))
"""One writer, the rest readers: one thread a core. With more, racecheck's spinning barrier and readers that wait for
the writer's lock take the cores from those they wait for, and races become ten times as rare (tried on two cores)."""


class Value:
    """What one store stored: a fresh object, so that no two stores are alike and none is immortal."""

    __slots__ = ("count",)

    def __init__(self, count: int) -> None:
        self.count = count

    def __repr__(self) -> str:
        return f"#{self.count}"


class Race:
    """A fresh class and its subclass, for one writer and any number of readers."""

    def __init__(self) -> None:
        self.base: Any = type("C", (), {"x": Value(0)})
        self.sub: Any = type("D", (self.base,), {})
        self.done = False

    def write(self) -> None:
        """Store until the class has spent its versions; the readers end with it."""
        base = self.base
        try:
            for count in range(1, STORES + 1):
                base.x = Value(count)
        finally:
            self.done = True

    def read(self) -> None:
        """Read until the writer is done. Raises AssertionError when the second of two reads is older."""
        sub = self.sub
        stored = vars(self.base)
        while not self.done:
            earlier, later = stored["x"], sub.x
            assert earlier.count <= later.count, f"__dict__ gave {earlier!r}, getattr after it {later!r}"
            earlier, later = sub.x, stored["x"]
            assert earlier.count <= later.count, f"getattr gave {earlier!r}, __dict__ after it {later!r}"

    def agrees(self) -> bool:
        """At rest, the subclass gives what the dict of the class holds."""
        gives: object = self.sub.x
        return vars(self.base)["x"] is gives
