"""Histories: which operations there were on a register, by which thread, called and returned when.

A *register* is one name on one class: what is stored under it is what a look-up through the class, its subclasses and
its instances gives. Each register's history stands by itself: linearizability is local (Herlihy and Wing, 1990), so
a set of registers is linearizable when each of them is.

Each thread writes down its own operations, in arrays of its own; nothing is shared and nothing is locked. Times are
nanoseconds of ``time.perf_counter_ns``. Comparing them across threads must never claim that one operation preceded
another when it did not:

* *The clock.* On Linux it is CLOCK_MONOTONIC: one clock for all cores, and one that never steps back. If A's return was
  stamped earlier than B's call, then A's clock was read before B's had been, so A had ended before B began. The
  kernel orders the reading of the counter among the processor's loads, so that neither is moved past the other.
* *The store.* A store that is still in its core's store buffer when the clock is read would be seen later than its
  return says. Stores into a class or an object end with the release of a lock in the free-threaded build: an atomic
  exchange whose outcome is waited for, and behind which nothing is left in the buffer. What is stored without one
  (a plain C assignment, relaxed) needs another oracle.
* *Elsewhere* the clock is as global but coarser: 100 ns on Windows, 42 ns on Apple's processors. Operations whose times
  are equal count as overlapping. A coarse clock costs power; it makes no false alarm.

Memory: 24 bytes an operation.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

INITIAL: Final = 0
"""The key of what a register holds before the first write: ``Value(0)``."""
UNKNOWN: Final = -1
"""The key of a read whose value could not be told."""
DELETED: Final = -2
"""The key of a delete (in a log of writes), or of finding nothing (in a log of reads)."""

WRITER_STEP: Final = 0x9E3779B97F
"""Counts a round stay below this. Not a power of two: a number's hash is the number, and keys that agreed in their low
bits would fall into one corner of a dict."""


def key_of(count: int, writer: int) -> int:
    """One number for a value, different for each store of a round: its count, and which of the writers made it."""
    return count + writer * WRITER_STEP


def key_name(key: int) -> str:
    """A key as a person reads it: ``#41``, and ``#41 w1`` where writer 1 made it."""
    writer, count = divmod(key, WRITER_STEP)
    return f"#{count} w{writer}" if writer else f"#{count}"


@dataclass(slots=True)
class Log:
    """What one thread did to one register by one operation: reads, or writes. The arrays are equally long.

    The operations of a log follow one another: each one's call is not before the return of the one before it.
    """

    register: str
    writes: bool
    thread: str = "?"
    calls: array[int] = field(default_factory=lambda: array("q"))
    """Nanoseconds."""
    returns: array[int] = field(default_factory=lambda: array("q"))
    """Nanoseconds."""
    keys: array[int] = field(default_factory=lambda: array("q"))
    """What was stored, or what was found (see ``key_of``)."""

    def add(self, call: int, returned: int, key: int) -> None:
        """Append one operation."""
        self.calls.append(call)
        self.returns.append(returned)
        self.keys.append(key)

    def __len__(self) -> int:
        return len(self.keys)


@dataclass(frozen=True, slots=True)
class Event:
    """One operation, taken out of a log to be shown."""

    thread: str
    writes: bool
    call: int
    returned: int
    key: int


@dataclass(frozen=True)
class History:
    """All that happened to one register. ``cut`` says why something is missing in it, or is empty."""

    register: str
    logs: tuple[Log, ...]
    cut: str = ""

    def __len__(self) -> int:
        return sum(map(len, self.logs))

    def events(self, *keys: int) -> list[Event]:
        """The operations on these values, in the order of the logs."""
        return [
            Event(log.thread, log.writes, call, returned, key)
            for log in self.logs
            for call, returned, key in zip(log.calls, log.returns, log.keys, strict=True)
            if key in keys
        ]


def by_register(logs: Iterable[Log], cut: str = "") -> list[History]:
    """The logs of one round, a history each register, in the order in which the registers come."""
    found: dict[str, list[Log]] = {}
    for log in logs:
        found.setdefault(log.register, []).append(log)
    return [History(register, tuple(mine), cut) for register, mine in found.items()]
