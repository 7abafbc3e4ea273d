"""Machine code for x86-64, put together from pieces: what a thread does while nothing of Python's may run.

The address of the page that the manager shares is in r8; what stands in brackets is relative to it. A system call
leaves r8 to r10 alone.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from harness.kernel.page import EVENT

SYS_IOCTL, SYS_GETTID, SYS_FUTEX, SYS_PERF_EVENT_OPEN = 16, 186, 202, 298
FUTEX_WAIT, FUTEX_WAKE = 0, 1
TIMED_OUT = -110
MOVE, DISABLE = 0x4008240B, 0x2401
"""``PERF_EVENT_IOC_MODIFY_ATTRIBUTES`` and ``PERF_EVENT_IOC_DISABLE``."""
RETURN = b"\xc3"


def at(code: bytes, where: int) -> bytes:
    """An instruction that ends with the offset of a word in the page."""
    return code + struct.pack("<i", where)


def store(where: int, value: int) -> bytes:
    """Give a word a value."""
    return at(b"\x41\xc7\x80", where) + struct.pack("<I", value)  # mov dword [where], value


def store_byte(where: int, value: int) -> bytes:
    """Give a byte a value."""
    return at(b"\x41\xc6\x80", where) + bytes([value])  # mov byte [where], value


def when(where: int, then: bytes) -> bytes:
    """``then`` is left out where the word is 0."""
    return at(b"\x41\x83\xb8", where) + b"\x00" + unless_equal(then)  # cmp dword [where], 0


def unless_equal(then: bytes) -> bytes:
    """``then`` is left out where a comparison found equal."""
    return b"\x0f\x84" + struct.pack("<i", len(then)) + then  # je behind it


def if_equal(then: bytes) -> bytes:
    """``then`` is left out where a comparison found unequal."""
    return b"\x0f\x85" + struct.pack("<i", len(then)) + then  # jne behind it


def call(number: int) -> bytes:
    """A system call, its arguments being in their registers."""
    return b"\xb8" + struct.pack("<I", number) + b"\x0f\x05"  # mov eax, number; syscall


def wake(where: int) -> bytes:
    """Let who sleeps on a word go on."""
    first = at(b"\x49\x8d\xb8", where)  # lea rdi, [where]
    second = b"\xbe" + struct.pack("<I", FUTEX_WAKE)  # mov esi, 1
    return first + second + b"\xba" + struct.pack("<I", 1) + call(SYS_FUTEX)  # mov edx, 1


def sleep_until(where: int, limit: int | None = None) -> bytes:
    """Sleep until the word is no longer 0, or until the time at ``limit`` is over."""
    sleep = at(b"\x49\x8d\xb8", where) + b"\x31\xf6\x31\xd2"  # lea rdi, [where]; xor esi, esi; xor edx, edx
    sleep += (
        b"\x45\x31\xd2" if limit is None else at(b"\x4d\x8d\x90", limit)
    )  # xor r10d, r10d; lea r10, [limit]
    sleep += call(SYS_FUTEX)
    look = at(b"\x41\x83\xb8", where) + b"\x00"  # cmp dword [where], 0
    over = b"" if limit is None else b"\x83\xf8" + struct.pack("b", TIMED_OUT)  # cmp eax, TIMED_OUT
    size = len(sleep) + len(over) + (6 if over else 0) + 5
    body = sleep + over + (b"\x0f\x84" + struct.pack("<i", 5) if over else b"")  # je behind the jump
    back = -(len(look) + 6 + len(body) + 5)
    return look + b"\x0f\x85" + struct.pack("<i", size) + body + b"\xe9" + struct.pack("<i", back)  # jne; jmp


def ioctl(request: int, argument: bytes) -> bytes:
    """Of A's breakpoint; ``argument`` leaves one in rdx. The result is in eax."""
    event = at(b"\x41\x8b\xb8", EVENT)  # mov edi, [EVENT]
    return event + b"\xbe" + struct.pack("<I", request) + argument + call(SYS_IOCTL)  # mov esi, request


@dataclass(frozen=True)
class Jump:
    """To a label, where a comparison found what ``when`` says."""

    label: str
    when: bytes = b"\xe9"

    @property
    def size(self) -> int:
        return len(self.when) + 4


EQUAL, UNEQUAL, BELOW, NOT_BELOW, NOT_ABOVE = (bytes((0x0F, kind)) for kind in (0x84, 0x85, 0x82, 0x83, 0x86))
"""Of unsigned numbers: first the left one of a comparison."""


def linked(pieces: Sequence[bytes | str | Jump]) -> bytes:
    """Code, labels, and jumps to labels, in one piece."""
    labels: dict[str, int] = {}
    size = 0
    for piece in pieces:
        if isinstance(piece, str):
            labels[piece] = size
        else:
            size += piece.size if isinstance(piece, Jump) else len(piece)
    code = b""
    for piece in pieces:
        if isinstance(piece, Jump):
            code += piece.when + struct.pack("<i", labels[piece.label] - len(code) - piece.size)
        elif isinstance(piece, bytes):
            code += piece
    return code
