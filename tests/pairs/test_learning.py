"""Which pairs come, and which triples, as far as a plan goes by what was shown."""

from __future__ import annotations

from itertools import combinations_with_replacement, islice
from typing import Any

from harness.campaign.learn import worth
from harness.campaign.options import Options
from harness.campaign.pairs import KIND, PASSES, TOGETHER
from harness.campaign.plan import PlannedTrial
from harness.campaign.select import ScenarioInfo
from harness.campaign.shown import Shown
from harness.campaign.triples import how_many, triples
from harness.record.raced import Raced
from tests.campaign.fakes import fake_scenario, fake_target

NAMES = "abcdefgh"
PAIRS = tuple("+".join(pair) for pair in combinations_with_replacement(NAMES, 2))
WRITING = tuple(pair for pair in PAIRS if pair[0] in "abc" or pair[2] in "abc")
READING = tuple(pair for pair in PAIRS if pair not in WRITING)
SUBJECT = fake_scenario(name="pairs.some", pairs=WRITING + READING, writing_pairs=len(WRITING))


class Played:
    """A campaign whose trials do what a test says."""

    def __init__(self) -> None:
        self.shown = Shown()
        self.number = 0
        self.subject = SUBJECT

    def trials(self, most: int, subject: ScenarioInfo = SUBJECT) -> list[PlannedTrial]:
        done = []
        self.subject = subject
        plan = KIND.trials([subject], fake_target(), Options(budget_s=60.0, seed=1), self.shown)
        for one in islice(plan, most):
            self.number += 1
            self.say("trial_start", index=one.index, pairs=list(one.pairs))
            self.child(one)
            self.say("trial_end", index=one.index, ending={"done": "pairs"})
            done.append(one)
        return done

    def say(self, event: str, **fields: Any) -> None:
        stamp = {"trial": self.number, "scenario": self.subject.name, "at_s": 0.0}
        self.shown.feed({"event": event, **stamp, **fields})  # type: ignore[arg-type]  # one of them

    def child(self, one: PlannedTrial) -> None:
        for pair in one.pairs:
            self.raced(pair)

    def raced(self, pair: str, overlapped: int = 9, outcomes: int = 1) -> None:
        self.say("pair_begin", pair=pair)
        self.say("pair_end", pair=pair, rounds=9, overlapped=overlapped, outcomes=outcomes, promise="")


def test_each_pair_comes_once_those_that_write_first_and_then_triples_too() -> None:
    rest = Played().trials(len(PASSES) + 8)
    came = [pair for one in rest for pair in one.pairs]
    assert set(came[: len(WRITING)]) == set(WRITING)
    assert set(came[len(WRITING) : len(PAIRS)]) == set(READING)
    three = [one for one in rest if one.threads == 3]
    assert three and all(one.pairs and {pair.count("+") for pair in one.pairs} == {2} for one in three)
    assert {pair.count("+") for one in rest if one.threads == 2 for pair in one.pairs} == {1}


def test_a_triple_has_two_that_write_at_least_and_each_is_planned_once() -> None:
    every = list(triples(SUBJECT))
    assert len(every) == len({tuple(sorted(one)) for one in every}) == how_many(SUBJECT)
    assert all(sum(name in "abc" for name in one) >= 2 for one in every)
    came = [pair for one in Played().trials(60) for pair in one.pairs if pair.count("+") == 2]
    assert len(came) > 20 and len(came) == len(set(came))


def test_what_never_overlapped_and_what_varied_comes_again_first() -> None:
    class Varied(Played):
        def child(self, one: PlannedTrial) -> None:
            for pair in one.pairs:
                self.raced(pair, 0 if pair == "d+e" else 9, 8 if pair == "a+b" else 1)
                if pair == "a+a":
                    self.say("finding", where=pair, kind="violation", oracle="outcomes", details={})

    played = Varied()
    again = [pair for one in played.trials(len(PASSES) + 6) for pair in one.pairs if pair.count("+") == 1][
        len(PAIRS) :
    ]
    assert set(again[:2]) == {"d+e", "a+b"}
    assert "a+a" not in again[: len(PAIRS) // 2]
    assert worth(Raced(rows=9, rounds=9)) < worth(Raced(rows=1, rounds=9, overlapped=9, outcomes=1))


def test_what_a_child_left_is_done_in_a_fresh_one_and_what_is_doubted_before_it() -> None:
    class Ending(Played):
        def child(self, one: PlannedTrial) -> None:
            if one.mixed:
                self.say("doubted", pair="g+h", after="a+a", message="")
            for pair in one.pairs[:3]:
                self.raced(pair)

    played = Ending()
    every = played.trials(2 * len(PASSES) + 9)
    assert [one.pairs for one in every[:4]] == [(), ("g+h",), (), ("g+h",)], "in front of what is next"
    rest = every[2 * len(PASSES) :]
    raced = played.shown.raced(SUBJECT.name)
    came = [pair for one in rest for pair in one.pairs[:3]]
    assert len(came) == len(set(came)) == len(raced) - ("g+h" not in came), "each once before any comes again"
    assert all(len(one.pairs) <= TOGETHER for one in rest)


FEW = fake_scenario(
    name="pairs.few",
    pairs=("a+a", "a+b", "b+b", "a+c", "b+c", "c+c"),
    writing_pairs=5,
)
"""Two of its operations write."""


def few(played: Played, most: int) -> list[PlannedTrial]:
    return played.trials(most, FEW)


def test_which_triples_come_first_is_drawn_by_the_seed_and_all_come_once() -> None:
    planned = [pair for one in few(Played(), len(PASSES) + 40) for pair in one.pairs]
    three = [pair for pair in planned if pair.count("+") == 2]
    drawn = "abb aab bbc bbb aac abc aaa"
    assert ["".join(one.split("+")) for one in three] == drawn.split()
    assert planned.index(three[0]) > max(planned.index(pair) for pair in FEW.pairs), "all pairs have come"


def test_what_is_doubted_is_tried_at_once_each_by_itself_in_the_order_it_was_told() -> None:
    class Doubting(Played):
        def child(self, one: PlannedTrial) -> None:
            super().child(one)
            if len(one.pairs) == len(FEW.pairs) - 1:
                for pair in ("b+c", "a+b"):
                    self.say("doubted", pair=pair, after="a+a", message="")

    every = few(Doubting(), len(PASSES) + 4)[len(PASSES) :]
    assert {*every[0].pairs} == {*FEW.pairs[:5]}
    assert [one.pairs for one in every[1:4]] == [("b+c",), ("a+b",), ("c+c",)], "and then what is left"
    assert len({one.index for one in every}) == len(every), "each in a child of its own"


def test_the_pairs_behind_the_one_that_a_child_ended_with_come_next_in_their_order() -> None:
    class Found(Played):
        def child(self, one: PlannedTrial) -> None:
            for pair in one.pairs:
                self.raced(pair)
                if pair == "a+b":
                    self.say("finding", where=pair, kind="violation", oracle="outcomes", details={})
                    return

    first, second = few(Found(), len(PASSES) + 2)[len(PASSES) :]
    place = first.pairs.index("a+b")
    assert place < len(first.pairs) - 1, "by the draw"
    assert second.pairs == first.pairs[place + 1 :]


def test_a_campaign_that_is_gone_on_with_does_not_begin_anew() -> None:
    played = Played()
    before = played.trials(len(PASSES) + 1)
    after = played.trials(2)
    assert not any(one.mixed for one in after)
    assert [one.index for one in before + after] == list(range(len(PASSES) + 3))
    came = [pair for one in before + after for pair in one.pairs]
    assert sorted(came) == sorted(PAIRS)
