"""The checker says what a search over all orders says, and nothing where it cannot know."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import groupby

import pytest

from harness.kernel.history import DELETED, INITIAL, UNKNOWN, History, Log, by_register, key_name, key_of
from harness.kernel.linearizability import Contradiction, Linearizable, Unknown, decide
from measure.history_bench import linearizable_history

Operation = tuple[str, bool, int, int, int]
"""Thread, whether it writes, call, return, key."""


def history(operations: Iterable[Operation]) -> History:
    """A history of one register. A thread's operations are given in the order in which it did them."""
    logs = [
        log_of(thread, writes, mine)
        for (thread, writes), mine in groupby(sorted(operations, key=lambda o: o[:2]), key=lambda o: o[:2])
    ]
    return History("x", tuple(logs))


def log_of(thread: str, writes: bool, operations: Iterable[Operation]) -> Log:
    log = Log("x", writes, thread)
    for _, _, call, returned, key in operations:
        log.add(call, returned, key)
    return log


def some_order_explains(operations: list[Operation]) -> bool:
    """Search: put one operation after another, each time one that no other left had to precede."""
    seen = set()

    def search(left: frozenset[int], held: int) -> bool:
        if not left:
            return True
        if (left, held) in seen:
            return False
        seen.add((left, held))
        soonest = min(operations[index][3] for index in left)
        for index in left:
            _, writes, call, _, key = operations[index]
            if call <= soonest and (writes or key == held) and search(left - {index}, key):
                return True
        return False

    return search(frozenset(range(len(operations))), INITIAL)


def drawn(draw: random.Random) -> list[Operation]:
    """A few operations of up to four threads at coarse times, so that many are equal; reads give anything."""
    operations: list[Operation] = []
    written = 0
    threads = draw.randint(1, 4)
    latest = draw.choice((6, 12, 30))
    for thread in range(threads):
        moments = sorted(draw.randint(0, latest) for _ in range(2 * draw.randint(1, 3)))
        for call, returned in zip(moments[::2], moments[1::2], strict=True):
            writes = draw.random() < 0.45
            written += writes
            operations.append((f"t{thread}", writes, call, returned, written if writes else -9))
    return [
        operation if operation[1] else (*operation[:4], draw.randint(0, written)) for operation in operations
    ]


def counted_by_writer(operations: list[Operation]) -> list[Operation]:
    """The same with each writer's values counted one by one, as scenarios make them."""
    names = {INITIAL: INITIAL}
    for thread, mine in groupby((o for o in operations if o[1]), key=lambda o: o[0]):
        for number, operation in enumerate(mine, 1):
            names[operation[4]] = key_of(number, int(thread[1:]))
    return [(*operation[:4], names[operation[4]]) for operation in operations]


@pytest.mark.parametrize("named", [list, counted_by_writer])
def test_the_checker_agrees_with_a_search_over_all_orders_on_random_histories(
    named: Callable[[list[Operation]], list[Operation]],
) -> None:
    draw = random.Random(20)
    verdicts: Counter[bool] = Counter()
    for _ in range(15_000):
        operations = named(drawn(draw))
        expected = some_order_explains(operations)
        verdict = decide(history(operations))
        assert isinstance(verdict, Linearizable if expected else Contradiction), operations
        verdicts[expected] += 1
    assert min(verdicts.values()) > 5_000, "one of the two answers hardly ever occurred"


def test_what_is_shown_of_a_contradiction_is_one_by_itself() -> None:
    draw = random.Random(21)
    shown = 0
    for _ in range(10_000):
        verdict = decide(history(drawn(draw)))
        if isinstance(verdict, Contradiction):
            assert len(verdict.events) <= 6
            assert not some_order_explains(
                [(e.thread, e.writes, e.call, e.returned, e.key) for e in verdict.events]
            )
            shown += 1
    assert shown > 2_000


def test_random_linearizable_histories_of_many_operations_are_found_so() -> None:
    for seed in range(20):
        made = linearizable_history(4_000, writes=0.25 * (1 + seed % 3), seed=seed)
        assert decide(made) == Linearizable(4_000)


def test_one_read_that_gives_a_value_of_long_ago_is_found_among_many() -> None:
    draw = random.Random(5)
    for seed in range(20):
        made = linearizable_history(4_000, writes=0.5, seed=seed)
        reads = draw.choice([log for log in made.logs if not log.writes])
        writes = draw.choice([log for log in made.logs if log.writes])
        place = draw.randrange(20, len(reads))
        reads.keys[place] = writes.keys[draw.randrange(place - 10)]
        verdict = decide(made)
        assert isinstance(verdict, Contradiction)
        assert reads.keys[place] in {event.key for event in verdict.events}


W, R = True, False


@pytest.mark.parametrize(
    ("why", "operations"),
    [
        ("nothing happened", []),
        ("the initial value is read before a store", [("r", R, 1, 2, 0), ("w", W, 3, 4, 1)]),
        ("a store under way is seen by one and not by the other",
         [("w", W, 1, 9, 1), ("a", R, 2, 3, 1), ("b", R, 2, 3, 0)]),
        ("a read that ends when the store begins overlaps it", [("r", R, 1, 3, 1), ("w", W, 3, 4, 1)]),
        ("old is read from the moment on in which the store of the new one returned",
         [("w", W, 1, 2, 1), ("w", W, 3, 4, 2), ("a", R, 3, 5, 2), ("b", R, 4, 6, 1)]),
        ("two stores overlap, and either may be the last", [("v", W, 1, 5, 1), ("w", W, 1, 5, 2), ("r", R, 6, 7, 1)]),
        ("values that nobody read", [("v", W, 1, 2, 1), ("w", W, 3, 4, 2), ("v", W, 5, 6, 3)]),
    ],
)  # fmt: skip
def test_what_an_order_explains_is_no_violation(why: str, operations: list[Operation]) -> None:
    assert decide(history(operations)) == Linearizable(len(operations)), why


@pytest.mark.parametrize(
    ("operations", "reason"),
    [
        ([("r", R, 1, 2, 7)], "x gave #7, which was never stored there"),
        ([("r", R, 1, 2, 1), ("w", W, 3, 4, 1)], "x gave #1 before its store had been called"),
        (
            [("w", W, 1, 2, 1), ("r", R, 3, 4, 0)],
            "no order explains x: #0 was there before all others, and w had stored #1 before r began to read #0",
        ),
        (
            [("w", W, 1, 2, 1), ("w", W, 3, 4, 2), ("r", R, 5, 6, 1)],
            "no order explains x: w had stored #1 before w began to store #2, and "
            "w had stored #2 before r began to read #1",
        ),
        (
            [("w", W, 1, 2, 1), ("w", W, 3, 9, 2), ("a", R, 4, 5, 2), ("b", R, 6, 7, 1)],
            "no order explains x: w had stored #1 before w began to store #2, and "
            "a had read #2 before b began to read #1",
        ),
        (
            [("v", W, 1, 9, 1), ("w", W, 1, 9, 2), ("a", R, 2, 3, 1), ("b", R, 4, 5, 2), ("a", R, 6, 7, 1)],
            "no order explains x: a had read #1 before b began to read #2, and "
            "b had read #2 before a began to read #1",
        ),
    ],
)
def test_what_no_order_explains_is_told_in_one_sentence(operations: list[Operation], reason: str) -> None:
    verdict = decide(history(operations))
    assert isinstance(verdict, Contradiction)
    assert verdict.reason == reason


STALE = [("w", W, 1, 2, 1), ("w", W, 3, 4, 2), ("r", R, 5, 6, 1)]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        (("d", W, 7, 8, DELETED), "delete"),
        (("r2", R, 7, 8, DELETED), "gave nothing"),
        (("r2", R, 7, 8, UNKNOWN), "cannot be told"),
        (("v", W, 7, 8, UNKNOWN), "cannot be told"),
        (("v", W, 7, 8, 2), "stored the same value"),
        (("v", W, 7, 8, INITIAL), "stored the same value"),
    ],
)
def test_what_cannot_be_decided_is_unknown_even_beside_a_contradiction(more: Operation, reason: str) -> None:
    assert isinstance(decide(history(STALE)), Contradiction)
    verdict = decide(history([*STALE, more]))
    assert isinstance(verdict, Unknown)
    assert reason in verdict.reason


def test_a_history_with_something_missing_is_unknown_and_says_what() -> None:
    logs = history(STALE).logs
    assert decide(History("x", logs, cut="an actor raised")) == Unknown("an actor raised")


def test_each_register_has_a_history_of_its_own() -> None:
    stored, read, elsewhere = Log("x", W), Log("x", R), Log("y", R)
    stored.add(1, 2, 1)
    read.add(3, 4, 1)
    elsewhere.add(5, 6, 0)
    x, y = by_register([stored, elsewhere, read])
    assert (x.register, x.logs, y.register, y.logs) == ("x", (stored, read), "y", (elsewhere,))
    assert decide(x) == Linearizable(2)
    assert decide(y) == Linearizable(1)


def test_keys_of_several_writers_differ_and_are_named_by_count_and_writer() -> None:
    keys = [key_of(count, writer) for count in range(1000) for writer in range(8)]
    assert len(set(keys)) == len(keys) and max(keys) < 2**63
    assert [key_name(key_of(41, 0)), key_name(key_of(41, 3))] == ["#41", "#41 w3"]
