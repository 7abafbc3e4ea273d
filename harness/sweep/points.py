"""The points of an operation: the instructions of the chosen functions that it executes, with their occurrence."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from harness.sweep.access import Accesses, Touched
from harness.sweep.image import Function, is_eval
from harness.sweep.program import Program
from harness.sweep.shared import NOTHING, Accessed
from harness.sweep.steps import Steps

WORD = 8
"""Bytes that a call pushes."""


@dataclass(frozen=True)
class Point:
    """A place to stop: in front of an instruction, when it is about to be executed for the ``occurrence``th time."""

    address: int
    """Its place in the program."""
    occurrence: int
    """Counted from 1 where the operation begins."""
    chain: tuple[str, ...]
    """The functions that are being executed, the outermost first."""
    touches: frozenset[int]
    """Lines of memory, 64 bytes each, outside its own stack that are touched between it and the next point."""
    loads: frozenset[int] = frozenset()
    """Words of eight bytes that are read there."""
    stores: frozenset[int] = frozenset()
    """Words of eight bytes that are written there."""

    @property
    def key(self) -> tuple[int, int]:
        return self.address, self.occurrence


@dataclass(frozen=True)
class Listing:
    """What one stepped run of an operation went through."""

    points: tuple[Point, ...]
    instructions: int
    """Of the chosen functions, inside the operation: the points, and what was merged with the point before."""
    complete: bool
    """False where the operation was cut short."""
    unlooped: bool = False
    """Whether the interpreter's loop was to have points and has none: the frame that it is in could not be found."""
    accessed: Accessed = NOTHING
    """Of a subject's, what each point accesses of the shared object."""


def list_points(
    steps: Steps, program: Program, accesses: Accesses | None, merge: bool = True, loop: bool = False
) -> Listing:
    """Go through one run of an operation. The thread is left at its next gate, or, by a tracer, inside where it was cut
    short.

    An instruction is a point only where something outside A's own stack was touched since the point before: nobody else
    could tell the two apart, since registers and the stack are A's own. Without ``merge``, and where instructions
    cannot be decoded, each is one. ``loop``: the interpreter's loop has points, too, where it executes the operation's
    own bytecode. Raises Hang, Fatal, Ended, NotRecorded.

    Which calls are run over A itself must know, too, where it records its steps: ``harness.kernel.stepping``.
    """
    own = _OwnBytecode(steps)
    begun: Counter[int] = Counter()
    points: list[_Begun] = []
    calls: list[tuple[Function, int]] = []
    instructions = 0
    changed = True
    known, before = False, 0
    called: int | None = None
    """The stack of a call that has just been made, and has not come to a function yet."""
    begins: tuple[int, int] | None = None
    ends = 0, 0
    """Points and instructions when the interpreter's loop was met first, inside, and last: what lies before and behind
    says that A is inside, and is none of the operation."""
    while steps.next():
        spot, sp = program.spot(steps.counter), steps.sp
        if known and sp == before - WORD:
            called = sp
        at_begin = spot.begins
        if called is not None:
            if spot.stub:
                continue  # between a call and what it leads to, from one file to another
            # A call that leads to nothing of interest, allocators and other libraries' code: over it in one go.
            if spot.skipped:
                if not steps.over(called):
                    break
                spot, sp = program.spot(steps.counter), steps.sp
                changed, at_begin = True, False
            called = None
        function = spot.function
        known, before = function is not None, sp
        if function is None:
            changed = True
            continue
        jumped = at_begin and spot.loops  # one part of the loop to the next: that was no call
        while calls and calls[-1][1] < sp + jumped:
            calls.pop()
        if at_begin:
            calls.append((function, sp))
        if spot.loops and steps.inside:
            ends = len(points), instructions
            begins = begins or ends
        looping = loop and spot.loops
        if not ((function.chosen or looping) and steps.inside):
            changed = True
            continue
        begun[steps.counter] += 1  # whatever it executes: so many times will a breakpoint there be met
        if looping and not own.runs():
            changed = True
            continue
        instructions += 1
        if changed or not merge:
            points.append(_Begun(spot.place, begun[steps.counter], chain_of(calls, function)))
            changed = False
        touched = accesses.of(steps.counter, sp, steps.registers) if accesses else None
        if touched is None:
            changed = True
        elif touched:
            points[-1].add(touched)
            changed = True
    if steps.cut:
        ends = len(points), instructions
    first, already = begins or (0, 0)
    last, instructions = ends
    whole = tuple(one.point() for one in points[first:last])
    return Listing(whole, instructions - already, not steps.cut, own.lost)


def chain_of(calls: list[tuple[Function, int]], innermost: Function) -> tuple[str, ...]:
    """Names from the outermost call below the interpreter's loop to the innermost."""
    names: list[str] = []
    for function, _ in calls:
        if is_eval(function):  # what called the loop says nothing about the operation
            names.clear()
        elif not names or names[-1] != function.plain:
            names.append(function.plain)
    if not names or names[-1] != innermost.plain:
        names.append(innermost.plain)
    return tuple(names)


@dataclass
class _Begun:
    """A point, and what is touched from it on."""

    place: int
    occurrence: int
    chain: tuple[str, ...]
    lines: set[int] = field(default_factory=set)
    loads: set[int] = field(default_factory=set)
    stores: set[int] = field(default_factory=set)

    def add(self, touched: Touched) -> None:
        self.lines |= touched.lines
        self.loads |= touched.loads
        self.stores |= touched.stores

    def point(self) -> Point:
        lines, loads, stores = map(frozenset, (self.lines, self.loads, self.stores))
        return Point(self.place, self.occurrence, self.chain, lines, loads, stores)


class _OwnBytecode:
    """Of a thread in the interpreter's loop, inside its operation: whether its own bytecode is what is executed."""

    def __init__(self, steps: Steps) -> None:
        self.steps = steps
        self.lost = False
        """Whether the frame that it was in could not be found."""
        self._caller: int | None = None
        """The frame that it was in when it came inside: the one that calls the operation."""
        self._own: int | None = None

    def runs(self) -> bool:
        """To be asked at each instruction of the loop. What the operation calls has other frames again."""
        frame = self.steps.frame()
        self.lost = self.lost or frame is None
        self._caller = self._caller or frame
        if self._own is None and frame != self._caller:
            self._own = frame
        return frame is not None and frame == self._own
