"""The interpreters that the acceptance tests run on: real ones, or a failure that says why not."""

from __future__ import annotations

import os
from functools import cache

import pytest

from harness.builds.find import NoTarget, find_targets, resolve
from harness.record.target import Target


@cache
def free_threaded_target() -> Target:
    """FTSTRESS_TARGET, or the newest free-threaded build found. Without one the tests fail."""
    try:
        target = resolve(os.environ.get("FTSTRESS_TARGET"))
    except NoTarget as error:
        pytest.fail(str(error))
    assert target.free_threaded, f"these tests need a free-threaded target, and {target.title} is not one"
    return target


@cache
def gil_targets() -> list[Target]:
    """All builds with the GIL from 3.11 up."""
    found = [target for target in find_targets() if not target.free_threaded]
    if not found:
        pytest.skip("no interpreter with the GIL from 3.11 up was found")
    return found


def target_before_3_13() -> Target:
    """A build that has gh-118492."""
    found = [target for target in gil_targets() if target.version_info < (3, 13)]
    if not found:
        pytest.skip("no CPython 3.11 or 3.12 was found: gh-118492 is fixed in 3.13")
    return found[0]
