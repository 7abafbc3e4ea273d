"""Which memory an instruction touches: its operands, disassembled by capstone, and the registers they are made of."""

from __future__ import annotations

from typing import Any

import capstone
from capstone import x86

from harness.sweep.image import Code
from harness.sweep.program import WITHIN, Program
from harness.sweep.ptrace import Thread

LINE = 6
"""Bits of an address within a line of 64 bytes."""
STACK_BYTES = 1 << 20
"""What lies this close above the stack pointer is the thread's own stack."""
OWN = (x86.X86_REG_FS, x86.X86_REG_GS)
"""Segments of the thread's own storage."""
LONGEST = 15
"""Bytes of an x86 instruction."""
Operands = tuple[tuple[int, int, int, int], ...]
UNKNOWN: Operands = ((-1, -1, 0, 0),)
NOTHING: frozenset[int] = frozenset()


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

    def of(self, thread: Thread, counter: int, sp: int) -> frozenset[int] | None:
        """The lines of memory that ``thread`` touches with the instruction in front of it, its own stack left out.

        None where that cannot be said: outside the file's code, and in a system call.
        """
        operands = self._operands.get(counter)
        if operands is None:
            operands = self._operands[counter] = self._memory(counter)
        if operands is UNKNOWN:
            return None
        if not operands:
            return NOTHING
        registers = thread.registers()
        found = set()
        for base, index, scale, offset in operands:
            address = offset
            address += registers[base] if base >= 0 else 0
            address += registers[index] * scale if index >= 0 else 0
            address &= (1 << 64) - 1
            if not sp - 256 <= address < sp + STACK_BYTES:
                found.add(address >> LINE)
        return frozenset(found)

    def _decode(self, code: Code, address: int) -> Any:
        begin, text = code.symbols.text
        offset = address - begin
        if not 0 <= offset < len(text):
            return None
        return next(self._decoder.disasm(text[offset : offset + LONGEST], address, 1), None)

    def _memory(self, counter: int) -> Operands:
        """Base and index (positions among the registers, -1: none), scale and offset of each operand in memory."""
        part = self.program.part_at(counter)
        if part is None:
            return UNKNOWN
        instruction = self._decode(part.code, counter - part.code.base)
        if instruction is None or instruction.mnemonic == "syscall":
            return UNKNOWN
        found: list[tuple[int, int, int, int]] = []
        if instruction.mnemonic in ("lea", "nop"):
            return ()
        for operand in instruction.operands:
            if operand.type != x86.X86_OP_MEM or operand.mem.segment in OWN:
                continue
            memory = operand.mem
            offset = memory.disp
            base = self._register.get(memory.base, -1)
            if memory.base == x86.X86_REG_RIP:
                offset += instruction.address + instruction.size + part.code.base
            found.append((base, self._register.get(memory.index, -1), memory.scale, offset))
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
