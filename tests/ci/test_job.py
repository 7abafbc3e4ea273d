"""``ci/job.py`` on machines that lack something, and what becomes of the status of the command that tox ran."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import pytest

from ci import job

FILE = Path(job.__file__)


@pytest.fixture(autouse=True)
def no_target_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FTSTRESS_TARGET", raising=False)


@pytest.fixture(autouse=True)
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where it is noted what was installed: the checkout's own note says nothing of a tox that is made up."""
    note = tmp_path / "environment" / "installed"
    note.parent.mkdir()
    monkeypatch.setattr(job, "INSTALLED", note)
    return note


def test_it_parses_in_python_3_6_and_needs_nothing_but_the_standard_library() -> None:
    tree = ast.parse(FILE.read_text(), feature_version=(3, 6))
    imported = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in imported} <= sys.stdlib_module_names


def test_an_older_python_is_told_in_one_line_before_anything_else_is_imported() -> None:
    pretend = f"import sys; sys.version_info = (3, 6, 15); exec(compile(open({str(FILE)!r}).read(), 'job.py', 'exec'))"
    done = subprocess.run([sys.executable, "-c", pretend], capture_output=True, text=True)
    assert done.returncode == 3
    assert done.stderr == "ci/job.py needs Python 3.11 or later, and this is 3.6: start it with a newer one\n"


@pytest.mark.parametrize("arguments", [[], ["strss"], ["test", "more"], ["--budget", "10s", "stress"]])
def test_anything_but_its_two_commands_is_a_bad_argument(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert job.main(arguments) == 2
    assert capsys.readouterr().err == job.USAGE


def recorded(tmp_path: Path, *codes: int) -> Path:
    """What tox 4 leaves behind, less what is not read."""
    path = tmp_path / "tox.json"
    runs = [{"command": ["ftstress", "run"], "output": "", "err": "", "retcode": code} for code in codes]
    environment: dict[str, Any] = {"result": {"success": False}} | ({"test": runs} if runs else {})
    path.write_text(json.dumps({"toxversion": "4.67.15", "testenvs": {".pkg": {}, "stress": environment}}))
    return path


@pytest.mark.parametrize("code", [0, 1, 2, 3, 4, 130])
def test_the_status_of_ftstress_survives_tox(tmp_path: Path, code: int) -> None:
    assert job.ended(recorded(tmp_path, code), 1 if code else 0) == code


@pytest.mark.parametrize("code", [-9, -11, 255])
def test_a_death_of_ftstress_is_a_failure_of_the_harness_and_no_finding(tmp_path: Path, code: int) -> None:
    assert job.ended(recorded(tmp_path, code), 1) == 4


def test_an_environment_that_could_not_be_made_is_no_finding(tmp_path: Path) -> None:
    for report in (recorded(tmp_path), tmp_path / "nothing.json"):
        with pytest.raises(job.Stop, match="tox could not make the environment") as raised:
            job.ended(report, 1)
        assert raised.value.status == 4


def test_an_interruption_before_ftstress_ran_is_130(tmp_path: Path) -> None:
    assert job.ended(recorded(tmp_path), 130) == 130


def test_a_python_that_cannot_make_environments_is_told_which_package_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "ensurepip" else name)
    assert job.main(["stress"]) == 3
    assert "Debian: the package python3-venv" in capsys.readouterr().err


def test_a_cache_that_cannot_be_made_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert job.main(["test"]) == 4
    assert "set XDG_CACHE_HOME to a folder that can be written" in capsys.readouterr().err


def test_a_second_run_takes_the_tool_environment_that_the_first_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Path] = []

    def make(folder: Path, python: Path, requirements: list[str]) -> None:
        folder.mkdir()
        made.append(folder)

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(job, "make_environment", make)
    assert job.tool_environment() == job.tool_environment()
    assert len(made) == 1


def fake_harness(monkeypatch: pytest.MonkeyPatch, built: tuple[int, str]) -> list[tuple[str, ...]]:
    """An answer for ``ftstress build``; returns the list of what was called."""
    called: list[tuple[str, ...]] = []

    def harness(
        python: Path, *arguments: str, passes_stderr: bool = False
    ) -> subprocess.CompletedProcess[str]:
        assert passes_stderr  # which target it is and why, and how far its build is, is said there
        called.append(arguments)
        return subprocess.CompletedProcess(arguments, *built)

    monkeypatch.setattr(job, "harness", harness)
    return called


def test_a_target_that_is_given_is_taken_without_a_search(monkeypatch: pytest.MonkeyPatch) -> None:
    called = fake_harness(monkeypatch, (1, ""))
    monkeypatch.setenv("FTSTRESS_TARGET", "/given")
    assert job.target_path(Path("python")) == "/given"
    assert called == []


def test_otherwise_it_is_what_ftstress_build_gives_in_its_last_line(monkeypatch: pytest.MonkeyPatch) -> None:
    called = fake_harness(monkeypatch, (0, "something\n/built/python3.14t\n"))
    assert job.target_path(Path("python")) == "/built/python3.14t"
    assert called == [("build",)]


@pytest.mark.parametrize("command", ["stress", "test"])
def test_without_any_target_both_commands_fail_and_run_nothing(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fake_harness(monkeypatch, (3, ""))
    monkeypatch.setattr(job, "tool_environment", lambda: Path("python"))
    monkeypatch.setattr(job, "tox", None)
    assert job.main([command]) == 3
    assert (
        "no free-threaded target can be had on this machine: the reasons are above" in capsys.readouterr().err
    )


def test_arguments_of_stress_reach_ftstress_run(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Any] = []

    def tox(python: Path, arguments: list[str], target: str | None) -> int:
        given.append((arguments[-4:], target))
        return 0

    monkeypatch.setattr(job, "tool_environment", lambda: Path("python"))
    monkeypatch.setattr(job, "tox", tox)
    monkeypatch.setattr(job, "ended", lambda report, status: status)
    assert job.main(["stress", "--target", "/mine", "--budget", "10s"]) == 0
    assert given == [(["--target", "/mine", "--budget", "10s"], None)]


def test_what_is_installed_already_is_not_installed_again(
    monkeypatch: pytest.MonkeyPatch, installed: Path
) -> None:
    skipped: list[bool] = []

    def tox(python: Path, arguments: list[str], target: str | None) -> int:
        skipped.append("--skip-pkg-install" in arguments)
        return 0

    monkeypatch.setattr(job, "tool_environment", lambda: Path("python"))
    monkeypatch.setattr(job, "tox", tox)
    monkeypatch.setattr(job, "ended", lambda report, status: status)
    for _ in range(2):
        job.main(["stress", "--target", "/mine"])
    installed.write_text("of another pyproject.toml")
    job.main(["stress", "--target", "/mine"])
    assert skipped == [False, True, False]


@pytest.mark.parametrize("browser", [None, "/usr/bin/chromium"])
def test_the_browser_tests_run_where_there_is_a_browser_and_otherwise_the_last_line_says_so(
    browser: str | None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[str] = []

    def tox(python: Path, arguments: list[str], target: str | None) -> int:
        seen.extend(arguments)
        return 0

    monkeypatch.setattr(job, "tool_environment", lambda: Path("python"))
    monkeypatch.setattr(job, "target_path", lambda python: "python3.14t")
    monkeypatch.setattr(job, "chromium", lambda: browser)
    monkeypatch.setattr(job, "has_instrumented", lambda python: False)
    monkeypatch.setattr(job, "tox", tox)
    assert job.main(["test"]) == 0
    told = capsys.readouterr().err
    assert ("browser" in seen[-1].split(",")) == bool(browser)
    assert ("in a browser were NOT run: install Chromium" in told) == (browser is None)


@pytest.mark.parametrize(
    ("builds", "there"),
    [
        ([], False),
        (
            [
                {"sanitizer": None, "debug": False, "free_threaded": True},
                {"sanitizer": "thread", "debug": True, "free_threaded": False},
            ],
            False,
        ),
        ([{"sanitizer": "address", "debug": False, "free_threaded": True}], False),
        ([{"sanitizer": "thread", "debug": False, "free_threaded": True}], True),
        ([{"sanitizer": None, "debug": True, "free_threaded": True}], True),
    ],
)
def test_instrumented_builds_are_tested_where_one_is_cached_and_otherwise_a_line_says_so(
    builds: list[Any], there: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[str] = []
    listed = subprocess.CompletedProcess([], 0 if builds else 3, json.dumps(builds), "")
    monkeypatch.setattr(job, "tool_environment", lambda: Path("python"))
    monkeypatch.setattr(job, "target_path", lambda python: "python3.14t")
    monkeypatch.setattr(job, "chromium", lambda: None)
    monkeypatch.setattr(job, "harness", lambda python, *arguments: listed)

    def tox(python: Path, arguments: list[str], target: str | None) -> int:
        seen.extend(arguments)
        return 0

    monkeypatch.setattr(job, "tox", tox)
    assert job.main(["test"]) == 0
    told = capsys.readouterr().err
    assert ("instrumented" in seen[-1].split(",")) == there
    assert (
        "on a build with a sanitizer, and on a debug build, were NOT run: none is cached" in told
    ) != there


def test_the_environments_that_are_run_are_in_tox_ini(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    monkeypatch.setattr(job, "tool_environment", lambda: Path("python"))
    monkeypatch.setattr(job, "target_path", lambda python: "/target")
    monkeypatch.setattr(job, "chromium", lambda: "/browser")
    monkeypatch.setattr(job, "has_instrumented", lambda python: True)

    def run(command: list[str], variables: dict[str, str]) -> int:
        seen.extend(command)
        return 0

    monkeypatch.setattr(job, "run", run)
    assert job.main(["test"]) == 0
    settings = ConfigParser()
    settings.read(job.ROOT / "tox.ini")
    assert {f"testenv:{one}" for one in seen[-1].split(",")} <= set(settings.sections())


def test_a_browser_is_the_one_that_is_named_or_one_on_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("FTSTRESS_CHROMIUM", raising=False)
    assert job.chromium() is None
    for name in ("google-chrome", "mine"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    assert job.chromium() == str(tmp_path / "google-chrome")
    monkeypatch.setenv("FTSTRESS_CHROMIUM", str(tmp_path / "mine"))
    assert job.chromium() == str(tmp_path / "mine")


def campaign_in(folder: Path, status: int, findings: list[str]) -> None:
    folder.mkdir(parents=True)
    (folder / "result.json").write_text(json.dumps({"exit_status": status, "findings": findings}))


@pytest.fixture
def ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Commands that ``ftstress`` was given, none of which ran; a report's text is a line."""
    given: list[list[str]] = []

    def harness(python: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        given.append(list(arguments))
        return subprocess.CompletedProcess(arguments, 0, "Tests result: ANY\n", "")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(job, "tool_environment", lambda: Path("python"))
    monkeypatch.setattr(job, "harness", harness)
    monkeypatch.setattr(job, "ended", lambda report, status: status)
    return given


@pytest.mark.parametrize(
    ("status", "findings", "regrtest"),
    [
        (0, [], 0),
        (0, ["known"], 5),
        (1, ["new"], 2),
        (3, [], 4),
        (3, ["known"], 4),
        (4, [], 1),
        (130, [], 130),
    ],
)
def test_regrtest_s_own_status_for_a_master_that_knows_no_other(
    status: int,
    findings: list[str],
    regrtest: int,
    ran: list[list[str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def tox(python: Path, arguments: list[str], target: str | None) -> int:
        assert "--regrtest-exit" not in arguments and arguments[-2] == "--out"
        campaign_in(tmp_path / arguments[-1], status, findings)
        return status

    monkeypatch.setattr(job, "tox", tox)
    assert job.main(["stress", "--regrtest-exit", "--target", "/mine"]) == regrtest
    assert capsys.readouterr().out == "Tests result: ANY\n"
    (report,) = ran
    assert report[0] == "report" and report[2:] == ["--format", "regrtest"]
    assert Path(report[1]).is_relative_to(tmp_path / "ftstress-results")


@pytest.mark.parametrize(("status", "regrtest"), [(2, 64), (3, 4), (4, 1), (130, 130)])
def test_where_it_came_to_no_campaign_an_older_one_is_not_told(
    status: int, regrtest: int, ran: list[list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign_in(tmp_path / "older", 1, ["new"])
    monkeypatch.setattr(job, "tox", lambda *arguments: status)
    assert job.main(["stress", "--regrtest-exit", "--target", "/mine", "--out", "older"]) == regrtest
    assert ran == []


def test_no_target_is_no_tests_run_for_regrtest(
    ran: list[list[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def no_target(python: Path) -> str:
        raise job.Stop("no free-threaded target can be had", 3)

    monkeypatch.setattr(job, "target_path", no_target)
    assert job.main(["stress", "--regrtest-exit"]) == 4
    assert capsys.readouterr().err == "ci/job.py: no free-threaded target can be had\n"


@pytest.mark.parametrize(
    ("arguments", "out"),
    [
        (["--out", "a"], "a"),
        (["x", "--out=b", "--budget", "1s"], "b"),
        (["--resume"], "ftstress-results/latest"),
        (["--resume", "--out", "c"], "c"),
        (["--budget", "1s"], None),
    ],
)
def test_the_campaign_s_directory_is_the_one_that_was_named(arguments: list[str], out: str | None) -> None:
    assert job.named_out(arguments) == out
