"""asyncio: futures, tasks and loops that threads share. Almost all of them are said not to be thread-safe."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import contextvars
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from harness.kernel.pairs import PROCESS, Attributes, Subject, in_a_thread, step

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


@contextlib.contextmanager
def _running(loop: Any) -> Iterator[None]:
    """It is the loop that runs on this thread."""
    asyncio._set_running_loop(loop)
    try:
        yield
    finally:
        asyncio._set_running_loop(None)


def _run_one(loop: _Loop) -> None:
    """One callback, as of the loop that runs on this thread."""
    callback, args = loop.ready.pop(0)
    with _running(loop):
        callback(*args)


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
            o.add_done_callback(_Own())
        return o.remove_done_callback(_Meddling(o))

    @step(writes=True)
    def add_many(o: Any, v: str) -> Any:
        for _ in range(5):
            o.add_done_callback(_Own())

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
        _run_one(o.get_loop())


class _Own:
    """A callback that nobody else holds."""

    def __call__(self, future: Any) -> None:
        future.done()


class _Meddling:
    """A callback that removes those that it is compared with, and leaves the answer to them."""

    def __init__(self, future: Any) -> None:
        self.future = future

    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        self.future.remove_done_callback(other)
        return NotImplemented


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
        return asyncio.Task(coroutine, loop=loop, name="x" + str(size))  # type: ignore[arg-type]

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
        with _running(loop):
            asyncio.tasks._enter_task(loop, o)
            seen = asyncio.current_task(loop) is o
            asyncio.tasks._leave_task(loop, o)
        return seen

    @step(writes=True)
    def swap_current(o: Any, v: str) -> Any:
        loop = o.get_loop()
        with _running(loop):
            before = asyncio.tasks._swap_current_task(loop, o)  # type: ignore[attr-defined]
            return asyncio.tasks._swap_current_task(loop, before) is o  # type: ignore[attr-defined]

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
        task = asyncio.Task(_coroutine([future]), loop=loop, name="x" + str(size))  # type: ignore[arg-type]
        _run_one(loop)
        return task

    @step(writes=True)
    def wake(o: Any, v: str) -> Any:
        o._fut_waiter.set_result(v)

    @step(writes=True)
    def cancel_waiter(o: Any, v: str) -> Any:
        o._fut_waiter.cancel()


class _Deaf(_Loop):
    """A loop that keeps nothing of what it is to call: what is made for it lives as long as who made it wants."""

    def call_soon(self, callback: Callable[..., Any], *args: Any, context: Any = None) -> None:
        pass


def _task(loop: Any, name: str | None = None) -> Any:
    """A task that never runs: its coroutine has ended already, and nobody complains."""
    coroutine = _coroutine([])
    coroutine.close()
    task: asyncio.Task[str] = asyncio.Task(coroutine, loop=loop, name=name)
    task._log_destroy_pending = False  # type: ignore[attr-defined]
    return task


class _Other:
    """What is registered as a task and is none of asyncio's."""

    def __init__(self, loop: Any) -> None:
        self.loop = loop

    def get_loop(self) -> Any:
        return self.loop

    def done(self) -> bool:
        return False


class TasksThatDie(Subject):
    """A loop and tasks of it that nobody else holds: they die while others go through all tasks that there are."""

    said = "asyncio.all_tasks: tasks that are not finished"
    most = PROCESS
    sizes = (6, 1)

    def fresh(self, size: int) -> Any:
        loop = _Deaf()
        return loop, [_task(loop) for _ in range(size)]

    def left(self, o: Any) -> Any:
        return len(o[1])

    @step(writes=True)
    def pop(o: Any, v: str) -> Any:
        o[1].pop()

    @step(writes=True)
    def take_and_let_go(o: Any, v: str) -> Any:
        """It dies here, whoever made it."""
        one = o[1][0]
        del o[1][0]
        del one

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o[1].clear()

    @step(writes=True)
    def append(o: Any, v: str) -> Any:
        o[1].append(_task(o[0]))

    @step(writes=True)
    def come_and_go(o: Any, v: str) -> Any:
        for _ in range(4):
            _task(o[0])

    @step()
    def all_tasks(o: Any, v: str) -> Any:
        return len(asyncio.all_tasks(o[0]))

    @step(writes=True)
    def keep_all(o: Any, v: str) -> Any:
        """What is found is held once more, by who has not made it."""
        o[1].extend(asyncio.all_tasks(o[0]))

    @step()
    def current_task(o: Any, v: str) -> Any:
        return asyncio.current_task(o[0])

    @step(writes=True)
    def enter(o: Any, v: str) -> Any:
        task = o[1][-1]
        with _running(o[0]):
            asyncio.tasks._enter_task(o[0], task)
            asyncio.tasks._leave_task(o[0], task)

    @step(writes=True)
    def registered(o: Any, v: str) -> Any:
        """Of a task that this thread makes: of another's it would be none of its business."""
        task = _task(o[0])
        asyncio.tasks._unregister_task(task)
        asyncio.tasks._register_task(task)
        o[1].append(task)

    @step(writes=True)
    def registered_other(o: Any, v: str) -> Any:
        """Of what is no task of C's there is another list."""
        one: Any = _Other(o[0])
        asyncio.tasks._register_task(one)
        asyncio.tasks._register_task(_Other(o[0]))  # type: ignore[arg-type]
        asyncio.tasks._unregister_task(one)

    @step()
    def weak_reference(o: Any, v: str) -> Any:
        return weakref.ref(o[1][-1])() is None

    if sys.version_info >= (3, 14):

        @step()
        def call_graph(o: Any, v: str) -> Any:
            return asyncio.capture_call_graph(o[1][0]) is None

    if sys.version_info >= (3, 12):

        @step(writes=True)
        def eager(o: Any, v: str) -> Any:
            """It has run to its end when it is there."""
            with _running(o[0]):
                asyncio.Task(_coroutine([]), loop=o[0], eager_start=True)

        @step(writes=True)
        def eager_and_waiting(o: Any, v: str) -> Any:
            """It waits, is registered, and dies when what it waits for is over."""
            future: asyncio.Future[Any] = asyncio.Future(loop=o[0])
            with _running(o[0]):
                task = asyncio.Task(_coroutine([future]), loop=o[0], eager_start=True)
                task._log_destroy_pending = False  # type: ignore[attr-defined]
            future.cancel()


class TaskNames(Subject):
    """A loop, the names of tasks that were made without one, and a task that nobody has asked for its name: each task
    has a name of its own, and always the same.
    """

    said = "asyncio.Task: if a name is not provided, the task gets one"

    def fresh(self, size: int) -> Any:
        loop = _Deaf()
        return loop, [], _task(loop)

    def left(self, o: Any) -> Any:
        return len(o[1])

    def wrong(self, o: Any) -> str:
        names = [*o[1], o[2].get_name()]
        twice = sorted({name for name in names if names.count(name) > 1})
        return f"tasks of the same name: {', '.join(twice)}" if twice else ""

    @step(writes=True)
    def make(o: Any, v: str) -> Any:
        o[1].extend([_task(o[0]).get_name() for _ in range(5)])

    @step(writes=True)
    def make_and_ask_later(o: Any, v: str) -> Any:
        tasks = [_task(o[0]) for _ in range(5)]
        o[1].extend([task.get_name() for task in tasks])

    @step()
    def named(o: Any, v: str) -> Any:
        return _task(o[0], v).get_name()

    @step(PROCESS)
    def ask(o: Any, v: str) -> Any:
        name = o[2].get_name()
        if o[2].get_name() != name:
            raise AssertionError(f"it was {name}, and is {o[2].get_name()}")

    @step(PROCESS)
    def repr_(o: Any, v: str) -> Any:
        return len(repr(o[2]))


class FutureIterator(Subject):
    """What goes through a future of C's that it alone holds: several close it, or throw into it, and it lets go."""

    said = SAID
    most = PROCESS

    def fresh(self, size: int) -> Any:
        return asyncio.Future(loop=_Deaf()).__await__()  # type: ignore[arg-type]

    def left(self, o: Any) -> Any:
        return None

    @step(writes=True)
    def close(o: Any, v: str) -> Any:
        o.close()

    @step(writes=True)
    def throw(o: Any, v: str) -> Any:
        o.throw(ValueError(v))

    @step(writes=True)
    def throw_class(o: Any, v: str) -> Any:
        o.throw(ValueError)

    @step(writes=True)
    def throw_wrong(o: Any, v: str) -> Any:
        o.throw(v)

    @step()
    def iter_(o: Any, v: str) -> Any:
        return iter(o) is o


class FutureIteratorAsked(Subject):
    """What goes through a future of C's, and that future: it waits (3), or has its result (1)."""

    said = SAID
    most = PROCESS
    sizes = (3, 1)

    def fresh(self, size: int) -> Any:
        future: asyncio.Future[Any] = asyncio.Future(loop=_Deaf())  # type: ignore[arg-type]
        if size == 1:
            future.set_result("x0")
        return future.__await__(), future

    def left(self, o: Any) -> Any:
        return None

    @step(writes=True)
    def next_(o: Any, v: str) -> Any:
        return next(o[0]) is o[1]

    @step(writes=True)
    def send(o: Any, v: str) -> Any:
        return o[0].send(None) is o[1]

    @step(writes=True)
    def send_on(o: Any, v: str) -> Any:
        """Also when it has been gone through."""
        for _ in range(4):
            with contextlib.suppress(StopIteration, RuntimeError):
                o[0].send(None)

    @step(writes=True)
    def list_(o: Any, v: str) -> Any:
        return len(list(o[0]))

    @step(writes=True)
    def blocking(o: Any, v: str) -> Any:
        o[1]._asyncio_future_blocking = False

    @step(writes=True)
    def set_result(o: Any, v: str) -> Any:
        o[1].set_result(v)

    @step(writes=True)
    def set_exception(o: Any, v: str) -> Any:
        o[1].set_exception(ValueError(v))
        o[1]._log_traceback = False

    @step(writes=True)
    def cancel(o: Any, v: str) -> Any:
        o[1].cancel(v)

    @step(writes=True)
    def another(o: Any, v: str) -> Any:
        """Those that are gone are kept for the next one."""
        for _ in range(3):
            o[1]._asyncio_future_blocking = False
            next(o[1].__await__(), None)

    @step(writes=True)
    def another_closed(o: Any, v: str) -> Any:
        for _ in range(3):
            o[1].__await__().close()


class TaskOfEndedThread(Task):
    """A task of C's that was made by a thread that has ended: in its list it is no more, and in another one."""

    minimum_version = (3, 13)
    made: ClassVar[list[Any]] = []
    """A thread takes its time to start: it makes as many at once."""

    def fresh(self, size: int) -> Any:
        while True:
            try:
                return self.made.pop()
            except IndexError:
                in_a_thread(lambda: self.made.extend([Task.fresh(self, 0) for _ in range(16)]))

    @step(writes=True)
    def heldin_a_thread(o: Any, v: str) -> Any:
        held = [o]
        in_a_thread(lambda: held.extend(asyncio.all_tasks(o.get_loop())))


MANY = 6
"""Tasks that a thread makes."""


class TasksThatOutliveThreads(Subject):
    """A loop and tasks of it that come of threads which end, and die in others that come after them: what is left in
    the list of a thread that ends is moved to another list.
    """

    said = "asyncio.all_tasks: tasks that are not finished"
    most = PROCESS
    minimum_version = (3, 13)

    def fresh(self, size: int) -> Any:
        return _Deaf(), []

    def left(self, o: Any) -> Any:
        return None

    @step()
    def all_tasks(o: Any, v: str) -> Any:
        return len(asyncio.all_tasks(o[0]))

    @step(writes=True)
    def madein_a_thread(o: Any, v: str) -> Any:
        in_a_thread(lambda: o[1].extend([_task(o[0]) for _ in range(MANY)]))

    @step(writes=True)
    def diein_a_thread(o: Any, v: str) -> Any:
        in_a_thread(o[1].clear)

    @step(writes=True)
    def comes_and_goes_in_threads(o: Any, v: str) -> Any:
        """The second thread may well have the place and the number of the first one."""
        held: list[Any] = []
        for _ in range(3):
            in_a_thread(lambda: held.extend([_task(o[0]) for _ in range(MANY)]))
            in_a_thread(held.clear)

    @step(writes=True)
    def dies_at_the_end_of_a_thread(o: Any, v: str) -> Any:
        """With what is the thread's own."""
        place = threading.local()

        def work() -> None:
            place.tasks = [_task(o[0]) for _ in range(MANY)]

        in_a_thread(work)


@atexit.register
def _close_them() -> None:
    """Those that nobody has asked for."""
    for one in TaskOfEndedThread.made:
        Task.left(TaskOfEndedThread(), one)


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
