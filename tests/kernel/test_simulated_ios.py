"""The suite on simulated iOS: one process, none of the modules that iOS lacks, started as CPython's test bed does."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from harness.kernel.loader import describe_file
from harness.kernel.suite import suite_files
from harness.record.target import Target
from tests.kernel import simulated_ios

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """What is copied onto a phone: the kernel and the scenarios."""
    shutil.copytree(ROOT / "stress_tests", tmp_path / "stress_tests")
    shutil.copytree(ROOT / "harness" / "kernel", tmp_path / "harness" / "kernel")
    shutil.copy(ROOT / "harness" / "__init__.py", tmp_path / "harness")
    return tmp_path


def simulated(target: Target, app: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [target.executable, "-X", "gil=0", str(simulated_ios.__file__), *arguments]
    return subprocess.run(command, cwd=app, capture_output=True, text=True, timeout=280)


@pytest.mark.alone
def test_the_whole_suite_runs_on_simulated_ios(free_threaded: Target, app: Path) -> None:
    done = simulated(free_threaded, app, "harness.kernel", "--budget", "40s", "--seed", "1")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert " on ios, in this process, seed 1" in done.stdout.splitlines()[0]
    names = {entry["name"] for file in suite_files() for entry in describe_file(str(file))}
    raced = set(re.findall(r"^(\S+) +\d+ rounds +[1-9]\d* samples", done.stdout, re.MULTILINE))
    told = raced | set(re.findall(r"^(\S+) +(?:skipped|\d+ rounds)", done.stdout, re.MULTILINE))
    left = re.search(r"^not run, [^:]+: (\d+) scenarios", done.stdout, re.MULTILINE)
    assert len(names) == len(told) + int(left[1] if left else 0)
    skipped = set(re.findall(r"^(\S+) +skipped", done.stdout, re.MULTILINE))
    assert len(raced) > len(names - skipped) / 2, done.stdout


def test_the_simulation_is_honest_multiprocessing_dummy_fails_as_it_did_on_ios(
    free_threaded: Target, app: Path
) -> None:
    (app / "pool.py").write_text("import multiprocessing.dummy\nmultiprocessing.dummy.Pool(2)\n")
    done = simulated(free_threaded, app, "pool")
    assert done.returncode == 1
    # As it is from 3.16 on: Standard library module '_multiprocessing' was not found
    assert re.search("ModuleNotFoundError: .* '_multiprocessing'", done.stderr)


@pytest.mark.parametrize("module", ["subprocess.run(['true'])", "os.fork()", "os.system('true')"])
def test_the_simulation_is_honest_there_are_no_processes(
    free_threaded: Target, app: Path, module: str
) -> None:
    (app / "starts.py").write_text(f"import os, subprocess\n{module}\n")
    done = simulated(free_threaded, app, "starts")
    assert done.returncode == 1
    assert re.search("OSError|AttributeError", done.stderr.splitlines()[-1]), done.stderr
