"""What a round calls once stands in it; what cannot stand there stays a function."""

from __future__ import annotations

import ast

import pytest

from harness.repro.spliced import without_single_calls


def spliced(definitions: str, race: str) -> tuple[str, str]:
    """The definitions, and the statements of a round, after that."""
    body = ast.parse("def race():\n" + "\n".join(f"    {line}" for line in race.splitlines())).body
    left, (round_,) = without_single_calls(ast.parse(definitions).body, body)
    assert isinstance(round_, ast.FunctionDef)
    return ast.unparse(ast.Module(left, [])), "\n".join(map(ast.unparse, round_.body))


CHAIN = """\
def chain(base, depth):
    made = [base]
    for _ in range(depth):
        made.append(base)
    return made
"""
STANDS = [
    (
        CHAIN,
        "classes = chain(top, 3)",
        "made = [top]\nfor _ in range(3):\n    made.append(top)\nclasses = made",
    ),
    ("def forget(it):\n    if it:\n        it.clear()", "forget(seen)", "if seen:\n    seen.clear()"),
    ("def f(a):\n    def g():\n        return a\n    return g", "g = f(b)", "def g():\n    return b"),
    ("def f():\n    one, other = (1, 2)\n    return one, other", "one, other = f()", "one, other = (1, 2)"),
    ("def f(a):\n    a.b = 1\n    return a.c()", "f(a)", "a.b = 1\na.c()"),
]
STAYS = {
    "two calls": (CHAIN, "a = chain(top, 3)\nb = chain(top, 3)"),
    "a call in a loop": (CHAIN, "for _ in range(2):\n    a = chain(top, 3)"),
    "a call in an expression": (CHAIN, "a = len(chain(top, 3))"),
    "handed on": (CHAIN, "a = chain(top, 3)\nrun(chain)"),
    "a name that is taken": (CHAIN, "made = 1\nclasses = chain(top, 3)\nprint(made)"),
    "worked out for it": (CHAIN, "classes = chain(top(), 3)"),
    "given again later": (CHAIN, "top = 1\nclasses = chain(top, 3)\ntop = 2"),
    "by a keyword": (CHAIN, "classes = chain(top, depth=3)"),
    "a return in the middle": ("def f(a):\n    if a:\n        return 1\n    return 2", "b = f(a)"),
    "a return in a loop at the end": ("def f(a):\n    for one in a:\n        return one", "b = f(a)"),
    "a parameter that is stored": ("def f(a):\n    a = a + 1\n    return a", "b = f(c)"),
    "a generator": ("def f(a):\n    yield a", "b = f(c)"),
    "kept from one round to the next": ("@cache\ndef f():\n    g()\n    return 1", "b = f()"),
}


@pytest.mark.parametrize(("definition", "race", "stands"), STANDS)
def test_what_is_called_once_stands_where_it_is_called(definition: str, race: str, stands: str) -> None:
    assert spliced(definition, race) == ("", stands)


@pytest.mark.parametrize(("definition", "race"), STAYS.values(), ids=STAYS)
def test_what_cannot_stand_there_stays(definition: str, race: str) -> None:
    unchanged = ast.unparse(ast.parse(definition)), ast.unparse(ast.parse(race))
    assert spliced(definition, race) == unchanged
