"""Two threads of a child that is swept: they do, one operation at a time, what the manager says.

The manager stops one of them, A, in the middle of an operation and has the other, B, do a whole one there. What they
must do next they read from a page that they share with the manager, each through a mapping of its own, because a lock
that both need would be held by the one that is stopped. A thread that waits for the manager sits at a ``gate``: a
signal that nobody but the tracer sees. There it is detached, so that nothing that stops the world waits for it.
"""

from __future__ import annotations

import gc
import mmap
import signal
import struct
import threading
import time
from collections.abc import Callable, Hashable, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeVar

from harness.kernel.events import Emit

if TYPE_CHECKING:
    from harness.kernel.event_types import OperationData

Operation = TypeVar("Operation", bound=Hashable)

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
PAGE_BYTES = 4096

LEAVE, FRESH, SWEPT, REST, NEXT = range(5)
"""What DO_A and DO_B say: end; a fresh state; the swept operation; what of the cycle follows it; go on to the next."""

PARKED_S = 0.001


class TwoThreads:
    """A and B, and the page over which they meet the manager."""

    def __init__(self, page_fd: int, emit: Emit) -> None:
        self.page_fd = page_fd
        self.emit = emit
        self.page = self._map()
        self.gate = signal.raise_signal

    def _map(self) -> mmap.mmap:
        return mmap.mmap(self.page_fd, PAGE_BYTES)

    def serve(
        self,
        work_a: Callable[[], None],
        work_b: Callable[[], None],
        pairs: Sequence[tuple[Operation, Operation]],
        described: Callable[[Operation], OperationData],
        sizes: Sequence[int] = (),
    ) -> None:
        """Do what the manager says until it says leave. ``pairs`` are those that it may ask for, and ``described`` says
        what it is told of an operation.
        """
        gc.disable()
        threads = [
            threading.Thread(target=work, name=name, daemon=True)
            for name, work in (("A", work_a), ("B", work_b))
        ]
        for thread in threads:
            thread.start()
        a, b = (thread.native_id for thread in threads)
        assert a is not None and b is not None
        operations = dict.fromkeys(chain.from_iterable(pairs))
        numbers = {one: number for number, one in enumerate(operations)}
        self.emit(
            {
                "event": "threads",
                "a": a,
                "b": b,
                "operations": [described(one) for one in operations],
                "pairs": [(numbers[one], numbers[other]) for one, other in pairs],
                "sizes": list(sizes),
            }
        )
        for thread in threads:
            thread.join()
        self.emit({"event": "done", "reason": "swept"})

    def parked(self, where: int, work: Any) -> mmap.mmap:
        """Wait until the tracer has this thread, which runs the function ``work``; its own mapping of the page."""
        page = self._map()
        STATE.pack_into(page, where, _thread_state(), id(work.__code__))
        while not page[GO]:
            time.sleep(PARKED_S)
        return page


def _thread_state() -> int:
    """The address of this thread's state; 0 where there is no ctypes to ask with."""
    try:
        import ctypes
    except ImportError:
        return 0
    get = ctypes.pythonapi.PyThreadState_Get
    get.restype = ctypes.c_void_p
    return int(get())
