"""A campaign of pairs comes to every subject before it looks at one more closely, and goes on past what is deadly."""

from __future__ import annotations

import os
import random
from dataclasses import replace
from itertools import combinations_with_replacement, islice
from pathlib import Path
from typing import Any

import pytest

from harness.campaign.options import Options
from harness.campaign.pairs import PASSES, START_S, trials
from harness.campaign.plan import PlannedTrial
from harness.campaign.select import ScenarioInfo
from harness.campaign.shown import Shown
from harness.kernel.pairs import Subject, race, step
from harness.kernel.pairs.frozen import Raised
from harness.kernel.pairs.mixed import LENGTH, TURNS, Mixed
from harness.kernel.pairs.race import NEITHERS, SHARES, Racers
from harness.kernel.pairs.subject import steps
from harness.kernel.pairs.trial import PairTrial
from tests.campaign.fakes import fake_scenario, fake_target

TARGET = fake_target()


def subject(name: str, operations: str = "abc") -> ScenarioInfo:
    pairs = tuple("+".join(pair) for pair in combinations_with_replacement(operations, 2))
    return fake_scenario(name=f"pairs.{name}", pairs=pairs, writing_pairs=len(pairs), needs_parallelism=False)


def planned(chosen: list[ScenarioInfo], budget_s: float, shown: Shown | None = None) -> Any:
    return trials(chosen, TARGET, Options(budget_s, 1, jobs=1), shown or Shown())


def dies(shown: Shown, trial: PlannedTrial, pair: str, done: str | None = None) -> None:
    """Tell of a trial whose child died, or hung, at a pair."""
    finding: Any = {
        "event": "finding",
        "kind": "crash",
        "oracle": "process",
        "details": {},
        "trial": trial.index,
        "scenario": trial.scenario.name,
        "where": pair,
    }
    end: Any = {
        "event": "trial_end",
        "trial": trial.index,
        "scenario": trial.scenario.name,
        "index": trial.index,
        "ending": {"done": done},
    }
    shown.feed(finding)
    shown.feed(end)


@pytest.mark.parametrize("budget_s", [60.0, 120.0, 1800.0])
def test_the_first_pass_comes_to_every_subject_within_the_budget(budget_s: float) -> None:
    chosen = [subject(str(number), "abcdefghijklmnopqrst") for number in range(300)]
    first = list(islice(planned(chosen, budget_s), len(chosen)))
    assert {one.scenario.name for one in first} == {one.name for one in chosen}
    assert all(one.mixed and not one.pairs for one in first)
    assert sum(one.budget_s + START_S for one in first) <= budget_s


def test_a_subject_of_many_pairs_gets_more_time() -> None:
    few, many = sorted(islice(planned([subject("few"), subject("many", "abcdefgh")], 60.0), 2), key=str)
    assert len(few.scenario.pairs) < len(many.scenario.pairs)
    assert few.budget_s < many.budget_s


def test_pairs_get_rows_of_their_own_after_the_passes() -> None:
    every = list(islice(planned([subject("one"), subject("two")], 60.0), 2 * len(PASSES) + 1))
    assert [one.mixed for one in every] == [True] * 2 * len(PASSES) + [False]
    assert set(every[-1].pairs) == set(every[-1].scenario.pairs)


def test_freed_memory_is_filled_but_in_each_second_pass_and_trial() -> None:
    able = replace(subject("one"), amplifiers=(("freed", ("left", "filled")),))
    every = list(islice(planned([able], 60.0), len(PASSES) + 3))
    assert [one.knobs for one in every if one.mixed] == [{"freed": "filled"}, {}, {"freed": "filled"}, {}, {}]
    assert all(one.knobs == ({} if one.index % 2 else {"freed": "filled"}) for one in every if one.pairs)
    assert not any(one.knobs for one in islice(planned([subject("unable")], 60.0), len(PASSES) + 3))


def test_what_is_doubted_is_tried_with_freed_memory_filled_and_left() -> None:
    able, shown = replace(subject("one"), amplifiers=(("freed", ("left", "filled")),)), Shown()
    plan = planned([able], 60.0, shown)
    next(plan)
    doubted: Any = {"event": "doubted", "pair": "a+b", "after": "a+a", "message": ""}
    shown.feed(doubted | {"trial": 0, "scenario": "pairs.one"})
    tried = list(islice(plan, 2))
    assert [one.pairs for one in tried] == [("a+b",), ("a+b",)]
    assert [one.knobs for one in tried] == [{"freed": "filled"}, {}]


def test_what_was_doubted_between_two_rows_is_of_no_pair_that_could_be_tried() -> None:
    shown = Shown()
    plan = planned([subject("one")], 60.0, shown)
    next(plan)
    doubted: Any = {"event": "doubted", "pair": "mixed rows", "after": "a+a", "message": ""}
    shown.feed(doubted | {"trial": 0, "scenario": "pairs.one"})
    assert not any("mixed rows" in one.pairs for one in islice(plan, 20))


@pytest.mark.parametrize("done", [None, "stuck"])
def test_mixed_rows_are_tried_again_without_the_pair_that_ended_them(done: str | None) -> None:
    shown = Shown()
    plan = planned([subject("one")], 60.0, shown)
    first = next(plan)
    assert not first.left_out
    dies(shown, first, "a+b", done)
    second = next(plan)
    assert second.budget_s == first.budget_s, "the same pass"
    assert second.left_out == ("a+b",)
    dies(shown, second, "a+c", done)
    assert set(next(plan).left_out) == {"a+a", "a+b", "a+c"}, "a had to do with both"


def test_what_showed_something_is_left_out_alone_and_nothing_comes_again_where_the_child_lived() -> None:
    shown = Shown()
    plan = planned([subject("one")], 60.0, shown)
    first = next(plan)
    for pair in ("a+b", "a+c"):
        dies(shown, first, pair, done="pairs")
    second = next(plan)
    assert second.left_out == ("a+b", "a+c")
    assert second.index == first.index + 1
    (third,) = islice(plan, 1)
    assert third.budget_s == 2 * second.budget_s, "the next pass"


class Three(Subject):
    """Three operations."""

    def fresh(self, size: int) -> Any:
        return []

    @step()
    def a(o: Any, v: str) -> Any:
        return len(o)

    @step()
    def b(o: Any, v: str) -> Any:
        return o.copy()

    @step(writes=True)
    def c(o: Any, v: str) -> Any:
        o.append(v)


def test_mixed_rows_come_to_all_pairs_but_those_left_out() -> None:
    mixed = Mixed(Three(), steps(Three), "1", None, ("a+c", "b+b"))
    row = mixed.row()
    assert {mixed.names[mixed.pair_of(row, i)] for i in row.numbers} == {"a+a", "a+b", "b+c", "c+c"}


def test_every_other_row_has_each_thread_do_its_operation_several_times() -> None:
    mixed, racers = Mixed(Three(), steps(Three), "1", None, ("a+a", "a+b", "a+c", "b+b", "b+c")), Racers(2)
    left: dict[int, set[int]] = {}
    for _ in range(12):
        row = mixed.row()
        racers.race(row, mixed.play(row), mixed.subject.fresh, mixed.size)
        for _ in range(2):
            assert racers.parked.acquire(timeout=20.0)
        row.took_ns = row.length
        mixed.learn(row)
        left.setdefault(row.turns, set()).update(len(o) for o in row.objects)
    racers.finish()
    assert left == {1: {2}, TURNS: {2 * TURNS}}


@pytest.mark.parametrize("count", range(1, 6))
def test_a_glance_has_one_row_of_each_kind_and_each_size_comes_both_ways(count: int) -> None:
    class Sized(Three):
        sizes = tuple(range(1, count + 1))

    mixed = Mixed(Sized(), steps(Sized), "1", None)
    mixed.turns = TURNS
    rows = [mixed.row() for _ in range(2)]
    assert [row.turns for row in rows] == [1, TURNS] and not any(row.held for row in rows)
    came: set[tuple[int, int]] = set()
    for _ in range(60 * count):
        row = mixed.row()
        if not row.held:
            came.add((row.turns, mixed.size))
    assert came == {(turns, size) for turns in (1, TURNS) for size in Sized.sizes}


@pytest.mark.parametrize("seed", "0123456789")
def test_what_is_held_is_held_in_no_glance(seed: str) -> None:
    mixed = Mixed(Three(), steps(Three), seed, None)
    assert [bool(mixed.row().held) for _ in range(2)] == [False, False]
    assert any(mixed.row().held for _ in range(2))


@pytest.mark.skipif(
    not hasattr(os, "sched_setaffinity"), reason="there the scheduler decides which core is whose"
)
def test_a_glance_is_more_than_a_row_on_one_core(monkeypatch: pytest.MonkeyPatch) -> None:
    before = os.sched_getaffinity(0)
    monkeypatch.setattr(race, "_cores", lambda threads: [min(before)] * threads)
    rounds: list[int] = []
    for seed in ("0", "1"):
        events: list[Any] = []
        spec: Any = {"scenario": "pairs.kept", "file": str(Path(__file__).with_name("_subjects.py"))}
        spec |= {"knobs": {}, "pairs": [], "mixed": True, "seed": seed, "budget_s": 0.0}
        PairTrial(spec, events.append).run()
        (mixed,) = [one for one in events if one["event"] == "mixed"]
        rounds.append(sum(of_a_pair for _, of_a_pair, _ in mixed["raced"]))
    firsts = [random.Random(seed).randrange(SHARES * NEITHERS) + 1 for seed in "01"]
    assert [first % SHARES == 0 for first in firsts] == [False, True]
    assert rounds == [LENGTH, 2 * LENGTH]


def test_of_what_is_done_several_times_only_process_and_structure_are_asked() -> None:
    mixed, racers = Mixed(Three(), steps(Three), "1", None), Racers(2)
    row = mixed.row()
    given: list[list[Any]] = [[Raised(KeyError())], ["nobody's"]]
    assert mixed.refusal(row, 0, given, racers) is not None
    row.turns = TURNS
    assert mixed.refusal(row, 0, given, racers) is None
    given = [[Raised(SystemError())], [None]]
    assert mixed.refusal(row, 0, given, racers) is not None
    racers.finish()


def test_what_nobody_can_look_at_in_turns_is_asked_for_nothing_else() -> None:
    class Blind(Three):
        def left(self, o: Any) -> Any:
            return None

        def wrong(self, o: Any) -> str:
            raise LookupError("nobody can look at it")

    mixed, racers = Mixed(Blind(), steps(Blind), "1", None), Racers(2)
    row = mixed.row()
    row.objects = [[] for _ in row.numbers]
    given: list[list[Any]] = [[Raised(KeyError())], [None]]
    assert mixed.refusal(row, 0, given, racers) is not None
    row.turns = TURNS
    assert mixed.refusal(row, 0, given, racers) is None
    racers.finish()
