"""Six races planted in a C extension are found with the types alone, and its repaired twin is quiet.

Values and exceptions only: none of them takes the process down.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from harness.campaign.options import Options
from harness.campaign.own import OwnType, own_subject
from harness.campaign.pairs import KIND
from harness.campaign.run import run_campaign
from harness.kernel.pairs.subject import ATOMIC
from harness.record.result import Result
from harness.record.target import Target

SOURCE = Path(__file__).with_name("extension") / "races.c"
RACES = {
    "Counter": ("violation", "outcomes", "add+add"),
    "Stack": ("exception", "process", "pop+pop"),
    "Span": ("violation", "outcomes", "move+ends"),
    "Cursor": ("violation", "outcomes", "next+next"),
    "Bag": ("violation", "structure", "add+add"),
    "Seats": ("violation", "outcomes", "take+take"),
}
"""An update that is lost, a check that no longer holds, two fields of two moments, an iterator that skips, an old
length, a seat that is given twice.
"""
QUIET_S = 3.0
ASK = "import json, sysconfig as s; print(json.dumps([s.get_paths()['include'], s.get_config_var('EXT_SUFFIX')]))"


@pytest.fixture(autouse=True)
def _kept_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


@pytest.fixture(scope="session")
def built(free_threaded: Target, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with both modules, built for the target; without compiler or headers the test is skipped."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        pytest.skip("there is no C compiler on this machine: no extension was built")
    said = subprocess.run([free_threaded.executable, "-c", ASK], capture_output=True, text=True, check=True)
    include, suffix = json.loads(said.stdout)
    if not Path(include, "Python.h").is_file():
        pytest.skip(f"{free_threaded.executable} has no headers: no extension was built")
    folder = tmp_path_factory.mktemp("extension")
    for name, more in (("planted", ()), ("repaired", ("-DREPAIRED",))):
        module = str(folder / (name + suffix))
        command = [compiler, "-shared", "-fPIC", "-O2", "-Wall", "-Werror", f"-I{include}", f"-DNAME={name}"]
        subprocess.run([*command, *more, str(SOURCE), "-o", module], check=True)
    return folder


def race(target: Target, built: Path, out: Path, factory: str, options: Options) -> Result:
    found = own_subject(target, OwnType(factory, promise=ATOMIC, path=(str(built),)))
    assert not found.left_out, "all of it can be driven"
    return run_campaign(target, [found], options, out / "campaign", lambda event: None, KIND)


@pytest.mark.targets
@pytest.mark.parametrize("name", RACES)
def test_a_planted_race_is_found_and_its_repair_is_quiet(
    free_threaded: Target, built: Path, tmp_path: Path, name: str
) -> None:
    options = Options(budget_s=60.0, seed=1, stop_at_first=True)
    result = race(free_threaded, built, tmp_path / "planted", f"planted:{name}", options)
    first = result.findings[0]
    assert (first.kind, first.oracle, first.signature.split(" | ")[3]) == RACES[name]
    assert result.exit_status == 1
    options = Options(budget_s=QUIET_S, seed=1)
    result = race(free_threaded, built, tmp_path / "repaired", f"repaired:{name}", options)
    assert not result.findings
    assert result.exit_status == 0 and result.totals.pairs.overlapped == result.totals.pairs.distinct > 0
