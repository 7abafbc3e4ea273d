"""A promise is kept, broken, not asked or not made: each is told as what it is."""

from __future__ import annotations

from typing import Any

from harness.kernel.pairs import ATOMIC, Subject, step
from measure.guarantees import Seen, page


class Stack(Subject):
    """A list that is used as a stack."""

    said = "lists"

    @step(ATOMIC, writes=True)
    def push(o: Any, v: str) -> Any:
        o.append(v)

    @step(ATOMIC, writes=True)
    def pop(o: Any, v: str) -> Any:
        return o.pop()

    @step()
    def has(o: Any, v: str) -> Any:
        return v in o


class Silent(Stack):
    """Nothing is said of it."""

    said = ""


def rows(*targets: Seen) -> list[list[str]]:
    text = page(targets, {"pairs.stack": Stack, "pairs.silent": Silent})
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in text.splitlines()
        if line.startswith("| stack")
    ]


def test_what_no_round_showed_otherwise_is_kept_and_what_none_came_of_was_not_asked() -> None:
    seen = Seen("main", (3, 16, 0))
    seen.rounds["pairs.stack", "atomic"] = 1200
    seen.pairs["pairs.stack", "atomic"] = {"push+push", "push+pop"}
    (atomic, values) = rows(seen)
    assert atomic == ["stack", "lists", "`push`, `pop`", "atomic", "kept in 1,200 rounds of 2 pairs"]
    assert values[2:] == ["`has`", "not corrupted", "not asked: no pair of these came"]


def test_what_a_pair_broke_is_told_of_the_promise_of_its_operations() -> None:
    seen = Seen("main", (3, 16, 0))
    seen.rounds["pairs.stack", "atomic"] = 1200
    seen.broken["pairs.stack"] = {"push+pop": "outcomes", "push+has": "process"}
    (atomic, values) = rows(seen)
    assert atomic[-1] == "**broken**: `push+pop` (outcomes)"
    assert "broken" in values[-1]
    assert "`push+has` (process)" in values[-1]


def test_3_13_does_not_promise_that_anything_is_atomic() -> None:
    (atomic, values) = rows(Seen("3.13", (3, 13, 5)))
    assert (atomic[-1], values[-1]) == ("not promised", "not asked: no pair of these came")
