"""A subject with a planted race that no pair of its operations shows, and the same without."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from harness.kernel.pairs import Subject, step


class Room:
    """Who enters is counted; it is closed at first."""

    def __init__(self, lock: AbstractContextManager[Any]) -> None:
        self.lock = lock
        self.is_open = False
        self.names: list[str] = []
        self.count = 0

    def __repr__(self) -> str:
        return f"Room({self.count}, {self.names})"

    def enter(self, name: str) -> None:
        with self.lock:
            if self.is_open:
                count = self.count
                for _ in range(20):
                    pass
                self.names.append(name)
                self.count = count + 1


class _Rooms(Subject):
    def wrong(self, o: Any) -> str:
        return "" if o.count == len(o.names) else f"{o.count} entered, and {len(o.names)} are there"

    @step(writes=True)
    def open_(o: Any, v: str) -> Any:
        o.is_open = True

    @step(writes=True)
    def enter(o: Any, v: str) -> Any:
        o.enter(v)

    @step()
    def look(o: Any, v: str) -> Any:
        return o.is_open


class Racing(_Rooms):
    """A room that counts without a lock."""

    def fresh(self, size: int) -> Room:
        return Room(nullcontext())


class Locked(_Rooms):
    """A room that counts with its lock held."""

    def fresh(self, size: int) -> Room:
        return Room(threading.Lock())


class Failing(_Rooms):
    """A room that says what no operation may once somebody has opened it."""

    def fresh(self, size: int) -> Room:
        return Room(nullcontext())

    @step(writes=True)
    def fail(o: Any, v: str) -> Any:
        if o.is_open:
            raise SystemError("it is open")
