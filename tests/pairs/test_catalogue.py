"""What the operations of the catalogue say of themselves is what a race of them can do."""

from __future__ import annotations

import inspect
import re

from harness.kernel.pairs.subject import load_subjects, steps
from harness.kernel.suite import subject_files

PUTS_AND_POPS = re.compile(r"(\S+)\.(?:append|insert|appendleft)\((?:.|\n)*?\b\1\.pop(?:left)?\(\)")


def test_what_takes_something_out_after_it_has_put_it_in_says_that_there_may_be_nothing() -> None:
    """Another thread may have emptied it in between: it is two operations in one."""
    found = {
        f"{name}.{one.name}": {"IndexError", "KeyError"} & {*one.may_raise}
        for file in subject_files()
        for name, subject in load_subjects(str(file)).items()
        for one in steps(subject).values()
        if PUTS_AND_POPS.search(inspect.getsource(one.do))
    }
    assert "pairs.tuple_of_lists.put_into_the_other" in found
    assert [name for name, says in found.items() if not says] == []
