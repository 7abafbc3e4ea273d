"""Bad arguments: one clear sentence, exit status 2, no traceback."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from harness.cli.arguments import budget, count, seed
from harness.cli.listing import first_sentence
from tests.cli.samples import QUIET, ftstress, write


@pytest.mark.parametrize(
    ("text", "seconds"), [("30s", 30), ("2m", 120), ("1h", 3600), ("90", 90), ("0.5", 0.5), ("1.5m", 90)]
)
def test_a_budget_is_seconds_minutes_or_hours(text: str, seconds: float) -> None:
    assert budget(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "0", "-1", "2 minutes", "1e9", "nan", "inf", "1d", "0.0s", "99999h", "²"]
)
def test_what_is_no_budget_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match=r"duration|range"):
        budget(text)


@pytest.mark.parametrize("text", ["x", "-1", str(2**64), "1.5", ""])
def test_what_is_no_seed_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="whole number"):
        seed(text)


@pytest.mark.parametrize("text", ["x", "0", "-3", "1001"])
def test_what_is_no_number_of_threads_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="1 to 1000"):
        count(text)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "COMMAND"),
        (("stress",), "invalid choice: 'stress'"),
        (("run", "--budget", "soon"), "'soon' is not a duration: write 30s, 2m, 1h or plain seconds"),
        (("run", "--seed", "lucky"), "'lucky' is not a seed"),
        (("run", "--jobs", "0"), "'0' is not a number from 1 to 1000"),
        (("run", "--bugdet", "3"), "--bugdet"),
        (("run", "nowhere.py"), "there is no file nowhere.py"),
        (("report",), "DIR"),
        (("report", "nowhere"), "nowhere holds no campaign"),
        (("report", ".", "--format", "pdf"), "invalid choice: 'pdf'"),
        (("run", "--html", "nowhere/report.html"), "--html nowhere/report.html cannot be written"),
        (("run", "--junit", "."), "--junit . cannot be written"),
    ],
)
def test_a_mistake_is_told_in_one_sentence(tmp_path: Path, arguments: tuple[str, ...], says: str) -> None:
    done = ftstress(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1 and "Traceback" not in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("path", ["/nonexistent/python", "/bin/true", "/"])
def test_a_target_that_is_no_interpreter_is_nothing_exercised(tmp_path: Path, path: str) -> None:
    done = ftstress("run", "--target", path, cwd=tmp_path)
    assert done.returncode == 3
    assert path in done.stderr
    assert len(done.stderr.splitlines()) == 1 and done.stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_help_names_every_command(tmp_path: Path) -> None:
    done = ftstress("--help", cwd=tmp_path)
    assert done.returncode == 0
    for command in ("list", "run", "report", "builds", "build", "bench"):
        assert f"    {command} " in done.stdout


def test_a_pipe_gets_a_line_a_scenario_without_colours(tmp_path: Path) -> None:
    file = write(tmp_path, "mine.py", QUIET)
    done = ftstress("list", file, cwd=tmp_path, COLUMNS="40")
    assert done.returncode == 0
    head, line, last = done.stdout.splitlines()
    assert head.split("  ")[0] == "scenario"
    assert line.startswith("mine.quiet  gh-118362  order   1 writer, 1 reader")
    assert line.endswith("What is stored into a class is read back from it.")
    assert last == "1 scenario"


@pytest.mark.parametrize(
    ("doc", "first"),
    [
        ("Checks it (gh-1234). More.", "Checks it."),
        ("What e.g. ``C.x`` holds\nis read back.  And so on", "What e.g. ``C.x`` holds is read back."),
        ("No full stop (gh-1, gh-22)", "No full stop"),
    ],
)
def test_what_a_scenario_checks_is_its_first_sentence(doc: str, first: str) -> None:
    assert first_sentence(doc) == first
