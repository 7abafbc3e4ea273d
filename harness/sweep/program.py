"""The code that a running target executes: its interpreter's file, and the extension modules that it has loaded.

An address in it is told by a *place*: the file's number above, and the address in the file's own address space below.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from harness.sweep.image import Code, Function, is_eval, loaded

FILE = 48
"""Bits of a place below the file's number. The interpreter's is 0."""
WITHIN = (1 << FILE) - 1
MODULE = re.compile(r"(/lib-dynload/[^/]*|\.(cpython-|abi3)[^/]*)\.so$")
"""The file of an extension module, by its path."""

ReadCode = Callable[[str, int], Code]
"""Reads a file that was loaded to an address."""


@dataclass(frozen=True)
class Part:
    """One file, as it was loaded."""

    begin: int
    """Of its code in the process."""
    end: int
    number: int
    code: Code


class Spot(NamedTuple):
    """What is known of an address of a process."""

    function: Function | None
    place: int
    """0 where no file is known."""
    stub: bool
    """Whether it is in a file that is known, and in no function: between a call and what that leads to."""
    begins: bool
    """Whether the function begins there."""
    loops: bool
    """Whether it is in the interpreter's loop."""
    skipped: bool
    """Whether a call that leads there is of no interest: to an allocator, or to another library."""


class Program:
    """The code of one running target."""

    def __init__(self, parts: Sequence[Part]) -> None:
        """The interpreter's first."""
        self.interpreter = parts[0].code
        self.parts = sorted(parts, key=lambda one: one.begin)
        self._begins = [one.begin for one in self.parts]
        self._by_number = {one.number: one.code for one in parts}
        self._functions: dict[int, Function | None] = {}
        self._spots: dict[int, Spot] = {}

    def part_at(self, address: int) -> Part | None:
        """The file that holds an address of the process; None where none is known."""
        index = bisect_right(self._begins, address) - 1
        if index < 0 or address >= self.parts[index].end:
            return None
        return self.parts[index]

    def function_at(self, address: int) -> Function | None:
        """The function that holds an address of the process; None where none is known."""
        try:
            return self._functions[address]
        except KeyError:
            part = self.part_at(address)
            found = self._functions[address] = part.code.function_at(address) if part else None
            return found

    def spot(self, address: int) -> Spot:
        """What is known of an address of the process."""
        found = self._spots.get(address)
        if found is None:
            found = self._spots[address] = self._spot(address)
        return found

    def _spot(self, address: int) -> Spot:
        function = self.function_at(address)
        if function is None:
            stub = self.part_at(address) is not None
            return Spot(None, 0, stub, begins=False, loops=False, skipped=not stub)
        place = self.place(address)
        begins = place & WITHIN == function.begin
        return Spot(function, place, False, begins, is_eval(function), function.leaf and begins)

    def place(self, address: int) -> int:
        """Of an address of the process, in a file that is known."""
        part = self.part_at(address)
        assert part is not None
        return part.number << FILE | address - part.code.base

    def address(self, place: int) -> int:
        """Of a place, in the process; 0, where nothing is, for a file that it has not loaded."""
        code = self._by_number.get(place >> FILE)
        return code.base + (place & WITHIN) if code else 0

    def code_of(self, place: int) -> Code | None:
        """Of the file that a place is in; None where that is not loaded."""
        return self._by_number.get(place >> FILE)


class Files:
    """The files of a target's code, with the same numbers in each child."""

    def __init__(self, read: ReadCode, modules: bool) -> None:
        """``modules``: whether those of extension modules are among them."""
        self._read = read
        self._modules = modules
        self.paths: list[str] = []
        """By number."""

    def program(self, pid: int) -> Program:
        """What a running process has loaded by now."""
        main = str(loaded(pid)[0])
        mapped = _mapped(pid)
        wanted = [path for path in mapped if self._modules and MODULE.search(path)]
        parts = []
        for path in (main, *wanted):
            if path not in self.paths:
                self.paths.append(path)
            base, begin, end = mapped[path]
            parts.append(Part(begin, end, self.paths.index(path), self._read(path, base)))
        return Program(parts)

    def name(self, place: int) -> str:
        """Of the extension module's file that a place is in; empty for the interpreter."""
        number = place >> FILE
        return Path(self.paths[number]).name if number else ""

    def place(self, name: str, address: int) -> int | None:
        """Of an address in a file by its name; None where no child has loaded that."""
        numbers = [number for number, path in enumerate(self.paths) if number and Path(path).name == name]
        return address if not name else numbers[0] << FILE | address if numbers else None


def _mapped(pid: int) -> dict[str, tuple[int, int, int]]:
    """By path: where a file was loaded to, and where its code begins and ends."""
    bases: dict[str, int] = {}
    found: dict[str, tuple[int, int, int]] = {}
    with open(f"/proc/{pid}/maps") as maps:
        for words in (line.split(maxsplit=5) for line in maps):
            if len(words) < 6:
                continue
            begin, end = (int(word, 16) for word in words[0].split("-"))
            path = words[5].strip()
            bases.setdefault(path, begin - int(words[2], 16))
            if "x" in words[1]:
                _, first, _ = found.get(path, (0, begin, 0))
                found[path] = bases[path], first, end
    return found
