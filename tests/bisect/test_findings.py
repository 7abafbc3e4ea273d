"""What ``ftstress bisect`` looks for: a finding of a campaign, a known issue, a script."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from harness.cli import main
from harness.kernel.known import load
from harness.record.bisection import Past
from harness.record.journal import read_lines
from harness.repro.proofs import texts
from tests.bisect import toys
from tests.campaign.fakes import fake_target
from tests.repro._recordings import journal, scenario_info


@pytest.fixture
def culprit(tmp_path: Path) -> str:
    return toys.clone(tmp_path / "cpython", "fine", "fine", "shows", "shows")[2]


def bisect(name: str, *more: str) -> int:
    return main(["bisect", name, "--repo", "cpython", "--good", "main~3", "--bad", "main", *more])


def past(name: str) -> Past:
    return Past.of(read_lines(Path("ftstress-results") / f"bisect-{name}"))


@pytest.mark.parametrize("name", ["ftstress-0005", "gh-155978"])
def test_a_known_issue_by_its_program_stored_or_written(
    name: str, culprit: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bisect(name) == 0
    assert capsys.readouterr().out.startswith(f"{name} came with {culprit[:11]} (")
    begun = past(name).begun
    assert begun is not None
    (issue,) = [one for one in load() if one.id == name]
    assert [one.text for one in begun.programs] == texts(issue)


def test_of_several_programs_the_one_that_shows_at_the_bad_end(
    culprit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = list(dict.fromkeys(text for one in load() if one.id == "ftstress-0006" for text in texts(one)))
    assert len(programs) > 1
    word = "metaclass"
    (number,) = [number for number, one in enumerate(programs) if word in one.casefold()]
    monkeypatch.setenv("TOY_ONLY", word)
    assert bisect("ftstress-0006", "--limit", "1s") == 0
    rated = past("ftstress-0006").rated
    assert rated is not None and rated.program == number


@pytest.mark.parametrize("debug", [False, True])
def test_a_finding_by_its_script_on_a_build_like_its_own(
    debug: bool, culprit: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = replace(fake_target(), debug=debug)
    info = scenario_info("type_attributes.set_module")
    found = journal(tmp_path / "campaign", target, info, oracle="order", where="read")
    assert bisect(f"campaign#{found}") == 0
    assert capsys.readouterr().out.startswith(f"campaign#{found} came with {culprit[:11]} (")
    assert ("--with-pydebug" in (tmp_path / "toy.log").read_text().splitlines()[0]) == debug
    begun = past(found).begun
    assert begun is not None and "__module__" in begun.programs[0].text


def test_the_commit_becomes_part_of_the_finding_once(
    culprit: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    info = scenario_info("type_attributes.set_module")
    found = journal(tmp_path / "campaign", fake_target(), info, oracle="order", where="read")
    assert bisect(f"campaign#{found}") == 0
    assert bisect(f"campaign#{found}", "--resume") == 0
    events = [event for event in read_lines(tmp_path / "campaign") if event["event"] == "later"]
    assert [one["details"]["came_with"].startswith(culprit[:11]) for one in events] == [True]
    capsys.readouterr()
    assert main(["report", "campaign", "--format", "markdown", "--umbrella"]) == 0
    assert f"- came with: `{culprit[:11]} (" in capsys.readouterr().out


def test_without_its_campaign_the_commit_is_told_all_the_same(
    culprit: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    info = scenario_info("type_attributes.set_module")
    found = journal(tmp_path / "campaign", fake_target(), info, oracle="order", where="read")
    assert bisect(f"campaign#{found}") == 0
    first = capsys.readouterr().out
    (tmp_path / "campaign" / "journal.jsonl").unlink()
    assert bisect(f"campaign#{found}", "--resume") == 0
    said = capsys.readouterr()
    assert said.out == first
    (line,) = said.err.splitlines()
    assert "campaign holds no campaign: " in line and line.endswith("; the commit is not noted there")
