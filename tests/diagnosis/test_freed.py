"""Who freed it: from what sanitizers print, and from stacks."""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any

import pytest

from harness.diagnosis.freed import of_functions, of_sanitizer, of_stack
from harness.diagnosis.native import MARK, details, read, under_gdb
from harness.record.severity import severity_of

REPORT = """\
=================================================================
==7==ERROR: AddressSanitizer: heap-use-after-free on address 0x602000 at pc 0x55 bp 0x7f sp 0x7f
READ of size 8 at 0x602000 thread T3
    #0 0x55d0 in _PyType_Lookup Objects/typeobject.c:5245
    #1 0x55d1 in type_getattro Objects/typeobject.c:5600

0x602000 is located 16 bytes inside of 64-byte region [0x602000,0x602040)
freed by thread T1 here:
    #0 0x7f20 in free ../asan_malloc_linux.cpp:52
    #1 0x55e0 in _PyMem_DebugRawFree Objects/obmalloc.c:2900
    #2 0x55e1 in unicode_dealloc Objects/unicodeobject.c:1600
    #3 0x55e2 in type_set_name Objects/typeobject.c:1400
    #4 0x55e3 in type_setattro Objects/typeobject.c:5500

previously allocated by thread T0 here:
    #0 0x7f21 in malloc ../asan_malloc_linux.cpp:69
    #1 0x55f0 in PyUnicode_New Objects/unicodeobject.c:1300
"""
CRASH = """\
ftstress stacks
#0  _Py_Dealloc () at Objects/object.c:2924

ftstress fault address $1 = (void *) 0xdddddddddddddddd
"""


def test_a_sanitizer_s_report_names_the_freeing_stack_and_not_the_allocating_one() -> None:
    assert of_sanitizer(REPORT) == "unicode_dealloc < type_set_name < type_setattro"
    assert of_sanitizer(REPORT.partition("freed by")[0]) == ""
    assert of_sanitizer("") == ""


def test_a_stack_is_told_from_the_function_that_frees_outwards() -> None:
    stack = ["memset", "_PyMem_DebugRawFree", "_Py_Dealloc", "_Py_Dealloc", "insertdict", "type_setattro"]
    assert of_stack(stack) == "_Py_Dealloc < insertdict < type_setattro"
    assert of_stack(["insertdict", "type_setattro"]) == "", "it has the address, and does not free"
    assert of_functions([]) == ""


def printed(**changes: Any) -> str:
    """What gdb prints of a crash: one thread has died, another one is where it freed a block."""

    def frame(function: str, *has: int) -> dict[str, Any]:
        return {"function": function, "file": "Objects/object.c", "line": 1, "has": list(has)}

    def thread(number: int, *frames: dict[str, Any]) -> dict[str, Any]:
        told = {"number": number, "lwp": 100 + number, "name": "python", "python": [], "waits": 0, "whom": 0}
        return told | {"frames": list(frames)}

    found = {
        "threads": [
            thread(1, frame("_Py_Dealloc", 7)),
            thread(2, frame("_PyMem_DebugRawFree", 7), frame("dict_dealloc", 7), frame("insertdict")),
        ],
        "lost": [],
        "died": 101,
        "poison": ["rax"],
        "blocks": [7],
    }
    packed = base64.b64encode(zlib.compress(json.dumps(found | changes).encode()))
    return f"{CRASH}{MARK}{packed.decode()}\n"


def test_who_is_still_at_it_has_freed_it() -> None:
    found = details(read(printed(), ""))
    assert (found["poisoned"], found["freed"]) == (True, "dict_dealloc < insertdict")
    assert severity_of("crash", "process", found) == "memory that was freed is used"


def test_where_nobody_is_at_it_any_more_it_is_not_guessed() -> None:
    found = details(read(printed(blocks=[8]), ""))
    assert found["poisoned"] and "freed" not in found
    assert severity_of("crash", "process", found) == "memory that was freed is used"


def test_a_crash_that_met_no_freed_memory_is_a_crash() -> None:
    found = details(read(printed(poison=[]), ""))
    assert "poisoned" not in found and "freed" not in found
    assert severity_of("crash", "process", found) == "crash"


def test_where_its_python_fails_gdb_tells_the_stacks_itself() -> None:
    failed = printed(threads=[], lost=["threads cannot be told: ValueError: no"])
    found = read(
        failed + '\nThread 1 (Thread 0x7f01 (LWP 7) "python"):\n#0  _Py_Dealloc () at Objects/object.c:1\n',
        "",
    )
    assert "Thread 1" in found.stacks and "cannot be told: ValueError" in details(found)["native"]


def test_what_was_cut_short_leaves_gdb_s_own_stacks() -> None:
    found = read(printed()[:-40], "")
    assert found.top() == ["_Py_Dealloc"] and "cut short" in found.lost
    assert "no Python" in read(CRASH, "").lost


@pytest.mark.parametrize("debug", [True, False])
def test_the_debug_allocator_is_asked_for(debug: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: "/usr/bin/gdb")
    command = under_gdb(["python3"], debug_allocator=debug)
    assert command is not None
    assert ("set environment PYTHONMALLOC debug" in command) is debug
