"""Whether an x86 instruction reads or writes its operand in memory, by its mnemonic.

capstone tells this of each operand, too, but wrongly of many stores: 5.0.9 calls ``lock cmpxchg``, ``movups``, ``movq``
and ``vmovdqu`` to memory readers of it. What an instruction does to its first operand follows from its name, and any
other operand in memory is read.
"""

from __future__ import annotations

import re

READS = re.compile(
    r"v?u?comis[sd]|cmp(?!xchg|s[sd])\w*|test|bt|push\w*|call|l?jmp|i?div|mul|prefetch\w*|v?ptest|v?ldmxcsr|fld\w*|fild"
    r"|f(add|sub|mul|div|com|iadd|isub|imul|idiv|icom)\w*|scas\w*|lods\w*|fxrstor\w*|xrstor\w*|verr|verw|lgdt|lidt"
)
"""Of the first operand, if that is in memory."""
WRITES = re.compile(
    r"v?mov\w*|set\w+|pop\w*|stos\w*|f(st|ist|nst|nstcw|nstsw)\w*|v?stmxcsr|v?pextr\w*|v?extract\w*|vextract\w*"
    r"|v?maskmov\w*|vpmaskmov\w*|vcompress\w*|vscatter\w*|xsave\w*|fxsave\w*|ins[bwdq]?|clflush\w*"
)
BOTH_OPERANDS = ("xchg", "xadd")
"""Whichever of their operands is in memory is read and written."""


def effect(mnemonic: str, position: int) -> tuple[bool, bool]:
    """Whether an instruction reads, and writes, what is in memory and its operand at ``position`` (Intel's order)."""
    name = mnemonic.rpartition(" ")[2]  # behind lock, rep and notrack
    if name in BOTH_OPERANDS:
        return True, True
    if position > 0:
        return True, False
    if WRITES.fullmatch(name):
        return False, True
    return True, not READS.fullmatch(name)


def repeats(mnemonic: str) -> bool:
    """Whether it does so as often as a register says."""
    return mnemonic.startswith("rep")
