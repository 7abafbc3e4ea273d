"""What is set more closely is still the same program."""

from __future__ import annotations

import ast

import pytest

from harness.repro.setting import blocks, fitted, indented, written

PROGRAM = '''\
"""What it shows: for one:
a class."""
import sys

class Value:
    def __init__(self, count):
        self.count = count

    @property
    def twice(self):
        return 2 * self.count

def take(values):
    for value in values:
        if value.count:
            return value
    while values:
        values.pop()
    try:
        return values[0]
    except IndexError:
        pass
    else:
        sys.exit(1)
'''


@pytest.mark.parametrize("many", [10, 20, 30])
@pytest.mark.parametrize("most", range(10, 30))
def test_a_program_that_is_set_more_closely_is_the_same_program(most: int, many: int) -> None:
    lines = fitted(PROGRAM, most, many).splitlines()
    assert ast.dump(ast.parse("\n".join(lines))) == ast.dump(ast.parse(PROGRAM))
    assert len(lines) <= max(most, 16) or most < many


def test_what_fits_is_left_as_it_is() -> None:
    assert fitted(PROGRAM, 60, 40) == PROGRAM


MAIN = "while True:\n    race()\n"
ROUNDS = [
    ("done = []\nuse(done)", "while True:\n    done = []\n    use(done)\n"),
    ("type = 1", None),  # what is local hides what is not
    ("reader = 1", None),
    ("helper = 1", None),
    ("n = 0\ndef add():\n    nonlocal n\n    n += 1\nadd()", None),
]


@pytest.mark.parametrize(("body", "expected"), ROUNDS)
def test_a_round_stands_in_its_loop_where_no_name_means_two_things(body: str, expected: str | None) -> None:
    others = ast.parse("def reader():\n    helper()").body
    (race,) = ast.parse("def race():\n    pass").body
    assert isinstance(race, ast.FunctionDef)
    race.body = ast.parse(body).body
    assert indented(race, others, MAIN) == expected


def test_what_is_given_as_several_has_no_brackets() -> None:
    (given, said, one) = ast.parse("a, b = (1, (2, 3))\n(a, b)\na = (1,)").body
    assert [written(node) for node in (given, said, one)] == ["a, b = 1, (2, 3)", "a, b", "a = (1,)"]
    assert blocks([given, one]) == ["a, b = 1, (2, 3)\na = (1,)"]
