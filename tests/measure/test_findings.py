"""The scripts in ``docs/findings`` say what they are, and the table says what they say."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from harness.builds.fault import find
from harness.kernel.known import load
from harness.record.target import Target
from measure.findings import BEGIN, END, PAGE, SCRIPTS, Script, all_scripts, page, table, with_script

PATHS = sorted(SCRIPTS.glob("*.py"))
DEFECTS = PAGE.with_name("true-defects.md")
EVERYWHERE = [
    SCRIPTS / f"finalizer-{name}.py" for name in ("abstractmethods", "annotations", "type-params")
]  # ftstress-0003 is in every CPython so far


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_script_stands_by_itself_on_one_page(path: Path) -> None:
    text = path.read_text()
    script = Script.read(path)
    assert script.lines <= 60
    assert "harness" not in text
    assert script.title and script.build.startswith("CPython 3.")
    assert script.rate is not None and script.rate.hits / script.rate.runs >= 0.95
    if script.fault:
        assert find(script.fault).name == script.fault


def test_the_table_is_made_from_the_scripts_as_they_are() -> None:
    text = PAGE.read_text()
    assert page(text, all_scripts()) == text, "run python -m measure.findings"
    assert text.count(".py](findings/") == len(PATHS)


@pytest.mark.parametrize("path", sorted(SCRIPTS.glob("*.md")), ids=lambda path: path.stem)
def test_the_text_of_an_issue_is_ready_to_be_filed(path: Path) -> None:
    text = path.read_text()
    assert text.startswith("# ")
    headings = [line for line in text.splitlines() if line.startswith("## ")]
    assert headings == [
        f"## {name}" for name in ("What happens", "Expected", "Seen", "Script", "First analysis")
    ]
    assert "\nBuild: CPython 3." in text and "\nMeasured: " in text
    assert ("<!-- script: " in text) != ("None is kept: its point is a hang." in text)
    assert with_script(text) == text, "run python -m measure.findings"


def test_every_cause_that_nobody_has_reported_has_its_row() -> None:
    unreported = {issue.id for issue in load() if issue.id.startswith("ftstress-")}
    rows = set(re.findall(r"^\| (ftstress-\d{4}) \|", DEFECTS.read_text(), re.MULTILINE))
    assert unreported == rows


def test_a_page_without_its_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="lacks the lines"):
        page("# Findings\n", [])
    assert page(f"a\n{BEGIN}\nold\n{END}\nb\n", []) == f"a\n{BEGIN}\n\n{table([])}\n\n{END}\nb\n"


@pytest.mark.alone
@pytest.mark.parametrize(
    "path", [path for path in PATHS if path not in EVERYWHERE], ids=lambda path: path.stem
)
def test_where_nothing_is_wrong_a_script_exits_0(path: Path, free_threaded: Target, tmp_path: Path) -> None:
    script = Script.read(path)
    on_the_base = script.fault or "with the GIL" in script.build
    short = tmp_path / path.name
    short.write_text(path.read_text().replace("time.monotonic() + 60", "time.monotonic() + 0.5"))
    command = [free_threaded.executable, "-X", f"gil={0 if on_the_base else 1}", str(short)]
    if path.stem == "key-looks":
        command = [sys.executable, str(short)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0 and done.stdout.lstrip().startswith("not seen"), done.stdout + done.stderr


def test_a_script_shows_on_a_bare_target(free_threaded: Target, tmp_path: Path) -> None:
    # Every time, with one thread, on all branches: see ftstress-0005.
    script = SCRIPTS / "key-looks.py"
    command = [free_threaded.executable, "-I", "-X", "gil=0", str(script)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, cwd=tmp_path)
    assert (done.returncode, done.stdout[:4]) == (1, "seen"), done.stderr
