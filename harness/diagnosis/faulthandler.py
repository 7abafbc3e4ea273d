"""Reads what faulthandler and the interpreter itself write to stderr when they die."""

from __future__ import annotations

import re

FRAME = re.compile(r'^  File "(?P<file>[^"\n]*)", line \S+ in (?P<function>.+)$')
HEADER = re.compile(r"^(?:Current thread|Thread|Stack)\b.*\(most recent call first\):\s*$")
FATAL = re.compile(r"^Fatal Python error: (.+)$", re.MULTILINE)
ASSERTION = re.compile(r"^.*?([\w./-]+):\d+: (?:.*?: )?Assertion [`'](.+)' failed", re.MULTILINE)


def fatal_error(text: str) -> str | None:
    """The interpreter's or the C library's last words: ``Fatal Python error: …`` or a failed assertion."""
    if match := ASSERTION.search(text):
        return f"assertion {match[2]} failed in {_base(match[1])}"[:300]
    if match := FATAL.search(text):
        return match[1].strip()[:300]
    return None


def top_frames(text: str, most: int = 3) -> list[str]:
    """``file:function`` of the innermost frames of the thread that died; no line numbers, no addresses."""
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
        frames.append(f"{_base(match['file'])}:{match['function'].strip()}")
    return frames


def _base(path: str) -> str:
    return re.split(r"[/\\]", path)[-1]
