"""``git bisect run`` with a finding's script names the commit that removed the guarantee."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness.builds import cache
from harness.builds.fault import build_fault, find
from harness.builds.fingerprint import probe
from harness.builds.provision import compiled
from harness.cli import main
from harness.repro.bisect import look
from harness.repro.runs import Rate
from harness.repro.script import docstring, script
from tests.cli.samples import ROOT, environment
from tests.repro._recordings import again, finding

FAULT = "deleted-value-leaks"
SHOWS = Rate(hits=10, runs=10, limit_s=60.0, mean_s=0.2)


def git(folder: Path, *arguments: str) -> str:
    who = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    for role in ("AUTHOR", "COMMITTER"):
        who |= {f"GIT_{role}_NAME": "somebody", f"GIT_{role}_EMAIL": "somebody@example.org"}
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env=environment(**who), capture_output=True, text=True, timeout=200
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


def commit(folder: Path, interpreter: Path | None, message: str) -> str:
    """A commit whose ``python`` is ``interpreter``; None: it has none."""
    (folder / "python").unlink(missing_ok=True)
    if interpreter is not None:
        (folder / "python").symlink_to(interpreter)
    (folder / "notes.txt").write_text(message)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", message)
    return git(folder, "rev-parse", "HEAD")


@pytest.mark.slow
def test_the_commit_that_removed_a_guarantee_is_named(tmp_path: Path) -> None:
    if not any(entry.tree.is_dir() for entry in cache.entries()):
        pytest.skip("no target was compiled on this machine: ftstress build makes one")
    good, bad = compiled().executable(), build_fault(find(FAULT))
    repository, program = tmp_path / "cpython", tmp_path / "script.py"
    repository.mkdir()
    name = "type_attributes.deleted_value"
    found = finding("leak", "lifetime", name, "quiescence")
    program.write_text(script(found, again(name), docstring(["Leaks.", f"{SHOWS.said()}."])))
    git(repository, "init", "-q", "-b", "main")
    first = commit(repository, good, "it all works")
    commit(repository, good, "more of the same")
    commit(repository, None, "does not build")
    commit(repository, good, "builds again")
    culprit = commit(repository, bad, "no need to delete that")
    commit(repository, bad, "tidy up")
    git(repository, "bisect", "start", "HEAD", first)
    step = [sys.executable, "-m", "harness", "bisect-step", str(program), "--build", "."]
    told = git(repository, "bisect", "run", "env", f"PYTHONPATH={ROOT}", *step)
    assert f"{culprit} is the first bad commit" in told
    assert "it shows: 1 run of" in told


def program(folder: Path, body: str, rate: Rate | None = SHOWS) -> Path:
    path = folder / "script.py"
    path.write_text(f'"""What.\n{rate.said() if rate else "Of somebody"}\n"""\n{body}\n')
    return path


def step(folder: Path, script: Path) -> int:
    return main(["bisect-step", str(script), "--build", str(folder), "--confidence", "0.5"])


@pytest.fixture
def with_interpreter(tmp_path: Path) -> Path:
    folder = tmp_path / "build"
    folder.mkdir()
    (folder / "python").symlink_to(sys.executable)
    return folder


def test_0_1_and_125_are_what_git_is_told(
    tmp_path: Path, with_interpreter: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert step(with_interpreter, program(tmp_path, "print('seen: it')\nraise SystemExit(1)")) == 1
    assert step(with_interpreter, program(tmp_path, "import time\ntime.sleep(99)")) == 0
    assert "does not show (50% sure): 1 run" in capsys.readouterr().out
    assert step(with_interpreter, program(tmp_path, "import no_such_module")) == 125
    assert "the script cannot run" in capsys.readouterr().err


def test_whole_runs_in_vain_are_enough_where_it_takes_long_to_show(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hang shows in every run, and is told after a minute: by the time alone it would be looked for ten minutes."""
    monkeypatch.setattr("harness.repro.bisect.LEAST_S", 0.0)
    script, slow = program(tmp_path, "print('not seen')"), Rate(hits=10, runs=10, limit_s=60.0, mean_s=50.0)
    answer = look(probe(sys.executable), script, slow, 0.99, lambda one: None)
    assert (answer.seen, answer.runs) == (False, slow.needed_runs(0.99))


def test_a_run_that_ends_in_another_way_is_no_answer_yet(tmp_path: Path) -> None:
    script = program(
        tmp_path,
        "import pathlib, sys\n"
        "first = pathlib.Path(__file__).with_suffix('.first')\n"
        "if not first.exists():\n    first.touch()\n    raise LookupError\n"
        "print('seen')\nsys.exit(1)",
    )
    answer = look(probe(sys.executable), script, SHOWS, 0.99, lambda one: None)
    assert (answer.seen, answer.runs) == (True, 2)


WRONG = [
    ("no interpreter", "is no source tree, and has no interpreter"),
    ("no script", "cannot be read"),
    ("no rate", "does not say how often it shows"),
    ("never shown", "does not say how often it shows"),
]


@pytest.mark.parametrize(("what", "sentence"), WRONG)
def test_what_cannot_be_told_is_125_with_a_sentence(
    what: str, sentence: str, tmp_path: Path, with_interpreter: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rate = {"no rate": None, "never shown": Rate(0, 10, 60.0, 60.0)}.get(what, SHOWS)
    script = program(tmp_path, "print('seen')", rate)
    if what == "no interpreter":
        (with_interpreter / "python").unlink()
    if what == "no script":
        script.unlink()
    assert step(with_interpreter, script) == 125
    told = capsys.readouterr().err
    assert sentence in told and len(told.splitlines()) == 1


def test_a_linked_interpreter_is_the_one_that_it_links_to(with_interpreter: Path) -> None:
    assert probe(with_interpreter / "python").version == probe(sys.executable).version
