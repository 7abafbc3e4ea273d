"""Where two operations meet in an object, though each was listed on one of its own."""

from __future__ import annotations

import struct
from dataclasses import replace

import pytest

from harness.record.coverage import OFF
from harness.sweep.jobs import OperationInfo, jobs_of
from harness.sweep.points import Listing
from harness.sweep.progress import MOST_ENDS_OF_PAIR, Progress
from harness.sweep.shared import Layout, accessed, where_they_meet
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
    def listed(
        begin: int, *points: tuple[tuple[int, ...], tuple[int, ...]]
    ) -> list[tuple[frozenset[int], frozenset[int]]]:
        def words(offsets: tuple[int, ...]) -> frozenset[int]:
            return frozenset(begin + one >> 3 for one in offsets)

        return [(words(loads), words(stores)) for loads, stores in points]

    reads = accessed(listed(FIRST, ((HEAD,), ()), ((), ()), ((ITEMS,), ()), ((0,), (0,))), layout(FIRST))
    writes = accessed(listed(SECOND, ((HEAD,), ()), ((), (ITEMS,)), ((), (32,)), ((), ())), layout(SECOND))
    flat = [1, 1, 1, 1]
    assert where_they_meet(reads, writes, flat) == [3], "it has read the item that the other one writes"
    assert where_they_meet(writes, reads, flat) == [2], "and that one has written it"
    assert where_they_meet(reads, reads, flat) == [], "who only reads meets nobody"
    assert where_they_meet(writes, writes, flat) == [2, 3]
    assert where_they_meet([*writes, *reads], reads, [1, 3, 3, 3, 2, 2, 1, 1]) == [2, 4, 6], (
        "and each way out"
    )
    assert accessed(listed(FIRST, ((HEAD,), ())), None) == () and where_they_meet((), writes, []) == []


LISTED = """
class Sample(Subject):
    "A list."
    def fresh(self, size):
        return fresh_strings(size)
    @step(writes=True)
    def append(o, v):
        o.append(v)
    @step()
    def length(o, v):
        return len(o)
    @step()
    def nothing(o, v):
        return v
"""


@pytest.mark.targets
def test_of_a_list_the_length_is_where_who_asks_meets_who_appends(scene: MakeScene) -> None:
    made = scene(LISTED, pairs=["append+length", "nothing+append"])
    listings = {}
    for one, other in (("append", "length"), ("length", "append"), ("nothing", "append")):
        listing = made.list(job_of(made, one, other))
        assert isinstance(listing, Listing)
        listings[one] = listing.accessed, [len(point.chain) for point in listing.points]
        assert len(listing.accessed) == len(listing.points)
    read = {place for loads, _ in listings["length"][0] for place in loads}
    written = {place for _, stores in listings["append"][0] for place in stores}
    assert (0, IN_FRONT + object.__basicsize__ + 16) in read & written, (
        "list.ob_size, behind a free-threaded head"
    )
    (asks, depths), (appends, _), (idles, none) = (listings[one] for one in ("length", "append", "nothing"))
    assert 1 <= len(where_they_meet(asks, appends, depths)) <= 8
    assert where_they_meet(idles, appends, none) == []


@pytest.mark.targets
def test_points_at_which_they_meet_come_first(scene: MakeScene) -> None:
    made = scene(LISTED, pairs=["append+length"])
    sweeper, told, jobs = swept(made, 60)
    assert not told
    for job in (one for one in jobs if one.job.specialized == OFF):
        mine, theirs = (sweeper.listings[one.shape] for one in (job.job, job.job.reversed))
        depths = [len(point.chain) for point in mine.points]
        first = [mine.points[one].key for one in where_they_meet(mine.accessed, theirs.accessed, depths)]
        assert first and list(job.stops)[: len(first)] == first


def test_a_subject_s_job_is_left_sooner_than_a_scenario_s_where_its_child_ends() -> None:
    job = jobs_of([(OperationInfo("a", "a", 1), OperationInfo("a", "a", 1))], False, [3])[0]
    made = Progress(job, [], 0, complete=True, ends=MOST_ENDS_OF_PAIR)
    assert made.given_up and not replace(made, job=replace(job, size=None)).given_up
