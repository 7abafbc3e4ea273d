"""The targets that tests run on: the one under test, and one of each branch of CPython that this machine has."""

from __future__ import annotations

from functools import cache

from harness.builds.find import find_targets, resolve
from harness.record.target import Target

BRANCHES = {"3.13t": (3, 13), "3.14t": (3, 14), "3.15t": (3, 15), "main": (3, 16)}
"""What everything that the harness says is to be true of."""


@cache
def under_test() -> Target:
    """``$FTSTRESS_TARGET``, or the newest release found. Raises NoTarget and NotATarget."""
    return resolve(None)


@cache
def of_each_branch() -> dict[str, Target]:
    """By branch: the one under test, else the most preferred ordinary free-threaded target; as far as there is one."""
    first = {under_test().version_info[:2]: under_test()}
    for target in find_targets():
        if target.free_threaded and not target.debug and target.sanitizer is None:
            first.setdefault(target.version_info[:2], target)
    return {name: resolve(first[branch].executable) for name, branch in BRANCHES.items() if branch in first}


def named(target: Target) -> str:
    return target.version + "t" * target.free_threaded


def summary() -> str:
    """A line that says what tests ran on, and which branches have no target on this machine."""
    there = of_each_branch()
    others = [named(one) for one in there.values() if one != under_test()]
    missing = [name for name in BRANCHES if name not in there]
    return (
        f"target under test: {named(under_test())}; also here: {', '.join(others) or 'none'};"
        f" targets not here: {', '.join(missing) or 'none'}"
    )
