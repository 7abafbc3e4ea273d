"""Whether a register's history is linearizable, in O(n log n).

A history is *linearizable* when its operations can be put in one order in which every read gives what the last
write before it stored, and which keeps the order of time: an operation that returned before another was called comes
before it. Deciding that is NP-complete in general. Where every write stores another value it is not: each read tells
which write it saw (P. B. Gibbons and E. Korach, "Testing shared memories", SIAM Journal on Computing 26(4), 1997).

The rule
========

A value's *cluster* is its write and the reads that gave it. Let ``first`` be the earliest return in a cluster, and
``last`` the latest call. A history is linearizable exactly when

1. every value read was written, or is the initial one;
2. no read returned before the write of its value was called;
3. no two clusters u and v have ``first(u) < last(v)`` and ``first(v) < last(u)``.

The initial value has a write that precedes everything. All comparisons are strict: operations with equal times overlap.

*Why they are needed.* 1 and 2 are plain. For 3: in any such order a cluster is one block, because the next write ends
it. ``first(u) < last(v)`` means that some operation on u returned before some operation on v was called, so the whole
block of u comes before that of v. It cannot also come after it.

*Why they are enough.* Draw an arrow from u to v where ``first(u) < last(v)``. If there is no circle of arrows, put the
blocks in an order that follows the arrows, and in each block first the write, then the reads by their calls. That
order keeps the order of time: between blocks by the arrows; in a block because no read precedes the write (2), and
of two reads the one that returned before the other was called was called earlier, too. And every read follows its
own write with no other in between. So only circles could do harm, and where there is a circle, there is one of two
clusters, which 3 forbids. For take m, in the circle, with the greatest ``last``. Each u in the circle has an arrow to
some v, so ``first(u) < last(v) <= last(m)``: all others have arrows to m. m has an arrow to one of them.

Looking for such a pair
=======================

A cluster with ``first < last`` is a *forward* zone: its value was there from ``first`` to ``last`` at least. Any other
is *backward*: all its operations share the time from ``last`` to ``first``. Written out for the two kinds, 3 says that
two forward zones do not overlap, and no backward zone lies inside a forward one; two backward zones never clash. Take
the zones by where they begin, backward ones first where that is equal, and remember the end of the last forward zone:
a zone whose ``first`` is before that end clashes with it. Until the first clash forward zones come one after the
other, so the last one's end is the greatest, and none is missed.

So: one look at each operation, and a sort of the clusters. 1,000,000 operations take less than a second, and the arrays
of 10,000,000 operations and all that is made from them stay below 10⁹ bytes (``measure/history_bench.py``
measures both).
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain, compress, count
from operator import lt
from typing import Final

from harness.kernel.history import DELETED, INITIAL, UNKNOWN, WRITER_STEP, Event, History, Log, key_name

EVER: Final = -(1 << 61)
"""Before all times: when the initial value was written."""


@dataclass(frozen=True)
class Linearizable:
    """There is an order that explains the history."""

    operations: int


@dataclass(frozen=True)
class Unknown:
    """The history cannot be decided; ``reason`` is one sentence."""

    reason: str


@dataclass(frozen=True)
class Contradiction:
    """No order explains the history. ``events`` are enough to see it: at most six operations, by their calls."""

    register: str
    reason: str
    """One sentence."""
    events: tuple[Event, ...]


Verdict = Linearizable | Unknown | Contradiction


def decide(history: History) -> Verdict:
    """Whether the history is linearizable. Raises nothing.

    Unknown where something is missing in it (``history.cut``), where a name was deleted or nothing was found under it
    (a register with deletes has no such rule), where a read's value cannot be told, and where two writes stored the
    same value: then a read does not tell which write it saw.
    """
    if history.cut:
        return Unknown(history.cut)
    writes = [log for log in history.logs if log.writes]
    reads = [log for log in history.logs if not log.writes]
    clusters = _Clusters(writes)
    if clusters.slots is None:
        return Unknown(f"two writes of {history.register} stored the same value")
    if any(key in log.keys for log in writes for key in (DELETED, UNKNOWN)):
        return Unknown(f"a delete of {history.register}, or a store of something that cannot be told")
    for log in reads:
        stranger = clusters.add_reads(log)
        if stranger is None:
            continue
        if any(key in other.keys for other in reads for key in (UNKNOWN, DELETED)):
            return Unknown(f"a read of {history.register} gave nothing, or something that cannot be told")
        return _from_nowhere(history, stranger)
    early = clusters.read_before_its_write()
    if early is not None:
        return _early(history, early)
    pair = clusters.clash()
    if pair is not None:
        return _clash(history, *pair)
    return Linearizable(len(history))


class _Clusters:
    """Each value's ``first`` and ``last``, in arrays, in the order of the writes; the initial value comes last.

    A number in a list takes 40 bytes or more, in an array eight: nothing stays in a list or a dict for longer than it
    must.
    """

    def __init__(self, writes: list[Log]) -> None:
        self.writes = writes
        self.first = array("q")
        self.last = array("q")
        for log in writes:
            self.first.extend(log.returns)
            self.last.extend(log.calls)
        self.first.append(EVER)
        self.last.append(EVER)
        self.slots = _in_rows(writes) or _one_by_one(writes)
        """The slot of a key, or KeyError; None where a value was written twice."""

    def key(self, slot: int) -> int:
        """The value of a cluster."""
        for log in self.writes:
            if slot < len(log):
                return log.keys[slot]
            slot -= len(log)
        return INITIAL

    def add_reads(self, log: Log) -> int | None:
        """Take in one thread's reads, or return the key of one that nobody wrote."""
        # A thread's reads follow one another. Of some that give the same value in a row the first has the earliest
        # return and the last one the latest call: the others are passed over.
        first, last, slot_of = self.first, self.last, self.slots
        assert slot_of is not None
        previous = INITIAL
        slot = len(first) - 1
        latest = EVER
        try:
            for call, returned, key in zip(log.calls, log.returns, log.keys, strict=True):
                if key != previous:
                    if latest > last[slot]:
                        last[slot] = latest
                    slot = slot_of(key)
                    if returned < first[slot]:
                        first[slot] = returned
                    previous = key
                latest = call
        except KeyError:
            return key
        if latest > last[slot]:
            last[slot] = latest
        return None

    def read_before_its_write(self) -> int | None:
        """The key of a value that was read before its write was called, if there is one."""
        # The write itself returned after it was called: a cluster's first return before that is a read's.
        slot = 0
        for log in self.writes:
            firsts = self.first[slot : slot + len(log)]
            for key in compress(log.keys, map(lt, firsts, log.calls)):
                return key
            slot += len(log)
        return None

    def clash(self) -> tuple[int, int] | None:
        """The keys of two values, each of which must come before the other, if there are such. Once, at the end."""
        self.slots = None
        first, last = self.first, self.last
        size = len(first)
        # Where each zone begins, doubled to leave room for "backward ones first", and then its slot, in one number.
        zones = [
            (2 * f + 1 if f < s else 2 * s) * size + slot
            for slot, f, s in zip(range(size), first, last, strict=True)
        ]
        zones.sort()
        reached = 2 * EVER
        holder = 0
        for zone in zones:
            slot = zone % size
            if first[slot] < reached:
                return self.key(holder), self.key(slot)
            if first[slot] < last[slot]:
                reached = last[slot]
                holder = slot
        return None


def _in_rows(writes: list[Log]) -> Callable[[int], int] | None:
    """Where each log holds one writer's stores, counted one by one, a key's slot is a sum: no dict of them all."""
    rows: dict[int, tuple[int, int, int]] = {}
    offset = 0
    for log in writes:
        begin = log.keys[0] if log else 0
        end = begin + len(log)
        writer = begin // WRITER_STEP
        if begin <= INITIAL or writer in rows or end > (writer + 1) * WRITER_STEP:
            return None
        if log.keys != array("q", range(begin, end)):
            return None
        rows[writer] = begin, end, offset - begin
        offset += len(log)

    def slot(key: int) -> int:
        if key == INITIAL:
            return offset
        begin, end, shift = rows[key // WRITER_STEP]
        if begin <= key < end:
            return key + shift
        raise KeyError(key)

    return slot


def _one_by_one(writes: list[Log]) -> Callable[[int], int] | None:
    """The slot of each key from a dict; None where a value was written twice."""
    slots = dict(zip(chain(*(log.keys for log in writes), (INITIAL,)), count()))
    distinct = len(slots) == sum(map(len, writes)) + 1
    return slots.__getitem__ if distinct else None


def _from_nowhere(history: History, key: int) -> Contradiction:
    read = next(event for event in history.events(key) if not event.writes)
    reason = f"{history.register} gave {key_name(key)}, which was never stored there"
    return Contradiction(history.register, reason, (read,))


def _early(history: History, key: int) -> Contradiction:
    events = history.events(key)
    write = next(event for event in events if event.writes)
    read = min((event for event in events if not event.writes), key=lambda event: event.returned)
    reason = f"{history.register} gave {key_name(key)} before its store had been called"
    return Contradiction(history.register, reason, _by_call([read, write]))


def _clash(history: History, one: int, other: int) -> Contradiction:
    both = history.events(one, other)
    kept = [event for event in both if event.writes]
    claims = []
    for key, rival in ((one, other), (other, one)):
        mine = [event for event in both if event.key == key]
        theirs = [event for event in both if event.key == rival]
        if key == INITIAL:
            claims.append(f"{key_name(key)} was there before all others")
            continue
        before, after = _nearest(mine, theirs)
        kept += [before, after]
        claims.append(f"{_had(before)} before {_began(after)}")
    reason = f"no order explains {history.register}: {claims[0]}, and {claims[1]}"
    return Contradiction(history.register, reason, _by_call(kept))


def _nearest(mine: list[Event], theirs: list[Event]) -> tuple[Event, Event]:
    """One of ``mine`` that returned before one of ``theirs`` was called: stores if they will do, else close in time."""
    latest = max(event.call for event in theirs)
    before = min(
        (event for event in mine if event.returned < latest), key=lambda e: (not e.writes, -e.returned)
    )
    after = min(
        (event for event in theirs if event.call > before.returned), key=lambda e: (not e.writes, e.call)
    )
    return before, after


def _by_call(events: list[Event]) -> tuple[Event, ...]:
    return tuple(sorted(dict.fromkeys(events), key=lambda event: (event.call, event.returned)))


def _had(event: Event) -> str:
    return f"{event.thread} had {'stored' if event.writes else 'read'} {key_name(event.key)}"


def _began(event: Event) -> str:
    return f"{event.thread} began to {'store' if event.writes else 'read'} {key_name(event.key)}"
