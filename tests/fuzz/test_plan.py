"""What a campaign of random programs goes on with, as far as its plan goes by what was shown."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from harness.campaign.fuzz import AT_ONCE, TOGETHER, TRIES, programs
from harness.campaign.options import Options
from harness.campaign.plan import PlannedTrial
from harness.campaign.run import run_campaign
from harness.campaign.select import ScenarioInfo
from harness.campaign.shown import Shown
from harness.kernel import known
from harness.kernel.known import KnownIssue
from harness.kernel.pairs.program import as_pair, is_program, parse
from harness.record.target import Target
from tests.campaign.conftest import fake_children as fake_children
from tests.campaign.fakes import fake_scenario, fake_target
from tests.fuzz.test_drawn import issue, subject

LISTS, SETS = subject("lists", "pairs.list"), subject("sets", "pairs.set")
CRASH = "crash | process"

Shows = Callable[[PlannedTrial, str], str | None]
"""What a program shows in a trial: a symptom, or nothing."""


class Played:
    """A campaign whose programs show what a test says."""

    def __init__(self, shows: Shows, some: tuple[ScenarioInfo, ...] = (LISTS,)) -> None:
        self.shows, self.some = shows, some
        self.shown = Shown()
        self.number = 0
        self.told: list[tuple[str, str]] = []
        """Findings: where, and the symptom."""

    def trials(self, most: int, *corpus: str, target: Target | None = None) -> list[PlannedTrial]:
        options = Options(budget_s=60.0, seed=1)
        plan = programs(corpus).trials(self.some, target or fake_target(), options, self.shown)
        done = []
        for one in islice(plan, most):
            self.number += 1
            self.say(one, "trial_start", index=one.index, pairs=list(one.pairs))
            self.child(one)
            self.say(one, "trial_end", index=one.index, ending={"done": "pairs"})
            done.append(one)
        return done

    def say(self, one: PlannedTrial, event: str, **fields: Any) -> None:
        stamp = {"trial": self.number, "scenario": one.scenario.name, "at_s": 0.0}
        self.shown.feed({"event": event, **stamp, **fields})  # type: ignore[arg-type]  # one of them

    def child(self, one: PlannedTrial) -> None:
        """Race its programs, up to the first that shows something."""
        for text in one.pairs:
            self.say(one, "pair_begin", pair=text)
            if symptom := self.shows(one, text):
                kind, oracle = symptom.split(" | ")
                if one.tentative:
                    self.say(one, "doubted", pair=text, after="", message="", symptom=symptom)
                else:
                    self.told.append((text, symptom))
                    self.say(one, "finding", where=text, kind=kind, oracle=oracle, details={})
                return


def has(text: str, *names: str) -> bool:
    """Whether threads of a program, or a pair, do all of these."""
    done = text.partition("@")[0].replace("+", ",").split(",")
    return all(any(one.lstrip("0123456789.:") == name for one in done) for name in names)


def test_what_a_program_shows_is_a_finding_once_the_smallest_has_shown_it_and_then_explains_others() -> None:
    played = Played(lambda _, text: CRASH if has(text, "append", "clear") else None)
    played.trials(60)
    assert {symptom for _, symptom in played.told} == {CRASH}
    assert all(has(where, "append", "clear") for where, _ in played.told)
    assert played.told[0][0] in ("append+clear", "clear+append") or parse(played.told[0][0]).length == 2
    assert len(played.told) < 4


def test_a_program_that_nothing_smaller_shows_explains_nothing() -> None:
    tried: list[str] = []

    def shows(one: PlannedTrial, text: str) -> str | None:
        if not one.tentative:
            tried.append(text)
        return CRASH if one.tentative and has(text, "append") else None

    Played(shows).trials(80)
    assert tried.count(tried[0]) > AT_ONCE * TRIES, (
        "programs that show it after it was given up are made smaller, too"
    )


def test_what_a_pair_showed_in_another_way_does_not_make_a_crash_a_finding() -> None:
    wrong = "violation | outcomes"

    def shows(one: PlannedTrial, text: str) -> str | None:
        if not is_program(text):
            return CRASH if len(played.told) > 1 else wrong
        return (CRASH if "*1" in text else wrong) if has(text, "append", "clear") else None

    played = Played(shows)
    played.trials(60, "0.append+0.clear@lists.list*0", "0.append+0.clear@lists.list*1")
    assert {symptom for _, symptom in played.told} == {wrong, CRASH}


def test_what_is_done_to_one_world_explains_nothing_of_another() -> None:
    def shows(_: PlannedTrial, text: str) -> str | None:
        if ":repr" not in text:
            return None
        return CRASH if "sets.set" in text or "lists.list" in text else None

    played = Played(shows, (LISTS, SETS))
    nothing = "0.len+0.len@lists.list*0"
    played.trials(12, ":repr@lists.list*0", nothing, nothing, ":repr@sets.set*0")
    assert {parse(where).members[0].name for where, _ in played.told} == {"pairs.list", "pairs.set"}


def test_a_child_that_died_before_any_program_has_shown_nothing_of_the_one_that_is_made_smaller() -> None:
    class DiesAtOnce(Played):
        def child(self, one: PlannedTrial) -> None:
            if self.number == 1:
                super().child(one)
            else:
                self.say(one, "finding", where="SIGKILL", kind="crash", oracle="process", details={})

    played = DiesAtOnce(lambda _, text: CRASH)
    assert len(played.trials(60)) == 60 and not played.told


def test_a_slow_target_gets_more_time_for_each_program() -> None:
    usual, slow = (
        Played(lambda *_: None).trials(1, target=fake_target(slower=slower))[0] for slower in (1.0, 9.0)
    )
    assert slow.budget_s == pytest.approx(3 * usual.budget_s)


def test_a_campaign_that_is_gone_on_with_makes_smaller_what_was_not_and_draws_others() -> None:
    played = Played(lambda _, text: CRASH if has(text, "append", "clear") else None)
    first = played.trials(3, "0.append,0.len+0.clear@lists.list*0")
    assert not played.told
    again = played.trials(20)
    assert played.told
    drawn, later = ({one.pairs for one in some if len(one.pairs) == TOGETHER} for some in (first, again))
    assert drawn and later and not drawn & later
    assert [one.index for one in (*first, *again)] == [*range(23)]


def test_where_no_program_can_be_drawn_there_is_no_trial(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def load() -> list[KnownIssue]:
        return [issue("crash of *+*")]

    monkeypatch.setattr(known, "load", load)
    assert Played(lambda *_: None).trials(1) == []
    result = run_campaign(fake_target(), [LISTS], Options(0.5, 1), tmp_path, lambda _: None, programs())
    assert result.exit_status == 3 and "known issues leave no program" in str(result.scenarios[0].reason)
    assert Played(lambda *_: None, (LISTS, SETS)).trials(1) != []


def test_what_no_program_has_done_is_a_finding_at_once(fake_children: None, tmp_path: Path) -> None:
    dying = fake_scenario(name="pairs.sigsegv", pairs=("look+look",))
    result = run_campaign(fake_target(), [dying], Options(0.5, 1), tmp_path, lambda _: None, programs())
    assert [(one.kind, one.where) for one in result.findings] == [("crash", "SIGSEGV")]


def test_one_operation_alone_is_shown_by_the_pair_with_itself() -> None:
    played = Played(lambda _, text: CRASH if has(text, "clear") else None)
    played.trials(60)
    assert as_pair(parse("0.clear@lists.list*0")) == played.told[0][0]
