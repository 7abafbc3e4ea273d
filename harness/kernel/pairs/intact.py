"""Whether the process is still as it was: what one pair breaks of it, every later pair of the child tells of.

An object that the whole process shares (a string of one letter, a number, an empty tuple) can be written over, and a
heap be torn; then what an operation gives is wrong whatever runs beside it. So each operation is done alone on an
object of its own before anything is raced, and again when there is a doubt: with all threads at rest it must give the
same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter

from harness.kernel.events import describe
from harness.kernel.pairs.frozen import Raised
from harness.kernel.pairs.orders import Outcome, Stopped, frozen_outcome
from harness.kernel.pairs.race import LETTERS, Racers
from harness.kernel.pairs.subject import PROCESS, Step, Subject
from harness.kernel.slow import TIMES

SLOW_S = 0.002
"""What takes longer is not asked: a pair has a tenth of a second."""
TURNS = 3
"""In each of as many it must give something else: what once comes out otherwise was disturbed, not broken."""
WAIT_S = 5.0 * TIMES

Asked = tuple[str, int]
"""An operation's name, and the size of its object."""


@dataclass(frozen=True)
class Broken:
    """That the process is not as it was."""

    operation: str
    """One that tells."""
    size: int
    """Of its object."""
    message: str


class Intact:
    """What each operation of a subject gave alone in a fresh process. What differs there already is not asked, nor is
    what promises no more than that the process goes on.
    """

    def __init__(self, subject: Subject, declared: Mapping[str, Step], racers: Racers) -> None:
        self.subject = subject
        self.racers = racers
        self.steps = {
            (name, size): one
            for name, one in declared.items()
            if one.promise != PROCESS
            for size in subject.sizes[-1:]
        }
        self.before: dict[Asked, Outcome] = self._all()
        again = self._all()
        self.before = {asked: outcome for asked, outcome in again.items() if self.before[asked] == outcome}

    def broken(self) -> Broken | None:
        """An operation that gives something else now; None where all is as it was. No thread may be at it."""
        now = self._all()
        changed = self._changed(now)
        for _ in range(TURNS if changed else 0):
            changed &= self._changed(self._all())
        if not changed:
            return None
        name, size = min(changed)
        is_now, was = (describe(one, 200) for one in (now[name, size], self.before[name, size]))
        return Broken(name, size, f"{name} alone gives {is_now}, and gave {was} before anything was raced")

    def _changed(self, now: Mapping[Asked, Outcome]) -> set[Asked]:
        return {asked for asked, outcome in now.items() if outcome != self.before[asked]}

    def _all(self) -> dict[Asked, Outcome]:
        """What each of those that are asked gives: on a thread of its own, as in the orders of a pair."""
        given: dict[Asked, Outcome] = {}
        asked = list(getattr(self, "before", self.steps))

        def work() -> None:
            for name, size in asked:
                o = self.subject.fresh(size)
                began = perf_counter()
                try:
                    result = self.steps[name, size].result(o, LETTERS[0] + "1")
                except BaseException as error:  # noqa: BLE001  # it is what the operation gives
                    result = Raised(error)
                if perf_counter() - began < SLOW_S:
                    given[name, size] = frozen_outcome(self.subject, o, [[result]])

        self.racers.call(0, work)
        if not self.racers.parked.acquire(timeout=WAIT_S):
            raise Stopped
        self.racers.raised.clear()  # fresh's own: a subject that cannot be made is told where it is raced
        return given
