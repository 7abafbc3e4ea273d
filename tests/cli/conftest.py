"""Targets for the acceptance tests of the command line."""

from __future__ import annotations

import pytest

from tests.cli.targets import free_threaded_target, gil_target


@pytest.fixture
def free_threaded() -> str:
    """The path of a real free-threaded interpreter."""
    return free_threaded_target().executable


@pytest.fixture
def with_gil() -> str:
    """The path of a real interpreter with the GIL."""
    return gil_target().executable
