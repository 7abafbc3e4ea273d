"""What a round may give: what some order of its operations gives, each tried beforehand on the same interpreter.

Violat's way (Emmi and Enea, "Monitoring Weak Consistency", CAV 2018), for complete orders only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from harness.kernel.pairs.frozen import RAISED, Freezer, Raised, strings
from harness.kernel.pairs.race import DIGITS, LETTERS, Racers
from harness.kernel.pairs.subject import Step, Subject
from harness.kernel.scenario import ScenarioError
from harness.kernel.slow import TIMES

TURNS = 2
"""Each order is tried as often: where it gives different things, it says nothing about a round."""
WAIT_S = 5.0 * TIMES
"""For one operation, when nothing else runs: then it waits for what only another thread does."""

Outcome = tuple[Any, ...]
"""What each thread's operations gave, a tuple a thread, then what was left; all of it frozen."""


class Stopped(Exception):
    """An operation did not come back, though nothing ran beside it."""


@dataclass
class Orders:
    """What the orders of a pair's operations give."""

    outcomes: dict[Outcome, str] = field(default_factory=dict)
    """With the order that gives it, as "a b a"."""
    varied: str = ""
    """The order that gave different things, where one did: then outcomes judge nothing."""
    raised: list[list[set[str]]] = field(default_factory=list)
    """Per thread and operation: what it raised in some order."""
    strings: set[str] = field(default_factory=set)
    """What was seen in some order."""


@dataclass
class _Try:
    """One order, on an object of its own."""

    order: list[int]
    """Whose operation comes next, each time."""
    turn: int
    whose: str = LETTERS
    o: Any = None
    given: list[list[Any]] = field(default_factory=list)

    def make(self, fresh: Callable[[int], Any], size: int) -> None:
        self.o = fresh(size)

    def go_on(self, thread: int, steps: Sequence[Sequence[Step]]) -> None:
        """Do the thread's next operation."""
        results = self.given[thread]
        number = len(results)
        try:
            results.append(steps[thread][number].result(self.o, self.whose[thread] + DIGITS[number + 1]))
        except BaseException as error:  # noqa: BLE001  # it is what the operation gives
            results.append(Raised(error))

    def __str__(self) -> str:
        return " ".join(LETTERS[index] for index in self.order)


def explored(
    racers: Racers, subject: Subject, size: int, steps: Sequence[Sequence[Step]], whose: str = LETTERS
) -> Orders:
    """Try all orders of the operations of all threads, each operation on its own thread while the others rest.

    The values of each begin with its letter in ``whose``.

    Raises Stopped when an operation does not come back.
    """
    threads = range(len(steps))
    tries = [
        _Try(order, turn, whose, given=[[] for _ in threads])
        for order in interleavings([len(thread) for thread in steps])
        for turn in range(TURNS)
    ]
    for thread in threads:
        mine = [one for one in tries if one.turn % len(threads) == thread]
        _all(racers, thread, [partial(one.make, subject.fresh, size) for one in mine])
    # All orders go on together, an operation each time: the threads are woken less often.
    for number in range(sum(len(thread) for thread in steps)):
        for thread in threads:
            mine = [one for one in tries if one.order[number] == thread]
            _all(racers, thread, [partial(one.go_on, thread, steps) for one in mine])
    return _seen(subject, tries, steps)


def on_one_thread(
    racers: Racers,
    subject: Subject,
    size: int,
    steps: Sequence[Sequence[Step]],
    orders: Iterable[list[int]],
    whose: str = LETTERS,
) -> Orders:
    """Try some orders, all on one thread: sooner than ``explored``, but what depends on whose an object is may differ.

    Raises Stopped when an operation does not come back.
    """
    tries = [_Try(order, 0, whose, given=[[] for _ in steps]) for order in orders]

    def whole(one: _Try) -> None:
        one.make(subject.fresh, size)
        for thread in one.order:
            one.go_on(thread, steps)

    _all(racers, 0, [partial(whole, one) for one in tries])
    return _seen(subject, tries, steps)


def _all(racers: Racers, thread: int, calls: Sequence[Callable[[], None]]) -> None:
    def work() -> None:
        for call in calls:
            call()

    if calls:
        racers.call(thread, work)
        if not racers.parked.acquire(timeout=WAIT_S):
            raise Stopped
        if racers.raised:
            raise ScenarioError(f"fresh raised {racers.raised.pop()}, though nothing ran beside it")


def _seen(subject: Subject, tries: Sequence[_Try], steps: Sequence[Sequence[Step]]) -> Orders:
    found = Orders(raised=[[set() for _ in thread] for thread in steps])
    first: dict[str, Outcome] = {}
    for one in tries:
        outcome = frozen_outcome(subject, one.o, one.given)
        if first.setdefault(str(one), outcome) != outcome:
            found.varied = str(one)
        found.outcomes.setdefault(outcome, str(one))
        *given, left = outcome
        for results in (*given, (left,)):
            found.strings.update(text for result in results for text in strings(result))
        for thread, results in enumerate(one.given):
            for number, result in enumerate(results):
                if type(result) is Raised:
                    found.raised[thread][number].add(result.name)
    return found


def interleavings(counts: Sequence[int]) -> Iterator[list[int]]:
    """All orders in which threads can do that many operations each, as lists of their indices."""
    if not any(counts):
        yield []
        return
    for index, count in enumerate(counts):
        if count:
            for rest in interleavings([*counts[:index], count - 1, *counts[index + 1 :]]):
                yield [index, *rest]


def of_a_fresh_one(subject: Subject, size: int) -> set[str]:
    """The strings of an object that nothing was done to: they may be what is left where an operation raises."""
    return set(strings(frozen_outcome(subject, subject.fresh(size), [])[-1]))


def frozen_outcome(subject: Subject, o: Any, given: Sequence[Sequence[Any]]) -> Outcome:
    """What the threads' operations gave, and what they left."""
    freezer = Freezer(o)
    try:
        shown = [tuple([freezer.freeze(result) for result in results]) for results in given]
    except Exception as error:  # noqa: BLE001  # it asks Python code, or others have changed it since
        shown = [((RAISED, type(error).__name__),) * len(results) for results in given]
    try:
        left = freezer.freeze(subject.left(o))
    except Exception as error:  # noqa: BLE001  # that it cannot be looked at any more is an outcome
        left = (RAISED, type(error).__name__)
    return (*shown, left)
