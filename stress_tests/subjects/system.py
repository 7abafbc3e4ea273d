"""What an interpreter has one of, and sys gives: standard streams, hooks, settings; and another interpreter beside it.

Each operation leaves settings as they were. Streams that were replaced are back when a round is over.
"""

from __future__ import annotations

import _thread
import atexit
import faulthandler
import io
import sys
import threading
import warnings
from typing import Any, ClassVar

from harness.kernel.pairs import PROCESS, Subject, giving, step

try:
    import _interpreters  # type: ignore[import-not-found]
except ImportError:  # before 3.13
    _interpreters = None

LOST = (RuntimeError, AttributeError)
"""What tells that there is no such stream."""


class StandardStreams(Subject):
    """sys.stdout and sys.stderr, which are streams in memory here, while threads print and others replace them."""

    def fresh(self, size: int) -> Any:
        o = io.StringIO(), io.StringIO()
        sys.stdout, sys.stderr = o
        return o

    def left(self, o: Any) -> Any:
        sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
        return None

    @step(PROCESS, writes=True)
    def print_(o: Any, v: str) -> Any:
        print(v, "x0", sep=v)

    @step(PROCESS, writes=True)
    def print_and_flush(o: Any, v: str) -> Any:
        print(v, flush=True)
        print(v, file=sys.stderr)

    @step(may_raise=LOST)
    def same(o: Any, v: str) -> Any:
        return sys.stdout is not None, sys.stderr is not None

    @step(PROCESS, writes=True)
    def write(o: Any, v: str) -> Any:
        sys.stdout.write(v)

    @step(writes=True)
    def replace(o: Any, v: str) -> Any:
        sys.stdout = io.StringIO()
        sys.stderr = io.StringIO()

    @step(writes=True)
    def replace_by_none(o: Any, v: str) -> Any:
        sys.stdout = None
        sys.stdout = io.StringIO()

    @step(writes=True, lets_raise=LOST, may_raise=LOST)
    def delete(o: Any, v: str) -> Any:
        del sys.stdout
        sys.stdout = io.StringIO()

    @step(PROCESS, writes=True)
    def displayhook(o: Any, v: str) -> Any:
        sys.displayhook(v)
        sys.__displayhook__([v])

    @step(PROCESS, writes=True)
    def replace_displayhook(o: Any, v: str) -> Any:
        sys.displayhook = sys.__displayhook__
        exec(compile(repr(v), "<shown>", "single"), {})

    @step(PROCESS, writes=True)
    def excepthook(o: Any, v: str) -> Any:
        sys.__excepthook__(ValueError, ValueError(v), None)

    @step(PROCESS, writes=True)
    def warn(o: Any, v: str) -> Any:
        warnings.showwarning(v, UserWarning, "fresh.py", 1)

    @step(PROCESS, writes=True)
    def close(o: Any, v: str) -> Any:
        sys.stdout.close()


class _Meant(Exception):
    """What a finalizer raises that is meant to."""


class _Hearing:
    """A hook for what finalizers raise: what is not meant goes to who was there before."""

    before: ClassVar[list[Any]] = []

    def __call__(self, unraisable: Any) -> None:
        if unraisable.exc_type is not _Meant:
            for one in self.before:
                one(unraisable)


class _Telling(_Hearing):
    """It tells of what is meant, too: on the stream that there is."""

    def __call__(self, unraisable: Any) -> None:
        if unraisable.exc_type is _Meant:
            sys.__unraisablehook__(unraisable)
        super().__call__(unraisable)


class _Raising:
    """It raises when it is gone."""

    def __del__(self) -> None:
        raise _Meant("x0")


class SysAttributes(Subject):
    """What C code takes from sys while another thread replaces it. Each is stored twice: one that was in use may die.

    What it was is back when a round is over. Hooks are made anew: functions of a module never die.
    """

    most = PROCESS

    def fresh(self, size: int) -> Any:
        if not isinstance(sys.unraisablehook, _Hearing):
            _Hearing.before[:] = [sys.unraisablehook]
        sys.stdin, sys.stdout, sys.stderr = io.StringIO("x0\n"), io.StringIO(), io.StringIO()
        return ["x" + str(size)]

    def left(self, o: Any) -> Any:
        sys.stdin, sys.stdout, sys.stderr = sys.__stdin__, sys.__stdout__, sys.__stderr__
        sys.breakpointhook, sys.displayhook = sys.__breakpointhook__, sys.__displayhook__
        sys.excepthook = sys.__excepthook__
        if isinstance(sys.unraisablehook, _Hearing):
            sys.unraisablehook = _Hearing.before[0]
        vars(sys).pop("tracebacklimit", None)
        return None

    @step(writes=True)
    def stdin(o: Any, v: str) -> Any:
        for _ in range(2):
            sys.stdin = io.StringIO(v + "\n" + v)
        return input()

    @step(writes=True)
    def stdin_and_prompt(o: Any, v: str) -> Any:
        for _ in range(2):
            sys.stdin, sys.stdout, sys.stderr = io.StringIO(v), io.StringIO(), io.StringIO()
        return input(v)

    @step(writes=True)
    def stdout(o: Any, v: str) -> Any:
        for _ in range(2):
            sys.stdout = io.StringIO()
        print(v, v, flush=True)

    @step(writes=True)
    def stderr(o: Any, v: str) -> Any:
        for _ in range(2):
            sys.stderr = io.StringIO()
        told = (ValueError, ValueError(v), None, threading.current_thread())
        _thread._excepthook(_thread._ExceptHookArgs(told))

    @step(writes=True)
    def stderr_without_number(o: Any, v: str) -> Any:
        for _ in range(2):
            sys.stderr = io.StringIO()
        faulthandler.dump_traceback(all_threads=False)

    @step(writes=True)
    def breakpointhook(o: Any, v: str) -> Any:
        for _ in range(2):
            sys.breakpointhook = giving(v)
        return breakpoint()  # noqa: T100  # the hook is our own

    @step(writes=True)
    def displayhook(o: Any, v: str) -> Any:
        code = compile(repr(v), "<shown>", "single")
        for _ in range(2):
            sys.displayhook = giving(None)
        exec(code, {})

    @step(writes=True)
    def default_displayhook(o: Any, v: str) -> Any:
        for _ in range(2):
            sys.stdout = io.StringIO()
        sys.__displayhook__(v)

    @step(writes=True)
    def excepthook(o: Any, v: str) -> Any:
        for _ in range(2):
            sys.excepthook = giving(None)
        sys.excepthook(ValueError, ValueError(v), None)

    @step(writes=True)
    def default_excepthook(o: Any, v: str) -> Any:
        for _ in range(2):
            sys.stderr = io.StringIO()
            sys.tracebacklimit = 1000 + len(v)
        sys.__excepthook__(ValueError, ValueError(v), None)

    @step(writes=True)
    def unraisablehook(o: Any, v: str) -> Any:
        for _ in range(2):
            sys.unraisablehook = _Hearing()
        _Raising()

    @step(writes=True)
    def unraisablehook_often(o: Any, v: str) -> Any:
        for _ in range(4):
            sys.unraisablehook = _Hearing()
            _Raising()

    @step(writes=True)
    def default_unraisablehook(o: Any, v: str) -> Any:
        for _ in range(2):
            sys.unraisablehook = _Telling()
            sys.stderr = io.StringIO()
        _Raising()

    @step(writes=True)
    def lookup(o: Any, v: str) -> Any:
        for _ in range(2):
            sys.path_hooks = list(sys.path_hooks)
            sys.meta_path = list(sys.meta_path)
            sys.path_importer_cache = dict(sys.path_importer_cache)
        return "missing" + v in sys.modules

    @step()
    def walk(o: Any, v: str) -> Any:
        return len(dict(vars(sys)))


class SystemSettings(Subject):
    """Settings of the interpreter that one thread asks for while another one sets them, to what they are."""

    most = PROCESS

    def fresh(self, size: int) -> Any:
        return ["x" + str(size)]

    @step()
    def flags(o: Any, v: str) -> Any:
        return sys.flags.optimize, sys.flags[0] >= 0, len(repr(sys.flags)) > 0, sys.flags == sys.flags

    @step()
    def infos(o: Any, v: str) -> Any:
        return len(repr(sys.version_info)), sys.hash_info.width, sys.int_info[0], len(repr(sys.thread_info))

    @step(writes=True)
    def recursion_limit(o: Any, v: str) -> Any:
        sys.setrecursionlimit(sys.getrecursionlimit())

    @step(writes=True)
    def switch_interval(o: Any, v: str) -> Any:
        sys.setswitchinterval(sys.getswitchinterval())

    @step(writes=True)
    def dlopen_flags(o: Any, v: str) -> Any:
        if hasattr(sys, "setdlopenflags"):
            sys.setdlopenflags(sys.getdlopenflags())

    @step(writes=True)
    def digits(o: Any, v: str) -> Any:
        sys.set_int_max_str_digits(sys.get_int_max_str_digits())

    @step(writes=True)
    def asyncgen_hooks(o: Any, v: str) -> Any:
        sys.set_asyncgen_hooks(*sys.get_asyncgen_hooks())

    @step(writes=True)
    def origin_tracking(o: Any, v: str) -> Any:
        async def nothing() -> None:
            pass

        sys.set_coroutine_origin_tracking_depth(3)
        try:
            made: Any = nothing()
            return made.cr_origin is not None, made.close()
        finally:
            sys.set_coroutine_origin_tracking_depth(0)

    @step()
    def ask(o: Any, v: str) -> Any:
        return sys.getsizeof(o) > 0, sys.getrefcount(o) > 0, sys.getallocatedblocks() > 0

    @step()
    def frames(o: Any, v: str) -> Any:
        return sys._getframe(0).f_lineno > 0, sys.exc_info(), sys.exception()

    @step(writes=True)
    def intern(o: Any, v: str) -> Any:
        return sys.intern("ftstress_" + v) is sys.intern("ftstress_" + v)

    @step()
    def audit(o: Any, v: str) -> Any:
        sys.audit("ftstress.asked", o, v)

    @step(writes=True)
    def add_audit_hook(o: Any, v: str) -> Any:
        """None can be taken back: there are a few."""
        if len(_hooks) < MOST_HOOKS:
            _hooks.append(v)
            sys.addaudithook(_heard)

    @step()
    def caches(o: Any, v: str) -> Any:
        if hasattr(sys, "_clear_internal_caches"):
            sys._clear_internal_caches()

    @step(writes=True)
    def path_hooks(o: Any, v: str) -> Any:
        sys.path_hooks = list(sys.path_hooks)
        sys.path_importer_cache.pop(v, None)
        sys.meta_path = list(sys.meta_path)

    @step()
    def lookup(o: Any, v: str) -> Any:
        return len(list(sys.meta_path)) > 0, len(sys.path_hooks) > 0, "fresh" in sys.modules

    @step(writes=True)
    def attribute(o: Any, v: str) -> Any:
        sys.last_value = o
        vars(sys).pop("last_value", None)


class RecursionLimit(Subject):
    """The limit of recursion, which one thread sets, higher than it was, while another one recurses far below it."""

    def fresh(self, size: int) -> Any:
        return ["x" + str(size)]

    @step()
    def recurse(o: Any, v: str) -> Any:
        return _deep(o, 60)

    @step()
    def recurse_in_c(o: Any, v: str) -> Any:
        return len(repr(_nested(20))), max(o, key=lambda one: _deep(o, 20))

    @step(writes=True)
    def set_same(o: Any, v: str) -> Any:
        sys.setrecursionlimit(sys.getrecursionlimit())

    @step(writes=True)
    def set_higher(o: Any, v: str) -> Any:
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(limit + 9)
        sys.setrecursionlimit(limit)

    @step()
    def ask(o: Any, v: str) -> Any:
        return sys.getrecursionlimit() > 500


def _deep(held: Any, levels: int) -> Any:
    return _deep(held, levels - 1) if levels else held[0]


def _nested(levels: int) -> Any:
    made: list[Any] = []
    for _ in range(levels):
        made = [made]
    return made


MOST_HOOKS = 40
_hooks: list[str] = []


def _heard(event: str, arguments: Any) -> None:
    """A hook that hears all and says nothing."""


SHARED: dict[str, Any] = {}
"""Names that another interpreter is given, while others change them."""


class OtherInterpreter(Subject):
    """Another interpreter of this process, with a GIL of its own: what threads run in it, one at a time."""

    most = PROCESS
    minimum_version = (3, 13)
    made: ClassVar[list[Any]] = []
    """One for all objects: it takes as long as a process to make."""

    def fresh(self, size: int) -> Any:
        if not self.made:
            self.made.append(_interpreters.create())
            atexit.register(_interpreters.destroy, self.made[0])
        SHARED.clear()
        SHARED.update(x0="".join(("x", "0")), x1=("x1", size))
        return self.made[0]

    def left(self, o: Any) -> Any:
        return None

    @step(writes=True)
    def run(o: Any, v: str) -> Any:
        return _interpreters.run_string(o, f"x0 = {v!r}")

    @step(writes=True)
    def exec_(o: Any, v: str) -> Any:
        return _interpreters.exec(o, "x1 = [x for x in range(9)]", {"x0": v})

    @step(writes=True)
    def fail(o: Any, v: str) -> Any:
        return _interpreters.run_string(o, "raise ValueError('x0')") is not None

    @step(writes=True)
    def collect(o: Any, v: str) -> Any:
        return _interpreters.run_string(o, "import gc; gc.collect()")

    @step(writes=True)
    def set_main(o: Any, v: str) -> Any:
        _interpreters.set___main___attrs(o, {"x0": v, "x2": (v, 1, None)})

    @step(writes=True)
    def set_main_of_shared(o: Any, v: str) -> Any:
        _interpreters.set___main___attrs(o, SHARED)

    @step(writes=True)
    def store_shared(o: Any, v: str) -> Any:
        SHARED["x0"] = v

    @step(writes=True)
    def grow_shared(o: Any, v: str) -> Any:
        SHARED.update(dict.fromkeys((v, v[0] + "3", v[0] + "4", v[0] + "5", v[0] + "6", v[0] + "7"), v))

    @step(writes=True)
    def clear_shared(o: Any, v: str) -> Any:
        SHARED.clear()

    @step()
    def ask(o: Any, v: str) -> Any:
        return _interpreters.is_running(o), len(_interpreters.list_all()) > 1, _interpreters.whence(o)

    @step()
    def config(o: Any, v: str) -> Any:
        return _interpreters.get_config(o).gil, _interpreters.get_current()[0], _interpreters.get_main()[0]

    @step()
    def shareable(o: Any, v: str) -> Any:
        return (
            _interpreters.is_shareable(v),
            _interpreters.is_shareable((v, 1)),
            _interpreters.is_shareable([]),
        )

    @step(writes=True)
    def count(o: Any, v: str) -> Any:
        _interpreters.incref(o)
        _interpreters.decref(o)

    @step()
    def missing(o: Any, v: str) -> Any:
        return _interpreters.is_running(9999)

    @step(writes=True)
    def capture(o: Any, v: str) -> Any:
        return _interpreters.capture_exception(ValueError(v)).type.__name__
