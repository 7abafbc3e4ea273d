"""Threads that come, do a little, and go, beside others that stay.

A new thread has no bytecode of its own yet (3.14 and later): it is given the place of one that has ended, and what it
runs is specialised anew. One that ends leaves what it was to free to those that stay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Thread
from time import sleep
from typing import Any, ClassVar

from harness.kernel import (
    Amplifier,
    Knobs,
    Ledger,
    Lifetime,
    MortalValue,
    Order,
    Scenario,
    Value,
    agree,
    fresh_class,
    fresh_subclass,
    operation,
    prime,
    readers,
)

calm = Amplifier("calm", (20, 0, 200), "microseconds between two stores, in which a call can be specialised")
CALLS = 100
"""Of a thread that passes: some fifty of them until a call is specialised."""
STORES = 8
"""Of a thread that passes."""
NAMES = ("a", "b")


def answering(value: Value) -> Callable[..., Value]:
    """A function that returns ``value``."""

    def answer(thing: object = None) -> Value:
        return value

    return answer


def call_often(stored: Any, thing: Any, seen: list[Value]) -> None:
    """A thread's whole life: it calls a method, and leaves the last two answers, or those that went back."""
    for _ in range(CALLS):
        earlier = stored["x"]()
        later = thing.x()
        if later.count < earlier.count:
            break
    seen += [earlier, later]


class CalledByPassingThreads(Scenario):
    """A thread that has just come calls what the class held before the call, or something newer (gh-115999).

    Sound: one writer stores functions that return counts; of two calls one thread makes the second may not give an
    older one.
    """

    oracle = Order()
    amplifiers = (calm,)
    threads: ClassVar[dict[str, int]] = {"starter": 2}

    def prepare(self, knobs: Knobs) -> None:
        self.pause = knobs.calm / 1e6
        self.base = fresh_class(x=answering(Value(0)))
        self.thing = fresh_subclass(self.base)()
        self.stored = vars(self.base)
        prime(self.base, self.thing)

    @operation(actor="writer", stores=4)
    def store(self, n: int) -> None:
        self.base.x = answering(Value(n))
        sleep(self.pause)

    @operation(actor="starter")
    def start(self) -> Any:
        seen: list[Value] = []
        thread = Thread(target=call_often, args=(self.stored, self.thing, seen))
        thread.start()
        thread.join()
        return seen[0], seen[1]

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        yield "a call", self.thing.x(), self.stored["x"]()


def store_often(holder: Any, name: str, first: int, ledger: Ledger) -> None:
    """A thread's whole life: it stores values, each of which replaces the one before it."""
    for count in range(first, first + STORES):
        setattr(holder, name, MortalValue(count, ledger, name))


class StoredByPassingThreads(Scenario):
    """What threads that have gone have stored and replaced is alive where it is read, and is finalized once.

    Sound: who has read a value holds a reference, and a value is finalized once its last reference is gone, whichever
    thread is left to do it. One thread at a time stores under a name.
    """

    oracle = Lifetime()
    amplifiers = (readers,)
    threads: ClassVar[dict[str, int]] = {"starter": len(NAMES)}

    def prepare(self, knobs: Knobs) -> None:
        self.ledgers = [Ledger(1024) for _ in NAMES]
        firsts: dict[str, Any] = {}
        for name, ledger in zip(NAMES, self.ledgers, strict=True):
            firsts[name] = MortalValue(0, ledger, name)
        self.base = fresh_class(**firsts)
        self.thing = fresh_subclass(self.base)()
        self.stored = vars(self.base)
        prime(self.base, self.thing, names=NAMES)

    @operation(actor="starter", stores=STORES)
    def start(self, n: int, me: int) -> None:
        first = (n - 1) * STORES + 1
        thread = Thread(target=store_often, args=(self.base, NAMES[me], first, self.ledgers[me]))
        thread.start()
        thread.join()

    @operation(actor="reader")
    def read_class(self) -> Any:
        return self.base.a, "a"

    @operation(actor="reader")
    def read_instance(self) -> Any:
        return self.thing.b, "b"

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        for name, ledger in zip(NAMES, self.ledgers, strict=True):
            yield from agree(self.stored[name], name, self.base, self.thing)
            yield "a value was finalized twice", bool(ledger.twice()), False

    def unfinished(self) -> str | None:
        held = [self.stored[name].count for name in NAMES]
        owed = [ledger.missing(count, None)[:10] for count, ledger in zip(held, self.ledgers, strict=True)]
        return f"values that were replaced and never finalized: {owed}" if any(owed) else None
