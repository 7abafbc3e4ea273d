"""The sweep's side inside the target, for a subject: two operations on one fresh object at each stop.

A is stopped in the middle of its operation, B does its own there, whole, once or twice, and A goes on: one thread was
preempted, which an operating system may do anywhere and for any time. So a stop is a round like a race's, and has the
same judge (``judge.Judge``): what it allows beforehand is what each order of the same operations gives, tried on this
interpreter by two threads that nobody stops. When A asks it, both are outside their operations.
"""

from __future__ import annotations

import gc
import sys
import time
from typing import TYPE_CHECKING, Any

from harness.kernel.events import Emit, describe, describe_error
from harness.kernel.gates import TwoThreads
from harness.kernel.page import (
    B_NEXT,
    COUNTS,
    DO_A,
    DO_B,
    EXTENT,
    FRESH,
    HEAD,
    INSIDE_A,
    INSIDE_B,
    MADE_BY_B,
    MOST_OBJECTS,
    NEW_CODE,
    NEXT,
    NUMBER,
    OBJECT,
    PAIR,
    QUIET,
    SIZE,
    SWEPT,
    TELL,
    TELL_WHERE,
    TURNS,
    WRONG_A,
)
from harness.kernel.pairs.frozen import Raised
from harness.kernel.pairs.judge import Judge, Refusal
from harness.kernel.pairs.orders import explored
from harness.kernel.pairs.race import DIGITS, LETTERS, Racers, run_on
from harness.kernel.pairs.subject import JOIN, THEN, Do, Step, Subject, find_subject, sequences, steps
from harness.kernel.pairs.trial import COLLECT_AFTER

if TYPE_CHECKING:
    import mmap

    from harness.kernel.event_types import Details, OperationData
    from harness.kernel.spec_types import SweepSpec

POINTER_BYTES = 8
"""Behind the references to an object and its lock comes what says its type, which may be stored into."""
WARMING_TURNS = 24
"""Of each operation, on objects of its own, where it is to be specialised: an attempt that fails is made again after
twice as many turns each time."""


class SweptPairs(TwoThreads):
    """The pairs of one subject, each both ways round. ``run`` returns when the manager says so."""

    def __init__(self, spec: SweepSpec, emit: Emit) -> None:
        """Raises ScenarioError when the subject or an operation cannot be found."""
        super().__init__(spec["page_fd"], emit)
        self.subject: Subject = find_subject(spec["file"], spec["scenario"])()
        declared = steps(type(self.subject))
        self.names: list[str] = []
        """Of each pair, as a race would call it."""
        self.pairs: list[tuple[Step, Step]] = []
        for name in spec["pairs"]:
            (one,), (other,) = sequences(declared, name)
            for pair in dict.fromkeys(((one, other), (other, one))):
                self.names.append(name)
                self.pairs.append(pair)
        self.racers = Racers(2)
        self.judges: dict[tuple[int, int, int], Judge] = {}
        self.began = time.monotonic()
        self.blocks = sys.getallocatedblocks()
        self.escaped: list[tuple[str, str]] = []
        self.number = 0
        """Of the pair."""
        self.size = 0
        self.by_b = False
        self.object: Any = None
        self.given: tuple[list[Any], list[Any]] = ([], [])
        """What each thread's operations gave on this object."""

    def run(self) -> None:
        """Do what the manager says until it says leave; what a pair does wrong is a finding."""
        sys.unraisablehook = self._unraisable
        self.serve(self._work_a, self._work_b, self.pairs, _described, self.subject.sizes)

    def _work_a(self) -> None:
        page = self.parked(0)
        do: Do = _nothing
        value = ""
        while True:
            self.gate(0)
            what = page[DO_A]
            if what == SWEPT:
                # The swept operation must come straight from the gate: what runs between is stepped through, too.
                self._once(page, INSIDE_A, do, value, self.given[0])
                if not page[QUIET]:  # A was not stopped, or B has not finished yet
                    self.gate(0)
                page[WRONG_A] |= self._judge(page)
                self._next()
            elif what == FRESH:
                self._prepare(page)
                do = self.pairs[self.number][0].do
                if page[NEW_CODE]:
                    self._warm(do, LETTERS[0] + DIGITS[1])
                self._next()
            else:
                return
            value = LETTERS[0] + DIGITS[1]

    def _work_b(self) -> None:
        page = self.parked(1)
        while True:
            self.gate(1)
            what = page[DO_B]
            do = self.pairs[self.number][1].do
            if what == SWEPT:
                for turn in range(page[TURNS]):
                    self._once(page, INSIDE_B, do, LETTERS[1] + DIGITS[turn + 1], self.given[1])
            elif what == NEXT:
                self._make()
            elif what == FRESH:
                if page[NEW_CODE]:
                    self._warm(do, LETTERS[1] + DIGITS[1])
                if self.by_b:
                    self._make()
            else:
                return

    def _once(self, page: mmap.mmap, inside: int, do: Do, value: str, given: list[Any]) -> None:
        o = self.object
        try:
            page[inside] = 1
            result = do(o, value)
            page[inside] = 0
        except BaseException as error:  # noqa: BLE001  # it is what the operation gives
            page[inside] = 0
            result = Raised(error)
        given.append(result)

    def _prepare(self, page: mmap.mmap) -> None:
        (self.number,) = NUMBER.unpack_from(page, PAIR)
        self.size = self.subject.sizes[page[SIZE]]
        self.by_b = bool(page[MADE_BY_B])
        page[B_NEXT] = self.by_b
        if sys.getallocatedblocks() - self.blocks > COLLECT_AFTER:
            self.object, self.given = None, ([], [])
            gc.collect()
            self.blocks = sys.getallocatedblocks()

    def _warm(self, do: Do, value: str) -> None:
        for _ in range(WARMING_TURNS):
            try:
                do(self.subject.fresh(self.size), value)
            except Exception:  # noqa: BLE001  # what it gives is asked when it is swept
                pass

    def _next(self) -> None:
        """Let go of what was judged, and have another object."""
        self.object, self.given = None, ([], [])
        run_on()
        if not self.by_b:
            self._make()

    def _make(self) -> None:
        self.object = self.subject.fresh(self.size)
        if self.page[TELL_WHERE]:
            self._tell_where()

    def _tell_where(self) -> None:
        objects = [self.object, *gc.get_referents(self.object)[: MOST_OBJECTS - 1]]
        for number, one in enumerate(objects):
            # Not what an object's own __sizeof__ says: an operation may be that.
            EXTENT.pack_into(self.page, OBJECT + EXTENT.size * number, id(one), object.__sizeof__(one))
        COUNTS.pack_into(self.page, HEAD, object.__basicsize__ - POINTER_BYTES, len(objects))

    def _judge(self, page: mmap.mmap) -> bool:
        """Tell what is wrong with the stop that has ended; whether anything is."""
        one, other = self.pairs[self.number]
        turns = len(self.given[1])
        details: Details = {
            "variant": one.name + JOIN + THEN.join([other.name] * turns),
            "size": self.size,
        }
        refusals = [_escaped(where, text) for where, text in self.escaped]
        self.escaped.clear()
        if refusal := self._judge_of(turns).refusal(self.object, self.given):
            refusals.append(refusal)
        for refused in refusals:
            elapsed_s = time.monotonic() - self.began
            self.emit(refused.told(self.names[self.number], details, 0, elapsed_s))
        if page[TELL]:
            for letter, step, results in zip("BA", (other, one), reversed(self.given), strict=True):
                for result in results:
                    self.emit(
                        {"event": "step", "thread": letter, "operation": step.name, "seen": _shown(result)}
                    )
        return bool(refusals)

    def _judge_of(self, turns: int) -> Judge:
        key = (self.number, self.size, turns)
        if key not in self.judges:
            one, other = self.pairs[self.number]
            declared = [[one], [other] * turns]
            orders = explored(self.racers, self.subject, self.size, declared)
            self.judges[key] = Judge(self.subject, self.size, declared, orders)
        return self.judges[key]

    def _unraisable(self, unraisable: Any) -> None:
        name = getattr(unraisable.exc_type, "__name__", "an exception")
        self.escaped.append((name, describe_error(unraisable.exc_value)))


def _escaped(name: str, text: str) -> Refusal:
    return Refusal("exception", "process", f"{name} in a finalizer: {text}", name)


def _described(step: Step) -> OperationData:
    return {"name": step.name, "actor": step.name, "stores": int(step.writes)}


def _shown(result: Any) -> str:
    return f"raised {result.name}" if type(result) is Raised else describe(result, 80)


def _nothing(o: Any, v: str) -> None:
    pass


def run_swept_pairs(spec: SweepSpec, emit: Emit) -> None:
    """Serve the manager's sweep of the pairs that ``spec`` names (the child's JSON). Raises ScenarioError."""
    SweptPairs(spec, emit).run()
