"""``ftstress known`` runs the proofs again, and a full run says which entries nothing looked like."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.campaign.grade import grade
from harness.cli import main
from harness.kernel import known
from harness.kernel.known import KnownIssue
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


OUTCOMES = [
    (SAYS + "sys.exit(0 if with_gil else 1)", 0, "shows, run 1"),
    (SAYS + "sys.exit(1)", 1, "with -X gil=1 too, and the list says otherwise"),
    (SAYS + "sys.exit(0)", 1, "does not show any more, in 3 runs: is it fixed?"),
    (SAYS + "raise LookupError('gone')", 1, "no answer: exit status 1: LookupError: gone"),
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
    told = capsys.readouterr().out
    assert told.startswith("ftstress-9999 proof.py: ") and said in told


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
    (told,) = notices(monkeypatch, covering(2))
    assert "2 trials of fake.* showed nothing like it: it is stale, or rare" in told


def test_a_run_that_was_not_a_full_one_says_nothing_of_that(monkeypatch: pytest.MonkeyPatch) -> None:
    assert notices(monkeypatch, covering(1)) == []
    assert notices(monkeypatch, covering(2), complete=False) == []


def test_an_entry_that_something_looked_like_is_not_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    written = covering(2).trial().finding().progress().ended()
    assert notices(monkeypatch, written) == []
