"""What the target's machine code is: functions, and the source files they come from. ELF and DWARF by pyelftools."""

from __future__ import annotations

import io
import os
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

MODEL = re.compile(
    r"^(Objects/)?(typeobject|dictobject|object|descrobject|funcobject|classobject|moduleobject|genericaliasobject"
    r"|weakrefobject)\.c:"
    r"|^(Objects/)?obmalloc\.c:(free_delayed|process_queue|_PyMem_\w*Delayed|_PyObject_X\w+Delayed)"
    r"|^(Python/)?(lock|critical_section|brc|qsbr|gc_free_threading|typecache|specialize)\.c:"
    r"|^(Python/)?ceval\.c:(initialize_locals|_PyEvalFramePushAndInit|_PyEval_Vector)$"
)
"""The object model: what is swept unless ``--functions`` says otherwise. Fits the beginning of ``FILE:FUNCTION``."""
MODEL_NAMES = re.compile(
    r"^_?Py(Type|Dict|Object|Member|Method|Function|CFunction|Mutex|SeqLock|CriticalSection|Property|Descr|Weakref)"
    r"|^(_?type_|_?dict|insertdict|object_|descr_|member_|getset_|func_|method_|slot_|update_|mro_|lookdict|super_)"
    r"|^(delitem|find_name_in_mro|find_empty_slot|assign_version_tag|subtype_|add_subclass|remove_subclass|supercheck)"
    r"|^(_Py_Dealloc|_Py_DecRefShared|_Py_MergeZeroLocalRefcount|_Py_TryIncref|maybe_call_special)"
)
"""The same by name alone, for a binary that does not say which file a function comes from."""

LEAVES = re.compile(
    r"_?mi_|_?PyMem_(?!\w*Delayed)|PyObject_(Malloc|Calloc|Realloc|Free)$|_PyObject_Mi|_Py_Hash|PyThread_"
)
"""Allocators and the like: they call nothing of the object model, and nothing is stopped in them unless it is asked.
Emptying the queue of delayed frees is none of them: from 3.14 on finalizers run there."""
EVAL = re.compile(r"_PyEval_EvalFrameDefault|_TAIL_CALL_")
"""The interpreter's own loop; where it was built of tail calls (``--with-tail-call-interp``), a function an opcode."""
ENTERED = rf"(^|:)(?!{LEAVES.pattern}|{EVAL.pattern})[^:]+$"
"""All functions but these: what is swept of a subject's operations unless ``--functions`` says otherwise."""


@dataclass(frozen=True, order=True)
class Function:
    """A function's range of offsets in the file's own address space (before it is loaded), end excluded."""

    begin: int
    end: int
    name: str
    file: str
    """As the compiler was given it (``Objects/typeobject.c``); empty where the binary does not say."""
    chosen: bool = False
    """Whether its instructions are points."""
    leaf: bool = False
    """Whether it is known to call nothing that could be chosen."""

    @property
    def plain(self) -> str:
        """Its name without what the compiler adds to the parts that it has split off (``.cold``, ``.part.0``)."""
        return self.name.partition(".")[0]

    @property
    def title(self) -> str:
        return f"{self.file}:{self.name}" if self.file else self.name


def is_eval(function: Function) -> bool:
    """Whether it is the interpreter's own loop, or a part of it."""
    return bool(EVAL.match(function.name))


class Functions:
    """Functions by address."""

    def __init__(self, functions: Iterable[Function]) -> None:
        self.all = sorted(functions)
        self._begins = [function.begin for function in self.all]

    def at(self, address: int) -> Function | None:
        """The function that holds the address; None where none is known."""
        index = bisect_right(self._begins, address) - 1
        if index < 0 or address >= self.all[index].end:
            return None
        return self.all[index]


class Image:
    """One ELF file."""

    def __init__(self, path: Path) -> None:
        """Raises OSError where the file cannot be read."""
        self.path = path
        self._elf = ELFFile(io.BytesIO(path.read_bytes()))
        lines = self._elf.has_dwarf_info() and self._elf.get_section_by_name(".debug_line")
        self.dwarf: Any = self._elf.get_dwarf_info(relocate_dwarf_sections=False) if lines else None
        """None where it says nothing of source lines."""
        self._units = sorted(self._read_units())
        self._begins = [unit.begin for unit in self._units]

    @property
    def machine(self) -> str:
        return str(self._elf["e_machine"])

    def functions(self) -> Functions:
        """All functions that it names: by its symbol table, or, where it was stripped, by what it exports."""
        found: dict[int, Function] = {}
        for section in self._tables():
            for symbol in section.iter_symbols():
                entry = symbol.entry
                begin, size = entry["st_value"], entry["st_size"]
                if entry["st_info"]["type"] != "STT_FUNC" or not size or begin in found:
                    continue
                unit = self._unit(begin)
                found[begin] = Function(begin, begin + size, symbol.name, unit.file if unit else "")
        return Functions(found.values())

    @property
    def movable(self) -> bool:
        """Whether addresses in the file are offsets from where it is loaded to."""
        return str(self._elf["e_type"]) == "ET_DYN"

    @property
    def stripped(self) -> bool:
        return self._elf.get_section_by_name(".symtab") is None

    def text(self) -> tuple[int, bytes]:
        """Where its code begins, and the code."""
        section = self._elf.get_section_by_name(".text")
        assert section is not None
        return section["sh_addr"], section.data()

    def symbols(self, pattern: str | None) -> Symbols:
        """``pattern`` chooses functions by ``FILE:FUNCTION``; None: the object model. Raises ``re.error``."""
        fits = chooser(pattern)
        functions = tuple(
            replace(one, chosen=fits(one), leaf=bool(LEAVES.match(one.name)) and not fits(one))
            for one in self.functions().all
        )
        return Symbols(functions, self.movable, self.stripped, self.text(), loop=pattern in (None, ENTERED))

    def _tables(self) -> list[Any]:
        tables = [section for section in self._elf.iter_sections() if isinstance(section, SymbolTableSection)]
        return sorted(tables, key=lambda section: str(section.name) != ".symtab")

    def unit_at(self, address: int) -> int | None:
        """Where in the file the compilation unit of an address is described; None where that is unknown."""
        unit = self._unit(address)
        return unit.offset if unit else None

    def _unit(self, address: int) -> _Unit | None:
        index = bisect_right(self._begins, address) - 1
        if index < 0 or address >= self._units[index].end:
            return None
        return self._units[index]

    def _read_units(self) -> Iterator[_Unit]:
        ranges = self.dwarf.get_aranges() if self.dwarf else None
        names: dict[int, str] = {}
        for entry in ranges.entries if ranges else ():
            offset = entry.info_offset
            if offset not in names:
                top = self.dwarf.get_CU_at(offset).get_top_DIE()
                names[offset] = short(top.attributes["DW_AT_name"].value.decode(errors="replace"))
            yield _Unit(entry.begin_addr, entry.begin_addr + entry.length, offset, names[offset])


@dataclass(frozen=True, order=True)
class _Unit:
    """A range of addresses that comes from one compilation unit."""

    begin: int
    end: int
    offset: int
    """Of its description."""
    file: str


def short(path: str) -> str:
    """``Objects/typeobject.c`` from whatever the build called it."""
    return "/".join(Path(path).parts[-2:])


@dataclass(frozen=True)
class Symbols:
    """What a sweep must know of a file's code, lines left out."""

    functions: tuple[Function, ...]
    movable: bool
    stripped: bool
    text: tuple[int, bytes]
    loop: bool
    """Whether the interpreter's loop is swept, too, where it executes the operation's own bytecode."""


class Code:
    """The code of a running target: a file's functions at the addresses that they were loaded to."""

    def __init__(self, symbols: Symbols, base: int) -> None:
        self.symbols = symbols
        self.base = base if symbols.movable else 0
        self.functions = Functions(symbols.functions)
        self._at: dict[int, Function | None] = {}

    def function_at(self, address: int) -> Function | None:
        """The function that holds an address of the running process; None where none is known."""
        try:
            return self._at[address]
        except KeyError:
            found = self._at[address] = self.functions.at(address - self.base)
            return found


def chooser(pattern: str | None) -> Callable[[Function], bool]:
    """Which functions are swept: those whose ``FILE:FUNCTION`` the pattern fits somewhere, or the object model."""
    if pattern is not None:
        wanted = re.compile(pattern)
        return lambda function: bool(wanted.search(function.title))
    return lambda function: bool(
        MODEL.search(function.title) if function.file else MODEL_NAMES.search(function.name)
    )


def loaded(pid: int) -> tuple[Path, int]:
    """The file that holds the interpreter's code in a running process, and the address that it was loaded to.

    That is a ``libpython`` where there is one, else the executable.
    """
    executable = os.path.realpath(f"/proc/{pid}/exe")
    begins: dict[str, int] = {}
    with open(f"/proc/{pid}/maps") as maps:
        for line in maps:
            words = line.split(maxsplit=5)
            if len(words) == 6 and int(words[2], 16) == 0:
                begins.setdefault(words[5].strip(), int(words[0].partition("-")[0], 16))
    library = next((path for path in begins if Path(path).name.startswith("libpython")), executable)
    return Path(library), begins[library]
