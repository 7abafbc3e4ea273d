"""What an interpreter has one of: the collector, monitoring, tracing, warnings, modules, exit functions.

The objects are fresh, the switches are not: each operation leaves them so that the next one does not mind. Nothing is
judged but that the process goes on, and, in OwnEvents, what a thread is told of itself.
"""

from __future__ import annotations

import atexit
import faulthandler
import gc
import importlib
import importlib.util
import pickle
import sys
import threading
import types
import warnings
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

from harness.kernel.pairs import PROCESS, Subject, fresh_strings, giving, in_a_thread, step

MONITORING: Any = getattr(sys, "monitoring", None)
TOOLS = (3, 4)
"""The numbers of tools that nobody else has claimed; 3 is nobody's, 4 too."""
CLAIMED = 5
"""The number of a tool that threads claim."""
TOOL_OF = {"a": 3, "b": 4, "c": 0}
"""A tool for each thread that nobody else uses."""
MODULE = "ftstress_raced_module"
FROZEN = "__hello__"
"""A module that comes with the interpreter, not from a file."""
NOWHERE = open("/dev/null", "w")  # noqa: SIM115  # as long as the process
_trace_all: Any = getattr(threading, "settrace_all_threads", sys.settrace)
_profile_all: Any = getattr(threading, "setprofile_all_threads", sys.setprofile)


class Quiet(Warning):
    """What is warned of; nobody sees it."""


class Once(Quiet):
    """What is warned of once."""


class Each(Quiet):
    """What is warned of once at each place."""


def _shown(*of: Any, **more: Any) -> None:
    """Shows a warning to nobody."""


warnings.showwarning = _shown
warnings.simplefilter("ignore", Quiet)
warnings.simplefilter("once", Once)
warnings.simplefilter("default", Each)


class Node:
    """What the collector finds in cycles, with a weak reference to it and a finalizer."""

    def __init__(self, held: Any) -> None:
        self.held = held
        self.me = self

    def __del__(self) -> None:
        self.held = None


class Asking(Node):
    """Its finalizer asks the collector that has it finalized, in the next way there is."""

    def __init__(self, held: Any, ask: Callable[[Any], object]) -> None:
        super().__init__(held)
        self.ask = ask

    def __del__(self) -> None:
        self.ask(self)


COLLECTOR_ASKED: tuple[Callable[[Any], object], ...] = (
    lambda me: [type(one) for one in gc.get_objects()],
    lambda me: gc.get_referrers(me, me.held),
    lambda me: gc.get_referents(me),
    lambda me: gc.collect(),
    lambda me: gc.get_stats(),
    lambda me: _freeze_for_a_moment(),
    lambda me: (gc.is_finalized(me), gc.is_tracked(me), gc.get_count()),
)


def _freeze_for_a_moment() -> None:
    gc.freeze()
    gc.unfreeze()


def _cycle(o: Any, v: str) -> Any:
    node = Node([v])
    o.append(node)
    return node


def _watch(phase: str, info: Any) -> None:
    """A callback of the collector's."""


class Collector(Subject):
    """A list of objects in cycles, and the collector's switches, questions and runs beside it."""

    most = PROCESS

    def fresh(self, size: int) -> Any:
        o: list[Any] = [Node(held) for held in fresh_strings(size)]
        o.append(o)
        return o

    def left(self, o: Any) -> Any:
        return len(o) > 0

    @step(writes=True)
    def collect(o: Any, v: str) -> Any:
        return gc.collect() >= 0

    @step(writes=True)
    def collect_young(o: Any, v: str) -> Any:
        return gc.collect(0) >= 0

    @step(writes=True)
    def make_cycle(o: Any, v: str) -> Any:
        return _cycle(o, v).held

    @step(writes=True)
    def drop_cycle(o: Any, v: str) -> Any:
        Node(Node(v))

    @step(writes=True)
    def make_many(o: Any, v: str) -> Any:
        return len([[v, {v: o}] for _ in range(20)])

    @step(writes=True)
    def pop(o: Any, v: str) -> Any:
        o.pop(0)

    @step(writes=True)
    def enable_disable(o: Any, v: str) -> Any:
        gc.enable()
        gc.disable()

    @step()
    def isenabled(o: Any, v: str) -> Any:
        return gc.isenabled(), gc.get_debug()

    @step(writes=True)
    def set_debug(o: Any, v: str) -> Any:
        gc.set_debug(0)

    @step()
    def thresholds(o: Any, v: str) -> Any:
        return len(gc.get_threshold()), len(gc.get_count())

    @step(writes=True)
    def set_threshold(o: Any, v: str) -> Any:
        gc.set_threshold(*gc.get_threshold())

    @step()
    def stats(o: Any, v: str) -> Any:
        return len(gc.get_stats()), gc.get_freeze_count() >= 0

    @step(writes=True)
    def freeze(o: Any, v: str) -> Any:
        gc.freeze()
        gc.unfreeze()

    @step()
    def get_objects(o: Any, v: str) -> Any:
        return len(gc.get_objects()) > 0

    @step()
    def get_objects_young(o: Any, v: str) -> Any:
        return len(gc.get_objects(0)) >= 0

    @step()
    def get_referrers(o: Any, v: str) -> Any:
        return len(gc.get_referrers(o)) > 0

    @step()
    def get_referents(o: Any, v: str) -> Any:
        return len(gc.get_referents(o)) > 0, gc.is_tracked(o), gc.is_finalized(o)

    @step(writes=True)
    def callbacks(o: Any, v: str) -> Any:
        mine = partial(_watch)
        gc.callbacks.append(mine)
        gc.collect(0)
        with suppress(ValueError):  # another thread has cleared them
            gc.callbacks.remove(mine)

    @step(writes=True)
    def finalizers_ask(o: Any, v: str) -> Any:
        for ask in COLLECTOR_ASKED:
            Asking(v, ask)
        gc.collect()

    @step(writes=True)
    def clear_callbacks(o: Any, v: str) -> Any:
        gc.callbacks.extend([_watch] * 9)
        gc.callbacks.clear()

    @step(writes=True)
    def coroutine(o: Any, v: str) -> Any:
        """That knows where it comes from: what it knows is made while the collector looks."""

        async def nothing() -> Any:
            return o

        sys.set_coroutine_origin_tracking_depth(2)
        try:
            made = nothing()
            gc.collect(0)
            made.close()
        finally:
            sys.set_coroutine_origin_tracking_depth(0)

    @step(writes=True)
    def weak_reference(o: Any, v: str) -> Any:
        node = _cycle(o, v)
        return weakref.ref(node, lambda _: None)() is node

    @step()
    def reference_count(o: Any, v: str) -> Any:
        return sys.getrefcount(o) > 0, sys.getsizeof(o) > 0


def _claim(tool: int) -> bool:
    """Whether the tool's number is ours, for this operation or by another thread's."""
    try:
        MONITORING.use_tool_id(tool, "ftstress")
    except ValueError:
        return False
    return True


def _free(tool: int) -> None:
    MONITORING.set_events(tool, 0)
    MONITORING.free_tool_id(tool)


def _heard(*event: Any) -> None:
    """A callback of sys.monitoring's."""


def _disables(*event: Any) -> Any:
    return MONITORING.DISABLE


def _disables_in(here: Any, code: Any, *event: Any) -> Any:
    """In other code it would raise what no operation has to do with."""
    return MONITORING.DISABLE if code is here else None


def _counted(number: int) -> int:
    total = 0
    for one in range(number):
        if one % 2:
            total += one
    return total


class Monitoring(Subject):
    """A function that threads call while others switch tools and events on and off."""

    most = PROCESS
    minimum_version = (3, 12)

    def fresh(self, size: int) -> Any:
        return types.FunctionType(_counted.__code__.replace(), globals())

    def left(self, o: Any) -> Any:
        return None

    @step(writes=True)
    def call(o: Any, v: str) -> Any:
        return o(4)

    @step(writes=True)
    def call_often(o: Any, v: str) -> Any:
        return [o(4) for _ in range(20)][-1]

    @step(writes=True)
    def lines(o: Any, v: str) -> Any:
        return _monitored(3, "LINE", partial(_heard), o)

    @step(writes=True)
    def instructions(o: Any, v: str) -> Any:
        return _monitored(3, "INSTRUCTION", partial(_heard), o)

    @step(writes=True)
    def calls(o: Any, v: str) -> Any:
        return _monitored(4, "PY_START", partial(_heard), o)

    @step(writes=True)
    def jumps(o: Any, v: str) -> Any:
        return _monitored(4, "JUMP", partial(_disables), o)

    @step(writes=True)
    def lines_once(o: Any, v: str) -> Any:
        return _monitored(3, "LINE", partial(_disables), o)

    @step(writes=True)
    def branches(o: Any, v: str) -> Any:
        return _monitored(4, "BRANCH", partial(_heard), o)

    @step(writes=True)
    def branches_once(o: Any, v: str) -> Any:
        return _monitored(4, "BRANCH", partial(_disables), o)

    @step(writes=True)
    def instructions_once(o: Any, v: str) -> Any:
        return _monitored(3, "INSTRUCTION", partial(_disables), o)

    @step(writes=True)
    def calls_of_c_once(o: Any, v: str) -> Any:
        """What cannot be switched off at its place takes its callback with it."""
        return _monitored(3, "CALL", partial(_heard), o, "C_RETURN", partial(_disables_in, o.__code__))

    @step(writes=True)
    def raised_once(o: Any, v: str) -> Any:
        return _monitored(4, "RAISE", partial(_disables_in, _fails.__code__), partial(_fails, o))

    @step(writes=True)
    def lines_here(o: Any, v: str) -> Any:
        return _monitored_here(3, "LINE", o)

    @step(writes=True)
    def returns_here(o: Any, v: str) -> Any:
        return _monitored_here(4, "PY_RETURN", o)

    @step(writes=True)
    def restart(o: Any, v: str) -> Any:
        MONITORING.restart_events()

    @step(writes=True)
    def register(o: Any, v: str) -> Any:
        """Each callback is nobody else's: it dies when the next one takes its place."""
        for _ in range(20):
            for event in ("LINE", "INSTRUCTION", "PY_START", "BRANCH"):
                MONITORING.register_callback(3, getattr(MONITORING.events, event), partial(_heard))
        return callable(MONITORING.register_callback(3, MONITORING.events.LINE, None))

    @step()
    def ask(o: Any, v: str) -> Any:
        return MONITORING.get_tool(3) in (None, "ftstress"), MONITORING.get_events(4) >= 0

    @step()
    def ask_here(o: Any, v: str) -> Any:
        return MONITORING.get_local_events(3, o.__code__) >= 0

    @step()
    def code(o: Any, v: str) -> Any:
        return len(o.__code__.co_code), len(list(o.__code__.co_lines()))

    @step(writes=True, makes=True)
    def new_code(o: Any, v: str) -> Any:
        o.__code__ = made = o.__code__.replace()
        return made


class ToolClaimed(Subject):
    """A tool's number, which threads claim: it is given to one of them. The list is of those who were told so."""

    said = "sys.monitoring.use_tool_id: ValueError where the number is in use"
    most = PROCESS
    minimum_version = (3, 12)

    def fresh(self, size: int) -> Any:
        return []

    def left(self, o: Any) -> Any:
        MONITORING.free_tool_id(CLAIMED)
        return None

    def wrong(self, o: Any) -> str:
        return f"{len(o)} threads were told that the number is theirs" if len(o) > 1 else ""

    @step(writes=True)
    def claim(o: Any, v: str) -> Any:
        MONITORING.use_tool_id(CLAIMED, v)
        o.append(v)

    @step()
    def whose(o: Any, v: str) -> Any:
        return MONITORING.get_tool(CLAIMED)

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        """Since 3.14."""
        MONITORING.clear_tool_id(CLAIMED)


class ToolPassedOn(Subject):
    """A tool's number, which threads claim by names of their own, and give back."""

    most = PROCESS
    minimum_version = (3, 12)

    def fresh(self, size: int) -> Any:
        return CLAIMED

    def left(self, o: Any) -> Any:
        MONITORING.free_tool_id(o)
        return None

    @step(writes=True)
    def claim(o: Any, v: str) -> Any:
        MONITORING.use_tool_id(o, v)

    @step(writes=True)
    def free(o: Any, v: str) -> Any:
        MONITORING.free_tool_id(o)

    @step(writes=True)
    def claim_and_free(o: Any, v: str) -> Any:
        for _ in range(9):
            with suppress(ValueError):
                MONITORING.use_tool_id(o, "".join(v))
            MONITORING.free_tool_id(o)

    @step()
    def whose(o: Any, v: str) -> Any:
        return MONITORING.get_tool(o) is None


def _fails(function: Any, count: int) -> Any:
    function(count)
    raise ValueError(count)


def _monitored(
    tool: int, event: str, callback: Any, function: Any, another: str = "", its: Any = None
) -> Any:
    """What the function gives while the tool's callback is called, and another event's that comes with the first."""
    mine = _claim(tool)
    bit = getattr(MONITORING.events, event)
    try:
        MONITORING.register_callback(tool, bit, callback)
        if another:
            MONITORING.register_callback(tool, getattr(MONITORING.events, another), its)
        MONITORING.set_events(tool, bit)
        return function(4)
    finally:
        if mine:
            _free(tool)


def _monitored_here(tool: int, event: str, function: Any) -> Any:
    mine = _claim(tool)
    bit = getattr(MONITORING.events, event)
    try:
        MONITORING.register_callback(tool, bit, partial(_heard))
        MONITORING.set_local_events(tool, function.__code__, bit)
        seen = function(4)
        MONITORING.set_local_events(tool, function.__code__, 0)
        return seen
    finally:
        if mine:
            _free(tool)


def _tracer(frame: Any, event: str, argument: Any) -> Any:
    """Has the frame told to another one next, which nobody else holds."""
    return partial(_tracer)


def _profiler(frame: Any, event: str, argument: Any) -> None:
    """What is told of calls."""


class Tracing(Subject):
    """A function that threads call while they trace themselves, or one traces all of them."""

    most = PROCESS

    def fresh(self, size: int) -> Any:
        return types.FunctionType(_counted.__code__.replace(), globals())

    def left(self, o: Any) -> Any:
        return None

    @step(writes=True)
    def call(o: Any, v: str) -> Any:
        return o(4)

    @step(writes=True)
    def trace(o: Any, v: str) -> Any:
        sys.settrace(partial(_tracer))
        try:
            return o(4)
        finally:
            sys.settrace(None)

    @step(writes=True)
    def profile(o: Any, v: str) -> Any:
        sys.setprofile(partial(_profiler))
        try:
            return o(4)
        finally:
            sys.setprofile(None)

    @step(writes=True)
    def trace_all(o: Any, v: str) -> Any:
        _trace_all(partial(_tracer))
        try:
            return o(4)
        finally:
            _trace_all(None)

    @step(writes=True)
    def profile_all(o: Any, v: str) -> Any:
        _profile_all(partial(_profiler))
        try:
            return o(4)
        finally:
            _profile_all(None)

    @step(writes=True)
    def trace_opcodes(o: Any, v: str) -> Any:
        def each(frame: Any, event: str, argument: Any) -> Any:
            frame.f_trace_opcodes = True
            return each

        sys.settrace(each)
        try:
            return o(4)
        finally:
            sys.settrace(None)

    @step()
    def ask(o: Any, v: str) -> Any:
        return callable(sys.gettrace()), callable(sys.getprofile())

    @step()
    def current_frames(o: Any, v: str) -> Any:
        return len(sys._current_frames()) > 0

    @step()
    def current_exceptions(o: Any, v: str) -> Any:
        return len(sys._current_exceptions()) > 0

    @step()
    def all_tracebacks(o: Any, v: str) -> Any:
        """Of threads that run, too."""
        faulthandler.dump_traceback(NOWHERE, all_threads=True)

    @step(writes=True)
    def thread_ends(o: Any, v: str) -> Any:
        thread = threading.Thread(target=o, args=(4,))
        thread.start()
        thread.join()

    @step(writes=True)
    def switch_interval(o: Any, v: str) -> Any:
        sys.setswitchinterval(sys.getswitchinterval())

    @step(writes=True, makes=True)
    def new_code(o: Any, v: str) -> Any:
        o.__code__ = made = o.__code__.replace()
        return made


class OwnEvents(Subject):
    """A function that threads call, each of which has its own calls told to it; and what was not told."""

    minimum_version = (3, 12)

    def fresh(self, size: int) -> Any:
        return types.FunctionType(_next.__code__.replace(), {}), []

    def left(self, o: Any) -> Any:
        return None

    def wrong(self, o: Any) -> str:
        return "; ".join(o[1])

    @step(writes=True)
    def call(o: Any, v: str) -> Any:
        o[0](4)

    @step(writes=True)
    def profiled(o: Any, v: str) -> Any:
        _told(o, sys.setprofile)

    @step(writes=True)
    def profiled_in_a_thread(o: Any, v: str) -> Any:
        _elsewhere(o, partial(_told, o, sys.setprofile))

    @step(writes=True)
    def traced(o: Any, v: str) -> Any:
        _told(o, sys.settrace)

    @step(writes=True)
    def traced_in_a_thread(o: Any, v: str) -> Any:
        _elsewhere(o, partial(_told, o, sys.settrace))

    @step(writes=True)
    def monitored(o: Any, v: str) -> Any:
        """By a tool that no other thread uses."""
        with _returns_told(o, TOOL_OF[v[0]], None):
            o[0](4)

    @step(writes=True)
    def monitored_here(o: Any, v: str) -> Any:
        with _returns_told(o, TOOL_OF[v[0]], o[0].__code__):
            o[0](4)

    @step(writes=True)
    def called_while_monitored(o: Any, v: str) -> Any:
        with _returns_told(o, TOOL_OF[v[0]], None) as heard:
            _elsewhere(o, partial(_call_and_note, o, heard))
            o[0](4)


def _next(number: int) -> int:
    return number + 1


def _told(o: Any, switch: Callable[[Any], None]) -> None:
    heard: list[str] = []

    def tell(frame: Any, event: str, argument: Any) -> Any:
        if frame.f_code is o[0].__code__:
            heard.append(event)
        return tell

    switch(tell)
    try:
        o[0](4)
    finally:
        switch(None)
    if heard[:1] != ["call"] or heard[-1:] != ["return"]:
        o[1].append(f"of a call its own thread was told {heard}")


def _elsewhere(o: Any, call: Callable[[], None]) -> None:
    if not in_a_thread(call):
        o[1].append("what was done in a new thread raised")


def _call_and_note(o: Any, heard: list[int]) -> None:
    o[0](4)
    if threading.get_ident() not in heard:
        o[1].append("a call in a new thread was not told to the tool")


@contextmanager
def _returns_told(o: Any, tool: int, code: Any) -> Iterator[list[int]]:
    heard: list[int] = []
    event, raced = MONITORING.events.PY_RETURN, o[0].__code__
    switch = (
        partial(MONITORING.set_events, tool)
        if code is None
        else partial(MONITORING.set_local_events, tool, code)
    )
    MONITORING.use_tool_id(tool, "ftstress")
    try:
        MONITORING.register_callback(
            tool, event, lambda of, *_: heard.extend([threading.get_ident()] * (of is raced))
        )
        switch(event)
        yield heard
        switch(0)
    finally:
        _free(tool)
    if threading.get_ident() not in heard:
        o[1].append("a call was not told to the tool of its own thread")


class _Matching:
    """What is asked whether a warning's text is its own."""

    def match(self, text: str) -> bool:
        warnings.filters = _without_matching()
        warnings.warn_explicit(text, Quiet, "fresh.py", 8, registry={})
        return False


def _without_matching() -> list[Any]:
    filters: Any = warnings.filters
    return [one for one in filters if type(one[1]) is not _Matching]


class Warned(Subject):
    """A module's registry of warnings, and the filters that all share."""

    most = PROCESS

    def fresh(self, size: int) -> Any:
        return {}

    def left(self, o: Any) -> Any:
        warnings.filters = _without_matching()
        return len(o) >= 0

    @step(writes=True)
    def warn(o: Any, v: str) -> Any:
        warnings.warn_explicit(v, Quiet, "fresh.py", 1, registry=o)

    @step(writes=True)
    def warn_same(o: Any, v: str) -> Any:
        warnings.warn_explicit("x0", Quiet, "fresh.py", 1, registry=o)

    if getattr(
        sys.flags, "context_aware_warnings", False
    ):  # else it changes what all threads share, for good

        @step(writes=True)
        def catch_ignore(o: Any, v: str) -> Any:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                warnings.warn_explicit(v, Quiet, "fresh.py", 2, registry=o)

        @step(writes=True)
        def catch_record(o: Any, v: str) -> Any:
            with warnings.catch_warnings(record=True) as seen:
                warnings.simplefilter("always", category=Quiet)
                warnings.warn_explicit(v, Quiet, "fresh.py", 3, registry=o)
            return len(seen) >= 0 if seen is not None else None

        @step(writes=True)
        def catch_filter(o: Any, v: str) -> Any:
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", message=v)
                warnings.warn_explicit(v, Quiet, "fresh.py", 4, registry=o)

    @step()
    def filters(o: Any, v: str) -> Any:
        return len(list(warnings.filters)) >= 0

    @step(writes=True)
    def replace_filters(o: Any, v: str) -> Any:
        """By another list of the same, twice: nobody but C's code still has the first one."""
        for _ in range(2):
            warnings.filters = list(warnings.filters)

    @step(writes=True)
    def filter_asked(o: Any, v: str) -> Any:
        """A filter replaces all of them, and warns, when it is asked whether it is the one."""
        warnings.filters = [("ignore", _Matching(), Quiet, None, 0), *warnings.filters]  # type: ignore[list-item]
        try:
            warnings.warn_explicit(v, Quiet, "fresh.py", 7, registry=o)
        finally:
            warnings.filters = _without_matching()

    @step(writes=True)
    def replace_registry(o: Any, v: str) -> Any:
        for _ in range(2):
            setattr(warnings, "onceregistry", {})
            setattr(warnings, "defaultaction", "".join(["def", "ault"]))

    @step(writes=True)
    def warn_once(o: Any, v: str) -> Any:
        """What is shown but once is noted in a dict that all share."""
        warnings.warn_explicit(v, Once, "fresh.py", 5, registry=o)
        getattr(warnings, "onceregistry", o).clear()

    @step(writes=True)
    def warn_each(o: Any, v: str) -> Any:
        warnings.warn_explicit("x0", Each, "fresh.py", 6, registry=o)
        warnings.warn_explicit(v, Each, "fresh.py", len(v), "fresh", o)

    @step(writes=True)
    def add_filter(o: Any, v: str) -> Any:
        warnings.filterwarnings("ignore", v, Quiet)
        warnings.simplefilter("ignore", Quiet)

    @step(writes=True)
    def add_filter_behind(o: Any, v: str) -> Any:
        warnings.simplefilter("ignore", Quiet, append=True)

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o.clear()


class Nameless:
    """What pickle is told the name of, and not the module."""

    __module__ = None  # type: ignore[assignment]

    def __init__(self, name: str) -> None:
        self.__qualname__ = self.name = name

    def __reduce__(self) -> str:
        return self.name


class Modules(Subject):
    """sys.modules, and a module in it that both threads import."""

    most = PROCESS

    def fresh(self, size: int) -> Any:
        o = types.ModuleType(MODULE)
        o.x0 = "x0"  # type: ignore[attr-defined]
        sys.modules[MODULE] = o
        return o

    def left(self, o: Any) -> Any:
        return vars(o).get("x0")

    @step()
    def import_(o: Any, v: str) -> Any:
        return __import__(MODULE) is not None

    @step()
    def import_module(o: Any, v: str) -> Any:
        return importlib.import_module(MODULE) is not None

    @step()
    def import_from(o: Any, v: str) -> Any:
        return __import__(MODULE, fromlist=["x0", "x3"]).x0

    @step(writes=True)
    def import_anew(o: Any, v: str) -> Any:
        sys.modules.pop(FROZEN, None)
        return importlib.import_module(FROZEN).initialized

    @step(writes=True)
    def import_same_anew(o: Any, v: str) -> Any:
        sys.modules.pop(FROZEN, None)
        return __import__(FROZEN).initialized

    @step(writes=True)
    def forget(o: Any, v: str) -> Any:
        sys.modules.pop(MODULE, None)

    @step(writes=True)
    def put(o: Any, v: str) -> Any:
        sys.modules[MODULE] = o

    @step(writes=True)
    def put_none(o: Any, v: str) -> Any:
        sys.modules[MODULE] = None  # type: ignore[assignment]

    @step()
    def find(o: Any, v: str) -> Any:
        return sys.modules.get(MODULE) is None, MODULE in sys.modules, len(list(sys.modules)) > 0

    @step()
    def find_spec(o: Any, v: str) -> Any:
        return importlib.util.find_spec(FROZEN) is not None

    @step(writes=True)
    def invalidate_caches(o: Any, v: str) -> Any:
        importlib.invalidate_caches()

    @step()
    def attribute(o: Any, v: str) -> Any:
        return o.x0

    @step()
    def attribute_missing(o: Any, v: str) -> Any:
        return o.x3

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        o.x0 = v

    @step(writes=True)
    def delete(o: Any, v: str) -> Any:
        del o.x0

    @step(writes=True)
    def put_many(o: Any, v: str) -> Any:
        """As many as make the table of modules grow."""
        names = [f"{MODULE}.{v}.{number}" for number in range(40)]
        for name in names:
            sys.modules[name] = o
        for name in names:
            sys.modules.pop(name, None)

    @step()
    def find_owner(o: Any, v: str) -> Any:
        """Pickle looks through all modules for one that has what does not say where it is from."""
        o.nameless = Nameless("nameless")
        return len(pickle.dumps(o.nameless))

    @step(writes=True, makes=True)
    def store_getattr(o: Any, v: str) -> Any:
        o.__getattr__ = made = giving(v)
        return made

    @step(writes=True)
    def store_spec(o: Any, v: str) -> Any:
        o.__spec__ = None

    @step(writes=True)
    def change_class(o: Any, v: str) -> Any:
        o.__class__ = _Module

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        vars(o).clear()

    @step()
    def dir_(o: Any, v: str) -> Any:
        return "x0" in dir(o), len(repr(o)) > 0

    @step(writes=True)
    def init(o: Any, v: str) -> Any:
        o.__init__(MODULE, v)

    @step()
    def annotations(o: Any, v: str) -> Any:
        return len(o.__annotations__)


class _Module(types.ModuleType):
    """A module whose class has been changed."""


class ExitFunctions(Subject):
    """A function that is to be called at exit, registered and taken back, between two that nobody takes back."""

    def fresh(self, size: int) -> Any:
        function, before, after = (types.FunctionType(_counted.__code__, globals()) for _ in range(3))
        for one in (before, function, after):
            atexit.register(one)
        return function, before, after

    def left(self, o: Any) -> Any:
        for one in o:
            atexit.unregister(one)
        atexit.unregister(_AnyOwn())  # type: ignore[arg-type]

    def wrong(self, o: Any) -> str:
        count = atexit._ncallbacks()
        atexit.unregister(o[1])
        atexit.unregister(o[2])
        gone = count - atexit._ncallbacks()
        return "" if gone == 2 else f"of two functions that nobody took back {gone} were registered"

    @step(writes=True)
    def register(o: Any, v: str) -> Any:
        return atexit.register(o[0], 1) is o[0]

    @step(writes=True)
    def register_unregister(o: Any, v: str) -> Any:
        atexit.register(o[0], number=1)
        atexit.unregister(o[0])

    @step(writes=True)
    def unregister(o: Any, v: str) -> Any:
        atexit.unregister(o[0])

    @step(writes=True)
    def unregister_equal(o: Any, v: str) -> Any:
        atexit.unregister(_Equal())  # type: ignore[arg-type]

    @step(writes=True)
    def unregister_slowly(o: Any, v: str) -> Any:
        """By what is equal to it, and takes its time to say so."""
        atexit.unregister(_EqualTo(o[0]))  # type: ignore[arg-type]

    @step(writes=True)
    def unregister_meddling(o: Any, v: str) -> Any:
        """By what is equal to it, and has taken it back by the time that it says so."""
        atexit.unregister(_Meddling(o[0]))  # type: ignore[arg-type]

    @step(writes=True)
    def register_own(o: Any, v: str) -> Any:
        """What nobody else holds."""
        for _ in range(4):
            atexit.register(_Own(), v)

    @step(writes=True)
    def unregister_while_compared(o: Any, v: str) -> Any:
        """By what takes back who it is compared with, and leaves the answer to that one."""
        atexit.unregister(_TakesBack())  # type: ignore[arg-type]

    @step()
    def count(o: Any, v: str) -> Any:
        return atexit._ncallbacks() >= 0


class _EqualTo:
    """What is equal to one function, and takes its time to say so."""

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, function: Any) -> None:
        self.function = function

    def __eq__(self, other: object) -> bool:
        return other is self.function and sum(range(20)) > 0


class _Meddling(_EqualTo):
    """What takes its function back while it is compared with it."""

    __hash__ = None

    def __eq__(self, other: object) -> bool:
        same = other is self.function
        if same:
            atexit.unregister(self.function)
        return same


class _Own:
    """What nobody holds but who was told to call it."""

    def __call__(self, *given: Any) -> None:
        """Called at exit."""


class _AnyOwn:
    """What all of these are equal to."""

    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        return type(other) is _Own


class _TakesBack:
    """What takes back who it is compared with."""

    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        if type(other) is _Own:
            atexit.unregister(other)
        return NotImplemented


class _Equal:
    """What nothing is equal to, and takes its time to say so."""

    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        return sum(range(20)) < 0
