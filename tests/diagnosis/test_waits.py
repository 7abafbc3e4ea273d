"""Who waits for whom, in hangs that were recorded on main, and in what only looks like one."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from harness.diagnosis.native import _thread
from harness.diagnosis.waits import Frame, Thread, cycle, threads, waits

HANGS = Path(__file__).with_name("hangs")
CYCLES = {
    # A finalizer that runs under the mutex of a class's keys gives another instance an attribute.
    "ftstress-0010": "a thread waits in insert_split_key for what it holds itself in insert_split_key",
    # One goes through the list that an append has locked.
    "ftstress-0012": "a thread waits in list_item_impl for what it holds itself in _PyEval_EvalFrameDefault",
    # A thread that ends runs a finalizer, which waits for another one's end, under the queue's mutex.
    "ftstress-0013": "a thread waits in ThreadHandle_join for another; that one waits in _PyMem_AbandonDelayed for what"
    " the first holds in _PyMem_AbandonDelayed",
    # One has been handed the mutex of those who stop the world, and needs the type lock to go on.
    "gh-156910": "a thread waits in apply_type_slot_updates, to stop the world, for what another holds in"
    " type_set_abstractmethods; that one waits in type_set_abstractmethods, to go on with its critical section, for"
    " what the first holds in apply_type_slot_updates",
}


def recorded(name: str) -> tuple[Thread, ...]:
    return threads(json.loads((HANGS / f"{name}.json").read_text())["threads"])


def thread(lwp: int, waits: int, *frames: tuple[str, set[int]]) -> Thread:
    """Frames of CPython's; those that begin with an underscore wait."""
    made = [
        Frame(name, "lock.c" if name[0] == "_" else "object.c", 1, frozenset(has)) for name, has in frames
    ]
    return Thread(lwp, lwp, f"t{lwp}", tuple(made), (), waits, 0)


@pytest.mark.parametrize("name", CYCLES)
def test_the_cycle_of_a_recorded_hang(name: str) -> None:
    assert cycle(waits(recorded(name))) == CYCLES[name]


@pytest.mark.parametrize("name", CYCLES)
def test_a_cycle_does_not_depend_on_which_thread_comes_first_nor_on_addresses(name: str) -> None:
    every = [
        replace(
            one,
            waits=one.waits and one.waits + 1000,
            frames=tuple(replace(f, has=frozenset(a + 1000 for a in f.has)) for f in one.frames),
        )
        for one in reversed(recorded(name))
    ]
    assert cycle(waits(every)) == CYCLES[name]


def test_who_waits_is_told_by_name() -> None:
    told = [wait.told() for wait in waits(recorded("ftstress-0013"))]
    assert told[0] == (
        '"Thread-2 (leave" (103) waits in _PyMem_AbandonDelayed for what "Thread-1 (leave" (102) holds in'
        " _PyMem_AbandonDelayed"
    )
    assert told[2] == '"python3.16t" (101) waits in ThreadHandle_join for "Thread-1 (leave" (102)'


def test_nothing_is_told_where_several_may_hold_it() -> None:
    waiter = thread(1, 7, ("_wait", {7}), ("asks", {7}), ("g", set()))
    holders = [thread(2, 0, ("f", {7})), thread(3, 0, ("g", {7}))]
    assert [wait.holder.lwp for wait in waits([waiter, holders[0]])] == [2]
    assert waits([waiter, *holders]) == []


def test_who_only_waits_for_it_too_does_not_hold_it() -> None:
    both = [thread(lwp, 7, ("_wait", {7}), ("asks", {7}), ("outer", {7})) for lwp in (1, 2)]
    assert waits(both) == [] and cycle(waits(both)) == ""


def test_who_waits_for_itself_has_it_in_frames_behind_those_that_ask() -> None:
    (wait,) = waits(
        [thread(1, 7, ("_wait", {7}), ("asks", {7}), ("between", set()), ("f", {7}), ("holds", {7}))]
    )
    assert (wait.holder.lwp, wait.holds) == (1, "holds")


def test_a_chain_is_no_cycle() -> None:
    chain = [
        thread(1, 7, ("_wait", {7}), ("asks", set())),
        thread(2, 8, ("_wait", {8}), ("other", set()), ("f", {7})),
        thread(3, 0, ("runs", {8})),
    ]
    found = waits(chain)
    assert [(wait.waiter.lwp, wait.holder.lwp) for wait in found] == [(1, 2), (2, 3)] and cycle(found) == ""


def test_a_thread_is_shown_without_what_only_waits_or_calls() -> None:
    shown = list(_thread(recorded("ftstress-0013")[1]))
    assert shown[:3] == [
        'Thread 2 (LWP 102) "Thread-1 (leave":',
        "    (waits for a lock, or for another thread)",
        "#0  ThreadHandle_join (Modules/_threadmodule.c:570)",
    ]
    assert "    Python: Awaiting.__del__ (program.py:30)" in shown
    assert not any("futex" in line or "_PyEval_" in line for line in shown)
