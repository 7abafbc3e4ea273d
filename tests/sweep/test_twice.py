"""Two stops: what they are to cover, and faults that one stop does not show."""

from __future__ import annotations

import random
import time
from typing import Any

import capstone
import pytest

from harness.record.coverage import HIT
from harness.sweep.meetings import meetings
from harness.sweep.mnemonics import effect, repeats
from harness.sweep.points import Listing, Point
from harness.sweep.sweeper import Sweeper
from tests.sweep.conftest import MakeScene, job_of
from tests.sweep.faults_of_two import FAULTS

LIMIT_S = 60.0
FUNCTIONS = ":PyMember_(Set|Get)One$"


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_that_needs_two_stops_is_found_by_two_and_not_by_one(scene: MakeScene, fault: str) -> None:
    made = scene(FAULTS[fault], functions=FUNCTIONS)
    told: list[Any] = []
    once = Sweeper(made, told.append, lambda counts: True).sweep()
    assert not told and sum(len(one.stops) for one in once) > 50
    began = time.monotonic()
    twice = Sweeper(made, told.append, lambda counts: not told and time.monotonic() - began < LIMIT_S)
    swept = list(twice._twice(made.jobs, random.Random(1)))
    assert len(told) == 1, [(one.met, one.meetings) for one in swept]
    assert told[0]["details"]["sweep"]["other"]["calls"]
    assert any(stop.how == HIT for one in swept for stop in one.stops.values())


@pytest.mark.targets("3.13t", "main")
def test_what_both_touch_has_one_address(scene: MakeScene) -> None:
    made = scene(FAULTS["checked once"], functions=FUNCTIONS)
    job = job_of(made, "write", "read")
    listed = made.list_both(job)
    assert listed is not None
    mine, theirs = (listing.points for listing in listed)
    alone = made.list(job.reversed)
    assert isinstance(alone, Listing)
    assert [point.key for point in theirs] == [point.key for point in alone.points], (
        "B's path is what A's would be"
    )
    stored = frozenset[int]().union(*(point.stores for point in mine))
    loaded = frozenset[int]().union(*(point.loads for point in theirs))
    assert len(stored & loaded) >= 4, "the four cells"


def test_meetings_are_all_stores_and_loads_of_the_same_word_in_both_orders_the_rarest_words_first() -> None:
    def at(number: int, loads: tuple[int, ...] = (), stores: tuple[int, ...] = ()) -> Point:
        return Point(number, 1, ("f",), frozenset(), frozenset(loads), frozenset(stores))

    mine = [at(1, stores=(7,)), at(2, loads=(7,), stores=(7,)), at(3, loads=(8,)), at(4, loads=(9,))]
    theirs = [at(11, loads=(7,)), at(12, stores=(7,)), at(13, stores=(8,)), at(14, loads=(9,))]
    found = meetings(mine, theirs, random.Random(1))
    pairs = {(one.point.address, one.access[2], one.b_first) for one in found}
    assert pairs == {
        (a, b, order) for a, b in ((1, 11), (2, 11), (2, 12), (3, 13)) for order in (False, True)
    }, "two loads do not meet"
    assert len(found) == len(pairs)
    assert all(one.other.address == one.access[2] + one.b_first for one in found)
    assert found[0].point.address == 3, "of word 8 there are fewest"


TABLE = [
    ("f0480fb10f", True, True),  # lock cmpxchg qword ptr [rdi], rcx
    ("0f1107", False, True),  # movups xmmword ptr [rdi], xmm0
    ("660fd607", False, True),  # movq qword ptr [rdi], xmm0
    ("c5fe7f07", False, True),  # vmovdqu ymmword ptr [rdi], ymm0
    ("488907", False, True),  # mov qword ptr [rdi], rax
    ("488b07", True, False),  # mov rax, qword ptr [rdi]
    ("c60701", False, True),  # mov byte ptr [rdi], 1
    ("0f9407", False, True),  # sete byte ptr [rdi]
    ("48833f00", True, False),  # cmp qword ptr [rdi], 0
    ("483907", True, False),  # cmp qword ptr [rdi], rax
    ("f60701", True, False),  # test byte ptr [rdi], 1
    ("48ff07", True, True),  # inc qword ptr [rdi]
    ("48830701", True, True),  # add qword ptr [rdi], 1
    ("480307", True, False),  # add rax, qword ptr [rdi]
    ("488707", True, True),  # xchg qword ptr [rdi], rax
    ("f0480fc107", True, True),  # lock xadd qword ptr [rdi], rax
    ("480fb10f", True, True),  # cmpxchg qword ptr [rdi], rcx
    ("480fc70f", True, True),  # cmpxchg16b xmmword ptr [rdi]
    ("ff37", True, False),  # push qword ptr [rdi]
    ("8f07", False, True),  # pop qword ptr [rdi]
    ("ff17", True, False),  # call qword ptr [rdi]
    ("ff27", True, False),  # jmp qword ptr [rdi]
    ("480fa307", True, False),  # bt qword ptr [rdi], rax
    ("480fab07", True, True),  # bts qword ptr [rdi], rax
    ("0f2e07", True, False),  # ucomiss xmm0, dword ptr [rdi]
    ("f20f1107", False, True),  # movsd qword ptr [rdi], xmm0
    ("f20f1007", True, False),  # movsd xmm0, qword ptr [rdi]
    ("660fefff", None, None),  # pxor xmm7, xmm7
    ("480f4407", True, False),  # cmove rax, qword ptr [rdi]
    ("0fae1f", False, True),  # stmxcsr dword ptr [rdi]
    ("48f7d8", None, None),  # neg rax
    ("48f71f", True, True),  # neg qword ptr [rdi]
    ("48f737", True, False),  # div qword ptr [rdi]
    ("48d127", True, True),  # shl qword ptr [rdi], 1
    ("dd1f", False, True),  # fstp qword ptr [rdi]
    ("dd07", True, False),  # fld qword ptr [rdi]
    ("f348ab", False, True),  # rep stosq qword ptr [rdi], rax
]


@pytest.mark.parametrize(("code", "reads", "writes"), TABLE)
def test_an_instruction_reads_or_writes_memory_by_its_name(
    code: str, reads: bool | None, writes: bool | None
) -> None:
    decoder = capstone.Cs(capstone.CS_ARCH_X86, capstone.CS_MODE_64)
    decoder.detail = True
    (instruction,) = decoder.disasm(bytes.fromhex(code), 0)
    found = [
        effect(instruction.mnemonic, position)
        for position, operand in enumerate(instruction.operands)
        if operand.type == capstone.x86.X86_OP_MEM
    ]
    assert found == ([] if reads is None else [(reads, writes)]), (
        f"{instruction.mnemonic} {instruction.op_str}"
    )
    assert repeats(instruction.mnemonic) == code.startswith("f348ab")


def test_what_is_moved_within_memory_is_read_there_and_written_here() -> None:
    decoder = capstone.Cs(capstone.CS_ARCH_X86, capstone.CS_MODE_64)
    (moved,) = decoder.disasm(bytes.fromhex("f348a5"), 0)
    assert moved.mnemonic == "rep movsq" and repeats(moved.mnemonic)
    assert (effect(moved.mnemonic, 0), effect(moved.mnemonic, 1)) == ((False, True), (True, False))
