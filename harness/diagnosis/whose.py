"""Whose code a process died or hung in, by its native frames: an extension's, or CPython's.

That a process dies in one of them does not say that it is to blame: what an extension has torn, CPython meets later.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from harness.kernel.event_types import Details

DUMPED = re.compile(r'^  Binary file "(?P<file>[^"]+)", at (?P<function>[^+\s]*)\+0x', re.MULTILINE)
"""A line of faulthandler's own stack (CPython 3.14 and later)."""
TRACED = re.compile(
    r"^#\d+ +(?:0x\S+ in )?(?P<function>\S+)"
    r"(?:(?: \(.*\))? (?:at|from) (?P<place>[^\s:]+)| \((?P<file>[^():]+)(?::\d+)?\))?",
    re.MULTILINE,
)
"""A line of what ``native.py`` keeps: gdb's own, or one made of what its Python told."""
FOLDERS = "(Objects|Python|Modules|Include|Parser|Programs)/"
OF_CPYTHON = re.compile(
    rf"^([\w.-]+/\.\./|\.{{1,2}}/)*{FOLDERS}"  # as it is compiled, in its tree or beside it
    rf"|/([Cc]?[Pp]ython([.-][\w.+-]*|3[\w.+-]*)?|tree)/{FOLDERS}"
    r"|/lib-dynload/"
)
EXECUTABLE = re.compile(r"python(3(\.\d+)?[td]*)?(\.exe)?|libpython3[\w.]*\.(so|dylib)[\d.]*")
"""The name of a file of CPython's."""
OF_THE_SYSTEM = re.compile(r"(lib(c|m|pthread|dl|rt|gcc_s|ffi|stdc\+\+|asan|tsan)[.-]|ld-).*")
"""The name of a file of the system's."""
OF_LIBC = re.compile(r"(^|/)(sysdeps|nptl|csu)/")


@dataclass(frozen=True)
class _Frame:
    file: str
    function: str

    @property
    def name(self) -> str:
        return PurePath(self.file).name

    @property
    def is_of_the_system(self) -> bool:
        return bool(OF_THE_SYSTEM.fullmatch(self.name) or OF_LIBC.search(self.file))

    @property
    def is_of_cpython(self) -> bool:
        return not self.file or bool(OF_CPYTHON.search(self.file) or EXECUTABLE.fullmatch(self.name))

    @property
    def told(self) -> str:
        return f"{self.name} {self.function}".strip()


def whose(details: Details) -> str:
    """In whose code it is, in words; empty where no native frames tell."""
    native = details.get("native", "")
    if isinstance(native, str) and native:
        stacks = [list(_traced(part)) for part in native.split("\n\n")]
    else:
        stacks = [list(_dumped(details.get("stderr", "")))]
    told = [_of(stack) for stack in stacks if stack]
    # Of several threads that hang, those that an extension has its part in.
    return next((one for one in told if "extension" in one), next(iter(told), ""))


def _of(stack: Sequence[_Frame]) -> str:
    theirs = [frame for frame in stack if not frame.is_of_cpython]
    if theirs and theirs[0] is stack[0]:
        return f"in the extension ({theirs[0].told})"
    inside = f"inside CPython ({stack[0].function or '?'})"
    return f"{inside}, called by the extension ({theirs[0].told})" if theirs else inside


def _dumped(text: str) -> Iterator[_Frame]:
    """From what the handler has interrupted on."""
    frames = [_Frame(one["file"], one["function"]) for one in DUMPED.finditer(text)]
    first = next((number for number, frame in enumerate(frames) if frame.is_of_the_system), 0)
    yield from (frame for frame in frames[first:] if not frame.is_of_the_system)


def _traced(text: str) -> Iterator[_Frame]:
    frames = (_Frame(one["file"] or one["place"] or "", one["function"]) for one in TRACED.finditer(text))
    yield from (frame for frame in frames if not frame.is_of_the_system)
