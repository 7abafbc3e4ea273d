#!/bin/sh
# capstone tells for each operand whether an instruction reads or writes it (operand.access). Of memory, it says "read"
# for instructions that write there: a debugger, a sweep or a race detector that asks it misses those stores.
#
# Seen with capstone 5.0.9 (whose own __version__ says 5.0.7), twice: `cmpxchg` with and without `lock`, `movups`, `movq`,
# `movlps`, `movnti`, `vmovups`, `vmovdqa` of 32 bytes and `cmpxchg16b` to memory are "read" only. Their near kin are right:
# `mov`, `movaps`, `movdqu`, `vmovdqu`, `xchg`, `lock xadd`. So "movups is as movaps" is a wrong guess, and so is "what is locked
# is known to write". All of them store to memory, by Intel's manual.
#
# Exit status: 0 as seen, 1 not any more, 3 it could not be tried.
set -u
dir=$(mktemp -d) && trap 'rm -rf "$dir"' EXIT
if ! { python3 -m venv "$dir/tools" && "$dir/tools/bin/pip" install -q capstone==5.0.9; } >"$dir/log" 2>&1; then
    echo "capstone 5.0.9 could not be installed: $(tail -n 1 "$dir/log")" >&2
    exit 3
fi
"$dir/tools/bin/python" - <<'END'
import sys

from capstone import CS_AC_READ, CS_AC_WRITE, CS_ARCH_X86, CS_MODE_64, CS_OP_MEM, Cs

READ, BOTH = CS_AC_READ, CS_AC_READ | CS_AC_WRITE
SEEN = {
    "f0480fb137": READ,  # lock cmpxchg [rdi], rsi: reads and writes
    "480fb137": READ,  # cmpxchg [rdi], rsi: reads and writes
    "f0480fc70f": READ,  # lock cmpxchg16b [rdi]: reads and writes
    "0f1107": READ,  # movups [rdi], xmm0: writes
    "660fd607": READ,  # movq [rdi], xmm0: writes
    "0f1307": READ,  # movlps [rdi], xmm0: writes
    "480fc337": READ,  # movnti [rdi], rsi: writes
    "c5f81107": READ,  # vmovups [rdi], xmm0: writes
    "c5fd7f07": READ,  # vmovdqa [rdi], ymm0: writes
    "488937": CS_AC_WRITE,  # mov [rdi], rsi
    "0f2907": CS_AC_WRITE,  # movaps [rdi], xmm0
    "f30f7f07": CS_AC_WRITE,  # movdqu [rdi], xmm0
    "c5fa7f07": CS_AC_WRITE,  # vmovdqu [rdi], xmm0
    "488737": BOTH,  # xchg [rdi], rsi
    "f0480fc137": BOTH,  # lock xadd [rdi], rsi
}
decoder = Cs(CS_ARCH_X86, CS_MODE_64)
decoder.detail = True
changed = 0
for code, seen in SEEN.items():
    (found,) = decoder.disasm(bytes.fromhex(code), 0)
    (access,) = (operand.access for operand in found.operands if operand.type == CS_OP_MEM)
    told = {CS_AC_READ: "read", CS_AC_WRITE: "write", BOTH: "read and write"}.get(access, access)
    print(f"{found.mnemonic + ' ' + found.op_str:44} memory: {told}{'' if access == seen else ' (CHANGED)'}")
    changed += access != seen
sys.exit(1 if changed else 0)
END
