"""The queue of delayed frees that each thread has: filled from outside, so that it is emptied where a race wants it.

From 3.14 on an entry may be a reference to drop, so finalizers run where the queue is emptied; in a loop that nothing
interrupts that is the 254th entry, wherever it comes from (``free_delayed`` in ``Objects/obmalloc.c``). On main every
value that a class store replaces is such an entry.
"""

from __future__ import annotations

import sys
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
