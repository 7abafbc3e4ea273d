"""Native stacks by gdb, where there is one: of a child that hangs, and of a trial run under it until it dies."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from harness.kernel.event_types import Details

FRAMES = 12
"""Of each thread."""
ATTACH_S = 20.0
MOST = 20_000
"""Characters that are kept."""
SETTINGS = ("pagination off", "confirm off", "debuginfod enabled off", "print thread-events off")
QUIET = ("-nx", "-batch", *(part for one in SETTINGS for part in ("-ex", f"set {one}")))
FAULT = re.compile(r"^ftstress fault address\s*\$\d+ = (?:\(.*\) )?(0x[0-9a-f]+)", re.MULTILINE)
FRAME = re.compile(r"^#\d+ +(?:0x\S+ in )?(?P<function>[^\s(]+)", re.MULTILINE)
ADDRESS = re.compile(r"0x[0-9a-f]+")
RAISING = ("raise", "abort", "kill", "pthread_kill", "fatal_error", "faulthandler", "__libc", "__GI")
"""Parts of the names of functions through which a process ends itself."""


@dataclass(frozen=True)
class Native:
    """What gdb said; ``missing`` says why it said nothing."""

    stacks: str = ""
    fault_address: str | None = None
    missing: str | None = None

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
    command = [gdb, *QUIET, "-p", str(pid), "-ex", f"thread apply all bt {FRAMES}"]
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
    except subprocess.TimeoutExpired:
        return Native(missing=f"gdb took more than {ATTACH_S:g} s")
    except OSError as error:
        return Native(missing=f"gdb cannot be started: {error.strerror or error}")
    return read(done.stdout, done.stderr)


def under_gdb(command: Sequence[str]) -> list[str] | None:
    """``command`` run by gdb, which tells the stacks when a fatal signal comes. None where there is no gdb."""
    gdb = shutil.which("gdb")
    if gdb is None:
        return None
    return [
        *(gdb, *QUIET, "-ex", "handle SIGIO SIGALRM SIGPIPE nostop noprint pass", "-ex", "run"),
        *("-ex", "echo ftstress stacks\\n", "-ex", f"bt {FRAMES}", "-ex", "echo \\n"),
        *("-ex", f"thread apply all bt {FRAMES}", "-ex", "echo ftstress fault address "),
        *("-ex", "print $_siginfo._sifields._sigfault.si_addr", "-ex", "kill", "--args", *command),
    ]


def read(out: str, err: str) -> Native:
    """What gdb printed, without addresses and bounded; why there is nothing where there is none."""
    if "ptrace: Operation not permitted" in err:
        return Native(
            missing="ptrace is forbidden here: see /proc/sys/kernel/yama/ptrace_scope, or the container's"
        )
    text = out.partition("ftstress stacks\n")[2] or out
    fault = FAULT.search(text)
    text = text.partition("ftstress fault address")[0]
    kept = [line for line in text.splitlines() if line.startswith(("#", "Thread ")) or not line.strip()]
    stacks = re.sub(r"\n{3,}", "\n\n", ADDRESS.sub("0x…", "\n".join(kept))).strip()
    if "The program is not being run" in err:
        return Native(missing="it did not die under gdb")
    if not FRAME.search(stacks):
        said = (err.strip().splitlines() or ["it said nothing"])[-1]
        return Native(missing=f"gdb gave no stacks: {said[:200]}")
    return Native(stacks[:MOST], fault[1] if fault else None)


NO_GDB = Native(missing="there is no gdb on this machine")


def details(native: Native) -> Details:
    """What a finding keeps of it."""
    if native.missing:
        return {"native_missing": native.missing}
    kept: Details = {"native": native.stacks}
    return kept | {"fault_address": native.fault_address} if native.fault_address else kept
