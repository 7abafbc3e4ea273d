"""A's path, recorded by A itself: the trap flag is set, and the handler of each trap keeps where the thread is.

It begins behind the instruction that says that A is inside its operation (a breakpoint on that byte), and ends with the
one that says that it no longer is. The calls that the manager does not care for, allocators' and other libraries', are
run over: without the flag, to a breakpoint where they return. Which these are follows from the spans that the manager
has told, and from the stack, by the same rule as the manager's own (``harness.sweep.points``).
"""

from __future__ import annotations

import struct

from harness.kernel.machine_code import (
    BELOW,
    DISABLE,
    EQUAL,
    MOVE,
    NOT_ABOVE,
    NOT_BELOW,
    RETURN,
    UNEQUAL,
    Jump,
    at,
    ioctl,
    linked,
    store,
)
from harness.kernel.page import (
    ARMED,
    BEFORE,
    CALLED,
    FRAME_AT,
    INSIDE_A,
    KNOWN,
    LISTS,
    MOST_STEPS,
    MOVED,
    RECORD,
    RECORDED,
    RECORDS,
    RETURNS,
    SPAN,
    SPANS,
)

NO, BEGINS, STEPS, OVER, ENDED, CUT, LATE = range(7)
"""What LISTS says: nothing is listed; it begins where A comes inside; it is being stepped; it runs over a call; it has
been listed; it was, as far as there is room; a signal was kept from A until it was somewhere else."""
OUT, STUB, IN, LEAF = range(4)
"""Kinds of spans: in no file that is swept; in one, but in no function; in a function; where a function begins that is
run over."""
KIND_BITS = 2
TRAP_PERF = 6
"""The ``si_code`` of a breakpoint's signal, at ``SI_CODE`` in its ``siginfo_t``."""
SI_CODE = 8
SI_PERF_FLAGS, ASYNC = 36, 1
"""Whether it comes late, for it was blocked; before Linux 5.19 that ends the process."""
SAVED, RSP, RIP, EFLAGS = 40, 160, 168, 176
"""Where registers are in what the kernel saves for a signal's handler (``ucontext_t``): all of them, and some."""
SAVED_WORDS = 17
TRAP_FLAG = 0x100
ADDRESS = 56
"""Where ``struct perf_event_attr`` has its breakpoint's address."""


def _saved(code: bytes, where: int) -> bytes:
    return code + struct.pack("<i", where)


def _flag(on: bool) -> bytes:
    if on:
        return _saved(b"\x41\x81\x89", EFLAGS) + struct.pack(
            "<I", TRAP_FLAG
        )  # or dword [r9 + EFLAGS], TRAP_FLAG
    return _saved(b"\x41\x81\xa1", EFLAGS) + struct.pack(
        "<i", ~TRAP_FLAG
    )  # and dword [r9 + EFLAGS], ~TRAP_FLAG


def _is(where: int, value: int) -> bytes:
    return at(b"\x41\x83\xb8", where) + bytes([value])  # cmp dword [where], value


IS_INSIDE = at(b"\x41\x80\xb8", INSIDE_A) + b"\x00"  # cmp byte [INSIDE_A], 0
NO_CALL = at(b"\x49\xc7\x80", CALLED) + bytes(4)  # mov qword [CALLED], 0


def stepping() -> bytes:
    """What the handler does while A's path is listed. rdi, rsi and rdx are its arguments."""
    return linked(
        [
            b"\x49\x89\xd1",  # mov r9, rdx
            b"\x83\x7e" + bytes([SI_CODE, TRAP_PERF]),  # cmp dword [rsi + SI_CODE], TRAP_PERF
            Jump("trap", UNEQUAL),
            *_from_breakpoint(),
            "trap",
            _is(LISTS, STEPS),
            Jump("leave", UNEQUAL),
            IS_INSIDE,
            Jump("end", EQUAL),
            "record",
            *_record(),
            *_kind(),
            *_rule(),
            "over",
            *_run_over(),
            "late",
            store(LISTS, LATE),
            Jump("leave"),
            "end",
            store(LISTS, ENDED),
            Jump("leave"),
            "cut",
            store(LISTS, CUT),
            "leave",
            _flag(False),
            "back",
        ]
    )


def _from_breakpoint() -> list[bytes | str | Jump]:
    """A has come inside, or to the end of a call that was run over."""
    return [
        b"\xf7\x46"
        + bytes([SI_PERF_FLAGS])
        + struct.pack("<I", ASYNC),  # test dword [rsi + SI_PERF_FLAGS], ASYNC
        Jump("late", UNEQUAL),
        IS_INSIDE,
        Jump("back", EQUAL),
        _is(LISTS, BEGINS),
        Jump("steps", EQUAL),
        _is(LISTS, OVER),
        Jump("back", UNEQUAL),
        _saved(b"\x49\x8b\x81", RSP),  # mov rax, [r9 + RSP]
        at(b"\x49\x3b\x80", CALLED),  # cmp rax, [CALLED]
        Jump("back", NOT_ABOVE),  # the same place, in a call within the call
        "steps",
        store(ARMED, 0),
        ioctl(DISABLE, b"\x31\xd2"),  # xor edx, edx
        store(LISTS, STEPS),
        store(KNOWN, 0),
        NO_CALL,
        _flag(True),
        Jump("record"),
    ]


def _record() -> list[bytes | str | Jump]:
    return [
        at(b"\x49\x8b\xb8", RECORDED),  # mov rdi, [RECORDED]
        b"\x48\x81\xff" + struct.pack("<I", RECORD.size * MOST_STEPS),  # cmp rdi, RECORD.size * MOST_STEPS
        Jump("cut", NOT_BELOW),
        at(b"\x49\x8d\xbc\x38", RECORDS),  # lea rdi, [RECORDS + rdi]
        _saved(b"\x49\x8d\xb1", SAVED),  # lea rsi, [r9 + SAVED]
        b"\xb9" + struct.pack("<I", SAVED_WORDS),  # mov ecx, SAVED_WORDS
        b"\xf3\x48\xa5",  # rep movsq
        at(b"\x49\x8b\x80", FRAME_AT),  # mov rax, [FRAME_AT]
        b"\x48\x85\xc0",  # test rax, rax
        Jump("unknown", EQUAL),
        b"\x48\x8b\x00",  # mov rax, [rax]
        "unknown",
        b"\x48\xab",  # stosq
        b"\x31\xc0\x48\xab",  # xor eax, eax; stosq
        at(b"\x49\x81\x80", RECORDED) + struct.pack("<I", RECORD.size),  # add qword [RECORDED], RECORD.size
        b"\x49\x89\xfa",  # mov r10, rdi
    ]


def _kind() -> list[bytes | str | Jump]:
    """In eax, the kind of the span that A is in: the last one that begins at or below its address."""
    return [
        _saved(b"\x49\x8b\x91", RIP),  # mov rdx, [r9 + RIP]
        b"\x48\xc1\xe2" + bytes([KIND_BITS]),  # shl rdx, KIND_BITS
        b"\x48\x83\xca" + bytes([(1 << KIND_BITS) - 1]),  # or rdx, 3
        b"\x31\xf6",  # xor esi, esi
        at(b"\x41\x8b\x88", SPANS),  # mov ecx, [SPANS]
        "search",
        b"\x8d\x04\x0e",  # lea eax, [rsi + rcx]
        b"\xd1\xe8",  # shr eax, 1
        b"\x39\xf0",  # cmp eax, esi
        Jump("found", EQUAL),
        at(b"\x49\x3b\x94\xc0", SPAN),  # cmp rdx, [SPAN + rax * 8]
        Jump("below", BELOW),
        b"\x89\xc6",  # mov esi, eax
        Jump("search"),
        "below",
        b"\x89\xc1",  # mov ecx, eax
        Jump("search"),
        "found",
        at(b"\x41\x8b\x84\xf0", SPAN),  # mov eax, [SPAN + rsi * 8]
        b"\x83\xe0" + bytes([(1 << KIND_BITS) - 1]),  # and eax, 3
    ]


def _rule() -> list[bytes | str | Jump]:
    """Whether A has called what is run over."""
    return [
        _saved(b"\x49\x8b\x89", RSP),  # mov rcx, [r9 + RSP]
        _is(KNOWN, 0),
        Jump("no call", EQUAL),
        b"\x48\x8d\x51\x08",  # lea rdx, [rcx + 8]
        at(b"\x49\x3b\x90", BEFORE),  # cmp rdx, [BEFORE]
        Jump("no call", UNEQUAL),
        at(b"\x49\x89\x88", CALLED),  # mov [CALLED], rcx
        "no call",
        at(b"\x49\x83\xb8", CALLED) + b"\x00",  # cmp qword [CALLED], 0
        Jump("on", EQUAL),
        b"\x83\xf8" + bytes([STUB]),  # cmp eax, STUB
        Jump("back", EQUAL),
        b"\x83\xf8" + bytes([IN]),  # cmp eax, IN
        Jump("over", UNEQUAL),
        "on",
        NO_CALL,
        at(b"\x49\x89\x88", BEFORE),  # mov [BEFORE], rcx
        b"\x83\xe0" + bytes([IN]),  # and eax, IN, which LEAF has, too
        at(b"\x41\x89\x80", KNOWN),  # mov [KNOWN], eax
        RETURN,
    ]


def _run_over() -> list[bytes | str | Jump]:
    return [
        at(b"\x49\x8b\x88", CALLED),  # mov rcx, [CALLED]
        b"\x48\x8b\x01",  # mov rax, [rcx]
        b"\x49\x89\x42\xf8",  # mov [r10 - 8], rax
        at(b"\x49\x89\x80", RETURNS + ADDRESS),  # mov [RETURNS + ADDRESS], rax
        store(LISTS, OVER),
        store(ARMED, 1),
        ioctl(MOVE, at(b"\x49\x8d\x90", RETURNS)),  # lea rdx, [RETURNS]
        at(b"\x41\x89\x80", MOVED),  # mov [MOVED], eax
        Jump("leave"),
    ]
