"""A report as a program of its own: it looks in a child for that report, and for nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from harness.diagnosis.sanitizers.parse import parse
from harness.diagnosis.sanitizers.told import finding as told
from harness.kernel.pairs.subject import JOIN, steps
from harness.record.result import Finding
from harness.repro import reported
from harness.repro.bundle import NotScriptable
from harness.repro.script import docstring, script
from tests.repro._recordings import again, finding
from tests.repro.test_paired import SUBJECTS, written
from tests.sanitizers import samples

NAME = "type_attributes.set_module"
HEADER = docstring(["What it shows."])


def found(text: str) -> Finding:
    report = parse(text.split("\n", 1)[1] if text.startswith("=") else text)
    assert report is not None
    event = told(report)
    return finding("sanitizer", event["oracle"], NAME, event["where"], **event["details"])


@pytest.mark.parametrize(
    ("says", "status"),
    [
        (samples.race(), 1),
        (samples.race(samples.LOAD, samples.STORE), 1),
        (samples.race([("other", "Objects/other.c", 1)]), 0),
        (samples.race(kind="heap-use-after-free"), 0),
        ("", 0),
    ],
)
def test_the_child_s_own_report_is_seen_and_no_other_one(tmp_path: Path, says: str, status: int) -> None:
    (tmp_path / "says").write_text(says)
    program = tmp_path / "script.py"
    race = f"sys.stderr.write(open({str(tmp_path / 'says')!r}).read())\n"
    imports = f"import {', '.join(reported.MODULES)}\n"
    program.write_text(imports + reported.look(found(samples.race())) + race)
    done = subprocess.run(
        [sys.executable, program], capture_output=True, text=True, timeout=60, env=os.environ, check=False
    )
    assert done.returncode == status, done.stderr
    assert done.stdout.startswith("seen: SUMMARY: ThreadSanitizer: data race" if status else "not seen")


def test_it_races_the_scenario_in_a_child_with_the_sanitizer_s_options(tmp_path: Path) -> None:
    program = tmp_path / "script.py"
    program.write_text(script(found(samples.race()), again(NAME), HEADER, seconds=1))
    done = subprocess.run([sys.executable, program], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, "not seen\n"), done.stderr


def test_what_came_in_mixed_rows_is_of_no_pair_that_could_be_written() -> None:
    one = again(NAME)
    subject = replace(one, scenario=replace(one.scenario, pairs=("get+set",)))
    with pytest.raises(NotScriptable, match="it came in mixed rows"):
        script(found(samples.race()), subject, HEADER)


def test_a_report_without_a_function_cannot_be_told_from_others() -> None:
    nothing = replace(found(samples.race()), details={})
    with pytest.raises(NotScriptable, match="names no function"):
        script(nothing, again(NAME), HEADER)


def test_a_pair_s_report_is_looked_for_in_a_child_that_races_the_pair(tmp_path: Path) -> None:
    file, name, subject = next(one for one in SUBJECTS if len(steps(one[2])) > 1)
    pair = JOIN.join([*steps(subject)][:2])
    program = tmp_path / "script.py"
    program.write_text(written(replace(found(samples.race()), scenario=name), Path(file), pair, seconds=1))
    done = subprocess.run([sys.executable, program], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, "not seen\n"), done.stderr
