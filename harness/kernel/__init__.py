"""What runs inside the target. Scenario authors import everything they need from here.

Standard library only, importable from Python 3.11 up, and without any module that a platform with threads but
no processes (iOS, Android) lacks: the target may be a bare in-tree ``./python``, or about to crash.
"""

from harness.kernel.amplifiers import (
    Amplifier,
    Knobs,
    class_depth,
    dwell,
    fan_out,
    lock_free,
    names,
    readers,
    rest,
)
from harness.kernel.objects import (
    agree,
    fresh_chain,
    fresh_class,
    fresh_subclass,
    fresh_subclasses,
    prime,
)
from harness.kernel.oracles import (
    Absence,
    Deletion,
    Finalizer,
    Lifetime,
    Oracle,
    Order,
    OwnWrite,
    Permitted,
    PerWriterOrder,
    Presence,
)
from harness.kernel.recording import Linearizable
from harness.kernel.scenario import Scenario, operation
from harness.kernel.values import Ledger, MortalValue, Value, sharing
from harness.kernel.warm import Warm, answering, calm, copied, counted, getting

__all__ = [
    "Absence",
    "Amplifier",
    "Deletion",
    "Finalizer",
    "Knobs",
    "Ledger",
    "Lifetime",
    "Linearizable",
    "MortalValue",
    "Oracle",
    "Order",
    "OwnWrite",
    "PerWriterOrder",
    "Permitted",
    "Presence",
    "Scenario",
    "Value",
    "Warm",
    "agree",
    "answering",
    "calm",
    "class_depth",
    "copied",
    "counted",
    "dwell",
    "fan_out",
    "fresh_chain",
    "fresh_class",
    "fresh_subclass",
    "fresh_subclasses",
    "getting",
    "lock_free",
    "names",
    "operation",
    "prime",
    "readers",
    "rest",
    "sharing",
]
