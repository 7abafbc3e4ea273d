"""Reads one report: its kind, the stacks in it, whose they are, and where in the source they are.

The formats are those of compiler-rt's sanitizers, as gcc 12 and clang write them: a stack is a line that ends in a
colon (the address sanitizer's own access: in a thread) and lines of frames, ``#0 function file:line (module+offset)``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

KIND = re.compile(r"(?:WARNING|ERROR): (?P<tool>Thread|Address|Leak)Sanitizer: (?P<kind>.*)")
FRAME = re.compile(
    r"\s+#\d+ (?:0x[0-9a-f]+ in )?(?P<function>.+?) (?:(?P<file>[^\s()<>]+?):(?P<line>\d+)(?::\d+)?|<null>|\()"
)
ACCESS = re.compile(
    r"\s*(?P<previous>Previous )?(?P<what>(?:[Aa]tomic )?(?:[Rr]ead|[Ww]rite|READ|WRITE) of size \d+) at 0x[0-9a-f]+"
    r" (?:by )?(?P<thread>main thread|thread \S+)"
)
FREED = re.compile(r"(?:previously )?freed by (?P<thread>thread \S+).* here:")
ALLOCATED = re.compile(r"(?:previously )?allocated by (?P<thread>thread \S+).* here:")
ACQUIRED = re.compile(r"\s*Mutex M\d+ .*acquired here.* in (?P<thread>main thread|thread \S+):")
NAMED = re.compile(r"\s*Thread (?P<thread>T\d+) (?:'(?P<name>[^']*)' )?\((?:tid=|\S)")
LOCATION = re.compile(r"\s*(?P<location>(?:Location is |0x[0-9a-f]+ is located ).*)")
RUNTIME = re.compile(
    r"(?:^|/)(?:lib)?sanitizer(?:_common)?/|compiler-rt/|^__(?:tsan|asan|interceptor|sanitizer)_"
)
INLINE = re.compile(r"(?:^|/)Include/")
"""Of CPython's source: what is compiled into whoever calls it, as atomic accesses are."""
CLONE = re.compile(r"\.(?:constprop|isra|part|cold|lto_priv|llvm)\b.*|@.*")
"""What compilers append to a function that they have changed for some callers, and linkers to one with versions."""
ADDRESS = re.compile(r"0x[0-9a-f]+")
UNKNOWN = "unknown code"
"""Where a stack was not kept, or has no frame of known source."""


@dataclass(frozen=True)
class Frame:
    function: str
    file: str
    """Its last two parts, as ``Objects/dictobject.c``; empty where it is not known."""
    line: int
    own: bool = True
    """Whether its function is the target's, and neither the sanitizer's nor a header's that is compiled into others."""

    def __str__(self) -> str:
        return f"{self.function} ({self.file}:{self.line})" if self.file else self.function

    @property
    def place(self) -> str:
        """``file:function``: no line, which changes from version to version."""
        return f"{self.file}:{self.function}" if self.file else self.function


@dataclass(frozen=True)
class Stack:
    """Of a thread, at an access or whatever else the report tells of."""

    what: str
    """``write of size 8``, ``freed``, ``allocated``, ``acquired``."""
    thread: str
    """``writer-0``, where it has a name, ``T1`` or ``main thread``."""
    frames: tuple[Frame, ...]

    @property
    def where(self) -> Frame | None:
        """Whose access it is: the innermost frame of the target's own; where there is none, the innermost."""
        return next((frame for frame in self.frames if frame.own), next(iter(self.frames), None))

    @property
    def place(self) -> str:
        return self.where.place if self.where else UNKNOWN


@dataclass(frozen=True)
class Report:
    """One report."""

    tool: str
    """``thread``, ``address`` or ``leak``."""
    kind: str
    """In its own words: ``data race``, ``heap-use-after-free``."""
    stacks: tuple[Stack, ...]
    location: str
    """What memory it is, without addresses; empty where it is not told."""
    text: str
    """Without the stacks on which its threads were made."""

    @property
    def places(self) -> tuple[str, ...]:
        """The two that make it what it is, sorted: of a race both accesses, of freed memory its use and who freed it.
        One, where it has one.
        """
        return tuple(sorted(stack.place for stack in self.main))

    @property
    def main(self) -> tuple[Stack, ...]:
        """Those stacks, in the report's order."""
        return tuple(stack for stack in self.stacks if stack.what != "allocated")[:2]


def parse(text: str) -> Report | None:
    """The report that a text is; None where it is none."""
    lines = text.split("\n")
    found = KIND.search(lines[0])
    if found is None:
        return None
    tool = found["tool"].lower()
    names = {
        match["thread"]: match["name"] for line in lines if (match := NAMED.match(line)) and match["name"]
    }
    location = next((match["location"] for line in lines if (match := LOCATION.match(line))), "")
    return Report(
        tool=tool,
        kind=_kind(tool, found["kind"]),
        stacks=tuple(_stacks(lines, names)),
        location=ADDRESS.sub("0x…", location).strip().rstrip(":"),
        text="\n".join(_told(lines)),
    )


def _told(lines: list[str]) -> Iterator[str]:
    """The report without the stacks on which threads were made: these are always the harness's own."""
    made = False
    for line in lines:
        made = NAMED.match(line) is not None or (made and FRAME.match(line) is not None)
        if not made or NAMED.match(line):
            yield line


def _kind(tool: str, said: str) -> str:
    said = said.partition(" (pid=")[0]
    return said if tool == "thread" else said.partition(" on ")[0].partition(": ")[0].strip()


def _stacks(lines: list[str], names: dict[str, str]) -> list[Stack]:
    stacks = []
    for number, line in enumerate(lines):
        for pattern, what in (
            (ACCESS, ""),
            (FREED, "freed"),
            (ALLOCATED, "allocated"),
            (ACQUIRED, "acquired"),
        ):
            if match := pattern.match(line):
                said = what or match["what"].lower()
                short = match["thread"].removeprefix("thread ").rstrip(":")
                stacks.append(Stack(said, names.get(short, short), tuple(_frames(lines[number + 1 :]))))
                break
    return stacks


def _frames(lines: list[str]) -> list[Frame]:
    frames = []
    for line in lines:
        match = FRAME.match(line)
        if match is None:
            break
        file = match["file"] or ""
        own = bool(file) and not RUNTIME.search(file) and not INLINE.search(file)
        short = "/".join(PurePosixPath(file).parts[-2:])
        frames.append(Frame(CLONE.sub("", match["function"]), short, int(match["line"] or 0), own))
    return frames
