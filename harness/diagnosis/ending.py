"""How a child ended, and what that means: a finding, a failure of ours, or something a reader should know."""

from __future__ import annotations

import re
import signal
from dataclasses import asdict, dataclass, field
from typing import Literal, cast

from harness.diagnosis.faulthandler import ASSERTION, SIGNALS, fatal_error, first_signal, top_frames
from harness.diagnosis.freed import of_sanitizer
from harness.diagnosis.sanitizers.cut import DIES
from harness.kernel.child import KERNEL_FAILED
from harness.kernel.event_types import Details, FindingEvent, SaidEvent
from harness.kernel.journal_types import EndingData

How = Literal[
    "ok",
    "failure",
    "signal",
    "exit",
    "ntstatus",
    "timeout",
    "silent",
    "memory",
    "flood",
    "reports",
    "sanitizer",
    "stopped",
    "lifeline",
]

LIFELINES = ("SIGALRM", "SIGPROF", "SIGIO")
"""What ends a child when its manager is gone or asleep: never the target's own doing."""

NTSTATUS = {
    0x80000003: "STATUS_BREAKPOINT",
    0xC0000005: "STATUS_ACCESS_VIOLATION",
    0xC000001D: "STATUS_ILLEGAL_INSTRUCTION",
    0xC0000094: "STATUS_INTEGER_DIVIDE_BY_ZERO",
    0xC00000FD: "STATUS_STACK_OVERFLOW",
    0xC0000135: "STATUS_DLL_NOT_FOUND",
    0xC000013A: "STATUS_CONTROL_C_EXIT",
    0xC0000374: "STATUS_HEAP_CORRUPTION",
    0xC0000409: "STATUS_STACK_BUFFER_OVERRUN",
}


@dataclass(frozen=True)
class Ending:
    """What is left of a child. ``how`` says who ended it: itself, a signal, or the watchdog (and why)."""

    how: How
    status: int | None
    """Exit status, or minus the signal's number; None when it never started."""
    done: str | None
    """The reason it gave with its last word, ``done``."""
    started: bool
    """Whether it said hello."""
    last_event: SaidEvent | None
    stdout: str
    stderr: str
    stdout_bytes: int
    stderr_bytes: int
    noise: int
    """Lines in the event pipe that were no events."""
    peak_bytes: int
    """The most memory that it and everything it started were seen to hold."""
    wall_s: float
    evidence: Details = field(default_factory=Details)
    """Of one that did not end well: its threads' ``last_operations``; of one that hung also its ``state`` and
    ``native`` stacks, or why they are ``native_missing``."""
    reports: int = 0
    """That its sanitizer made, those of what was told before included."""
    suppressed: dict[str, int] = field(default_factory=dict)
    """By suppression: how many reports it hid."""

    def to_json(self) -> EndingData:
        return cast(EndingData, asdict(self))


def how_it_left(status: int, done: str | None, failed: bool) -> How:
    """What a status says about a child that ended by itself."""
    if status < 0:
        return "lifeline" if signal_name(-status) in LIFELINES else "signal"
    if failed or status == KERNEL_FAILED:
        return "failure"
    if status == 0 and done is not None:
        return "ok"
    return "ntstatus" if status in NTSTATUS or status >= 0x80000000 else "exit"


def signal_name(number: int) -> str:
    """``SIGSEGV``; ``signal 42`` where the platform has no name for it."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def what_happened(ending: Ending) -> str:
    """The ending as the predicate of a sentence: ``died of SIGSEGV``."""
    status = ending.status if ending.status is not None else 0
    said = f" ({error})" if (error := fatal_error(ending.stderr)) else ""
    left = f"left with exit status {status}"
    died_of = signal_name(-status)
    if (first := _died_of(ending)) != died_of:
        died_of = f"{first}, and of {died_of} when it wrote its stacks,"
    return {
        "ok": "ended well",
        "failure": f"failed inside the harness's own code, exit status {status}",
        "signal": f"died of {died_of}{said}",
        "exit": (left if ending.done else f"left without saying done, exit status {status}") + said,
        "ntstatus": f"died of {NTSTATUS.get(status, 'NTSTATUS')} (0x{status:08X}){said}",
        "timeout": "was still running long after its time was over",
        "silent": "went silent without ending",
        "memory": f"held {ending.peak_bytes >> 20} MiB and was ended at the memory limit",
        "flood": "flooded the event pipe and was ended",
        "reports": "was ended because its sanitizer reported without end",
        "sanitizer": "was ended by its sanitizer at an error that it had reported",
        "stopped": "was ended because the campaign ended",
        "lifeline": "was ended by its own alarm: this machine, or this program, stood still",
    }[ending.how]


def _died_of(ending: Ending) -> str:
    """The name of the first signal that it died of."""
    last = signal_name(-(ending.status or 0))
    return first_signal(ending.stderr) or last if last in SIGNALS.values() else last


def finding(ending: Ending, trial: int, scenario: str) -> FindingEvent | None:
    """The finding that the ending itself is: a crash or a hang. None where it is neither.

    A target that outgrew its memory limit is not a leak: on 3.13t types never die (from 3.14 on by the collector).
    """
    if ending.how not in ("signal", "exit", "ntstatus", "timeout", "silent") or failure(ending):
        return None
    hang = ending.how in ("timeout", "silent")
    status = ending.status or 0
    how = "trial" if hang else _died_of(ending) if status < 0 else f"exit {status}"
    details: Details = {
        "ending": ending.how,
        "fatal": None,
        "last_event": ending.last_event,
        "stderr": ending.stderr,
        "stdout": ending.stdout,
    }
    if by_whom := of_sanitizer(ending.stderr):
        details["freed"] = by_whom
    if "pair" not in ending.evidence:
        # Of a pair it is the pair that tells two crashes apart: where the target dies of one differs from run to run.
        details |= {"fatal": fatal_error(ending.stderr), "frames": top_frames(ending.stderr)}
    elif (fatal := fatal_error(ending.stderr)) and fatal.startswith(ASSERTION):
        details["fatal"] = fatal  # two invariants are two findings
    return {
        "event": "finding",
        "kind": "hang" if hang else "crash",
        "oracle": "process",
        "where": ending.evidence.get("pair", how),
        "message": f"the target {what_happened(ending)} in trial {trial} of {scenario}",
        "details": details | ending.evidence,
    }


def failure(ending: Ending) -> str | None:
    """What the harness itself got wrong: its kernel failed, or could not even be started. None otherwise."""
    if ending.how == "failure" and DIES.search(_last_line(ending.stderr).encode()):
        return f"a sanitizer's runtime died of itself in a child: {_last_line(ending.stderr)}"
    if ending.how == "failure":
        return f"the kernel failed in a child: {_last_line(ending.stderr) or 'see the journal'}"
    if ending.how == "exit" and not ending.started and ending.status:
        last_words = _last_line(ending.stderr) or "it said nothing"
        return f"a child could not be started, exit status {ending.status}: {last_words}"
    return None


def notice(ending: Ending, trial: int, scenario: str, late: bool) -> str | None:
    """What a reader must know about an ending that is not a finding. None where there is nothing to say.

    ``late``: whether the campaign's budget is why a trial was stopped, and nobody's wish.
    """
    if ending.how == "stopped" and late:
        return f"trial {trial} of {scenario} had not ended when the campaign's time was over: it may hang"
    if ending.how in ("memory", "flood", "reports", "lifeline"):
        return f"trial {trial} of {scenario} {what_happened(ending)}"
    if ending.noise:
        lines = f"{ending.noise} lines" if ending.noise > 1 else "a line"
        return f"trial {trial} of {scenario} wrote {lines} into the event pipe that were no events"
    return None


def _last_line(text: str) -> str:
    return re.split(r"[\r\n]+", text.strip())[-1][:300]
