"""Targets and scenarios that are not real, and campaigns with children that are not either."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from harness.campaign import child
from harness.campaign.select import ScenarioInfo
from harness.record.target import Target

FAKE_CHILD = Path(__file__).with_name("_fake_child.py")
PATIENCE_S = 60.0


def fake_target(**changed: Any) -> Target:
    """A free-threaded 3.13.5 without its GIL, except for what is ``changed``."""
    fields: dict[str, Any] = {
        "executable": sys.executable,
        "version": "3.13.5",
        "version_info": (3, 13, 5),
        "implementation": "CPython",
        "free_threaded": True,
        "gil_enabled": False,
        "debug": False,
        "sanitizer": None,
        "compiler": "GCC",
        "commit": "",
        "configure_args": "",
        "platform": "linux-x86_64",
    }
    return Target(**(fields | changed))


def fake_scenario(behaviour: str = "well", **changed: Any) -> ScenarioInfo:
    """A scenario whose child does what ``_fake_child.py`` has under that name."""
    fields: dict[str, Any] = {
        "name": f"fake.{behaviour}",
        "file": "/nowhere/fake.py",
        "line": 1,
        "class_name": "Fake",
        "doc": "What is stored is what is read.",
        "issues": (),
        "oracle": "order",
        "actors": {"writer": 1, "reader": 1},
        "amplifiers": (),
        "needs_parallelism": True,
        "unavailable": None,
    }
    return ScenarioInfo(**(fields | changed))


def fake_command(target: Target, spec: Any) -> list[str]:
    """Takes the place of ``harness.campaign.child.command``."""
    return [sys.executable, str(FAKE_CHILD), json.dumps(spec)]


def use_fake_children() -> None:
    """For a program of its own: there is nothing to undo."""
    child.command = fake_command


def wait_for(condition: Callable[[], Any]) -> Any:
    """What ``condition`` gives once it gives something; fails when it never does."""
    deadline = time.monotonic() + PATIENCE_S
    while not (found := condition()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)
    return found


def alive(pid: int) -> bool:
    """Whether the process runs; one that is dead and not yet reaped does not."""
    try:
        status: str = psutil.Process(pid).status()
        dead: str = psutil.STATUS_ZOMBIE
        return status != dead
    except psutil.NoSuchProcess:
        return False
