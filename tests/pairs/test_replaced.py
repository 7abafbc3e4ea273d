"""What is stored instead of a part of a fresh object frees that part: it was nobody else's.

Where it is a constant, or kept by somebody else, who reads it beside the store never reads what was freed.
"""

from __future__ import annotations

import json

import pytest

from harness.record.target import Target
from tests.pairs._asked import SUBJECTS, asked

STORES = {
    "callables.py": {"pairs.partial": ["change_keywords", "setstate"]},
    "classes.py": {"pairs.class": ["store_name", "store_qualname", "store_doc", "store_module", "store"]},
    "compilers.py": {"pairs.ast_node": ["id_store"]},
    "descriptors.py": {"pairs.static_method": ["store_name"]},
    "exceptions.py": {
        "pairs.error_of_system": ["store_parts"],
        "pairs.error_of_unicode": ["store_reason"],
        "pairs.error_of_syntax": ["store_parts"],
        "pairs.error_of_import": ["store_parts"],
        "pairs.end_of_iteration": ["store_value"],
    },
    "functions.py": {
        "pairs.function": ["store_defaults", "store_name", "store_qualname", "store_doc", "store_module"],
        "pairs.closure": ["store_name", "store_qualname", "store_doc", "store_module"],
        "pairs.bound_method": ["change_self"],
    },
    "lists.py": {"pairs.list": ["setitem"]},
    "records.py": {"pairs.dataclass": ["store"]},
}
COUNTS = """
import json, sys
from harness.kernel.pairs.subject import find_subject, steps
file, stores = sys.argv[1], json.loads(sys.argv[2])
def full():
    "What is kept for the next one is there: to take it, or to put it back, is no block."
    kept = [make() for make in (list, dict, lambda: tuple([0]), lambda: tuple([0, 1])) for _ in range(9)]

for name, operations in stores.items():
    subject = find_subject(file, name)()
    declared = steps(type(subject))
    for operation in operations:
        do = declared[operation].do
        for _ in range(3):  # what is made once, the counts among it, is there in the end
            o = subject.fresh(3)
            gained = []
            for turn in range(3):
                v = "a" + str(turn)
                full()
                before = sys.getallocatedblocks()
                do(o, v)
                v = None
                gained.append(sys.getallocatedblocks() - before)
        print(name, operation, *gained)
"""


@pytest.mark.parametrize("file", STORES)
def test_the_first_store_frees_as_much_as_later_ones(free_threaded: Target, file: str) -> None:
    stores = STORES[file]
    told = [
        line.split()
        for line in asked(free_threaded, COUNTS, str(SUBJECTS / file), json.dumps(stores)).splitlines()
    ]
    assert [(name, operation) for name, operation, *_ in told] == [
        (name, operation) for name, operations in stores.items() for operation in operations
    ]
    assert not [line for line in told if max(map(int, line[2:])) != int(line[-1])]
