"""One run of an operation, an instruction at a time: by a tracer, or as the thread has recorded it itself."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from harness.kernel.page import GATE, MOST_STEPS
from harness.sweep import ptrace
from harness.sweep.ptrace import Thread
from harness.sweep.stage import Hang, Stage


class Steps(ABC):
    """Where a thread was at each step, one after the other. Of B: A is at its second gate."""

    counter = 0
    """Of the instruction in front of the thread."""
    sp = 0
    inside = False
    """Whether it is inside its operation."""
    cut = False
    """Whether there was more than could be had."""

    @abstractmethod
    def next(self) -> bool:
        """Go on to the first instruction, or the next; False when the operation is over: the thread is at its next
        gate then, unless it was ``cut``. Raises Hang, Fatal, Ended.
        """

    @abstractmethod
    def over(self, sp: int) -> bool:
        """Go on to where the call returns that has just been made, ``sp`` being the stack pointer in it; False where
        the thread came to its gate instead. Raises as ``next``.
        """

    @abstractmethod
    def registers(self) -> Sequence[int]:
        """In the machine's order; those that no address is made of may be wrong."""

    @abstractmethod
    def frame(self) -> int | None:
        """The address of the Python frame that the thread is in; None where it cannot be told."""


class Traced(Steps):
    """By a tracer. It takes as many steps as a thread records itself, however long a busy machine takes over them."""

    def __init__(self, stage: Stage, thread: Thread) -> None:
        self.stage = stage
        self.thread = thread
        self._left = MOST_STEPS
        self._been = False

    def next(self) -> bool:
        stage, thread = self.stage, self.thread
        if self._left == MOST_STEPS:
            thread.break_at(None)
            number = stage.enter(thread)
        elif not self._left:
            self.cut = True
            return False
        else:
            number = stage.step(thread)
        self._left -= 1
        if number is None:
            raise Hang(thread)
        if number == GATE:
            return False
        self.inside = stage.inside(thread)
        if self._been and not self.inside:  # what follows is none of it
            stage.go(thread)
            stage.until_gate(thread)
            return False
        self._been = self.inside
        self._look()
        return True

    def _look(self) -> None:
        self.counter, self.sp = self.thread.counter(), self.thread.stack_pointer()

    def over(self, sp: int) -> bool:
        stage, thread = self.stage, self.thread
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
        if number == GATE:
            return False
        self._look()
        return True

    def registers(self) -> Sequence[int]:
        return self.thread.registers()

    def frame(self) -> int | None:
        return self.stage.frame_of(self.thread)
