"""What a scenario is worth: its share in the faults that it sees."""

from __future__ import annotations

from ci.power import STRONGEST, powers


def test_who_alone_sees_a_fault_is_worth_more_than_one_of_many_who_see_another() -> None:
    found = powers({"rare": {"s.alone"}, "common": {"s.alone", "s.b", "s.c"}})
    assert found["s.alone"] == STRONGEST
    assert 1 < found["s.b"] == found["s.c"] < found["s.alone"]


def test_where_nothing_was_seen_nothing_is_worth_more() -> None:
    assert powers({}) == {}
