"""A glance at a subject is one also where a single round takes long: its rows end before their time."""

from __future__ import annotations

import json
from pathlib import Path

from harness.record.target import Target
from tests.pairs._asked import asked

FILE = str(Path(__file__).with_name("_long.py"))

GLANCE = """
import json, sys
from harness.kernel.pairs.trial import run_pairs
heard = []
spec = {"scenario": sys.argv[2], "file": sys.argv[1], "pairs": [], "budget_s": 0.05, "knobs": {}, "mixed": True}
run_pairs(spec, heard.append)
(mixed,) = [one for one in heard if one["event"] == "mixed"]
print(json.dumps([mixed["raced"], [one["event"] for one in heard]]))
"""

NEXT = """
import json, sys
from harness.kernel.pairs.mixed import Mixed
from harness.kernel.pairs.subject import find_subject, steps
subject = find_subject(*sys.argv[1:])()
mixed = Mixed(subject, steps(type(subject)), "1", None)
row = mixed.row()
names = mixed.names_in(row)
mixed.was_cut(row, 4)
print(json.dumps([names, mixed.names_in(mixed.row())]))
"""


def test_a_row_of_long_operations_is_cut(free_threaded: Target) -> None:
    raced, events = json.loads(asked(free_threaded, GLANCE, FILE, "pairs.long_operations"))
    assert 0 < sum(rounds for _, rounds, _ in raced) < 100
    assert "finding" not in events and events[-1] == "done"


def test_what_a_row_did_not_come_to_comes_in_the_next(free_threaded: Target) -> None:
    before, after = json.loads(asked(free_threaded, NEXT, FILE, "pairs.long_operations"))
    assert len(before) == len(after) == 128
    assert after[:123] == before[5:]


def test_a_row_of_what_takes_long_to_make_is_short(free_threaded: Target) -> None:
    before, _ = json.loads(asked(free_threaded, NEXT, FILE, "pairs.long_to_make"))
    assert len(before) == 16
