"""A trial of random programs: each, with a world of its own, is raced for its share of the trial's time."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from harness.kernel.events import EmitOfTrial
from harness.kernel.pairs.frozen import Raised
from harness.kernel.pairs.judge import NEVER, UNSEEN, Judge, Refusal
from harness.kernel.pairs.orders import (
    Orders,
    Outcome,
    Stopped,
    explored,
    interleavings,
    on_one_thread,
)
from harness.kernel.pairs.program import WORLD, Program, parse
from harness.kernel.pairs.race import IN_TURN, Racers
from harness.kernel.pairs.subject import Step, Subject, sequences
from harness.kernel.pairs.trial import Hung, PairTrial
from harness.kernel.pairs.world import World

if TYPE_CHECKING:
    from harness.kernel.spec_types import TrialSpec

MOST_ORDERS = 70
"""A program of more is not held against what they give: to try them would take longer than to race it."""


class ProgramTrial(PairTrial):
    """Runs one trial of programs, as one of pairs."""

    whose = IN_TURN

    def __init__(self, spec: TrialSpec, emit: EmitOfTrial) -> None:
        super().__init__(spec, emit)
        self.program: Program
        self.of = spec["file"]

    def _pair(self, pair: str, seconds: float, racers: dict[int, Racers]) -> None:
        self.emit({"event": "pair_begin", "pair": pair})
        before = self.count.rounds
        self.program = parse(pair)
        self.subject = world = World(self.program, self.of)
        threads = sequences(world.declared, pair.partition(WORLD)[0])
        if len(threads) not in racers:
            racers[len(threads)] = Racers(len(threads))
        judge, met = self._race(pair, pair, threads, 0, seconds, racers[len(threads)])
        self._look_at_the_process(pair)
        self._ended(pair, self.count.rounds - before, met, judge)

    def _judge_of(self, pair: str, threads: list[list[Step]], size: int, racers: Racers) -> Judge:
        """Raises Hung where the program waits for ever with nothing beside it: the rest is for another child."""
        counts = [len(thread) for thread in threads]
        few = self.program.orders() <= MOST_ORDERS
        one_by_one = [number for number, count in enumerate(counts) for _ in range(count)]
        some = interleavings(counts) if few else [one_by_one]
        try:
            orders = on_one_thread(racers, self.subject, size, threads, some, self.whose)
        except Stopped:
            self._ended(pair)
            raise Hung from None
        if few:
            return _OfFew(self.subject, size, threads, orders, racers)
        return _OfMany(self.subject, size, threads, orders)

    def _ended(self, pair: str, rounds: int = 0, overlapped: int = 0, judge: Judge | None = None) -> None:
        self.emit(
            {
                "event": "pair_end",
                "pair": pair,
                "rounds": rounds,
                "overlapped": overlapped,
                "outcomes": len(judge.seen) if judge else 0,
                "promise": judge.promise if judge else "",
            }
        )


class _OfFew(Judge):
    """Of a program whose orders are tried on one thread first, and as those of a pair only where that does not explain
    what is seen.
    """

    def __init__(
        self, subject: Subject, size: int, steps: list[list[Step]], orders: Orders, racers: Racers
    ) -> None:
        super().__init__(subject, size, steps, orders)
        self.of_threads = partial(explored, racers, subject, size, steps, IN_TURN)
        self.size = size
        self.thorough: Judge | None = None

    def refusal_of(self, given: Sequence[Sequence[Any]], outcome: Outcome, wrong: str) -> Refusal | None:
        self.seen.add(outcome)
        if not wrong and outcome in self.allowed:
            return None
        if self.thorough is None:
            try:
                self.thorough = Judge(self.subject, self.size, self.steps, self.of_threads())
            except Stopped:
                raise Hung from None
        return self.thorough.refusal_of(given, outcome, wrong)


class _OfMany(Judge):
    """Of a program whose orders are too many to be tried: which exceptions and values some order gives nobody knows.
    What is asked is what no order may give.
    """

    def refusal_of(self, given: Sequence[Sequence[Any]], outcome: Outcome, wrong: str) -> Refusal | None:
        self.seen.add(outcome)
        if wrong and not wrong.startswith(UNSEEN):
            return Refusal("violation", "structure", wrong)
        for steps, results in zip(self.steps, given, strict=True):
            for one, result in zip(steps, results, strict=True):
                if type(result) is Raised and result.name in NEVER:
                    message = f"{one.name} raised {result.name}: {result.text}; no operation may"
                    return Refusal("exception", "process", message, result.name)
        return None


def run_programs(spec: TrialSpec, emit: EmitOfTrial) -> None:
    """Run the programs that ``spec`` names in this process. Raises ScenarioError where one cannot be made."""
    ProgramTrial(spec, emit).run()
