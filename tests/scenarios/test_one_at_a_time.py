"""Scenarios: done one operation at a time they show nothing wrong, and raced, their threads meet and raise nothing."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from harness.record.target import Target

ROOT = Path(__file__).resolve().parents[2]
PROBE = Path(__file__).with_name("_probe.py")
FILES = (
    *("annotations", "creation_hooks", "first_lines", "frozen_namespaces", "generics", "instance_names"),
    *("interpreters", "monitored", "own_values", "passing_threads", "registration", "stops", "super_calls"),
    *("function_code", "lazy_imports", "modules", "slotted"),
)
WITH_ONE_THREAD = {
    "type_attributes.annotate_asked_for": (3, 14),
    "type_attributes.own_value_changes_class": (3, 15),
}
"""What interpreters from these versions on get wrong with one thread, every time; see the known issues."""
HANGS = ("type_attributes.abstract_classes_made", "type_attributes.mro_changes_another_class")
"""On 3.15 and later, with more than one (gh-156910): then not even the thread that watches goes on."""


def probed(target: Target, how: str, left_out: Sequence[str] = ()) -> dict[str, list[str]]:
    """By scenario of these files: what was refused, or raised."""
    command = [target.executable, "-X", "gil=0", str(PROBE), str(ROOT), how, ",".join(left_out), *FILES]
    done = subprocess.run(command, capture_output=True, text=True, timeout=250)
    assert done.returncode == 0, done.stderr[-2000:]
    shown: dict[str, list[str]] = json.loads(done.stdout)
    return shown


def not_empty(shown: dict[str, list[str]]) -> dict[str, list[str]]:
    assert len(shown) > 20, "the probe found nothing to probe"
    return {name: lines for name, lines in shown.items() if lines}


@pytest.mark.targets
def test_operations_one_at_a_time_are_never_refused(free_threaded: Target) -> None:
    wrong = not_empty(probed(free_threaded, "in-turn"))
    due = {name for name, first in WITH_ONE_THREAD.items() if free_threaded.version_info[:2] >= first}
    assert set(wrong) == due, wrong


@pytest.mark.targets
def test_threads_meet_and_raise_nothing(free_threaded: Target) -> None:
    left_out = (*WITH_ONE_THREAD, *(HANGS if free_threaded.version_info >= (3, 15) else ()))
    assert not_empty(probed(free_threaded, "raced", left_out)) == {}
