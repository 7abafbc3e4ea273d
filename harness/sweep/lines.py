"""Where an instruction comes from: file, line, and the functions that were inlined there. DWARF, by pyelftools."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from elftools.dwarf.die import DIE
from elftools.dwarf.ranges import BaseAddressEntry

from harness.sweep.image import Image, short

INLINED = "DW_TAG_inlined_subroutine"
SCOPES = (INLINED, "DW_TAG_lexical_block", "DW_TAG_subprogram")


@dataclass(frozen=True)
class Place:
    """A source line, and the function it stands in."""

    function: str
    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.function} ({self.file}:{self.line})"


@dataclass(frozen=True)
class _Scope:
    """A function, or one that was inlined into it, with what is inlined into that."""

    name: str
    ranges: tuple[tuple[int, int], ...]
    called_from: tuple[str, int]
    """File and line of the call, where it is inlined."""
    inner: tuple[_Scope, ...]

    def holds(self, address: int) -> bool:
        return any(begin <= address < end for begin, end in self.ranges)


class _Unit:
    """One compilation unit's line table and functions."""

    def __init__(self, dwarf: Any, unit: Any) -> None:
        self.dwarf = dwarf
        self.unit = unit
        top = unit.get_top_DIE()
        low = top.attributes.get("DW_AT_low_pc")
        self.low = low.value if low else 0
        program = dwarf.line_program_for_CU(unit)
        self.files = _files(program)
        self.rows = sorted(self._read_rows(program))
        self._begins = [row[0] for row in self.rows]
        self.functions = tuple(self._scopes(top))

    def line(self, address: int) -> tuple[str, int]:
        """File and line; ("", 0) where the table has no entry."""
        index = bisect_right(self._begins, address) - 1
        if index < 0:
            return "", 0
        _, file, line = self.rows[index]
        return self.files.get(file, ""), line

    def _read_rows(self, program: Any) -> Iterator[tuple[int, int, int]]:
        last: dict[int, tuple[int, int]] = {}
        for entry in program.get_entries():
            state = entry.state
            if state is None:
                continue
            last[state.address] = (0, 0) if state.end_sequence else (state.file, state.line)
        for address, (file, line) in last.items():
            yield address, file, line

    def _scopes(self, parent: DIE) -> Iterator[_Scope]:
        for die in parent.iter_children():
            if die.tag not in SCOPES:
                continue
            ranges = tuple(self._ranges(die))
            inner = tuple(self._scopes(die)) if die.has_children else ()
            if die.tag == "DW_TAG_lexical_block":
                yield from inner
            elif ranges:
                yield _Scope(self._name(die), ranges, self._call(die), inner)

    def _call(self, die: DIE) -> tuple[str, int]:
        file, line = die.attributes.get("DW_AT_call_file"), die.attributes.get("DW_AT_call_line")
        return (self.files.get(file.value, ""), line.value) if file and line else ("", 0)

    def _name(self, die: DIE) -> str:
        for link in ("DW_AT_abstract_origin", "DW_AT_specification"):
            if link in die.attributes:
                return self._name(die.get_DIE_from_attribute(link))
        name = die.attributes.get("DW_AT_name")
        return name.value.decode(errors="replace") if name else ""

    def _ranges(self, die: DIE) -> Iterator[tuple[int, int]]:
        low, high, ranges = (die.attributes.get(f"DW_AT_{name}") for name in ("low_pc", "high_pc", "ranges"))
        if low and high:
            end = high.value if high.form == "DW_FORM_addr" else low.value + high.value
            yield low.value, end
        elif ranges:
            lists = self.dwarf.range_lists()
            base = self.low
            for entry in lists.get_range_list_at_offset(ranges.value, self.unit):
                if isinstance(entry, BaseAddressEntry) or not hasattr(entry, "end_offset"):
                    base = entry.base_address
                    continue
                add = 0 if getattr(entry, "is_absolute", False) else base
                yield entry.begin_offset + add, entry.end_offset + add


class Lines:
    """Source lines by address, read unit by unit as they are asked for."""

    def __init__(self, image: Image) -> None:
        self.image = image
        self._units: dict[int, _Unit] = {}
        self._places: dict[int, tuple[Place, ...]] = {}

    def at(self, address: int) -> tuple[Place, ...]:
        """The innermost place first, then those it was inlined into; empty where the binary has no line for it."""
        found = self._places.get(address)
        if found is None:
            found = self._places[address] = tuple(self._find(address))
        return found

    def _find(self, address: int) -> Iterator[Place]:
        unit = self._unit(address)
        if unit is None:
            return
        file, line = unit.line(address)
        chain: list[_Scope] = []
        scopes = unit.functions
        while scope := next((one for one in scopes if one.holds(address)), None):
            chain.append(scope)
            scopes = scope.inner
        for scope in reversed(chain):
            yield Place(scope.name, file, line)
            file, line = scope.called_from

    def _unit(self, address: int) -> _Unit | None:
        offset = self.image.unit_at(address)
        if offset is None or self.image.dwarf is None:
            return None
        if offset not in self._units:
            self._units[offset] = _Unit(self.image.dwarf, self.image.dwarf.get_CU_at(offset))
        return self._units[offset]


def _files(program: Any) -> dict[int, str]:
    """File names by their number in the line table, as ``Objects/typeobject.c``."""
    header = program.header
    folders = [_text(entry) for entry in header["include_directory"]]
    version = header["version"]
    first = 0 if version >= 5 else 1
    names: dict[int, str] = {}
    for number, entry in enumerate(header["file_entry"], first):
        name = entry.name.decode(errors="replace")
        index = entry.dir_index if version >= 5 else entry.dir_index - 1
        folder = folders[index] if 0 <= index < len(folders) else ""
        names[number] = short(f"{folder}/{name}" if folder and not name.startswith("/") else name)
    return names


def _text(entry: Any) -> str:
    return entry.decode(errors="replace") if isinstance(entry, bytes) else str(entry)
