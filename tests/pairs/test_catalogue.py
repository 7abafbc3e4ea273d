"""What the operations of the catalogue say of themselves is what a race of them can do."""

from __future__ import annotations

import inspect
import re
from fnmatch import fnmatchcase
from pathlib import Path

from harness.kernel.known import OF_PAIR, load
from harness.kernel.pairs import subject as subject_module
from harness.kernel.pairs.subject import Step, load_subjects, steps
from harness.kernel.suite import subject_files

STEPS = Path(subject_module.__file__).parent
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


def catalogue() -> dict[str, dict[str, Step]]:
    """The operations of every subject, by their names."""
    return {
        name: steps(subject) for file in subject_files() for name, subject in load_subjects(str(file)).items()
    }


def test_what_the_list_of_known_issues_names_is_in_the_catalogue() -> None:
    """What is renamed or split there would leave an entry that fits nothing any more."""
    here = catalogue()
    text = "".join(file.read_text(encoding="utf-8") for file in (*subject_files(), *STEPS.glob("*_steps.py")))
    stale = [
        (issue.id, glob, operation)
        for issue in load()
        for glob, looks in issue.looks
        if (pair := OF_PAIR.fullmatch(looks))
        for operation in {*pair[2].split("|"), *pair[3].split("|")} - {"*"}
        if not any(operation in here[name] for name in here if fnmatchcase(name, glob))
        # One of a later Python is in no class here.
        and not re.search(rf"^ {{8,}}def {operation}_?\(", text, re.MULTILINE)
    ]
    assert stale == []


def test_what_a_program_of_the_list_looks_for_is_not_let_pass() -> None:
    """An exception that an operation may raise is no failure: the program would look in vain."""
    here = catalogue()
    programs = [(issue.id, *line.split(" | ")[2:]) for issue in load() for line in issue.written]
    of_pairs = [one for one in programs if one[1] in here]
    assert of_pairs
    for number, name, where, *raised in of_pairs:
        pair = [here[name][operation] for operation in where.split("+")]
        for error in raised:
            assert not any(error in one.may_raise for one in pair), (number, name, where)
