"""What the harness itself costs: a scenario's samples per second beside the same loop written by hand, and with its
threads noting what they do beside itself without that.

Both run in one process, in alternating pairs, so that a noisy machine disturbs both alike. The bare loop has what a
person would give it: bare threads, everything hoisted into local variables, a fresh class as often as the harness
takes one, and the oracle's comparison written out. Both count the same thing: reads made while the writer stores. So
the bare loop's readers do not read while the writer makes its next class, but nothing else keeps its threads together.
"""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from harness.kernel.amplifiers import Amplifier, Knobs
from harness.kernel.events import Emit
from harness.kernel.objects import VERSION_BUDGET, fresh_class, fresh_subclass, prime
from harness.kernel.oracles import Lifetime, Order
from harness.kernel.rings import Every
from harness.kernel.rounds import LONGEST_STRIDE
from harness.kernel.scenario import Scenario, operation
from harness.kernel.trial import Trial
from harness.kernel.values import Ledger, MortalValue, Value

if TYPE_CHECKING:
    from harness.kernel.spec_types import BenchSpec, TrialSpec


class _SubclassRead(Scenario):
    amplifiers = (Amplifier("readers", (1,), "threads that read"),)

    def prepare(self, knobs: Knobs) -> None:
        self.ledger = Ledger(VERSION_BUDGET + 1)
        self.base = fresh_class(x=self.value(0))
        self.sub = fresh_subclass(self.base)
        self.stored = vars(self.base)
        prime(self.base, self.sub)

    def value(self, n: int) -> Value:
        return Value(n)


class OrderOfReads(_SubclassRead):
    """Measured for the oracle order: one store, one read of the dict and one through the cache."""

    oracle = Order()

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> None:
        self.base.x = Value(n)

    @operation(actor="reader")
    def read(self) -> Any:
        return self.stored["x"], self.sub.x


class LifetimeOfReads(_SubclassRead):
    """Measured for the oracle lifetime: one store of a value that notes its death, one read through the cache."""

    oracle = Lifetime()

    def value(self, n: int) -> Value:
        return MortalValue(n, self.ledger)

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> None:
        self.base.x = MortalValue(n, self.ledger)

    @operation(actor="reader")
    def read(self) -> Any:
        return self.sub.x, "x"


def harness_samples(oracle: str, seconds: float, readers: int, ring: Every = "off") -> float:
    """Samples per second of the ``oracle``'s scenario under the harness."""
    name = f"bench.{oracle}_of_reads"
    with tempfile.NamedTemporaryFile(prefix="ftstress-ring-") as file:
        spec: TrialSpec = {
            "file": __file__,
            "scenario": name,
            "knobs": {},
            "budget_s": seconds,
            "threads": readers + 1,
            "ring": ring,
            "ring_file": file.name,
        }
        trial = Trial(spec, lambda event: None)
        began = time.perf_counter()
        trial.run()
    return trial.count.samples / (time.perf_counter() - began)


def _order_stride(sub: Any, stored: Any, wrong: list[Any]) -> None:
    for _ in range(LONGEST_STRIDE):
        earlier = stored["x"]
        later = sub.x
        if later is not earlier and (later.count < earlier.count or later.tag != earlier.tag):
            wrong.append((earlier, later))


def _lifetime_stride(sub: Any, stored: Any, wrong: list[Any]) -> None:
    mortal = MortalValue
    for _ in range(LONGEST_STRIDE):
        value = sub.x
        if type(value) is not mortal or not value.alive or value.tag != "x":
            wrong.append(value)


def _order_stores(base: Any) -> None:
    value = Value
    for n in range(1, VERSION_BUDGET + 1):
        base.x = value(n)


def _lifetime_stores(base: Any) -> None:
    value, ledger = MortalValue, Ledger(VERSION_BUDGET + 1)
    for n in range(1, VERSION_BUDGET + 1):
        base.x = value(n, ledger)


BARE = {"order": (_order_stores, _order_stride), "lifetime": (_lifetime_stores, _lifetime_stride)}


def bare_samples(oracle: str, seconds: float, readers: int) -> float:
    """Reads per second of the loop written by hand. Raises AssertionError when a read was wrong."""
    stores, stride = BARE[oracle]
    stopped: list[bool] = []
    wrong: list[Any] = []
    reads = [0] * readers
    current: list[Any] = [None]

    def write() -> None:
        while not stopped:
            current[0] = None
            first = Value(0) if oracle == "order" else MortalValue(0, Ledger(1))
            base = fresh_class(x=first)
            sub = fresh_subclass(base)
            prime(base, sub)
            current[0] = base, sub, vars(base)
            stores(base)

    def read(me: int) -> None:
        while not stopped:
            state = current[0]
            if state is None:
                continue
            _, sub, stored = state
            stride(sub, stored, wrong)
            reads[me] += LONGEST_STRIDE

    threads = [threading.Thread(target=write)]
    threads += [threading.Thread(target=read, args=(me,)) for me in range(readers)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    stopped.append(True)
    for thread in threads:
        thread.join()
    took = time.perf_counter() - began
    assert not wrong, wrong[:3]
    return sum(reads) / took


def run_bench(spec: BenchSpec, emit: Emit) -> None:
    """Measure what ``spec`` says. One ``pair`` event for each, then ``done``."""
    oracle, seconds, readers, ring = spec["oracle"], spec["seconds"], spec["readers"], spec["ring"]
    measured_by: dict[str, Callable[[], float]] = {
        "harness": lambda: harness_samples(oracle, seconds, readers, ring),
        "beside": lambda: (bare_samples if ring == "off" else harness_samples)(oracle, seconds, readers),
    }
    for number in range(spec["pairs"]):
        order = sorted(measured_by, reverse=bool(number % 2))
        speeds = {name: measured_by[name]() for name in order}
        emit({"event": "pair", "harness": speeds["harness"], "beside": speeds["beside"]})
    emit({"event": "done", "reason": "measured"})
