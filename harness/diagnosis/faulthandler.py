"""Reads what faulthandler and the interpreter itself write to stderr when they die."""

from __future__ import annotations

import re

FRAME = re.compile(r'^  File "(?P<file>[^"\n]*)", line \S+ in (?P<function>.+)$')
HEADER = re.compile(r"^(?:Current thread|Thread|Stack)\b.*\(most recent call first\):\s*$")
FATAL = re.compile(r"^Fatal Python error: (.+)$", re.MULTILINE)
ASSERTIONS = (
    # The C library's, and that of an object (_PyObject_AssertFailed, Objects/object.c), which may have no expression.
    re.compile(
        r"^.*?(?P<file>[\w./-]+):\d+: (?:(?P<function>[^:\n]+): )?"
        r"Assertion (?:[`'](?P<text>.+)'|\"(?P<quoted>.+)\")? ?failed(?:: (?P<message>[^\n]+))?",
        re.MULTILINE,
    ),
    # macOS, and musl.
    re.compile(
        r"^Assertion failed: \((?P<text>.+)\), function (?P<function>[^,\n]+), file (?P<file>[^,\n]+), line \d+",
        re.MULTILINE,
    ),
    re.compile(
        r"^Assertion failed: (?P<text>.+) \((?P<file>[^:()\n]+): (?P<function>[^:()\n]+): \d+\)", re.MULTILINE
    ),
)
NAME = re.compile(r"^.*?(?=\w+\()|\(.*$")
"""What stands around a function's name where a compiler gives its whole declaration."""
ASSERTION = "assertion "
"""How its reason begins."""
SIGNALS = {
    "Segmentation fault": "SIGSEGV",
    "Aborted": "SIGABRT",
    "Bus error": "SIGBUS",
    "Illegal instruction": "SIGILL",
    "Floating-point exception": "SIGFPE",
}
"""What faulthandler calls the signals: no more than the exit status says, and not always written."""
OURS = re.compile(r"[/\\]harness[/\\]kernel[/\\]")


def fatal_error(text: str) -> str | None:
    """Last words that say more than the signal: a failed assertion, with its expression, function and file, or an error
    that the interpreter found fatal, which begins with the function that found it.
    """
    for pattern in ASSERTIONS:
        if match := pattern.search(text):
            said = match.groupdict()
            what = said["text"] or said.get("quoted") or said.get("message") or "of an object"
            function = f"{NAME.sub('', said['function']).strip()}, " if said["function"] else ""
            return f"{ASSERTION}{what} failed in {function}{_base(said['file'])}"[:300]
    fatal = [message.strip() for message in FATAL.findall(text)]
    return next((message[:300] for message in fatal if message not in SIGNALS), None)


def noticed_late(text: str) -> bool:
    """Whether a debug allocator found at its end what had been written beside a block, by whomever and whenever."""
    return bool(re.match(r"_PyMem_DebugRaw(Free|Realloc): bad ", fatal_error(text) or ""))


def first_signal(text: str) -> str | None:
    """The signal that its first last words are of; None where there are none.

    It may die of another: on a free-threaded build the stacks of threads that still run are written, and to go through
    what they free meanwhile is a crash of its own (Python/traceback.c, ``_Py_DumpTracebackThreads``).
    """
    match = FATAL.search(text)
    return SIGNALS.get(match[1].strip(), "SIGABRT") if match else None


def top_frames(text: str, most: int = 3) -> list[str]:
    """``file:function`` of the innermost frames of the thread that died, the kernel's own left out.

    No line numbers and no addresses: they change from version to version and from run to run.
    """
    lines = text.splitlines()
    headers = [number for number, line in enumerate(lines) if HEADER.match(line)]
    if not headers:
        return []
    own = [number for number in headers if not lines[number].startswith("Thread")]
    frames: list[str] = []
    for line in lines[(own or headers)[0] + 1 :]:
        match = FRAME.match(line)
        if match is None or len(frames) == most:
            break
        if OURS.search(match["file"]):
            continue
        frames.append(f"{_base(match['file'])}:{match['function'].strip()}")
    return frames


def _base(path: str) -> str:
    return re.split(r"[/\\]", path)[-1]
