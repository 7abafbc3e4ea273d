"""The points of an operation: the instructions of the chosen functions that it executes, with their occurrence."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, replace

from harness.kernel.page import GATE
from harness.sweep import ptrace
from harness.sweep.access import Accesses, Touched
from harness.sweep.image import Function, is_eval
from harness.sweep.program import WITHIN, Program
from harness.sweep.ptrace import Thread
from harness.sweep.stage import Hang, Stage

LONGEST_S = 4.0
"""Of stepping, more than a hundred thousand instructions; what takes more is cut there, and said to be."""
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
    """False where the operation was cut short after ``LONGEST_S``."""
    unlooped: bool = False
    """Whether the interpreter's loop was to have points and has none: the frame that it is in could not be found."""


def list_points(
    stage: Stage,
    program: Program,
    accesses: Accesses | None,
    merge: bool = True,
    loop: bool = False,
    of_b: bool = False,
) -> Listing:
    """Step through A's next operation, B at its gate; or through B's, A at its second one. The thread is left at its
    next gate, or inside where it was cut short.

    An instruction is a point only where something outside A's own stack was touched since the point before: nobody else
    could tell the two apart, since registers and the stack are A's own. Without ``merge``, and where instructions
    cannot be decoded, each is one. ``loop``: the interpreter's loop has points, too, where it executes the operation's
    own bytecode. Raises Hang, Fatal, Ended.
    """
    thread = stage.traced(stage.b if of_b else stage.a)
    thread.break_at(None)
    own = _OwnBytecode(stage, thread)
    unlooped = loop and stage.frame_of(thread) is None
    begun: Counter[int] = Counter()
    points: list[Point] = []
    calls: list[tuple[Function, int]] = []
    instructions = 0
    changed = True
    known, before = False, 0
    called: int | None = None
    """The stack of a call that has just been made, and has not come to a function yet."""
    deadline = time.monotonic() + LONGEST_S
    begins: tuple[int, int] | None = None
    ends = 0, 0
    """Points and instructions when the interpreter's loop was met first, inside, and last: what lies before and behind
    says that A is inside, and is none of the operation."""
    number = stage.enter(thread)
    been = False
    while number != GATE:
        if number is None:
            raise Hang(thread)
        if been and not stage.inside(thread):  # what follows is none of it
            stage.go(thread)
            stage.until_gate(thread)
            break
        been = been or stage.inside(thread)
        counter, sp = thread.counter(), thread.stack_pointer()
        function = program.function_at(counter)
        if known and sp == before - WORD:
            called = sp
        if called is not None and function is None and program.part_at(counter):
            number = stage.step(thread)  # between a call and what it leads to, from one file to another
            continue
        # A call that leads to nothing of interest, allocators and other libraries' code: over it in one go.
        at_begin = function is not None and program.place(counter) & WITHIN == function.begin
        if called is not None and (function is None or (function.leaf and at_begin)):
            if not over(stage, thread, called):
                break
            counter, sp = thread.counter(), thread.stack_pointer()
            function = program.function_at(counter)
            changed, at_begin = True, False
        called = None
        known, before = function is not None, sp
        touched: Touched | None = None
        if function is not None:
            jumped = at_begin and is_eval(function)  # one part of the loop to the next: that was no call
            while calls and calls[-1][1] < sp + jumped:
                calls.pop()
            if at_begin:
                calls.append((function, sp))
        looping = function is not None and is_eval(function)
        if looping and stage.inside(thread):
            ends = len(points), instructions
            begins = begins or ends
        looping = looping and loop
        if function is not None and (function.chosen or looping) and stage.inside(thread):
            begun[counter] += 1  # whatever it executes: so many times will a breakpoint there be met
            if looping and not own.runs():
                changed = True
                number = stage.step(thread)
                continue
            instructions += 1
            touched = accesses.of(thread, counter, sp) if accesses else None
            if changed or not merge:
                chain = chain_of(calls, function)
                place = program.place(counter)
                points.append(Point(place, begun[counter], chain, frozenset()))
                changed = False
            if touched and points:
                last = points[-1]
                points[-1] = replace(
                    last,
                    touches=last.touches | touched.lines,
                    loads=last.loads | touched.loads,
                    stores=last.stores | touched.stores,
                )
        changed = changed or touched is None or bool(touched)
        if time.monotonic() > deadline:
            ends = len(points), instructions
            return _listing(points, begins, ends, complete=False, unlooped=unlooped)
        number = stage.step(thread)
    return _listing(points, begins, ends, complete=True, unlooped=unlooped)


def _listing(
    points: list[Point],
    begins: tuple[int, int] | None,
    ends: tuple[int, int],
    complete: bool,
    unlooped: bool,
) -> Listing:
    first, before = begins or (0, 0)
    last, instructions = ends
    return Listing(tuple(points[first:last]), instructions - before, complete, unlooped)


class _OwnBytecode:
    """Of a thread in the interpreter's loop, inside its operation: whether its own bytecode is what is executed."""

    def __init__(self, stage: Stage, thread: Thread) -> None:
        self.stage = stage
        self.thread = thread
        self._caller: int | None = None
        """The frame that it was in when it came inside: the one that calls the operation."""
        self._own: int | None = None

    def runs(self) -> bool:
        """To be asked at each instruction of the loop. What the operation calls has other frames again."""
        frame = self.stage.frame_of(self.thread)
        self._caller = self._caller or frame
        if self._own is None and frame != self._caller:
            self._own = frame
        return frame is not None and frame == self._own


def over(stage: Stage, thread: Thread, sp: int) -> bool:
    """Let a thread that has just called a function run to its return; False where it came to its gate instead."""
    back = thread.word(sp)
    thread.break_at(back)
    stage.go(thread)
    while (number := stage.until(thread, ptrace.STEP_S)) not in (GATE, None):
        if number == ptrace.SIGTRAP and thread.counter() == back and thread.stack_pointer() > sp:
            break
        stage.go(thread)
    thread.break_at(None)
    if number is None:
        raise Hang(thread)
    return number != GATE


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
