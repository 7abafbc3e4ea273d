"""What tests of every part need."""

from __future__ import annotations

import os

import pytest

from harness.builds.find import NoTarget, resolve
from harness.builds.fingerprint import NotATarget
from harness.record.target import Target


@pytest.fixture(scope="session")
def free_threaded() -> Target:
    """``$FTSTRESS_TARGET``, or a 3.13t found here. Without one the test fails: nothing is skipped in silence."""
    try:
        target = resolve(None if "FTSTRESS_TARGET" in os.environ else "3.13t")
    except (NoTarget, NotATarget) as error:
        pytest.fail(
            f"this test needs a free-threaded target: run `python3 ci/job.py test`, or set FTSTRESS_TARGET\n{error}"
        )
    if not target.free_threaded:
        pytest.fail(f"FTSTRESS_TARGET is {target.title}: name a free-threaded one")
    return target
