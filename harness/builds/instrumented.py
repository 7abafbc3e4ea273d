"""Which sanitizer is in an executable: asked of the file itself, for what it was configured with may not be told."""

from __future__ import annotations

import mmap
from pathlib import Path

from harness.builds.flavour import LIBRARIES, SANITIZERS, Sanitizer

STARTS = {"thread": "__tsan_init", "address": "__asan_init"}
"""What instrumented code calls first: the executable asks a library for it (gcc), or has it (clang)."""
ELF = b"\x7fELF"


def linked(executable: Path) -> Sanitizer | None:
    """The one whose runtime the executable is linked with; None: none, or no ELF file, which cannot be asked.

    Its names are looked for as they stand in the tables that the loader reads, between zero bytes: to read these tables
    as such costs each command the import of what does.
    """
    try:
        with executable.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as image:
            if image[: len(ELF)] != ELF:
                return None
            for one in SANITIZERS:
                names = (f"\0{STARTS[one]}\0", f"\0{LIBRARIES[one]}.so.")
                if any(image.find(name.encode()) >= 0 for name in names):
                    return one
    except (OSError, ValueError):  # an empty file cannot be mapped
        pass
    return None
