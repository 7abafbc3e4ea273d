"""What has no end has no length either: a repeat that has become endless is told, and one that ends is not."""

from __future__ import annotations

import pytest

from harness.record.target import Target
from tests.pairs._asked import SUBJECTS, asked

ASKS = """
import itertools, sys
from harness.kernel.pairs.subject import find_subject
subject = find_subject(*sys.argv[1:])()
many = isinstance(subject.fresh(0), list)
for one in (itertools.repeat("x", 1), itertools.repeat("x")):
    print(bool(subject.wrong([itertools.repeat("x", 2), one] if many else one)))
"""


@pytest.mark.parametrize(
    ("file", "name"),
    [("iterators.py", "pairs.ends_of_many_repeats"), ("itertools.py", "pairs.repeat")],
)
def test_a_repeat_that_has_become_endless_is_wrong(free_threaded: Target, file: str, name: str) -> None:
    assert asked(free_threaded, ASKS, str(SUBJECTS / file), name).split() == ["False", "True"]
