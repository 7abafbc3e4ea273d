"""What the known-issue list is held against."""

from __future__ import annotations

import sys

import pytest

from harness.builds.find import resolve
from harness.record.target import Target
from tests.targets import of_each_branch


@pytest.fixture(scope="session")
def targets(free_threaded: Target) -> list[Target]:
    """The interpreter that runs the tests, and a free-threaded target of each branch."""
    return [resolve(sys.executable), *of_each_branch().values()]
