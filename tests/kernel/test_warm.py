"""Warm scenarios are warm: their loops hold the specialised instructions that they are about, on each branch.

The instructions are read out of the code of the thread that ran it: each has a copy of its own (``co_tlbc``).
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from harness.kernel.loader import load_file
from harness.record.target import Target

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "stress_tests" / "type_attributes"
PROBE = Path(__file__).with_name("_warm_probe.py")
SECONDS = 20
"""The longest that is waited for an instruction: the first rounds hold it nearly always."""

HOLDS = {
    "warm_class_read": {"LOAD_ATTR_CLASS x"},
    "warm_class_read_of_text": {"LOAD_ATTR_CLASS x"},
    "warm_instance_read": {"LOAD_ATTR_NONDESCRIPTOR_WITH_VALUES x"},
    "warm_read_without_dict": {"LOAD_ATTR_NONDESCRIPTOR_NO_DICT x"},
    "warm_own_attribute": {"LOAD_ATTR_INSTANCE_VALUE x"},
    "warm_own_attribute_in_dict": {"LOAD_ATTR_WITH_HINT x"},
    "warm_slot_read": {"LOAD_ATTR_SLOT x"},
    "warm_read_under_metaclass": {"LOAD_ATTR_CLASS_WITH_METACLASS_CHECK x"},
    "warm_method_call": {"LOAD_ATTR_METHOD_WITH_VALUES x", "LOAD_ATTR_CLASS x"},
    "warm_method_without_dict": {"LOAD_ATTR_METHOD_NO_DICT x"},
    "warm_method_of_exception": {"LOAD_ATTR_METHOD_LAZY_DICT x"},
    "warm_super_call": {"LOAD_SUPER_ATTR_METHOD x"},
    "warm_super_read": {"LOAD_SUPER_ATTR_ATTR y"},
    "warm_property_read": {"LOAD_ATTR_PROPERTY x"},
    "warm_getattribute": {"LOAD_ATTR_GETATTRIBUTE_OVERRIDDEN y"},
    "warm_subscript": {"BINARY_OP_SUBSCR_GETITEM"},
    "warm_constructor": {"CALL_ALLOC_AND_ENTER_INIT"},
    "warm_truth": {"TO_BOOL_ALWAYS_TRUE"},
    "warm_instance_store": {"STORE_ATTR_INSTANCE_VALUE x"},
    "warm_instance_store_into_dict": {"STORE_ATTR_WITH_HINT x"},
    "warm_slot_store": {"STORE_ATTR_SLOT x"},
    "warm_two_classes": {"LOAD_ATTR_NONDESCRIPTOR_WITH_VALUES x"},
    "warm_read_of_module": {"LOAD_ATTR_MODULE x"},
    "warm_read_of_module_entry": {"LOAD_ATTR_MODULE __class__"},
    "warm_read_of_module_in_class": {"LOAD_ATTR_CLASS x"},
    "warm_read_of_property_made_anew": {"LOAD_ATTR_PROPERTY x"},
    "warm_call_of_abstract_class": {"CALL_ALLOC_AND_ENTER_INIT"},
}
"""What the loops of each scenario hold, all readers together."""
NOT_YET = {"warm_class_read_of_text": (3, 15)}
"""Where an instruction came later than 3.14."""

FILES = {path.stem: set(load_file(str(path))) for path in sorted(FOLDER.glob("warm_*.py"))}
PREFIX = "type_attributes."


def test_every_warm_scenario_says_what_it_holds() -> None:
    assert set().union(*FILES.values()) == {PREFIX + name for name in HOLDS}


@pytest.mark.parametrize("file", FILES)
@pytest.mark.targets("3.14t", "3.15t", "main")
def test_readers_hold_the_instructions(free_threaded: Target, file: str) -> None:
    wanted = {
        PREFIX + name: sorted(instructions)
        for name, instructions in HOLDS.items()
        if PREFIX + name in FILES[file] and free_threaded.version_info[:2] >= NOT_YET.get(name, (3, 14))
    }
    path = str(FOLDER / f"{file}.py")
    arguments = [str(PROBE), str(ROOT), path, str(SECONDS), json.dumps(wanted)]
    command = [free_threaded.executable, "-X", "gil=0", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60 + len(wanted) * SECONDS)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert not [f"{name}: {missing}" for name in wanted if (missing := set(wanted[name]) - set(seen[name]))]
