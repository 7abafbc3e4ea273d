"""Whether racing leaves references behind: a debug build counts all that there are (``sys.gettotalrefcount``).

CPython's own tests look for leaks so (``Lib/test/libregrtest/refleak.py``): the same test again and again, on one
thread, and each time the total has grown. Here the same is asked of a race. Rows come in blocks. In each block the same
rounds are raced once, and done once in either order, one thread after the other; which of the three is first is drawn.
After each of them nothing of the rows is held any more, all threads have run on, garbage is collected twice and
CPython's internal caches are emptied; then the total is read. What changes it besides, interned strings, shared keys, a
module imported at first use, a cache that fills up, comes in any of the three as likely as in another.

A leak is where both of these are refuted (``Bet``), each wrongly with a chance of ``FALSE_ALARM`` at most:

* "of the blocks in which one of the three grew more than both others, it is the race in one third at most", and
* "of the blocks that ended with another total than they began with, it is a higher one in one half at most".

The first is exact where it makes no difference whether threads race: the order of the three is drawn. It holds no less
where an operation leaves something behind on one thread: each of the three does. The second is there for what a race
leaves behind for a while only, a thread that is about to end, a finalizer that is due: it comes in one block and goes
in another, and the total rises as often as it falls. How much is left behind nobody asks. A cache would be taken for a
leak where races alone fill it, some forty blocks long, and each of these by one reference or more.

What does not matter: references that a thread counts for itself (to types and code, from 3.14 on) are in the total as
others are, and who ends hands his share over (``Objects/object.c``, ``Python/pystate.c``). Deferred references,
immortal objects and free lists are not in it. An object to which two threads held references is settled by its owner,
which runs on. Before 3.14 a class never dies once a second thread was started: how many a race makes says nothing
there, and nothing is asked.
"""

from __future__ import annotations

import gc
import random
import sys
import time
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from harness.kernel.pairs.evidence import Bet
from harness.kernel.pairs.race import Play, Racers, Row, run_on
from harness.kernel.slow import TIMES

SINCE = 3, 14
COUNTS = hasattr(sys, "gettotalrefcount") and sys.version_info >= SINCE
"""Whether totals are asked in this interpreter."""
FALSE_ALARM = 1e-12
"""The chance that what is asked is taken for a leak wrongly, each time. A campaign of a day asks less than a million
times: of a million such days one has a false alarm."""
ASKED_S = 0.15 * TIMES
"""What it takes to ask where nothing is wrong: as many seconds as ``FEWEST`` blocks have, on a debug build of main."""
SHARE = 0.5
"""Of the time in which a pair is raced, what is spent on asking, as a mean: what is raced for a moment is asked of now
and then only."""
FEWEST = 3
"""Blocks, of which the first is not counted: caches fill up in it."""
LONGEST_S = 25.0
"""For what a trial spends on asking, all together, while something looks like a leak: who watches it waits 40 s beyond
its budget before he calls it a hang."""
SUSPICION = 1e-3
"""As ``FALSE_ALARM``, where it is known already that something leaks, and not yet which of many pairs."""
ORDERS = (0, 1), (1, 0)
"""Of the two threads: what a row is done in where it is not raced."""
ARMS = (None, *ORDERS)
"""None: raced."""

FIRST, MOST = 32, 4096
"""Rounds of the first block, and of any; the others have as many as take ``BLOCK_S`` for each of the three: about
as long as it takes to have a total."""
BLOCK_S = 0.01

Rows = Callable[[int], Sequence[Row]]
"""What is raced in a block of so many rounds. It comes as other rows of the same each time (``Row.again``)."""


@dataclass(frozen=True)
class Leak:
    """Racing leaves references behind."""

    blocks: int
    """That were counted."""
    most: int
    """Those of them in which the race left more than either order."""
    raced: int
    """By how many references the total grew in all races,"""
    in_order: int
    """and with one thread after the other, in the worse of the two orders, block by block."""
    rounds: int
    """That were raced, and done in either order."""

    def told(self, pair: str) -> str:
        """A sentence."""
        return (
            f"racing {pair} leaves references behind, with nothing held and garbage collected: {self.raced} after"
            f" {self.rounds} raced rounds, {self.in_order} after as many with one thread after the other; the race left"
            f" most in {self.most} of {self.blocks} blocks"
        )


class Totals:
    """Reads totals between the rows of two threads.

    ``wait(row, threads)`` returns when so many threads are through with a row; ``settle()`` is called between two, and
    lets nothing of the trial's own pile up.
    """

    def __init__(
        self,
        racers: Racers,
        fresh: Callable[[int], Any],
        wait: Callable[[Row, int], None],
        settle: Callable[[], None],
        draw: random.Random,
        until: float,
    ) -> None:
        """``until``: of the monotonic clock, when nothing that looks like a leak is gone on with any more."""
        self.racers, self.fresh, self.wait, self.settle = racers, fresh, wait, settle
        self.draw, self.until = draw, until
        self.blocks = self.rounds = 0
        """All together."""

    def leak(
        self, rows: Rows, size: int, plays: Sequence[Play], false_alarm: float = FALSE_ALARM
    ) -> Leak | None:
        """What racing such rows leaves behind; None where it is not shown that it leaves anything."""
        length = FIRST
        most, grows = Bet(1 / len(ARMS)), Bet(1 / 2)
        raced = in_order = rounds = blocks = times = 0
        # They hold no references, whatever is written into them: between two totals nothing of this frame may change.
        totals, took = array("q", [0] * (len(ARMS) + 1)), array("d", [0.0])
        while True:
            block, arms, took[0] = rows(length), self.draw.sample(ARMS, len(ARMS)), 0.0
            for number in range(len(totals)):
                if number:
                    took[0] += self._all(block, size, plays, arms[number - 1])
                totals[number] = self._total()
            grown = {arm: totals[number] - totals[number - 1] for number, arm in enumerate(arms, 1)}
            blocks, self.blocks = blocks + 1, self.blocks + 1
            self.rounds += sum(row.length for row in block)
            length = max(FIRST // 2, min(MOST, int(length * BLOCK_S * len(ARMS) / max(took[0], 1e-6))))
            if blocks > 1:
                race, *controls = (grown[arm] for arm in ARMS)
                raced, in_order, times = (
                    raced + race,
                    in_order + max(controls),
                    times + (race > max(controls)),
                )
                rounds += sum(row.length for row in block)
                _bet(most, race, controls, false_alarm)
                if (change := totals[-1] - totals[0]) and grows.won * false_alarm < 1:
                    grows.add(change > 0)
            won = min(most.won, grows.won)
            if won * false_alarm >= 1:
                return Leak(blocks - 1, times, raced, in_order, rounds)
            if blocks >= FEWEST and (won <= 1 or time.monotonic() >= self.until):
                return None

    def _all(
        self, block: Sequence[Row], size: int, plays: Sequence[Play], arm: tuple[int, ...] | None
    ) -> float:
        """The seconds that all rows of a block took, with nothing left of them."""
        began = time.monotonic()
        for row in block:
            self._go(row.again(), size, plays, arm)
        return time.monotonic() - began

    def _go(self, row: Row, size: int, plays: Sequence[Play], arm: tuple[int, ...] | None) -> None:
        """Race a row, or do it in an order. The objects are made beforehand, by each thread in turn, in either case."""
        for index in range(row.threads):
            self.racers.call(index, partial(row.make, index, self.fresh, size))
        self.wait(row, row.threads)
        if arm is None:
            self.racers.race(row, plays, self.fresh, size)
            self.wait(row, row.threads)
        else:
            row.open()
            for index in arm:
                self.racers.play(row, index, plays[index])
                self.wait(row, 1)
        del row
        self.settle()

    def _total(self) -> int:
        """The references that there are, with nothing left of what was raced."""
        for _ in range(2):
            self.racers.rest()
            run_on()
            gc.collect()  # last: what waits in the threads' queues of delayed frees goes with it
        sys._clear_internal_caches()  # type: ignore[attr-defined]  # from 3.13 on
        total: int = sys.gettotalrefcount()
        return total


def is_due(seconds: float, draw: random.Random) -> bool:
    """Whether to ask of what was raced for so many seconds."""
    return COUNTS and draw.random() * ASKED_S < seconds * SHARE


def _bet(most: Bet, race: int, controls: Sequence[int], false_alarm: float) -> None:
    """Where one of the three grew more than both others: whether it is the race."""
    first, second = sorted((race, *controls), reverse=True)[:2]
    if first > second and most.won * false_alarm < 1:
        most.add(race == first)
