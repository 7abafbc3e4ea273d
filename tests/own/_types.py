"""Types as their authors write them: some that are wrong beside other threads, some that keep what they promise."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from typing import Any


class Counter:
    """Counts in two steps, and hands out tickets."""

    colour = "red"

    def __init__(self) -> None:
        self.total = 0
        self._lock = threading.Lock()

    def add(self, by: int) -> None:
        before = self.total
        for _ in range(20):
            pass
        self.total = before + by

    @property
    def value(self) -> int:
        return self.total

    @staticmethod
    def helper() -> None: ...


class LockedCounter(Counter):
    """The same, one at a time."""

    def add(self, by: int) -> None:
        with self._lock:
            super().add(by)


class Shelf:
    """A list of its own with a count beside it."""

    def __init__(self) -> None:
        self.items: list[Any] = []
        self.length = 0

    def put(self, item: Any) -> None:
        self.items.append(item)
        length = self.length
        for _ in range(20):
            pass
        self.length = length + 1

    def status(self) -> str:
        return f"{self.length} there"

    def first(self) -> Any:
        return self.items[0]

    def __len__(self) -> int:
        return self.length

    def __iter__(self) -> Iterator[Any]:
        return iter(self.items)


class Trouble:
    """Each of its methods but one is trouble for whoever tries it."""

    def fine(self) -> int:
        return 1

    def blocks(self) -> None:
        while True:
            time.sleep(1)

    def asks(self) -> str:
        return input("? ")

    def ends(self) -> None:
        os._exit(3)

    def exits(self) -> None:
        raise SystemExit

    def eats(self) -> int:
        return len(b"x" * (3 << 30))

    def refuses(self, what: Any) -> None:
        raise TypeError("not that")

    def takes_long(self) -> None:
        time.sleep(0.1)

    async def later(self) -> None: ...

    def __sub__(self, other: Any) -> Any:
        return NotImplemented

    def __get__(self, instance: Any, owner: Any) -> Any:
        return self


class Gate:
    """A lock: who takes it twice waits for ever, and who waits for its opening does until somebody opens it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open = threading.Event()
        self._open.set()

    def take(self) -> None:
        self._lock.acquire()

    def close(self) -> None:
        self._open.clear()

    def open(self) -> None:
        self._open.set()

    def through(self) -> None:
        self._open.wait()


ONE = Counter()


def make_one() -> Counter:
    """Not a fresh one."""
    return ONE


def raises() -> Counter:
    """Makes none."""
    raise LookupError("none today")


def hangs() -> None:
    """Does not come back."""
    time.sleep(1000)


def ends() -> None:
    """Ends the process."""
    os._exit(7)


class Lent:
    """Refuses to change while somebody has a view of it."""

    def __init__(self) -> None:
        self.held = bytearray(b"x0")

    def view(self) -> memoryview:
        return memoryview(self.held)

    def grow(self) -> None:
        self.held += b"x"
