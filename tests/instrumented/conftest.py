"""Builds with a sanitizer, and debug builds: those that this machine has."""

from __future__ import annotations

import pytest

from harness.builds.find import find_targets
from harness.campaign.preflight import checked
from harness.record.target import Target
from tests import targets


@pytest.fixture(scope="session")
def thread_sanitized() -> Target:
    """A free-threaded build with the thread sanitizer, with how slow it is. Skipped, visibly, where there is none."""
    for target in find_targets():
        if target.free_threaded and target.sanitizer == "thread":
            return checked(target)
    pytest.skip(
        "no build with the thread sanitizer on this machine: make one with ftstress build --sanitizer thread"
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """What is asked of a debug build is asked of one of each branch that has one."""
    if "debug_build" in metafunc.fixturenames:
        metafunc.parametrize("debug_build", ["3.14t", "3.15t", "main"], indirect=True, scope="session")


@pytest.fixture(scope="session")
def debug_build(request: pytest.FixtureRequest) -> Target:
    """A free-threaded debug build of the branch. Skipped, visibly, where there is none."""
    for target in find_targets():
        ordinary = target.free_threaded and target.debug and target.sanitizer is None
        if ordinary and target.version_info[:2] == targets.BRANCHES[request.param]:
            return target
    pytest.skip(f"no debug build of {request.param} on this machine: make one with ftstress build --debug")
