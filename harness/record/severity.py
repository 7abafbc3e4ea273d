"""How bad a finding is: one ordered list, and which of it a finding is. Nothing else decides that.

The order is that of what a user of Python loses: memory that is used after it was freed may do anything, also write
where it should not; a process that ends or stands still is at least noticed, a wrong value is not.
"""

from __future__ import annotations

import re
from typing import Literal, get_args

from harness.kernel.event_types import Details

Severity = Literal[
    "memory that was freed is used",
    "crash",
    "hang",
    "wrong value",
    "leak",
    "exception out of nowhere",
    "data race without a wrong value",
]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
"""The gravest first."""
UNCOUNTED: Severity = "data race without a wrong value"
"""The only one that fails no run: the language promises nothing about it, and there are many."""

FREED = re.compile(
    r"heap-use-after-free|attempting double-free|double free|use-after-poison"  # sanitizers, libc, mimalloc
    r"|is freed>"  # what _PyObject_Dump (Objects/object.c) says of an object in a freed block
    r"|API '(\\xdd|\udcdd|\ufffd|\xdd)'"  # Objects/obmalloc.c writes 0xDD over what it frees, the block's id included
)
"""In a dead target's last words: memory was freed before it was used, or freed again."""
RACE = re.compile(r"WARNING: ThreadSanitizer: ")
"""A data race, or locks taken in two orders: what the sanitizer warns of may never have cost anything."""
LEAK = re.compile(r"LeakSanitizer: detected memory leaks")


def severity_of(kind: str, oracle: str, details: Details) -> Severity:
    """Of a finding with this kind and oracle, as far as ``details`` tell: what is told later may make it graver.

    A violation of the rule for lifetimes is a value that had been finalized, or is another one by now, in somebody's
    hands: its memory is not his. Whether a crash met freed memory, its last words say, or another run with the
    target's own debug allocator (``poisoned``, ``freed``: see ``harness/diagnosis/freed.py``); else it is a crash.
    """
    if kind == "violation":
        return "memory that was freed is used" if oracle == "lifetime" else "wrong value"
    if kind == "hang":
        return "hang"
    if kind == "leak":
        return "leak"
    if kind == "exception":
        return "exception out of nowhere"
    said = "\n".join(str(details.get(name) or "") for name in ("fatal", "stderr", "report"))
    if details.get("poisoned") or details.get("freed") or FREED.search(said):
        return "memory that was freed is used"
    if kind == "sanitizer" and LEAK.search(said):
        return "leak"
    if kind == "sanitizer" and RACE.search(said):
        return UNCOUNTED
    return "crash"


def gravity(severity: Severity) -> int:
    """Its place in the list: 0 is the gravest."""
    return SEVERITIES.index(severity)


def order(counting: bool, severity: Severity, first_seen_s: float) -> tuple[bool, int, float]:
    """A key to sort findings by: what counts first, of that the gravest first, of that what was seen first."""
    return not counting, gravity(severity), first_seen_s


def counts(known: str | None, severity: Severity, strict: bool) -> bool:
    """Whether a finding fails the run: it is not known and not of the last kind, or all do (``--strict``)."""
    return strict or (known is None and severity != UNCOUNTED)
