"""Measures what the harness itself costs in a target: its samples per second beside the bare loop's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from harness.campaign import child
from harness.campaign.watch import Limits, alarm_s, watch
from harness.diagnosis.ending import what_happened
from harness.kernel.rings import Every
from harness.kernel.spec_types import BenchSpec
from harness.record.events import ChildEvent
from harness.record.target import Target

PAIRS = 7
SECONDS = 1.0
READERS = (1, 2)
ORACLES = ("order", "lifetime")


class BenchError(Exception):
    """The measuring child did not come through; the message is one sentence."""


@dataclass(frozen=True)
class Pair:
    """Samples per second of both loops, measured one after the other in one process."""

    oracle: str
    readers: int
    harness: float
    beside: float
    """The bare loop's; where a ring's cost is measured, the harness's without it."""

    @property
    def ratio(self) -> float:
        return self.harness / self.beside


def measure(
    target: Target, oracle: str, readers: int, heard: Callable[[Pair], None], ring: Every = "off"
) -> list[Pair]:
    """Measure ``PAIRS`` pairs for an oracle with so many readers, telling each as it comes; with a ``ring``, what that
    costs. Raises BenchError.
    """
    pairs: list[Pair] = []

    def listen(event: ChildEvent) -> None:
        if event["event"] == "pair":
            pairs.append(Pair(oracle, readers, event["harness"], event["beside"]))
            heard(pairs[-1])

    limit = PAIRS * SECONDS * 10
    spec: BenchSpec = {
        "do": "bench",
        "alarm_s": alarm_s(limit),
        "oracle": oracle,
        "seconds": SECONDS,
        "pairs": PAIRS,
        "readers": readers,
        "ring": ring,
    }
    limits = Limits(time_s=limit, silence_s=limit, memory_bytes=4 << 30)
    ending = watch(lambda fd: child.command(target, spec | {"events_fd": fd}), limits, listen, lambda: False)
    if ending.how != "ok" or not pairs:
        raise BenchError(f"the bench could not be measured: its child {what_happened(ending)}")
    return pairs
