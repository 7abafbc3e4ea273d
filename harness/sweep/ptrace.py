"""Stopping a single thread of a child: Linux's ptrace, through ctypes, and nothing that knows of Python.

x86-64 and aarch64. The aarch64 half is written from the kernel's headers and has not been run.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Collection, Sequence
from pathlib import Path

from harness.sweep.held import MACHINES, X86_64, Gone, Held, Machine

CONT, SINGLESTEP, DETACH, SEIZE, INTERRUPT = 7, 9, 17, 0x4206, 0x4207
PEEKDATA, PEEKUSER, POKEUSER, GETREGSET, SETREGSET = 2, 3, 6, 0x4204, 0x4205
EXITKILL = 0x00100000
WALL = 0x40000000
NT_PRSTATUS, NT_ARM_HW_BREAK = 1, 0x402
EVENT_STOP = 128
STEP_S = 10.0
"""For one instruction: a system call may sleep."""
WATCHED = 4
"""Addresses that debug registers can watch."""
NAP_S = 0.005
"""Between two looks at a thread, should its SIGCHLD have been lost: that was seen about once in a thousand stops."""
SIGTRAP = int(signal.SIGTRAP)
SIGCHLD = (signal.SIGCHLD,)
YAMA = Path("/proc/sys/kernel/yama/ptrace_scope")

if sys.platform == "linux":
    _libc = ctypes.CDLL(None, use_errno=True)
    _ptrace = _libc.ptrace
    _ptrace.argtypes = (ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p)
    _ptrace.restype = ctypes.c_long


class CannotTrace(Exception):
    """The sweep cannot work here; the message is one sentence that says why, and what to do."""


def machine() -> Machine:
    """This processor's. Raises CannotTrace where the sweep has not been written for it, or not for this system."""
    if sys.platform != "linux":
        raise CannotTrace(f"a sweep stops threads with Linux's ptrace: {sys.platform} has none")
    found = MACHINES.get(platform.machine())
    if found is None:
        raise CannotTrace(f"a sweep is written for {' and '.join(MACHINES)}, not for {platform.machine()}")
    return found


def _call(request: int, tid: int, address: int = 0, data: int = 0) -> int:
    result: int = _ptrace(request, tid, address, data)
    if result == -1:
        number = ctypes.get_errno()
        if number == errno.ESRCH:
            raise Gone(None)
        raise OSError(number, os.strerror(number))
    return result


def why_forbidden() -> str:
    """The setting that is the likely reason when a process may not trace its own child, with its remedy."""
    try:
        scope = YAMA.read_text().strip()
    except OSError:
        scope = "0"
    if scope == "3":
        return f"{YAMA} is 3, which forbids it until the machine is started again"
    if scope == "2":
        return f"{YAMA} is 2: it needs CAP_SYS_PTRACE, or write 1 there"
    return "a container's seccomp profile is the likely reason: give it the capability SYS_PTRACE"


class Thread(Held):
    """One traced thread."""

    def __init__(self, pid: int, tid: int, machine: Machine) -> None:
        """Take hold of a running thread. Raises CannotTrace where that is forbidden, Gone where it ended."""
        super().__init__(pid, tid, machine)
        self._buffer = ctypes.create_string_buffer(machine.registers.size)
        self._vector = struct.pack("<QQ", ctypes.addressof(self._buffer), machine.registers.size)
        self._iovec = ctypes.create_string_buffer(self._vector, 16)
        self._break: int | None = None
        self._seen: int | None = None
        """What it has stopped with and nobody has been told of."""
        try:
            _call(SEIZE, tid, 0, EXITKILL)
        except PermissionError as error:
            raise CannotTrace(f"this process may not trace its own child: {why_forbidden()}") from error

    def go(self, signal_number: int = 0) -> None:
        if _ptrace(CONT, self.tid, 0, signal_number) == -1:
            raise Gone(None)

    def let_go(self) -> None:
        """Be its tracer no longer. It has no breakpoint then, and goes on without the signal that stopped it."""
        self.break_at(None)
        _call(DETACH, self.tid)

    def step(self) -> None:
        """Let it run one instruction."""
        if _ptrace(SINGLESTEP, self.tid, 0, 0) == -1:
            raise Gone(None)

    def interrupt(self) -> None:
        _call(INTERRUPT, self.tid)

    def release(self) -> None:
        """Nothing: an interruption that comes later is told by ``wait``."""

    def look(self) -> int | None:
        """The signal that it has stopped with, 0 where it was interrupted, None while it runs. Raises Gone."""
        if self._seen is not None:
            seen, self._seen = self._seen, None
            return seen
        try:
            tid, status = os.waitpid(self.tid, WALL | os.WNOHANG)
        except ChildProcessError:
            raise Gone(None) from None
        return None if tid == 0 else stopped_with(status)

    def pass_on(self, signals: Collection[int]) -> None:
        """Let it go on with the signal that it has stopped with, where that is one of these. Raises Gone."""
        number = self.look()
        if number is not None and number in signals:
            self.go(number)
        else:
            self._seen = number

    def wait(self, limit_s: float) -> int | None:
        """Sleep until it has stopped: the signal, 0 where it was interrupted, None after ``limit_s``. Raises Gone.

        SIGCHLD must be blocked in this thread (``quiet``): it is what ends the sleep.
        """
        deadline = time.monotonic() + limit_s
        while True:
            found = self.look()
            if found is not None:
                return found
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            signal.sigtimedwait(SIGCHLD, min(left, NAP_S))

    def counter(self) -> int:
        """Its program counter."""
        if self.machine is X86_64:
            return int(_ptrace(PEEKUSER, self.tid, 8 * X86_64.pc, None)) & (1 << 64) - 1
        return self.registers()[self.machine.pc]

    def registers(self) -> tuple[int, ...]:
        """In the machine's order. Raises Gone."""
        if _ptrace(GETREGSET, self.tid, NT_PRSTATUS, ctypes.addressof(self._iovec)) == -1:
            raise Gone(None)
        return self.machine.registers.unpack(self._buffer.raw)

    def stack_pointer(self) -> int:
        """Its stack pointer."""
        if self.machine is X86_64:
            return int(_ptrace(PEEKUSER, self.tid, 8 * X86_64.sp, None)) & (1 << 64) - 1
        return self.registers()[self.machine.sp]

    def word(self, address: int) -> int:
        """Eight bytes of its memory. Raises OSError where there is none."""
        ctypes.set_errno(0)
        found = int(_ptrace(PEEKDATA, self.tid, address, None))
        if found == -1 and ctypes.get_errno():
            raise OSError(ctypes.get_errno(), f"no memory at {address:#x}")
        return found & (1 << 64) - 1

    def break_at(self, address: int | None) -> None:
        """Stop it with SIGTRAP in front of the instruction at ``address``, each time; None: nowhere any more.

        The breakpoint is in the thread's own debug registers: the other thread runs past it. Raises CannotTrace
        where the machine gives none.
        """
        if address == self._break:
            return
        try:
            if self.machine is X86_64:
                self._break_x86(address)
            else:
                self._break_arm(address)
        except OSError as error:
            raise CannotTrace(
                f"this machine gives no debug registers ({error.strerror}): add --stepping, which is slow"
            ) from error
        self._break = address

    def _break_x86(self, address: int | None) -> None:
        # offsetof(struct user, u_debugreg) is 848; DR7's lowest bit enables DR0, all zero means: execution, one byte.
        if address is None:
            _call(POKEUSER, self.tid, 848 + 56, 0)
            return
        _call(POKEUSER, self.tid, 848, address)
        if self._break is None:
            _call(POKEUSER, self.tid, 848 + 56, 1)

    def watch(self, addresses: Sequence[int]) -> bool:
        """Stop it with SIGTRAP behind the instruction that writes a byte at one of up to four ``addresses``, each time;
        of none: not any more. False where that cannot be had. It must have no breakpoint.
        """
        if self.machine is not X86_64 or len(addresses) > WATCHED:
            return False
        try:
            _call(POKEUSER, self.tid, 848 + 56, 0)
            for number, address in enumerate(addresses):
                _call(POKEUSER, self.tid, 848 + 8 * number, address)
            # For each register two bits that enable it, below, and four that say: one byte, written, above.
            control = sum(1 << 2 * number | 1 << 16 + 4 * number for number in range(len(addresses)))
            _call(POKEUSER, self.tid, 848 + 56, control)
        except OSError:
            return False
        return True

    def _break_arm(self, address: int | None) -> None:
        # struct user_hwdebug_state: info and padding, then (address, control, padding); control: all four bytes of the
        # instruction, user mode, enabled.
        state = struct.pack("<IIQII", 0, 0, address or 0, (0xF << 5) | (2 << 1) | (address is not None), 0)
        kept = ctypes.create_string_buffer(state, len(state))
        vector = ctypes.create_string_buffer(struct.pack("<QQ", ctypes.addressof(kept), len(state)), 16)
        _call(SETREGSET, self.tid, NT_ARM_HW_BREAK, ctypes.addressof(vector))


def check(stepping: bool) -> None:
    """Stop a thread of a child, to see that it can be done here. Raises CannotTrace with what stands in the way."""
    here = machine()
    child = subprocess.Popen(
        [sys.executable, "-S", "-c", "input()"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    )
    quiet(True)
    try:
        thread = Thread(child.pid, child.pid, here)
        thread.interrupt()
        if thread.wait(STEP_S) is None:
            raise CannotTrace("a child did not stop when it was told to: its ptrace does not work here")
        if not stepping:
            thread.break_at(thread.counter())
            thread.break_at(None)
    except Gone:
        raise CannotTrace("a child ended when it was to be stopped: ptrace does not work here") from None
    finally:
        quiet(False)
        child.kill()
        child.communicate()


def stopped_with(status: int) -> int:
    """The signal of a stop, 0 for an interruption. Raises Gone for an end."""
    if not os.WIFSTOPPED(status):
        raise Gone(status)
    return 0 if status >> 16 == EVENT_STOP else os.WSTOPSIG(status)


def quiet(on: bool) -> None:
    """Block SIGCHLD, so that it can be waited for; not while a child is started, which would inherit that."""
    signal.pthread_sigmask(signal.SIG_BLOCK if on else signal.SIG_UNBLOCK, SIGCHLD)
