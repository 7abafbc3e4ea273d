"""Stops that a thread takes within itself, without a tracer: a breakpoint of the kernel's, and machine code.

``perf_event_open`` gives a thread a breakpoint in its own debug registers, and tells it by a signal when it comes there
(``sigtrap``, Linux 5.13 and later). Nothing of Python's may run in that signal's handler: the interpreter may be
anywhere. So the handler is machine code, put together here. It counts occurrences, lets B go, and sleeps on a word of
the page that the manager shares (a futex) until B has finished or the manager says so. Gates are made of the same code,
and so is what holds a thread wherever it is for the manager to look at its stack. x86-64 only.
"""

from __future__ import annotations

import mmap
import os
import platform
import signal
import struct
import sys
from collections.abc import Callable
from typing import Any

from harness.kernel.machine_code import (
    DISABLE,
    MOVE,
    RETURN,
    SYS_GETTID,
    SYS_PERF_EVENT_OPEN,
    at,
    call,
    if_equal,
    ioctl,
    sleep_until,
    store,
    store_byte,
    unless_equal,
    wake,
    when,
)
from harness.kernel.page import (
    AIMED,
    ARMED,
    AT,
    BREAKPOINT,
    CONTEXT,
    DIES,
    EVENT,
    FATAL,
    FATAL_CONTEXT,
    FATAL_IN,
    HELD,
    INSIDE_A,
    INSIDE_AT,
    LEFT,
    LET,
    LIMIT,
    LISTS,
    MOVED,
    ON,
    PASS,
    QUIET,
    STANDS,
    THREAD_A,
    THREAD_B,
    WHY_NOT,
)
from harness.kernel.stepping import SI_CODE, TRAP_PERF, stepping

LIMIT_S = 60
"""After this a thread goes on by itself: whoever was to let it go is no more."""
HOLDS = (45, 46)
"""Real-time signals that have A, and B, hold still."""
ENDING = (signal.SIGILL, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGSEGV)
"""A thread that one of these is to end waits for the manager to look at its stack."""
SIGINFO, ONSTACK, RESTART, ONCE = 4, 0x08000000, 0x10000000, 0x80000000
STACK_BYTES = 256 << 10
"""Of the stack that the handlers run on: a signal's frame holds all vector registers, some ten thousand bytes."""
CODE_BYTES = 4096

ATTRIBUTES = struct.Struct("<II4QQIIQQ48xQ")
"""``struct perf_event_attr`` of 128 bytes: type, size, config, period, sample and read format, flags, wakeup, kind of
breakpoint, address, length, and what the signal says."""
PERF_TYPE_BREAKPOINT = 5
HW_BREAKPOINT_W, HW_BREAKPOINT_X = 2, 4
DISABLED, EXCLUDE_KERNEL, EXCLUDE_HV, REMOVE_ON_EXEC, SIGTRAP_BIT = (1 << bit for bit in (0, 5, 6, 36, 37))


class CannotStand(Exception):
    """Threads cannot stop within themselves here; the message is the reason, to be read behind "because"."""


def attributes(address: int, disabled: bool) -> bytes:
    """A breakpoint in front of the instruction at ``address``, that signals each time."""
    return _described(HW_BREAKPOINT_X, address, 8, DISABLED * disabled)


def watching(address: int) -> bytes:
    """One behind each instruction that writes the byte at ``address``."""
    return _described(HW_BREAKPOINT_W, address, 1, 0)


def _described(kind: int, address: int, size: int, flags: int) -> bytes:
    flags |= EXCLUDE_KERNEL | EXCLUDE_HV | REMOVE_ON_EXEC | SIGTRAP_BIT
    return ATTRIBUTES.pack(
        PERF_TYPE_BREAKPOINT, ATTRIBUTES.size, 0, 1, 0, 0, flags, 0, kind, address, size, 0
    )


def _gate(thread: int, before: bytes, behind: bytes) -> bytes:
    return (
        store(thread + AT, 1)
        + before
        + wake(thread + AT)
        + sleep_until(thread + PASS)
        + store(thread + PASS, 0)
        + behind
    )


def _hold(thread: int) -> bytes:
    context = at(b"\x49\x89\x90", thread + CONTEXT)  # mov [CONTEXT], rdx
    held = context + store(thread + HELD, 1) + wake(thread + HELD) + sleep_until(thread + LET, LIMIT)
    return held + store(thread + HELD, 0) + store(thread + LET, 0)


def routines() -> dict[str, bytes]:
    """By name: the gates, called as C functions without arguments, and the handlers of signals."""
    move = store(AIMED, 0) + ioctl(MOVE, at(b"\x49\x8d\x90", BREAKPOINT))  # lea rdx, [BREAKPOINT]
    move += at(b"\x41\x89\x80", MOVED) + store(ARMED, 1)  # mov [MOVED], eax
    disarm = store(ARMED, 0) + ioctl(DISABLE, b"\x31\xd2")  # xor edx, edx
    a_goes_on = store_byte(QUIET, 1) + store(ON, 1) + wake(ON)
    stand = (
        at(b"\x49\x89\x90", THREAD_A + CONTEXT)  # mov [CONTEXT], rdx
        + disarm
        + store(ON, 0)
        + store(THREAD_B + AT, 0)
        + store(STANDS, 1)
        + store(THREAD_B + PASS, 1)
        + wake(THREAD_B + PASS)
        + store(STANDS, 2)
        + sleep_until(ON, LIMIT)
        + store(STANDS, 0)
    )
    count = at(b"\x41\xff\x88", LEFT) + if_equal(stand)  # dec dword [LEFT]
    inside = at(b"\x41\x80\xb8", INSIDE_A) + b"\x00" + unless_equal(count)  # cmp byte [INSIDE_A], 0
    ours = (
        b"\x83\x7e" + bytes([SI_CODE, TRAP_PERF]) + if_equal(inside)
    )  # cmp dword [rsi + SI_CODE], TRAP_PERF
    trapped = when(LISTS, stepping() + RETURN) + ours
    fatal = (
        at(b"\x49\x89\x90", FATAL_CONTEXT)  # mov [FATAL_CONTEXT], rdx
        + call(SYS_GETTID)
        + at(b"\x41\x89\x80", FATAL_IN)  # mov [FATAL_IN], eax
        + at(b"\x41\x89\xb8", FATAL)  # mov [FATAL], edi
        + wake(THREAD_A + AT)
        + wake(THREAD_B + AT)
        + sleep_until(DIES, LIMIT)
    )
    return {
        "gate_a": _gate(THREAD_A, when(ARMED, disarm), when(AIMED, move)),
        "gate_b": _gate(THREAD_B, when(STANDS, a_goes_on), b""),
        "stand": trapped,
        "hold_a": _hold(THREAD_A),
        "hold_b": _hold(THREAD_B),
        "fatal": fatal,
    }


def assembled(page: int) -> tuple[bytes, dict[str, int]]:
    """The code for a page at an address, and where in it each routine begins."""
    code, begins = b"", {}
    for name, body in routines().items():
        begins[name] = len(code)
        code += b"\x49\xb8" + struct.pack("<Q", page) + body + RETURN  # movabs r8, page
        code += b"\xcc" * (-len(code) % 16)
    return code, begins


def perf_event_open(libc: Any, attr: Any) -> int:
    """The system call, for an event of the calling thread's: a descriptor, or -1 and an error number."""
    import ctypes

    return int(libc.syscall(SYS_PERF_EVENT_OPEN, ctypes.byref(attr), 0, -1, -1, ctypes.c_ulong(8)))


def breakpoint_of(libc: Any, attr: Any) -> int:
    """The descriptor of a breakpoint of the calling thread's. Raises CannotStand."""
    import ctypes

    event = perf_event_open(libc, attr)
    if event < 0:
        number = ctypes.get_errno()
        raise CannotStand(
            f"perf_event_open gives no breakpoint ({os.strerror(number)}){REMEDIES.get(number, '')}"
        )
    return event


_SECCOMP = ": see /proc/sys/kernel/perf_event_paranoid, and a container's seccomp profile"
REMEDIES = {
    1: _SECCOMP,
    13: _SECCOMP,
    22: ": that needs Linux 5.13",
    7: ": that needs Linux 5.13",
    28: ": no debug register is free",
}
"""By error number."""


class Standing:
    """What lets A and B of this process stop within themselves."""

    def __init__(self, page: mmap.mmap) -> None:
        """Raises CannotStand."""
        if sys.platform != "linux" or platform.machine() != "x86_64":
            raise CannotStand(
                f"its machine code is written for Linux on x86-64, not for {platform.machine()}"
            )
        try:
            import ctypes
        except ImportError:
            raise CannotStand("the target has no ctypes") from None
        self._ctypes = ctypes
        self._libc = ctypes.CDLL(None, use_errno=True)
        self.page = page
        self._page = ctypes.addressof(ctypes.c_char.from_buffer(page))
        code, begins = assembled(self._page)
        try:
            self._code = mmap.mmap(-1, CODE_BYTES, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        except OSError as error:
            raise CannotStand(f"memory for machine code is refused ({error.strerror})") from error
        self._code.write(code)
        begin = ctypes.addressof(ctypes.c_char.from_buffer(self._code))
        self._begins = {name: begin + offset for name, offset in begins.items()}
        self._kept: list[Any] = []
        struct.pack_into("<qq", page, LIMIT, LIMIT_S, 0)

    def gate(self, name: str) -> Callable[[], None]:
        """A gate, to be called in its thread, which is detached from the interpreter there."""
        gate: Callable[[], None] = self._ctypes.CFUNCTYPE(None)(self._begins[name])
        return gate

    def ready(self, name: str, page: mmap.mmap) -> None:
        """Have the calling thread, A or B, whose mapping ``page`` is, stop as the manager says. Raises CannotStand."""
        self._own_stack()
        if name == "A":
            self._handle(signal.SIGTRAP, "stand")
            self._handle(HOLDS[0], "hold_a")
            for number in ENDING:
                self._handle(number, "fatal", ONCE)
            attr = self._ctypes.create_string_buffer(attributes(self._begins["stand"], True), ATTRIBUTES.size)
            struct.pack_into("<i", self.page, EVENT, breakpoint_of(self._libc, attr))
            inside = self._ctypes.addressof(self._ctypes.c_char.from_buffer(page, INSIDE_A))
            struct.pack_into("<Q", self.page, INSIDE_AT, inside)
        else:
            self._handle(HOLDS[1], "hold_b")

    def _own_stack(self) -> None:
        ctypes = self._ctypes
        stack = mmap.mmap(-1, STACK_BYTES)
        begin = ctypes.addressof(ctypes.c_char.from_buffer(stack))
        told = ctypes.create_string_buffer(struct.pack("<QiiQ", begin, 0, 0, STACK_BYTES))
        self._kept.append(stack)
        if self._libc.sigaltstack(told, None):
            raise CannotStand("it gets no stack of its own for signals")

    def _handle(self, number: int, name: str, how: int = RESTART) -> None:
        flags = SIGINFO | ONSTACK | how
        action = struct.pack("<Q128sI4xQ", self._begins[name], bytes(128), flags, 0)
        if self._libc.sigaction(number, self._ctypes.create_string_buffer(action), None):
            raise CannotStand(f"signal {number} cannot be handled")


def why_not(page: mmap.mmap) -> str:
    """What a thread has said against it; empty where nothing."""
    size = page[WHY_NOT]
    return page[WHY_NOT + 1 : WHY_NOT + 1 + size].decode(errors="replace")


def tell_why_not(page: mmap.mmap, reason: str) -> None:
    """Leave a reason where the manager finds it."""
    told = reason.encode()[:200]
    page[WHY_NOT + 1 : WHY_NOT + 1 + len(told)] = told
    page[WHY_NOT] = len(told)
