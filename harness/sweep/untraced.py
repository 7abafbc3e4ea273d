"""A thread that nobody traces: it waits at gates of machine code, and the manager talks to it over the shared page.

See ``harness.kernel.within``. It has the methods of a traced thread that a stage needs.
"""

from __future__ import annotations

import ctypes
import errno
import mmap
import os
import struct
import sys
import time

from harness.kernel.machine_code import FUTEX_WAIT, FUTEX_WAKE, SYS_FUTEX
from harness.kernel.page import (
    AT,
    CONTEXT,
    DIES,
    FATAL,
    FATAL_CONTEXT,
    FATAL_IN,
    GATE,
    HELD,
    LET,
    ON,
    PASS,
    STANDS,
    THREAD_A,
    THREAD_B,
)
from harness.kernel.within import HOLDS
from harness.sweep.held import Gone, Held, Machine

SYS_TGKILL = 234
NAP_S = 0.00005
SLICE_S = 0.05
"""Between two looks whether the process is still there."""
TIME = struct.Struct("<qq")
STACK_BYTES = 8192
"""Of a stack that is looked at in one go."""
GREGS = 40
"""Where the registers are in what the kernel saves for a signal's handler (``ucontext_t``)."""
SAVED = struct.Struct("<18Q")
SAVED_NAMES = (
    *(f"r{n}" for n in range(8, 16)),
    "rdi",
    "rsi",
    "rbp",
    "rbx",
    "rdx",
    "rax",
    "rcx",
    "rsp",
    "rip",
    "eflags",
)

if sys.platform == "linux":
    _libc = ctypes.CDLL(None, use_errno=True)
    _syscall = _libc.syscall
    _syscall.restype = ctypes.c_long


class Words:
    """The words of a page, which both sides may sleep on."""

    def __init__(self, page: mmap.mmap) -> None:
        self._whole = (ctypes.c_uint32 * (len(page) // 4)).from_buffer(page)
        self._begin = ctypes.addressof(self._whole)
        self.tids: tuple[int, ...] = ()
        """Of the threads that the words are about."""
        self._time = ctypes.create_string_buffer(TIME.size)

    def address(self, where: int) -> int:
        """Of a word, in this process."""
        return self._begin + where

    def close(self) -> None:
        """Let go of the page."""
        del self._whole

    def get(self, where: int) -> int:
        """A word."""
        return self._whole[where >> 2]

    def set(self, where: int, value: int) -> None:
        """Give a word a value."""
        self._whole[where >> 2] = value

    def wake(self, where: int) -> None:
        """Let it be no longer 0, and whoever sleeps on it go on."""
        self._whole[where >> 2] = 1
        _syscall(SYS_FUTEX, ctypes.c_void_p(self._begin + where), FUTEX_WAKE, 1)

    def sleep(self, where: int, limit_s: float) -> None:
        """Until it is no longer 0, at most so long; it may be shorter."""
        seconds = int(limit_s)
        TIME.pack_into(self._time, 0, seconds, int((limit_s - seconds) * 1e9))
        _syscall(SYS_FUTEX, ctypes.c_void_p(self._begin + where), FUTEX_WAIT, 0, self._time, None, 0)


class Untraced(Held):
    """A thread at a gate of machine code, or on its way from one to the next."""

    def __init__(self, pid: int, tid: int, machine: Machine, words: Words, who: int) -> None:
        super().__init__(pid, tid, machine)
        self.words = words
        self.base = (THREAD_A, THREAD_B)[who]
        self.signal = HOLDS[who]
        self._stack = 0, b""
        """What lies above its stack pointer, from an address on, as it was when its registers were last asked for."""
        self._holds = False
        """Whether it was told to hold still."""

    def go(self, signal_number: int = 0) -> None:
        """Let it go on, from its gate or where it holds still."""
        words, base = self.words, self.base
        at_gate = words.get(base + AT)
        if at_gate:
            words.set(base + AT, 0)
        elif base == THREAD_A and words.get(STANDS):
            words.wake(ON)
        self.release()
        if at_gate:
            words.wake(base + PASS)

    def interrupt(self) -> None:
        """Have it hold still soon, wherever it is."""
        self._holds = True
        if _syscall(SYS_TGKILL, self.pid, self.tid, self.signal):
            raise Gone(self._status())

    def release(self) -> None:
        if self._holds:
            self._holds = False
            self.words.wake(self.base + LET)

    def look(self) -> int | None:
        """GATE where it is at its gate, 0 where it holds still, the signal that is to end it, None while it runs."""
        if self.words.get(self.base + AT):
            return GATE
        if number := self.words.get(FATAL):
            if self.words.get(FATAL_IN) == self.tid:
                return number
            if self.words.get(FATAL_IN) not in self.words.tids:
                self.words.wake(DIES)  # a thread that is neither of the two
        return 0 if self._holds and self._still else None

    @property
    def _still(self) -> bool:
        # Where it may let go of what it held still for before, it has only not come to do so.
        return bool(self.words.get(self.base + HELD) and not self.words.get(self.base + LET))

    def wait(self, limit_s: float) -> int | None:
        """Sleep until ``look`` says something; None after ``limit_s``. Raises Gone."""
        found = self.look()
        if found is not None or limit_s <= 0:
            return found
        deadline = None
        left = limit_s
        while True:
            self._sleep(min(left, SLICE_S))
            found = self.look()
            if found is not None:
                return found
            status = self._status()
            if status is not None:
                raise Gone(status)
            now = time.monotonic()
            deadline = deadline or now + limit_s - min(left, SLICE_S)
            left = deadline - now
            if left <= 0:
                return None

    def _sleep(self, limit_s: float) -> None:
        words, base = self.words, self.base
        if not self._holds:
            words.sleep(base + AT, limit_s)
        elif not words.get(base + HELD):
            words.sleep(base + HELD, limit_s)
        else:
            time.sleep(min(limit_s, NAP_S))

    def _status(self) -> int | None:
        """How its process has ended, as ``waitpid`` says it; None while it runs."""
        try:
            told = os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return 0
        if told is None:
            return None
        return told.si_status << 8 if told.si_code == os.CLD_EXITED else told.si_status

    def registers(self) -> tuple[int, ...]:
        """In the machine's order, of a thread that holds still, or stands. Raises OSError."""
        words = self.words
        ends = words.get(FATAL) and words.get(FATAL_IN) == self.tid
        where = FATAL_CONTEXT if ends else self.base + CONTEXT
        context = int.from_bytes(ctypes.string_at(words.address(where), 8), "little")
        saved = dict(zip(SAVED_NAMES, SAVED.unpack(self.memory(context + GREGS, SAVED.size)), strict=True))
        sp = saved["rsp"]
        self._stack = sp, self.memory(sp, STACK_BYTES)
        return tuple(saved.get(name, 0) for name in self.machine.names)

    def memory(self, address: int, size: int) -> bytes:
        """Some of its process's memory. Raises OSError."""
        with open(f"/proc/{self.pid}/mem", "rb", buffering=0) as file:
            return os.pread(file.fileno(), size, address)

    def word(self, address: int) -> int:
        """Eight bytes of its memory. Raises OSError where there is none."""
        begin, stack = self._stack
        if begin <= address <= begin + len(stack) - 8:
            return int.from_bytes(stack[address - begin : address - begin + 8], "little")
        found = self.memory(address, 8)
        if len(found) < 8:
            raise OSError(errno.EFAULT, f"no memory at {address:#x}")
        return int.from_bytes(found, "little")

    def break_at(self, address: int | None) -> None:
        """It has one breakpoint, which ``aim`` moves, and which is off behind its point."""
