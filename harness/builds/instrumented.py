"""Which sanitizer is in an executable: asked of the file itself, for what it was configured with may not be told."""

from __future__ import annotations

from pathlib import Path

from elftools.common.exceptions import ELFError
from elftools.elf.dynamic import DynamicSection
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

from harness.builds.flavour import LIBRARIES, SANITIZERS, Sanitizer

STARTS = {"thread": "__tsan_init", "address": "__asan_init"}
"""What instrumented code calls first: the executable asks a library for it (gcc), or has it (clang)."""


def linked(executable: Path) -> Sanitizer | None:
    """The one whose runtime the executable is linked with; None: none, or no ELF file, which cannot be asked."""
    try:
        with executable.open("rb") as stream:
            image = ELFFile(stream)
            sections = list(image.iter_sections())
            dynamic = [one for one in sections if isinstance(one, DynamicSection)]
            symbols = [
                one for one in sections if isinstance(one, SymbolTableSection) and one.name == ".dynsym"
            ]
            needed = [str(vars(tag)["needed"]) for one in dynamic for tag in one.iter_tags("DT_NEEDED")]
            named = {symbol.name for one in symbols for symbol in one.iter_symbols()}
    except (OSError, ELFError, UnicodeDecodeError):
        return None
    for one in SANITIZERS:
        if STARTS[one] in named or any(name.startswith(f"{LIBRARIES[one]}.") for name in needed):
            return one
    return None
