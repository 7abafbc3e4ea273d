"""Which words of a shared object an operation touches, so that two operations that were listed on an object each can be
compared: an address says nothing there, a place in the object does.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

from harness.kernel.page import BEFORE

WORD = 8
BLOCK = 1024
"""Bytes that what an object points to, and is no object, is taken to have at most: its items, or a table."""
LOWEST = 1 << 16
"""Nothing lies below this address."""
MOST = 4096
"""Bytes of an object that are looked at."""


Places = frozenset[tuple[int, ...]]
"""Words of an object, by the object's number and the offset in it, or in a block that it points to from that offset."""
Touches = Sequence[tuple[Places, Places]]
"""Of each point of an operation: what is read from it on, before the next, and what is written."""


class Layout:
    """Where an object, and those that it refers to, were when an operation was listed."""

    def __init__(
        self, head: int, objects: Sequence[tuple[int, int]], memory: Callable[[int, int], bytes]
    ) -> None:
        """``objects``: where each begins, and its size in bytes, the shared one first; ``head``: bytes of each in which
        references to it are counted, and its lock is: all touch them. Raises OSError where ``memory`` does.
        """
        self._head = range(BEFORE, BEFORE + head)
        spans: dict[int, tuple[int, tuple[int, ...]]] = {}
        for number, (address, size) in enumerate(objects):
            spans[address - BEFORE] = address + size, (number,)
        for number, (address, size) in enumerate(objects):
            words = memory(address, min(size, MOST))
            for offset in range(head, len(words) - WORD + 1, WORD):
                pointed = int.from_bytes(words[offset : offset + WORD], "little")
                if pointed > LOWEST and not pointed % WORD and pointed - BEFORE not in spans:
                    spans.setdefault(pointed, (pointed + BLOCK, (number, BEFORE + offset)))
        self._begins = sorted(spans)
        self._spans = [spans[begin] for begin in self._begins]

    def places(self, words: Iterable[int]) -> Places:
        """Of words of memory, as a point has them, those in the objects; counts of references are left out."""
        return frozenset(place for word in words if (place := self._place(word * WORD)) is not None)

    def _place(self, address: int) -> tuple[int, ...] | None:
        number = bisect_right(self._begins, address) - 1
        if number < 0:
            return None
        (end, of), offset = self._spans[number], address - self._begins[number]
        if address >= end or (len(of) == 1 and offset in self._head):
            return None
        return (*of, offset)


def touches(points: Iterable[tuple[frozenset[int], frozenset[int]]], layout: Layout | None) -> Touches:
    """Of the words of memory that each point loads, and stores, those of the objects; nothing without a layout."""
    if layout is None:
        return ()
    return [(layout.places(loads), layout.places(stores)) for loads, stores in points]


def met(mine: Touches, theirs: Touches) -> list[int]:
    """By number, A's points at which it has just read what B writes, or written what B reads or writes."""
    read = Places().union(*(loads for loads, _ in theirs))
    written = Places().union(*(stores for _, stores in theirs))
    shared = [bool(loads & written or stores & (read | written)) for loads, stores in mine]
    return [number for number, (before, _) in enumerate(pairwise(shared), 1) if before]
