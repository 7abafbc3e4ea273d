"""A thread of a child that the manager lets go and has stop: what is the same of all, and what of each processor."""

from __future__ import annotations

import struct
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass


class Gone(Exception):
    """The thread is no more: its process ended. ``status`` is what ``waitpid`` gave, None where it gave nothing."""

    def __init__(self, status: int | None) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True)
class Machine:
    """What differs between processors."""

    name: str
    registers: struct.Struct
    """Of ``NT_PRSTATUS``, as many as are needed."""
    names: tuple[str, ...]
    pc: int
    """Index of the program counter."""
    sp: int
    futex: int
    """The number of the system call that a thread waits for a lock in."""
    stack: int
    """DWARF's number of the stack pointer."""
    returns: int
    """Of the return address."""
    unwound: dict[int, int]
    """By DWARF's number, the index of each register that stacks are unwound by."""


_X86 = """
r15 r14 r13 r12 rbp rbx r11 r10 r9 r8 rax rcx rdx rsi rdi orig_rax rip cs eflags rsp ss fs_base
gs_base ds es fs gs
"""
X86_64 = Machine(
    "x86_64",
    struct.Struct("<27Q"),
    tuple(_X86.split()),
    pc=16,
    sp=19,
    futex=202,
    stack=7,
    returns=16,
    unwound={6: 4, 7: 19},
)
AARCH64 = Machine(
    "aarch64",
    struct.Struct("<34Q"),
    (*(f"x{n}" for n in range(31)), "sp", "pc", "pstate"),
    pc=32,
    sp=31,
    futex=98,
    stack=31,
    returns=30,
    unwound={29: 29, 30: 30, 31: 31},
)
MACHINES = {"x86_64": X86_64, "aarch64": AARCH64}


class Held(ABC):
    """One thread. It must stand still for everything but ``wait``, ``interrupt``, ``asleep`` and the end."""

    def __init__(self, pid: int, tid: int, machine: Machine) -> None:
        self.pid = pid
        self.tid = tid
        self.machine = machine
        self.syscall = f"/proc/{pid}/task/{tid}/syscall"

    @abstractmethod
    def go(self, signal_number: int = 0) -> None:
        """Let it run on; a signal that it was stopped with is not delivered unless it is given here. Raises Gone."""

    @abstractmethod
    def interrupt(self) -> None:
        """Have it stop soon, wherever it is. Raises Gone."""

    @abstractmethod
    def release(self) -> None:
        """It need not stop for an interruption any more: it has come to its gate."""

    @abstractmethod
    def wait(self, limit_s: float) -> int | None:
        """Sleep until it has stopped: the signal, 0 where it was interrupted, None after ``limit_s``. Raises Gone."""

    @abstractmethod
    def registers(self) -> tuple[int, ...]:
        """In the machine's order."""

    @abstractmethod
    def word(self, address: int) -> int:
        """Eight bytes of its memory. Raises OSError where there is none."""

    @abstractmethod
    def break_at(self, address: int | None) -> None:
        """Stop it in front of the instruction at ``address``, each time; None: nowhere any more."""

    def asleep(self) -> int | None:
        """The number of the system call that it sleeps in; None while it runs. It need not be stopped."""
        try:
            with open(self.syscall, "rb") as file:
                words = file.read().split()
        except OSError:
            return None
        if len(words) < 9:  # "running", or blocked outside a system call
            return None
        return int(words[0])

    def waited_for_a_core_s(self) -> float:
        """How long it has been ready all in all while others had the cores; 0 where the system does not say."""
        return self._scheduled()[1] / 1e9

    def had_a_core(self) -> tuple[float, int]:
        """How long it has had one all in all, in seconds, and how often it got one; 0 where the system does not say."""
        ran_ns, _, times = self._scheduled()
        return ran_ns / 1e9, times

    def _scheduled(self) -> tuple[int, int, int]:
        """Nanoseconds on a core, nanoseconds ready without one, and how often it got one."""
        try:
            with open(f"/proc/{self.pid}/task/{self.tid}/schedstat", "rb") as file:
                ran, waited, times = map(int, file.read().split())
        except (OSError, ValueError):
            return 0, 0, 0
        return ran, waited, times


class Patience:
    """A limit for what a thread does. On a busy machine it may get no core for seconds: when the time is over, it is
    given a part of it once more, in which what it waits for a core is not counted.
    """

    def __init__(self, thread: Held, limit_s: float) -> None:
        self.thread = thread
        self.limit_s = limit_s
        self.began = time.monotonic()
        self._more: tuple[float, float] | None = None
        """When the time was over, and how long the thread had waited for a core by then."""

    def is_over(self) -> bool:
        """Whether that time has passed, too. To be asked often."""
        now = time.monotonic()
        if now - self.began <= self.limit_s:
            return False
        waited = self.thread.waited_for_a_core_s()
        if self._more is None:
            self._more = now, waited
        since, before = self._more
        return now - since - (waited - before) > self.limit_s / 4
