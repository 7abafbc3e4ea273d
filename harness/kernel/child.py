"""The child's entry point: ``python -P child.py JSON`` in the target. See ``docs/how-it-works.md``.

Started by path, so that the target needs nothing installed and its module search path stays its own.
"""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import NoReturn

    from harness.kernel.events import Emit
    from harness.kernel.spec_types import ChildSpec

KERNEL_FAILED = 70
"""Exit status when the kernel itself failed: 70 is EX_SOFTWARE in sysexits.h."""


def find_harness() -> None:
    """Make ``import harness`` mean the package this file belongs to, without touching ``sys.path``."""
    folder = Path(__file__).resolve().parent.parent
    spec = importlib.util.spec_from_file_location(
        "harness", folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["harness"] = module
    spec.loader.exec_module(module)


def die_with_parent(alarm_s: int) -> None:
    """Have the operating system end this process group when the manager is gone, whatever the interpreter is doing.

    The manager holds the other end of stdin and never writes: when it dies, the pipe's end raises SIGIO, whose
    default action ends the group (Linux). An alarm with its default action is the last resort everywhere.
    """
    if hasattr(signal, "alarm"):
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(alarm_s)
    if sys.platform == "linux":
        import fcntl

        signal.signal(signal.SIGIO, signal.SIG_DFL)
        fcntl.fcntl(0, fcntl.F_SETOWN, -os.getpgrp())
        fcntl.fcntl(0, fcntl.F_SETFL, fcntl.fcntl(0, fcntl.F_GETFL) | os.O_ASYNC)
        if _parent_is_gone():
            os._exit(0)


def _parent_is_gone() -> bool:
    import select

    return bool(select.select([0], [], [], 0)[0])


def main(text: str) -> int:
    """Do what the JSON says, and return the exit status."""
    spec: ChildSpec = json.loads(text)
    die_with_parent(spec["alarm_s"])
    if "bytecode" in spec:
        sys.pycache_prefix, sys.dont_write_bytecode = spec["bytecode"], False
    find_harness()
    import faulthandler

    faulthandler.enable()
    if spec["do"] == "serve":
        from harness.kernel.server import serve

        serve(spec["socket_fd"], _forked)
        return 0
    return _attend(spec)


def _forked(spec: ChildSpec) -> int:
    """Do what a child was forked for."""
    die_with_parent(spec["alarm_s"])
    return _attend(spec)


def _attend(spec: ChildSpec) -> int:
    from harness.kernel.events import describe_error, pipe_writer

    emit = pipe_writer(spec["events_fd"])
    try:
        return _do(spec, emit)
    except BrokenPipeError:
        return KERNEL_FAILED
    except Exception as error:  # noqa: BLE001  # whatever it is, the manager must hear of it
        message = f"{type(error).__name__}: {describe_error(error)}"
        emit({"event": "failure", "message": message, "traceback": traceback.format_exc()})
        return KERNEL_FAILED


def _do(spec: ChildSpec, emit: Emit) -> int:
    from harness.kernel.loader import describe_file
    from harness.kernel.pairs.program import is_program
    from harness.kernel.pairs.subject import describe_subjects
    from harness.kernel.scenario import ModuleMissing, ScenarioError
    from harness.kernel.trial import hello, run_trial

    emit(hello() | {"pid": os.getpid()})
    if spec["do"] == "describe":
        describe = describe_subjects if spec.get("what") == "subjects" else describe_file
        for file in spec["files"]:
            try:
                for event in describe(file):
                    emit(event)
            except ScenarioError as error:
                lacks = isinstance(error, ModuleMissing)
                emit({"event": "load_error", "file": file, "message": str(error), "lacks": lacks})
        emit({"event": "done", "reason": "described"})
        return 0
    if spec["do"] == "own":
        from harness.kernel.own.asked import run_own

        try:
            run_own(spec, emit)
        except ScenarioError as error:
            emit({"event": "load_error", "message": str(error)})
        emit({"event": "done", "reason": "described"})
        return _at_once()
    if spec["do"] == "bench":
        from harness.kernel.bench import run_bench

        run_bench(spec, emit)
        return 0
    if spec["do"] == "sweep":
        from harness.kernel.pairs.swept import run_swept_pairs
        from harness.kernel.sweep import run_sweep

        (run_swept_pairs if spec.get("pairs") else run_sweep)(spec, emit)
    elif spec["do"] == "pairs":
        from harness.kernel.pairs.programs import run_programs
        from harness.kernel.pairs.trial import run_pairs

        _let_be_nudged(spec["alarm_s"])
        (run_programs if any(map(is_program, spec["pairs"])) else run_pairs)(spec, emit)
    elif spec["do"] == "trial":
        _let_be_nudged(spec["alarm_s"])
        run_trial(spec, emit)
    # Actors that hang are daemon threads; leaving by the front door would wait for them, or crash beside them.
    return _at_once()


def _let_be_nudged(alarm_s: int) -> None:
    from harness.kernel.nudges import give
    from harness.kernel.trial import gil_enabled

    if not gil_enabled():  # else nobody goes on while a thread is held up
        give(alarm_s)


def _at_once() -> NoReturn:
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
