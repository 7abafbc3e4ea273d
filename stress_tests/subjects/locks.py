"""What threads meet at: threading's locks, and the queues. Whatever would wait is only tried.

Of threading's classes the documents say that all their methods are executed atomically, of queue's that they hold the
locks they need.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
import weakref
from itertools import count
from typing import Any, ClassVar

from harness.kernel.pairs import ATOMIC, Subject, fresh_strings, step

try:
    import _multiprocessing  # type: ignore[import-not-found]

    SemLock = _multiprocessing.SemLock
except (ImportError, AttributeError):  # where the system has no semaphores with names
    SemLock = None
_numbers = count()


def _between_processes(kind: int, value: int) -> Any:
    """A new semaphore of the system's, whose name is gone at once; kind 0 counts how often its thread holds it."""
    return SemLock(kind, value, value, f"/ftstress-{os.getpid()}-{next(_numbers)}", True)


def _count(lock: Any) -> int:
    """How often a reentrant lock is held, as its repr tells it."""
    return int(repr(lock).partition("count=")[2].split()[0])


class Lock(Subject):
    """A Lock that nobody waits for."""

    said = "threading, Lock objects: all methods are executed atomically"
    left_out = {
        "__enter__": "waits: LockAround has it",
        "__exit__": "LockAround has it",
        "__new__": "other subjects' fresh objects come from it",
        "_at_fork_reinit": "for a child process",
        "acquire_lock": "an old name of acquire",
        "locked_lock": "an old name of locked",
        "release_lock": "an old name of release",
    }

    def fresh(self, size: int) -> Any:
        return threading.Lock()

    def left(self, o: Any) -> Any:
        return o.locked()

    @step(ATOMIC, writes=True)
    def acquire(o: Any, v: str) -> Any:
        return o.acquire(blocking=False)

    @step(ATOMIC, writes=True)
    def acquire_at_once(o: Any, v: str) -> Any:
        return o.acquire(False, -1)

    @step(ATOMIC, writes=True)
    def acquire_for_no_time(o: Any, v: str) -> Any:
        return o.acquire(timeout=0)

    @step(ATOMIC, writes=True)
    def release(o: Any, v: str) -> Any:
        o.release()

    @step(ATOMIC)
    def locked(o: Any, v: str) -> Any:
        return o.locked()

    @step()
    def acquire_wrong(o: Any, v: str) -> Any:
        return o.acquire(False, 1)

    @step()
    def text(o: Any, v: str) -> Any:
        return repr(o).split()[0] in ("<locked", "<unlocked"), o == o, hash(o) == hash(o)

    @step()
    def weak_reference(o: Any, v: str) -> Any:
        return weakref.ref(o)() is o


class LockHeld(Lock):
    """A Lock that somebody has acquired."""

    def fresh(self, size: int) -> Any:
        o = threading.Lock()
        o.acquire()
        return o


class LockAround(Subject):
    """A Lock around what a list is asked and told: every operation holds it, and gives it back."""

    said = Lock.said

    def fresh(self, size: int) -> Any:
        return threading.Lock(), fresh_strings(1)

    def left(self, o: Any) -> Any:
        return [o[0].locked(), o[1]]

    @step(ATOMIC, writes=True)
    def with_(o: Any, v: str) -> Any:
        with o[0]:
            seen = o[1][-1]
            o[1].append(v)
        return seen

    @step(ATOMIC, writes=True)
    def acquire(o: Any, v: str) -> Any:
        o[0].acquire()
        try:
            o[1].append(v)
            return len(o[1])
        finally:
            o[0].release()

    @step(ATOMIC, writes=True)
    def acquire_with_limit(o: Any, v: str) -> Any:
        if not o[0].acquire(timeout=60.0):
            return "not in a minute"
        o[1][0] = v
        seen = list(o[1])
        o[0].release()
        return seen

    @step(ATOMIC, writes=True)
    def clear(o: Any, v: str) -> Any:
        with o[0]:
            del o[1][1:]
            return o[1][0]


class RLock(Subject):
    """A reentrant lock that nobody waits for."""

    said = "threading: all of the methods described below are executed atomically"

    left_out = {
        "__enter__": "waits: ReentrantLockAround has it",
        "__exit__": "ReentrantLockAround has it",
        "__new__": "other subjects' fresh objects come from it",
        "_acquire_restore": "Condition calls it",
        "_at_fork_reinit": "for a child process",
        "_release_save": "Condition calls it",
    }

    def fresh(self, size: int) -> Any:
        return threading.RLock()

    def left(self, o: Any) -> Any:
        return _count(o)

    @step(ATOMIC, writes=True)
    def acquire(o: Any, v: str) -> Any:
        return o.acquire(blocking=False)

    @step(ATOMIC, writes=True)
    def acquire_twice(o: Any, v: str) -> Any:
        return o.acquire(blocking=False) and o.acquire(blocking=False)

    @step(ATOMIC, writes=True)
    def release(o: Any, v: str) -> Any:
        o.release()

    @step(ATOMIC, writes=True)
    def acquire_for_no_time(o: Any, v: str) -> Any:
        return o.acquire(timeout=0)

    @step(ATOMIC)
    def owned(o: Any, v: str) -> Any:
        return o._is_owned()

    @step()
    def locked(o: Any, v: str) -> Any:
        return o.locked() in (False, True) if sys.version_info >= (3, 14) else None

    @step()
    def text(o: Any, v: str) -> Any:
        return repr(o).split()[0] in ("<locked", "<unlocked"), o == o, hash(o) == hash(o)

    @step()
    def recursion(o: Any, v: str) -> Any:
        return o._recursion_count() in range(9)

    @step()
    def weak_reference(o: Any, v: str) -> Any:
        return weakref.ref(o)() is o


class ReentrantLockAround(LockAround):
    """A reentrant lock around what a list is asked and told."""

    said = RLock.said

    def fresh(self, size: int) -> Any:
        return threading.RLock(), fresh_strings(1)

    def left(self, o: Any) -> Any:
        return [_count(o[0]), o[1]]

    @step(ATOMIC, writes=True)
    def with_twice(o: Any, v: str) -> Any:
        with o[0]:
            seen = o[1][-1]
            with o[0]:
                o[1].append(v)
        return seen


class ConditionAround(LockAround):
    """A Condition around what a list is asked and told."""

    said = RLock.said

    def fresh(self, size: int) -> Any:
        return threading.Condition(), fresh_strings(1)

    def left(self, o: Any) -> Any:
        return [_count(o[0]._lock), o[1]]

    @step(ATOMIC, writes=True)
    def notify(o: Any, v: str) -> Any:
        with o[0]:
            o[1].append(v)
            o[0].notify()

    @step(ATOMIC, writes=True)
    def notify_all(o: Any, v: str) -> Any:
        with o[0]:
            o[1].append(v)
            o[0].notify_all()

    @step(ATOMIC)
    def notify_without(o: Any, v: str) -> Any:
        o[0].notify()

    @step(writes=True)
    def wait_for_no_time(o: Any, v: str) -> Any:
        with o[0]:
            return o[0].wait(timeout=0) in (False, True)

    @step(writes=True)
    def wait_for_it(o: Any, v: str) -> Any:
        with o[0]:
            return o[0].wait_for(lambda: len(o[1]) > 1, timeout=0) in (False, True)

    @step()
    def text(o: Any, v: str) -> Any:
        return len(repr(o[0])) > 0


if SemLock is not None:

    class ReentrantProcessLock(Subject):
        """The reentrant lock that multiprocessing's is made of, between threads. Nobody waits for it."""

        said = "multiprocessing.RLock: must be released by the process or thread that acquired it"
        left_out: ClassVar[dict[str, str]] = {
            "__enter__": "waits: ReentrantProcessLockAround has it",
            "__exit__": "ReentrantProcessLockAround has it",
            "__new__": "other subjects' fresh objects come from it",
            "_after_fork": "for a child process",
            "_rebuild": "for a child process",
        }

        def fresh(self, size: int) -> Any:
            return _between_processes(0, 1)

        def wrong(self, o: Any) -> str:
            return (
                ""
                if o._is_zero() == (o._get_value() == 0)
                else "whether it is held is not what its value says"
            )

        def left(self, o: Any) -> Any:
            return o._get_value()

        @step(writes=True)
        def acquire_and_release(o: Any, v: str) -> Any:
            """Whoever has it is told so, and may give it back."""
            if not o.acquire(False):
                return None
            held = o._is_mine(), o._count() > 0
            o.release()
            return held == (True, True)

        @step(writes=True)
        def acquire_twice(o: Any, v: str) -> Any:
            if not o.acquire(timeout=0):
                return None
            held = o.acquire(False), o._count() > 1, o._is_mine()
            o.release()
            o.release()
            return held == (True, True, True)

        @step(writes=True)
        def acquire(o: Any, v: str) -> Any:
            return o.acquire(False)

        @step(writes=True, may_raise=(AssertionError,))
        def release(o: Any, v: str) -> Any:
            o.release()

        @step()
        def parts(o: Any, v: str) -> Any:
            return o._count() >= 0, o._is_mine() in (False, True), o._get_value() in (0, 1)

        @step()
        def constants(o: Any, v: str) -> Any:
            return (
                o.kind,
                o.maxvalue,
                o.name is None,
                o.handle > 0,
                o.SEM_VALUE_MAX > 1,
                o._is_zero() in (False, True),
            )

    class ProcessSemaphore(Subject):
        """The semaphore of two that multiprocessing's is made of, between threads. Nobody waits for it."""

        left_out: ClassVar[dict[str, str]] = ReentrantProcessLock.left_out

        def fresh(self, size: int) -> Any:
            return _between_processes(1, 2)

        def wrong(self, o: Any) -> str:
            return "" if o._get_value() in range(3) else f"its value is {o._get_value()}, of 2"

        def left(self, o: Any) -> Any:
            return o._get_value()

        @step(writes=True)
        def acquire(o: Any, v: str) -> Any:
            return o.acquire(False)

        @step(writes=True)
        def acquire_for_no_time(o: Any, v: str) -> Any:
            return o.acquire(timeout=0)

        @step(writes=True, may_raise=(ValueError,))
        def release(o: Any, v: str) -> Any:
            o.release()

        @step(writes=True, may_raise=(ValueError,))
        def acquire_and_release(o: Any, v: str) -> Any:
            """Others release what they have not acquired: it may be full again when this one does."""
            if o.acquire(False):
                o.release()

        @step()
        def parts(o: Any, v: str) -> Any:
            return o._is_zero() in (False, True), o._get_value() in range(3), o._is_mine() in (False, True)

        @step()
        def constants(o: Any, v: str) -> Any:
            return (
                o.kind,
                o.maxvalue,
                o.name is None,
                o.handle > 0,
                o.SEM_VALUE_MAX > 1,
                o._count() in range(-9, 9),
            )

    class ProcessLockAround(LockAround):
        """The lock that multiprocessing's is made of, around what a list is asked and told by threads."""

        said = "multiprocessing.Lock: once a thread has it, attempts to acquire it block until it is released"

        def fresh(self, size: int) -> Any:
            return _between_processes(1, 1), fresh_strings(1)

        def left(self, o: Any) -> Any:
            return [o[0]._is_zero(), o[1]]

    class ReentrantProcessLockAround(ProcessLockAround, ReentrantLockAround):
        """The reentrant lock that multiprocessing's is made of, around what a list is asked and told by threads."""

        def fresh(self, size: int) -> Any:
            return _between_processes(0, 1), fresh_strings(1)


class Event(Subject):
    """An Event that nobody waits for."""

    said = RLock.said

    def fresh(self, size: int) -> Any:
        return threading.Event()

    def left(self, o: Any) -> Any:
        return o.is_set()

    @step(ATOMIC, writes=True)
    def set_(o: Any, v: str) -> Any:
        o.set()

    @step(ATOMIC, writes=True)
    def clear(o: Any, v: str) -> Any:
        o.clear()

    @step(ATOMIC)
    def is_set(o: Any, v: str) -> Any:
        return o.is_set()

    @step()
    def wait(o: Any, v: str) -> Any:
        return o.wait(timeout=0) in (False, True)

    @step()
    def text(o: Any, v: str) -> Any:
        return len(repr(o)) > 0


class Semaphore(Subject):
    """A Semaphore of two."""

    said = RLock.said

    def fresh(self, size: int) -> Any:
        return threading.Semaphore(2)

    def left(self, o: Any) -> Any:
        return o._value

    @step(ATOMIC, writes=True)
    def acquire(o: Any, v: str) -> Any:
        return o.acquire(blocking=False)

    @step(ATOMIC, writes=True)
    def release(o: Any, v: str) -> Any:
        o.release()

    @step(ATOMIC, writes=True)
    def release_two(o: Any, v: str) -> Any:
        o.release(2)

    @step(writes=True)
    def acquire_for_no_time(o: Any, v: str) -> Any:
        return o.acquire(timeout=0) in (False, True)

    @step()
    def text(o: Any, v: str) -> Any:
        return len(repr(o)) > 0


class BoundedSemaphore(Semaphore):
    """A Semaphore of two that must not be released more often than it was acquired."""

    def fresh(self, size: int) -> Any:
        o = threading.BoundedSemaphore(2)
        o.acquire()
        return o


class Barrier(Subject):
    """A Barrier at which two threads meet, or give up at once."""

    said = RLock.said

    def fresh(self, size: int) -> Any:
        return threading.Barrier(2)

    def left(self, o: Any) -> Any:
        return [o.n_waiting, o.parties]

    @step(writes=True, may_raise=(threading.BrokenBarrierError,), lets_raise=(threading.BrokenBarrierError,))
    def wait(o: Any, v: str) -> Any:
        return o.wait(timeout=0) in (0, 1)

    @step(writes=True, lets_raise=(threading.BrokenBarrierError,))
    def abort(o: Any, v: str) -> Any:
        o.abort()

    @step(writes=True, lets_raise=(threading.BrokenBarrierError,))
    def reset(o: Any, v: str) -> Any:
        o.reset()

    @step()
    def state(o: Any, v: str) -> Any:
        return o.broken in (False, True), o.n_waiting in (0, 1, 2), o.parties

    @step()
    def text(o: Any, v: str) -> Any:
        return len(repr(o)) > 0


class _LocalFilled(threading.local):
    """A thread's own data, which begins with something."""

    def __init__(self, x1: str) -> None:
        self.x1 = x1


class Local(Subject):
    """Thread-local data: each thread sees its own."""

    said = "threading: thread-local data is data whose values are thread specific"

    def fresh(self, size: int) -> Any:
        return threading.local()

    def left(self, o: Any) -> Any:
        return dict(o.__dict__)

    @step(ATOMIC, writes=True)
    def store_read(o: Any, v: str) -> Any:
        o.x0 = v
        return o.x0 is v

    @step(ATOMIC)
    def get(o: Any, v: str) -> Any:
        return getattr(o, "x0", v) is not None

    @step(ATOMIC, writes=True)
    def delete(o: Any, v: str) -> Any:
        o.x1 = v
        del o.x1

    @step(ATOMIC)
    def dict_(o: Any, v: str) -> Any:
        return sorted(vars(o)), o.__dict__ is o.__dict__

    @step(ATOMIC)
    def get_missing(o: Any, v: str) -> Any:
        return o.x3

    @step(ATOMIC)
    def dir_(o: Any, v: str) -> Any:
        return "x3" in dir(o)

    @step(ATOMIC)
    def replace_dict(o: Any, v: str) -> Any:
        o.__dict__ = {}


class LocalOfClass(Local):
    """Thread-local data of a subclass, whose __init__ is called for each thread."""

    def fresh(self, size: int) -> Any:
        return _LocalFilled("x1")

    @step(ATOMIC)
    def get_filled(o: Any, v: str) -> Any:
        return o.x1


class Queue(Subject):
    """A Queue of at most three, which threads fill and empty without waiting."""

    said = "queue: implements all the required locking semantics"
    made: Any = queue.Queue

    def fresh(self, size: int) -> Any:
        o = self.made(3)
        for item in fresh_strings(2):
            o.put(item)
        return o

    def left(self, o: Any) -> Any:
        return [o.unfinished_tasks, sorted(o.queue)]

    def wrong(self, o: Any) -> str:
        if not 0 <= o.qsize() <= 3:
            return f"a queue of at most three holds {o.qsize()}"
        return "" if o.qsize() == len(list(o.queue)) else "qsize disagrees with what the queue holds"

    @step(ATOMIC, writes=True)
    def put(o: Any, v: str) -> Any:
        o.put_nowait(v)

    @step(ATOMIC, writes=True)
    def put_at_once(o: Any, v: str) -> Any:
        o.put(v, block=False)

    @step(ATOMIC, writes=True)
    def put_for_no_time(o: Any, v: str) -> Any:
        o.put(v, timeout=0)

    @step(ATOMIC, writes=True)
    def get(o: Any, v: str) -> Any:
        return o.get_nowait()

    @step(ATOMIC, writes=True)
    def get_at_once(o: Any, v: str) -> Any:
        return o.get(block=False)

    @step(ATOMIC, writes=True)
    def get_for_no_time(o: Any, v: str) -> Any:
        return o.get(timeout=0)

    @step(ATOMIC, writes=True)
    def task_done(o: Any, v: str) -> Any:
        o.task_done()

    @step()
    def qsize(o: Any, v: str) -> Any:
        return 0 <= o.qsize() <= 3

    @step()
    def full_or_empty(o: Any, v: str) -> Any:
        return o.full() in (False, True), o.empty() in (False, True)

    if sys.version_info >= (3, 13):

        @step(ATOMIC, writes=True)
        def shutdown(o: Any, v: str) -> Any:
            o.shutdown()

        @step(ATOMIC, writes=True)
        def shutdown_at_once(o: Any, v: str) -> Any:
            o.shutdown(immediate=True)


class LifoQueue(Queue):
    """A LifoQueue of at most three."""

    made = queue.LifoQueue


class PriorityQueue(Queue):
    """A PriorityQueue of at most three."""

    made = queue.PriorityQueue


class SimpleQueue(Subject):
    """A SimpleQueue, which threads fill and empty without waiting."""

    said = "queue: the required locking semantics; SimpleQueue gives additional guarantees"
    left_out = {"__new__": "other subjects' fresh objects come from it"}
    sizes = (1, 8)

    def fresh(self, size: int) -> Any:
        o: Any = queue.SimpleQueue()
        for item in fresh_strings(size):
            o.put(item)
        return o

    def left(self, o: Any) -> Any:
        items = []
        while not o.empty():
            items.append(o.get_nowait())
        return items

    def wrong(self, o: Any) -> str:
        return "" if o.empty() == (o.qsize() == 0) else "empty disagrees with qsize"

    @step(ATOMIC, writes=True)
    def put(o: Any, v: str) -> Any:
        o.put(v)

    @step(ATOMIC, writes=True)
    def put_nowait(o: Any, v: str) -> Any:
        o.put_nowait(v)

    @step(writes=True)
    def put_many(o: Any, v: str) -> Any:
        for item in (v, v, v, v, v, v):
            o.put(item, block=True, timeout=None)

    @step(ATOMIC, writes=True)
    def get(o: Any, v: str) -> Any:
        return o.get(block=False)

    @step(ATOMIC, writes=True)
    def get_nowait(o: Any, v: str) -> Any:
        return o.get_nowait()

    @step(ATOMIC, writes=True)
    def get_for_no_time(o: Any, v: str) -> Any:
        return o.get(timeout=0)

    @step(writes=True, may_raise=(queue.Empty,))
    def put_get(o: Any, v: str) -> Any:
        o.put(v)
        return o.get(block=False)

    @step()
    def qsize(o: Any, v: str) -> Any:
        return o.qsize() >= 0, o.empty() in (False, True), o.__sizeof__() > 0

    @step()
    def generic(o: Any, v: str) -> Any:
        return type(o)[int] is not None, len(repr(o)) > 0, o == o

    @step()
    def weak_reference(o: Any, v: str) -> Any:
        return weakref.ref(o)() is o
