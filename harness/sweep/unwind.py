"""The functions that a stopped thread is in: its stack, unwound by what each file says of its frames. By pyelftools."""

from __future__ import annotations

import io
import struct
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from elftools.common.exceptions import ELFError
from elftools.dwarf.callframe import CallFrameInfo
from elftools.elf.elffile import ELFFile

from harness.sweep.held import Held, Machine

DEEPEST = 64
"""Frames that are looked at."""
SEARCHABLE = bytes((1, 0x1B, 0x03, 0x3B))
"""What ``.eh_frame_hdr`` begins with where its table can be searched: version 1, 4 bytes relative to the field itself,
a count of 4 bytes, pairs of 4 bytes relative to the section. Every linker writes that."""


@dataclass(frozen=True)
class _Row:
    """How the caller's registers follow from those of a frame, from one address of a function on."""

    base: int
    """DWARF's number of the register that the frame's address (CFA) is relative to."""
    offset: int
    saved: dict[int, int]
    """Registers' numbers, and where they were saved, relative to the CFA."""


class _EntryByEntry(CallFrameInfo):
    """Reads one entry of a section that has thousands; pyelftools itself offers all of them, which takes a second."""

    def at(self, offset: int) -> Any:
        return self._parse_entry_at(offset)


class _Frames:
    """One file's."""

    def __init__(self, path: Path) -> None:
        """Raises OSError and ELFError. A file that says nothing of its frames has no rows."""
        elf = ELFFile(io.BytesIO(path.read_bytes()))
        self.movable = str(elf["e_type"]) == "ET_DYN"
        self._begins: list[int] = []
        self._offsets: list[int] = []
        self._rows: dict[int, list[tuple[int, _Row]]] = {}
        table, section = elf.get_section_by_name(".eh_frame_hdr"), elf.get_section_by_name(".eh_frame")
        if table is None or section is None or not table.data().startswith(SEARCHABLE):
            return
        data, address = table.data(), table["sh_addr"]
        (count,) = struct.unpack_from("<I", data, 8)
        for begin, entry in struct.iter_unpack("<ii", data[12 : 12 + 8 * count]):
            self._begins.append(address + begin)
            self._offsets.append(address + entry - section["sh_addr"])
        info = elf.get_dwarf_info(relocate_dwarf_sections=False)
        self._entries = _EntryByEntry(
            io.BytesIO(section.data()),
            section["sh_size"],
            section["sh_addr"],
            info.structs,
            for_eh_frame=True,
        )

    def at(self, address: int) -> _Row | None:
        """Of the instruction at an address of the file; None where the file says nothing that is understood here."""
        index = bisect_right(self._begins, address) - 1
        if index < 0:
            return None
        if index not in self._rows:
            self._rows[index] = list(self._read(self._offsets[index]))
        rows = self._rows[index]
        found = bisect_right([begin for begin, _ in rows], address) - 1
        return rows[found][1] if 0 <= found < len(rows) - 1 else None

    def _read(self, offset: int) -> Iterator[tuple[int, _Row]]:
        """Rows by their first address, and one that is none where the function ends."""
        entry = self._entries.at(offset)
        unknown = _Row(-1, 0, {})
        for line in entry.get_decoded().table:
            rule = line["cfa"]
            saved = {
                number: told.arg
                for number, told in line.items()
                if isinstance(number, int) and told.type == "OFFSET"
            }
            yield line["pc"], unknown if rule.expr is not None else _Row(rule.reg, rule.offset, saved)
        yield entry["initial_location"] + entry["address_range"], unknown


class Unwinder:
    """Of one process. What is mapped into it later on is not known."""

    def __init__(self, pid: int, machine: Machine) -> None:
        """Raises OSError where the process has gone."""
        self.machine = machine
        self._frames: dict[str, _Frames | None] = {}
        self._code: list[tuple[int, int, str, int]] = []
        begins: dict[str, int] = {}
        with open(f"/proc/{pid}/maps") as maps:
            for words in (line.split(maxsplit=5) for line in maps):
                if len(words) < 6 or not words[5].startswith("/"):
                    continue
                begin, end = (int(word, 16) for word in words[0].split("-"))
                path = words[5].strip()
                base = begins.setdefault(path, begin - int(words[2], 16))
                if "x" in words[1]:
                    self._code.append((begin, end, path, base))

    def counters(self, thread: Held) -> Iterator[int]:
        """Where a stopped thread is, and behind it each call that it is in, the innermost first, as far as can be told.

        Of a call, an address inside the instruction: what follows it may be another function.
        """
        machine = self.machine
        registers = thread.registers()
        counter = registers[machine.pc]
        known = {number: registers[index] for number, index in machine.unwound.items()}
        for _ in range(DEEPEST):
            yield counter
            row = self._row(counter)
            if row is None or row.base not in known:
                return
            frame = known[row.base] + row.offset
            try:
                known |= {
                    number: thread.word(frame + offset)
                    for number, offset in row.saved.items()
                    if number in known or number == machine.returns
                }
            except OSError:
                return
            if machine.returns not in known:
                return
            counter = known[machine.returns] - 1
            if machine.returns not in machine.unwound:
                del known[machine.returns]
            known[machine.stack] = frame

    def _row(self, address: int) -> _Row | None:
        for begin, end, path, base in self._code:
            if begin <= address < end:
                if path not in self._frames:
                    try:
                        self._frames[path] = _Frames(Path(path))
                    except (OSError, ELFError):
                        self._frames[path] = None
                frames = self._frames[path]
                return frames.at(address - (base if frames.movable else 0)) if frames else None
        return None
