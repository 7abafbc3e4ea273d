"""The points of an operation: the instructions of the chosen functions that it executes, with their occurrence."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from harness.kernel.sweep import GATE
from harness.sweep import ptrace
from harness.sweep.access import Accesses
from harness.sweep.image import Code, Function
from harness.sweep.stage import Hang, Stage

MOST_STEPS = 400_000
"""Instructions of one operation, about ten seconds of stepping; what takes more is cut there, and said to be."""
EVAL = "_PyEval_EvalFrameDefault"
"""The interpreter's own loop: what called it says nothing about the operation."""


@dataclass(frozen=True)
class Point:
    """A place to stop: in front of an instruction, when it is about to be executed for the ``occurrence``th time."""

    address: int
    """In the file's own address space."""
    occurrence: int
    """Counted from 1, from the gate on."""
    chain: tuple[str, ...]
    """The functions that are being executed, the outermost first."""
    touches: frozenset[int]
    """Lines of memory, 64 bytes each, outside its own stack that the instruction touches."""

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
    """False where the operation was cut short at ``MOST_STEPS``."""


def list_points(stage: Stage, code: Code, accesses: Accesses | None, merge: bool = True) -> Listing:
    """Step through A's next operation, B at its gate. A is left at its second gate, or inside where it was cut short.

    An instruction is a point only where something outside A's own stack was touched since the point before: nobody else
    could tell the two apart, since registers and the stack are A's own. Without ``merge``, and where instructions
    cannot be decoded, each is one. Raises Hang, Fatal, Ended.
    """
    thread = stage.a
    thread.break_at(None)
    begun: Counter[int] = Counter()
    points: list[Point] = []
    calls: list[tuple[Function, int]] = []
    steps = instructions = 0
    changed = True
    stage.begin_a(step=True)
    while True:
        number = stage.until(thread, ptrace.STEP_S)
        if number == GATE:
            return Listing(tuple(points), instructions, complete=True)
        if number is None:
            raise Hang(thread)
        steps += 1
        counter, sp = thread.counter(), thread.stack_pointer()
        function = code.function_at(counter)
        if function is not None:
            while calls and calls[-1][1] < sp:
                calls.pop()
            if counter - code.base == function.begin:
                calls.append((function, sp))
        inside = stage.inside
        touched = accesses.of(thread, counter, sp) if inside and accesses else None
        if function is not None and function.chosen:
            begun[counter] += 1
            if inside:
                instructions += 1
                if changed or not merge:
                    chain = chain_of(calls, function)
                    point = Point(counter - code.base, begun[counter], chain, touched or frozenset())
                    points.append(point)
                    changed = False
        changed = changed or touched is None or bool(touched)
        if steps >= MOST_STEPS:
            return Listing(tuple(points), instructions, complete=False)
        thread.step()


def chain_of(calls: list[tuple[Function, int]], innermost: Function) -> tuple[str, ...]:
    """Names from the outermost call below the interpreter's loop to the innermost."""
    names: list[str] = []
    for function, _ in calls:
        if function.plain == EVAL:
            names.clear()
        elif not names or names[-1] != function.plain:
            names.append(function.plain)
    if not names or names[-1] != innermost.plain:
        names.append(innermost.plain)
    return tuple(names)
