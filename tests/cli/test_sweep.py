"""``ftstress sweep``, ``locate`` and ``repro`` of what a sweep found, end to end."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from harness.builds import cache
from harness.builds.fault import build_fault, find
from harness.record.coverage import CLEAN, HIT, PairCoverage
from tests.cli.samples import ftstress
from tests.report.schemas import check_journal


def coverage(out: Path) -> list[PairCoverage]:
    check_journal(out)
    events = [json.loads(line) for line in (out / "journal.jsonl").read_text().splitlines()]
    return [PairCoverage.from_json(event["pair"]) for event in events if event["event"] == "swept"]


def findings(out: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((out / "result.json").read_text())["findings"]
    return found


def test_a_real_window_is_found_shown_again_and_located(tmp_path: Path, free_threaded: str) -> None:
    asked = ("*.set_module", "--target", free_threaded, "--budget", "40s", "--out", "swept")
    done = ftstress("sweep", *asked, cwd=tmp_path, timeout=200)
    assert done.returncode == 0, done.stdout + done.stderr  # it is known
    check_journal(tmp_path / "swept")
    found = next(one for one in findings(tmp_path / "swept") if one["oracle"] == "order")
    sweep = found["details"]["sweep"]
    assert found["known"] == "ftstress-0001"
    # `ftstress repro` shows it in 58 of 60 stops: between B's reads another name may take the cache's slot.
    assert sweep["replayed"] in {"2 of 3", "3 of 3"}
    # The window opens where the setter has told the cache, and closes where the dict has the new value.
    assert "type_set_module" in sweep["point"]["calls"]
    again = ftstress("repro", f"swept#{found['id']}", cwd=tmp_path, timeout=100)
    shown = re.search(r"(\d+) of 20 stops showed it", again.stdout)
    assert again.returncode == 1 and shown and int(shown[1]) > 15
    where = ftstress("locate", f"swept#{found['id']}", "--limit", "20s", cwd=tmp_path, timeout=200)
    assert where.returncode == 0 and "insertdict (Objects/dictobject.c:" in where.stdout


def test_repaired_paths_are_clean_and_the_sweep_says_how_much_it_looked_at(
    tmp_path: Path, free_threaded: str
) -> None:
    asked = ("*.read_by_attribute", "--target", free_threaded, "--budget", "60s", "--out", "swept")
    done = ftstress("sweep", *asked, cwd=tmp_path, timeout=200)
    assert done.returncode == 0, done.stdout + done.stderr
    pairs = coverage(tmp_path / "swept")
    assert {(pair.a, pair.b) for pair in pairs} > {("store", "read_dict_first"), ("read_dict_last", "store")}
    for pair in pairs:
        assert sum(pair.outcomes.values()) == pair.points and pair.count(HIT) == 0
    stops = sum(pair.reached for pair in pairs)
    result = json.loads((tmp_path / "swept" / "result.json").read_text())
    assert stops > 1000 and sum(pair.count(CLEAN) for pair in pairs) > 1000
    assert result["totals"]["rounds"] == sum(
        sum(pair.outcomes.values()) - pair.count("not tried") for pair in pairs
    )
    assert result["scenarios"][0]["verdict"] == "not observed"


# A fault, a scenario that shows it at one preemption, and the function that was changed, or where its window opens.
FAULTS = [
    ("dict-before-version", "*.read_by_attribute", {"insertdict", "type_modified_unlocked"}),
    ("fetch-takes-no-care", "*.replaced_value", {"_PyType_LookupRef"}),
]


@pytest.mark.slow
@pytest.mark.parametrize(("fault", "scenario", "functions"), FAULTS)
def test_a_guarantee_that_is_missing_is_found_where_it_is_missing(
    fault: str, scenario: str, functions: set[str], tmp_path: Path
) -> None:
    if not any(entry.tree.is_dir() for entry in cache.entries()):
        pytest.skip("no target was compiled on this machine: ftstress build makes one")
    target = str(build_fault(find(fault)))
    asked = (scenario, "--target", target, "--budget", "100s", "-x", "--out", "swept")
    done = ftstress("sweep", *asked, cwd=tmp_path, timeout=250)
    assert done.returncode == 1, done.stdout + done.stderr
    # Which of the window's points comes first depends on the child: from the store to the end of the version's change.
    calls = findings(tmp_path / "swept")[0]["details"]["sweep"]["point"]["calls"]
    assert functions & {*calls}, calls


def test_functions_that_are_nowhere_are_told_in_a_sentence(tmp_path: Path, free_threaded: str) -> None:
    asked = ("*.read_by_attribute", "--target", free_threaded, "--functions", "no_such_function")
    done = ftstress("sweep", *asked, cwd=tmp_path)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "no function of" in done.stderr and len(done.stderr.splitlines()) == 1


def test_a_target_whose_gil_is_on_is_not_swept(tmp_path: Path, with_gil: str) -> None:
    done = ftstress("sweep", "*.read_by_attribute", "--target", with_gil, "--budget", "5s", cwd=tmp_path)
    assert done.returncode == 3
    assert "a thread that is stopped keeps the GIL" in done.stdout
