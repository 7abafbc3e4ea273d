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
import threading
import time
from collections.abc import Callable, Hashable, Sequence
from itertools import chain
from typing import TYPE_CHECKING, TypeVar

from harness.kernel.events import Emit
from harness.kernel.page import AGAIN, DO_A, GATE, GATE_WITHIN, GO, PAGE_BYTES, SHARED_BYTES, STATE, STATES
from harness.kernel.within import CannotStand, Standing, tell_why_not

if TYPE_CHECKING:
    from harness.kernel.event_types import OperationData

Operation = TypeVar("Operation", bound=Hashable)

PARKED_S = 0.001


class TwoThreads:
    """A and B, and the page over which they meet the manager."""

    def __init__(self, page_fd: int, emit: Emit) -> None:
        self.page_fd = page_fd
        self.emit = emit
        self.page = self._map(SHARED_BYTES)
        self.standing: Standing | None = None
        self.gates: list[Callable[[], None]] = []
        self.pages = [self.page, self.page]
        try:
            self.standing = Standing(self.page)
            self.gates = [self.standing.gate("gate_a"), self.standing.gate("gate_b")]
        except CannotStand as error:
            tell_why_not(self.page, str(error))

    def _map(self, size: int = PAGE_BYTES) -> mmap.mmap:
        return mmap.mmap(self.page_fd, size)

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

    def parked(self, who: int) -> mmap.mmap:
        """Wait until the tracer has this thread, A (0) or B (1); its own mapping of the page."""
        page = self.pages[who] = self._map()
        STATE.pack_into(page, STATES[who], _thread_state(), id(TwoThreads.gate.__code__))
        if self.standing is not None:
            try:
                self.standing.ready("AB"[who], page)
            except CannotStand as error:
                tell_why_not(page, str(error))
        while not page[GO]:
            time.sleep(PARKED_S)
        return page

    def gate(self, who: int) -> None:
        """Wait for the manager to let this thread, A (0) or B (1), go."""
        page = self.pages[who]
        while True:
            if page[GATE_WITHIN]:
                self.gates[who]()
            else:
                signal.raise_signal(GATE)
            if page[DO_A + who] != AGAIN:
                return


def _thread_state() -> int:
    """The address of this thread's state; 0 where there is no ctypes to ask with."""
    try:
        import ctypes
    except ImportError:
        return 0
    get = ctypes.pythonapi.PyThreadState_Get
    get.restype = ctypes.c_void_p
    return int(get())
