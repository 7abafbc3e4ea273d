"""The sweep's side inside the target: the operations of a scenario, done by two threads as ``gates`` says.

Each thread does its actor's cycle of operations; the swept one of them comes straight from a gate.
"""

from __future__ import annotations

import mmap
import sys
import time
from types import FunctionType
from typing import TYPE_CHECKING, Any

from harness.kernel.amplifiers import settings
from harness.kernel.compiler import compile_operation, oracle_of
from harness.kernel.delayed import HAS_QUEUE, FullQueue
from harness.kernel.events import Emit, describe
from harness.kernel.findings import Recorder, describe_text
from harness.kernel.gates import TwoThreads
from harness.kernel.history import by_register
from harness.kernel.levers import amplifiers_of
from harness.kernel.linearizability import Contradiction, decide
from harness.kernel.loader import find_scenario
from harness.kernel.oracles import Memory
from harness.kernel.page import (
    B_NEXT,
    B_RESTS,
    DO_A,
    DO_B,
    FRESH,
    INSIDE_A,
    INSIDE_B,
    NEW_CODE,
    NEXT,
    NUMBER,
    PAIR,
    QUIET,
    REST,
    SPENT,
    SWEPT,
    TELL,
    TURNS,
    WARM,
    WRONG_A,
    WRONG_B,
)
from harness.kernel.recording import logs_in
from harness.kernel.rounds import roles
from harness.kernel.scenario import Operation, Scenario, actor_threads, operations

if TYPE_CHECKING:
    from harness.kernel.event_types import Details, OperationData
    from harness.kernel.spec_types import SweepSpec

NOT_TIMED = {"rest": 0, "dwell": 0}
"""Amplifiers that only shift times: what they idle would be swept, and tells nothing."""
PRIMING_TURNS = 2
"""Turns of a thread that only reads, before the swept one, where caches are meant to be warm (see ``prime``)."""
WARMING_TURNS = 24
"""Of a thread that stores, where it is to be specialised: it goes on with the bytecode that it has, and attempts that
fail are made again after twice as many turns each time. Fewer where a round has not as many stores: its scenario may
have made ready for no more.
"""


class Side:
    """One of the two threads, with the operation that is swept and those that its actor does around it."""

    def __init__(self, sweep: Sweep, page: mmap.mmap, name: str, swept: Operation, me: int) -> None:
        self.sweep = sweep
        self.page = page
        self.name = name
        self.inside = INSIDE_A if name == "A" else INSIDE_B
        self.me = me
        self.cycle = [d for d in operations(sweep.scenario) if d.actor == swept.actor]
        self.index = self.cycle.index(swept)
        self.per_turn = sum(declared.stores for declared in self.cycle)
        self.stores = bool(self.per_turn)
        self.bound = [compile_operation(sweep.scenario, declared) for declared in self.cycle]
        self.oracles = [oracle_of(sweep.scenario, declared) for declared in self.cycle]
        self.kept: list[tuple[Operation, Any, BaseException | None]] = []
        """What is told only when nothing is held by the other thread."""
        self.steps: list[tuple[str, str]] = []
        self.last: list[Any] = []
        """Of B: what each operation saw last, alive until it sees something else. A cache's entry borrows its value,
        and a stale one is seen only while that lives. A holds nothing: what it is about to take is to die."""

    def begin(self, state: Scenario) -> None:
        """On a fresh state: one whole cycle, so that what the swept operation drops is this thread's own."""
        self.operate = [bind(state) for bind in self.bound]
        self.memory = [oracle.memory() if oracle else {} for oracle in self.oracles]
        self.last = [None] * len(self.cycle)
        self.n = 1
        for index in range(len(self.cycle)):
            self.once(index)
        self.n = 2
        for index in range(self.index):
            self.once(index)
        if self.stores and self.page[NEW_CODE]:
            self.again(min(WARMING_TURNS, self.sweep.most_turns - self.n))

    def once(self, index: int) -> None:
        """One operation, judged at once; what it saw is told later."""
        self.judge(index, *self.run(index))

    def run(self, index: int) -> tuple[Any, Any, BaseException | None]:
        oracle, operate = self.oracles[index], self.operate[index]
        entered = (
            oracle.enter(**_wanted(oracle.enter, self.memory[index])) if oracle and oracle.enter else None
        )
        page, inside, n, me = self.page, self.inside, self.n, self.me
        try:
            page[inside] = 1
            seen = operate(n, me)
            page[inside] = 0
        except BaseException as error:  # noqa: BLE001  # every exception in an operation is recorded
            page[inside] = 0
            return entered, None, error
        return entered, seen, None

    def judge(self, index: int, entered: Any, seen: Any, error: BaseException | None) -> None:
        declared, oracle = self.cycle[index], self.oracles[index]
        if error is not None:
            if not isinstance(error, declared.may_raise):
                self.kept.append((declared, None, error))
            elif self.page[TELL]:
                self.steps.append((declared.name, describe(error)))
            return
        if self.name == "B":
            self.last[index] = seen
        if self.page[TELL]:
            self.steps.append((declared.name, describe(seen)))
        if oracle is None:
            return
        memory = _wanted(type(oracle).judge, self.memory[index] | {"entered": entered})
        several = type(oracle).judge.__code__.co_argcount > 1
        observed = seen if several else (seen,)
        try:
            wrong = oracle.judge(*observed, **memory)
        except BaseException as raised:  # noqa: BLE001  # as in the loop, where the judge stands behind the operation
            self.kept.append((declared, None, raised))
            return
        if wrong:
            self.kept.append((declared, observed, None))

    def rest(self) -> None:
        """What of the cycle follows the swept operation. Only behind it may a scenario be asked what it holds."""
        for index in range(self.index + 1, len(self.cycle)):
            self.once(index)

    def lead(self) -> None:
        """The next cycle, up to where the swept operation is next."""
        self.n += 1
        for index in range(self.index):
            self.once(index)

    def again(self, turns: int) -> None:
        """Whole turns that nobody stops, up to where the swept operation is next."""
        for _ in range(turns):
            self.once(self.index)
            self.rest()
            self.lead()

    def settles(self, warm: int) -> bool:
        """Whether it is this side that leaves the caches as the next stop is to find them."""
        return bool(warm) != self.stores

    def settle(self, warm: int) -> None:
        """Leave the caches as the next stop is to find them: filled by who reads, or emptied by who stores."""
        if not self.settles(warm):
            return
        self.again(1 if self.stores else PRIMING_TURNS)
        if turns := self.page[NEW_CODE]:
            self.renew()
            self.again(turns)

    def renew(self) -> None:
        """Have the swept operation in bytecode that has never run: how it is specialised depends on its turns."""
        old = self.operate[self.index]
        code = old.__code__.replace()
        self.operate[self.index] = FunctionType(
            code, old.__globals__, old.__name__, old.__defaults__, old.__closure__
        )

    def tell(self) -> bool:
        """Tell what was kept, with the other thread outside its operations; whether anything was wrong."""
        recorder = self.sweep.recorder
        before = recorder.total
        for declared, seen, error in self.kept:
            oracle = oracle_of(self.sweep.scenario, declared)
            if error is not None:
                recorder.exception(declared.name, error, {"thread": self.name}, 0)
            elif oracle is not None:
                details: Details = {"thread": self.name, "seen": [describe(thing) for thing in seen]}
                text = describe_text(oracle.explain, seen)
                recorder.finding("violation", oracle.name, declared.name, text, details, 0)
        self.kept.clear()
        for name, seen in self.steps:
            self.sweep.emit({"event": "step", "thread": self.name, "operation": name, "seen": seen})
        self.steps.clear()
        return recorder.total > before


class Sweep(TwoThreads):
    """The pairs of one scenario. ``run`` returns when the manager says so."""

    def __init__(self, spec: SweepSpec, emit: Emit) -> None:
        self.scenario = find_scenario(spec["file"], spec["scenario"])
        amplifiers = amplifiers_of(self.scenario)
        idle = {one.name: NOT_TIMED[one.name] for one in amplifiers if one.name in NOT_TIMED}
        self.knobs = settings(amplifiers, idle | spec["knobs"])
        super().__init__(spec["page_fd"], emit)
        threads = actor_threads(self.scenario, self.knobs, spec.get("threads"))
        # A scenario may rely on what a round asks of it at most; and what a stop does around its own turn counts, too.
        self.most_turns = roles(self.scenario, self.knobs, None)[0].limit // 2
        self.pairs = pairs_of(operations(self.scenario), threads)
        self.recorder = Recorder(emit, time.monotonic(), self.scenario)
        self.state: Scenario
        self.page_of_b: mmap.mmap
        self.a: Side
        self.b: Side

    def run(self) -> None:
        """Do what the manager says until it says leave; what a scenario does wrong is a finding."""
        sys.unraisablehook = self.recorder.unraisable
        self.serve(self._work_a, self._work_b, self.pairs, _described)

    def _work_a(self) -> None:
        page = self.parked(0)
        while True:
            self.gate(0)
            what = page[DO_A]
            self.recorder.forget()
            if what == SWEPT:
                # The swept operation must come straight from the gate: what runs between is stepped through, too.
                side = self.a
                outcome = side.run(side.index)
                if not page[QUIET]:  # A was not stopped, or B has not finished yet
                    self.gate(0)
                side.judge(side.index, *outcome)
                del outcome
                side.rest()
                if not page[B_RESTS]:
                    self._next(page)
            elif what == NEXT:
                self._next(page)
            elif what == FRESH:
                page[WRONG_A] |= self._prepare(page)
                page[SPENT] = False
            else:
                return

    def _next(self, page: mmap.mmap) -> None:
        """Both cycles are at their end: ask, and go on to where A's operation is next."""
        side = self.a
        before = self.recorder.total
        self._ask()
        side.lead()
        side.settle(page[WARM])
        side.tell()
        page[WRONG_A] |= self.recorder.total > before
        page[SPENT] = self._is_spent()

    def _work_b(self) -> None:
        page = self.page_of_b = self.parked(1)
        # What B drops at a stop is to be freed there as far as A, which stands still, lets it be: what it dropped
        # before.
        queue = FullQueue()
        while True:
            self.gate(1)
            what = page[DO_B]
            side = self.b
            if what == SWEPT:
                side.once(side.index)
                for _ in range(1, page[TURNS]):
                    side.rest()
                    side.lead()
                    side.once(side.index)
                if not page[B_NEXT]:  # nothing but its own count is left to do: save the manager a stop
                    side.lead()
                    page[WRONG_B] |= bool(side.kept)
            elif what == REST:
                side.rest()
            elif what == NEXT:
                if not page[B_RESTS]:
                    side.rest()
                side.lead()
                side.settle(page[WARM])
                page[WRONG_B] |= side.tell()
                if side.stores and HAS_QUEUE:
                    queue.fill()
            elif what == FRESH:
                side.begin(self.state)
                page[WRONG_B] |= side.tell()
            else:
                return

    def _prepare(self, page: mmap.mmap) -> bool:
        """A fresh state for a pair; whether that went wrong."""
        first, second = self.pairs[NUMBER.unpack_from(page, PAIR)[0]]
        before = self.recorder.total
        self.state = self.scenario()
        self.state.prepare(self.knobs)
        self.a = Side(self, page, "A", first, 0)
        self.b = Side(self, self.page_of_b, "B", second, int(first.actor == second.actor))
        page[B_RESTS] = self.b.stores and self.b.index < len(self.b.cycle) - 1
        page[B_NEXT] = len(self.b.cycle) > 1 or self.b.settles(page[WARM]) or (HAS_QUEUE and self.b.stores)
        self.a.begin(self.state)
        self.a.tell()
        return self.recorder.total > before

    def _is_spent(self) -> bool:
        """Whether the state's classes are about to run out of versions: from then on nothing is cached."""
        return any(side.n > self.most_turns for side in (self.a, self.b))

    def _ask(self) -> None:
        """The oracles for a moment when neither thread is in an operation. In A, after its own."""
        try:
            self._ask_scenario()
        except Exception as error:  # noqa: BLE001  # what a scenario raises is a finding
            self.recorder.exception("quiescence", error, {}, 0)

    def _ask_scenario(self) -> None:
        recorder = self.recorder
        for where, seen in self.state.refused():
            recorder.refused(where, seen, 0)
        for what, found, expected in self.state.quiescence():
            if found is not expected:
                recorder.disagreement(what, found, expected, 0)
        recorder.flush(0)
        logs = [
            log for side in (self.a, self.b) for memory in side.memory for log in logs_in(memory, side.name)
        ]
        for history in by_register(logs, "") if logs else ():
            verdict = decide(history)
            if isinstance(verdict, Contradiction):
                recorder.contradiction(verdict, 0)


def pairs_of(declared: list[Operation], threads: dict[str, int]) -> list[tuple[Operation, Operation]]:
    """All ordered pairs of operations that two threads of the scenario may do at the same time."""
    return [(a, b) for a in declared for b in declared if a.actor != b.actor or threads[a.actor] > 1]


def _wanted(function: Any, memory: Memory) -> Memory:
    """What of an operation's memory a judge, or what runs in front of the operation, takes."""
    code = function.__code__
    names = code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
    return {name: memory[name] for name in names}


def _described(declared: Operation) -> OperationData:
    return {"name": declared.name, "actor": declared.actor, "stores": declared.stores}


def run_sweep(spec: SweepSpec, emit: Emit) -> None:
    """Serve the manager's sweep that ``spec`` describes (the child's JSON). Raises ScenarioError."""
    Sweep(spec, emit).run()
