"""How bad findings are: held against what campaigns on 3.13.5, 3.14, 3.15 and main have recorded."""

from __future__ import annotations

from typing import get_args

import pytest

from harness.kernel.event_types import Details
from harness.record.result import Kind
from harness.record.severity import (
    SEVERITIES,
    UNCOUNTED,
    Severity,
    counts,
    gravity,
    order,
    severity_of,
)
from tests.report.schemas import schema

FREED: Severity = "memory that was freed is used"
SEGFAULT = "Fatal Python error: Segmentation fault\n\nCurrent thread 0x00007f (most recent call first):\n"
DEBUG_FREE = (
    "Debug memory block at address p=0x7f5a2c0: API '\\xdd'\n"
    "    15987178197214944733 bytes originally requested\n"
    "Fatal Python error: _PyMem_DebugRawFree: bad ID: Allocated using API '\\xdd', verified using API 'r'\n"
)
RACED = "WARNING: ThreadSanitizer: data race (pid=7)\n  Write of size 8 at 0x7fff by thread T2:\n"
USED = "ERROR: AddressSanitizer: heap-use-after-free on address 0x602000 at pc 0x55 bp 0x7f sp 0x7f\n"


@pytest.mark.parametrize(
    ("signature", "details", "severity"),
    [
        (
            "violation | lifetime | type_attributes.many_names_replaced | read",
            {"seen": ["b#863", "'a'"]},
            FREED,
        ),
        ("violation | order | type_attributes.set_module | read_instance", {}, "wrong value"),
        ("violation | own write | type_attributes.key_looks | store", {}, "wrong value"),
        ("violation | quiescence | type_attributes.key_looks | x of class 0", {}, "wrong value"),
        ("violation | warm as cold | type_attributes.warm_read_of_module | read", {}, "wrong value"),
        ("violation | permitted | type_attributes.death_of_the_last | create", {}, "wrong value"),
        (
            "hang | process | objects.list_grows | trial",
            {"state": "deadlock: none of its threads runs"},
            "hang",
        ),
        ("leak | lifetime | type_attributes.function_collected | x", {}, "leak"),
        (
            "exception | process | objects.dict_replaced | reader | AttributeError",
            {"exception": "AttributeError"},
            "exception out of nowhere",
        ),
        (
            "crash | process | type_attributes.death_beside_listing | SIGSEGV | creation.py:loop",
            {"ending": "signal", "stderr": SEGFAULT, "fatal": None},
            "crash",
        ),
        # On a build with the debug allocator, and on sanitizer builds, a crash says what it met.
        ("crash | process | s.a | SIGABRT", {"stderr": DEBUG_FREE}, FREED),
        ("crash | process | s.a | SIGABRT", {"stderr": "<object at 0x7f5a2c0 is freed>\n"}, FREED),
        ("crash | process | s.a | exit 1", {"stderr": USED}, FREED),
        ("crash | process | s.a | SIGSEGV", {"stderr": SEGFAULT, "freed": "by dict_dealloc"}, FREED),
        ("sanitizer | process | s.a | read", {"stderr": USED}, FREED),
        ("sanitizer | process | s.a | read", {"stderr": RACED}, UNCOUNTED),
        ("sanitizer | process | s.a | read", {"stderr": "LeakSanitizer: detected memory leaks"}, "leak"),
        ("sanitizer | process | s.a | read", {"stderr": "AddressSanitizer: heap-buffer-overflow"}, "crash"),
        # A race that the sanitizer tells of and memory that was freed, in one run: the gravest.
        ("sanitizer | process | s.a | read", {"stderr": RACED + USED}, FREED),
    ],
)
def test_recorded_findings(signature: str, details: Details, severity: Severity) -> None:
    kind, oracle, *_ = signature.split(" | ")
    assert severity_of(kind, oracle, details) == severity


def test_what_a_child_prints_makes_no_violation_graver() -> None:
    assert severity_of("violation", "order", {"stderr": USED}) == "wrong value"


def test_every_kind_has_a_severity_and_every_severity_a_kind() -> None:
    told = {
        severity_of(kind, "process", {"stderr": said})
        for kind in get_args(Kind)
        for said in ("", USED, RACED)
    }
    assert told == set(SEVERITIES)
    assert len(set(SEVERITIES)) == 7


def test_the_published_schema_has_the_same_list_in_the_same_order() -> None:
    published = schema("result").schema["$defs"]["finding"]["properties"]["severity"]["enum"]
    assert published == list(SEVERITIES)


def test_what_counts() -> None:
    assert counts(None, "exception out of nowhere", strict=False)
    assert not counts("gh-118492", FREED, strict=False)
    assert not counts(None, UNCOUNTED, strict=False)
    assert counts("gh-118492", FREED, strict=True) and counts(None, UNCOUNTED, strict=True)


def test_what_counts_comes_first_and_of_that_the_gravest_and_of_that_the_first() -> None:
    keys = [
        order(True, FREED, 9.0),
        order(True, "crash", 1.0),
        order(True, "crash", 2.0),
        order(False, FREED, 0.1),
    ]
    assert sorted(keys) == keys
    assert gravity(FREED) == 0 and gravity(UNCOUNTED) == len(SEVERITIES) - 1
