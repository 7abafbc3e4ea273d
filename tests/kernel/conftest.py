"""Scenario files written for one test, and trials of them in this process."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.kernel.trial import run_trial

HEADER = "from harness.kernel import *\n"
Write = Callable[[str], Path]
RunTrial = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def scenario_file(tmp_path: Path) -> Write:
    """Writes a scenario file, with the kernel's names imported, and returns its path."""

    def write(body: str) -> Path:
        path = tmp_path / "sample.py"
        path.write_text(HEADER + textwrap.dedent(body))
        return path

    return write


@pytest.fixture
def trial(scenario_file: Write) -> Iterator[RunTrial]:
    """Runs one trial of the scenario ``Sample`` in this process and returns its events."""

    def run(body: str, **spec: Any) -> list[dict[str, Any]]:
        events: list[Any] = []
        path = scenario_file(body)
        fields: Any = {"file": str(path), "scenario": "sample.sample", "knobs": {}, "budget_s": 0.1} | spec
        run_trial(fields, events.append)
        return events

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)  # with a GIL, actors meet inside a round
    yield run
    sys.setswitchinterval(before)


def findings(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [event for event in events if event["event"] == "finding"]


def final(events: list[dict[str, Any]]) -> dict[str, Any]:
    return [event for event in events if event["event"] == "progress"][-1]
