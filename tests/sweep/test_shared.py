"""Where two operations meet in an object, though each was listed on one of its own."""

from __future__ import annotations

import struct

import pytest

from harness.kernel.page import BEFORE
from harness.sweep.points import Listing
from harness.sweep.shared import Layout, met, touches
from tests.sweep.conftest import MakeScene, job_of, swept

HEAD = 24
FIRST, SECOND = 0x10000000, 0x20000000
ITEMS = 0x1000
"""A block's place behind the object that points to it."""


def layout(begin: int) -> Layout:
    """Of an object that refers to another one, and points to a block."""
    other, size = begin + 0x800, 48

    def memory(address: int, length: int) -> bytes:
        words = (begin + ITEMS, other, 7) if address == begin else (1, 0, 0)
        return (bytes(HEAD) + struct.pack("<3Q", *words))[:length]

    return Layout(HEAD, [(begin, size), (other, size)], memory)


@pytest.mark.parametrize(
    ("offset", "place"),
    [
        (-BEFORE, (0, 0)),
        (0, None),
        (HEAD - 8, None),
        (HEAD, (0, BEFORE + HEAD)),
        (48, None),
        (0x800 + HEAD, (1, BEFORE + HEAD)),
        (ITEMS, (0, BEFORE + HEAD, 0)),
        (ITEMS + 24, (0, BEFORE + HEAD, 24)),
        (ITEMS + 4096, None),
    ],
)
def test_a_word_has_one_place_whichever_object_it_is_of(offset: int, place: tuple[int, ...] | None) -> None:
    for begin in (FIRST, SECOND):
        found = layout(begin).places([begin + offset >> 3])
        assert found == (frozenset() if place is None else {place})


def test_they_meet_behind_what_one_has_read_and_the_other_writes() -> None:
    def listed(
        begin: int, *points: tuple[tuple[int, ...], tuple[int, ...]]
    ) -> list[tuple[frozenset[int], frozenset[int]]]:
        def words(offsets: tuple[int, ...]) -> frozenset[int]:
            return frozenset(begin + one >> 3 for one in offsets)

        return [(words(loads), words(stores)) for loads, stores in points]

    reads = touches(listed(FIRST, ((24,), ()), ((), ()), ((ITEMS,), ()), ((0,), (0,))), layout(FIRST))
    writes = touches(listed(SECOND, ((24,), ()), ((), (ITEMS,)), ((), (32,)), ((), ())), layout(SECOND))
    assert met(reads, writes) == [3], "it has read the item that the other one writes"
    assert met(writes, reads) == [2], "and that one has written it"
    assert met(reads, reads) == [], "who only reads meets nobody"
    assert met(writes, writes) == [2, 3]
    assert touches(listed(FIRST, ((24,), ())), None) == () and met((), writes) == []


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
        listings[one] = listing.touches
        assert len(listing.touches) == len(listing.points)
    read = {place for loads, _ in listings["length"] for place in loads}
    written = {place for _, stores in listings["append"] for place in stores}
    assert (0, BEFORE + object.__basicsize__ + 16) in read & written, (
        "list.ob_size, behind a free-threaded head"
    )
    assert 1 <= len(met(listings["length"], listings["append"])) <= 4
    assert met(listings["nothing"], listings["append"]) == []


HALVES = """
class Sample(Subject):
    "Two items that belong together."
    def fresh(self, size):
        return ["x0", "x0"]
    def wrong(self, o):
        return "" if o[0] == o[1] else "they are of two threads"
    @step(writes=True)
    def both(o, v):
        o[0] = v
        o[1] = v
"""


@pytest.mark.targets
def test_points_at_which_they_meet_come_first_and_show_the_window(scene: MakeScene) -> None:
    made = scene(HALVES, pairs=["both+both"])
    sweeper, told, _ = swept(made, 24)
    (found,) = told
    assert (found["kind"], found["oracle"]) == ("violation", "structure")
    assert sweeper.counts.rounds <= 24
