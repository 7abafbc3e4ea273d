"""The page that a child which is swept shares with the manager: who tells whom what, where.

All numbers are offsets in it, of a byte unless something else is said.
"""

from __future__ import annotations

import struct

GATE = 44
"""A real-time signal: untraced, in a child that a scenario forks, it ends the process."""

# Bytes of the page.
GO, DO_A, DO_B, TURNS, QUIET, WARM, TELL, SIZE = range(8)
"""Told by the manager: may the threads begin; what each does next; how often B does its operation; whether B has
finished, so that A need not wait for it; whether caches are left warm; whether each operation's result is told; of a
subject, which of its sizes."""
WRONG_A, WRONG_B, SPENT, INSIDE_A, INSIDE_B, B_NEXT, B_RESTS = range(8, 15)
"""Told by the threads: whether something was wrong; whether a fresh state is due; who is inside an operation; whether
there is something for B to do between two stops; and before a scenario may be asked what it holds."""
NEW_CODE = 15
"""Told by the manager: the turns that a thread that only reads does in a new copy of its operation's bytecode before
the swept turn, so that this is specialised in it or before it, each time alike; 0: it goes on with what it has. Of a
subject: whether its operations are specialised before they are swept."""
STATES = (16, 32)
"""Where A, and B, tell the address of their thread state (0 where that cannot be said) and of the code they wait in."""
STATE = struct.Struct("<QQ")
PAIR = 48
"""Told by the manager, in two bytes: which of the pairs."""
NUMBER = struct.Struct("<H")
MADE_BY_B = 50
"""Told by the manager: whether it is B that makes the objects of a subject."""
GATE_WITHIN = 51
"""Told by the manager: whether gates are the machine code's (``within``), and not the signal that the tracer sees."""
TELL_WHERE = 52
"""Told by the manager: whether it is told where an object of a subject is."""
PAGE_BYTES = 4096

# Words of four bytes, for machine code. Those of each thread:
THREAD_A, THREAD_B = 64, 128
AT, PASS, HELD, LET, CONTEXT = 0, 4, 8, 12, 16
"""Relative to these: whether it is at its gate, and may go (who lets it go says that it is at it no longer); whether it
holds still wherever it is, and may let go, once; in eight bytes, where its registers were saved when it was made to."""
STANDS, ON, LEFT, EVENT, AIMED, MOVED, ARMED = range(192, 220, 4)
"""Of A: whether it stands at its point (1), and has let B go (2); may it go on; occurrences until it is there; the
descriptor of its breakpoint; whether that is to be moved before A goes; what that gave; whether it is on."""
LIMIT = 224
"""How long a thread sleeps at most, in seconds and nanoseconds of eight bytes each."""
BREAKPOINT = 256
"""What the breakpoint is to be: ``struct perf_event_attr``."""
FATAL, FATAL_IN, DIES = 384, 388, 392
"""The signal that ends the process; the thread, by the system's number, that waits in its handler; may it go on to its
end."""
FATAL_CONTEXT = 400
"""In eight bytes, where that thread's registers were saved."""
WHY_NOT = 512
"""Told by the threads: why they cannot stop within themselves, in so many bytes as the first one says."""

# Where a subject's object is, and those that it refers to, told by who makes it. Words first, then eight bytes each.
HEAD = 1088
"""In how many bytes of an object its references are counted, and its lock is; how many objects follow."""
COUNTS = struct.Struct("<II")
OBJECT = 1096
"""Of each: its address, and how many bytes it has from there on."""
MOST_OBJECTS = 16
EXTENT = struct.Struct("<QQ")
IN_FRONT = 16
"""Bytes in front of an object that are its own, too: where its dict is, and its weak references."""

# Of a listing (``stepping``), words first, then eight bytes each.
LISTS, SPANS, KNOWN = 768, 772, 776
"""How far A is with it; how many spans the manager has told; whether the instruction before was a function's."""
CALLED, BEFORE, RECORDED, FRAME_AT, INSIDE_AT = range(784, 824, 8)
"""The stack pointer behind a call that has just been made, or 0; the one before; how many bytes were recorded; where A
keeps the address of its Python frame, or 0; where it writes whether it is inside."""
RETURNS = 896
"""What the breakpoint is to be at the end of a call that is run over: ``struct perf_event_attr``."""
SPAN = PAGE_BYTES
"""Told by the manager, eight bytes each, in their order: where a span of addresses begins, two bits further up, and of
what kind it is (``stepping.OUT`` and so on)."""
MOST_SPANS = 1 << 19
RECORDS = SPAN + 8 * MOST_SPANS
"""Told by A, of each step: its registers in the order in which the kernel saves them, from r8 to rip; its Python frame;
where the call that it has just made, and that is run over, returns to, or 0."""
RECORD = struct.Struct("<19Q")
MOST_STEPS = 1 << 17
SHARED_BYTES = RECORDS + RECORD.size * MOST_STEPS
"""Of all that is shared; what of it is never touched takes no memory."""

LEAVE, FRESH, SWEPT, REST, NEXT, AGAIN = range(6)
"""What DO_A and DO_B say: end; a fresh state; the swept operation; what of the cycle follows it; go on to the next; be
at a gate again, which may be another one now."""
