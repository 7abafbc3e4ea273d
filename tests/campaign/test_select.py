"""Files of scenarios may do anything when they are imported: each ends as scenarios or as one clear sentence."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from harness.builds.fingerprint import probe
from harness.campaign import select
from harness.campaign.options import Options
from harness.campaign.run import run_campaign
from harness.campaign.select import Catalogue, ScenarioInfo, describe, split
from harness.cli.choose import choose
from harness.cli.errors import Stop
from harness.kernel.suite import suite_files
from harness.record.target import Target
from tests.campaign.fakes import fake_scenario

GOOD = '''
from harness.kernel import Order, Scenario, Value, fan_out, fresh_class, operation


class PlainRead(Scenario):
    """What is stored into a class is what is read from it (gh-118362).

    More on that.
    """

    oracle = Order()
    amplifiers = (fan_out,)
    needs_parallelism = False

    def prepare(self, knobs):
        self.cls = fresh_class(x=Value(0))

    @operation(actor="writer", stores=1)
    def store(self, n):
        self.cls.x = Value(n)

    @operation(actor="reader")
    def read(self):
        return vars(self.cls)["x"], self.cls.x
'''


@pytest.fixture(scope="module")
def here() -> Target:
    return probe(sys.executable)


def test_a_file_is_described_by_the_target(here: Target, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(GOOD)
    (scenario,) = describe(here, [tmp_path / "mine.py"]).scenarios
    assert scenario.name == "mine.plain_read"
    assert scenario.class_name == "PlainRead"
    assert scenario.doc == "What is stored into a class is what is read from it (gh-118362)."
    assert scenario.issues == ("gh-118362",)
    assert scenario.oracle == "order"
    assert scenario.actors == {"writer": 1, "reader": 1}
    assert [name for name, _ in scenario.amplifiers] == ["fan_out", "freed"]
    assert not scenario.needs_parallelism
    assert ScenarioInfo.from_json(scenario.to_json()) == scenario


BROKEN = {
    "def broken(:\n": "has a syntax error in line 1",
    "value = 1\n": "holds no scenario",
    "import pytest\n": "pytest",
    "import subprocess\n": "imports subprocess, which a target may lack",
    "import nothing_of_that_name\n": "cannot be imported: ModuleNotFoundError",
    "1 / 0\n": "cannot be imported: ZeroDivisionError",
    "raise SystemExit(3)\n": "cannot be imported: SystemExit",
    "import os; os._exit(0)\n": "left without saying done, exit status 0",
    "import os; os._exit(7)\n": "left without saying done, exit status 7",
    "import os; os.abort()\n": "died of SIGABRT",
    "import os; os.kill(os.getpid(), 11)\n": "died of SIGSEGV",
    "\x00": "m.py",
}


@pytest.mark.parametrize("text", BROKEN)
def test_a_broken_file_is_one_sentence_and_the_others_are_used(
    here: Target, tmp_path: Path, text: str
) -> None:
    (tmp_path / "m.py").write_text(text)
    (tmp_path / "mine.py").write_text(GOOD)
    catalogue = describe(here, [tmp_path / "m.py", tmp_path / "mine.py"])
    (sentence,) = catalogue.errors
    assert BROKEN[text] in sentence
    assert str(tmp_path / "m.py") in sentence
    assert "\n" not in sentence
    assert [scenario.name for scenario in catalogue.scenarios] == ["mine.plain_read"]


def test_a_file_that_takes_what_the_target_was_built_without_is_told_apart(
    here: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lacks, mine = tmp_path / "lacks.py", tmp_path / "mine.py"
    lacks.write_text("import winreg\n" + GOOD)  # only Windows has it
    mine.write_text(GOOD)
    catalogue = describe(here, [lacks, mine])
    assert catalogue.errors == []
    (sentence,) = catalogue.lacking
    assert str(lacks) in sentence and "No module named 'winreg'" in sentence
    with pytest.raises(Stop, match="winreg"):
        choose(here, [str(lacks), str(mine)])
    monkeypatch.setattr("harness.cli.choose.suite_files", lambda: [lacks, mine])
    assert [scenario.name for scenario in choose(here, [])] == ["mine.plain_read"]
    assert f"left out: {sentence}" in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize("does", ["os.abort()", "while True: pass"])
def test_where_only_the_target_crashes_or_hangs_the_file_is_described(
    free_threaded: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, does: str
) -> None:
    monkeypatch.setattr(select, "LOAD_S", 5.0)
    broken = f"import os, sys\nif not getattr(sys, '_is_gil_enabled', lambda: True)():\n    {does}\n"
    (tmp_path / "mine.py").write_text(broken + GOOD)
    catalogue = describe(free_threaded, [tmp_path / "mine.py"])
    assert catalogue.errors == []
    assert [scenario.name for scenario in catalogue.scenarios] == ["mine.plain_read"]


def test_what_crashed_while_it_was_described_is_found_by_the_trials(
    free_threaded: Target, tmp_path: Path
) -> None:
    crashes = "import os, sys\nif not getattr(sys, '_is_gil_enabled', lambda: True)():\n    os.abort()\n"
    (tmp_path / "mine.py").write_text(crashes + GOOD)
    catalogue = describe(free_threaded, [tmp_path / "mine.py"])
    options = Options(1.0, 1)
    result = run_campaign(free_threaded, catalogue.scenarios, options, tmp_path / "out", lambda event: None)
    assert [(finding.kind, result.exit_status) for finding in result.findings] == [("crash", 1)]


def test_a_file_that_hangs_when_it_is_imported_is_told(
    here: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(select, "LOAD_S", 1.0)
    (tmp_path / "m.py").write_text("while True: pass\n")
    (sentence,) = describe(here, [tmp_path / "m.py"]).errors
    assert "silent" in sentence or "still running" in sentence


def test_a_file_that_prints_without_end_is_told(
    here: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(select, "LOAD_S", 1.0)
    (tmp_path / "m.py").write_text("while True: print('loud' * 1000)\n")
    assert len(describe(here, [tmp_path / "m.py"]).errors) == 1


def test_two_scenarios_of_one_name_are_told(here: Target, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "mine.py").write_text(GOOD)
    (sentence,) = describe(here, sorted(tmp_path.glob("*/mine.py"))).errors
    assert "2 scenarios are named mine.plain_read" in sentence


def test_the_shipped_suites_can_be_described(here: Target) -> None:
    catalogue = describe(here, suite_files())
    assert catalogue.errors == []
    assert len(catalogue.scenarios) > 10


def test_no_file_is_no_scenario(here: Target) -> None:
    assert describe(here, []) == Catalogue([], [])


PATTERNS = [
    ((), ["one.read", "one.read_subclass", "two.read"]),
    (("read_",), ["one.read_subclass"]),
    (("one",), ["one.read", "one.read_subclass"]),
    (("*.read",), ["one.read", "two.read"]),
    (("read*",), []),
    (("?ne.read", "two"), ["one.read", "two.read"]),
    (("[t]wo.*",), ["two.read"]),
    (("nothing",), []),
]


@pytest.mark.parametrize(("patterns", "names"), PATTERNS)
def test_patterns_are_globs_or_parts_of_the_dotted_name(patterns: tuple[str, ...], names: list[str]) -> None:
    scenarios = [fake_scenario(name=name) for name in ("one.read", "one.read_subclass", "two.read")]
    assert [chosen.name for chosen in select.select(Catalogue(scenarios, []), patterns)] == names


def test_files_and_folders_that_exist_are_no_patterns(tmp_path: Path) -> None:
    for name in ("b.py", "a.py", "_base.py", "test_a.py", "notes.txt"):
        (tmp_path / name).write_text("")
    files, patterns = split([str(tmp_path), str(tmp_path / "a.py"), "*.read", "gone.py"])
    assert files == [tmp_path / "a.py", tmp_path / "b.py", tmp_path / "a.py"]
    assert patterns == ["*.read", "gone.py"]
