"""What the known-issue list is held against: one target of each branch that this machine has."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

from harness.builds.find import find_targets, resolve
from harness.record.target import Target

BRANCHES = ((3, 13), (3, 14), (3, 15), (3, 16))
"""Whose free-threaded builds the list speaks of."""


def of_each_branch(found: Iterable[Target]) -> list[Target]:
    """The first ordinary free-threaded target of each branch; ``found`` has the preferred ones first."""
    first: dict[tuple[int, ...], Target] = {}
    for target in found:
        if target.free_threaded and not target.debug and target.sanitizer is None:
            first.setdefault(target.version_info[:2], target)
    return list(first.values())


def on_this_machine(given: Target) -> list[Target]:
    """The interpreter that runs the tests, the target that was ``given``, and one of each other branch."""
    others = [one for one in of_each_branch(find_targets()) if one.version_info[:2] != given.version_info[:2]]
    found = [given, *others]
    return [resolve(sys.executable), *(resolve(target.executable) for target in found)]


def named(target: Target) -> str:
    return target.version + "t" * target.free_threaded


def missing(targets: Sequence[Target]) -> list[str]:
    """The branches of which there is none."""
    there = {target.version_info[:2] for target in targets if target.free_threaded}
    return [f"{major}.{minor}t" for major, minor in BRANCHES if (major, minor) not in there]
