"""asyncio: futures, tasks and loops that threads share. Almost all of them are said not to be thread-safe."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from typing import Any, ClassVar

from harness.kernel.pairs import PROCESS, Attributes, Subject, step

SAID = "asyncio, Concurrency and multithreading"


class _Loop:
    """What a future asks of its loop: callbacks are kept, and nobody waits."""

    def __init__(self) -> None:
        self.ready: list[tuple[Callable[..., Any], tuple[Any, ...]]] = []

    def get_debug(self) -> bool:
        return False

    def is_running(self) -> bool:
        return True

    def call_soon(self, callback: Callable[..., Any], *args: Any, context: Any = None) -> None:
        self.ready.append((callback, args))

    def call_exception_handler(self, context: Any) -> None:
        pass

    def run_one(self) -> None:
        """One callback, as the loop that runs on this thread."""
        callback, args = self.ready.pop(0)
        asyncio._set_running_loop(self)  # type: ignore[arg-type]
        try:
            callback(*args)
        finally:
            asyncio._set_running_loop(None)


class _Future(Attributes):
    """A future of C's, or what is derived from it."""

    said = SAID
    most = PROCESS
    left_out: ClassVar[dict[str, str]] = {
        "__init__": "called once, by who makes it",
        "__del__": "called by the interpreter alone",
        "__class_getitem__": "a class's",
        "_make_cancelled_error": "called by result",
        "_cancel_message": "asked for by result",
        "_cancelled_traceback": "asked for by result",
    }

    def left(self, o: Any) -> Any:
        o._log_traceback = False
        return None

    @step()
    def done(o: Any, v: str) -> Any:
        return o.done(), o.cancelled()

    @step()
    def result(o: Any, v: str) -> Any:
        return o.result()

    @step()
    def exception(o: Any, v: str) -> Any:
        return o.exception()

    @step(writes=True)
    def cancel(o: Any, v: str) -> Any:
        return o.cancel(v)

    @step(writes=True)
    def cancel_plain(o: Any, v: str) -> Any:
        return o.cancel()

    @step(writes=True)
    def add_done_callback(o: Any, v: str) -> Any:
        o.add_done_callback(_nothing)

    @step(writes=True)
    def add_done_callback_context(o: Any, v: str) -> Any:
        o.add_done_callback(_something, context=contextvars.copy_context())

    @step(writes=True)
    def remove_done_callback(o: Any, v: str) -> Any:
        return o.remove_done_callback(_nothing)

    @step(writes=True)
    def remove_asked(o: Any, v: str) -> Any:
        """Of what changes the callbacks while it is compared with them."""
        for _ in range(3):
            o.add_done_callback(_something)
        return o.remove_done_callback(_Meddling(o))

    @step(writes=True)
    def add_many(o: Any, v: str) -> Any:
        for _ in range(5):
            o.add_done_callback(_something)

    @step()
    def get_loop(o: Any, v: str) -> Any:
        return type(o.get_loop()) is _Loop

    @step()
    def callbacks(o: Any, v: str) -> Any:
        return len(o._callbacks or ())

    @step()
    def repr_(o: Any, v: str) -> Any:
        return len(repr(o)) > 3

    @step()
    def state(o: Any, v: str) -> Any:
        return o._state, o._exception, o._result, o._source_traceback, o._loop is None

    @step(writes=True)
    def blocking(o: Any, v: str) -> Any:
        o._asyncio_future_blocking = not o._asyncio_future_blocking

    @step(writes=True)
    def log_traceback(o: Any, v: str) -> Any:
        o._log_traceback = False
        return o._log_traceback

    @step(writes=True)
    def await_(o: Any, v: str) -> Any:
        return next(o.__await__()) is o

    @step(writes=True)
    def iter_(o: Any, v: str) -> Any:
        return next(iter(o)) is o

    @step(writes=True)
    def run_one(o: Any, v: str) -> Any:
        """What its loop would run next."""
        o.get_loop().run_one()


class _Meddling:
    """A callback that removes others while it is compared with them."""

    def __init__(self, future: Any) -> None:
        self.future = future

    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        self.future.remove_done_callback(_something)
        self.future.remove_done_callback(_nothing)
        return False


def _nothing(future: Any) -> None:
    pass


def _something(future: Any) -> None:
    future.done()


class Future(_Future):
    """A future of C's, whose loop keeps what it is to call."""

    def fresh(self, size: int) -> Any:
        future: asyncio.Future[Any] = asyncio.Future(loop=_Loop())  # type: ignore[arg-type]
        future.add_done_callback(_nothing)
        return future

    @step(writes=True)
    def set_result(o: Any, v: str) -> Any:
        o.set_result(v)

    @step(writes=True)
    def set_exception(o: Any, v: str) -> Any:
        o.set_exception(ValueError(v))


class FutureDone(_Future):
    """A future of C's that raised: whoever asks for its exception marks it as seen."""

    left_out = _Future.left_out | {"set_result": "driven by future", "set_exception": "driven by future"}

    def fresh(self, size: int) -> Any:
        future: asyncio.Future[Any] = asyncio.Future(loop=_Loop())  # type: ignore[arg-type]
        future.set_exception(ValueError("x0"))
        return future


async def _coroutine(futures: list[Any]) -> str:
    """It waits once for the future that it is given, if there is one."""
    for one in futures:
        await one
    return "x0"


class Task(_Future):
    """A task of C's, whose steps threads run as the loop that it belongs to."""

    left_out = _Future.left_out | {
        "set_result": "raises only",
        "set_exception": "raises only",
        "print_stack": "it prints",
    }

    def fresh(self, size: int) -> Any:
        loop = _Loop()
        coroutine = _coroutine([])
        return asyncio.Task(coroutine, loop=loop, name="x0")  # type: ignore[arg-type]

    def left(self, o: Any) -> Any:
        """Its coroutine is run to its end, else it would complain of not having been awaited."""
        o._log_destroy_pending = False
        o._log_traceback = False
        coroutine = o.get_coro()
        if coroutine is not None:
            try:
                coroutine.close()
            except (RuntimeError, ValueError):  # it runs, or asks to go on
                return None
        return None

    @step()
    def get_name(o: Any, v: str) -> Any:
        return o.get_name()

    @step(writes=True)
    def set_name(o: Any, v: str) -> Any:
        o.set_name(v)

    @step()
    def get_coro(o: Any, v: str) -> Any:
        return o.get_coro() is None, o.get_context() is None

    @step()
    def get_stack(o: Any, v: str) -> Any:
        return len(o.get_stack())

    @step(writes=True)
    def cancelling(o: Any, v: str) -> Any:
        return o.cancelling(), o.uncancel()

    @step()
    def members(o: Any, v: str) -> Any:
        return o._log_destroy_pending, o._must_cancel, o._fut_waiter is None

    @step(writes=True)
    def enter(o: Any, v: str) -> Any:
        loop = o.get_loop()
        asyncio.tasks._enter_task(loop, o)
        seen = asyncio.current_task(loop) is o
        asyncio.tasks._leave_task(loop, o)
        return seen

    @step(writes=True)
    def swap_current(o: Any, v: str) -> Any:
        loop = o.get_loop()
        before = asyncio.tasks._swap_current_task(loop, o)  # type: ignore[attr-defined]
        return asyncio.tasks._swap_current_task(loop, before) is o  # type: ignore[attr-defined]

    @step(writes=True)
    def registered(o: Any, v: str) -> Any:
        asyncio.tasks._unregister_task(o)
        asyncio.tasks._register_task(o)

    @step()
    def awaited_by(o: Any, v: str) -> Any:
        return len(o._asyncio_awaited_by or ()), asyncio.capture_call_graph(o) is None  # type: ignore[attr-defined]

    @step()
    def all_tasks(o: Any, v: str) -> Any:
        return o in asyncio.all_tasks(o.get_loop())

    @step()
    def current_task(o: Any, v: str) -> Any:
        return asyncio.current_task(o.get_loop()) is o


class TaskWaiting(Task):
    """A task of C's that waits for a future, which threads set and cancel."""

    def fresh(self, size: int) -> Any:
        loop = _Loop()
        future: asyncio.Future[Any] = asyncio.Future(loop=loop)  # type: ignore[arg-type]
        task = asyncio.Task(_coroutine([future]), loop=loop, name="x0")  # type: ignore[arg-type]
        loop.run_one()
        return task

    @step(writes=True)
    def wake(o: Any, v: str) -> Any:
        o._fut_waiter.set_result(v)

    @step(writes=True)
    def cancel_waiter(o: Any, v: str) -> Any:
        o._fut_waiter.cancel()


class EventLoop(Subject):
    """A loop that nobody runs yet: what it was given from any thread is called once when it runs."""

    said = "asyncio, Event loop: loop.call_soon_threadsafe"

    def fresh(self, size: int) -> Any:
        return asyncio.new_event_loop(), [], []

    def wrong(self, o: Any) -> str:
        loop, sent, seen = o
        if loop.is_closed():
            return ""
        loop.call_soon(loop.stop)
        loop.run_forever()
        return "" if sorted(sent) == sorted(seen) else f"it was given {len(sent)} calls and made {len(seen)}"

    def left(self, o: Any) -> Any:
        o[0].close()
        return sorted(o[2])

    @step(writes=True)
    def call_soon_threadsafe(o: Any, v: str) -> Any:
        o[0].call_soon_threadsafe(o[2].append, v)
        o[1].append(v)

    @step(writes=True)
    def call_and_cancel(o: Any, v: str) -> Any:
        handle = o[0].call_soon_threadsafe(o[2].append, v)
        handle.cancel()
        return handle.cancelled()

    @step(PROCESS, writes=True)
    def call_later(o: Any, v: str) -> Any:
        return o[0].call_later(9, o[2].append, v).cancel()

    @step(PROCESS, writes=True)
    def stop(o: Any, v: str) -> Any:
        o[0].stop()

    @step()
    def asks(o: Any, v: str) -> Any:
        return o[0].is_running(), o[0].time() > 0

    @step()
    def is_closed(o: Any, v: str) -> Any:
        return o[0].is_closed()

    @step(PROCESS, writes=True)
    def debug(o: Any, v: str) -> Any:
        o[0].set_debug(False)
        return o[0].get_debug()

    @step(PROCESS)
    def create_future(o: Any, v: str) -> Any:
        return o[0].create_future().done()

    @step(PROCESS)
    def repr_(o: Any, v: str) -> Any:
        return len(repr(o[0])) > 9

    @step(PROCESS, writes=True)
    def task_factory(o: Any, v: str) -> Any:
        o[0].set_task_factory(None)
        return o[0].get_task_factory()

    @step(PROCESS, writes=True)
    def close(o: Any, v: str) -> Any:
        o[0].close()


class RunningLoop(Subject):
    """Which loop runs on a thread, and which it would be given: each thread has its own."""

    def fresh(self, size: int) -> Any:
        return _Loop()

    def left(self, o: Any) -> Any:
        return len(o.ready)

    @step()
    def running(o: Any, v: str) -> Any:
        asyncio._set_running_loop(o)
        try:
            return asyncio.get_running_loop() is o
        finally:
            asyncio._set_running_loop(None)

    @step()
    def none_running(o: Any, v: str) -> Any:
        return asyncio._get_running_loop() is None

    @step()
    def get_running_loop(o: Any, v: str) -> Any:
        return asyncio.get_running_loop()

    @step()
    def set_event_loop(o: Any, v: str) -> Any:
        asyncio.set_event_loop(None)

    @step(PROCESS)
    def all_tasks(o: Any, v: str) -> Any:
        return len(asyncio.all_tasks(o))
