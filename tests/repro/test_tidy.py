"""What is set more closely, or left out, is still the same program."""

from __future__ import annotations

import ast

import pytest

from harness.repro.tidy import fitted, without_method, without_repeats

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


@pytest.mark.parametrize("most", range(10, 30))
def test_a_program_that_is_set_more_closely_is_the_same_program(most: int) -> None:
    lines = fitted(PROGRAM, most).splitlines()
    assert ast.dump(ast.parse("\n".join(lines))) == ast.dump(ast.parse(PROGRAM))
    assert len(lines) <= max(most, 16)


def test_what_fits_is_left_as_it_is() -> None:
    assert fitted(PROGRAM, 60) == PROGRAM


REPEATS = [
    ("a = b[n]\nuse(a)\na = b[n]\nuse(a)", "a = b[n]\nuse(a)\nuse(a)"),
    ("a = b[n]\nb = a\na = b[n]", "a = b[n]\nb = a\na = b[n]"),
    ("a = b[n]\nfor a in b:\n    pass\na = b[n]", "a = b[n]\nfor a in b:\n    pass\na = b[n]"),
    ("a = f()\na = f()", "a = f()\na = f()"),
    ("a = b.c\na = b.c", "a = b.c\na = b.c"),
    ("use(a)\nuse(a)", "use(a)\nuse(a)"),
]


@pytest.mark.parametrize(("before", "after"), REPEATS)
def test_only_what_a_name_has_already_is_not_given_to_it_again(before: str, after: str) -> None:
    body = without_repeats(ast.parse(before).body)
    assert ast.unparse(ast.Module(body, [])) == after


def test_a_method_that_nothing_calls_can_be_taken_out() -> None:
    definitions = ast.parse("class A:\n    def __repr__(self):\n        return ''\n").body
    without_method(definitions, "__repr__")
    assert ast.unparse(ast.Module(definitions, [])) == "class A:\n    pass"
