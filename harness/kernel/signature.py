"""What makes two findings the same: all that says where and what, nothing that changes from run to run."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from harness.kernel.pairs.program import is_program

if TYPE_CHECKING:
    from harness.kernel.event_types import FindingEvent

ADDRESS = re.compile(r"0x[0-9a-fA-F]+")


def signature(scenario: str, finding: FindingEvent) -> str:
    """Kind, oracle, scenario, operation; then what was raised, or how the target died; joined by `` | ``."""
    details = finding["details"]
    how = (details.get("exception"), details.get("fatal"), *details.get("frames", ()))
    begins = beginning(scenario, finding["kind"], finding["oracle"], finding["where"])
    return " | ".join((begins, *_plain(part for part in how if part)))


def beginning(scenario: str, kind: str, oracle: str, where: str) -> str:
    """What a signature begins with, whatever was raised and however the target died."""
    return " | ".join(_plain((kind, oracle, scenario, where)))


def _plain(parts: Iterable[str]) -> Iterable[str]:
    return (ADDRESS.sub("0x…", " ".join(part.split())) for part in parts)


def short_id(text: str) -> str:
    """A finding's id: eight hexadecimal digits of its signature's hash, the same on every machine."""
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:8]


def same_finding(one: str, other: str) -> bool:
    """Whether one signature is taken for the other, seen again: they are equal, or both are crashes of one scenario, or
    of random programs, one of which may be what is left of the other, that show the same.

    Memory that was freed and used again takes an interpreter down wherever it is met next, by whichever signal: the
    frames of one crash say little of the next one's.
    """
    if one == other:
        return True
    first, second = one.split(" | "), other.split(" | ")
    if is_program(one) and is_program(other):
        return first[:2] == second[:2] and (first[0] == "crash" or first[4:] == second[4:])
    return first[0] == second[0] == "crash" and first[:3] == second[:3]
