"""What is the same has the same signature, from run to run and from machine to machine."""

from __future__ import annotations

import pytest

from harness.diagnosis.faulthandler import fatal_error, noticed_late, top_frames
from harness.kernel.event_types import FindingEvent
from harness.kernel.signature import short_id, signature

THIS_THREAD = """Fatal Python error: Segmentation fault

Thread 0x00007f0ebac696c0 (most recent call first):
  File "/opt/lib/python3.13t/threading.py", line 994 in run
  File "/opt/lib/python3.13t/threading.py", line 1043 in _bootstrap_inner

Current thread 0x00007f0ebad0d740 (most recent call first):
  File "/home/a/scenario.py", line 538 in store
  File "<loop of store>", line 3 in loop
  File "/home/harness/kernel/rounds.py", line 4 in race
  File "/home/harness/kernel/workers.py", line 6 in _work

Extension modules: _testcapi (total: 1)
"""
ONLY_STACK = """Fatal Python error: Aborted

<Cannot show all threads while the GIL is disabled>
Stack (most recent call first):
  File "C:\\\\a\\\\scenario.py", line 5 in read
"""
ASSERTION = "python: Objects/typeobject.c:1044: int set_version(PyTypeObject *): Assertion `x == 0' failed.\n"


def crash(stderr: str) -> FindingEvent:
    return {
        "event": "finding",
        "kind": "crash",
        "oracle": "process",
        "where": "SIGSEGV",
        "message": "the target died of SIGSEGV",
        "details": {"frames": top_frames(stderr), "fatal": fatal_error(stderr)},
    }


def test_the_frames_of_the_thread_that_died_are_taken() -> None:
    assert top_frames(THIS_THREAD) == ["scenario.py:store", "<loop of store>:loop"]
    assert top_frames(ONLY_STACK) == ["scenario.py:read"]
    assert top_frames("no traceback") == []
    assert top_frames("Current thread 0x1 (most recent call first):\n  <no Python frame>\n") == []


def test_last_words_are_found() -> None:
    assert fatal_error(THIS_THREAD) is None, "the status says as much"
    assert fatal_error("Fatal Python error: gc: bad count\n\n" + ONLY_STACK) == "gc: bad count"
    assert fatal_error(ASSERTION + THIS_THREAD) == "assertion x == 0 failed in set_version, typeobject.c"
    assert fatal_error("") is None
    assert not noticed_late(ONLY_STACK) and not noticed_late("")
    assert noticed_late("Fatal Python error: _PyMem_DebugRawFree: bad trailing pad byte\n")


@pytest.mark.parametrize(
    ("said", "fatal"),
    [
        (
            "python: ./Python/a.c:12: run: Assertion `x->y (1)' failed.",
            "assertion x->y (1) failed in run, a.c",
        ),
        (
            'Objects/a.c:12: visit: Assertion "n > 0" failed: too small',
            "assertion n > 0 failed in visit, a.c",
        ),
        ("Objects/a.c:12: visit: Assertion failed: bad object", "assertion bad object failed in visit, a.c"),
        (
            "Assertion failed: (a && b), function run, file a.c, line 12.",
            "assertion a && b failed in run, a.c",
        ),
        ("Assertion failed: f(1) == b (./Objects/a.c: run: 12)", "assertion f(1) == b failed in run, a.c"),
    ],
)
def test_a_failed_assertion_has_its_expression_its_function_and_its_file(said: str, fatal: str) -> None:
    """Of glibc, of CPython's for objects, of macOS, of musl."""
    assert fatal_error(f"noise\n{said}\nFatal Python error: Aborted\n") == fatal


def test_addresses_threads_and_line_numbers_are_left_out() -> None:
    moved = THIS_THREAD.replace("0x00007f0ebad0d740", "0x00007fffffffffff").replace("line 538", "line 539")
    assert signature("s.c", crash(THIS_THREAD)) == signature("s.c", crash(moved.replace("/home/a", "/srv")))
    assert signature("s.c", crash(THIS_THREAD)) == (
        "crash | process | s.c | SIGSEGV | scenario.py:store | <loop of store>:loop"
    )


def test_where_and_what_tell_findings_apart() -> None:
    base: FindingEvent = {
        "event": "finding",
        "kind": "violation",
        "oracle": "order",
        "where": "read",
        "message": "the second read was older",
        "details": {"seen": ["a"]},
    }
    text = signature("s.c", base)
    assert text == "violation | order | s.c | read"
    assert signature("s.c", base | {"details": {"seen": ["b"]}}) == text
    assert signature("s.d", base) != text
    assert signature("s.c", base | {"details": {"exception": "KeyError"}}) == f"{text} | KeyError"
    assert (
        signature("s.c", base | {"where": "x at 0x7f00\nof it"}) == "violation | order | s.c | x at 0x… of it"
    )


def test_an_id_is_eight_digits_whatever_the_text() -> None:
    assert short_id("violation | order | s.c | read") == short_id("violation | order | s.c | read")
    assert len(short_id("\udcff")) == 8
