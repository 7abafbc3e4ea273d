"""The comparison with other tools: its table, and what it makes of builds that fail, hang, or do not."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from measure.comparison import __main__ as comparison
from measure.comparison import child, packages, record, table
from measure.comparison.cpython_tests import CPythonTests
from measure.comparison.cpython_tests_env_changed import CPythonTestsEnvChanged
from measure.comparison.detector import CannotRun, Detection, Detector
from measure.comparison.record import Record, Result
from measure.comparison.with_racecheck import Racecheck
from measure.comparison.with_run_parallel import RunParallel

ROOT = Path(__file__).resolve().parents[2]
REHEARSALS = ("--list-cases", "--collect-only", "import scenario_racecheck")

FAKE = """\
#!{python}
# An interpreter as the comparison sees one: it says what it is, its rehearsals pass, and then it does one thing.
import os, signal, sys, time
arguments = " ".join(sys.argv[1:])
if "Py_GIL_DISABLED" in arguments:
    print('["3.13.5", {free_threaded}]')
elif not any(one in arguments for one in {rehearsals!r}):
    {then}
"""


def fake(folder: Path, then: str, free_threaded: str = "true") -> str:
    path = folder / "python3.13t"
    path.write_text(
        FAKE.format(python=sys.executable, rehearsals=REHEARSALS, then=then, free_threaded=free_threaded)
    )
    path.chmod(0o755)
    return str(path)


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache with a source in it, and packages that install at once; returns the folder of sources."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(packages, "install", lambda requirements, version, folder: tuple(requirements))
    monkeypatch.setattr("resource.setrlimit", lambda what, limits: None)
    sources = tmp_path / "cache" / "ftstress" / "sources"
    sources.mkdir(parents=True)
    with tarfile.open(sources / "Python-3.13.5.tar.xz", "w:xz") as archive:
        for name in ("Lib/test/__init__.py", "Lib/os.py", "Lib/test/../../outside.py"):
            archive.addfile(tarfile.TarInfo(f"Python-3.13.5/{name}"), io.BytesIO())
    return sources


@pytest.fixture(autouse=True)
def own_signals() -> Iterator[None]:
    """The comparison answers SIGTERM in its own way; the test run's is put back."""
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def compare(tmp_path: Path, then: str, *more: str) -> list[Result]:
    out = tmp_path / "out.json"
    status = comparison.main(
        ["--target", f"fake={fake(tmp_path, then)}", "--seconds", "1", "--out", str(out), *more]
    )
    assert status == 0
    return record.read([out]).results


@pytest.mark.parametrize("name", [make().name for make in comparison.DETECTORS])
def test_a_crash_is_a_detection_for_every_tool(tmp_path: Path, name: str) -> None:
    (result,) = compare(tmp_path, "os.kill(os.getpid(), signal.SIGSEGV)", "--detector", name)
    assert (result.detector, result.outcome, result.how, result.detail) == (
        name,
        "detected",
        "crash",
        "SIGSEGV",
    )
    assert result.elapsed_s < 1


@pytest.mark.parametrize("then", ["pass", "time.sleep(60)", "os.kill(os.getpid(), signal.SIGKILL)"])
def test_what_passes_sleeps_or_is_killed_from_outside_is_none(tmp_path: Path, then: str) -> None:
    results = compare(tmp_path, then)
    assert [one.outcome for one in results] == ["not detected"] * len(comparison.DETECTORS)
    assert all(one.passes for one in results)


def test_an_exit_status_of_env_changed_is_given_where_it_was_asked_for(tmp_path: Path) -> None:
    then = "print('AssertionError: 1 < 2'); sys.exit(3 if '--fail-env-changed' in arguments else 0)"
    plain, asked = compare(
        tmp_path, then, "--detector", "cpython_tests", "--detector", "cpython_tests_env_changed"
    )
    assert plain.outcome == "not detected"
    assert (asked.how, asked.detail) == ("env changed", "AssertionError: 1 < 2")


def test_a_tool_whose_rehearsal_fails_cannot_run_which_is_not_the_same_as_not_detected(
    tmp_path: Path,
) -> None:
    target = fake(tmp_path, "pass").replace("python3.13t", "broken")
    Path(target).write_text(
        (tmp_path / "python3.13t")
        .read_text()
        .replace("elif not any", "elif 'racecheck' in arguments: sys.exit('SyntaxError: new')\nelif not any")
    )
    Path(target).chmod(0o755)
    out = tmp_path / "out.json"
    chosen = ["--detector", "racecheck", "--seconds", "1", "--out", str(out)]
    assert comparison.main(["--target", f"fake={target}", *chosen]) == 0
    (result,) = record.read([out]).results
    assert result.outcome == "cannot run"
    assert result.detail == "racecheck>=0.1 on 3.13.5: exit status 1, SyntaxError: new"


def test_packages_that_cannot_be_had_are_one_column_that_cannot_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def install(requirements: tuple[str, ...], version: str, folder: Path) -> tuple[str, ...]:
        raise CannotRun("cannot be installed: offline")

    monkeypatch.setattr(packages, "install", install)
    chosen = ["--detector", "racecheck", "--detector", "cpython_tests"]
    assert [one.outcome for one in compare(tmp_path, "pass", *chosen)] == ["not detected", "cannot run"]
    assert "racecheck cannot run: cannot be installed: offline\n" in capsys.readouterr().out


OUTPUTS: list[tuple[Detector, int, str, Detection | None]] = [
    (CPythonTests(), 0, "", None),
    (
        CPythonTests(),
        2,
        "AssertionError: 1\nResult: FAILURE",
        Detection("failed assertion", "AssertionError: 1"),
    ),
    (CPythonTests(), 1, "Timeout (0:00:30)!\n", Detection("hang", "nothing for 30 s")),
    (CPythonTestsEnvChanged(), 3, "AssertionError: 1", Detection("env changed", "AssertionError: 1")),
    (
        RunParallel(),
        1,
        "E       AssertionError: a\nE       assert 1\n1 error",
        Detection("failed assertion", "AssertionError: a"),
    ),
    (RunParallel(), 1, "E       SystemError: a\n1 error", Detection("exception", "SystemError: a")),
    (RunParallel(), 1, "Timeout (0:00:30)!\n", Detection("hang", "nothing for 30 s")),
    (
        Racecheck(),
        1,
        "AssertionError: racecheck: invariant 'agrees' violated\n  raised           AssertionError: a",
        Detection("failed assertion", "AssertionError: a"),
    ),
    (
        Racecheck(),
        1,
        "AssertionError: racecheck: invariant 'agrees' violated\n  final state      Race()",
        Detection("failed assertion", "at rest, what is left does not agree with itself"),
    ),
    (
        Racecheck(),
        1,
        "AssertionError: racecheck: invariant 'agrees' violated\n  raised           SystemError: a",
        Detection("exception", "SystemError: a"),
    ),
    (Racecheck(), 1, "TypeError: in setup", Detection("exception", "TypeError: in setup")),
]


@pytest.mark.parametrize(("detector", "status", "output", "expected"), OUTPUTS)
def test_what_each_tool_says_is_read_as_its_user_would(
    detector: Detector, status: int, output: str, expected: Detection | None
) -> None:
    assert detector.judge_any(child.Ended(status, output, "itself")) == expected


def test_only_the_tests_are_unpacked_and_nothing_lands_outside(tmp_path: Path) -> None:
    folder = tmp_path / "unpacked"
    folder.mkdir()
    CPythonTests().prepare("3.13.5", folder)
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*.py")} == {"Lib/test/__init__.py"}
    assert not list(tmp_path.rglob("outside.py"))


def test_without_the_source_it_says_what_to_do(
    tmp_path: Path, machine: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (machine / "Python-3.13.5.tar.xz").unlink()
    out = tmp_path / "out.json"
    assert comparison.main(["--target", f"fake={fake(tmp_path, 'pass')}", "--out", str(out)]) == 3
    assert "run `ftstress build 3.13.5`" in capsys.readouterr().err
    assert not out.exists()


def test_a_target_with_a_gil_or_none_at_all_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = ["--out", str(tmp_path / "out.json")]
    assert comparison.main(["--target", f"fake={fake(tmp_path, 'pass', free_threaded='false')}", *out]) == 3
    assert "give a build made with --disable-gil" in capsys.readouterr().err
    assert comparison.main(["--target", f"fake={tmp_path / 'nothing'}", *out]) == 3
    assert "is no interpreter that answers" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--target", "a=b"],
        ["--target", "nameless", "--out", "out.json"],
        ["--target", "a=b", "--target", "a=c", "--out", "out.json"],
        ["--target", "a=b", "--out", "no/such/folder/out.json"],
        ["--target", "a=b", "--out", "out.json", "--seconds", "0"],
        ["--target", "a=b", "--out", "out.json", "--seconds", "soon"],
        ["--target", "a=b", "--out", "out.json", "--repeat", "0"],
        ["--target", "a=b", "--out", "out.json", "--detector", "luck"],
        ["--show", "no-such-file.json"],
    ],
)
def test_wrong_arguments_are_told_before_anything_runs(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        comparison.main(arguments)
    assert raised.value.code == 2


RECORDED = Record(
    60,
    1,
    4,
    {"base": {}, "a-fault": {}},
    {"plain": {"title": "plain", "uses": ["Lib/test"]}, "other": {"title": "the other", "uses": []}},
    [
        Result("base", "plain", "not detected", 60, passes=30),
        Result("base", "other", "cannot run", 0, detail="no wheel"),
        Result("a-fault", "plain", "detected", 1.25, "crash", "SIGSEGV", 1),
        Result("a-fault", "other", "cannot run", 0, detail="no wheel"),
    ],
)
TABLE = """\
| build    | plain                  | the other     |
|----------|------------------------|---------------|
| base     | not in 60 s            | cannot run    |
| a-fault  | 1.2 s: crash (SIGSEGV) | cannot run    |
| detected | 1 of 2 builds          | 0 of 0 builds |

Each for at most 60 s, on 4 CPUs; ended at the first detection.
plain: Lib/test.
the other cannot run: no wheel
"""


def test_the_table_of_recorded_results_lines_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "recorded.json"
    record.write(RECORDED, path)
    assert comparison.main(["--show", str(path)]) == 0
    assert capsys.readouterr().out == TABLE


def test_repeated_measurements_are_one_cell() -> None:
    runs = [("detected", 1.0), ("not detected", 60.0), ("detected", 3.0)]
    results = [Result("b", "d", outcome, took, "hang") for outcome, took in runs]  # type: ignore[arg-type]
    whole = Record(60, 3, 4, {"b": {}}, {"d": {"title": "d", "uses": []}}, results)
    assert "| 2 of 3, 2.0 s: hang |" in table.render(whole)


def test_files_of_different_lengths_are_not_put_into_one_table(tmp_path: Path) -> None:
    for seconds in (10, 60):
        record.write(Record(seconds, 1, 4), tmp_path / f"{seconds}.json")
    with pytest.raises(ValueError, match="different --seconds"):
        record.read([tmp_path / "10.json", tmp_path / "60.json"])


def test_children_are_gone_when_the_comparison_is_killed(tmp_path: Path) -> None:
    then = f"open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid())); time.sleep(300)"
    command = [sys.executable, "measure/comparison", "--target", f"fake={fake(tmp_path, then)}", "--detector"]
    command += ["cpython_tests", "--out", str(tmp_path / "out.json")]
    variables = os.environ | {"TMPDIR": str(tmp_path)}  # killed, it leaves its temporary folder
    process = subprocess.Popen(command, cwd=ROOT, env=variables, stderr=subprocess.DEVNULL)
    try:
        pid = _eventually(lambda: int((tmp_path / "pid").read_text()))
    finally:
        process.kill()
        process.wait()
    _eventually(lambda: _is_gone(pid))


def _is_gone(pid: int) -> int:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return 1
    state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    if state != "Z":  # nobody reaps it here; it holds nothing any more
        raise ValueError(state)
    return 1


def _eventually(look: Callable[[], int]) -> int:
    for _ in range(300):
        try:
            return look()
        except (OSError, ValueError):
            time.sleep(0.1)
    raise AssertionError("it never came")
