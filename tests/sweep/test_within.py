"""Threads that stop within themselves: the machine code, what takes its place where it cannot be had."""

from __future__ import annotations

import mmap
from typing import Any

import capstone
import pytest

from harness.kernel.page import GATE, LISTS, ON, PAGE_BYTES
from harness.kernel.within import ATTRIBUTES, assembled, attributes, tell_why_not, why_not
from harness.record.coverage import CLEAN
from harness.sweep.points import Listing
from harness.sweep.untraced import Words
from tests.sweep.conftest import MakeScene, job_of
from tests.sweep.test_window import TWO_STORES

PAGE = 0x1122334455667788


def instructions() -> dict[str, list[Any]]:
    """Of each routine, decoded."""
    code, begins = assembled(PAGE)
    decoder = capstone.Cs(capstone.CS_ARCH_X86, capstone.CS_MODE_64)
    ends = [*list(begins.values())[1:], len(code)]
    return {
        name: list(decoder.disasm(code[begin:end], begin))
        for (name, begin), end in zip(begins.items(), ends, strict=True)
    }


def test_all_of_the_code_decodes_and_each_jump_leads_to_an_instruction() -> None:
    code, _ = assembled(PAGE)
    found = instructions()
    assert sum(one.size for routine in found.values() for one in routine) == len(code)
    for name, routine in found.items():
        assert routine[0].op_str == f"r8, {PAGE:#x}"
        there = {one.address for one in routine}
        jumps = [one for one in routine if one.mnemonic.startswith("j")]
        assert jumps and all(int(one.op_str, 16) in there for one in jumps), name
        assert [one.mnemonic for one in routine if one.mnemonic != "int3"][-1] == "ret"


def test_the_handler_counts_first_and_touches_no_register_that_is_not_its_own() -> None:
    stand = instructions()["stand"]
    lists, skips = stand[1:3]
    assert (
        f"{lists.mnemonic} {lists.op_str}" == f"cmp dword ptr [r8 + {LISTS:#x}], 0" and skips.mnemonic == "je"
    )
    stands = next(number for number, one in enumerate(stand) if one.address == int(skips.op_str, 16))
    first = [f"{one.mnemonic} {one.op_str}" for one in stand[stands : stands + 5 : 2]]
    assert first[0] == "cmp dword ptr [rsi + 8], 6" and first[1].startswith("cmp byte ptr [r8 + ")
    assert first[2].startswith("dec dword ptr [r8 + ")
    kept = {"rbx", "rbp", "rsp", "r12", "r13", "r14", "r15"}  # what a function must leave as it finds it
    for routine in instructions().values():
        written = {
            one.op_str.partition(",")[0] for one in routine if one.mnemonic in ("mov", "lea", "xor", "movabs")
        }
        assert not written & kept


def test_a_breakpoint_is_described_as_the_kernel_wants_it() -> None:
    told = attributes(0x1234, disabled=False)
    assert len(told) == ATTRIBUTES.size == 128
    assert int.from_bytes(told[0:4], "little") == 5 and int.from_bytes(told[4:8], "little") == 128
    assert int.from_bytes(told[40:48], "little") == 1 << 37 | 1 << 36 | 1 << 6 | 1 << 5
    assert int.from_bytes(told[56:64], "little") == 0x1234 and attributes(0x1234, disabled=True) != told


def test_words_are_slept_on_until_they_change() -> None:
    page = mmap.mmap(-1, PAGE_BYTES)
    words = Words(page)
    words.sleep(ON, 0.001)
    assert words.get(ON) == 0
    words.wake(ON)
    words.sleep(ON, 60.0)  # returns at once
    assert words.get(ON) == page[ON] == 1
    words.close()
    page.close()


def test_a_reason_is_told_over_the_page() -> None:
    page = mmap.mmap(-1, PAGE_BYTES)
    assert why_not(page) == ""
    tell_why_not(page, "x" * 300)
    assert why_not(page) == "x" * 200
    page.close()


REFUSED = [
    (
        "PERF(1)",
        "perf_event_open gives no breakpoint (Operation not permitted): see /proc/sys/kernel/perf_event_",
    ),
    ("PERF(13)", "perf_event_open gives no breakpoint (Permission denied)"),
    ("PERF(22)", "(Invalid argument): that needs Linux 5.13"),
    ("PERF(28)", "(No space left on device): no debug register is free"),
    ("sys.modules.update(ctypes=None)", "the target has no ctypes"),
    ("within.platform = FakePlatform", "not for riscv64"),
    ("within.mmap = FakeMmap", "memory for machine code is refused (Permission denied)"),
]
FAKES = """
import sys
from harness.kernel import within
class FakePlatform:
    machine = staticmethod(lambda: "riscv64")
class FakeMmap:
    PROT_READ = PROT_WRITE = PROT_EXEC = 0
    @staticmethod
    def mmap(*args, **kwargs):
        raise PermissionError(13, "Permission denied")
def PERF(number):
    def refuse(libc, attr):
        ctypes.set_errno(number)
        return -1
    within.perf_event_open = refuse
"""


@pytest.mark.parametrize(("what", "said"), REFUSED)
def test_where_threads_cannot_stop_within_themselves_a_tracer_does_and_says_why(
    scene: MakeScene, what: str, said: str
) -> None:
    made = scene(FAKES + what + TWO_STORES, functions=":PyMember_SetOne$")
    assert said in made.traced
    job = job_of(made, "store", "read")
    listing = made.list(job)
    assert isinstance(listing, Listing)
    assert (
        made.stage.is_traced and made.show(job, listing.points[0]).stop.how == CLEAN and made.stage.is_traced
    )


def test_who_is_told_to_hold_still_at_its_gate_goes_on_all_the_same(scene: MakeScene) -> None:
    made = scene(TWO_STORES, functions=":PyMember_SetOne$")
    job = job_of(made, "store", "read")
    listing = made.list(job)
    assert isinstance(listing, Listing)
    for _ in range(10):
        assert made.show(job, listing.points[0]).stop.how == CLEAN and not made.stage.is_traced
        made.stage.b.interrupt()
        assert made.stage.until(made.stage.b, 10.0) == GATE
        made.stage.b.release()
