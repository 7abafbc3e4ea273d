"""The same seed plans the same trials, whatever runs beside them."""

from __future__ import annotations

import sys
from collections import Counter
from itertools import islice
from typing import Any

import pytest

from harness.builds.fingerprint import probe
from harness.campaign import plan
from harness.campaign.kind import dry_run
from harness.campaign.options import Options
from harness.campaign.select import ScenarioInfo, describe
from harness.campaign.shown import Shown
from harness.kernel.suite import subject_files, suite_files
from tests.campaign.fakes import fake_scenario, fake_target

TARGET = fake_target()
AMPLIFIERS = (("fan_out", (0, 30, 300)), ("readers", (2, 1, 4)), ("writers", (2, 3)))


def scenarios(count: int) -> list[ScenarioInfo]:
    return [fake_scenario(name=f"suite.scenario_{number}", amplifiers=AMPLIFIERS) for number in range(count)]


def first(
    count: int, chosen: list[ScenarioInfo], seed: int = 1, budget_s: float = 60.0
) -> list[plan.PlannedTrial]:
    return list(islice(plan.trials(chosen, TARGET, Options(budget_s, seed), Shown()), count))


def test_the_same_seed_gives_the_same_plan() -> None:
    assert first(50, scenarios(5)) == first(50, scenarios(5))


def test_another_seed_gives_another_plan() -> None:
    assert first(50, scenarios(5)) != first(50, scenarios(5), seed=2)


def test_filtering_changes_no_schedule() -> None:
    wanted = "suite.scenario_3"
    everything = [(t.index, t.knobs, t.seed) for t in first(90, scenarios(9)) if t.scenario.name == wanted]
    alone = [(t.index, t.knobs, t.seed) for t in first(10, scenarios(9)[3:4])]
    assert everything == alone


def test_what_every_scenario_can_be_set_to_makes_no_passes_longer() -> None:
    own = fake_scenario(amplifiers=(("fan_out", (0, 30, 300)),))
    general = fake_scenario(amplifiers=(*own.amplifiers, ("bystander", ("none", "a", "b", "c", "d"))))
    assert plan.trials_to_cover(own) == plan.trials_to_cover(general) == 3
    drawn = {trial.knobs["bystander"] for trial in first(5, [general])}
    assert drawn == {"none", "a", "b", "c", "d"}


def test_a_pass_runs_every_scenario_once() -> None:
    planned = first(21, scenarios(7))
    for start in (0, 7, 14):
        assert len({trial.scenario.name for trial in planned[start : start + 7]}) == 7


def test_what_sees_much_comes_early_and_often_and_the_others_still_have_their_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(plan, "powers_for", lambda target: {"suite.scenario_3": 40.0})
    planned = first(9 + 1, scenarios(9))
    names = [trial.scenario.name for trial in planned]
    assert set(names) == {scenario.name for scenario in scenarios(9)}
    strong = [trial for trial in planned if trial.scenario.name == "suite.scenario_3"]
    assert [trial.index for trial in strong] == [0, 1]
    assert names.index("suite.scenario_3") <= 1


def test_the_powers_are_of_scenarios_that_there_are() -> None:
    here = probe(sys.executable)
    there = {scenario.name for scenario in describe(here, suite_files()).scenarios}
    there |= {subject.name for subject in describe(here, subject_files(), "subjects").scenarios}
    assert set(plan.tables()) == {plan.SHARED, plan.PER_TYPE, plan.SUBJECTS}
    for powers in plan.tables().values():
        assert powers.keys() <= there
        assert all(power >= 1 for power in powers.values())


def test_the_powers_are_of_the_targets_kind_of_cache() -> None:
    for version_info, kind in (
        ((3, 13, 5), plan.SHARED),
        ((3, 15, 0), plan.SHARED),
        ((3, 16, 0), plan.PER_TYPE),
    ):
        assert plan.powers_for(fake_target(version_info=version_info)) is plan.tables()[kind]


@pytest.mark.parametrize("seed", range(5))
def test_every_value_of_every_amplifier_comes_once_before_any_comes_again(seed: int) -> None:
    planned = first(6, scenarios(1), seed)
    for name, values in AMPLIFIERS:
        for start in range(0, 6, len(values)):
            assert {trial.knobs[name] for trial in planned[start : start + len(values)]} == set(values)


def shown(**trials: list[str]) -> Shown:
    """What came of the trials of scenarios: each ``hit``, ``quiet`` or ``vain``."""
    events = Shown()
    for number, (scenario, outcome) in enumerate((s, o) for s, outcomes in trials.items() for o in outcomes):
        about: Any = {"trial": number, "index": number, "scenario": f"suite.{scenario}"}
        events.feed(about | {"event": "progress", "samples": 0 if outcome == "vain" else 1000})
        if outcome == "hit":
            hang = {"event": "finding", "kind": "hang", "oracle": "process", "where": "round", "details": {}}
            events.feed(about | hang)
        events.feed(about | {"event": "trial_end", "ending": {"done": "budget"}})
    return events


def after_the_passes(count: int, given: Shown) -> Counter[str]:
    """How often each of four scenarios comes among the first ``count`` trials behind the passes."""
    chosen = scenarios(4)
    passes = sum(map(plan.trials_to_cover, chosen))
    planned = islice(plan.trials(chosen, TARGET, Options(60.0, 1), given), passes, passes + count)
    return Counter(trial.scenario.name.rpartition("_")[2] for trial in planned)


def test_once_all_values_have_come_and_nothing_was_seen_the_trials_are_shared_out_evenly() -> None:
    assert set(after_the_passes(40, Shown()).values()) == {10}


def test_what_showed_in_some_trials_only_gets_more_of_them_and_what_showed_in_all_gets_less() -> None:
    came = after_the_passes(100, shown(scenario_0=["hit", "quiet", "quiet"], scenario_1=["hit"] * 3))
    assert came["0"] > 2 * came["2"] and came["2"] > 2 * came["1"], came
    assert came["2"] in (came["3"], came["3"] + 1)


def test_a_scenario_that_owes_its_verdict_gets_more_trials_but_not_for_ever() -> None:
    assert after_the_passes(40, shown(scenario_2=["vain"]))["2"] > 15
    assert after_the_passes(40, shown(scenario_2=["vain"] * plan.VAIN))["2"] < 5


def test_an_amplifier_named_after_an_actor_decides_how_many_play_it() -> None:
    scenario = fake_scenario(actors={"writer": 1, "reader": 2}, amplifiers=AMPLIFIERS)
    assert plan.threads_of(scenario, {"fan_out": 30, "readers": 4, "writers": 3}, None) == 7
    assert plan.threads_of(scenario, {"fan_out": 30, "readers": 4, "writers": 3}, 5) == 5
    assert plan.threads_of(fake_scenario(), {}, 5) == 2, "nothing here can be scaled"


@pytest.mark.parametrize("budget_s", [1.0, 10.0, 30.0, 120.0, 3600.0])
@pytest.mark.parametrize("count", [1, 10, 80])
def test_a_trial_is_short_enough_for_all_and_between_its_bounds(budget_s: float, count: int) -> None:
    options = Options(budget_s, 1, jobs=1)
    length = plan.trial_length(scenarios(count), options, {})
    assert plan.SHORTEST_S <= length <= plan.LONGEST_S
    glances = count * (plan.GLANCE_S + plan.START_UP_S)
    assert length == plan.SHORTEST_S or glances + length + plan.START_UP_S <= budget_s + 1e-9


def test_a_long_campaign_begins_as_a_short_one_does() -> None:
    short, long = (first(9 + 9, scenarios(9), budget_s=budget_s) for budget_s in (5.0, 600.0))
    assert short[:9] == long[:9]
    assert {trial.budget_s for trial in long[:9]} == {plan.GLANCE_S}
    assert {trial.budget_s for trial in short[9:]} == {plan.SHORTEST_S}
    assert {trial.budget_s for trial in long[9:]} == {plan.LONGEST_S}


def test_the_last_trial_is_cut_to_what_is_left() -> None:
    assert plan.cut(5.0, 2.0, 0, 1) == pytest.approx(2.0 - plan.START_UP_S)
    assert plan.cut(5.0, 100.0, 0, 1) == 5.0
    assert plan.cut(5.0, 10.0, 10, 1) == pytest.approx(1.0 - plan.START_UP_S), (
        "nine others still want their turn"
    )
    assert plan.cut(5.0, 0.0, 0, 1) == 0.0


def test_a_dry_run_plans_what_the_budget_has_room_for() -> None:
    options = Options(30.0, 1, jobs=2)
    planned = dry_run(scenarios(4), TARGET, options)
    assert planned == list(islice(plan.trials(scenarios(4), TARGET, options, Shown()), len(planned)))
    assert sum(trial.budget_s + plan.START_UP_S for trial in planned) <= 60.0
    assert len(dry_run(scenarios(4), TARGET, Options(0.1, 1, jobs=1))) == 1


def test_what_needs_parallelism_is_skipped_where_the_gil_is_on() -> None:
    with_gil = fake_target(free_threaded=False, gil_enabled=True)
    chosen = [fake_scenario("racing"), fake_scenario("alone", needs_parallelism=False)]
    planned = islice(plan.trials(chosen, with_gil, Options(60, 1), Shown()), 3)
    assert {trial.scenario.name for trial in planned} == {"fake.alone"}
    assert "GIL is on" in (plan.why_skipped(chosen[0], with_gil) or "")
    assert plan.why_skipped(fake_scenario(unavailable="needs Python 3.12"), TARGET) == "needs Python 3.12"
