"""Builds with a sanitizer: those that this machine has."""

from __future__ import annotations

import pytest

from harness.builds.find import find_targets
from harness.campaign.preflight import checked
from harness.record.target import Target


@pytest.fixture(scope="session")
def thread_sanitized() -> Target:
    """A free-threaded build with the thread sanitizer, with how slow it is. Skipped, visibly, where there is none."""
    for target in find_targets():
        if target.free_threaded and target.sanitizer == "thread":
            return checked(target)
    pytest.skip(
        "no build with the thread sanitizer on this machine: make one with ftstress build --sanitizer thread"
    )
