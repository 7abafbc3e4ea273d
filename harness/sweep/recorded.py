"""A's path as A has recorded it itself (``harness.kernel.stepping``), and what it must know for that."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter

from harness.kernel.page import (
    AIMED,
    BREAKPOINT,
    INSIDE_AT,
    LISTS,
    MOST_SPANS,
    MOVED,
    RECORD,
    RECORDED,
    RECORDS,
    RETURNS,
    SPAN,
    SPANS,
)
from harness.kernel.stepping import BEGINS, CUT, ENDED, IN, KIND_BITS, LEAF, NO, OUT, OVER, STUB
from harness.kernel.within import ATTRIBUTES, attributes, watching
from harness.sweep.held import X86_64
from harness.sweep.program import Program
from harness.sweep.stage import Stage
from harness.sweep.steps import Steps
from harness.sweep.untraced import SAVED_NAMES

RSP, RIP = SAVED_NAMES.index("rsp"), SAVED_NAMES.index("rip")
FRAME, BACK = RIP + 1, RIP + 2
_RECORDED = SAVED_NAMES[: RIP + 1]
REGISTERS: Callable[[Sequence[int]], tuple[int, ...]] = itemgetter(
    *(_RECORDED.index(name if name in _RECORDED else "rip") for name in X86_64.names[: X86_64.sp + 1])
)
"""Of a record, in the machine's order; the instruction pointer in the place of those that are not recorded."""
LONGEST_S = 4.0
"""How long a thread may take over its path, which is of so many steps at most; what takes longer hangs."""
DISAGREES = "a thread has run over other calls than it was to"
UNTRAPPED = "an operation lets no SIGTRAP in, or takes it for itself"


class NotRecorded(Exception):
    """A could not record its path; the message is the reason, to be read behind "because"."""


def spans(program: Program) -> list[tuple[int, int]]:
    """All addresses of a process by their kinds, in their order: where each span begins."""
    found = [(0, OUT)]
    for part in program.parts:
        found.append((part.begin, STUB))
        base = part.code.base
        for function in part.code.functions.all:
            begin, end = function.begin + base, function.end + base
            if not part.begin <= begin < part.end:
                continue
            if found[-1][0] >= begin:  # the one before ends where this one begins, or is longer than that
                found.pop()
            found.append((begin, LEAF if function.leaf else IN))
            if function.leaf and end > begin + 1:
                found.append((begin + 1, IN))
            found.append((min(end, part.end), STUB))
        if found[-1][0] >= part.end:
            found.pop()
        found.append((part.end, OUT))
    return found


def tell(stage: Stage, program: Program) -> None:
    """Tell A what it must know to record its path; of a program that is too large, nothing."""
    found = spans(program)
    if len(found) > MOST_SPANS:
        return
    struct.pack_into(
        f"<{len(found)}Q", stage.page, SPAN, *(begin << KIND_BITS | kind for begin, kind in found)
    )
    stage.words.set(SPANS, len(found))


class Recorded(Steps):
    """A's, which is not traced, and at its first gate."""

    inside = True

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self._records: Iterator[tuple[int, ...]] | None = None
        self._record: tuple[int, ...] = ()

    def next(self) -> bool:
        """As of all. Raises NotRecorded, too."""
        if self._records is None:
            self._records = self._run()
        elif self._record[BACK]:
            raise NotRecorded(DISAGREES)
        return self._take()

    def _take(self) -> bool:
        assert self._records is not None
        found = next(self._records, None)
        if found is None:
            return False
        self._record = found
        self.counter, self.sp = found[RIP], found[RSP]
        return True

    def _run(self) -> Iterator[tuple[int, ...]]:
        stage, words, page = self.stage, self.stage.words, self.stage.page
        if not words.get(SPANS):
            raise NotRecorded("the program has more functions than a thread can be told")
        frame = stage.frames[0]
        struct.pack_into("<QQ", page, RECORDED, 0, frame or 0)
        page[RETURNS : RETURNS + ATTRIBUTES.size] = attributes(0, disabled=False)
        at = watching(*struct.unpack_from("<Q", page, INSIDE_AT))
        page[BREAKPOINT : BREAKPOINT + len(at)] = at
        words.set(AIMED, 1)
        words.set(LISTS, BEGINS)
        stage.begin_a()
        stage.until_gate(stage.a, stage.limit_s + LONGEST_S)
        came, failed = words.get(LISTS), words.get(MOVED)
        words.set(LISTS, NO)
        if failed:
            raise NotRecorded("a thread's breakpoint cannot be moved to where its operation begins")
        if came not in (ENDED, CUT, OVER):
            raise NotRecorded(UNTRAPPED)
        self.cut = came == CUT
        (size,) = struct.unpack_from("<Q", page, RECORDED)
        return RECORD.iter_unpack(page[RECORDS : RECORDS + size])

    def over(self, sp: int) -> bool:
        """As of all. Raises NotRecorded, too."""
        if not self._record[BACK]:
            raise NotRecorded(DISAGREES)
        return self._take()

    def registers(self) -> Sequence[int]:
        return REGISTERS(self._record)

    def frame(self) -> int | None:
        return None if self.stage.frames[0] is None else self._record[FRAME]
