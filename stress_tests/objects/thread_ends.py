"""Threads that end with a queue of delayed frees that is not empty.

What a thread still has to free goes into a queue of the interpreter when the thread ends, and is freed by it, or by
whoever comes next: from 3.14 on finalizers run there (``_PyMem_AbandonDelayed`` in ``Objects/obmalloc.c``).
"""

from __future__ import annotations

import time
from threading import Thread
from typing import Any

from harness.kernel import OwnWrite, Scenario, Value, operation

ENTRIES = 200
"""In the queue of a thread that ends: more than it waits for before the first can be freed, and less than it empties it
for."""
REST_S = 0.001
"""In which no other thread is in the middle of anything."""


class _Holder:
    """Its instances have a dict."""


def leave(kind: type, *arguments: object) -> None:
    """Drop a thing of that kind by way of this thread's queue, and end.

    It is made here: what another thread has made is finalized by that one.
    """
    holder = _Holder()
    holder.__dict__ = {"thing": kind(*arguments)}
    for _ in range(ENTRIES):
        holder.__dict__ = {}
    time.sleep(REST_S)


class Awaiting(Value):
    """Waits for a thread that it has started, and notes that it has ended."""

    __slots__ = ("ended",)

    def __init__(self, count: int, ended: list[int]) -> None:
        super().__init__(count)
        self.ended = ended

    def __del__(self) -> None:
        other = Thread(target=leave, args=(Value, 0))
        other.start()
        other.join()
        self.ended.append(self.count)


class FinalizerAwaitsThread(Scenario):
    """A finalizer that waits for a thread's end gets there, also where it runs while another thread ends (gh-130794).

    Sound: the thread that it waits for needs nothing that it could hold, and ends.
    """

    oracle = OwnWrite()
    needs_parallelism = False
    bystanders = ()
    swept = False

    @operation(actor="writer", stores=60)
    def end(self, n: int) -> Any:
        thread = Thread(target=leave, args=(Awaiting, n, []))
        thread.start()
        thread.join()
        return thread.is_alive(), False
