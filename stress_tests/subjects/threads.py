"""Threads themselves, what makes iterators fit for several, and what signals and mocks keep of calls."""

from __future__ import annotations

import _thread
import collections
import contextvars
import copy
import faulthandler
import gc
import logging
import signal
import sys
import threading
import weakref
from concurrent import futures
from typing import Any, ClassVar
from unittest import mock

from harness.kernel.pairs import PROCESS, Attributes, Subject, fresh_strings, giving, in_a_thread, step


def _nothing() -> None:
    pass


if hasattr(_thread, "start_joinable_thread"):

    class ThreadHandle(Attributes):
        """What a thread that ends just now is joined by, by several."""

        def fresh(self, size: int) -> Any:
            return _thread.start_joinable_thread(_nothing, daemon=True)  # type: ignore[attr-defined]

        def left(self, o: Any) -> Any:
            o.join()
            return o.is_done()

        @step(writes=True)
        def join(o: Any, v: str) -> Any:
            o.join()
            return o.is_done()

        @step(writes=True)
        def join_for_no_time(o: Any, v: str) -> Any:
            o.join(0)

        @step()
        def is_done(o: Any, v: str) -> Any:
            return o.is_done() in (False, True)

        @step()
        def ident(o: Any, v: str) -> Any:
            return o.ident > 0

        @step(PROCESS, writes=True)
        def set_done(o: Any, v: str) -> Any:
            o._set_done()

        @step()
        def repr_(o: Any, v: str) -> Any:
            return len(repr(o)) > 3


class _Local(threading.local):
    """A place that is made anew for each thread that comes."""

    def __init__(self, first: str) -> None:
        self.first = first


class _Kept:
    """What a thread keeps and nobody else holds."""

    def __init__(self, name: str) -> None:
        self.name = name


class LocalOfEndingThreads(Subject):
    """Places that belong to threads, some of which end while others use them, or nobody holds the place any more."""

    said = "threading.local: the values are different for separate threads"
    most = PROCESS
    minimum_version = (3, 13)

    def fresh(self, size: int) -> Any:
        return [threading.local(), _Local("x0")]

    def left(self, o: Any) -> Any:
        return None

    @step(writes=True)
    def in_a_thread(o: Any, v: str) -> Any:
        plain, with_more = o

        def work() -> None:
            plain.x0 = with_more.x0 = v

        in_a_thread(work)

    @step(writes=True)
    def objectsin_a_thread(o: Any, v: str) -> Any:
        """What dies at the end of a thread is in another place of that thread."""
        plain, with_more = o

        def work() -> None:
            for _ in range(3):
                one = threading.local()
                plain.x0 = [_Kept(v), one]
                one.x1 = _Kept(v)
            with_more.x0 = _Kept(v)

        in_a_thread(work)

    @step(writes=True)
    def lastin_a_thread(o: Any, v: str) -> Any:
        """Who holds it last is a thread that ends."""
        held = [threading.local()]
        held[0].x0 = v

        def work() -> None:
            held[0].x0 = _Kept(v)
            held.clear()

        in_a_thread(work)

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o.clear()

    @step(writes=True)
    def replace(o: Any, v: str) -> Any:
        o[:] = [threading.local(), _Local(v)]

    @step(writes=True)
    def come_and_go(o: Any, v: str) -> Any:
        for _ in range(4):
            one = _Local(v)
            one.x0 = _Kept(v)
            del one

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        o[0].x0 = o[1].x0 = v

    @step(writes=True)
    def store_object(o: Any, v: str) -> Any:
        o[0].x0, o[1].x0 = _Kept(v), _Kept(v)

    @step()
    def read(o: Any, v: str) -> Any:
        return o[1].first, o[0].x0

    @step(writes=True)
    def delete(o: Any, v: str) -> Any:
        del o[0].x0

    @step()
    def vars_(o: Any, v: str) -> Any:
        return len(vars(o[0])), len(vars(o[1]))

    @step(writes=True)
    def vars_stored(o: Any, v: str) -> Any:
        vars(o[0])[v] = v


VARIABLE: contextvars.ContextVar[str] = contextvars.ContextVar("x0")


def _generator(first: str) -> Any:
    for _ in range(3):
        yield [first]


class _Owner(_Kept):
    """What looks when it is gone."""

    def __del__(self) -> None:
        getattr(self, "name", None)


class OfEndedThread(Subject):
    """Containers, an instance, a generator, a context, a token, a weak reference: all made by a thread that has ended,
    and each held by a list alone.
    """

    most = PROCESS
    minimum_version = (3, 13)
    made: ClassVar[list[Any]] = []
    """A thread takes its time to start: it makes as many at once."""

    def fresh(self, size: int) -> Any:
        while True:
            try:
                return self.made.pop()
            except IndexError:
                in_a_thread(self._make)

    def _make(self) -> None:
        for _ in range(16):
            one = _Owner("x0")
            waiting = _generator("x0")
            next(waiting)
            context = contextvars.Context()
            token = context.run(VARIABLE.set, "x0")
            self.made.append(
                [
                    [[name] for name in fresh_strings(3)],
                    {name: [name] for name in fresh_strings(3)},
                    {(name,) for name in fresh_strings(3)},
                    collections.deque([name] for name in fresh_strings(3)),
                    one,
                    weakref.ref(one),
                    [waiting],
                    context,
                    token,
                    lambda one=one: one.name,
                ]
            )

    def left(self, o: Any) -> Any:
        return None

    @step(writes=True)
    def let_go(o: Any, v: str) -> Any:
        o.clear()

    @step(writes=True)
    def pop(o: Any, v: str) -> Any:
        o.pop()

    @step(writes=True)
    def let_goin_a_thread(o: Any, v: str) -> Any:
        in_a_thread(o.clear)

    @step(writes=True)
    def hold(o: Any, v: str) -> Any:
        """More references come and go, of who is not the owner."""
        for _ in range(4):
            held = [*o]
            held.reverse()
            del held

    @step(writes=True)
    def replace(o: Any, v: str) -> Any:
        """By the same, made here."""
        o[0], o[1], o[3] = [[v]], {v: [v]}, collections.deque([[v]])

    @step(writes=True)
    def list_(o: Any, v: str) -> Any:
        o[0].append([v])
        return o[0].pop(0)

    @step(writes=True)
    def list_grows(o: Any, v: str) -> Any:
        o[0] *= 2
        o[0][0] = [v]

    @step(writes=True)
    def dict_(o: Any, v: str) -> Any:
        o[1][v] = [v]
        o[1]["x0"] = [v]
        return o[1].pop("x1")

    @step()
    def items(o: Any, v: str) -> Any:
        return [*o[0], *o[1].values(), *o[2], *o[3]]

    @step(writes=True)
    def set_(o: Any, v: str) -> Any:
        o[2].add((v,))
        return o[2].pop()

    @step(writes=True, may_raise=(IndexError,))
    def deque(o: Any, v: str) -> Any:
        o[3].appendleft([v])
        return o[3].pop()

    @step(writes=True)
    def instance(o: Any, v: str) -> Any:
        o[4].name = v
        o[4].more = [v]
        return o[4].name, o[4].more

    @step(writes=True)
    def instance_of_itself(o: Any, v: str) -> Any:
        o[4].more = o[4]

    @step(writes=True)
    def instance_dict(o: Any, v: str) -> Any:
        o[4].__dict__ = {"name": v}
        return len(vars(o[4]))

    @step()
    def weak_reference(o: Any, v: str) -> Any:
        one = o[5]()
        return one is not None and one.name

    @step(writes=True)
    def weak_references(o: Any, v: str) -> Any:
        """Some of a thread that goes on."""
        return weakref.ref(o[4]) is o[5], weakref.ref(o[4], id)() is o[4]

    @step(writes=True, may_raise=(IndexError,))
    def next_(o: Any, v: str) -> Any:
        """Of a generator, by who has it to itself."""
        waiting = o[6].pop()
        try:
            return next(waiting)
        finally:
            o[6].append(waiting)

    @step(writes=True)
    def context(o: Any, v: str) -> Any:
        o[7].run(VARIABLE.set, v)
        return o[7].run(VARIABLE.get)

    @step(writes=True)
    def reset(o: Any, v: str) -> Any:
        o[7].run(VARIABLE.reset, o[8])

    @step()
    def context_copy(o: Any, v: str) -> Any:
        return list(o[7].copy().values()), o[8].var is VARIABLE, o[8].old_value is o[8].MISSING

    @step(writes=True)
    def function(o: Any, v: str) -> Any:
        o[9].__defaults__ = (o[4],)
        return o[9]()

    @step()
    def copies(o: Any, v: str) -> Any:
        return copy.copy(o[0]), copy.copy(o[1]), copy.copy(o[4])

    @step()
    def referents(o: Any, v: str) -> Any:
        return len(gc.get_referents(*o)), gc.is_tracked(o[1])


class Thread(Subject):
    """A thread that ends just now, joined by whoever likes."""

    left_out: ClassVar[dict[str, str]] = {"start": "called once", "run": "called by start"} | dict.fromkeys(
        ("isDaemon", "setDaemon", "getName", "setName"), "deprecated: it warns"
    )

    def fresh(self, size: int) -> Any:
        seen: list[str] = []
        thread = threading.Thread(target=seen.append, args=("x0",), daemon=True)
        thread.start()
        return thread, seen

    def left(self, o: Any) -> Any:
        o[0].join()
        return o[1]

    def wrong(self, o: Any) -> str:
        o[0].join()
        return "" if o[1] == ["x0"] and not o[0].is_alive() else f"it was joined and has done {o[1]}"

    @step(writes=True)
    def join(o: Any, v: str) -> Any:
        o[0].join()
        return o[1], o[0].is_alive()

    @step(writes=True)
    def join_for_no_time(o: Any, v: str) -> Any:
        o[0].join(0)

    @step()
    def is_alive(o: Any, v: str) -> Any:
        return o[0].is_alive() in (False, True)

    @step(writes=True)
    def name(o: Any, v: str) -> Any:
        o[0].name = v
        return len(o[0].name), len(repr(o[0])) > 3

    @step()
    def idents(o: Any, v: str) -> Any:
        return o[0].ident > 0, o[0].native_id > 0, o[0].daemon

    @step()
    def enumerate_(o: Any, v: str) -> Any:
        return threading.current_thread() in threading.enumerate(), threading.active_count() > 0

    @step(PROCESS)
    def stack_size(o: Any, v: str) -> Any:
        return threading.stack_size(), threading.get_ident() > 0

    @step(PROCESS)
    def traceback(o: Any, v: str) -> Any:
        """Of this thread alone: of others that run it may be mistaken."""
        return faulthandler.dump_traceback(NOWHERE, all_threads=False)


NOWHERE = open("/dev/null", "w")  # noqa: SIM115  # as long as the process


if hasattr(threading, "serialize_iterator"):

    class _Served(Subject):
        """What threads take from an iterator of Python's: each value goes to one of them, and none is lost."""

        said = "threading, Iterator synchronization: no values are duplicated or skipped"
        sizes = (4, 9)

        def left(self, o: Any) -> Any:
            return None

        def wrong(self, o: Any) -> str:
            iterator, taken = o
            rest = list(iterator)
            every = sorted([*taken, *rest])
            return "" if every == self.every(len(every)) else f"{taken} were taken, and then {rest}"

        def every(self, count: int) -> list[str]:
            return (
                fresh_strings(max(self.sizes)) if count > min(self.sizes) else fresh_strings(min(self.sizes))
            )

        @step(writes=True)
        def next_(o: Any, v: str) -> Any:
            o[1].append(next(o[0]))

        @step(writes=True)
        def two(o: Any, v: str) -> Any:
            o[1].append(next(o[0]))
            o[1].append(next(o[0]))

        @step(writes=True)
        def drain(o: Any, v: str) -> Any:
            o[1].extend(o[0])

    class SerializedIterator(_Served):
        """A generator that is made fit for several threads."""

        def fresh(self, size: int) -> Any:
            return threading.serialize_iterator(_values(size)), []  # type: ignore[attr-defined]

        @step(writes=True, may_raise=(StopIteration,))
        def send(o: Any, v: str) -> Any:
            o[1].append(o[0].send(None))

        @step(PROCESS, writes=True)
        def close(o: Any, v: str) -> Any:
            o[0].close()

        @step(PROCESS, writes=True)
        def throw(o: Any, v: str) -> Any:
            o[0].throw(ValueError(v))

    class SynchronizedIterator(_Served):
        """What a decorated generator function gives."""

        def fresh(self, size: int) -> Any:
            return threading.synchronized_iterator(_values)(size), []  # type: ignore[attr-defined]

    class ConcurrentTee(Subject):
        """Two iterators that several threads take the same values from, each in a thread of its own."""

        said = "threading, concurrent_tee: each yields every value, in the same order"
        sizes = (4, 9)

        def fresh(self, size: int) -> Any:
            return threading.concurrent_tee(_values(size), 3)  # type: ignore[attr-defined]

        def left(self, o: Any) -> Any:
            return list(o[2])

        @step(PROCESS, writes=True)
        def next_(o: Any, v: str) -> Any:
            return next(o[ord(v[0]) % 2])

        @step(writes=True)
        def drain(o: Any, v: str) -> Any:
            """Each thread takes its own: all of it, or what is left."""
            seen = list(o[ord(v[0]) % 2])
            return "" if seen == sorted(seen) else "out of order"

        @step(writes=True)
        def two(o: Any, v: str) -> Any:
            one = o[ord(v[0]) % 2]
            return next(one, "x0") <= next(one, "x9") or "out of order"

    def _values(size: int) -> Any:
        for one in fresh_strings(size):
            for _ in range(3):
                pass
            yield one


logging.getLogger("concurrent.futures").addHandler(
    logging.NullHandler()
)  # it would print what is used wrongly


class Promised(Subject):
    """A future of concurrent.futures', and who was told of its end: each that asked is told once, when there is one."""

    said = "concurrent.futures, Future objects"
    left_out: ClassVar[dict[str, str]] = {"_condition": "its lock"}

    def fresh(self, size: int) -> Any:
        future: Any = futures.Future()
        asked: list[str] = []
        told: list[str] = []
        return future, asked, told

    def left(self, o: Any) -> Any:
        return o[0].done()

    def wrong(self, o: Any) -> str:
        due = sorted(o[1]) if o[0].done() else []
        return "" if sorted(o[2]) == due else f"{due} was to be told, and {sorted(o[2])} was"

    @step(writes=True)
    def set_result(o: Any, v: str) -> Any:
        o[0].set_result(v)

    @step(writes=True)
    def set_exception(o: Any, v: str) -> Any:
        o[0].set_exception(ValueError(v))

    @step(writes=True)
    def cancel(o: Any, v: str) -> Any:
        return o[0].cancel()

    @step(writes=True)
    def run(o: Any, v: str) -> Any:
        return o[0].set_running_or_notify_cancel() in (False, True)

    @step(writes=True)
    def add_done_callback(o: Any, v: str) -> Any:
        o[1].append(v)
        o[0].add_done_callback(lambda future: o[2].append(v))

    @step(may_raise=(TimeoutError, ValueError, futures.CancelledError))
    def result(o: Any, v: str) -> Any:
        return o[0].result(timeout=0)

    @step(may_raise=(TimeoutError, futures.CancelledError))
    def exception(o: Any, v: str) -> Any:
        return type(o[0].exception(timeout=0)).__name__ in ("NoneType", "ValueError")

    @step()
    def asks(o: Any, v: str) -> Any:
        return o[0].done() in (False, True), o[0].cancelled() in (False, True), len(repr(o[0])) > 3

    @step()
    def wait(o: Any, v: str) -> Any:
        return len(futures.wait([o[0]], timeout=0)[0]) < 2


class SignalHandlers(Subject):
    """What is called when a signal comes: only the main thread may set it, all may ask."""

    most = PROCESS

    def fresh(self, size: int) -> Any:
        return signal.SIGUSR1

    def left(self, o: Any) -> Any:
        return None

    @step()
    def getsignal(o: Any, v: str) -> Any:
        return signal.getsignal(o), signal.getsignal(signal.SIGINT) is None

    @step(writes=True)
    def set_(o: Any, v: str) -> Any:
        return signal.signal(o, signal.SIG_IGN)

    @step(writes=True)
    def mask(o: Any, v: str) -> Any:
        before = signal.pthread_sigmask(signal.SIG_BLOCK, [o])
        return len(signal.pthread_sigmask(signal.SIG_SETMASK, before)), len(signal.sigpending())

    @step(writes=True)
    def interrupts(o: Any, v: str) -> Any:
        signal.siginterrupt(o, False)
        return signal.getitimer(signal.ITIMER_REAL)[1]

    @step()
    def names(o: Any, v: str) -> Any:
        return signal.strsignal(o), len(signal.valid_signals()) > 9, signal.Signals(o).name

    @step(writes=True)
    def faults(o: Any, v: str) -> Any:
        """Who is to be told of what kills the process."""
        was = faulthandler.is_enabled()
        faulthandler.register(o, NOWHERE, all_threads=False)
        faulthandler.unregister(o)
        return was


def _replace(number: int, frame: Any) -> None:
    signal.signal(signal.SIGUSR1, giving("".join(("x", "0"))))


class SignalHandlersReplaced(Subject):
    """What is called when a signal comes. The main thread replaces it whenever another signal comes, which any thread
    may send.
    """

    most = PROCESS
    left_out: ClassVar[dict[str, str]] = {"getsignal+getsignal": "nobody has it replaced meanwhile"}

    def fresh(self, size: int) -> Any:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGUSR2, _replace)  # for good: one that is on its way would end the process
        return signal.SIGUSR1

    def left(self, o: Any) -> Any:
        return None

    @step(writes=True)
    def replaced(o: Any, v: str) -> Any:
        """Once the main thread has made an object: no other may say what the other signal does."""
        main: Any = threading.main_thread()
        for _ in range(9 * (signal.getsignal(signal.SIGUSR2) is _replace)):
            signal.pthread_kill(main.ident, signal.SIGUSR2)
            for _ in range(100):
                callable(signal.getsignal(o))

    @step()
    def getsignal(o: Any, v: str) -> Any:
        return [callable(signal.getsignal(o)) for _ in range(200)][-1]


class Mock(Subject):
    """A mock that threads call: it counts them."""

    said = "" if sys.version_info < (3, 15) else "unittest.mock: calls are counted under a lock (gh-142651)"
    most = PROCESS if sys.version_info < (3, 15) else "values"

    def fresh(self, size: int) -> Any:
        return mock.Mock(return_value="x0")

    def left(self, o: Any) -> Any:
        return len(o.call_args_list)

    def wrong(self, o: Any) -> str:
        calls = len(o.call_args_list)
        return "" if o.call_count == calls else f"there were {calls} calls, and it counts {o.call_count}"

    @step(writes=True)
    def call(o: Any, v: str) -> Any:
        return o(v)

    @step(writes=True)
    def call_twice(o: Any, v: str) -> Any:
        return o(), o(v, third=v)

    @step(PROCESS, writes=True)
    def reset(o: Any, v: str) -> Any:
        o.reset_mock()

    @step(writes=True)
    def attribute(o: Any, v: str) -> Any:
        """It is made when it is first asked for: the same one for all."""
        return o.attribute is o.attribute

    @step(PROCESS, writes=True)
    def attribute_called(o: Any, v: str) -> Any:
        return o.attribute(v) is None, len(o.mock_calls)

    @step()
    def asks(o: Any, v: str) -> Any:
        return o.called in (False, True), o.call_count >= 0
