"""Where two operations meet in an object, though each was listed on one of its own."""

from __future__ import annotations

import struct

import pytest

from harness.record.coverage import OFF
from harness.sweep.points import Listing
from harness.sweep.shared import NOTHING, Accessed, Layout, accessed, where_they_meet
from tests.sweep.conftest import MakeScene, job_of, swept

HEAD, IN_FRONT = 24, 16
FIRST, SECOND = 0x10000000, 0x20000000
ITEMS = 0x1000
"""Where a block is, behind the object that points to it."""


def layout(begin: int) -> Layout:
    """Of an object that refers to another one, 64 bytes behind it, and points to a block, and to a third object."""
    other, third, kind, root = (begin + offset for offset in (64, 0x800, 0x4000, 0x5000))
    there = {
        begin: struct.pack("<4Q", kind, begin + ITEMS, third, 7),
        other: struct.pack("<2Q", kind, 1),
        third: struct.pack("<Q", kind),
        kind: struct.pack("<Q", root),
        root: struct.pack("<Q", root),
    }

    def memory(address: int, length: int) -> bytes:
        found = [
            (bytes(HEAD) + words)[address - at :] for at, words in there.items() if at <= address < at + 56
        ]
        return found[-1][:length] if found else b""

    return Layout(HEAD, [(begin, 56), (other, 40)], memory)


@pytest.mark.parametrize(
    ("offset", "field"),
    [
        (-IN_FRONT - 8, None),
        (-IN_FRONT, (0, 0)),
        (0, None),
        (HEAD - 8, None),
        (HEAD, (0, IN_FRONT + HEAD)),
        (40, (0, IN_FRONT + 40)),
        (64, None),
        (64 + HEAD - 8, None),
        (64 + HEAD + 8, (1, IN_FRONT + HEAD + 8)),
        (ITEMS, (0, IN_FRONT + 32, 0)),
        (ITEMS + HEAD, (0, IN_FRONT + 32, HEAD)),
        (ITEMS + 4096, None),
        (0x800, None),
        (0x800 + HEAD, (0, IN_FRONT + 40, HEAD)),
    ],
)
def test_a_word_is_one_field_whichever_object_it_is_of(offset: int, field: tuple[int, ...] | None) -> None:
    for begin in (FIRST, SECOND):
        found = layout(begin).fields([begin + offset >> 3])
        assert found == (frozenset() if field is None else {field})


def test_they_meet_behind_what_one_has_read_and_the_other_writes() -> None:
    def listed(begin: int, *points: tuple[tuple[int, ...], tuple[int, ...], int]) -> Accessed:
        def words(offsets: tuple[int, ...]) -> frozenset[int]:
            return frozenset(begin + one >> 3 for one in offsets)

        return accessed([(words(one), words(other), depth) for one, other, depth in points], layout(begin))

    reads = listed(FIRST, ((HEAD,), (), 1), ((), (), 1), ((ITEMS,), (), 1), ((0,), (0,), 1))
    writes = listed(SECOND, ((HEAD,), (), 1), ((), (ITEMS,), 1), ((), (32,), 1), ((), (), 1))
    assert where_they_meet(reads, writes) == [3], "it has read the item that the other one writes"
    assert where_they_meet(writes, reads) == [2], "and that one has written it"
    assert where_they_meet(reads, reads) == [], "who only reads meets nobody"
    assert where_they_meet(writes, writes) == [2, 3]
    depths = (1, 3, 3, 4, 2, 2, 1, 1)
    deep = listed(
        SECOND, *(((), (ITEMS,) if number in (1, 7) else (), depth) for number, depth in enumerate(depths))
    )
    assert where_they_meet(deep, reads) == [2, 4, 6], "and each way out; behind the last point there is none"
    shallow = listed(SECOND, *(((), (ITEMS,) if not number else (), 2 - number) for number in range(3)))
    assert where_they_meet(shallow, reads) == [1, 2], "the point behind may be a way out itself"
    assert accessed([(frozenset({FIRST}), frozenset(), 1)], None) is NOTHING
    assert where_they_meet(NOTHING, writes) == []


@pytest.mark.targets
def test_of_a_list_the_length_is_where_who_asks_meets_who_appends(scene: MakeScene) -> None:
    made = scene(file="subjects/lists.py", name="pairs.list", pairs=["append+len"])
    appends, asks = (made.list(job_of(made, *pair)) for pair in (("append", "len"), ("len", "append")))
    assert isinstance(appends, Listing) and isinstance(asks, Listing)
    assert len(asks.accessed.points) == len(asks.points)
    size = (0, IN_FRONT + 32)
    assert size in asks.accessed.read & appends.accessed.written, (
        "behind the head that a free-threaded build has"
    )
    assert 1 <= len(where_they_meet(asks.accessed, appends.accessed)) <= 8
    assert where_they_meet(asks.accessed, asks.accessed) == []


@pytest.mark.targets
def test_points_at_which_they_meet_come_first(scene: MakeScene) -> None:
    made = scene(file="subjects/lists.py", name="pairs.list", pairs=["append+len"])
    sweeper, _, jobs = swept(made, 200)
    plain = [one for one in jobs if one.job.specialized == OFF and one.stops]
    assert len(plain) > 2
    for job in plain:
        mine, theirs = (sweeper.listings[one.shape] for one in (job.job, job.job.reversed))
        first = [mine.points[number].key for number in where_they_meet(mine.accessed, theirs.accessed)]
        assert first and list(job.stops)[: len(first)] == first
