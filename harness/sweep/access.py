"""Which memory an instruction touches: its operands, disassembled by capstone, and the registers they are made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import capstone
from capstone import x86

from harness.sweep.image import Code
from harness.sweep.mnemonics import effect, repeats
from harness.sweep.program import WITHIN, Program

LINE = 6
"""Bits of an address within a line of 64 bytes."""
STACK_BYTES = 1 << 20
"""What lies this close above the stack pointer is the thread's own stack."""
OWN = (x86.X86_REG_FS, x86.X86_REG_GS)
"""Segments of the thread's own storage."""
LONGEST = 15
"""Bytes of an x86 instruction."""
WORD = 3
"""Bits of an address within eight bytes."""
MOST_REPEATED = 4096
"""Bytes of a repeated instruction's that are counted."""


@dataclass(frozen=True)
class Operand:
    """One in memory. Base and index: positions among the registers, -1: none."""

    base: int
    index: int
    scale: int
    offset: int
    size: int
    reads: bool
    writes: bool
    repeats: bool


Operands = tuple[Operand, ...]
UNKNOWN: Operands = (Operand(-1, -1, 0, 0, 0, True, True, False),)


@dataclass(frozen=True)
class Touched:
    """Memory outside a thread's own stack that one instruction touches."""

    lines: frozenset[int] = frozenset()
    """Of 64 bytes each."""
    loads: frozenset[int] = frozenset()
    """Words of eight bytes that it reads."""
    stores: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.lines)


NOTHING = Touched()


class Accesses:
    """Decodes instructions of one program, each once. x86-64 only: elsewhere nothing is known, nothing is steered."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._decoder = capstone.Cs(capstone.CS_ARCH_X86, capstone.CS_MODE_64)
        self._decoder.detail = True
        self._operands: dict[int, Operands] = {}
        names = {name: index for index, name in enumerate(_REGISTERS)}
        self._register = {
            number: names[name]
            for number in range(1, x86.X86_REG_ENDING)
            if (name := self._decoder.reg_name(number)) in names
        }

    def text(self, place: int) -> str:
        """The instruction at a place, as an assembler would have it; empty where it cannot be decoded."""
        code = self.program.code_of(place)
        found = self._decode(code, place & WITHIN) if code else None
        return f"{found.mnemonic} {found.op_str}".strip() if found else ""

    def of(self, counter: int, sp: int, registers_of: Callable[[], Sequence[int]]) -> Touched | None:
        """What a thread touches with the instruction in front of it; ``registers_of`` gives its registers.

        None where that cannot be said: outside the file's code, and in a system call.
        """
        operands = self._operands.get(counter)
        if operands is None:
            operands = self._operands[counter] = self._memory(counter)
        if operands is UNKNOWN:
            return None
        if not operands:
            return NOTHING
        registers = registers_of()
        lines, loads, stores = set[int](), set[int](), set[int]()
        for one in operands:
            address = one.offset
            address += registers[one.base] if one.base >= 0 else 0
            address += registers[one.index] * one.scale if one.index >= 0 else 0
            address &= (1 << 64) - 1
            if sp - 256 <= address < sp + STACK_BYTES:
                continue
            lines.add(address >> LINE)
            times = registers[_REGISTERS.index("rcx")] if one.repeats else 1
            size = min(one.size * times, MOST_REPEATED)
            words = range(address >> WORD, (address + max(size, 1) - 1 >> WORD) + 1)
            loads.update(words if one.reads else ())
            stores.update(words if one.writes else ())
        return Touched(frozenset(lines), frozenset(loads), frozenset(stores))

    def _decode(self, code: Code, address: int) -> Any:
        begin, text = code.symbols.text
        offset = address - begin
        if not 0 <= offset < len(text):
            return None
        return next(self._decoder.disasm(text[offset : offset + LONGEST], address, 1), None)

    def _memory(self, counter: int) -> Operands:
        """Each operand in memory."""
        part = self.program.part_at(counter)
        if part is None:
            return UNKNOWN
        instruction = self._decode(part.code, counter - part.code.base)
        if instruction is None or instruction.mnemonic == "syscall":
            return UNKNOWN
        found: list[Operand] = []
        name = instruction.mnemonic
        if instruction.mnemonic in ("lea", "nop"):
            return ()
        for position, operand in enumerate(instruction.operands):
            if operand.type != x86.X86_OP_MEM or operand.mem.segment in OWN:
                continue
            memory = operand.mem
            offset = memory.disp
            base = self._register.get(memory.base, -1)
            if memory.base == x86.X86_REG_RIP:
                offset += instruction.address + instruction.size + part.code.base
            index = self._register.get(memory.index, -1)
            how = effect(name, position)
            found.append(Operand(base, index, memory.scale, offset, operand.size, *how, repeats(name)))
        return tuple(found)


_REGISTERS = (
    "r15",
    "r14",
    "r13",
    "r12",
    "rbp",
    "rbx",
    "r11",
    "r10",
    "r9",
    "r8",
    "rax",
    "rcx",
    "rdx",
    "rsi",
    "rdi",
    "orig_rax",
    "no_rip",
    "cs",
    "eflags",
    "rsp",
)
