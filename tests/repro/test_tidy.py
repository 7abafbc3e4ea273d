"""What is left out is what nothing needs."""

from __future__ import annotations

import ast

import pytest

from harness.repro.tidy import (
    without_method,
    without_repeats,
    without_single_use,
    without_unread,
    without_unused_methods,
)

REPEATS = [
    ("a = b[n]\nuse(a)\na = b[n]\nuse(a)", "a = b[n]\nuse(a)\nuse(a)"),
    ("a = b[n]\nb = a\na = b[n]", "a = b[n]\nb = a\na = b[n]"),
    ("a = b[n]\nfor a in b:\n    pass\na = b[n]", "a = b[n]\nfor a in b:\n    pass\na = b[n]"),
    ("a = f()\na = f()", "a = f()\na = f()"),
    ("a = b.c\na = b.c", "a = b.c\na = b.c"),
    ("use(a)\nuse(a)", "use(a)\nuse(a)"),
    ("a[0] = None\nuse(a)\na[0] = None", "a[0] = None\nuse(a)\na[0] = None"),
    ("a = there[0]\nuse(a)\na = there[0]", "a = there[0]\nuse(a)\na = there[0]"),
    ("a = state['x']\nuse(a)\na = state['x']", "a = state['x']\nuse(a)\na = state['x']"),
]


@pytest.mark.parametrize(("before", "after"), REPEATS)
def test_only_what_a_name_has_already_is_not_given_to_it_again(before: str, after: str) -> None:
    body = without_repeats(ast.parse(before).body)
    assert ast.unparse(ast.Module(body, [])) == after


def test_a_method_that_nothing_calls_can_be_taken_out() -> None:
    definitions = ast.parse("class A:\n    def __repr__(self):\n        return ''\n").body
    without_method(definitions, "__repr__")
    assert ast.unparse(ast.Module(definitions, [])) == "class A:\n    pass"


def test_a_method_that_nothing_calls_goes_unless_a_base_from_elsewhere_may_call_it() -> None:
    made = "class A{}:\n    def find(self):\n        return 1\n    def __len__(self):\n        return 2\n"
    for base, left in (("", ["__len__"]), ("(Finder)", ["find", "__len__"])):
        (node,) = definitions = ast.parse(made.format(base)).body
        without_unused_methods(definitions, [])
        assert isinstance(node, ast.ClassDef) and [getattr(one, "name", "") for one in node.body] == left


SINGLE = [
    ("value = Value(n)\nbase.x = value", "base.x = Value(n)"),
    ("state = {}\nbase = type('C', (), state)", "base = type('C', (), {})"),
    ("a = f()\nb = a\ng(b)", "g(f())"),
    ("v = f(1)\nuse(v)\nv = f(2)\nuse(v)", "use(f(1))\nuse(f(2))"),
]
NEEDED = [
    "value = Value(n)\nbase.x = value\nuse(value)",
    "value = f()\nbase.x = (g(), value)",
    "value = f()\nwhile True:\n    use(value)",
    "value = f()\ng()\nuse(value)",
    "value = f()\nuse(lambda: value)",
    "value = f()\nuse([value for _ in range(9)])",
    "value = f()\nuse(value, value)",
    "value = f()\nthing.use(value)",
]


@pytest.mark.parametrize(("before", "after"), [*SINGLE, *((text, text) for text in NEEDED)])
def test_a_name_that_is_used_once_is_none_where_that_changes_nothing(before: str, after: str) -> None:
    (function,) = ast.parse("def f():\n    pass").body
    assert isinstance(function, ast.FunctionDef)
    function.body = ast.parse(before).body
    without_single_use(function)
    assert ast.unparse(ast.Module(function.body, [])) == after


NOTES = [
    ("before = there[0]\nfound = True\ntry:\n    if thing:\n        found = False\nexcept KeyError:\n    pass",
     "try:\n    bool(thing)\nexcept KeyError:\n    pass"),
    ("before = stored['x']", "stored['x']"),
    ("found = f()", "f()"),
    ("n = 1\nuse(n)", "n = 1\nuse(n)"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after"), NOTES)
def test_what_an_operation_looks_up_stays_and_what_it_notes_of_it_does_not(before: str, after: str) -> None:
    assert ast.unparse(ast.Module(without_unread(ast.parse(before).body), [])) == after
