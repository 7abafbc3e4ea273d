"""What the harness itself costs: a scenario's samples per second beside the same loop written by hand.

Both run in one process, in alternating pairs, so that a noisy machine disturbs both alike. The bare loop has what a
person would give it: bare threads, everything hoisted into local variables, a fresh class as often as the harness
takes one, and the oracle's comparison written out. Both count the same thing: reads made while the writer stores. So
the bare loop's readers do not read while the writer makes its next class, but nothing else keeps its threads together.
"""

from __future__ import annotations

import threading
import time
from typing import Any

from harness.kernel.amplifiers import Amplifier, Knobs
from harness.kernel.events import Emit
from harness.kernel.objects import VERSION_BUDGET, fresh_class, fresh_subclass, prime
from harness.kernel.oracles import Order
from harness.kernel.rounds import LONGEST_STRIDE
from harness.kernel.scenario import Scenario, operation
from harness.kernel.trial import Spec, Trial
from harness.kernel.values import Value


class SubclassRead(Scenario):
    """The scenario that is measured: one store, one read of the dict and one through the cache, in order."""

    oracle = Order()
    amplifiers = (Amplifier("readers", (1,), "threads that read"),)

    def prepare(self, knobs: Knobs) -> None:
        self.base = fresh_class(x=Value(0))
        self.sub = fresh_subclass(self.base)
        self.stored = vars(self.base)
        prime(self.base, self.sub)

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> None:
        self.base.x = Value(n)

    @operation(actor="reader")
    def read(self) -> Any:
        return self.stored["x"], self.sub.x


def harness_samples(seconds: float, readers: int) -> float:
    """Samples per second of the scenario under the harness."""
    trial = Trial(Spec(__file__, "bench.subclass_read", {}, seconds, threads=readers + 1), lambda event: None)
    began = time.perf_counter()
    trial.run()
    return trial.count.samples / (time.perf_counter() - began)


def bare_samples(seconds: float, readers: int) -> float:
    """Reads per second of the loop written by hand. Raises AssertionError when a read went back in time."""
    stopped: list[bool] = []
    wrong: list[tuple[Any, Any]] = []
    reads = [0] * readers

    def fresh() -> tuple[Any, Any, Any]:
        base = fresh_class(x=Value(0))
        sub = fresh_subclass(base)
        prime(base, sub)
        return base, sub, vars(base)

    current: list[Any] = [None]

    def write() -> None:
        value = Value
        while not stopped:
            current[0] = None
            base, _, _ = current[0] = fresh()
            for n in range(1, VERSION_BUDGET + 1):
                base.x = value(n)

    def read(me: int) -> None:
        while not stopped:
            state = current[0]
            if state is None:
                continue
            _, sub, stored = state
            for _ in range(LONGEST_STRIDE):
                earlier = stored["x"]
                later = sub.x
                if later is not earlier and (later.count < earlier.count or later.tag != earlier.tag):
                    wrong.append((earlier, later))
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


def run_bench(spec: dict[str, Any], emit: Emit) -> None:
    """Measure ``pairs`` pairs of ``seconds`` each, with ``readers`` readers; one ``pair`` event each, then ``done``."""
    seconds, readers = spec["seconds"], spec["readers"]
    for number in range(spec["pairs"]):
        first, second = (harness_samples, bare_samples) if number % 2 else (bare_samples, harness_samples)
        measured = {function.__name__: function(seconds, readers) for function in (first, second)}
        emit({"event": "pair", "harness": measured["harness_samples"], "bare": measured["bare_samples"]})
    emit({"event": "done", "reason": "measured"})
