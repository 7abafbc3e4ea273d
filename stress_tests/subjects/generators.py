"""Generators, coroutines, asynchronous generators and the objects that drive these, each shared by all threads."""

from __future__ import annotations

import copy
import inspect
import sys
import types
from collections.abc import AsyncGenerator, Generator
from typing import Any, ClassVar

from harness.kernel.pairs import MOST, Subject, fresh_strings, step

SAID = 'Language reference, "Generator-iterator methods": ValueError when it is already executing'
BUSY = (ValueError, RuntimeError)
"""Raised when what is to go on is already executing, or being awaited."""


class Thrown(Exception):
    """What is thrown in."""


def giving(size: int) -> Generator[Any, Any, str]:
    """Gives strings, and what is sent in again; lives on after what is thrown in, once."""
    try:
        for text in fresh_strings(size):
            sent = yield text
            if sent is not None:
                yield sent
    except Thrown:
        yield "x0"
    return "x1"


def ended(call: Any) -> Any:
    """What a call gave; where it returned for good, the value that it returned."""
    try:
        return call()
    except StopIteration as end:
        return [end.value]
    except StopAsyncIteration:
        return []


class _Suspended(Subject):
    """What generators and coroutines have in common."""

    said = SAID
    may_raise = BUSY
    sizes: ClassVar[tuple[int, ...]] = (2,)

    def left(self, o: Any) -> Any:
        return ended(o.close)

    @step(writes=True)
    def send(o: Any, v: str) -> Any:
        return ended(lambda: o.send(None))

    @step(writes=True, may_raise=(TypeError,))
    def send_value(o: Any, v: str) -> Any:
        return ended(lambda: o.send(v))

    @step(writes=True, may_raise=(Thrown,))
    def throw(o: Any, v: str) -> Any:
        return ended(lambda: o.throw(Thrown()))

    @step(writes=True)
    def close(o: Any, v: str) -> Any:
        return ended(o.close)

    @step(writes=True)
    def name(o: Any, v: str) -> Any:
        o.__name__ = v
        o.__qualname__ = v

    @step(text=True)
    def names(o: Any, v: str) -> Any:
        return o.__name__, o.__qualname__

    @step(text=True)
    def repr_(o: Any, v: str) -> Any:
        return repr(o)[:10]

    @step()
    def sizeof(o: Any, v: str) -> Any:
        return o.__sizeof__() > 0

    @step()
    def copy_(o: Any, v: str) -> Any:
        return copy.copy(o)


class GeneratorOfStrings(_Suspended):
    """A generator."""

    left_out: ClassVar[dict[str, str]] = {"__del__": "the interpreter calls it; close does the same"}

    def fresh(self, size: int) -> Any:
        return giving(size)

    @step(writes=True, may_raise=(StopIteration,))
    def next_(o: Any, v: str) -> Any:
        return next(o)

    @step(writes=True)
    def loop(o: Any, v: str) -> Any:
        return [str(one) for one in o]

    @step(writes=True)
    def list_(o: Any, v: str) -> Any:
        return list(o)

    @step(writes=True)
    def contains(o: Any, v: str) -> Any:
        return v in o

    @step(writes=True)
    def yield_from(o: Any, v: str) -> Any:
        def through() -> Generator[Any, Any, None]:
            yield from o

        return list(through())

    @step()
    def frame(o: Any, v: str) -> Any:
        frame = o.gi_frame
        return frame is None or (frame.f_code is o.gi_code, frame.f_lineno is None, frame.f_lasti > -2)

    @step(text=True)
    def state(o: Any, v: str) -> Any:
        return inspect.getgeneratorstate(o), o.gi_running, o.gi_suspended

    if hasattr(types.GeneratorType, "gi_state"):

        @step(text=True)
        def state_by_name(o: Any, v: str) -> Any:
            return o.gi_state

    @step()
    def yieldfrom(o: Any, v: str) -> Any:
        return o.gi_yieldfrom is None

    @step(writes=True)
    def clear_frame(o: Any, v: str) -> Any:
        frame = o.gi_frame
        if frame is not None:
            frame.clear()


class GeneratorThatDelegates(GeneratorOfStrings):
    """A generator that yields from another one."""

    def fresh(self, size: int) -> Any:
        def outer() -> Generator[Any, Any, str]:
            return (yield from giving(size))

        return outer()


LOOKS = 20
"""What takes no time is done as often, beside what takes longer."""


class GeneratorThatWaitsInOthers(GeneratorOfStrings):
    """A generator that yields from others, one after the other, and waits in the first: each is soon gone."""

    def fresh(self, size: int) -> Any:
        def outer() -> Generator[Any, Any, str]:
            for text in fresh_strings(size):
                yield from [text, text]
            return "x1"

        o = outer()
        next(o)
        return o

    @step()
    def yieldfrom(o: Any, v: str) -> Any:
        others = [o.gi_yieldfrom for _ in range(LOOKS)]
        return all(other is None or other.__length_hint__() < LOOKS for other in others)


class GeneratorExpression(GeneratorOfStrings):
    """A generator expression, which has given its first value: it cannot be thrown into and live."""

    def fresh(self, size: int) -> Any:
        shared = (text for text in fresh_strings(size))
        next(shared)
        return shared


class GeneratorThatAsksItself(GeneratorOfStrings):
    """A generator that looks at itself while it runs: it is told that it is already executing."""

    def fresh(self, size: int) -> Any:
        def asking() -> Generator[Any, Any, str]:
            for text in fresh_strings(size):
                try:
                    next(shared)
                except ValueError:
                    yield text
            return "x1"

        shared = asking()
        return shared


@types.coroutine
def paused(size: int) -> Generator[Any, Any, str]:
    """To be awaited: gives its strings to whoever drives the coroutine."""
    return (yield from giving(size))


class Coroutine(_Suspended):
    """A coroutine that waits for the first time."""

    left_out: ClassVar[dict[str, str]] = {"__del__": "the interpreter calls it; close does the same"}

    def fresh(self, size: int) -> Any:
        async def wait() -> str:
            return await paused(size + 1)

        o = wait()
        o.send(None)
        return o

    @step(writes=True)
    def await_(o: Any, v: str) -> Any:
        wrapper = o.__await__()
        return ended(lambda: next(wrapper)), ended(lambda: wrapper.send(None))

    @step(writes=True)
    def close_wrapper(o: Any, v: str) -> Any:
        return ended(o.__await__().close)

    @step()
    def frame(o: Any, v: str) -> Any:
        frame = o.cr_frame
        return frame is None or (frame.f_code is o.cr_code, frame.f_lineno is None)

    @step(text=True)
    def state(o: Any, v: str) -> Any:
        return inspect.getcoroutinestate(o), o.cr_running, o.cr_suspended, o.cr_origin is None

    if hasattr(types.CoroutineType, "cr_state"):

        @step(text=True)
        def state_by_name(o: Any, v: str) -> Any:
            return o.cr_state

    @step()
    def awaited(o: Any, v: str) -> Any:
        return o.cr_await is None


class CoroutineWrapper(Subject):
    """What ``__await__`` of a coroutine gave."""

    said = SAID
    may_raise = BUSY

    def fresh(self, size: int) -> Any:
        async def wait() -> str:
            return await paused(size)

        wrapper = wait().__await__()
        next(wrapper)
        return wrapper

    def left(self, o: Any) -> Any:
        return ended(o.close)

    @step(writes=True)
    def next_(o: Any, v: str) -> Any:
        return ended(lambda: next(o))

    @step(writes=True)
    def send(o: Any, v: str) -> Any:
        return ended(lambda: o.send(v))

    @step(writes=True, may_raise=(Thrown,))
    def throw(o: Any, v: str) -> Any:
        return ended(lambda: o.throw(Thrown()))

    @step(writes=True)
    def close(o: Any, v: str) -> Any:
        return ended(o.close)

    @step(writes=True)
    def list_(o: Any, v: str) -> Any:
        return list(o)


async def giving_later(size: int) -> AsyncGenerator[Any, Any]:
    """Gives strings, and what is sent in again, and waits before each."""
    try:
        for text in fresh_strings(size):
            await paused(1)
            sent = yield text
            if sent is not None:
                yield sent
    except Thrown:
        yield "x0"


def driven(awaitable: Any) -> Any:
    """What an awaitable gives in the end, each time it waits asked to go on at once."""
    steps = awaitable.__await__()
    for _ in range(MOST):
        try:
            next(steps)
        except StopIteration as end:
            return end.value
        except StopAsyncIteration:
            return []
    return None


class AsyncGeneratorOfStrings(Subject):
    """An asynchronous generator; each operation drives what it asked for to its end."""

    said = SAID
    may_raise = BUSY
    sizes: ClassVar[tuple[int, ...]] = (2,)
    left_out: ClassVar[dict[str, str]] = {"__del__": "the interpreter calls it; aclose does the same"}

    def fresh(self, size: int) -> Any:
        return giving_later(size)

    def left(self, o: Any) -> Any:
        return driven(o.aclose())

    @step(writes=True)
    def anext_(o: Any, v: str) -> Any:
        return driven(anext(o))

    @step(writes=True)
    def anext_or(o: Any, v: str) -> Any:
        return driven(anext(o, None))

    @step(writes=True, may_raise=(TypeError,))
    def asend(o: Any, v: str) -> Any:
        return driven(o.asend(v))

    @step(writes=True, may_raise=(Thrown,))
    def athrow(o: Any, v: str) -> Any:
        return driven(o.athrow(Thrown()))

    @step(writes=True)
    def aclose(o: Any, v: str) -> Any:
        return driven(o.aclose())

    @step(writes=True)
    def loop(o: Any, v: str) -> Any:
        async def through() -> list[str]:
            return [one async for one in o]

        return driven(through())

    @step()
    def aiter_(o: Any, v: str) -> Any:
        return aiter(o) is o

    @step()
    def frame(o: Any, v: str) -> Any:
        frame = o.ag_frame
        return frame is None or (frame.f_code is o.ag_code, frame.f_lineno is None)

    @step()
    def state(o: Any, v: str) -> Any:
        return o.ag_running, o.ag_await is None

    if hasattr(types.AsyncGeneratorType, "ag_suspended"):

        @step()
        def suspended(o: Any, v: str) -> Any:
            return o.ag_suspended

    if hasattr(types.AsyncGeneratorType, "ag_state"):

        @step(text=True)
        def state_by_name(o: Any, v: str) -> Any:
            return o.ag_state

    if hasattr(inspect, "getasyncgenstate"):

        @step()
        def inspected(o: Any, v: str) -> Any:
            return len(inspect.getasyncgenstate(o)) > 0  # type: ignore[attr-defined]  # since 3.12

    @step(writes=True)
    def name(o: Any, v: str) -> Any:
        o.__name__ = v
        o.__qualname__ = v

    @step(text=True)
    def names(o: Any, v: str) -> Any:
        return o.__name__, o.__qualname__

    @step(text=True)
    def repr_(o: Any, v: str) -> Any:
        return repr(o)[:10]

    @step()
    def sizeof(o: Any, v: str) -> Any:
        return o.__sizeof__() > 0


class AsyncGeneratorFirstIterated(Subject):
    """An asynchronous generator that nobody has iterated over, and who has been told of its first iteration.

    Threads set a hook of their own before they iterate: the first iteration is told of once.
    """

    said = "sys.set_asyncgen_hooks: firstiter is called before a generator is iterated for the first time"
    may_raise = BUSY

    def fresh(self, size: int) -> Any:
        return giving_later(size), []

    def left(self, o: Any) -> Any:
        return driven(o[0].aclose())

    def wrong(self, o: Any) -> str:
        return "" if len(o[1]) < 2 else f"its first iteration was told of {len(o[1])} times"

    @step(writes=True)
    def anext_(o: Any, v: str) -> Any:
        return told(o, v, lambda: driven(anext(o[0])))

    @step(writes=True, may_raise=(TypeError,))
    def asend(o: Any, v: str) -> Any:
        return told(o, v, lambda: driven(o[0].asend(None)))

    @step(writes=True, may_raise=(Thrown,))
    def athrow(o: Any, v: str) -> Any:
        return told(o, v, lambda: driven(o[0].athrow(Thrown())))

    @step(writes=True)
    def aclose(o: Any, v: str) -> Any:
        return told(o, v, lambda: driven(o[0].aclose()))

    @step(writes=True)
    def ask(o: Any, v: str) -> Any:
        return told(o, v, lambda: o[0].__anext__().close())


def told(o: Any, v: str, then: Any) -> Any:
    """Do something while this thread's hooks note in the subject's second part what begins."""
    sys.set_asyncgen_hooks(firstiter=lambda _: o[1].append(v), finalizer=None)
    try:
        return then()
    finally:
        sys.set_asyncgen_hooks(None, None)


class _Driver(Subject):
    """What drives an asynchronous generator for one value, beside the generator itself."""

    said = SAID
    may_raise = BUSY
    left_out: ClassVar[dict[str, str]] = {"__del__": "the interpreter calls it; close ends it as well"}

    def left(self, o: Any) -> Any:
        ended(o[1].close)
        return driven(o[0].aclose())

    @step(writes=True)
    def next_(o: Any, v: str) -> Any:
        return ended(lambda: next(o[1]))

    @step(writes=True, may_raise=(TypeError,))
    def send(o: Any, v: str) -> Any:
        return ended(lambda: o[1].send(None))

    @step(writes=True, may_raise=(Thrown,))
    def throw(o: Any, v: str) -> Any:
        return ended(lambda: o[1].throw(Thrown()))

    @step(writes=True)
    def close(o: Any, v: str) -> Any:
        return ended(o[1].close)

    @step(writes=True)
    def await_(o: Any, v: str) -> Any:
        return driven(o[1])

    @step()
    def iter_(o: Any, v: str) -> Any:
        return iter(o[1]) is o[1]

    @step(writes=True)
    def anext_beside(o: Any, v: str) -> Any:
        return driven(anext(o[0]))


class AsyncGeneratorAsend(_Driver):
    """What ``asend`` gave."""

    def fresh(self, size: int) -> Any:
        o = giving_later(size)
        return o, o.asend(None)


class AsyncGeneratorAthrow(_Driver):
    """What ``athrow`` gave, of a generator that waits at its first value."""

    def fresh(self, size: int) -> Any:
        o = giving_later(size)
        driven(anext(o))
        return o, o.athrow(Thrown())


class AsyncGeneratorAclose(_Driver):
    """What ``aclose`` gave, of a generator that waits at its first value."""

    def fresh(self, size: int) -> Any:
        o = giving_later(size)
        driven(anext(o))
        return o, o.aclose()


class AnextAwaitable(_Driver):
    """What ``anext`` with a default gave."""

    def fresh(self, size: int) -> Any:
        o = giving_later(size)
        return o, anext(o, None).__await__()

    @step(writes=True)
    def await_(o: Any, v: str) -> Any:
        return ended(lambda: next(o[1])), ended(lambda: next(o[1]))
