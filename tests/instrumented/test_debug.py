"""A debug build: what races leave behind is a finding, and what they do not is none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harness.campaign.again import run_once
from harness.campaign.options import Options
from harness.campaign.pairs import KIND
from harness.campaign.plan import PlannedTrial
from harness.campaign.run import run_campaign
from harness.campaign.select import describe
from harness.campaign.trial import run_in_child, trial_spec
from harness.kernel.pairs.totals import LONGEST_S
from harness.kernel.suite import subject_files
from harness.record.target import Target
from harness.repro.recorded import read
from harness.repro.runs import run
from harness.repro.script import docstring, script
from tests.report.schemas import check_journal

pytestmark = pytest.mark.instrumented
FILE = Path(__file__).parent.parent / "pairs" / "_subjects.py"


TRIES = 4
"""On a machine that does much else at once, a trial's time may be over before a leak is told."""


def told(target: Target, name: str, *pairs: str, seed: int = 1) -> list[Any]:
    """The findings of one trial, which is long enough for the totals to be asked of each pair; of all in mixed rows
    where none is named.
    """
    (chosen,) = [one for one in describe(target, [FILE], "subjects").scenarios if one.name == f"pairs.{name}"]
    planned = PlannedTrial(chosen, 0, {}, str(seed), 2, 2.0, pairs=pairs, mixed=not pairs)
    events: list[Any] = []
    ending = run_in_child(
        target, trial_spec(planned, 2.0, None, 1 << 30, "off"), events.append, lambda: False
    )
    assert ending.how == "ok", ending
    asked = [event["pair"] for event in events if event["event"] == "totals"]
    assert asked == ([*pairs] or ["mixed rows"]) * target.debug
    return [event for event in events if event["event"] == "finding"]


PAIR = "come_and_go+come_and_go"


@pytest.mark.parametrize("pairs", [[PAIR], []])
def test_a_race_that_leaves_references_behind_is_told_of_its_pair(
    debug_build: Target, pairs: list[str]
) -> None:
    places = []
    for seed in range(TRIES):
        for found in told(debug_build, "leaking", *pairs, seed=seed):
            assert (found["kind"], found["oracle"]) == ("leak", "process")
            assert ", 0 after as many with one thread after the other" in found["message"]
            places.append(found["where"])
        if PAIR in places:
            break
    assert PAIR in places
    assert set(places) <= {PAIR, "mixed rows"}, (
        "of none in particular where there was no time to find out which"
    )


@pytest.mark.parametrize(
    ("name", "pair"),
    [
        ("kept", "append+pop"),
        ("leaking", "look+look"),
        ("leaking_alone", "put+put"),
        ("pending", "come_and_go+come_and_go"),
        ("held_elsewhere", "put_interned+drop"),
    ],
)
def test_what_races_do_not_leave_behind_is_none(debug_build: Target, name: str, pair: str) -> None:
    assert not told(debug_build, name, pair)


def test_it_is_not_asked_where_nobody_counts(free_threaded: Target) -> None:
    if free_threaded.debug:
        pytest.skip("the target under test is a debug build")
    assert not told(free_threaded, "leaking", "come_and_go+come_and_go")


def test_it_is_a_finding_like_any_other(debug_build: Target, tmp_path: Path) -> None:
    subjects = describe(debug_build, [FILE], "subjects").scenarios
    chosen = [one for one in subjects if one.name == "pairs.leaking"]
    options = Options(3 * LONGEST_S, 1, jobs=1, stop_at_first=True)
    result = run_campaign(debug_build, chosen, options, tmp_path / "out", lambda event: None, KIND)
    check_journal(tmp_path / "out")
    (found,) = result.findings
    assert found.signature == "leak | process | pairs.leaking | come_and_go+come_and_go"
    assert (found.severity, result.exit_status) == ("leak", 1)
    recorded = read(tmp_path / "out", found.id)
    again = run_once(debug_build, recorded.again, found.signature, memory_bytes=1 << 30)
    assert again.hit, again
    path = tmp_path / "script.py"
    path.write_text(script(found, recorded.again, docstring(["What it shows."]), seconds=30))
    assert run(debug_build, path, limit_s=60).seen


@pytest.mark.slow
def test_no_pair_of_the_catalogue_raises_a_false_alarm(debug_build: Target, tmp_path: Path) -> None:
    """What else a minute of it shows is CPython's own; a leak would have to be read."""
    subjects = describe(debug_build, [*subject_files()], "subjects").scenarios
    result = run_campaign(debug_build, subjects, Options(60.0, 1), tmp_path / "out", lambda event: None, KIND)
    assert result.totals.pairs.distinct > 1000
    (asked,) = (
        int(told.split()[3]) for told in result.notices if told.startswith("reference totals: asked ")
    )
    assert asked > 20
    leaks = [found for found in result.findings if (found.kind, found.oracle) == ("leak", "process")]
    assert not leaks, json.dumps([found.message for found in leaks])
