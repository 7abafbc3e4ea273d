"""Frames and tracebacks.

The documents say that f_locals of a frame which another thread executes may crash the interpreter: so no operation here
runs the generator whose frame is read while it waits.
"""

from __future__ import annotations

import sys
import threading
import traceback
import types
from functools import partial
from typing import Any

from harness.kernel.pairs import PROCESS, Subject, caught, fresh_strings, step, waiting


def _traced(frame: Any, event: str, argument: Any) -> Any:
    """Has the frame told to another one next, which nobody else holds."""
    return partial(_traced)


class Frame(Subject):
    """The frame of a generator that waits. The generator is never resumed."""

    def fresh(self, size: int) -> Any:
        o = waiting(*fresh_strings(2))
        next(o)
        return o

    def left(self, o: Any) -> Any:
        return dict(o.gi_frame.f_locals)

    def wrong(self, o: Any) -> str:
        first, again = o.gi_frame.f_locals, o.gi_frame.f_locals
        if len(first) != len(list(first)):
            return "the length of f_locals disagrees with its keys"
        return "" if dict(first) == dict(again) else "two views of the locals differ"

    @step()
    def line(o: Any, v: str) -> Any:
        return o.gi_frame.f_lineno - o.gi_frame.f_code.co_firstlineno, o.gi_frame.f_lasti >= 0

    @step()
    def code(o: Any, v: str) -> Any:
        return o.gi_frame.f_code is o.gi_code, o.gi_frame.f_back, o.gi_frame.f_globals is not None

    @step()
    def builtins(o: Any, v: str) -> Any:
        return "len" in o.gi_frame.f_builtins

    @step()
    def generator(o: Any, v: str) -> Any:
        return getattr(o.gi_frame, "f_generator", o) is o

    @step(writes=True, makes=True)
    def trace(o: Any, v: str) -> Any:
        o.gi_frame.f_trace = made = partial(_traced)
        return made

    @step(writes=True)
    def trace_no_more(o: Any, v: str) -> Any:
        del o.gi_frame.f_trace

    @step()
    def traced(o: Any, v: str) -> Any:
        return callable(o.gi_frame.f_trace)

    @step(writes=True)
    def trace_lines(o: Any, v: str) -> Any:
        o.gi_frame.f_trace_lines = not o.gi_frame.f_trace_lines
        return o.gi_frame.f_trace_lines in (False, True)

    @step(writes=True)
    def trace_opcodes(o: Any, v: str) -> Any:
        o.gi_frame.f_trace_opcodes = True
        o.gi_frame.f_trace_opcodes = False

    @step()
    def set_line(o: Any, v: str) -> Any:
        o.gi_frame.f_lineno = 1

    @step()
    def clear(o: Any, v: str) -> Any:
        o.gi_frame.clear()

    @step()
    def text(o: Any, v: str) -> Any:
        return len(repr(o.gi_frame)) > 0, o.gi_frame.__sizeof__() > 0

    @step()
    def compare(o: Any, v: str) -> Any:
        return o.gi_frame == o.gi_frame, hash(o.gi_frame) == hash(o.gi_frame)

    @step()
    def locals_get(o: Any, v: str) -> Any:
        return o.gi_frame.f_locals["x0"], o.gi_frame.f_locals.get("x1")

    @step()
    def locals_missing(o: Any, v: str) -> Any:
        return o.gi_frame.f_locals["seen"]

    @step(may_raise=(KeyError,))
    def locals_dict(o: Any, v: str) -> Any:
        return dict(o.gi_frame.f_locals)

    @step()
    def locals_copy(o: Any, v: str) -> Any:
        return o.gi_frame.f_locals.copy()

    @step()
    def locals_items(o: Any, v: str) -> Any:
        return list(o.gi_frame.f_locals.items()), list(o.gi_frame.f_locals.keys())

    @step()
    def locals_values(o: Any, v: str) -> Any:
        return list(o.gi_frame.f_locals.values())

    @step()
    def locals_iterate(o: Any, v: str) -> Any:
        return [name for name in o.gi_frame.f_locals], list(reversed(o.gi_frame.f_locals))  # noqa: C416

    @step()
    def locals_contains(o: Any, v: str) -> Any:
        return "x0" in o.gi_frame.f_locals, "more" in o.gi_frame.f_locals, len(o.gi_frame.f_locals) > 0

    @step()
    def locals_or(o: Any, v: str) -> Any:
        return o.gi_frame.f_locals | {"more": v}, {"x0": v} | o.gi_frame.f_locals

    @step()
    def locals_compare(o: Any, v: str) -> Any:
        return o.gi_frame.f_locals == o.gi_frame.f_locals, o.gi_frame.f_locals != {}

    @step()
    def locals_text(o: Any, v: str) -> Any:
        return len(repr(o.gi_frame.f_locals)) > 0

    @step(writes=True)
    def locals_store(o: Any, v: str) -> Any:
        o.gi_frame.f_locals["x0"] = v

    @step(writes=True)
    def locals_store_unset(o: Any, v: str) -> Any:
        o.gi_frame.f_locals["seen"] = v

    @step(writes=True)
    def locals_store_more(o: Any, v: str) -> Any:
        o.gi_frame.f_locals["more"] = v

    @step(writes=True)
    def locals_delete_more(o: Any, v: str) -> Any:
        del o.gi_frame.f_locals["more"]

    @step(writes=True)
    def locals_pop_more(o: Any, v: str) -> Any:
        return o.gi_frame.f_locals.pop("more", None)

    @step(writes=True)
    def locals_setdefault(o: Any, v: str) -> Any:
        return o.gi_frame.f_locals.setdefault("more", v)

    @step(writes=True)
    def locals_update(o: Any, v: str) -> Any:
        o.gi_frame.f_locals.update({"x0": v, "x1": v, "more": v})

    @step(writes=True)
    def locals_update_in_place(o: Any, v: str) -> Any:
        view = o.gi_frame.f_locals
        view |= {"x0": v, "other": v}


class FrameOfRunning(Subject):
    """The frame of a generator that threads resume: what may be asked of it meanwhile."""

    most = PROCESS

    def fresh(self, size: int) -> Any:
        o = waiting(*fresh_strings(2))
        next(o)
        return o

    def left(self, o: Any) -> Any:
        return o.gi_frame is None

    @step(writes=True)
    def next_(o: Any, v: str) -> Any:
        return next(o)

    @step(writes=True)
    def send(o: Any, v: str) -> Any:
        return o.send(v)

    @step(writes=True)
    def close(o: Any, v: str) -> Any:
        o.close()

    @step(writes=True)
    def throw(o: Any, v: str) -> Any:
        o.throw(ValueError(v))

    @step()
    def line(o: Any, v: str) -> Any:
        return o.gi_frame.f_lineno > 0, o.gi_frame.f_lasti >= -1

    @step()
    def back(o: Any, v: str) -> Any:
        return o.gi_frame.f_back is None, o.gi_frame.f_code is o.gi_code

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o.gi_frame.clear()

    @step(writes=True, makes=True)
    def trace(o: Any, v: str) -> Any:
        o.gi_frame.f_trace = made = partial(_traced)
        return made

    @step()
    def state(o: Any, v: str) -> Any:
        return o.gi_running, getattr(o, "gi_suspended", None), o.gi_yieldfrom

    @step()
    def text(o: Any, v: str) -> Any:
        return len(repr(o.gi_frame)) > 0


class FrameThatIsTraced(Subject):
    """The frame of a generator that one thread at a time resumes while it traces itself, and what it is told to."""

    most = PROCESS

    def fresh(self, size: int) -> Any:
        o: Any = waiting(*fresh_strings(2))
        next(o)
        return o, o.gi_frame, threading.Lock()

    def left(self, o: Any) -> Any:
        return None

    @step(writes=True)
    def next_traced(o: Any, v: str) -> Any:
        with o[2]:
            sys.settrace(_traced)
            try:
                return next(o[0])
            finally:
                sys.settrace(None)

    @step(writes=True)
    def close_traced(o: Any, v: str) -> Any:
        with o[2]:
            sys.settrace(_traced)
            try:
                o[0].close()
            finally:
                sys.settrace(None)

    @step(writes=True, makes=True)
    def trace(o: Any, v: str) -> Any:
        o[1].f_trace = made = partial(_traced)
        return made

    @step(writes=True)
    def trace_often(o: Any, v: str) -> Any:
        for _ in range(20):
            o[1].f_trace = partial(_traced)

    @step(writes=True)
    def trace_no_more(o: Any, v: str) -> Any:
        del o[1].f_trace

    @step()
    def traced(o: Any, v: str) -> Any:
        return o[1].f_trace is None

    @step(writes=True)
    def opcodes(o: Any, v: str) -> Any:
        o[1].f_trace_opcodes = True
        o[1].f_trace_opcodes = False


class FrameOfDying(Subject):
    """A generator that nobody holds but a list, and its frame, which others hold: it dies while its frame is asked."""

    most = PROCESS
    may_raise = (IndexError,)
    sizes = (0, 1)

    def fresh(self, size: int) -> Any:
        """At the larger size it has begun."""
        o: Any = waiting(*fresh_strings(2))
        if size:
            next(o)
        frame = o.gi_frame
        return [o], frame

    def left(self, o: Any) -> Any:
        return None

    @step(writes=True)
    def dies(o: Any, v: str) -> Any:
        o[0].clear()

    @step(writes=True)
    def is_replaced(o: Any, v: str) -> Any:
        o[0][0] = waiting(v, v)

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o[1].clear()

    @step()
    def generator(o: Any, v: str) -> Any:
        """Since 3.14."""
        return type(o[1].f_generator) is type(None)

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        o[1].f_locals["x0"] = v
        return len(o[1].f_locals) > 0

    @step(writes=True)
    def store_more(o: Any, v: str) -> Any:
        o[1].f_locals[v] = v

    @step()
    def locals_(o: Any, v: str) -> Any:
        return len(dict(o[1].f_locals)) > 0

    @step()
    def asks(o: Any, v: str) -> Any:
        return o[1].f_lineno, o[1].f_back is None, len(repr(o[1])) > 0


class FinishedFrame(Subject):
    """The frame of a function that has returned: it holds its locals until it is cleared."""

    def fresh(self, size: int) -> Any:
        x0, x1 = fresh_strings(2)
        held = (lambda x0, x1: [sys._getframe()])(x0, x1)
        return held[0]

    def left(self, o: Any) -> Any:
        return dict(o.f_locals)

    @step(may_raise=(KeyError,))
    def locals_dict(o: Any, v: str) -> Any:
        return dict(o.f_locals)

    @step()
    def locals_get(o: Any, v: str) -> Any:
        return o.f_locals.get("x0"), len(o.f_locals) >= 0

    @step(writes=True)
    def locals_store(o: Any, v: str) -> Any:
        o.f_locals["x0"] = v

    @step(writes=True)
    def locals_store_more(o: Any, v: str) -> Any:
        o.f_locals["more"] = v

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o.clear()

    @step()
    def line(o: Any, v: str) -> Any:
        return o.f_lineno > 0, o.f_lasti >= 0, o.f_code.co_name, o.f_back is None

    @step()
    def globals_(o: Any, v: str) -> Any:
        return "Frame" in o.f_globals, "len" in o.f_builtins, getattr(o, "f_generator", None)

    @step(writes=True)
    def trace_lines(o: Any, v: str) -> Any:
        o.f_trace_lines, o.f_trace_opcodes = False, False
        return o.f_trace_lines, o.f_trace_opcodes

    @step()
    def text(o: Any, v: str) -> Any:
        return len(repr(o)) > 0, o.__sizeof__() > 0, o == o

    @step(writes=True, makes=True)
    def trace(o: Any, v: str) -> Any:
        o.f_trace = made = partial(_traced)
        return made


class Traceback(Subject):
    """A traceback of three frames."""

    def fresh(self, size: int) -> Any:
        return caught(*fresh_strings(2)).__traceback__

    def left(self, o: Any) -> Any:
        return len(list(traceback.walk_tb(o))) > 0

    @step()
    def walk(o: Any, v: str) -> Any:
        return [frame.f_code.co_name for frame, _ in traceback.walk_tb(o)]

    @step()
    def line(o: Any, v: str) -> Any:
        return o.tb_lineno > 0, o.tb_lasti >= 0, o.tb_frame.f_code.co_name

    @step()
    def next_(o: Any, v: str) -> Any:
        return o.tb_next is None

    @step(writes=True)
    def store_no_next(o: Any, v: str) -> Any:
        o.tb_next = None

    @step(writes=True, makes=True)
    def store_next(o: Any, v: str) -> Any:
        o.tb_next = made = types.TracebackType(None, o.tb_frame, o.tb_lasti, o.tb_lineno)
        return made

    @step()
    def store_itself(o: Any, v: str) -> Any:
        o.tb_next = o

    @step()
    def store_wrong(o: Any, v: str) -> Any:
        o.tb_next = v

    @step()
    def before(o: Any, v: str) -> Any:
        return types.TracebackType(o, o.tb_frame, o.tb_lasti, o.tb_lineno).tb_next is o

    @step(writes=True)
    def clear_frames(o: Any, v: str) -> Any:
        traceback.clear_frames(o)

    @step()
    def raise_with(o: Any, v: str) -> Any:
        try:
            raise KeyError(v).with_traceback(o)
        except KeyError as error:
            return error.__traceback__ is not None

    @step()
    def text(o: Any, v: str) -> Any:
        return len(repr(o)) > 0, o == o, hash(o) == hash(o), "tb_next" in dir(o)


class TwoTracebacks(Subject):
    """Two tracebacks of three frames each, which are put behind one another: never in a circle."""

    may_raise = (ValueError, AttributeError)

    def fresh(self, size: int) -> Any:
        return [caught(*fresh_strings(2)).__traceback__ for _ in range(2)]

    def wrong(self, o: Any) -> str:
        return "they go round in a circle" if any(_steps(one) > LONGEST for one in o) else ""

    def left(self, o: Any) -> Any:
        return None

    @step(writes=True)
    def put_behind(o: Any, v: str) -> Any:
        o[0].tb_next = o[1]

    @step(writes=True)
    def put_behind_the_other_way(o: Any, v: str) -> Any:
        o[1].tb_next = o[0]

    @step(writes=True)
    def put_at_the_end(o: Any, v: str) -> Any:
        o[0].tb_next.tb_next = o[1]

    @step(writes=True)
    def end(o: Any, v: str) -> Any:
        o[1].tb_next = None

    @step(writes=True)
    def end_later(o: Any, v: str) -> Any:
        o[1].tb_next.tb_next = None

    @step()
    def walk(o: Any, v: str) -> Any:
        return _steps(o[0]) > 0, _steps(o[1]) > 0

    @step(writes=True)
    def raise_with(o: Any, v: str) -> Any:
        try:
            raise KeyError(v).with_traceback(o[0])
        except KeyError as error:
            return error.__traceback__ is not None


LONGEST = 40
"""Links of what goes round in no circle."""


def _steps(one: Any) -> int:
    steps = 0
    while one is not None and steps <= LONGEST:
        one, steps = one.tb_next, steps + 1
    return steps
