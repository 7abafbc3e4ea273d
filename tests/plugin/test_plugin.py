"""``pytest some_folder``: the scenarios, children, findings and texts of the command line."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from harness.pytest_plugin import is_scenario_file
from tests.cli.samples import (
    ALONE,
    CRASHES,
    FINDS,
    IMPORTS_PYTEST,
    LOADS_ONCE,
    NEVER_RETURNS,
    NO_SCENARIO,
    QUIET,
    ROOT,
    SYNTAX_ERROR,
    environment,
    ftstress,
    write,
)

Outcome = tuple[int, str]


def run_pytest(folder: Path, *arguments: str, plugin: bool = True, **variables: str) -> Outcome:
    """pytest in a process of its own, as a user starts it: exit status and output."""
    scratch = folder / ".tmp"  # journals of findings are kept
    scratch.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--rootdir", str(folder), "-rA"]
    done = subprocess.run(
        [*command, *(("-p", "harness.pytest_plugin") if plugin else ()), *arguments],
        cwd=folder,
        env=environment(TMPDIR=str(scratch), **variables),
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_an_item_a_scenario_named_by_its_dotted_name(tmp_path: Path, free_threaded: str) -> None:
    folder = tmp_path / "stress"
    folder.mkdir()
    write(folder, "mine.py", QUIET + ALONE.partition("\n\n")[2])
    write(folder, "_shared.py", QUIET)
    write(folder, "other.py", "x = 1\n")
    status, output = run_pytest(tmp_path, "stress", "--collect-only", "-q", "--target", free_threaded)
    assert status == 0
    assert re.findall(r"^stress.*", output, re.MULTILINE) == [
        "stress/mine.py::mine.quiet",
        "stress/mine.py::mine.alone",
    ]


@pytest.mark.parametrize("xdist", [(), ("-n", "2")], ids=["alone", "xdist"])
def test_a_finding_fails_the_item_with_the_text_of_the_command_line(
    tmp_path: Path, free_threaded: str, xdist: tuple[str, ...]
) -> None:
    write(tmp_path, "quiet.py", QUIET)
    finds = write(tmp_path, "mine.py", FINDS)
    arguments = ("--target", free_threaded, "--stress-budget", "3", "--stress-seed", "77", *xdist)
    status, output = run_pytest(tmp_path, "mine.py", "quiet.py", *arguments)
    assert status == 1, output
    assert "1 failed, 1 passed" in output
    assert "--stress-seed=77" in output
    told = ftstress(
        "run", finds, "--target", free_threaded, "--budget", "1s", "--seed", "77", cwd=tmp_path
    ).stdout
    for line in (
        "NEW violation in mine.finds",
        "  first read gave x#2, the read after it gave the older x#1",
    ):
        assert line in told and line in output
    (signature,) = re.findall(r"^  signature: .*", told, re.MULTILINE)
    assert signature in output


def test_a_crash_fails_its_item_alone_also_under_xdist(tmp_path: Path, free_threaded: str) -> None:
    write(tmp_path, "mine.py", CRASHES)
    write(tmp_path, "quiet.py", QUIET)
    arguments = ("mine.py", "quiet.py", "-n", "2", "--target", free_threaded, "--stress-budget", "3")
    status, output = run_pytest(tmp_path, *arguments)
    assert status == 1 and "1 failed, 1 passed" in output
    assert "NEW crash in mine.crashes" in output and "SIGSEGV" in output
    assert "node down" not in output


def test_a_known_issue_passes_and_its_text_is_kept(tmp_path: Path, before_3_13: str) -> None:
    file = ROOT / "stress_tests" / "type_attributes" / "finalizers.py"
    name = f"{file}::type_attributes.finalizer_reads_class"
    status, output = run_pytest(tmp_path, name, "--target", before_3_13, "--stress-budget", "1")
    assert status == 0 and "1 passed" in output
    assert "known (gh-118492) violation in type_attributes.finalizer_reads_class" in output


def test_a_failure_of_the_harness_is_an_error_and_no_finding(tmp_path: Path, free_threaded: str) -> None:
    write(tmp_path, "mine.py", LOADS_ONCE)
    status, output = run_pytest(tmp_path, "mine.py", "--target", free_threaded, "--stress-budget", "1")
    assert status == 1 and "1 error" in output and "failed" not in output.splitlines()[-1]
    assert "harness failure: this campaign gives no verdict" in output and "loaded twice" in output


@pytest.mark.alone  # where others take the cores it takes the kernel longer to be sure than the manager waits
@pytest.mark.slow
@pytest.mark.parametrize("given", ["--timeout=1", "ini", "--timeout-method=thread"])
def test_a_hang_is_reported_by_us_with_its_cause_whatever_pytest_timeout_says(
    tmp_path: Path, free_threaded: str, given: str
) -> None:
    write(tmp_path, "mine.py", NEVER_RETURNS)
    (tmp_path / "pytest.ini").write_text(
        "[pytest]\ntimeout = 1\n" if given != "--timeout=1" else "[pytest]\n"
    )
    arguments = [given] if given != "ini" else []
    status, output = run_pytest(
        tmp_path, "mine.py", "--target", free_threaded, "--stress-budget", "1", *arguments
    )
    assert status == 1, output
    assert "NEW hang in mine.stays" in output and "reader" in output
    assert "Timeout" not in output


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (SYNTAX_ERROR, "has a syntax error in line 3"),
        (NO_SCENARIO, "holds no scenario"),
        (IMPORTS_PYTEST, "pytest"),
    ],
)
def test_a_file_that_cannot_be_loaded_is_a_collection_error_of_one_sentence(
    tmp_path: Path, free_threaded: str, text: str, says: str
) -> None:
    write(tmp_path, "mine.py", text)
    status, output = run_pytest(tmp_path, "mine.py", "--target", free_threaded)
    assert status == 2 and "1 error" in output
    assert says in output and "Traceback" not in output


def test_a_file_that_takes_a_module_the_target_lacks_is_skipped_and_alone_it_is_no_pass(
    tmp_path: Path, free_threaded: str
) -> None:
    write(tmp_path, "lacks.py", "import winreg\n" + QUIET)  # only Windows has it
    write(tmp_path, "mine.py", QUIET)
    of_all = "--target", free_threaded, "--stress-budget", "1"
    status, output = run_pytest(tmp_path, "lacks.py", "mine.py", *of_all)
    assert status == 0 and "1 passed, 1 skipped" in output
    assert re.search(r"^SKIPPED \[1\] .*No module named 'winreg'", output, re.MULTILINE)
    status, output = run_pytest(tmp_path, "lacks.py", *of_all)
    assert status == 5 and "1 skipped" in output and "passed" not in output.splitlines()[-1]


def test_a_gil_build_skips_what_needs_parallelism_and_says_why(tmp_path: Path, with_gil: str) -> None:
    write(tmp_path, "mine.py", QUIET)
    write(tmp_path, "other.py", ALONE)
    status, output = run_pytest(tmp_path, "mine.py", "other.py", "--target", with_gil, "--stress-budget", "1")
    assert status == 0 and "1 passed, 1 skipped" in output
    assert re.search(r"^SKIPPED \[1\] .*parallel", output, re.MULTILINE)


def test_the_target_can_come_from_the_environment(tmp_path: Path, with_gil: str) -> None:
    write(tmp_path, "mine.py", QUIET)
    status, output = run_pytest(tmp_path, "mine.py", "--stress-budget", "1", FTSTRESS_TARGET=with_gil)
    assert status == 0 and "1 skipped" in output


def test_a_target_that_is_none_is_an_error_and_not_a_pass(tmp_path: Path) -> None:
    write(tmp_path, "mine.py", QUIET)
    status, output = run_pytest(tmp_path, "mine.py", "--target", "/nonexistent/python")
    assert status == 2 and "/nonexistent/python" in output and "Traceback" not in output


def test_a_drawn_seed_is_shown_and_shared_with_the_workers(tmp_path: Path, free_threaded: str) -> None:
    write(tmp_path, "mine.py", FINDS)
    write(tmp_path, "other.py", FINDS)
    arguments = ("mine.py", "other.py", "-n", "2", "--target", free_threaded, "--stress-budget", "1")
    _, output = run_pytest(tmp_path, *arguments)
    assert len(re.findall(r"--stress-seed=\d+", output)) >= 3
    assert len(set(re.findall(r"--stress-seed=\d+", output))) == 1


def test_installed_and_in_a_checkout_at_once_it_is_registered_once(
    tmp_path: Path, free_threaded: str
) -> None:
    installed = tmp_path / "site" / "ftstress-0.dist-info"
    installed.mkdir(parents=True)
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: ftstress\nVersion: 0\n")
    (installed / "entry_points.txt").write_text("[pytest11]\nharness.pytest_plugin = harness.pytest_plugin\n")
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    (checkout / "conftest.py").write_text('pytest_plugins = ["harness.pytest_plugin"]\n')
    write(checkout, "mine.py", QUIET)
    path = f"{ROOT}:{tmp_path / 'site'}"
    status, output = run_pytest(
        checkout, "--collect-only", "mine.py", "-q", "--target", free_threaded, plugin=False, PYTHONPATH=path
    )
    assert status == 0, output
    assert output.count("mine.py::mine.quiet") == 1


def test_a_file_that_only_quotes_scenarios_is_none(tmp_path: Path) -> None:
    quoting = write(tmp_path, "samples.py", f"TEXT = '''\\\n{QUIET.replace(chr(34) * 3, chr(34))}'''\n")
    assert not is_scenario_file(quoting)
    assert is_scenario_file(write(tmp_path, "mine.py", QUIET))
    assert is_scenario_file(write(tmp_path, "broken.py", SYNTAX_ERROR))
    assert is_scenario_file(write(tmp_path, "other.py", "from harness import kernel\n"))


def test_a_session_without_scenarios_asks_for_no_target(tmp_path: Path) -> None:
    write(
        tmp_path,
        "test_mine.py",
        "from harness.kernel import Value\n\n\ndef test_it():\n    assert Value(1)\n",
    )
    status, output = run_pytest(tmp_path, "--target", "/nonexistent/python")
    assert status == 0 and "1 passed" in output
