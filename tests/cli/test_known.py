"""``ftstress known`` runs the proofs again, and a full run says which entries nothing looked like."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.campaign.grade import grade
from harness.cli import main
from harness.kernel import known
from harness.kernel.known import Change, KnownIssue
from harness.kernel.scenario import ScenarioError
from harness.record.target import Target
from harness.repro import proofs
from harness.repro.proofs import Proven
from harness.repro.racing import HANGS_S
from tests.campaign.fakes import fake_scenario
from tests.campaign.journals import HandWritten

SAYS = "import sys\nwith_gil = getattr(sys, '_is_gil_enabled', lambda: True)()\n"
ENTRY = KnownIssue(
    id="ftstress-9999",
    title="Says so",
    scenario="fake.*",
    signature=r"violation \| order",
    proof="proof.py",
    with_gil=False,
    seen="every time",
)


@pytest.fixture
def listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The list has one entry; what its proof does is written into the file that is given."""
    monkeypatch.setattr("harness.repro.proofs.program", lambda issue: tmp_path / issue.proof)
    monkeypatch.setattr("harness.cli.known.load", lambda: [ENTRY])
    return tmp_path / "proof.py"


def cells(row: str) -> list[str]:
    """A row of the table; how wide a column is follows from the targets' versions."""
    return re.split(" {2,}", row)


OUTCOMES = [
    (SAYS + "sys.exit(0 if with_gil else 1)", 0, "  shown 1 of 1, GIL not"),
    (SAYS + "sys.exit(1)", 1, "  ! shown 1 of 1, GIL too"),
    (SAYS + "sys.exit(0)", 1, "  ! shown 0 of 3"),
    (SAYS + "raise LookupError('gone')", 1, "  ! no answer"),
]


@pytest.mark.parametrize(("proof", "status", "said"), OUTCOMES)
def test_a_proof_is_held_against_the_list(
    proof: str,
    status: int,
    said: str,
    listed: Path,
    free_threaded: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    listed.write_text(proof)
    assert main(["known", "--target", free_threaded]) == status
    captured = capsys.readouterr()
    assert "where it is to show: 1 of 1" in captured.err
    told = captured.out.splitlines()
    (row,) = [line for line in told if line.startswith("ftstress-9999  proof.py")]
    assert said in row
    assert ("no answer" in row) == told[-1].endswith("exit status 1: LookupError: gone")


MENDED = replace(ENTRY, mended=(Change("3.13"),))
NEVER = replace(ENTRY, free_threaded=False)
CELLS = [
    (MENDED, "sys.exit(0)", 0, "  mended, shown 0 of 1"),
    (MENDED, "sys.exit(1)", 1, "  ! mended, shown 1 of 1, GIL too"),
    (NEVER, "sys.exit(1)", 3, "  -"),
]


@pytest.mark.parametrize(("entry", "proof", "status", "said"), CELLS)
def test_what_is_mended_is_looked_for_and_what_never_was_is_not(
    entry: KnownIssue,
    proof: str,
    status: int,
    said: str,
    listed: Path,
    free_threaded: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("harness.cli.known.load", lambda: [entry])
    listed.write_text(SAYS + proof)
    assert main(["known", "--target", free_threaded]) == status
    (row,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("ftstress-9999")]
    assert row.endswith(said)


def test_a_column_for_each_target(
    listed: Path, free_threaded: str, capsys: pytest.CaptureFixture[str]
) -> None:
    listed.write_text(SAYS + "sys.exit(0 if with_gil else 1)")
    # Every interpreter that has the GIL is said to show it, and this program does not there.
    assert main(["known", "--target", free_threaded, "--target", sys.executable]) == 1
    (row,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("ftstress-9999")]
    assert cells(row)[-2:] == ["shown 1 of 1, GIL not", "! shown 0 of 3"]


def test_the_gil_is_tried_on_one_target_that_shows_it(
    listed: Path, free_threaded: str, capsys: pytest.CaptureFixture[str]
) -> None:
    listed.write_text(SAYS + "sys.exit(0 if with_gil else 1)")
    again = Path(free_threaded).parent.parent / "bin" / Path(free_threaded).name
    assert main(["known", "--target", free_threaded, "--target", str(again)]) == 0
    (row,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("ftstress-9999")]
    assert sorted(cells(row)[-2:]) == ["shown 1 of 1", "shown 1 of 1, GIL not"]


def test_it_is_looked_for_in_vain_as_long_as_what_showed_asks_for() -> None:
    written = replace(ENTRY, proof="", written=("crash | process | pairs.list | pop+pop",))
    hangs = replace(written, written=("hang | process | pairs.list | pop+pop",))
    assert [proofs.in_vain_s(ENTRY, took_s) for took_s in (0.1, 1.0, 99.0)] == [0.5, 2.0, 6.0]
    for took_s in (0.1, HANGS_S + 0.1):  # it met a hang where it looked for a crash
        assert proofs.in_vain_s(written, took_s) == 0.5
        assert proofs.in_vain_s(hangs, took_s) == HANGS_S + 0.5


def test_what_was_held_before_an_interrupt_is_told(
    listed: Path, free_threaded: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    mended = replace(
        MENDED, id="ftstress-9998", proof="other.py"
    )  # it is looked for when the other one has shown
    monkeypatch.setattr("harness.cli.known.load", lambda: [ENTRY, mended])
    prove = proofs.prove

    def proven(issue: KnownIssue, target: Target, **how: Any) -> Proven:
        if issue.proof == "other.py":
            raise KeyboardInterrupt
        return prove(issue, target, **how)

    monkeypatch.setattr("harness.repro.proofs.prove", proven)
    listed.write_text(SAYS + "sys.exit(0 if with_gil else 1)")
    assert main(["known", "--target", free_threaded]) == 130
    told = capsys.readouterr().out.splitlines()
    rows = {line.split()[0]: line for line in told if line.startswith("ftstress-999")}
    assert rows["ftstress-9999"].endswith("  shown 1 of 1")
    assert rows["ftstress-9998"].endswith("  not run")


def test_the_program_is_printed_and_not_run(listed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    listed.write_text("print('a proof')\n")
    assert main(["known", "ftstress-9999", "--script"]) == 0
    assert capsys.readouterr().out == "print('a proof')\n"


def test_an_id_that_is_not_listed_is_told_with_those_that_are(
    listed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["known", "gh-1"]) == 2
    assert "gh-1 is not on the list: there are ftstress-9999" in capsys.readouterr().err


def notices(monkeypatch: pytest.MonkeyPatch, written: HandWritten, complete: bool = True) -> list[str]:
    monkeypatch.setattr(known, "load", lambda: [ENTRY])
    told = grade(written.end(complete)).notices
    return [notice for notice in told if "ftstress-9999" in notice]


def covering(trials: int) -> HandWritten:
    written = HandWritten(fake_scenario(amplifiers=(("fan_out", (0, 30)),)))
    for _ in range(trials):
        written.trial().progress().ended()
    return written


def test_an_entry_that_nothing_looked_like_in_a_full_run_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    (told,) = notices(monkeypatch, covering(3))
    assert "3 trials of fake.* showed nothing like it: it is stale, or rare" in told


def test_a_run_that_was_not_a_full_one_says_nothing_of_that(monkeypatch: pytest.MonkeyPatch) -> None:
    assert notices(monkeypatch, covering(2)) == [], "the first was a glance"
    assert notices(monkeypatch, covering(3), complete=False) == []


def test_an_entry_that_something_looked_like_is_not_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    written = covering(2).trial().finding().progress().ended()
    assert notices(monkeypatch, written) == []


def test_a_subject_is_found_though_this_python_lacks_what_another_file_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lacks, planted = tmp_path / "lacks.py", Path(__file__).parent.parent / "pairs" / "_subjects.py"
    lacks.write_text("import winreg\n")  # only Windows has it
    monkeypatch.setattr(proofs, "subject_files", lambda: [lacks, planted])
    assert proofs._subject("pairs.kept").file == str(planted)
    with pytest.raises(ScenarioError, match="No module named 'winreg'"):
        proofs._subject("pairs.nowhere")
