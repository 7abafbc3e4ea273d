"""``ftstress fuzz`` as a user types it, with real children on a real free-threaded target."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from harness.campaign.again import Again
from harness.kernel.event_types import Kind
from harness.kernel.pairs.program import parse
from harness.record.target import Target
from harness.repro.programmed import LINES
from harness.repro.script import docstring, script
from tests.campaign.fakes import fake_scenario
from tests.cli.samples import ftstress
from tests.repro._recordings import finding

TOYS = Path(__file__).with_name("_toys.py")


def fuzz(target: Target, folder: Path, *arguments: str) -> tuple[int, dict[str, Any], str]:
    """The exit status, the result, and what was said."""
    out = folder / "out"
    done = ftstress(
        *("fuzz", *arguments, "--target", target.executable, "--out", out),
        cwd=folder,
        XDG_CACHE_HOME=str(folder / "cache"),
    )
    told = out / "result.json"
    return done.returncode, json.loads(told.read_text()) if told.exists() else {}, done.stdout + done.stderr


@pytest.fixture(scope="module")
def racing(
    free_threaded: Target, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, list[dict[str, Any]]]:
    folder = tmp_path_factory.mktemp("racing")
    status, result, said = fuzz(
        free_threaded, folder, str(TOYS), "racing", "--budget", "40s", "-x", "--seed", "1"
    )
    assert status == 1, said
    return folder, [one for one in result["findings"] if one["oracle"] == "structure"]


def test_what_no_pair_shows_is_found_and_made_as_small_as_it_is(
    racing: tuple[Path, list[dict[str, Any]]],
) -> None:
    _, findings = racing
    programs = [parse(one["signature"].split(" | ")[3]) for one in findings]
    assert min(one.length for one in programs) == 3
    smallest = min(programs, key=lambda one: one.length)
    assert sorted(one.name for thread in smallest.threads for one in thread) == ["enter", "enter", "open"]
    assert not smallest.members[0].places


def test_it_is_kept_for_later_runs_which_race_it_first(
    racing: tuple[Path, list[dict[str, Any]]], free_threaded: Target, tmp_path: Path
) -> None:
    folder, findings = racing
    kept = (folder / "cache" / "ftstress" / "programs.txt").read_text().split()
    assert {one["signature"].split(" | ")[3] for one in findings} <= {*kept}
    (tmp_path / "cache" / "ftstress").mkdir(parents=True)
    (tmp_path / "cache" / "ftstress" / "programs.txt").write_text("no program\n" + "\n".join(kept))
    fuzz(free_threaded, tmp_path, str(TOYS), "--budget", "1s", "--seed", "1")
    lines = map(json.loads, (tmp_path / "out" / "journal.jsonl").read_text().splitlines())
    first = next(one for one in lines if one["event"] == "trial_start")
    assert first["pairs"] == kept[:1]


def test_it_is_shown_again(racing: tuple[Path, list[dict[str, Any]]]) -> None:
    folder, findings = racing
    again = ftstress("repro", f"out#{findings[0]['id']}", "--limit", "4s", cwd=folder)
    assert again.returncode == 1, again.stdout + again.stderr


@pytest.mark.parametrize(
    ("oracle", "exception", "text", "seen"),
    [
        ("structure", "", "0.open,0.enter+0.enter@_toys.racing*0>cell", "entered"),
        ("structure", "", "0.open,0.enter+0.enter,1:new@_toys.racing*0;_toys.locked*0>cell", "entered"),
        ("outcomes", "", "0.open,0.enter+0.enter,0.look@_toys.racing*0", "Room"),
        ("process", "SystemError", "0.open,0.fail@_toys.failing*0", "SystemError"),
        (
            "process",
            "SystemError",
            "0.open,0.fail+0.enter,1:hold:0@_toys.failing*0;_toys.locked*0",
            "SystemError",
        ),
    ],
)
def test_it_is_written_as_a_short_program(
    oracle: str, exception: str, text: str, seen: str, free_threaded: Target, tmp_path: Path
) -> None:
    written = as_script(oracle, exception, text, seconds=30)
    assert len(written.splitlines()) <= LINES
    status, said = ran(written, free_threaded, tmp_path)
    assert status == 1 and said.startswith("seen: ") and seen in said, said


@pytest.mark.parametrize("looks_on", ["0.look", ":copy"])
@pytest.mark.parametrize(
    ("oracle", "exception"),
    [
        ("structure", ""),
        ("outcomes", ""),
        ("permitted", ""),
        ("process", "TypeError"),
        ("process", "SystemError"),
        ("lifetime", ""),
    ],
)
def test_what_is_not_there_is_not_seen(
    oracle: str, exception: str, looks_on: str, free_threaded: Target, tmp_path: Path
) -> None:
    """Three threads, two of which have the same names; of an object in a place, which one takes from it."""
    text = f"0.open,0.enter+0.enter,{looks_on}+1:drop@_toys.locked*0;_toys.locked*0>dict"
    assert ran(as_script(oracle, exception, text, seconds=1), free_threaded, tmp_path) == (0, "")


def as_script(oracle: str, exception: str, text: str, seconds: int) -> str:
    """The script of a finding of that program."""
    kind: Kind = "exception" if exception else "violation"
    found = finding(kind, oracle, "pairs.racing", text, variant=text, exception=exception)
    info = fake_scenario(name="pairs.racing", file=str(TOYS), pairs=(text,))
    again = Again(info, {}, "1", 2, 1.0, pairs=(text,))
    return script(found, again, docstring(["What."]), seconds=seconds)


def ran(text: str, target: Target, folder: Path) -> tuple[int, str]:
    """The exit status, and what it says it has seen."""
    path = folder / "script.py"
    path.write_text(text)
    done = subprocess.run([target.executable, path], capture_output=True, text=True, timeout=90)
    return done.returncode, done.stderr


def test_a_correct_one_is_quiet(free_threaded: Target, tmp_path: Path) -> None:
    status, result, said = fuzz(free_threaded, tmp_path, str(TOYS), "locked", "--budget", "4s", "--seed", "1")
    assert (status, result["findings"]) == (0, []), said
    assert result["totals"]["rounds"] > 0


@pytest.mark.parametrize(
    ("asked", "status", "sentence"),
    [
        ("no_such_subject", 3, "no scenario matches no_such_subject"),
        ("missing.py", 2, "there is no file missing.py"),
        ("pairs.lock_held", 3, "no program can have pairs.lock_held: its operations wait for one another"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(
    asked: str, status: int, sentence: str, free_threaded: Target, tmp_path: Path
) -> None:
    done, _, said = fuzz(free_threaded, tmp_path, asked)
    assert done == status and said.strip().startswith(f"ftstress: {sentence}") and said.count("\n") == 1, said
