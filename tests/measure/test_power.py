"""What a scenario is worth: what it sees that others before it have not."""

from __future__ import annotations

from measure.power import STRONGEST, powers


def test_what_sees_most_comes_first_and_then_what_sees_the_rest() -> None:
    seen = {"a": {"s.wide", "s.like_wide"}, "b": {"s.wide", "s.like_wide"}, "rare": {"s.alone"}}
    seen["a"].add("s.narrow")
    found = powers(seen)
    assert found["s.like_wide"] == STRONGEST, "of two that see the same, either may be first"
    assert found["s.like_wide"] > found["s.alone"] > found["s.wide"] > found["s.narrow"] > 1


def test_where_nothing_was_seen_nothing_is_worth_more() -> None:
    assert powers({}) == {}
