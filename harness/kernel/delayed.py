"""The queue of delayed frees that each thread has: filled from outside, so that it is emptied where a race wants it.

From 3.14 on an entry may be a reference to drop, so finalizers run where the queue is emptied; in a loop that nothing
interrupts that is the 254th entry, wherever it comes from (``free_delayed`` in ``Objects/obmalloc.c``). On main every
value that a class store replaces is such an entry.
"""

from __future__ import annotations

import sys
import weakref
from itertools import repeat

CHUNK = 254
"""Entries after which a thread empties its queue."""
HAS_QUEUE = sys.version_info >= (3, 14)


class _Holder:
    """Its instances have a dict."""


def queue_entries(count: int) -> None:
    """Put ``count`` entries into this thread's queue: a replaced ``__dict__`` is one (``_PyObject_SetManagedDict``)."""
    if not count:
        return
    holder = _Holder()
    holder.__dict__ = {}  # what it replaces lies within the instance, and is no entry
    for _ in repeat(None, count):
        holder.__dict__ = {}


def empty_queue() -> None:
    """Drop what this thread's queue holds, where no other thread can still be reading it.

    Twice a chunk: the entries of the last one are too young to be dropped with it.
    """
    if HAS_QUEUE:
        queue_entries(2 * CHUNK)


class _Mark(dict):  # type: ignore[type-arg]  # nothing is ever in it
    """A dict that says when it was freed."""

    __slots__ = ("__weakref__",)


class FullQueue:
    """Keeps a thread's queue one entry short of a chunk: with what the thread drops next, all is freed that is old
    enough, what it dropped the time before included.

    How many entries there are nobody says. What the thread does between two calls of ``fill`` makes the same number
    each time, as a rule; it is counted, and counted anew where the queue was not emptied in between.
    """

    def __init__(self) -> None:
        self._holder = _Holder()
        self._holder.__dict__ = {}
        self._oldest: weakref.ref[_Mark] | None = None
        self._to_emptying: int | None = None
        """Entries from where ``fill`` finds the queue to the one that empties it."""

    def fill(self) -> None:
        """To be called by the same thread always, with no other one inside the interpreter: what it drops gets old."""
        emptied = self._oldest is not None and self._oldest() is None
        entries = self._to_emptying
        if entries is None or not emptied:
            counted = self._empty()
            self._to_emptying = counted if emptied else None
            entries = CHUNK
        self._oldest = self._mark()
        self._put(entries - 3)

    def _empty(self) -> int:
        """Put in entries until they are freed: how many that took. The queue has none afterwards that counts."""
        freed = self._mark()
        entries = 2
        while freed() is not None and entries < 4 * CHUNK:
            self._put(1)
            entries += 1
        return (entries - 1) % CHUNK + 1

    def _mark(self) -> weakref.ref[_Mark]:
        """Two entries, of which the second says when it is freed."""
        mark = _Mark()
        self._holder.__dict__ = mark
        self._holder.__dict__ = {}
        return weakref.ref(mark)

    def _put(self, count: int) -> None:
        for _ in repeat(None, count):
            self._holder.__dict__ = {}
