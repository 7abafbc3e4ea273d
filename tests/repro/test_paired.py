"""A pair's script is short whatever the pair: what is around the subject's own steps never grows."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from harness.campaign.again import Again
from harness.kernel.pairs.subject import load_subjects, steps
from harness.kernel.suite import subject_files
from harness.record.result import Finding
from harness.record.target import Target
from harness.repro.bundle import NotScriptable
from harness.repro.paired import LINES
from harness.repro.script import docstring, script
from tests.campaign.fakes import fake_scenario
from tests.repro._recordings import finding

HEADER = docstring(["What.", "Seen.", "Build.", "Measured."])
AROUND = 24
"""Lines of the header, and from the steps on."""
PLANTED = Path(__file__).parent.parent / "pairs" / "_subjects.py"
UNSCRIPTED = 0.2
"""The share of subjects whose ``fresh`` or ``left`` goes by other methods of theirs, at most."""


def written(found: Finding, file: Path, pair: str, seconds: int = 60) -> str:
    info = fake_scenario(name=found.scenario, file=str(file), pairs=(pair,))
    return script(found, Again(info, {}, "1", 2, 1.0, pairs=(pair,)), HEADER, seconds=seconds)


def test_the_scripts_of_all_subjects_compile_and_are_as_short_as_their_steps_permit() -> None:
    refused = short = 0
    subjects = [
        (file, name, one) for file in subject_files() for name, one in load_subjects(str(file)).items()
    ]
    some = subjects[::9]
    for file, name, subject in some:
        pair = "+".join(list(steps(subject))[:2])
        try:
            text = written(finding("violation", "permitted", name, pair), file, pair)
        except NotScriptable:
            refused += 1
            continue
        compile(text, name, "exec")
        lines = text.splitlines()
        first = next(number for number, line in enumerate(lines) if line.startswith("STEPS = "))
        assert len(lines) - first + len(HEADER.splitlines()) <= AROUND, text
        short += len(lines) <= LINES
    assert refused <= UNSCRIPTED * len(some)
    assert short >= len(some) / 3


@pytest.mark.parametrize(
    "pair", ["come_and_go+come_and_go", "come_and_go,come_and_go+come_and_go,come_and_go"]
)
def test_it_shows_what_the_judge_saw(pair: str, free_threaded: Target, tmp_path: Path) -> None:
    found = finding("exception", "process", "pairs.raising", pair, variant=pair, exception="RuntimeError")
    path = tmp_path / "script.py"
    path.write_text(written(found, PLANTED, pair, seconds=20))
    done = subprocess.run([free_threaded.executable, path], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (1, "") and "RuntimeError" in done.stdout


def test_that_a_process_is_broken_is_shown_by_what_an_operation_alone_gives(
    free_threaded: Target, tmp_path: Path
) -> None:
    found = finding("violation", "process", "pairs.breaking", "arm+arm", variant="arm+arm", alone="ask")
    path = tmp_path / "script.py"
    path.write_text(written(found, PLANTED, "arm+arm", seconds=20))
    done = subprocess.run([free_threaded.executable, path], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (1, "") and "x1" in done.stdout
