"""Which fields of a shared object an operation accesses, so that two operations that were listed on an object each can
be compared: an address says nothing there, a field does.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from harness.kernel.page import IN_FRONT

WORD = 8
BLOCK = 1024
"""Bytes that what an object points to is taken to have at most: its items, a table, another object."""
MOST = 4096
"""Bytes of an object that are looked at."""
MEMORY = range(1 << 16, 1 << 47, WORD)
"""Where an object, or a block, may be."""

Fields = frozenset[tuple[int, ...]]
"""Words of objects, by the object's number and the offset in it, or in a block that it points to from that offset."""


@dataclass(frozen=True)
class Accessed:
    """What the points of one operation access of the shared object."""

    points: Sequence[tuple[Fields, Fields]] = ()
    """Of each: what is read from it on, before the next, and what is written."""
    outs: Sequence[int] = ()
    """Of each: the next at which a function has been left that it is in, by number; their count where there is none."""
    read: Fields = frozenset()
    written: Fields = frozenset()


NOTHING = Accessed()


class Layout:
    """Where an object, and those that it refers to, were when an operation was listed."""

    def __init__(
        self, head: int, objects: Sequence[tuple[int, int]], memory: Callable[[int, int], bytes]
    ) -> None:
        """``objects``: where each begins, and its size in bytes, the shared one first; ``head``: bytes of each in which
        references to it are counted, and its lock is: all access them. Behind these comes its type. ``memory``: gives
        what an address has, less where there is less. Raises OSError where that does.
        """
        self._head = head
        self._memory = memory
        ends: dict[int, tuple[int, tuple[int, ...], int]] = {}
        """By where a span begins: where it ends, whose it is, and where in it the head is."""
        for number, (address, size) in enumerate(objects):
            ends[address - IN_FRONT] = address + size, (number,), IN_FRONT
        known = {address for address, _ in objects}
        for number, (address, size) in enumerate(objects):
            words = memory(address, min(size, MOST))
            for offset in range(head + WORD, len(words) - WORD + 1, WORD):
                pointed = int.from_bytes(words[offset : offset + WORD], "little")
                if pointed in MEMORY and pointed not in known:
                    known.add(pointed)
                    head_at = 0 if self._is_object(pointed) else BLOCK
                    ends.setdefault(pointed, (pointed + BLOCK, (number, IN_FRONT + offset), head_at))
        self._begins = sorted(ends)
        self._spans = [ends[begin] for begin in self._begins]

    def fields(self, words: Iterable[int]) -> Fields:
        """Of words of memory, as a point has them, those in the objects, heads left out."""
        return frozenset(field for word in words if (field := self._field(word * WORD)) is not None)

    def _field(self, address: int) -> tuple[int, ...] | None:
        number = bisect_right(self._begins, address) - 1
        if number < 0:
            return None
        (end, of, head_at), offset = self._spans[number], address - self._begins[number]
        if address >= end or head_at <= offset < head_at + self._head:
            return None
        return (*of, offset)

    def _is_object(self, address: int) -> bool:
        """Whether its type is one: the type's type is ``type``, which is its own, or a metaclass, whose that is."""
        kind = self._type(self._type(address))
        return kind != 0 and (
            self._type(kind) == kind or self._type(self._type(kind)) == self._type(kind) != 0
        )

    def _type(self, address: int) -> int:
        """What stands behind the head; 0 where there is no memory."""
        try:
            found = self._memory(address + self._head, WORD) if address in MEMORY else b""
        except OSError:
            return 0
        return int.from_bytes(found, "little") if len(found) == WORD else 0


def accessed(points: Iterable[tuple[frozenset[int], frozenset[int], int]], layout: Layout | None) -> Accessed:
    """Of points, told by the words of memory that each loads, and stores, and by how many functions it is in. Nothing
    without a layout.
    """
    if layout is None:
        return NOTHING
    found: list[tuple[Fields, Fields]] = []
    depths: list[int] = []
    for loads, stores, depth in points:
        found.append((layout.fields(loads), layout.fields(stores)))
        depths.append(depth)
    outs = [len(found)] * len(found)
    inside: list[int] = []
    for number, depth in enumerate(depths):
        while inside and depths[inside[-1]] > depth:
            outs[inside.pop()] = number
        inside.append(number)
    read = Fields().union(*(loads for loads, _ in found))
    return Accessed(found, outs, read, Fields().union(*(stores for _, stores in found)))


def where_they_meet(mine: Accessed, theirs: Accessed) -> list[int]:
    """By number, A's points at which it has just read what B writes, or written what B reads or writes; and those at
    which it is back in each function that this was called from, for it may hold a lock until then.
    """
    written, either = theirs.written, theirs.read | theirs.written
    found: set[int] = set()
    for number, (loads, stores) in enumerate(mine.points):
        if loads & written or stores & either:
            found.add(number + 1)
            out = mine.outs[number]
            while out < len(mine.points):
                found.add(out)
                out = mine.outs[out]
    return sorted(one for one in found if one < len(mine.points))
