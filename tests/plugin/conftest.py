"""Targets for the acceptance tests of the pytest plugin."""

from __future__ import annotations

import pytest

from tests.cli.targets import free_threaded_target, gil_targets, target_before_3_13


@pytest.fixture
def free_threaded() -> str:
    """The path of a real free-threaded interpreter."""
    return free_threaded_target().executable


@pytest.fixture
def with_gil() -> str:
    """The path of a real interpreter with the GIL."""
    return gil_targets()[0].executable


@pytest.fixture
def before_3_13() -> str:
    """The path of a real interpreter that has gh-118492."""
    return target_before_3_13().executable
