"""How much was raced while there was a cache is asked of the target: held against arithmetic, and against itself."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from harness.kernel.objects import MAX_VERSIONS_PER_CLASS, VERSION_BUDGET
from harness.record.target import Target
from tests.kernel.conftest import RunTrial, Write, final, findings
from tests.kernel.test_trial import PLAIN

ROOT = Path(__file__).resolve().parents[2]

VERSIONS = """
import json, sys
from harness.kernel.live import all_live

def after(stores):
    cls = type("C", (), {"x": 0})
    for number in range(stores):
        cls.x = number
        cls.x, cls.x
    return all_live([(cls, None)]), all_live([(cls, "x")])

print(json.dumps([after(stores) for stores in json.loads(sys.argv[1])]))
"""
NAMES = """
import json, sys
from harness.kernel.live import all_live

cls = type("C", (), {})
made = "".join(("ma", "de"))
print(json.dumps([all_live([(cls, name)]) for name in ("x", "x" * 200, made, str.__new__(type("S", (str,), {}), "x"))]))
print(all_live([]), sys._is_interned(made) if hasattr(sys, "_is_interned") else False)
"""
TRIAL = """
import json, sys
from harness.kernel.trial import run_trial

events = []
run_trial({"file": sys.argv[1], "scenario": "sample.sample", "knobs": {}, "budget_s": 1.0}, events.append)
print(json.dumps(events))
"""


def on(target: Target, program: str, *arguments: str) -> str:
    done = subprocess.run(
        [target.executable, "-c", program, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def counted(target: Target, file: Path) -> dict[str, Any]:
    events = json.loads(on(target, TRIAL, str(file)))
    assert findings(events) == []
    return final(events)


def test_a_class_is_live_until_as_many_stores_as_it_has_versions(free_threaded: Target) -> None:
    stores = [0, 1, VERSION_BUDGET, MAX_VERSIONS_PER_CLASS - 1, MAX_VERSIONS_PER_CLASS + 1, 3000]
    measured = json.loads(on(free_threaded, VERSIONS, json.dumps(stores)))
    assert measured == [[number < MAX_VERSIONS_PER_CLASS] * 2 for number in stores]


def test_which_names_are_cached_is_the_target_s_own_rule(free_threaded: Target) -> None:
    names, rest = on(free_threaded, NAMES).splitlines()
    per_type = free_threaded.version_info >= (3, 16)
    assert json.loads(names) == [True, per_type, not per_type, False]
    assert rest == "None False"  # and nobody's name was interned for having been asked for


def test_all_reads_of_a_round_within_the_budget_are_live(free_threaded: Target, scenario_file: Write) -> None:
    count = counted(free_threaded, scenario_file(PLAIN))
    assert count["samples"] <= count["reads"] == count["live_reads"]
    assert count["samples"] > 0


def test_a_round_that_spends_more_versions_than_it_says_is_not_live(
    free_threaded: Target, scenario_file: Write
) -> None:
    once = "self.cls.x = Value(n); self.cls.x"
    # So many that a writer that hardly comes to run spends them, too.
    often = PLAIN.replace("self.cls.x = Value(n)", "; ".join([once] * 50))
    count = counted(free_threaded, scenario_file(often))
    assert count["reads"] > 0
    assert count["live_reads"] < count["reads"]


@pytest.mark.parametrize(
    "change", ["    caches = False\n    oracle", "    cached = lambda self: ()\n    oracle"]
)
def test_where_nothing_that_is_read_is_cached_there_is_no_share(
    free_threaded: Target, scenario_file: Write, change: str
) -> None:
    count = counted(free_threaded, scenario_file(PLAIN.replace("    oracle", change, 1)))
    assert count["rounds"] > 0
    assert count["reads"] == count["live_reads"] == 0


def test_where_the_target_cannot_be_asked_there_is_none(
    trial: RunTrial, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.kernel.live.type_assign_version", None)
    count = final(trial(PLAIN, budget_s=1))
    assert count["rounds"] > 0
    assert count["reads"] == count["live_reads"] == 0


def test_what_cached_raises_is_a_finding(trial: RunTrial) -> None:
    raising = PLAIN.replace("    oracle", "    cached = lambda self: 1 / 0\n    oracle", 1)
    (found,) = findings(trial(raising))
    assert (found["kind"], found["where"]) == ("exception", "cached")
