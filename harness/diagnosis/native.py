"""Native stacks by gdb, where there is one: of a child that hangs, and of a trial run under it until it dies.

A gdb that has Python also tells each thread's Python frames, and who waits for whom (``inside_gdb.py``, ``waits.py``).
"""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from harness.diagnosis.freed import of_stack
from harness.diagnosis.waits import Frame, Thread, cycle, threads, waits
from harness.kernel.event_types import Details

if TYPE_CHECKING:
    from harness.diagnosis.inside_gdb import Collected

FRAMES = 12
"""Of each thread, where gdb has no Python."""
MOST_NATIVE = 30
MOST_PYTHON = 20
"""Frames of each thread that are shown where it has."""
SCRIPT = str(Path(__file__).with_name("inside_gdb.py"))
MARK = "ftstress threads "
ATTACH_S = 30.0
"""It takes half a second, and on a machine that is busy twenty times over all of this."""
MOST = 20_000
"""Characters that are kept."""
SETTINGS = ("pagination off", "confirm off", "debuginfod enabled off", "print thread-events off")
QUIET = ("-nx", "-batch", *(part for one in SETTINGS for part in ("-ex", f"set {one}")))
FAULT = re.compile(r"^ftstress fault address\s*\$\d+ = (?:\(.*\) )?(0x[0-9a-f]+)", re.MULTILINE)
FRAME = re.compile(r"^#\d+ +(?:0x\S+ in )?(?P<function>[^\s(]+)", re.MULTILINE)
ADDRESS = re.compile(r"0x[0-9a-f]+")
PASSES_ON = (
    *("_PyEval_", "PyEval_EvalCode", "_PyObject_Vectorcall", "PyObject_Vectorcall", "PyObject_CallOneArg"),
    *("_Py_VectorCall", "_Py_BuiltinCall", "method_vectorcall", "cfunction_vectorcall", "context_run"),
    *(
        "call_unbound_noarg",
        "pythread_wrapper",
        "start_thread",
        "clone3",
        "__clone",
        "__libc_start",
        "_start",
    ),
    *("Py_BytesMain", "Py_RunMain", "pymain_", "run_mod", "_PyRun_", "run_eval_code_obj", "pyrun_"),
)
RAISING = ("raise", "abort", "kill", "pthread_kill", "fatal_error", "faulthandler", "__libc", "__GI")
"""Parts of the names of functions through which a process ends itself."""


@dataclass(frozen=True)
class Native:
    """What gdb said; ``missing`` says why it said nothing."""

    stacks: str = ""
    fault_address: str | None = None
    missing: str | None = None
    waits: str = ""
    """Who waits for whom, a line a thread, as far as that can be told."""
    cycle: str = ""
    """The cycle among them, in a sentence that names functions; empty where none is seen."""
    poisoned: bool = False
    """Whether it died of what it had read from memory that a debug allocator had filled when it was freed."""
    freed: str = ""
    """By which functions that was freed, the innermost first; empty where it cannot be told."""
    lost: str = ""
    """What else could not be had, in a sentence."""

    def top(self, most: int = 3) -> list[str]:
        """The innermost functions of the thread that died, without those through which it ended itself."""
        first = self.stacks.partition("\n\n")[0]
        names = [found["function"] for found in FRAME.finditer(first)]
        return [name for name in names if not any(part in name for part in RAISING)][:most]


def attached(pid: int) -> Native:
    """The stacks of a process that runs, or is stopped; it goes on as it did."""
    gdb = shutil.which("gdb")
    if gdb is None:
        return NO_GDB
    command = [gdb, *QUIET, "-p", str(pid), "-x", SCRIPT, "-ex", f"thread apply all bt {FRAMES}"]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=ATTACH_S,
            env=os.environ | {"DEBUGINFOD_URLS": ""},
        )
    except subprocess.TimeoutExpired as error:
        told = read(
            (error.stdout or b"").decode(errors="replace"), ""
        )  # what it had printed, if that is of use
        return Native(missing=f"gdb took more than {ATTACH_S:g} s") if told.missing else told
    except OSError as error:
        return Native(missing=f"gdb cannot be started: {error.strerror or error}")
    return read(done.stdout, done.stderr)


def under_gdb(command: Sequence[str], *, debug_allocator: bool = False) -> list[str] | None:
    """``command`` run by gdb, which tells the stacks when a fatal signal comes. None where there is no gdb.

    ``debug_allocator``: the target's own, so that it is seen whether freed memory was used, and perhaps who freed it.
    """
    gdb = shutil.which("gdb")
    if gdb is None:
        return None
    return [
        *(gdb, *QUIET, *(("-ex", "set environment PYTHONMALLOC debug") if debug_allocator else ())),
        *("-ex", "handle SIGIO SIGALRM SIGPROF SIGPIPE nostop noprint pass", "-ex", "run"),
        *("-ex", "echo ftstress stacks\\n", "-ex", f"bt {FRAMES}", "-ex", "echo \\n"),
        *("-ex", "echo ftstress fault address ", "-ex", "print $_siginfo._sifields._sigfault.si_addr"),
        *("-x", SCRIPT, "-ex", f"thread apply all bt {FRAMES}", "-ex", "kill", "--args", *command),
    ]


def read(out: str, err: str) -> Native:
    """What gdb printed, without addresses and bounded; why there is nothing where there is none."""
    if "ptrace: Operation not permitted" in err:
        return Native(
            missing="ptrace is forbidden here: see /proc/sys/kernel/yama/ptrace_scope, or the container's"
        )
    begun, _, rest = out.partition(MARK)
    line, _, after = rest.partition("\n")
    out = begun + after
    text = out.partition("ftstress stacks\n")[2] or out
    fault = FAULT.search(text)
    before, _, behind = text.partition("ftstress fault address")
    kept = [
        row for row in (before + behind).splitlines() if row.startswith(("#", "Thread ")) or not row.strip()
    ]
    stacks = re.sub(r"\n{3,}", "\n\n", ADDRESS.sub("0x…", "\n".join(kept))).strip()
    if "The program is not being run" in err:
        return Native(missing="it did not die under gdb")
    if not line and not FRAME.search(stacks):
        said = (err.strip().splitlines() or ["it said nothing"])[-1]
        return Native(missing=f"gdb gave no stacks: {said[:200]}")
    return _with_threads(Native(stacks[:MOST], fault[1] if fault else None), line)


NO_GDB = Native(missing="there is no gdb on this machine")


def details(native: Native) -> Details:
    """What a finding keeps of it."""
    if native.missing:
        return {"native_missing": native.missing}
    kept: Details = {"native": native.stacks + (f"\n\n({native.lost})" if native.lost else "")}
    if native.fault_address:
        kept["fault_address"] = native.fault_address
    if native.waits:
        kept["waits"] = native.waits
    if native.cycle:
        kept["cycle"] = native.cycle
    if native.poisoned:
        kept["poisoned"] = True
    if native.freed:
        kept["freed"] = native.freed
    return kept


def _with_threads(native: Native, line: str) -> Native:
    """With the threads down to their Python frames, in place of gdb's own list of them. The one that died stays first,
    as gdb told it: the functions through which it did are worth their arguments.
    """
    if not line:
        return replace(native, lost="Python frames and locks are missing: this gdb has no Python")
    try:
        found: Collected = json.loads(zlib.decompress(base64.b64decode(line)))
    except (ValueError, zlib.error):
        return replace(native, lost="Python frames and locks are missing: what gdb told was cut short")
    every = threads(found["threads"])
    lost = "; ".join(found["lost"])
    if not any(one.frames for one in every):
        return replace(native, lost=lost)
    first, blank, _ = native.stacks.partition("\n\n")
    died = first + blank if not first.startswith("Thread ") else ""
    told = waits(every)
    return replace(
        native,
        stacks=(died + "\n\n".join("\n".join(_thread(one)) for one in every))[:MOST],
        waits="\n".join(wait.told() for wait in told),
        cycle=cycle(told),
        poisoned=bool(found["poison"]),
        freed=_freed(every, found["died"], frozenset(found["blocks"])) if found["poison"] else "",
        lost=lost,
    )


def _freed(every: Sequence[Thread], died: int, blocks: frozenset[int]) -> str:
    """By whom one of the blocks was freed, where just one other thread is still at it."""
    stacks = [
        stack
        for one in every
        if one.lwp != died and (held := [n for n, frame in enumerate(one.frames) if frame.has & blocks])
        if (stack := of_stack([frame.function for frame in one.frames[held[0] :]]))
    ]
    return stacks[0] if len(stacks) == 1 else ""


def _thread(thread: Thread) -> Iterator[str]:
    yield f"{thread.title}:"
    shown = [frame for frame in thread.frames if not frame.waits and not _passes_on(frame)]
    if thread.waits:
        yield "    (waits for a lock, or for another thread)"
    yield from (f"#{number:<2} {frame}" for number, frame in enumerate(shown[:MOST_NATIVE]))
    if len(shown) > MOST_NATIVE:
        yield f"    ({len(shown) - MOST_NATIVE} more)"
    yield from (f"    Python: {frame}" for frame in thread.python[:MOST_PYTHON])
    if not thread.python:
        yield "    Python: no frames"


def _passes_on(frame: Frame) -> bool:
    """Whether it only calls what was asked for: the loop that executes bytecode, and what leads into it and out."""
    return frame.function.startswith(PASSES_ON)
