"""Every operation against every other, on one shared object: subjects, races of their operations, and their judges.

Runs inside the target, as all of the kernel does. A file of subjects imports what it needs from here.
"""

from harness.kernel.pairs.attribute_steps import Attributes
from harness.kernel.pairs.called import giving
from harness.kernel.pairs.dict_steps import DictCore, DictWhole, dict_disagreement, fresh_items
from harness.kernel.pairs.ended import in_a_thread
from harness.kernel.pairs.iterator_steps import MOST, Iterating, Resumable, Tupled, named
from harness.kernel.pairs.marked import ftstress_pairs
from harness.kernel.pairs.nosy import (
    Alike,
    Asked,
    AskedItems,
    Nosy,
    Refused,
    arm,
    nosy,
    nosy_list,
    refuse,
    taken,
    wait,
)
from harness.kernel.pairs.raised import caught, waiting
from harness.kernel.pairs.subject import ATOMIC, PROCESS, VALUES, OwnNumber, Subject, fresh_strings, step

__all__ = [
    "ATOMIC",
    "MOST",
    "PROCESS",
    "VALUES",
    "Alike",
    "Asked",
    "AskedItems",
    "Attributes",
    "DictCore",
    "DictWhole",
    "Iterating",
    "Nosy",
    "OwnNumber",
    "Refused",
    "Resumable",
    "Subject",
    "Tupled",
    "arm",
    "caught",
    "dict_disagreement",
    "fresh_items",
    "fresh_strings",
    "ftstress_pairs",
    "giving",
    "in_a_thread",
    "named",
    "nosy",
    "nosy_list",
    "refuse",
    "step",
    "taken",
    "wait",
    "waiting",
]
